"""Small tf.js models written by hand, and what tests need to run them."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from pyclassifier.convert.errors import ConvertError
from pyclassifier.convert.models import LayersModel
from pyclassifier.convert.running import find_node, find_node_modules

SHARED = Path(__file__).parents[3] / "shared"
MOBILENET = SHARED / "models/mobilenet_v1_0.25_224"

needs_mobilenet = pytest.mark.skipif(not MOBILENET.is_dir(), reason="../shared with the real MobileNet is not here")


def _has_tfjs() -> bool:
    try:
        return bool(find_node() and find_node_modules())
    except ConvertError:
        return False


needs_tfjs = pytest.mark.skipif(not _has_tfjs(), reason="Node.js or web/node_modules is not here: `make`")


def layer(class_name, name, *after, **config):
    """A layer that takes the outputs of the layers `after`."""
    nodes = [[[source, 0, 0, {}] for source in after]] if after else []
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes}


def functional(name, layers, inputs, outputs):
    config = {
        "name": name,
        "layers": layers,
        "input_layers": [[one, 0, 0] for one in inputs],
        "output_layers": [[one, 0, 0] for one in outputs],
    }
    return {"class_name": "Model", "config": config}


def norm_weights(rng, name, size, parts=("gamma", "beta", "moving_mean", "moving_variance")):
    values = {
        "gamma": rng.uniform(0.5, 2, size),
        "beta": rng.normal(0, 1, size),
        "moving_mean": rng.normal(0, 1, size),
        "moving_variance": rng.uniform(0.1, 3, size),
    }
    return {f"{name}/{part}": values[part].astype(np.float32) for part in parts}


def conv_model(seed=0):
    """Convolution, normalisation, depthwise convolution, normalisation, pooling, softmax."""
    rng = np.random.default_rng(seed)
    layers = [
        layer("InputLayer", "image", batch_input_shape=[None, 8, 8, 3], dtype="float32"),
        layer("Conv2D", "conv", "image", filters=4, kernel_size=[3, 3], padding="same", use_bias=False),
        layer("BatchNormalization", "conv_bn", "conv", axis=-1, epsilon=0.01),
        layer("ReLU", "relu", "conv_bn", max_value=6),
        layer("DepthwiseConv2D", "deep", "relu", kernel_size=[3, 3], depth_multiplier=2, use_bias=True),
        layer("BatchNormalization", "deep_bn", "deep", axis=[3], epsilon=0.001, scale=False),
        layer("GlobalAveragePooling2D", "pool", "deep_bn"),
        layer("Dense", "classes", "pool", units=5, activation="softmax"),
    ]
    weights = {
        "conv/kernel": rng.normal(0, 0.3, (3, 3, 3, 4)),
        **norm_weights(rng, "conv_bn", 4),
        "deep/depthwise_kernel": rng.normal(0, 0.3, (3, 3, 4, 2)),
        "deep/bias": rng.normal(0, 1, 8),
        **norm_weights(rng, "deep_bn", 8, ("beta", "moving_mean", "moving_variance")),
        "classes/kernel": rng.normal(0, 1, (8, 5)),
        "classes/bias": rng.normal(0, 1, 5),
    }
    topology = functional("small", layers, ["image"], ["classes"])
    return LayersModel(topology, {name: np.asarray(array, np.float32) for name, array in weights.items()})


def nested_model(seed=0):
    """Sequential[Sequential[Model, pooling], Sequential[Dense, Dense]], as archives and Teachable Machine have it."""
    model = conv_model(seed)
    layers = model.topology["config"]["layers"][:6]
    inner = {**functional("base", layers, ["image"], ["deep_bn"])}
    pool = {"class_name": "GlobalAveragePooling2D", "config": {"name": "pool"}}
    extractor = {"class_name": "Sequential", "config": {"name": "extractor", "layers": [inner, pool]}}
    dense = {"class_name": "Dense", "config": {"name": "classes", "units": 5, "batch_input_shape": [None, 8]}}
    head = {"class_name": "Sequential", "config": {"name": "head", "layers": [dense]}}
    topology = {"class_name": "Sequential", "config": {"name": "whole", "layers": [extractor, head]}}
    return LayersModel(topology, model.weights)


def dense_model():
    """A Sequential without an InputLayer: y = 2 x + 1 for each of three numbers."""
    config = {"name": "line", "units": 3, "batch_input_shape": [None, 3], "activation": "linear"}
    topology = {
        "class_name": "Sequential",
        "config": {"name": "lines", "layers": [{"class_name": "Dense", "config": config}]},
    }
    weights = {"line/kernel": np.eye(3, dtype=np.float32) * 2, "line/bias": np.ones(3, np.float32)}
    return LayersModel(topology, weights)


def zip_of(folder, prefix=""):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(folder.iterdir()):
            file.write(path, prefix + path.name)
    return buffer.getvalue()


def edit_json(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
