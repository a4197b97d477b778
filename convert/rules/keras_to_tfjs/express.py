"""Small steps of which rules are made: reshapes, constants, slices and linear maps, out of layers that tf.js has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...models import Array, Shape, flat
from .builder import UNSEEN, Call, Mask, Tensor, emit_custom, size


def identity(call: Call, x: Tensor, suffix: str = "") -> Tensor:
    """Pass a tensor on under the layer's name."""
    return call.emit("Activation", {"activation": "linear"}, x, x.shape, suffix=suffix)


def reshape(call: Call, x: Tensor, shape: Sequence[int | None], suffix: str = "") -> Tensor:
    """Give a tensor another shape (without the batch); at most one dimension may be open."""
    if sum(n is None for n in shape) > 1:
        call.refuse(f"{call.class_name} on inputs of unknown size {x.shape}", "Give the model's Input a full shape.")
    target = [-1 if n is None else n for n in shape]
    return call.emit("Reshape", {"target_shape": target}, x, (x.shape[0], *shape), suffix=suffix)


def permute(call: Call, x: Tensor, dims: Sequence[int], suffix: str = "") -> Tensor:
    """Reorder dimensions; `dims` count from 1, the batch stays."""
    shape: Shape = (x.shape[0], *(x.shape[d] for d in dims))
    return call.emit("Permute", {"dims": list(dims)}, x, shape, suffix=suffix)


def axis_last(call: Call, x: Tensor, axis: int, suffix: str) -> tuple[Tensor, list[int]]:
    """Move an axis to the end; return also the dims that move it back."""
    dims = [d for d in range(1, x.rank) if d != axis] + [axis]
    back = [dims.index(d) + 1 for d in range(1, x.rank)]
    return permute(call, x, dims, suffix), back


def affine(call: Call, x: Tensor, scale: Any, offset: Any, suffix: str = "") -> Tensor:
    """Compute x * scale + offset with numbers, or arrays that broadcast to the shape of x."""
    values = [np.asarray(v, np.float64) for v in (scale, offset)]
    for value in values:
        if value.size > 1 << 16:
            call.refuse(f"a constant of {value.size:,} numbers", "Use a layer with weights instead.")
        if value.ndim >= x.rank or any(
            n not in (1, have) for n, have in zip(value.shape[::-1], x.shape[::-1], strict=False)
        ):
            call.refuse(f"a constant of shape {value.shape} with a tensor of shape {x.shape}")
    if not all(np.isfinite(v).all() for v in values):
        call.refuse("a constant that is not finite")
    config = {"scale": values[0].tolist(), "offset": values[1].tolist()}
    return call.emit("Rescaling", config, x, x.shape, suffix=suffix)


def relu(call: Call, x: Tensor, suffix: str = "", max_value: float | None = None) -> Tensor:
    """Compute max(x, 0), or min(max(x, 0), max_value)."""
    config = {} if max_value is None else {"max_value": max_value}
    return call.emit("ReLU", config, x, x.shape, suffix=suffix)


def activate(call: Call, x: Tensor, name: str, suffix: str = "") -> Tensor:
    """Apply one of tf.js's own activations."""
    return call.emit("Activation", {"activation": name}, x, x.shape, suffix=suffix)


def clip(call: Call, x: Tensor, low: float, high: float, suffix: str = "") -> Tensor:
    """Compute min(max(x, low), high)."""
    inner = suffix or "clip"
    shifted = affine(call, x, 1.0, -low, f"{inner}_low")
    return affine(call, relu(call, shifted, f"{inner}_high", high - low), 1.0, low, suffix)


def merge(call: Call, class_name: str, xs: Sequence[Tensor], suffix: str = "") -> Tensor:
    """Add, multiply ... tensors element by element."""
    return call.emit(class_name, {}, xs, broadcast(call, [x.shape for x in xs]), suffix=suffix)


def broadcast(call: Call, shapes: Sequence[Shape]) -> Shape:
    """Shape of an elementwise result; as in Keras, smaller ranks get their new dimensions after the batch."""
    rank = max(map(len, shapes))
    full = [(s[0], *([1] * (rank - len(s))), *s[1:]) for s in shapes]
    result: list[int | None] = []
    for sizes in zip(*full, strict=True):
        known = {n for n in sizes if n not in (1, None)}
        if len(known) > 1:
            call.refuse(f"{call.class_name} on shapes {list(shapes)}")
        result.append(known.pop() if known else (None if None in sizes else 1))
    return tuple(result)


def slice_axis(call: Call, x: Tensor, axis: int, start: int, stop: int, suffix: str = "") -> Tensor:
    """Take x[..., start:stop, ...] along an axis of known size."""
    length = x.shape[axis]
    before, after = size(x.shape[1:axis]), size(x.shape[axis + 1 :])
    if length is None or before is None or after is None:
        call.refuse(f"a slice of a tensor of unknown size {x.shape}", "Give the model's Input a full shape.")
    inner = suffix or "slice"
    cube = reshape(call, x, (before, length, after), f"{inner}_in")
    shape = (x.shape[0], before, stop - start, after)
    config = {"cropping": [[0, 0], [start, length - stop]], "data_format": "channels_last"}
    cut = call.emit("Cropping2D", config, cube, shape, suffix=f"{inner}_cut")
    return reshape(call, cut, (*x.shape[1:axis], stop - start, *x.shape[axis + 1 :]), suffix)


def linear_map(call: Call, x: Tensor, axis: int, matrix: Array, suffix: str = "") -> Tensor:
    """Multiply an axis of known size by a constant matrix (size, new size)."""
    inner = suffix or "map"
    config = {"units": matrix.shape[1], "activation": "linear", "use_bias": False, "trainable": False}
    weights = {"kernel": matrix}
    if axis == x.rank - 1:
        return call.emit("Dense", config, x, (*x.shape[:-1], matrix.shape[1]), suffix=suffix, weights=weights)
    last, back = axis_last(call, x, axis, f"{inner}_in")
    mapped = call.emit(
        "Dense", config, last, (*last.shape[:-1], matrix.shape[1]), suffix=f"{inner}_dense", weights=weights
    )
    return permute(call, mapped, back, suffix)


def operate(
    call: Call, operation: str, operands: Sequence[Any], shape: Shape, suffix: str = "", **settings: Any
) -> Tensor:
    """Apply one of keras.ops by our own layer Operation; `operands` are tensors and constants."""
    slots = [None if isinstance(one, Tensor) else np.asarray(one, np.float64) for one in operands]
    for constant in slots:
        if constant is not None and (constant.size > 1 << 16 or not np.isfinite(constant).all()):
            call.refuse(f"{call.class_name} with a constant of {constant.size:,} numbers, or not finite")
    config = {
        "operation": operation,
        "operands": [None if one is None else one.tolist() for one in slots],
        "settings": settings,
        "shape": list(shape[1:]),
    }
    tensors = [one for one in operands if isinstance(one, Tensor)]
    return emit_custom(call, "Operation", config, tensors, shape, suffix=suffix)


def mask_tensor(call: Call, mask: Mask, suffix: str) -> Tensor:
    """Make a mask a tensor of 1 and 0."""
    x, value = call.builder.mask_sources[mask.key]
    seen = operate(call, "not_equal", [x, value], x.shape, f"{suffix}_of" if mask.whole else suffix)
    if not mask.whole:
        return seen
    return operate(call, "any", [seen], x.shape[:-1], suffix, axis=x.rank - 1, keepdims=False)


def implied_mask(call: Call, x: Tensor) -> Mask | None:
    """The mask that travels with a tensor."""
    if not x.masked:
        return None
    key = x.masked.removeprefix(UNSEEN)
    source, _ = call.builder.mask_sources[key]
    return Mask(key, whole=source.rank == 3)


def unseen(x: Tensor) -> str:
    """Return what the mask of a tensor is called where it does not travel in tf.js."""
    return f"{UNSEEN}{x.masked.removeprefix(UNSEEN)}" if x.masked else ""


def tensors_in(value: Any) -> list[Tensor]:
    """Return the tensors in nested arguments."""
    return [one for one in flat(value) if isinstance(one, Tensor)]
