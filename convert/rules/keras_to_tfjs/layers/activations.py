"""Activations: by tf.js's own functions where they compute the same, else by an expression that does."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ....models import Array, Config, Shape
from ..builder import Call, Tensor, size
from ..express import activate, affine, axis_last, clip, merge, operate, permute, relu, reshape, slice_axis

# Keras's name to tf.js's, where both compute the same. hard_sigmoid differs in Keras 3, see below.
_NATIVE = {
    "linear": "linear",
    "relu": "relu",
    "relu6": "relu6",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "softmax": "softmax",
    "log_softmax": "log_softmax",
    "elu": "elu",
    "selu": "selu",
    "softplus": "softplus",
    "softsign": "softsign",
    "silu": "swish",
    "swish": "swish",
    "mish": "mish",
    "gelu": "gelu",
}


def activation_name(call: Call, value: Any) -> tuple[str, Config]:
    """Return an activation's name and settings, as stored: a name, a serialised function or a layer."""
    if value is None:
        return "linear", {}
    if isinstance(value, str) and ">" not in value:
        return value, {}
    if isinstance(value, dict) and isinstance(value.get("class_name"), str):
        name, config = value["class_name"], value.get("config")
        keras = str(value.get("module") or "keras").split(".")[0] in ("keras", "tf_keras")
        # Functions come with their names only: "relu" may be anyone's.
        if keras and ">" not in name and name not in ("function", "__lambda__", "Lambda"):
            return name, config if isinstance(config, dict) else {}
    call.refuse(f"a function of one's own as activation ({str(value)[:60]})", "Use one of Keras's activations by name.")


def native_activation(call: Call, value: Any) -> str | None:
    """Return tf.js's name of an activation; None where it has none that computes the same."""
    name, config = activation_name(call, value)
    if config:
        return None
    if name == "hard_sigmoid" and not call.keras3:
        return name
    return _NATIVE.get(name)


def apply_activation(call: Call, x: Tensor, value: Any, suffix: str = "") -> Tensor:
    """Apply any activation to a tensor."""
    native = native_activation(call, value)
    if native == "softmax":
        return softmax(call, x, -1, suffix)
    if native:
        return activate(call, x, native, suffix)
    name, config = activation_name(call, value)
    rule = EXPRESSED.get(name)
    if rule is None:
        call.refuse(f"the activation {name!r}", "Use another activation, for example relu, silu or gelu.")
    return rule(replace(call, config={**config, "trainable": call.get("trainable", True)}), x, suffix)


def with_activation(
    call: Call, class_name: str, config: Config, x: Tensor, shape: Shape, weights: Mapping[str, Array] | None = None
) -> Tensor:
    """Add a layer that has an activation; what tf.js cannot do inside becomes layers of its own."""
    value = call.get("activation")
    native = native_activation(call, value)
    if native and not (native == "softmax" and len(shape) < 2):
        return call.emit(class_name, {**config, "activation": native}, x, shape, weights=weights)
    y = call.emit(class_name, {**config, "activation": "linear"}, x, shape, suffix="linear", weights=weights)
    return apply_activation(call, y, value)


def softmax(call: Call, x: Tensor, axis: Any, suffix: str = "") -> Tensor:
    """Softmax over one axis; tf.js knows only the last."""
    axes = [axis] if isinstance(axis, int) else list(axis)
    if len(axes) > 1:
        return _softmax_over(call, x, sorted(a % x.rank for a in axes), suffix)
    at = axes[0] % x.rank
    if x.rank < 2 or at == 0:
        call.refuse("Softmax over the batch")
    if at == x.rank - 1:
        return activate(call, x, "softmax", suffix)
    last, back = axis_last(call, x, at, f"{suffix or 'softmax'}_in")
    return permute(call, activate(call, last, "softmax", f"{suffix or 'softmax'}_last"), back, suffix)


def _softmax_over(call: Call, x: Tensor, axes: list[int], suffix: str) -> Tensor:
    """Softmax over several axes: those made one, and the last."""
    inner = suffix or "softmax"
    rest = [axis for axis in range(1, x.rank) if axis not in axes]
    if axes[0] == 0:
        call.refuse("Softmax over the batch")
    order = [*rest, *axes]
    moved = permute(call, x, order, f"{inner}_in")
    flat = reshape(call, moved, [*(x.shape[a] for a in rest), size([x.shape[a] for a in axes])], f"{inner}_flat")
    full = reshape(call, activate(call, flat, "softmax", f"{inner}_last"), moved.shape[1:], f"{inner}_full")
    return permute(call, full, [order.index(axis) + 1 for axis in range(1, x.rank)], suffix)


def full_relu(
    call: Call, x: Tensor, slope: float, max_value: float | None, threshold: float, suffix: str = ""
) -> Tensor:
    """Keras's relu with all of its settings; tf.js's knows only max_value."""
    if slope == 0 and threshold == 0:
        return relu(call, x, suffix, max_value)
    if max_value is None and threshold == 0:
        return call.emit("LeakyReLU", {"alpha": slope}, x, x.shape, suffix=suffix)
    inner = suffix or "relu"
    if slope == 0 and max_value is None:
        return call.emit("ThresholdedReLU", {"theta": threshold}, x, x.shape, suffix=suffix)
    positive = x
    if threshold:
        part = "" if slope == 0 and max_value is None else f"{inner}_threshold"
        positive = call.emit("ThresholdedReLU", {"theta": threshold}, x, x.shape, suffix=part)
    if slope == 0:
        return relu(call, positive, suffix, max_value)
    if max_value is not None or not threshold:
        positive = relu(call, positive, f"{inner}_positive", max_value)
    below = relu(call, affine(call, x, -1.0, threshold, f"{inner}_minus"), f"{inner}_below")
    return merge(call, "Add", [positive, affine(call, below, -slope, 0.0, f"{inner}_slope")], suffix)


def _hard_sigmoid(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    """Keras 3's relu6(x + 3) / 6."""
    return relu(call, affine(call, x, 1 / 6, 0.5, f"{suffix or 'hard_sigmoid'}_line"), suffix, 1.0)


def _hard_silu(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    return merge(call, "Multiply", [x, _hard_sigmoid(call, x, f"{suffix or 'hard_silu'}_gate")], suffix)


def _hard_tanh(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    return clip(call, x, -1.0, 1.0, suffix)


def gelu(call: Call, x: Tensor, suffix: str = "", *, approximate: bool = False) -> Tensor:
    """Gelu; its approximation 0.5 x (1 + tanh(u)) is x sigmoid(2 u), which tf.js can do."""
    if not approximate:
        return activate(call, x, "gelu", suffix)
    inner, factor = suffix or "gelu", 2 * math.sqrt(2 / math.pi)
    cube = affine(call, merge(call, "Multiply", [x, x, x], f"{inner}_cube"), 0.044715 * factor, 0.0, f"{inner}_cubic")
    line = affine(call, x, factor, 0.0, f"{inner}_line")
    gate = activate(call, merge(call, "Add", [line, cube], f"{inner}_sum"), "sigmoid", f"{inner}_gate")
    return merge(call, "Multiply", [x, gate], suffix)


def elu(call: Call, x: Tensor, alpha: float, suffix: str = "") -> Tensor:
    """Elu with any alpha: relu(x) + alpha * elu(min(x, 0))."""
    if alpha == 1:
        return activate(call, x, "elu", suffix)
    inner = suffix or "elu"
    below = affine(
        call, relu(call, affine(call, x, -1.0, 0.0, f"{inner}_minus"), f"{inner}_below"), -1.0, 0.0, f"{inner}_negative"
    )
    curve = affine(call, activate(call, below, "elu", f"{inner}_curve"), alpha, 0.0, f"{inner}_alpha")
    return merge(call, "Add", [relu(call, x, f"{inner}_positive"), curve], suffix)


def _tanh_shrink(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    inner = suffix or "shrink"
    return merge(
        call, "Add", [x, affine(call, activate(call, x, "tanh", f"{inner}_tanh"), -1.0, 0.0, f"{inner}_minus")], suffix
    )


def _shrink(call: Call, x: Tensor, suffix: str, hard: bool) -> Tensor:
    inner, threshold = suffix or "shrink", float(call.get("threshold", 0.5))
    minus = affine(call, x, -1.0, 0.0, f"{inner}_minus")
    parts = []
    for side, value in (("above", x), ("below", minus)):
        if hard:
            parts.append(call.emit("ThresholdedReLU", {"theta": threshold}, value, x.shape, suffix=f"{inner}_{side}"))
        else:
            parts.append(relu(call, affine(call, value, 1.0, -threshold, f"{inner}_{side}_in"), f"{inner}_{side}"))
    return merge(call, "Add", [parts[0], affine(call, parts[1], -1.0, 0.0, f"{inner}_back")], suffix)


def _log_sigmoid(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    inner = suffix or "log_sigmoid"
    plus = activate(call, affine(call, x, -1.0, 0.0, f"{inner}_minus"), "softplus", f"{inner}_plus")
    return affine(call, plus, -1.0, 0.0, suffix)


def _sparse_sigmoid(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    return relu(call, affine(call, x, 0.5, 0.5, f"{suffix or 'sparse'}_line"), suffix, 1.0)


def _sparse_plus(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    inner = suffix or "sparse_plus"
    gate = _sparse_sigmoid(call, x, f"{inner}_gate")
    tail = relu(call, affine(call, x, 1.0, -1.0, f"{inner}_tail_in"), f"{inner}_tail")
    return merge(call, "Add", [merge(call, "Multiply", [gate, gate], f"{inner}_square"), tail], suffix)


def _relu_layer(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    maximum = call.get("max_value")
    return full_relu(
        call,
        x,
        number(call, "negative_slope", 0.0),
        None if maximum is None else number(call, "max_value", 0.0),
        number(call, "threshold", 0.0),
        suffix,
    )


def _leaky(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    key = "alpha" if "alpha" in call.config else "negative_slope"
    default = 0.3 if call.class_name == "LeakyReLU" else 0.2
    return call.emit("LeakyReLU", {"alpha": number(call, key, default)}, x, x.shape, suffix=suffix)


def number(call: Call, key: str, default: float) -> float:
    """Return a numeric setting; Keras stores some of them as arrays of one number."""
    value = call.get(key, default)
    if isinstance(value, dict) and isinstance(value.get("config"), dict):
        value = value["config"].get("value")
    if not isinstance(value, int | float):
        call.refuse(f"{call.class_name} with {key}={value!r}")
    return float(value)


def _operation(name: str, **settings: float) -> Callable[[Call, Tensor, str], Tensor]:
    """Return the rule of an activation that only our own layer can compute."""
    return lambda call, x, suffix: operate(call, name, [x], x.shape, suffix, **settings)


def _glu(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    inner, axis = suffix or "glu", int(call.get("axis", -1)) % x.rank
    length = x.shape[axis]
    if axis == 0 or length is None or length % 2:
        call.refuse(f"glu along axis {axis} of {x.shape}")
    value = slice_axis(call, x, axis, 0, length // 2, f"{inner}_value")
    gate = slice_axis(call, x, axis, length // 2, length, f"{inner}_gate")
    return merge(call, "Multiply", [value, activate(call, gate, "sigmoid", f"{inner}_open")], suffix)


EXPRESSED: dict[str, Callable[[Call, Tensor, str], Tensor]] = {
    "hard_sigmoid": _hard_sigmoid,
    "hard_silu": _hard_silu,
    "hard_swish": _hard_silu,
    "hard_tanh": _hard_tanh,
    "leaky_relu": _leaky,
    "celu": lambda call, x, suffix: elu(call, x, 1.0, suffix),
    "tanh_shrink": _tanh_shrink,
    "soft_shrink": lambda call, x, suffix: _shrink(call, x, suffix, hard=False),
    "hard_shrink": lambda call, x, suffix: _shrink(call, x, suffix, hard=True),
    "log_sigmoid": _log_sigmoid,
    "sparse_sigmoid": _sparse_sigmoid,
    "sparse_plus": _sparse_plus,
    "exponential": _operation("exp"),
    "squareplus": _operation("squareplus", b=4.0),
    "sparsemax": _operation("sparsemax"),
    "glu": _glu,
    "ReLU": _relu_layer,
    "LeakyReLU": _leaky,
    "ELU": lambda call, x, suffix: elu(call, x, number(call, "alpha", 1.0), suffix),
    "Softmax": lambda call, x, suffix: softmax(call, x, call.get("axis", -1), suffix),
}


def _activation(call: Call) -> Tensor:
    return apply_activation(call, call.x, call.get("activation"))


def _prelu(call: Call) -> Tensor:
    shared = call.get("shared_axes") or []
    shape = [1 if axis in shared else n for axis, n in enumerate(call.x.shape)][1:]
    return call.emit(
        "PReLU", {"shared_axes": shared or None}, call.x, call.x.shape, weights=call.take(("alpha", shape))
    )


def _thresholded(call: Call) -> Tensor:
    return call.emit("ThresholdedReLU", {"theta": number(call, "theta", 1.0)}, call.x, call.x.shape)


def _layer(call: Call) -> Tensor:
    return EXPRESSED[call.class_name](call, call.x, "")


RULES: dict[str, Callable[[Call], Tensor]] = {
    "Activation": _activation,
    "PReLU": _prelu,
    "ThresholdedReLU": _thresholded,
    **dict.fromkeys(("ReLU", "LeakyReLU", "ELU", "Softmax"), _layer),
}
