"""Pooling, padding, cropping and enlarging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ....models import Config, Shape
from ..builder import Call, Mask, Tensor, size
from ..express import implied_mask, linear_map, mask_tensor, operate, reshape
from .convolutions import conv_length


def _pool(call: Call) -> Tensor:
    x, rank = call.x, int(call.class_name[-2])
    sizes = call.pairs("pool_size", rank, 2)
    strides = call.pairs("strides", rank, sizes)
    padding = call.get("padding", "valid")
    if padding not in ("same", "valid") or x.rank != rank + 2:
        call.refuse(f"{call.class_name} with padding={padding!r} on {x.shape}")
    space = [conv_length(n, k, s, 1, padding) for n, k, s in zip(x.shape[1:-1], sizes, strides, strict=True)]
    config = {"pool_size": sizes, "strides": strides, "padding": padding}
    if rank > 1:
        config["data_format"] = "channels_last"
    return call.emit(call.class_name, config, x, (x.shape[0], *space, x.shape[-1]))


def _global_pool(call: Call) -> Tensor:
    x, rank, channels = call.x, int(call.class_name[-2]), call.x.shape[-1]
    if call.class_name == "GlobalAveragePooling1D" and (x.masked or call.kwargs.get("mask") is not None):
        return _masked_average(call)
    keep = call.get("keepdims") is True
    if x.rank != rank + 2:
        call.refuse(f"{call.class_name} on {x.shape}")
    if rank == 3:
        x = reshape(call, x, [None, 1, channels], "flat")
    config = {} if rank == 1 else {"data_format": "channels_last"}
    name = call.class_name.replace("3D", "2D")
    y = call.emit(name, config, x, (x.shape[0], channels), suffix="pool" if keep else "")
    ones: list[int | None] = [1] * rank
    return reshape(call, y, [*ones, channels]) if keep else y


def _adaptive(call: Call) -> Tensor:
    """AdaptiveAveragePooling: the mean of each of so many parts, which may overlap."""
    y, rank = call.x, int(call.class_name[-2])
    wanted = call.pairs("output_size", rank)
    if y.rank != rank + 2 or None in y.shape[1:-1]:
        call.refuse(f"{call.class_name} on {y.shape}", "Give the model's Input a full shape.")
    for axis, want in enumerate(wanted, 1):
        have = y.shape[axis] or 1
        part, pixels = np.arange(want), np.arange(have)[:, None]
        inside = (pixels >= part * have // want) & (pixels < -(-(part + 1) * have // want))
        y = linear_map(call, y, axis, inside / inside.sum(0), "" if axis == rank else f"axis_{axis}")
    return y


def _masked_average(call: Call) -> Tensor:
    """GlobalAveragePooling1D of the steps that are not masked."""
    x = call.x
    given = call.kwargs.get("mask") or implied_mask(call, x)
    seen = mask_tensor(call, given, "mask") if isinstance(given, Mask) else given
    if x.rank != 3 or not isinstance(seen, Tensor) or seen.rank != 2 or call.get("keepdims"):
        call.refuse(f"GlobalAveragePooling1D with a mask on {x.shape} or keepdims", "Pool without keepdims.")
    steps = reshape(call, seen, (1, seen.shape[1]), "steps")
    dots: Config = {"axes": [2, 1], "normalize": False}
    total = call.emit("Dot", dots, [steps, x], (x.shape[0], 1, x.shape[2]), suffix="total", masked="")
    count = operate(call, "sum", [seen], (x.shape[0], 1), "count", axis=[1], keepdims=True)
    flat = reshape(call, total, (x.shape[2],), "flat")
    return operate(call, "divide", [flat, count], (x.shape[0], x.shape[2]))


def _ranges(call: Call, key: str, rank: int) -> list[list[int]]:
    """Return [before, after] per spatial dimension."""
    value: Any = call.get(key, 1)
    values = [value] * rank if isinstance(value, int) else list(value)
    if rank == 1 and len(values) == 2 and all(isinstance(v, int) for v in values):
        return [values]
    pairs = [[v, v] if isinstance(v, int) else list(v) for v in values]
    if len(pairs) != rank or any(len(p) != 2 or not all(type(n) is int and n >= 0 for n in p) for p in pairs):
        call.refuse(f"{call.class_name} with {key}={value!r}")
    return pairs


def margin_2d(call: Call, x: Tensor, pairs: list[list[int]], suffix: str, *, pads: bool) -> Tensor:
    """Pad images with zeros, or crop them, by [before, after] of height and width."""
    sign = 1 if pads else -1
    space = [None if n is None else n + sign * sum(p) for n, p in zip(x.shape[1:3], pairs, strict=True)]
    if any(n is not None and n < 1 for n in space):
        call.refuse(f"{call.class_name} of {pairs} on {x.shape}")
    name, key = ("ZeroPadding2D", "padding") if pads else ("Cropping2D", "cropping")
    shape: Shape = (x.shape[0], *space, x.shape[-1])
    return call.emit(name, {key: pairs, "data_format": "channels_last"}, x, shape, suffix=suffix)


def _margin(call: Call) -> Tensor:
    """ZeroPadding and Cropping; tf.js has those for images, others become images and back."""
    x, rank = call.x, int(call.class_name[-2])
    pairs = _ranges(call, "padding" if "Padding" in call.class_name else "cropping", rank)
    if x.rank != rank + 2:
        call.refuse(f"{call.class_name} on {x.shape}")
    pads = "Padding" in call.class_name
    if rank == 2:
        return margin_2d(call, x, pairs, "", pads=pads)
    if rank == 1:
        image = reshape(call, x, (x.shape[1], 1, x.shape[2]), "as_image")
        y = margin_2d(call, image, [*pairs, [0, 0]], "2d", pads=pads)
        return reshape(call, y, (y.shape[1], y.shape[3]))
    return in_two_steps(
        call,
        x,
        lambda y, first, suffix: margin_2d(call, y, pairs[:2] if first else [[0, 0], pairs[2]], suffix, pads=pads),
    )


def in_two_steps(call: Call, x: Tensor, step: Callable[[Tensor, bool, str], Tensor]) -> Tensor:
    """Do to a volume's depth and height, then to its width, what is known for images."""
    _, depth, height, width, channels = x.shape
    if depth is None or height is None or width is None or channels is None:
        call.refuse(f"{call.class_name} on {x.shape}", "Give the model's Input a full shape.")
    first = step(reshape(call, x, (depth, height, width * channels), "plane"), True, "plane_2d")
    new_depth, new_height = first.shape[1:3]
    second = step(reshape(call, first, (size((new_depth, new_height)), width, channels), "line"), False, "line_2d")
    return reshape(call, second, (new_depth, new_height, second.shape[2], channels))


RULES: dict[str, Callable[[Call], Tensor]] = {
    **{f"{kind}Pooling{rank}D": _pool for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"AdaptiveAveragePooling{rank}D": _adaptive for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": _global_pool for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"{kind}{rank}D": _margin for kind in ("ZeroPadding", "Cropping") for rank in (1, 2, 3)},
}
SPATIAL = set(RULES)
