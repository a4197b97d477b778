"""Networks of the layers that pretrained ones have, small and with random weights, and a store that has one."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE, encode_weights

SHAPES = {
    "Conv2D": lambda c, n: {"kernel": (*c["kernel_size"], n, c["filters"]), "bias": (c["filters"],)},
    "DepthwiseConv2D": lambda c, n: {
        "depthwise_kernel": (*c["kernel_size"], n, c["depth_multiplier"]),
        "bias": (n * c["depth_multiplier"],),
    },
    "SeparableConv2D": lambda c, n: {
        "depthwise_kernel": (*c["kernel_size"], n, 1),
        "pointwise_kernel": (1, 1, n, c["filters"]),
        "bias": (c["filters"],),
    },
    "Dense": lambda c, n: {"kernel": (n, c["units"]), "bias": (c["units"],)},
    "BatchNormalization": lambda c, n: dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (n,)),
}


def layer(kind, name, **config):
    base = {"name": name, "trainable": True}
    if kind in ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense"):
        base |= {"activation": "linear", "use_bias": True}
    if kind in ("Conv2D", "DepthwiseConv2D", "SeparableConv2D"):
        base |= {"kernel_size": [3, 3], "strides": [1, 1], "padding": "same", "dilation_rate": [1, 1]}
    if kind == "DepthwiseConv2D":
        base |= {"depth_multiplier": 1}
    return {"class_name": kind, "name": name, "config": base | config}


def draw(one, n_channels, rng):
    """Random weights of a layer that gets so many channels."""
    shapes = SHAPES.get(one["class_name"], lambda c, n: {})(one["config"], n_channels)
    weights = {}
    for part, shape in shapes.items():
        fan_in = int(np.prod(shape[:-1])) if part.endswith("kernel") and part != "depthwise_kernel" else 9
        values = rng.standard_normal(shape) * (1.5 / np.sqrt(max(1, fan_in)))
        weights[f"{one['name']}/{part}"] = (np.abs(values) + 0.5 if part == "moving_variance" else values).astype("f4")
    return weights


def graph(name, shape, layers, inbound):
    """A "Model" of layers, each with the names of what it gets."""
    first = {"name": "in", "batch_input_shape": [None, *shape], "dtype": "float32"}
    nodes = [{"class_name": "InputLayer", "name": "in", "config": first, "inbound_nodes": []}]
    for one in layers:
        nodes.append({**one, "inbound_nodes": [[[source, 0, 0, {}] for source in inbound[one["name"]]]]})
    ends = {"input_layers": [["in", 0, 0]], "output_layers": [[layers[-1]["name"], 0, 0]]}
    return {"class_name": "Model", "config": {"name": name, "layers": nodes, **ends}}


def small_backbone(card):
    """Convolutions, padding, normalisation, ReLU6 and a shortcut, down to a 32nd of the size, and weights for them."""
    rng = np.random.default_rng(7)
    parts, channels = [], {"in": 3}

    def add(kind, name, source, n=None, **config):
        parts.append((layer(kind, name, **config), (source,) if isinstance(source, str) else source))
        sources = parts[-1][1]
        weights.update(draw(parts[-1][0], channels[sources[0]], rng))
        channels[name] = n or channels[sources[0]]
        return name

    weights = {}
    at = add("ZeroPadding2D", "pad", "in", padding=[[0, 1], [0, 1]])
    at = add("Conv2D", "conv", at, 8, filters=8, strides=[2, 2], padding="valid", use_bias=True)
    at = add("BatchNormalization", "bn", at, axis=-1, momentum=0.99, epsilon=1e-3, center=True, scale=True)
    at = add("ReLU", "relu", at, max_value=6.0, negative_slope=0.0, threshold=0.0)
    for k, n in enumerate((12, 12, 16, 24)):
        at = add("DepthwiseConv2D", f"dw_{k}", at, strides=[2, 2], kernel_size=[3, 3] if k % 2 else [5, 5])
        at = add("ReLU", f"dw_relu_{k}", at, max_value=6.0)
        before = at = add("Conv2D", f"pw_{k}", at, n, filters=n, kernel_size=[1, 1])
        if k == 1:
            at = add("Conv2D", "aside", at, n, filters=n, activation="relu")
            at = add("Add", "add", (at, before))
    add("ReLU", card.feature_layer, at, max_value=6.0)
    layers = [one for one, _ in parts]
    return graph(card.name, (224, 224, 3), layers, {one["name"]: sources for one, sources in parts}), weights


class SmallBackboneStore:
    """What has `small_backbone` under any card's name."""

    async def read(self, path: str) -> bytes:
        name, _part, file = path.split("/")
        topology, weights = small_backbone(CATALOG.get(name) or replace(CATALOG[DEFAULT_BACKBONE], name=name))
        entries, data = encode_weights(weights)
        manifest = [{"paths": ["weights.bin"], "weights": entries}]
        return (
            data
            if file == "weights.bin"
            else json.dumps({"modelTopology": topology, "weightsManifest": manifest}).encode()
        )
