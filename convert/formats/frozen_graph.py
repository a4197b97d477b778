"""Google's frozen MobileNet v1, a TensorFlow GraphDef, read without TensorFlow into Keras's layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConvertError
from ..models import Array, Graph, Layer, LayersModel

_EPSILON = 0.001
_NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")

# A protobuf message: its fields by number, each time that one occurs. Numbers are those of TensorFlow's graph.proto,
# node_def.proto, attr_value.proto, tensor.proto and tensor_shape.proto.
_Message = dict[int, list[Any]]
_Nodes = dict[str, dict[str, _Message]]  # The attributes of each node.
_GRAPH_NODE = 1
_NODE_NAME, _NODE_ATTR = 1, 5
_MAP_KEY, _MAP_VALUE = 1, 2
_ATTR_LIST, _ATTR_TENSOR, _LIST_INTS = 1, 8, 3
_TENSOR_SHAPE, _TENSOR_CONTENT, _SHAPE_DIM, _DIM_SIZE = 2, 4, 2, 1


def read_frozen_mobilenet(path: Path, name: str, input_size: int = 224) -> LayersModel:
    """Read MobileNet v1 out of a frozen graph.

    Parameters
    ----------
    path : Path
        The GraphDef, as TensorFlow's slim saved it.
    name : str
        For the model.
    input_size : int
        Side of its input in pixels, a multiple of 32.

    Returns
    -------
    LayersModel
        Keras's layers and names. Class 0 is the first class, the graph's background class being left out.

    Raises
    ------
    ConvertError
        It is no such graph.
    """
    try:
        nodes = _read_nodes(path.read_bytes())
        layers = [_layer("InputLayer", "input_1", None, batch_input_shape=[None, input_size, input_size, 3])]
        weights: dict[str, Array] = {}
        _add_convolution(layers, weights, nodes, "Conv2d_0", "conv1", "conv1_pad")
        for block in range(1, 14):
            scope, pad = f"Conv2d_{block}", f"conv_pad_{block}"
            _add_convolution(layers, weights, nodes, f"{scope}_depthwise", f"conv_dw_{block}", pad)
            _add_convolution(layers, weights, nodes, f"{scope}_pointwise", f"conv_pw_{block}", "")
        _add_classification(layers, weights, nodes)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise ConvertError(f"{path}: Expected a frozen MobileNet v1, got another file ({error}).") from error
    graph = Graph(name, layers, [[layers[0]["name"], 0, 0]], [[layers[-1]["name"], 0, 0]])
    return LayersModel(graph.topology(), weights)


def _layer(class_name: str, name: str, after: str | None, **config: object) -> Layer:
    nodes = [[[after, 0, 0, {}]]] if after else []
    config = {"name": name, "dtype": "float32", **config}
    return {"class_name": class_name, "name": name, "config": config, "inbound_nodes": nodes}


def _add_convolution(
    layers: list[Layer], weights: dict[str, Array], nodes: _Nodes, scope: str, name: str, pad: str
) -> None:
    """Add padding where it strides, convolution, normalisation and ReLU6."""
    depthwise = scope.endswith("depthwise")
    operation = "depthwise" if depthwise else "convolution"
    stride = _ints(nodes[f"MobilenetV1/MobilenetV1/{scope}/{operation}"]["strides"])[1]
    kernel = _array(nodes[f"MobilenetV1/{scope}/{'depthwise_weights' if depthwise else 'weights'}"])
    if stride == 2:
        # TensorFlow's SAME pads a 3x3 kernel of stride 2 by (0, 1) where the size is even, and an input
        # size that is a multiple of 32 is even at all five strides. Keras's MobileNet has a layer for it.
        padding = [[0, 1], [0, 1]]
        layers.append(_layer("ZeroPadding2D", pad, layers[-1]["name"], padding=padding, data_format="channels_last"))
    config = {
        **_convolution(kernel, stride, "valid" if stride == 2 else "same"),
        "use_bias": False,
        **({"depth_multiplier": 1} if depthwise else {"filters": kernel.shape[3]}),
    }
    layers.append(_layer("DepthwiseConv2D" if depthwise else "Conv2D", name, layers[-1]["name"], **config))
    weights[f"{name}/{'depthwise_kernel' if depthwise else 'kernel'}"] = kernel
    norm = {"axis": -1, "momentum": 0.99, "epsilon": _EPSILON, "center": True, "scale": True}
    layers.append(_layer("BatchNormalization", f"{name}_bn", name, **norm))
    for part in _NORM_PARTS:
        weights[f"{name}_bn/{part}"] = _array(nodes[f"MobilenetV1/{scope}/BatchNorm/{part}"])
    relu6 = {"max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0}
    layers.append(_layer("ReLU", f"{name}_relu", f"{name}_bn", **relu6))


def _convolution(kernel: Array, stride: int, padding: str) -> dict[str, object]:
    return {
        "kernel_size": list(kernel.shape[:2]),
        "strides": [stride, stride],
        "padding": padding,
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "activation": "linear",
    }


def _add_classification(layers: list[Layer], weights: dict[str, Array], nodes: _Nodes) -> None:
    # Index 0 of the graph's 1001 classes is "background", which Keras's model does not have.
    kernel = _array(nodes["MobilenetV1/Logits/Conv2d_1c_1x1/weights"])[..., 1:]
    weights["conv_preds/kernel"] = kernel
    weights["conv_preds/bias"] = _array(nodes["MobilenetV1/Logits/Conv2d_1c_1x1/biases"])[1:]
    channels, classes = kernel.shape[2:]
    convolution = {"filters": classes, "use_bias": True, **_convolution(kernel, 1, "same")}
    pooled = "global_average_pooling2d_1"
    layers += [
        _layer("GlobalAveragePooling2D", pooled, layers[-1]["name"], data_format="channels_last"),
        _layer("Reshape", "reshape_1", pooled, target_shape=[1, 1, channels]),
        _layer("Dropout", "dropout", "reshape_1", rate=0.001, noise_shape=None, seed=None),
        _layer("Conv2D", "conv_preds", "dropout", **convolution),
        _layer("Reshape", "reshape_2", "conv_preds", target_shape=[classes]),
        _layer("Activation", "act_softmax", "reshape_2", activation="softmax"),
    ]


def _read_nodes(data: bytes) -> _Nodes:
    nodes: _Nodes = {}
    for one in _parse(memoryview(data)).get(_GRAPH_NODE, []):
        node = _parse(one)
        pairs = [_parse(pair) for pair in node.get(_NODE_ATTR, [])]
        attributes = {_text(pair[_MAP_KEY][0]): _parse(pair[_MAP_VALUE][0]) for pair in pairs if _MAP_VALUE in pair}
        nodes[_text(node[_NODE_NAME][0])] = attributes
    return nodes


def _text(data: memoryview) -> str:
    return bytes(data).decode()


def _ints(attribute: _Message) -> list[int]:
    """The list of integers of an attribute; it may be packed."""
    found: list[int] = []
    for one in _parse(attribute[_ATTR_LIST][0])[_LIST_INTS]:
        if isinstance(one, int):
            found.append(one)
            continue
        at = 0
        while at < len(one):
            value, at = _varint(one, at)
            found.append(value)
    return found


def _array(node: Mapping[str, _Message]) -> NDArray[np.float32]:
    """The float values of a Const node."""
    tensor = _parse(node["value"][_ATTR_TENSOR][0])
    shape = [_parse(dim)[_DIM_SIZE][0] for dim in _parse(tensor[_TENSOR_SHAPE][0]).get(_SHAPE_DIM, [])]
    return np.frombuffer(tensor[_TENSOR_CONTENT][0], "<f4").reshape(shape)


def _parse(data: memoryview) -> _Message:
    """Parse a message: numbers as int; strings, messages and packed lists as their bytes.

    By hand, as all of it is used here: the package protobuf would have to be of the one version that TensorFlow wants.
    """
    fields: _Message = {}
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        kind = key & 7
        value: int | memoryview
        if kind == 0:
            value, at = _varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(kind, -1)
            if kind == 2:
                size, at = _varint(data, at)
            if size < 0 or at + size > len(data):
                raise ValueError("damaged protobuf")
            value = data[at : at + size]
            at += size
        fields.setdefault(key >> 3, []).append(value)
    return fields


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """The integer at a place, and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError("damaged protobuf")
