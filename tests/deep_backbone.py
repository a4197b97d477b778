"""A small backbone of real convolutions with drawn weights, for the numpy engine to cut and to train further."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
from numpy_engine import NumpyEngine, StandInStore

from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE, Topology, encode_weights

SIZE = 32
CARD = replace(
    CATALOG[DEFAULT_BACKBONE].preprocessed(size=SIZE), name="deep", feature_channels=12, stride=8, source="somewhere"
)


def _layer(kind: str, name: str, source: str, **config: object) -> Topology:
    return {
        "class_name": kind,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": [[[one, 0, 0, {}] for one in source.split()]],
    }


def _conv(kind: str, name: str, source: str, size: int, strides: int, **config: object) -> list[Topology]:
    same = {"strides": [strides, strides], "padding": "same", "use_bias": True, "activation": "linear"}
    return [
        _layer(kind, name, source, kernel_size=[size, size], **same, **config),
        _layer("ReLU", f"{name}_relu", name, max_value=6.0),
    ]


def backbone() -> Topology:
    """Three blocks, the last of them with a way around it."""
    layers = [
        {
            "class_name": "InputLayer",
            "name": "input_1",
            "config": {"name": "input_1", "batch_input_shape": [None, SIZE, SIZE, 3], "dtype": "float32"},
            "inbound_nodes": [],
        },
        *_conv("Conv2D", "conv", "input_1", 3, 2, filters=6),
        *_conv("DepthwiseConv2D", "dw_1", "conv_relu", 3, 2),
        *_conv("Conv2D", "pw_1", "dw_1_relu", 1, 1, filters=8),
        *_conv("DepthwiseConv2D", "dw_2", "pw_1_relu", 3, 2),
        *_conv("Conv2D", "pw_2", "dw_2_relu", 1, 1, filters=12),
        *_conv("DepthwiseConv2D", "dw_3", "pw_2_relu", 3, 1),
        *_conv("Conv2D", "pw_3", "dw_3_relu", 1, 1, filters=12),
        _layer("Add", "out", "pw_3_relu pw_2_relu"),
    ]
    config = {"name": "deep", "layers": layers, "input_layers": [["input_1", 0, 0]], "output_layers": [["out", 0, 0]]}
    return {"class_name": "Model", "config": config}


def weights(seed: int = 0) -> dict[str, np.ndarray]:
    rng, channels, drawn = np.random.default_rng(seed), 3, {}
    for layer in backbone()["config"]["layers"]:
        config, name = layer["config"], layer["name"]
        if layer["class_name"] == "Conv2D":
            shape = (*config["kernel_size"], channels, config["filters"])
            drawn[f"{name}/kernel"] = rng.normal(0, (2 / np.prod(shape[:3])) ** 0.5, shape)
            channels = config["filters"]
        elif layer["class_name"] == "DepthwiseConv2D":
            drawn[f"{name}/depthwise_kernel"] = rng.normal(0, 0.5, (3, 3, channels, 1))
        else:
            continue
        drawn[f"{name}/bias"] = rng.normal(0, 0.1, channels)
    return {name: array.astype(np.float32) for name, array in drawn.items()}


class DeepStore(StandInStore):
    async def read(self, path: str) -> bytes:
        if not path.startswith("deep/features/"):
            return await super().read(path)
        entries, data = encode_weights(weights())
        manifest = [{"paths": ["weights.bin"], "weights": entries}]
        model = json.dumps({"modelTopology": backbone(), "weightsManifest": manifest}).encode()
        return data if path.endswith("weights.bin") else model


def deep_engine() -> NumpyEngine:
    engine = NumpyEngine()
    engine.store = DeepStore()
    return engine
