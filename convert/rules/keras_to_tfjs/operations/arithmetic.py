"""Operations on tensors element by element."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ...operation_names import BINARY, UNARY
from ..builder import Call, Tensor
from ..express import affine, broadcast, identity, merge, operate, relu
from ..layers.activations import EXPRESSED, activation_name, apply_activation

REMEDY = "Replace the operation by Keras layers, and save again."
_ACTIVATIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Silu": "silu", "Selu": "selu",
    "Softplus": "softplus", "Softsign": "softsign", "HardSigmoid": "hard_sigmoid", "HardSilu": "hard_silu",
    "HardSwish": "hard_silu", "HardTanh": "hard_tanh", "LogSigmoid": "log_sigmoid", "TanhShrink": "tanh_shrink",
    "SoftShrink": "soft_shrink", "HardShrink": "hard_shrink", "LeakyRelu": "leaky_relu", "Mish": "mish",
    "SparsePlus": "sparse_plus", "SparseSigmoid": "sparse_sigmoid", "Celu": "celu", "Glu": "glu",
    "Sparsemax": "sparsemax", "Squareplus": "squareplus",
}  # fmt: skip
_PLAIN = {
    "Add": "add", "Subtract": "subtract", "Multiply": "multiply", "TrueDivide": "divide", "Divide": "divide",
    "Maximum": "maximum", "Minimum": "minimum",
}  # fmt: skip


def _constant(call: Call, value: Any, rank: int) -> Any:
    """A constant operand, without the dimension of the batch where it has one."""
    if isinstance(value, Mapping):
        value = value.get("value", value.get("config"))
    array = np.asarray(value)
    if array.dtype.kind not in "fiub" or array.ndim > rank or (array.ndim == rank and array.shape[:1] != (1,)):
        call.refuse(f"{call.class_name} with {value!r:.60}", REMEDY)
    return (array[0] if array.ndim == rank else array).astype(np.float64)


def operands_of(call: Call, count: int = 2) -> list[Any]:
    """Return tensors, and constants as arrays that broadcast to them."""
    values = list(call.args)
    values += [call.config[key] for key in ("condition", "x", "x1", "y", "x2") if key in call.config]
    tensors = [one for one in values if isinstance(one, Tensor)]
    if len(values) != count or not tensors:
        call.refuse(f"{call.class_name} with {len(values)} operands", REMEDY)
    if len({one.rank for one in tensors}) > 1:
        call.refuse(f"{call.class_name} on tensors of shapes {[t.shape for t in tensors]}", "Reshape them to one rank.")
    return [one if isinstance(one, Tensor) else _constant(call, one, tensors[0].rank) for one in values]


def elementwise(call: Call, operation: str, operands: list[Any]) -> Tensor:
    """Apply a function of several tensors and constants by our own layer."""
    rank = next(one.rank for one in operands if isinstance(one, Tensor))
    shapes = [one.shape if isinstance(one, Tensor) else (1,) * (rank - one.ndim) + one.shape for one in operands]
    return operate(call, operation, operands, broadcast(call, shapes))


def _arithmetic(call: Call) -> Tensor:
    """Add, Subtract, Multiply, TrueDivide, Maximum, Minimum of tensors or of a tensor and a constant."""
    first, second = operands_of(call)
    name = call.class_name
    if isinstance(first, Tensor) and isinstance(second, Tensor):
        if name == "Subtract":
            return merge(call, "Add", [first, affine(call, second, -1.0, 0.0, "minus")])
        if name in ("TrueDivide", "Divide"):
            return elementwise(call, "divide", [first, second])
        return merge(call, name, [first, second])
    left = isinstance(first, Tensor)
    x, value = (first, second) if left else (second, first)
    if any(n not in (1, have) for n, have in zip(value.shape[::-1], x.shape[::-1], strict=False)):
        return elementwise(call, _PLAIN[name], [first, second])  # It makes the tensor larger.
    if name == "Add":
        return affine(call, x, 1.0, value)
    if name == "Multiply":
        return affine(call, x, value, 0.0)
    if name == "Subtract":
        return affine(call, x, 1.0, -value) if left else affine(call, x, -1.0, value)
    if name in ("TrueDivide", "Divide"):
        if not left or not np.all(value):
            return elementwise(call, "divide", [first, second])
        return affine(call, x, 1 / value, 0.0)
    sign = 1.0 if name == "Maximum" else -1.0
    above = relu(call, affine(call, x, sign, -sign * value, "difference"), "above")
    return affine(call, above, sign, value)


def bias_add(call: Call) -> Tensor:
    """Add a constant to each channel, as preprocess_input does."""
    bias = np.asarray(call.get("bias", call.args[1] if len(call.args) > 1 else None))
    if bias.ndim != 1 or bias.dtype.kind not in "fiu":
        call.refuse(f"bias_add of {call.get('bias')!r:.60}", REMEDY)
    first = str(call.get("data_format") or "").startswith("NC")
    return affine(call, call.x, 1.0, bias.reshape(-1, *[1] * (call.x.rank - 2)) if first else bias)


def _power(call: Call) -> Tensor:
    x, exponent = operands_of(call) if call.class_name == "Power" else (call.x, np.asarray(2.0))
    if not isinstance(x, Tensor) or isinstance(exponent, Tensor) or exponent.ndim or exponent not in (1, 2, 3, 4):
        return elementwise(call, "power", [x, exponent])
    return merge(call, "Multiply", [x] * int(exponent)) if exponent > 1 else identity(call, x)


def _absolute(call: Call) -> Tensor:
    minus = affine(call, call.x, -1.0, 0.0, "minus")
    return merge(call, "Add", [relu(call, call.x, "above"), relu(call, minus, "below")])


def _activation(call: Call) -> Tensor:
    name = _ACTIVATIONS[call.class_name]
    keys = {"negative_slope", "threshold", "alpha"} & set(call.config)
    if name not in EXPRESSED and activation_name(call, name)[0] == name and not keys:
        return apply_activation(call, call.x, name)
    if name == "hard_sigmoid" or (keys and name in EXPRESSED):
        return EXPRESSED[name](call, call.x, "")
    return apply_activation(call, call.x, name)


def _round(call: Call) -> Tensor:
    if call.get("decimals"):
        call.refuse(f"Round to {call.get('decimals')} decimals", REMEDY)
    return operate(call, "round", [call.x], call.x.shape)


def _cast(call: Call) -> Tensor:
    """To float32, in which all is computed, or to 1 and 0."""
    dtype = str(call.get("dtype"))
    if dtype in ("float32", "float64"):
        return affine(call, call.x, 1.0, 0.0)
    if dtype == "bool":
        return elementwise(call, "not_equal", [call.x, np.zeros(())])
    call.refuse(f"Cast to {dtype}", REMEDY)


RULES: dict[str, Callable[[Call], Tensor]] = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "TrueDivide", "Divide", "Maximum", "Minimum"), _arithmetic),
    **dict.fromkeys(("Power", "Square"), _power),
    **dict.fromkeys(_ACTIVATIONS, _activation),
    **dict.fromkeys(UNARY, lambda call: operate(call, UNARY[call.class_name], [call.x], call.x.shape)),
    **dict.fromkeys(BINARY, lambda call: elementwise(call, BINARY[call.class_name], operands_of(call))),
    "Where": lambda call: elementwise(call, "where", operands_of(call, 3)),
    "Absolute": _absolute,
    "Abs": _absolute,
    "Negative": lambda call: affine(call, call.x, -1.0, 0.0),
    "Round": _round,
    "Cast": _cast,
}
