"""Output shapes of layers, worked out from their configs; None where that is not known here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from .flat_graph import Graph

Shape = tuple[int | None, ...]
_SAME = {
    "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "ThresholdedReLU", "Softmax", "Dropout", "SpatialDropout1D",
    "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout", "BatchNormalization",
    "LayerNormalization", "Masking", "Rescaling", "Normalization", "UnitNormalization", "GroupNormalization",
}  # fmt: skip
_MERGING = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}


def output_shapes(graph: Graph) -> dict[str, Shape | None]:
    """Return the output shape of each layer of a graph, of its first call; the batch is None.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    dict of str to tuple, or None where the layer's kind is not known here
    """
    shapes: dict[str, Shape | None] = {}
    for layer in graph.layers:
        refs = layer["inbound_nodes"][0] if layer["inbound_nodes"] else []
        given = [shapes.get(ref[0]) if ref[2] == 0 else None for ref in refs]
        known = [shape for shape in given if shape is not None]
        try:
            shapes[layer["name"]] = shape_of(layer, known) if len(known) == len(given) else None
        except (KeyError, TypeError, ValueError, IndexError, ZeroDivisionError):
            shapes[layer["name"]] = None  # A config that tf.js will refuse.
    return shapes


def shape_of(layer: Mapping[str, Any], inputs: list[Shape]) -> Shape | None:
    """Return the output shape of a layer for input shapes; None where its kind is not known here."""
    name, config = layer["class_name"], layer["config"]
    if name == "InputLayer":
        return tuple(config["batch_input_shape"])
    if not inputs:
        return None
    if name in _SAME:
        return inputs[0]
    if name in _MERGING:
        return _broadcast(inputs)
    if name == "Concatenate":
        return _concatenated(inputs, config.get("axis", -1))
    kind = name.rstrip("123D")
    for rules in (_BY_KIND, _BY_NAME):
        rule = rules.get(kind if rules is _BY_KIND else name)
        if rule and (rules is _BY_NAME or name != kind):
            return rule(config, inputs[0])
    return None


def _broadcast(inputs: list[Shape]) -> Shape:
    shape = max(inputs, key=len)
    for other in inputs:
        padded = (1,) * (len(shape) - len(other)) + other
        shape = tuple(b if a == 1 else a for a, b in zip(shape, padded, strict=True))
    return shape


def _concatenated(inputs: list[Shape], axis: int) -> Shape:
    sizes = [shape[axis] for shape in inputs]
    shape = list(inputs[0])
    shape[axis] = None if None in sizes else sum(size for size in sizes if size is not None)
    return tuple(shape)


def per_axis(value: Any, rank: int) -> list[int]:
    """Return a size per axis: settings hold one number for all, or one each."""
    return [int(value)] * rank if isinstance(value, int | float) else [int(size) for size in value]


def _split(config: Mapping[str, Any], shape: Shape) -> tuple[list[int | None], int | None, bool]:
    """Sizes in space, channels, and whether the channels come first."""
    if config.get("data_format") in ("channels_first", "channelsFirst"):
        return list(shape[2:]), shape[1], True
    return list(shape[1:-1]), shape[-1], False


def _join(batch: int | None, space: list[int | None], channels: int | None, first: bool) -> Shape:
    return (batch, channels, *space) if first else (batch, *space, channels)


def _window(size: int | None, kernel: int, stride: int, padding: str, dilation: int = 1) -> int | None:
    if size is None:
        return None
    if padding in ("same", "causal"):
        return math.ceil(size / stride)
    return (size - dilation * (kernel - 1) - 1) // stride + 1


def _windows(config: Mapping[str, Any], space: list[int | None], key: str, strides: Any) -> list[int | None]:
    rank = len(space)
    dilations = per_axis(config.get("dilation_rate", 1), rank)
    padding = config.get("padding", "valid")
    parts = zip(space, per_axis(config[key], rank), per_axis(strides, rank), dilations, strict=True)
    return [_window(size, kernel, stride, padding, dilation) for size, kernel, stride, dilation in parts]


def _conv(config: Mapping[str, Any], shape: Shape) -> Shape:
    space, _, first = _split(config, shape)
    return _join(shape[0], _windows(config, space, "kernel_size", config.get("strides", 1)), config["filters"], first)


def _depthwise(config: Mapping[str, Any], shape: Shape) -> Shape:
    space, channels, first = _split(config, shape)
    made = None if channels is None else channels * config.get("depth_multiplier", 1)
    return _join(shape[0], _windows(config, space, "kernel_size", config.get("strides", 1)), made, first)


def _transposed(config: Mapping[str, Any], shape: Shape) -> Shape:
    space, _, first = _split(config, shape)
    rank = len(space)
    parts = zip(space, per_axis(config["kernel_size"], rank), per_axis(config.get("strides", 1), rank), strict=True)
    same = config.get("padding", "valid") == "same"
    made = [None if s is None else s * stride + (0 if same else max(k - stride, 0)) for s, k, stride in parts]
    return _join(shape[0], made, config["filters"], first)


def _pool(config: Mapping[str, Any], shape: Shape) -> Shape:
    space, channels, first = _split(config, shape)
    strides = config.get("strides") or config["pool_size"]
    return _join(shape[0], _windows(config, space, "pool_size", strides), channels, first)


def _global_pool(config: Mapping[str, Any], shape: Shape) -> Shape:
    space, channels, first = _split(config, shape)
    return _join(shape[0], [1] * len(space), channels, first) if config.get("keepdims") else (shape[0], channels)


def side_pairs(value: Any, rank: int) -> list[tuple[int, int]]:
    """Return what is before and after each axis, as settings of padding and cropping state it."""
    if isinstance(value, int):
        return [(value, value)] * rank
    if rank == 1 and all(isinstance(one, int) for one in value):
        return [(value[0], value[1])]
    return [(one, one) if isinstance(one, int) else (one[0], one[1]) for one in value]


def _padded(config: Mapping[str, Any], shape: Shape, key: str = "padding", sign: int = 1) -> Shape:
    space, channels, first = _split(config, shape)
    pairs = zip(space, side_pairs(config[key], len(space)), strict=True)
    return _join(shape[0], [None if s is None else s + sign * sum(pair) for s, pair in pairs], channels, first)


def _upsampled(config: Mapping[str, Any], shape: Shape) -> Shape:
    space, channels, first = _split(config, shape)
    factors = zip(space, per_axis(config.get("size", 2), len(space)), strict=True)
    return _join(shape[0], [None if s is None else s * factor for s, factor in factors], channels, first)


def _product(sizes: Shape) -> int | None:
    return None if None in sizes else math.prod(size for size in sizes if size is not None)


def _reshaped(config: Mapping[str, Any], shape: Shape) -> Shape:
    target = list(config["target_shape"])
    total = _product(shape[1:])
    free: list[int | None] = [None if n == -1 else n for n in target]
    if -1 in target and total is not None:
        free[target.index(-1)] = total // math.prod(n for n in target if n != -1)
    return (shape[0], *free)


def _recurrent(config: Mapping[str, Any], shape: Shape) -> Shape | None:
    if config.get("return_state"):
        return None
    return (*shape[:2], config["units"]) if config.get("return_sequences") else (shape[0], config["units"])


def _bidirectional(config: Mapping[str, Any], shape: Shape) -> Shape | None:
    made = shape_of(config["layer"], [shape])
    if made is None or made[-1] is None or config.get("merge_mode", "concat") is None:
        return None
    return (*made[:-1], made[-1] * 2) if config.get("merge_mode", "concat") == "concat" else made


def _distributed(config: Mapping[str, Any], shape: Shape) -> Shape | None:
    made = shape_of(config["layer"], [(shape[0], *shape[2:])])
    return None if made is None else (made[0], shape[1], *made[1:])


_Rule = Callable[[Mapping[str, Any], Shape], Shape | None]
_BY_KIND: dict[str, _Rule] = {
    "Conv": _conv,
    "SeparableConv": _conv,
    "DepthwiseConv": _depthwise,
    "MaxPooling": _pool,
    "AveragePooling": _pool,
    "GlobalMaxPooling": _global_pool,
    "GlobalAveragePooling": _global_pool,
    "ZeroPadding": _padded,
    "Cropping": lambda config, shape: _padded(config, shape, "cropping", -1),
    "UpSampling": _upsampled,
}
_BY_NAME: dict[str, _Rule] = {
    "Operation": lambda config, shape: (shape[0], *config["shape"]),
    "EinsumDense": lambda config, shape: (shape[0], *config["shape"]),
    "MultiHeadAttention": lambda config, shape: (*shape[:-1], *(config["projection"] or shape[-1:])),
    "GRUResetAfter": _recurrent,
    "Conv2DTranspose": _transposed,
    "Conv3DTranspose": _transposed,
    "Dense": lambda config, shape: (*shape[:-1], config["units"]),
    "Flatten": lambda config, shape: (shape[0], _product(shape[1:])),
    "Reshape": _reshaped,
    "Permute": lambda config, shape: (shape[0], *(shape[axis] for axis in config["dims"])),
    "RepeatVector": lambda config, shape: (shape[0], config["n"], shape[1]),
    "Embedding": lambda config, shape: (*shape, config["output_dim"]),
    "SimpleRNN": _recurrent,
    "GRU": _recurrent,
    "LSTM": _recurrent,
    "Bidirectional": _bidirectional,
    "TimeDistributed": _distributed,
}
