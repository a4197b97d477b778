"""A frozen TensorFlow graph evaluated node by node with numpy: the reference for everything made from it."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from tensorboard.compat.proto.graph_pb2 import GraphDef


def evaluate(path, output, placeholder, x):
    """Return the value of the node `output`, with `x` in place of the node `placeholder`."""
    graph = GraphDef()
    graph.ParseFromString(path.read_bytes())
    nodes = {node.name: node for node in graph.node}
    values = {placeholder: np.asarray(x, np.float32)}

    def value(name):
        if name not in values:
            node = nodes[name]
            values[name] = _OPERATIONS[node.op](node, *(value(source) for source in node.input))
        return values[name]

    return value(output)


def _const(node):
    tensor = node.attr["value"].tensor
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, {1: "<f4", 3: "<i4"}[tensor.dtype]).reshape(shape)
    return np.array(list(tensor.float_val or tensor.int_val)).reshape(shape)


def _windows(x, size, stride):
    """TensorFlow's SAME: as many zeros in all as the windows need, the odd one after the end."""
    edges = []
    for length in x.shape[1:3]:
        padding = max((-(-length // stride) - 1) * stride + size - length, 0)
        edges.append((padding // 2, padding - padding // 2))
    padded = np.pad(x, ((0, 0), *edges, (0, 0)))
    return sliding_window_view(padded, (size, size), (1, 2))[:, ::stride, ::stride]


def _conv(node, x, kernel):
    if kernel.shape[:2] == (1, 1):
        return x @ kernel[0, 0]
    windows = _windows(x, kernel.shape[0], node.attr["strides"].list.i[1])
    return np.einsum("nhwcij,ijco->nhwo", windows, kernel, optimize=True)


def _depthwise(node, x, kernel):
    windows = _windows(x, kernel.shape[0], node.attr["strides"].list.i[1])
    return np.einsum("nhwcij,ijc->nhwc", windows, kernel[..., 0])


_OPERATIONS = {
    "Const": _const,
    "Identity": lambda node, x: x,
    "Add": lambda node, a, b: (a + b).astype(np.float32),
    "BiasAdd": lambda node, a, b: a + b,
    "Sub": lambda node, a, b: a - b,
    "Mul": lambda node, a, b: a * b,
    "Rsqrt": lambda node, x: 1 / np.sqrt(x),
    "Relu6": lambda node, x: np.clip(x, 0, 6),
    "Conv2D": _conv,
    "DepthwiseConv2dNative": _depthwise,
    "AvgPool": lambda node, x: x.mean((1, 2), keepdims=True),
    "Squeeze": lambda node, x: x.reshape(len(x), -1),
}
