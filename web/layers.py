"""Models as plain data, Keras's layer configs and named arrays, and what can be done to them as such."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from fetch import BuildError
from numpy.typing import NDArray
from pyclassifier_convert.edit import fold_graph, keep_needed
from pyclassifier_convert.graph import Graph

Layer = dict[str, Any]
Weights = dict[str, NDArray[np.float32]]

# The layers that hold a kernel, and its name.
KERNELS = {"Conv2D": "kernel", "DepthwiseConv2D": "depthwise_kernel", "Dense": "kernel"}
_KEEP_SIZE = {"InputLayer", "BatchNormalization", "ReLU", "Activation", "Dropout", "Add", "Multiply"}


@dataclass(frozen=True)
class LayersModel:
    """A graph of layers with one input and one output.

    Parameters
    ----------
    name : str
    layers : list of dict
        In topological order, from the InputLayer to the output; `inbound_nodes` as in Keras 2.
    weights : dict of str to ndarray
        By ``"<layer>/<weight>"``.
    """

    name: str
    layers: list[Layer]
    weights: Weights

    def graph(self, output: str | None = None) -> Graph:
        """Return it as the converter has it, ending with the layer `output` or the last one."""
        ends = [[self.layers[0]["name"], 0, 0]], [[output or self.layers[-1]["name"], 0, 0]]
        return Graph(self.name, self.layers, *ends)

    def topology(self) -> dict[str, Any]:
        """Return the `modelTopology` of a tf.js model.json."""
        return {"keras_version": "2.2.4", "backend": "tensorflow", "model_config": self.graph().topology()}


def make_layer(class_name: str, name: str, after: str | None, config: Mapping[str, object]) -> Layer:
    """Return the config of a layer that takes the output of layer `after`."""
    inbound = [[[after, 0, 0, {}]]] if after else []
    return {
        "class_name": class_name,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": inbound,
    }


def input_layer(name: str, shape: list[int | None]) -> Layer:
    """Return the config of an InputLayer; the shape starts with None, the batch."""
    return make_layer("InputLayer", name, None, {"batch_input_shape": shape, "dtype": "float32", "sparse": False})


def input_names(layer: Layer) -> list[str]:
    """Return the names of the layers whose outputs a layer takes."""
    return [source[0] for node in layer["inbound_nodes"] for source in node]


def with_inputs(layer: Layer, renamed: Mapping[str, str]) -> Layer:
    """Return the layer with its inputs renamed."""
    nodes = [[[renamed.get(s[0], s[0]), *s[1:]] for s in node] for node in layer["inbound_nodes"]]
    return {**layer, "inbound_nodes": nodes}


def fold_batch_norm(model: LayersModel, keep: str) -> LayersModel:
    """Return the same function with each BatchNormalization folded into the convolution before it.

    The names of all other layers stay. A normalisation is left alone where it is the layer `keep`, where it
    does not follow a linear convolution, or where others take that convolution's output as well.
    """
    folded, weights = fold_graph(model.graph(), model.weights, (keep,))
    return LayersModel(model.name, folded.layers, weights)


def absorb_padding(model: LayersModel, stride: int) -> LayersModel:
    """Return the same function, for input sizes that are multiples of `stride`, with less padding layers at work.

    Keras pads by (0, 1) in a layer of its own before a 3x3 convolution of stride 2. That is what "same" does where the
    size is even, so the convolution can do it itself. The padding layer keeps its name and does nothing.
    """
    layers: dict[str, Layer] = {}
    # How many pixels of the input make one cell of a layer's output; absent where that is not known to be exact.
    cells: dict[str, int] = {}
    for layer in model.layers:
        inputs, config = input_names(layer), layer["config"]
        before = layers[inputs[0]] if inputs else None
        cell = cells.get(inputs[0], 0) if inputs else 1
        if before and before["class_name"] == "ZeroPadding2D":
            cell = cells.get(input_names(before)[0], 0)
            even = cell and stride % (2 * cell) == 0
            if even and _is_padded_stride(before, layer) and _takers(model)[before["name"]] == 1:
                identity = make_layer("Activation", before["name"], input_names(before)[0], {"activation": "linear"})
                layers[before["name"]] = identity
                config = {**config, "padding": "same"}
            else:
                cell = 0
        cell *= config.get("strides", [1])[0]
        exact = layer["class_name"] in _KEEP_SIZE or config.get("padding") == "same"
        if cell and exact and stride % cell == 0:
            cells[layer["name"]] = cell
        layers[layer["name"]] = {**layer, "config": config}
    return LayersModel(model.name, list(layers.values()), model.weights)


def _is_padded_stride(pad: Layer, conv: Layer) -> bool:
    wanted = {"kernel_size": [3, 3], "strides": [2, 2], "padding": "valid", "dilation_rate": [1, 1]}
    config = {"dilation_rate": [1, 1], **conv["config"]}
    known = conv["class_name"] in KERNELS and pad["config"]["padding"] == [[0, 1], [0, 1]]
    return known and all(config.get(key) == value for key, value in wanted.items())


def _takers(model: LayersModel) -> Counter[str]:
    """Return how many layers take each layer's output."""
    return Counter(name for layer in model.layers for name in input_names(layer))


def split_at(
    model: LayersModel, feature_layer: str, feature_shape: list[int | None]
) -> tuple[LayersModel, LayersModel]:
    """Cut the model after a layer: the first part ends with it, the second starts with its output."""
    by_name = {layer["name"]: layer for layer in model.layers}
    if feature_layer not in by_name:
        raise BuildError(
            f"Expected a layer {feature_layer!r} to cut model {model.name!r} at; its last ones are "
            f"{', '.join(list(by_name)[-8:])}. Name one of its layers as the card's feature_layer."
        )
    first = keep_needed(model.graph(feature_layer)).layers
    wanted = {layer["name"] for layer in first}
    entry = f"{feature_layer}_input"
    later = [layer for layer in model.layers if layer["name"] not in wanted]
    rest = [
        input_layer(entry, feature_shape),
        *(with_inputs(layer, {feature_layer: entry}) for layer in later),
    ]
    crossing = {name for layer in rest for name in input_names(layer)} & wanted
    if crossing:
        raise BuildError(
            f"Expected a layer that all of {model.name!r} passes through, got {feature_layer!r}: "
            f"later layers also take {', '.join(sorted(crossing))}. Choose another feature_layer."
        )
    return _part(model, "features", first), _part(model, "classification", rest)


def _part(model: LayersModel, suffix: str, layers: list[Layer]) -> LayersModel:
    names = {layer["name"] for layer in layers}
    weights = {name: values for name, values in model.weights.items() if name.rpartition("/")[0] in names}
    return LayersModel(f"{model.name}_{suffix}", layers, weights)
