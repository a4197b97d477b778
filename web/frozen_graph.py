"""Google's frozen MobileNet v1 (a TensorFlow GraphDef), read without TensorFlow into Keras's layers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from layers import Layer, LayersModel, Weights, input_layer, make_layer
from numpy.typing import NDArray
from tensorboard.compat.proto.graph_pb2 import GraphDef  # type: ignore[import-untyped]
from tensorboard.compat.proto.node_def_pb2 import NodeDef  # type: ignore[import-untyped]

_EPSILON = 0.001
_NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


def read_mobilenet_v1(path: Path, name: str, input_size: int = 224) -> LayersModel:
    """Read the frozen graph; class 0 is the first class, the background class being left out."""
    graph = GraphDef()
    graph.ParseFromString(path.read_bytes())
    nodes = {node.name: node for node in graph.node}
    layers: list[Layer] = [input_layer("input_1", [None, input_size, input_size, 3])]
    weights: Weights = {}
    _add_convolution(layers, weights, nodes, "Conv2d_0", "conv1", "conv1_pad")
    for block in range(1, 14):
        _add_convolution(layers, weights, nodes, f"Conv2d_{block}_depthwise", f"conv_dw_{block}", f"conv_pad_{block}")
        _add_convolution(layers, weights, nodes, f"Conv2d_{block}_pointwise", f"conv_pw_{block}", "")
    _add_classification(layers, weights, nodes)
    return LayersModel(name, layers, weights)


def _add_convolution(
    layers: list[Layer], weights: Weights, nodes: dict[str, NodeDef], scope: str, name: str, pad: str
) -> None:
    """Add padding where it strides, convolution, normalisation and ReLU6."""
    depthwise = scope.endswith("depthwise")
    operation = "depthwise" if depthwise else "convolution"
    stride = nodes[f"MobilenetV1/MobilenetV1/{scope}/{operation}"].attr["strides"].list.i[1]
    kernel = _array(nodes[f"MobilenetV1/{scope}/{'depthwise_weights' if depthwise else 'weights'}"])
    if stride == 2:
        # TensorFlow's SAME pads a 3x3 kernel of stride 2 by (0, 1) where the size is even, and an input
        # size that is a multiple of 32 is even at all five strides. Keras's MobileNet has a layer for it.
        padding = {"padding": [[0, 1], [0, 1]], "data_format": "channels_last"}
        layers.append(make_layer("ZeroPadding2D", pad, layers[-1]["name"], padding))
    config = {
        "kernel_size": list(kernel.shape[:2]),
        "strides": [stride, stride],
        "padding": "valid" if stride == 2 else "same",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "activation": "linear",
        "use_bias": False,
        **({"depth_multiplier": 1} if depthwise else {"filters": kernel.shape[3]}),
    }
    layers.append(make_layer("DepthwiseConv2D" if depthwise else "Conv2D", name, layers[-1]["name"], config))
    weights[f"{name}/{'depthwise_kernel' if depthwise else 'kernel'}"] = kernel
    norm = {"axis": -1, "momentum": 0.99, "epsilon": _EPSILON, "center": True, "scale": True}
    layers.append(make_layer("BatchNormalization", f"{name}_bn", name, norm))
    for part in _NORM_PARTS:
        weights[f"{name}_bn/{part}"] = _array(nodes[f"MobilenetV1/{scope}/BatchNorm/{part}"])
    relu6 = {"max_value": 6.0, "negative_slope": 0.0, "threshold": 0.0}
    layers.append(make_layer("ReLU", f"{name}_relu", f"{name}_bn", relu6))


def _add_classification(layers: list[Layer], weights: Weights, nodes: dict[str, NodeDef]) -> None:
    # Index 0 of the graph's 1001 classes is "background", which Keras's model does not have.
    kernel = _array(nodes["MobilenetV1/Logits/Conv2d_1c_1x1/weights"])[..., 1:]
    weights["conv_preds/kernel"] = kernel
    weights["conv_preds/bias"] = _array(nodes["MobilenetV1/Logits/Conv2d_1c_1x1/biases"])[1:]
    channels, classes = kernel.shape[2:]
    convolution = {
        "filters": classes,
        "kernel_size": [1, 1],
        "strides": [1, 1],
        "padding": "same",
        "data_format": "channels_last",
        "dilation_rate": [1, 1],
        "activation": "linear",
        "use_bias": True,
    }
    pooled = "global_average_pooling2d_1"
    layers += [
        make_layer("GlobalAveragePooling2D", pooled, layers[-1]["name"], {"data_format": "channels_last"}),
        make_layer("Reshape", "reshape_1", pooled, {"target_shape": [1, 1, channels]}),
        make_layer("Dropout", "dropout", "reshape_1", {"rate": 0.001, "noise_shape": None, "seed": None}),
        make_layer("Conv2D", "conv_preds", "dropout", convolution),
        make_layer("Reshape", "reshape_2", "conv_preds", {"target_shape": [classes]}),
        make_layer("Activation", "act_softmax", "reshape_2", {"activation": "softmax"}),
    ]


def _array(node: NodeDef) -> NDArray[np.float32]:
    """Return the float values of a Const node."""
    tensor = node.attr["value"].tensor
    shape = [dimension.size for dimension in tensor.tensor_shape.dim]
    return np.frombuffer(tensor.tensor_content, "<f4").reshape(shape)
