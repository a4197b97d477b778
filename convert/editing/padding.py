"""Padding layers before convolutions, which can often pad for themselves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ..errors import ConvertError
from ..models import Graph, Layer, LayersModel, Shape, flatten, output_shapes, per_axis, side_pairs

_CONVOLUTIONS = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D")


def absorb_padding(model: LayersModel, *, keep: Collection[str] = (), sizes: Iterable[int] = ()) -> LayersModel:
    """Return the same function with less padding layers at work: fewer kernels run, and less memory is copied.

    Before a convolution of stride 2, Keras pads in a layer of its own. Where that is what "same" does for the size at
    hand, the convolution can do it itself. The padding layer keeps its name and does nothing.

    Parameters
    ----------
    model : LayersModel
        Of a fixed input size.
    keep : collection of str
        Names of padding layers to leave as they are.
    sizes : iterable of int
        Sides of square inputs at which it must be the same function too, besides the model's own.

    Returns
    -------
    LayersModel
        A note says how many padding layers were made idle.
    """
    graph = flatten(model.topology, model.weights)
    shapes = [output_shapes(graph), *(output_shapes(_resized(graph, size)) for size in sizes)]
    layers = graph.by_name()
    takers = graph.takers()
    count = 0
    for conv in graph.layers:
        sources = [ref[0] for node in conv["inbound_nodes"] for ref in node]
        pad = layers[sources[0]] if len(sources) == 1 else None
        if pad is None or pad["class_name"] != "ZeroPadding2D" or takers[pad["name"]] != 1 or pad["name"] in keep:
            continue
        before = [found[pad["inbound_nodes"][0][0][0]] for found in shapes]
        try:
            exact = _is_same(pad, conv, before)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise ConvertError(f"Expected settings of {conv['name']!r} as Keras has them, got others.") from error
        if exact:
            idle = {"name": pad["name"], "activation": "linear", "dtype": "float32"}
            layers[pad["name"]] = {**pad, "class_name": "Activation", "config": idle}
            layers[conv["name"]] = {**conv, "config": {**conv["config"], "padding": "same"}}
            count += 1
    note = f"{count} ZeroPadding2D layers are idle: the convolutions after them pad."
    made = replace(graph, layers=list(layers.values()))
    return replace(model, topology=made.topology(), notes=(*model.notes, note))


def _resized(graph: Graph, size: int) -> Graph:
    """Return the graph for square inputs of another side."""
    inputs = {ref[0] for ref in graph.inputs}
    layers = []
    for layer in graph.layers:
        if layer["name"] in inputs:
            batch, *_, channels = layer["config"]["batch_input_shape"]
            layer = {**layer, "config": {**layer["config"], "batch_input_shape": [batch, size, size, channels]}}
        layers.append(layer)
    return replace(graph, layers=layers)


def _is_same(pad: Layer, conv: Layer, before: Sequence[Shape | None]) -> bool:
    """Whether a convolution of padding "same" pads the shapes before the padding layer as that layer does."""
    config = conv["config"]
    if conv["class_name"] not in _CONVOLUTIONS or len(pad["inbound_nodes"]) != 1 or config["padding"] != "valid":
        return False
    if any(one["config"].get("data_format") not in (None, "channels_last") for one in (pad, conv)):
        return False
    if config.get("dilation_rate", 1) not in (1, [1, 1]):
        return False
    wanted = side_pairs(pad["config"]["padding"], 2)
    for shape in before:
        if shape is None or len(shape) != 4:
            return False
        for size, pair, kernel, stride in zip(
            shape[1:3], wanted, per_axis(config["kernel_size"], 2), per_axis(config.get("strides", 1), 2), strict=True
        ):
            if size is None or pair != _same_padding(size, kernel, stride):
                return False
    return True


def _same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's SAME: as much as the windows need, the odd one after the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2
