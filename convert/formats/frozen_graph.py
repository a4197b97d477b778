"""Google's frozen MobileNet v1, a TensorFlow GraphDef, read without TensorFlow into Keras's layers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConvertError
from ..models import LayersModel
from .keras_chain import NORM_PARTS, KerasChain

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
        chain = KerasChain(input_size)
        _add_convolution(chain, nodes, "Conv2d_0", "conv1", "conv1_pad")
        for block in range(1, 14):
            scope, pad = f"Conv2d_{block}", f"conv_pad_{block}"
            _add_convolution(chain, nodes, f"{scope}_depthwise", f"conv_dw_{block}", pad)
            _add_convolution(chain, nodes, f"{scope}_pointwise", f"conv_pw_{block}", "")
        _add_classification(chain, nodes)
    except (KeyError, IndexError, ValueError, TypeError) as error:
        raise ConvertError(f"{path}: Expected a frozen MobileNet v1, got another file ({error}).") from error
    return chain.model(name)


def _add_convolution(chain: KerasChain, nodes: _Nodes, scope: str, name: str, pad: str) -> None:
    """Add padding where it strides, convolution, normalisation and ReLU6."""
    depthwise = scope.endswith("depthwise")
    operation = "depthwise" if depthwise else "convolution"
    stride = _ints(nodes[f"MobilenetV1/MobilenetV1/{scope}/{operation}"]["strides"])[1]
    kernel = _array(nodes[f"MobilenetV1/{scope}/{'depthwise_weights' if depthwise else 'weights'}"])
    if stride == 2:
        # TensorFlow's SAME pads a 3x3 kernel of stride 2 by (0, 1) where the size is even, and an input
        # size that is a multiple of 32 is even at all five strides. Keras's MobileNet has a layer for it.
        chain.add("ZeroPadding2D", pad, padding=[[0, 1], [0, 1]], data_format="channels_last")
    add = chain.add_depthwise if depthwise else chain.add_convolution
    add(name, kernel, stride, "valid" if stride == 2 else "same")
    parts = {part: _array(nodes[f"MobilenetV1/{scope}/BatchNorm/{part}"]) for part in NORM_PARTS}
    chain.add_normalization(f"{name}_bn", parts)
    chain.add_relu6(f"{name}_relu")


def _add_classification(chain: KerasChain, nodes: _Nodes) -> None:
    # Index 0 of the graph's 1001 classes is "background", which Keras's model does not have.
    kernel = _array(nodes["MobilenetV1/Logits/Conv2d_1c_1x1/weights"])[..., 1:]
    channels, classes = kernel.shape[2:]
    chain.add("GlobalAveragePooling2D", "global_average_pooling2d_1", data_format="channels_last")
    chain.add("Reshape", "reshape_1", target_shape=[1, 1, channels])
    chain.add("Dropout", "dropout", rate=0.001, noise_shape=None, seed=None)
    bias = _array(nodes["MobilenetV1/Logits/Conv2d_1c_1x1/biases"])[1:]
    chain.add_convolution("conv_preds", kernel, bias=bias)
    chain.add("Reshape", "reshape_2", target_shape=[classes])
    chain.add("Activation", "act_softmax", activation="softmax")


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
