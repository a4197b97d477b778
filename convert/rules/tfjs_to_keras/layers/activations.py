"""Rules for layers that are activations."""

from __future__ import annotations

from typing import Any

from ..layer import KerasLayer, TfjsLayer, axes_of
from .shared_settings import activation, training_settings


def activation_layer(layer: TfjsLayer) -> KerasLayer:
    """Activation."""
    name, scale = activation(layer)
    if scale == 1:
        return KerasLayer("Activation", layer.base() | {"activation": name})
    rescaling = KerasLayer("Rescaling", {"name": "rescaling", "dtype": "float32", "scale": scale, "offset": 0.0})
    return stack(layer, [rescaling, KerasLayer("Activation", {"name": name, "dtype": "float32", "activation": name})])


def stack(layer: TfjsLayer, parts: list[KerasLayer]) -> KerasLayer:
    """Several weightless layers in the place of one."""
    config = {"name": layer.name, "layers": [part.serialized() for part in parts]}
    return KerasLayer("Sequential", config, module="keras", children=tuple(parts))


def relu(layer: TfjsLayer) -> KerasLayer:
    """ReLU: tf.js knows max_value only."""
    if layer.get("negative_slope", 0) or layer.get("threshold", 0):
        layer.note("negative_slope and threshold are dropped: tf.js ignores them.")
    maximum = None if layer.get("max_value") is None else layer.number("max_value")
    if maximum is not None and maximum < 0:
        layer.refuse(f"max_value={maximum}", "Keras wants a maximum of at least 0.")
    return KerasLayer("ReLU", layer.base() | {"max_value": maximum, "negative_slope": 0.0, "threshold": 0.0})


def leaky_relu(layer: TfjsLayer) -> KerasLayer:
    """LeakyReLU: alpha, 0.3 where it is missing."""
    slope = layer.number("alpha", 0.3)
    if slope < 0:
        layer.refuse(f"alpha={slope}", "Keras wants a slope of at least 0.")
    return KerasLayer("LeakyReLU", layer.base() | {"negative_slope": slope})


def thresholded_relu(layer: TfjsLayer) -> KerasLayer:
    """ThresholdedReLU: x where x > theta, else 0, which is Keras 3's ReLU with a threshold."""
    theta = layer.number("theta", 1.0)
    if theta < 0:
        layer.refuse(f"theta={theta}", "Keras 3 has no layer for a threshold below 0.")
    return KerasLayer("ReLU", layer.base() | {"max_value": None, "negative_slope": 0.0, "threshold": theta})


def elu(layer: TfjsLayer) -> KerasLayer:
    """ELU: tf.js knows alpha=1 only."""
    if layer.number("alpha", 1) != 1:
        layer.refuse(f"alpha={layer.get('alpha')}", "tf.js cannot run it: load the model that it came from.")
    return KerasLayer("ELU", layer.base() | {"alpha": 1.0})


def prelu(layer: TfjsLayer) -> KerasLayer:
    """PReLU."""
    axes: Any = layer.get("shared_axes")
    axes = [axes] if type(axes) is int else axes
    config = layer.base() | {"shared_axes": axes} | training_settings(layer, ("alpha",), activity=False)
    return KerasLayer("PReLU", config, (layer.variable("alpha", None),))


def softmax(layer: TfjsLayer) -> KerasLayer:
    """Softmax: axis 1 where it is missing, unlike Keras's -1."""
    return KerasLayer("Softmax", layer.base() | {"axis": axes_of(layer, layer.get("axis", 1))})
