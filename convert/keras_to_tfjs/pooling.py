"""Pooling, padding, cropping and enlarging."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..model import Array
from .builder import Call, Shape, Tensor, size
from .convolutions import conv_length
from .express import linear_map, reshape


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


def _resize_2d(call: Call, x: Tensor, pairs: list[list[int]], suffix: str) -> Tensor:
    pads = "Padding" in call.class_name
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
    if rank == 2:
        return _resize_2d(call, x, pairs, "")
    if rank == 1:
        image = reshape(call, x, (x.shape[1], 1, x.shape[2]), "as_image")
        y = _resize_2d(call, image, [*pairs, [0, 0]], "2d")
        return reshape(call, y, (y.shape[1], y.shape[3]))
    return _in_two_steps(
        call, x, lambda y, first, suffix: _resize_2d(call, y, pairs[:2] if first else [[0, 0], pairs[2]], suffix)
    )


def _in_two_steps(call: Call, x: Tensor, step: Callable[[Tensor, bool, str], Tensor]) -> Tensor:
    """Do to a volume's depth and height, then to its width, what is known for images."""
    _, depth, height, width, channels = x.shape
    if depth is None or height is None or width is None or channels is None:
        call.refuse(f"{call.class_name} on {x.shape}", "Give the model's Input a full shape.")
    first = step(reshape(call, x, (depth, height, width * channels), "plane"), True, "plane_2d")
    new_depth, new_height = first.shape[1:3]
    second = step(reshape(call, first, (size((new_depth, new_height)), width, channels), "line"), False, "line_2d")
    return reshape(call, second, (new_depth, new_height, second.shape[2], channels))


def _nearest(call: Call, x: Tensor, sizes: list[int], suffix: str) -> Tensor:
    space = [None if n is None else n * s for n, s in zip(x.shape[1:3], sizes, strict=True)]
    config = {"size": sizes, "interpolation": "nearest", "data_format": "channels_last"}
    return call.emit("UpSampling2D", config, x, (x.shape[0], *space, x.shape[3]), suffix=suffix)


def _upsampling(call: Call) -> Tensor:
    x, rank = call.x, int(call.class_name[-2])
    sizes, kind = call.pairs("size", rank, 2), call.get("interpolation", "nearest")
    if x.rank != rank + 2 or (kind != "nearest" and (rank != 2 or kind != "bilinear")):
        call.refuse(f"{call.class_name} with interpolation={kind!r}", "Use 'nearest' or 'bilinear'.")
    if rank == 1:
        image = reshape(call, x, (x.shape[1], 1, x.shape[2]), "as_image")
        y = _nearest(call, image, [sizes[0], 1], "2d")
        return reshape(call, y, (y.shape[1], y.shape[3]))
    if rank == 3:
        return _in_two_steps(
            call, x, lambda y, first, suffix: _nearest(call, y, sizes[:2] if first else [1, sizes[2]], suffix)
        )
    if kind == "nearest":
        return _nearest(call, x, sizes, "")
    return _resized(call, [None if n is None else n * s for n, s in zip(x.shape[1:3], sizes, strict=True)], kind)


def _resized(call: Call, target: list[int | None], kind: str) -> Tensor:
    """Resize images by multiplying height, then width, by fixed matrices."""
    y = call.x
    for axis, suffix in ((1, "rows"), (2, "")):
        have, want = y.shape[axis], target[axis - 1]
        if have is None or want is None:
            call.refuse(f"{call.class_name} on images of unknown size", "Give the model's Input a full shape.")
        y = linear_map(call, y, axis, interpolation(have, want, kind), suffix)
    return y


def interpolation(have: int, want: int, kind: str) -> Array:
    """Matrix (have, want) that resizes a line as TensorFlow does: pixel centres, edges repeated."""
    at = (np.arange(want) + 0.5) * (have / want) - 0.5
    matrix = np.zeros((have, want))
    if kind == "nearest":
        matrix[np.minimum(np.floor(at + 0.5).astype(int), have - 1), np.arange(want)] = 1
        return matrix
    low = np.floor(at).astype(int)
    part = at - low
    np.add.at(matrix, (np.clip(low, 0, have - 1), np.arange(want)), 1 - part)
    np.add.at(matrix, (np.clip(low + 1, 0, have - 1), np.arange(want)), part)
    return matrix


def _resizing(call: Call) -> Tensor:
    kind = call.get("interpolation", "bilinear")
    odd = [k for k in ("crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias") if call.get(k)]
    if kind not in ("nearest", "bilinear") or odd or call.x.rank != 4:
        call.refuse(f"Resizing with interpolation={kind!r} {' '.join(odd)}", "Resize the images before the model.")
    return _resized(call, [int(call.get("height")), int(call.get("width"))], kind)


def _center_crop(call: Call) -> Tensor:
    x, target = call.x, [int(call.get("height")), int(call.get("width"))]
    pairs = []
    for have, want in zip(x.shape[1:3], target, strict=True):
        if x.rank != 4 or have is None or have < want:
            call.refuse(f"CenterCrop to {target} on {x.shape}", "Crop the images before the model.")
        before = (have - want) // 2
        pairs.append([before, have - want - before])
    return _resize_2d(call, x, pairs, "")


RULES: dict[str, Callable[[Call], Tensor]] = {
    **{f"{kind}Pooling{rank}D": _pool for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": _global_pool for kind in ("Max", "Average") for rank in (1, 2, 3)},
    **{f"{kind}{rank}D": _margin for kind in ("ZeroPadding", "Cropping") for rank in (1, 2, 3)},
    **{f"UpSampling{rank}D": _upsampling for rank in (1, 2, 3)},
    "Resizing": _resizing,
    "CenterCrop": _center_crop,
}
SPATIAL = set(RULES)
