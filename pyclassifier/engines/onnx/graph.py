"""A network as an ONNX graph: pictures go in as (N, height, width, channels), within it channels come first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..base import Array
from ..numpy import Config, Parts, Step, Window, pads_of
from . import protobuf

INPUT, OUTPUT, BEFORE_LAST = "input", "output", "before_last"

_FIRST, _LAST = [0, 3, 1, 2], [0, 2, 3, 1]  # Channels first; channels last again.


class GraphWriter:
    """Nodes and weights of a graph in the making; the values of steps are named by their numbers.

    Parameters
    ----------
    parts : mapping of str to mapping
        Weights of each layer, by the layer's name.
    """

    def __init__(self, parts: Mapping[str, Parts]) -> None:
        self.parts = parts
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []
        self._names = 0

    def add(self, kind: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add an operator; return the name of what comes out."""
        output = self._name()
        self.nodes.append(protobuf.node(kind, inputs, output, **attributes))
        return output

    def constant(self, values: NDArray[Any]) -> str:
        """Add weights; return their name."""
        name = self._name()
        self.tensors.append(protobuf.tensor(name, values))
        return name

    def last(self, x: str, shape: tuple[int, ...]) -> str:
        """Put channels last, as our layers have them; only pictures have to be turned."""
        return self.add("Transpose", [x], perm=_LAST) if len(shape) == 3 else x

    def _name(self) -> str:
        self._names += 1
        return f"v{self._names}"


# Adds a layer's operators; gets the names and shapes, (height, width, channels) or (n,), of its inputs, and gives those
# of its output.
Value = tuple[str, tuple[int, ...]]
Translation = Callable[[GraphWriter, Config, Parts, Sequence[Value]], Value]


def write_graph(
    steps: Sequence[Step], parts: Mapping[str, Parts], input_shape: tuple[int, ...], *, before_last: bool = True
) -> bytes:
    """Write a network as an ONNX model.

    Parameters
    ----------
    steps : sequence of Step
    parts : mapping of str to mapping
        Weights of each layer.
    input_shape : tuple of int
        (height, width, channels) of a picture.
    before_last : bool
        Whether what the last layer gets comes out, too.

    Returns
    -------
    bytes
        A ModelProto: "input" (N, height, width, channels) -> "output", and "before_last".

    Raises
    ------
    NotImplementedError, KeyError
        A layer, or a setting of one, that has no translation.
    """
    writer = GraphWriter(parts)
    values: dict[int, Value] = {0: (writer.add("Transpose", [INPUT], perm=_FIRST), input_shape)}
    for number, step in enumerate(steps, 1):
        inputs = [values[source] for source in step.inputs]
        values[number] = TRANSLATIONS[step.kind](writer, step.config, parts.get(step.name, {}), inputs)
    outputs = []
    wanted = [(OUTPUT, len(steps)), (BEFORE_LAST, steps[-1].inputs[0])]
    for name, number in wanted if before_last else wanted[:1]:
        made, shape = values[number]
        writer.nodes.append(protobuf.node("Identity", [writer.last(made, shape)], name))
        outputs.append(protobuf.value(name, ["N", *shape]))
    return protobuf.model(writer.nodes, writer.tensors, [protobuf.value(INPUT, ["N", *input_shape])], outputs)


def _activated(writer: GraphWriter, config: Config, x: str) -> str:
    name = config.get("activation") or "linear"
    if name not in _ACTIVATIONS:
        raise NotImplementedError(f"activation {name!r:.40}")
    return _ACTIVATIONS[name](writer, x)


def _clip(writer: GraphWriter, x: str, most: float) -> str:
    least, highest = (writer.constant(np.array(one, np.float32)) for one in (0, most))
    return writer.add("Clip", [x, least, highest])


_ACTIVATIONS: dict[str, Callable[[GraphWriter, str], str]] = {
    "linear": lambda writer, x: x,
    "relu": lambda writer, x: writer.add("Relu", [x]),
    "relu6": lambda writer, x: _clip(writer, x, 6),
    "elu": lambda writer, x: writer.add("Elu", [x]),
    "sigmoid": lambda writer, x: writer.add("Sigmoid", [x]),
    "swish": lambda writer, x: writer.add("Mul", [x, writer.add("Sigmoid", [x])]),
    "tanh": lambda writer, x: writer.add("Tanh", [x]),
}


def _dense_activated(writer: GraphWriter, config: Config, x: str) -> str:
    # Along the last axis, which is the channels' where there are no others.
    return writer.add("Softmax", [x], axis=-1) if config["activation"] == "softmax" else _activated(writer, config, x)


def _convolution(
    writer: GraphWriter, config: Config, parts: Parts, value: Value, kernel: Array, size: Sequence[int], groups: int
) -> Value:
    x, shape = value
    window = Window.of(config, (1, *shape), size)
    (top, bottom), (left, right) = window.pads
    inputs = [x, writer.constant(kernel), *([writer.constant(parts["bias"])] if "bias" in parts else [])]
    made = writer.add("Conv", inputs, strides=window.strides, pads=(top, left, bottom, right), group=groups)
    return _activated(writer, config, made), (*window.out, kernel.shape[0])


def _conv(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    kernel, channels = parts["kernel"], inputs[0][1][2]
    turned = kernel.transpose(3, 2, 0, 1)
    return _convolution(writer, config, parts, inputs[0], turned, kernel.shape[:2], channels // kernel.shape[2])


def _depthwise(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    kernel = parts["depthwise_kernel"]
    turned = kernel.transpose(2, 3, 0, 1).reshape(-1, 1, *kernel.shape[:2])
    return _convolution(writer, config, parts, inputs[0], turned, kernel.shape[:2], kernel.shape[2])


def _dense(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, shape),) = inputs
    if len(shape) != 1:
        raise NotImplementedError("a dense layer on pictures")
    made = writer.add("MatMul", [x, writer.constant(parts["kernel"])])
    if "bias" in parts:
        made = writer.add("Add", [made, writer.constant(parts["bias"])])
    return _dense_activated(writer, config, made), (parts["kernel"].shape[1],)


def _batch_norm(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, shape),) = inputs
    ones = np.ones_like(parts["moving_mean"])
    given = [parts.get("gamma", ones), parts.get("beta", 0 * ones), parts["moving_mean"], parts["moving_variance"]]
    names = [writer.constant(array) for array in given]
    return writer.add("BatchNormalization", [x, *names], epsilon=float(config.get("epsilon", 1e-3))), shape


def _relu(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, shape),) = inputs
    if config.get("threshold") or config.get("negative_slope"):
        raise NotImplementedError("a threshold or a slope")
    most = config.get("max_value")
    return writer.add("Relu", [x]) if most is None else _clip(writer, x, most), shape


def _activation(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, shape),) = inputs
    if len(shape) == 1:
        return _dense_activated(writer, config, x), shape
    return _activated(writer, config, x), shape


def _pool(kind: str) -> Translation:
    def translate(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
        ((x, shape),) = inputs
        size = config["pool_size"]
        window = Window.of(config, (1, *shape), [size, size] if isinstance(size, int) else size)
        (top, bottom), (left, right) = window.pads
        pads = (top, left, bottom, right)
        made = writer.add(kind, [x], kernel_shape=window.kernel, strides=window.strides, pads=pads)
        return made, (*window.out, shape[2])

    return translate


def _global_pool(kind: str) -> Translation:
    def translate(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
        ((x, shape),) = inputs
        made = writer.add(kind, [x])
        if config.get("keepdims"):
            return made, (1, 1, shape[2])
        return writer.add("Flatten", [made]), (shape[2],)

    return translate


def _flatten(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, shape),) = inputs
    return writer.add("Flatten", [writer.last(x, shape)]), (int(np.prod(shape)),)


def _reshape(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, shape),) = inputs
    target = tuple(config["target_shape"])
    if len(target) not in (1, 3) or -1 in target:
        raise NotImplementedError(f"shape {target}")
    made = writer.add("Reshape", [writer.last(x, shape), writer.constant(np.array([-1, *target], np.int64))])
    return writer.add("Transpose", [made], perm=_FIRST) if len(target) == 3 else made, target


def _zero_padding(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    ((x, (height, width, channels)),) = inputs
    (top, bottom), (left, right) = pads_of(config)
    pads = np.array([0, 0, top, left, 0, 0, bottom, right], np.int64)
    return writer.add("Pad", [x, writer.constant(pads)]), (height + top + bottom, width + left + right, channels)


def _same(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    return inputs[0]


def _together(kind: str) -> Translation:
    def translate(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
        if len({shape for _, shape in inputs}) > 1:
            raise NotImplementedError("values of different shapes")
        (made, shape), *others = inputs
        for other, _ in others:
            made = writer.add(kind, [made, other])
        return made, shape

    return translate


def _concatenate(writer: GraphWriter, config: Config, parts: Parts, inputs: Sequence[Value]) -> Value:
    shape = inputs[0][1]
    if config.get("axis", -1) not in (-1, len(shape)):
        raise NotImplementedError(f"axis {config['axis']!r:.20}")
    n_channels = sum(one[1][-1] for one in inputs)
    return writer.add("Concat", [name for name, _ in inputs], axis=1), (*shape[:-1], n_channels)


TRANSLATIONS: dict[str, Translation] = {
    "Activation": _activation,
    "Add": _together("Add"),
    "AveragePooling2D": _pool("AveragePool"),
    "BatchNormalization": _batch_norm,
    "Concatenate": _concatenate,
    "Conv2D": _conv,
    "Dense": _dense,
    "DepthwiseConv2D": _depthwise,
    "Dropout": _same,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_pool("GlobalAveragePool"),
    "GlobalMaxPooling2D": _global_pool("GlobalMaxPool"),
    "MaxPooling2D": _pool("MaxPool"),
    "Multiply": _together("Mul"),
    "ReLU": _relu,
    "Reshape": _reshape,
    "ZeroPadding2D": _zero_padding,
}
