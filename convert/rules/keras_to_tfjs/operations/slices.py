"""Operations that give tensors another shape, or take parts of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ....models import flat
from ..builder import Call, Tensor, size
from ..express import clip, identity, operate, permute, reshape, slice_axis
from ..layers.reshaping import concatenate, resolved
from .arithmetic import REMEDY
from .reductions import axes_of


def _reshape(call: Call) -> Tensor:
    shape = call.get("newshape", call.args[1] if len(call.args) > 1 else None)
    x = call.x
    if not isinstance(shape, list) or not all(n is None or type(n) is int for n in shape) or shape[0] not in (-1, None):
        call.refuse(f"Reshape to {shape!r}", "Use a Reshape layer, which keeps the batch.")
    target = [None if n in (-1, None) else n for n in shape[1:]]
    full = resolved(call, x, target)
    if size(full) != size(x.shape[1:]):
        call.refuse(f"Reshape of {x.shape} to {shape}", "Use a Reshape layer, which keeps the batch.")
    return reshape(call, x, full)


def _transpose(call: Call) -> Tensor:
    axes = call.get("axes")
    axes = [a % call.x.rank for a in axes] if isinstance(axes, list) else []
    if not axes or axes[0] != 0:
        call.refuse(f"Transpose with axes {call.get('axes')}", "Leave the batch where it is.")
    return permute(call, call.x, axes[1:])


def _expand(call: Call) -> Tensor:
    x, axis = call.x, call.get("axis")
    at = axis % (x.rank + 1) if isinstance(axis, int) else 0
    if at == 0:
        call.refuse(f"ExpandDims at axis {axis}", REMEDY)
    return reshape(call, x, (*x.shape[1:at], 1, *x.shape[at:]))


def _squeeze(call: Call) -> Tensor:
    x = call.x
    if call.get("axis") is None:
        call.refuse("Squeeze without an axis", "Name the axis.")
    axes = axes_of(call, x)
    if any(x.shape[axis] != 1 for axis in axes):
        call.refuse(f"Squeeze of axes {axes} of {x.shape}", REMEDY)
    return reshape(call, x, [n for axis, n in enumerate(x.shape) if axis and axis not in axes])


def _concat(call: Call) -> Tensor:
    if len(flat(call.args[:1])) != len(call.inputs):
        call.refuse("Concatenate of tensors and constants", REMEDY)
    return concatenate(call, int(call.get("axis", 0)))


def _clip(call: Call) -> Tensor:
    low, high = call.get("x_min"), call.get("x_max")
    if not isinstance(low, int | float) or not isinstance(high, int | float) or low >= high:
        call.refuse(f"Clip to [{low}, {high}]", REMEDY)
    return clip(call, call.x, float(low), float(high))


def _axis(call: Call, x: Tensor, key: str = "axis", extra: int = 0) -> int:
    value = call.get(key, -1)
    if type(value) is not int or value % (x.rank + extra) == 0:
        call.refuse(f"{call.class_name} along axis {value}", REMEDY)
    return value % (x.rank + extra)


def _stack(call: Call) -> Tensor:
    first = call.inputs[0]
    axis = _axis(call, first, extra=1)
    if len(flat(call.args[:1])) != len(call.inputs):
        call.refuse("Stack of tensors and constants", REMEDY)
    shape = (*first.shape[1:axis], 1, *first.shape[axis:])
    raised = tuple(reshape(call, x, shape, f"raised_{i}") for i, x in enumerate(call.inputs))
    return concatenate(replace(call, inputs=raised), axis)


def _split(call: Call) -> list[Tensor]:
    x, axis, parts = call.x, _axis(call, call.x), call.get("indices_or_sections")
    length = x.shape[axis]
    if length is None or (isinstance(parts, int) and length % parts):
        call.refuse(f"Split of {x.shape} along axis {axis}", "Give the model's Input a full shape.")
    inner = [length // parts * i for i in range(1, parts)] if isinstance(parts, int) else list(parts)
    ends = [0, *inner, length]
    if ends != sorted(set(ends)):
        call.refuse(f"Split at {inner} of {length}", REMEDY)
    pieces = itertools.pairwise(ends)
    return [slice_axis(call, x, axis, a, b, f"part_{i}" if i else "") for i, (a, b) in enumerate(pieces)]


def _swap(call: Call) -> Tensor:
    x = call.x
    first, second = _axis(call, x, "axis1"), _axis(call, x, "axis2")
    dims = list(range(x.rank))
    dims[first], dims[second] = second, first
    return permute(call, x, dims[1:])


def _move(call: Call) -> Tensor:
    x = call.x
    ends = [[v] if isinstance(v, int) else list(v) for v in (call.get("source"), call.get("destination"))]
    sources, targets = ([v % x.rank for v in end] for end in ends)
    dims = [axis for axis in range(x.rank) if axis not in sources]
    for target, source in sorted(zip(targets, sources, strict=True)):
        dims.insert(target, source)
    if dims[0]:
        call.refuse("Moveaxis of the batch", REMEDY)
    return permute(call, x, dims[1:])


def _take_along(call: Call, x: Tensor, axis: int, indices: list[int], suffix: str = "") -> Tensor:
    shape = (*x.shape[:axis], len(indices), *x.shape[axis + 1 :])
    return operate(call, "take", [x], shape, suffix, axis=axis, indices=indices)


def _take(call: Call) -> Tensor:
    x, axis = call.x, _axis(call, call.x)
    given = call.get("indices", call.args[1] if len(call.args) > 1 else None)
    array, length = np.asarray(given), x.shape[axis]
    if array.dtype.kind not in "iu" or array.ndim > 1 or length is None or (array >= length).any() or (array < 0).any():
        call.refuse(f"Take of {given!r:.60} from {x.shape}", "Use whole numbers within the tensor.")
    taken = _take_along(call, x, axis, array.reshape(-1).tolist(), "" if array.ndim else "taken")
    return taken if array.ndim else reshape(call, taken, (*x.shape[1:axis], *x.shape[axis + 1 :]))


def _repeat(call: Call) -> Tensor:
    x, axis, count = call.x, _axis(call, call.x), call.get("repeats")
    length = x.shape[axis]
    if type(count) is not int or length is None:
        call.refuse(f"Repeat by {count!r} of {x.shape}", REMEDY)
    return _take_along(call, x, axis, [i for i in range(length) for _ in range(count)])


def _roll(call: Call) -> Tensor:
    x, axis, shift = call.x, _axis(call, call.x), call.get("shift")
    length = x.shape[axis]
    if type(shift) is not int or length is None:
        call.refuse(f"Roll by {shift!r} of {x.shape}", REMEDY)
    return _take_along(call, x, axis, [(i - shift) % length for i in range(length)])


def _flip(call: Call) -> Tensor:
    return operate(call, "flip", [call.x], call.x.shape, axis=axes_of(call, call.x))


def _tile(call: Call) -> Tensor:
    x, repeats = call.x, call.get("repeats")
    if not isinstance(repeats, list) or len(repeats) != x.rank or repeats[0] != 1:
        call.refuse(f"Tile of {x.shape} by {repeats!r}", "Name a number for each dimension, 1 for the batch.")
    shape = tuple(None if n is None else n * r for n, r in zip(x.shape, repeats, strict=True))
    return operate(call, "tile", [x], shape, repeats=repeats)


def _pad(call: Call) -> Tensor:
    x, value = call.x, call.get("constant_values")
    widths = call.get("pad_width")
    pairs = [[n, n] if isinstance(n, int) else list(n) for n in widths] if isinstance(widths, list) else []
    plain = call.get("mode", "constant") == "constant" and isinstance(value, int | float | None)
    if not plain or len(pairs) != x.rank or pairs[0] != [0, 0]:
        call.refuse(f"Pad by {widths!r}, mode {call.get('mode')!r}", REMEDY)
    shape = tuple(None if n is None else n + sum(p) for n, p in zip(x.shape, pairs, strict=True))
    return operate(call, "pad", [x], shape, pad_width=pairs, value=float(value or 0))


def _one_hot(call: Call) -> Tensor:
    x, count = call.x, int(call.get("num_classes"))
    if call.get("axis", -1) not in (-1, x.rank) or call.get("sparse"):
        call.refuse(f"OneHot along axis {call.get('axis')}", "Use axis=-1.")
    return operate(call, "one_hot", [x], (*x.shape, count), count=count)


def _get_item(call: Call) -> Tensor:
    """x[:, a:b, c] with steps of 1."""
    y = x = call.inputs[0]
    keys = call.args[1] if len(call.args) > 1 else None
    keys, added = _without_new(call, keys if isinstance(keys, list) else [keys], x.rank)
    if len(call.inputs) != 1:
        call.refuse("GetItem with other than slices and whole numbers", REMEDY)
    gone = []
    for axis, key in enumerate(keys):
        if _is_stepped(key) and axis and x.shape[axis] is not None:
            y = _take_along(call, y, axis, list(range(x.shape[axis] or 0)[_slice(key)]), f"axis{axis}")
            continue
        start, stop = _bounds(call, key, x.shape[axis])
        if type(key) is int:
            gone.append(axis)
        if axis == 0 and ((start, stop) != (0, None) or type(key) is int):
            call.refuse("GetItem along the batch", REMEDY)
        if axis and (start, stop) != (0, x.shape[axis]):
            if stop is None or stop <= start:
                call.refuse(f"GetItem {start}:{stop} of {x.shape}", "Give the model's Input a full shape.")
            y = slice_axis(call, y, axis, start, stop, f"axis{axis}")
    # A new dimension comes before the axis that it was written before.
    shape: list[int | None] = []
    for axis in range(1, x.rank + 1):
        shape += [1] * added.count(axis)
        shape += [y.shape[axis]] if axis < x.rank and axis not in gone else []
    return reshape(call, y, shape) if gone or added else identity(call, y)


def _without_new(call: Call, keys: list[Any], rank: int) -> tuple[list[Any], list[int]]:
    """Return one key per axis, ellipsis written out, and the axes before which new dimensions come."""
    dots = [i for i, key in enumerate(keys) if isinstance(key, Mapping) and key.get("class_name") == "__ellipsis__"]
    real = sum(key is not None for key in keys) - len(dots)
    if len(dots) > 1 or real > rank or (keys and keys[0] is None):
        call.refuse(f"GetItem with {keys!r:.80}", REMEDY)
    whole: list[Any] = [{"start": None, "stop": None, "step": None}]
    if dots:
        keys = [*keys[: dots[0]], *whole * (rank - real), *keys[dots[0] + 1 :]]
    added = [sum(before is not None for before in keys[:i]) for i, key in enumerate(keys) if key is None]
    return [key for key in keys if key is not None], added


def _slice(key: Any) -> slice:
    config = key.get("config", key)
    return slice(config.get("start"), config.get("stop"), config.get("step"))


def _is_stepped(key: Any) -> bool:
    if not isinstance(key, Mapping):
        return False
    parts = _slice(key)
    whole = all(part is None or type(part) is int for part in (parts.start, parts.stop))
    return whole and type(parts.step) is int and parts.step not in (0, 1)


def _bounds(call: Call, key: Any, length: int | None) -> tuple[int, int | None]:
    if isinstance(key, Mapping):
        config = key.get("config", key)
        start, stop, step = (config.get(k) for k in ("start", "stop", "step"))
        if step in (None, 1) and all(v is None or type(v) is int for v in (start, stop)):
            if length is None and (start, stop) == (None, None):
                return 0, None
            if length is not None:
                return slice(start, stop).indices(length)[:2]
    if type(key) is int and length is not None and -length <= key < length:
        return key % length, key % length + 1
    call.refuse(f"GetItem with {key!r}", "Use slices with known bounds and steps of 1.")


RULES: dict[str, Callable[[Call], Tensor | list[Tensor]]] = {
    "Reshape": _reshape,
    "Transpose": _transpose,
    "ExpandDims": _expand,
    "Squeeze": _squeeze,
    "Concatenate": _concat,
    "Stack": _stack,
    "Split": _split,
    "Swapaxes": _swap,
    "Moveaxis": _move,
    "Take": _take,
    "Repeat": _repeat,
    "Roll": _roll,
    "Flip": _flip,
    "Tile": _tile,
    "Pad": _pad,
    "OneHot": _one_hot,
    "Clip": _clip,
    "GetItem": _get_item,
}
