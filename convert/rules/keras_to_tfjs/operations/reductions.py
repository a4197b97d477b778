"""Operations that reduce dimensions, or run along one."""

from __future__ import annotations

from collections.abc import Callable

from ...operation_names import REDUCING
from ..builder import Call, Tensor, size
from ..express import affine, axis_last, operate, permute, reshape
from ..layers.activations import apply_activation, softmax
from .arithmetic import REMEDY


def axes_of(call: Call, x: Tensor) -> list[int]:
    """Return the axes of an operation, counted from the front; the batch may not be among them."""
    value = call.get("axis")
    values = list(range(x.rank)) if value is None else [value] if isinstance(value, int) else list(value)
    axes = sorted(v % x.rank for v in values)
    if not axes or axes[0] == 0:
        call.refuse(f"{call.class_name} over the batch", REMEDY)
    return axes


def _reduce(call: Call) -> Tensor:
    x = call.x
    axes = axes_of(call, x)
    rest = [axis for axis in range(1, x.rank) if axis not in axes]
    count, other = size([x.shape[a] for a in axes]), size([x.shape[a] for a in rest])
    if other is None or (count is None and call.class_name == "Sum"):
        call.refuse(f"{call.class_name} over axes {axes} of {x.shape}", "Give the model's Input a full shape.")
    if call.get("initial") is not None:
        call.refuse(f"{call.class_name} with initial", REMEDY)
    y = x
    if call.class_name == "Min":
        y = affine(call, y, -1.0, 0.0, "minus")
    y = permute(call, y, [*axes, *rest], "reduced_first")
    y = reshape(call, y, (count, other), "table")
    kind = "GlobalAveragePooling1D" if call.class_name in ("Mean", "Average", "Sum") else "GlobalMaxPooling1D"
    y = call.emit(kind, {}, y, (x.shape[0], other), suffix="reduced")
    if call.class_name in ("Sum", "Min"):
        y = affine(call, y, float(count or 1) if call.class_name == "Sum" else -1.0, 0.0, "scaled")
    kept = [1 if axis in axes else x.shape[axis] for axis in range(1, x.rank)]
    target = kept if call.get("keepdims") else [x.shape[axis] for axis in rest]
    return reshape(call, y, target)


def _reduce_custom(call: Call) -> Tensor:
    x, axes = call.x, axes_of(call, call.x)
    keep, name = call.get("keepdims") is True, REDUCING[call.class_name]
    if name.startswith("arg") and len(axes) != 1:
        call.refuse(f"{call.class_name} over axes {axes}", "Name one axis.")
    shape = tuple(1 if axis in axes else n for axis, n in enumerate(x.shape) if keep or axis not in axes)
    axis = axes[0] if name.startswith("arg") else axes
    return operate(call, name, [x], shape, axis=axis, keepdims=keep)


def _cumulate(call: Call) -> Tensor:
    axis = call.get("axis")
    if not isinstance(axis, int) or axis % call.x.rank == 0:
        call.refuse(f"{call.class_name} along axis {axis}", REMEDY)
    return operate(call, call.class_name.lower(), [call.x], call.x.shape, axis=axis % call.x.rank)


def _log_softmax(call: Call) -> Tensor:
    x, axis = call.x, call.get("axis", -1)
    if not isinstance(axis, int) or axis % x.rank == 0:
        call.refuse(f"LogSoftmax over axis {axis}", REMEDY)
    if axis % x.rank == x.rank - 1:
        return apply_activation(call, x, "log_softmax")
    last, back = axis_last(call, x, axis % x.rank, "log_softmax_in")
    return permute(call, apply_activation(call, last, "log_softmax", "log_softmax_last"), back)


RULES: dict[str, Callable[[Call], Tensor]] = {
    **dict.fromkeys(("Mean", "Max", "Min", "Sum"), _reduce),
    **dict.fromkeys(REDUCING, _reduce_custom),
    **dict.fromkeys(("Cumsum", "Cumprod"), _cumulate),
    "Average": lambda call: _reduce(call)
    if call.get("weights") is None
    else call.refuse("Average with weights", REMEDY),
    "Softmax": lambda call: softmax(call, call.x, call.get("axis", -1)),
    "LogSoftmax": _log_softmax,
}
