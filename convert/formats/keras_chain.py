"""Pretrained networks laid out as Keras's layers, from weights that others stored in their own way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..models import Array, Graph, Layer, LayersModel

_EPSILON = 0.001  # Of the normalisations in the networks that are read here: TensorFlow's own.
NORM_PARTS = ("gamma", "beta", "moving_mean", "moving_variance")


class KerasChain:
    """Layers that are added one after the other, with their weights, until they make a model.

    Parameters
    ----------
    input_size : int
        Side of the square RGB input in pixels.
    """

    def __init__(self, input_size: int) -> None:
        self.weights: dict[str, Array] = {}
        self._layers: list[Layer] = []
        self.add("InputLayer", "input_1", after=(), batch_input_shape=[None, input_size, input_size, 3])

    @property
    def last(self) -> str:
        """Name of the layer that was added last."""
        name: str = self._layers[-1]["name"]
        return name

    def add(self, class_name: str, name: str, after: tuple[str, ...] | None = None, **config: Any) -> None:
        """Add a layer; `after` names what it takes, by default the layer before."""
        taken = (self.last,) if after is None else after
        nodes = [[[one, 0, 0, {}] for one in taken]] if taken else []
        config = {"name": name, "dtype": "float32", **config}
        self._layers.append({"class_name": class_name, "name": name, "config": config, "inbound_nodes": nodes})

    def add_convolution(
        self, name: str, kernel: Array, stride: int = 1, padding: str = "same", bias: Array | None = None
    ) -> None:
        """Add a convolution with a kernel of shape (height, width, channels, filters)."""
        self._add_kernel("Conv2D", name, kernel, stride, padding, bias, filters=kernel.shape[3])

    def add_depthwise(self, name: str, kernel: Array, stride: int = 1, padding: str = "same") -> None:
        """Add a convolution of each channel for itself, with a kernel of shape (height, width, channels, 1)."""
        self._add_kernel("DepthwiseConv2D", name, kernel, stride, padding, None, depth_multiplier=1)

    def _add_kernel(
        self, class_name: str, name: str, kernel: Array, stride: int, padding: str, bias: Array | None, **config: Any
    ) -> None:
        self.add(
            class_name,
            name,
            **config,
            kernel_size=list(kernel.shape[:2]),
            strides=[stride, stride],
            padding=padding,
            data_format="channels_last",
            dilation_rate=[1, 1],
            activation="linear",
            use_bias=bias is not None,
        )
        self.weights[f"{name}/{'depthwise_kernel' if class_name == 'DepthwiseConv2D' else 'kernel'}"] = kernel
        if bias is not None:
            self.weights[f"{name}/bias"] = bias

    def add_normalization(self, name: str, parts: Mapping[str, Array]) -> None:
        """Add a BatchNormalization with the arrays of these `NORM_PARTS`."""
        self.add("BatchNormalization", name, axis=-1, momentum=0.99, epsilon=_EPSILON, center=True, scale=True)
        self.weights |= {f"{name}/{part}": parts[part] for part in NORM_PARTS}

    def add_relu6(self, name: str) -> None:
        """Add a ReLU that ends at 6."""
        self.add("ReLU", name, max_value=6.0, negative_slope=0.0, threshold=0.0)

    def model(self, name: str) -> LayersModel:
        """Return the model of these layers."""
        graph = Graph(name, self._layers, [["input_1", 0, 0]], [[self.last, 0, 0]])
        return LayersModel(graph.topology(), self.weights)
