"""Activations, by name and as layers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ...models import Array, Config
from .rule import Rule, axes


def softmax(x: Array, axis: int | tuple[int, ...] = -1) -> Array:
    """Return exponentials with a sum of 1."""
    grown = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(grown / grown.sum(axis=axis, keepdims=True))


def _sigmoid(x: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)))


def _softplus(x: Array) -> Array:
    return np.asarray(np.logaddexp(x, 0))


def _elu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _erf(x: Array) -> Array:
    """Error function to 1.5e-7: Abramowitz and Stegun, 7.1.26."""
    t = 1 / (1 + 0.3275911 * np.abs(x))
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return np.asarray(np.sign(x) * (1 - series * np.exp(-x * x)))


def _gelu(x: Array) -> Array:
    return np.asarray(0.5 * x * (1 + _erf(x / np.sqrt(2))))


def _hard_sigmoid(x: Array) -> Array:
    return np.asarray(np.clip(x / 6 + 0.5, 0, 1))


def _log_softmax(x: Array) -> Array:
    shifted = x - x.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _sparsemax(x: Array) -> Array:
    """Return the nearest point to x whose values are not negative and have a sum of 1: Martins and Astudillo, 2016."""
    ordered = -np.sort(-x, axis=-1)
    above = np.cumsum(ordered, axis=-1) - 1
    count = np.arange(1, x.shape[-1] + 1)
    kept = (count * ordered > above).sum(-1, keepdims=True)
    return np.asarray(np.maximum(x - np.take_along_axis(above, kept - 1, -1) / kept, 0))


_FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "sparsemax": _sparsemax,
    "relu6": lambda x: np.clip(x, 0, 6),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.2 * x),
    "elu": _elu,
    "celu": _elu,
    "selu": lambda x: 1.0507009873554805 * _elu(x, 1.6732632423543772),
    "exponential": np.exp,
    "sigmoid": _sigmoid,
    "hard_sigmoid": _hard_sigmoid,
    "hard_sigmoid of Keras 2": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "log_sigmoid": lambda x: -_softplus(-x),
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + np.abs(x)),
    "softmax": softmax,
    "log_softmax": _log_softmax,
    "tanh": np.tanh,
    "hard_tanh": lambda x: np.clip(x, -1, 1),
    "tanh_shrink": lambda x: x - np.tanh(x),
    "hard_silu": lambda x: x * _hard_sigmoid(x),
    "hard_swish": lambda x: x * _hard_sigmoid(x),
    "silu": lambda x: x * _sigmoid(x),
    "swish": lambda x: x * _sigmoid(x),
    "mish": lambda x: x * np.tanh(_softplus(x)),
    "gelu": _gelu,
}


def activate(config: Config, x: Array) -> Array:
    """Apply the activation that a configuration names."""
    name = config.get("activation") or "linear"
    if isinstance(name, Mapping):
        name = name.get("config") if name.get("class_name") == "function" else name.get("class_name")
    if not isinstance(name, str) or name not in _FUNCTIONS:
        raise NotImplementedError(f"activation {name!r:.60}")
    return _FUNCTIONS[name](x)


def _relu(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    threshold, slope = float(config.get("threshold") or 0), float(config.get("negative_slope") or 0)
    made = np.where(x >= threshold, x, slope * (x - threshold))
    highest = config.get("max_value")
    return made if highest is None else np.minimum(made, float(highest))


def _leaky(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    slope = float(config["negative_slope"] if "negative_slope" in config else config.get("alpha", 0.3))
    return np.where(x > 0, x, slope * x)


def _prelu(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,), (alpha,) = inputs, arrays
    return np.where(x > 0, x, alpha * x)


def _softmax_layer(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    if len(inputs) > 1:
        raise NotImplementedError("a mask")
    return softmax(inputs[0], axes(config.get("axis", -1), inputs[0].ndim))


def _thresholded(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return inputs[0] * (inputs[0] > float(config.get("theta", 1)))


def _elu_layer(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return _elu(inputs[0], float(config.get("alpha", 1)))


def _activation(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return activate(config, inputs[0])


def _dense(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    kernel, *bias = arrays
    made: Any = inputs[0] @ kernel
    return activate(config, made + bias[0] if bias else made)


RULES: dict[str, Rule] = {
    "Activation": _activation,
    "Dense": _dense,
    "ELU": _elu_layer,
    "LeakyReLU": _leaky,
    "PReLU": _prelu,
    "ReLU": _relu,
    "Softmax": _softmax_layer,
    "ThresholdedReLU": _thresholded,
}
