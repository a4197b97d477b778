"""Enlarging and resizing images; what tf.js lacks by multiplying with fixed matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from ....models import Array
from ..builder import Call, Tensor
from ..express import identity, linear_map, reshape
from .activations import number
from .pooling import in_two_steps, margin_2d


def _sinc(x: Array) -> Array:
    return np.asarray(np.sinc(x))


def _cubic(x: Array, b: float, c: float) -> Array:
    """Mitchell and Netravali's family: Keys's for b=0, c=1/2."""
    near = (12 - 9 * b - 6 * c) * x**3 + (-18 + 12 * b + 6 * c) * x**2 + 6 - 2 * b
    far = (-b - 6 * c) * x**3 + (6 * b + 30 * c) * x**2 + (-12 * b - 48 * c) * x + 8 * b + 24 * c
    return np.asarray(np.where(x < 1, near, far) / 6)


# How far each kernel reaches, and what it is at a distance, as TensorFlow's ScaleAndTranslate has them.
_KERNELS: dict[str, tuple[float, Callable[[Array], Array]]] = {
    "bilinear": (1, lambda x: 1 - x),
    "bicubic": (2, lambda x: _cubic(x, 0, 0.5)),
    "lanczos3": (3, lambda x: _sinc(x) * _sinc(x / 3)),
    "lanczos5": (5, lambda x: _sinc(x) * _sinc(x / 5)),
    "gaussian": (1.5, lambda x: np.asarray(np.exp(-2 * x**2))),
    "mitchellcubic": (2, lambda x: _cubic(x, 1 / 3, 1 / 3)),
}
_KINDS = ("nearest", "area", *_KERNELS)


def _nearest(call: Call, x: Tensor, sizes: list[int], suffix: str) -> Tensor:
    space = [None if n is None else n * s for n, s in zip(x.shape[1:3], sizes, strict=True)]
    config = {"size": sizes, "interpolation": "nearest", "data_format": "channels_last"}
    return call.emit("UpSampling2D", config, x, (x.shape[0], *space, x.shape[3]), suffix=suffix)


def _upsampling(call: Call) -> Tensor:
    x, rank = call.x, int(call.class_name[-2])
    sizes, kind = call.pairs("size", rank, 2), call.get("interpolation", "nearest")
    if x.rank != rank + 2 or (kind != "nearest" and (rank != 2 or kind not in _KINDS)):
        call.refuse(f"{call.class_name} with interpolation={kind!r}", f"Use one of {', '.join(_KINDS)}.")
    if rank == 1:
        image = reshape(call, x, (x.shape[1], 1, x.shape[2]), "as_image")
        y = _nearest(call, image, [sizes[0], 1], "2d")
        return reshape(call, y, (y.shape[1], y.shape[3]))
    if rank == 3:
        return in_two_steps(
            call, x, lambda y, first, suffix: _nearest(call, y, sizes[:2] if first else [1, sizes[2]], suffix)
        )
    if kind == "nearest":
        return _nearest(call, x, sizes, "")
    return _resized(call, x, [None if n is None else n * s for n, s in zip(x.shape[1:3], sizes, strict=True)], kind)


def _resized(call: Call, x: Tensor, target: Sequence[int | None], kind: str, *, smooth: bool = False) -> Tensor:
    """Resize images by multiplying height, then width, by fixed matrices."""
    y = x
    for axis, suffix in ((1, "rows"), (2, "")):
        have, want = y.shape[axis], target[axis - 1]
        if have is None or want is None:
            call.refuse(f"{call.class_name} on images of unknown size", "Give the model's Input a full shape.")
        y = linear_map(call, y, axis, interpolation(have, want, kind, smooth=smooth), suffix)
    return y


def interpolation(have: int, want: int, kind: str, *, smooth: bool = False) -> Array:
    """Matrix (have, want) that resizes a line as TensorFlow does; `smooth` is its antialias."""
    ratio = have / want
    if kind == "area":
        starts, pixels = np.arange(want) * ratio, np.arange(have)[:, None]
        covered = np.minimum(pixels + 1, starts + ratio) - np.maximum(pixels, starts)
        return np.asarray(np.clip(covered, 0, None) / ratio)
    at = (np.arange(want) + 0.5) * ratio - 0.5
    if kind == "nearest":
        matrix = np.zeros((have, want))
        matrix[np.minimum(np.floor(at + 0.5).astype(int), have - 1), np.arange(want)] = 1
        return matrix
    if kind == "bilinear" and not smooth:  # Edges repeat.
        at = np.clip(at, 0, have - 1)
    if kind == "bicubic" and not smooth:  # Its kernel comes from a table of 1024 steps.
        at = np.floor(at) + np.rint((at - np.floor(at)) * 1024) / 1024
    reach, kernel = _KERNELS[kind]
    scale = max(ratio, 1.0) if smooth else 1.0
    distance = np.abs(np.arange(have)[:, None] - at) / scale
    weights = np.where(distance < reach, kernel(distance), 0)
    return np.asarray(weights / weights.sum(0))


def resizing(call: Call) -> Tensor:
    """Resizing, by any of TensorFlow's methods."""
    x, kind = call.x, str(call.get("interpolation", "bilinear")).lower()
    target = [int(call.get("height")), int(call.get("width"))]
    if kind not in _KINDS or x.rank != 4 or None in x.shape[1:3]:
        call.refuse(f"Resizing with interpolation={kind!r} on {x.shape}", "Resize the images before the model.")
    if call.get("crop_to_aspect_ratio"):
        x = _cropped(call, x, target)
    elif call.get("pad_to_aspect_ratio"):
        if number(call, "fill_value", 0.0) or call.get("fill_mode", "constant") != "constant":
            call.refuse("Resizing that pads with other than 0", "Use fill_value=0.")
        x = _padded(call, x, target)
    return _resized(call, x, target, kind, smooth=call.get("antialias") is True)


def _sizes(x: Tensor, target: list[int]) -> list[tuple[int, int]]:
    """Of height and width: what it is, and what would keep the other's share as in the target."""
    height, width = (n or 1 for n in x.shape[1:3])
    share = (
        np.float32(width * target[0]) / np.float32(target[1]),
        np.float32(height * target[1]) / np.float32(target[0]),
    )
    return [(height, int(share[0])), (width, int(share[1]))]


def _cropped(call: Call, x: Tensor, target: list[int]) -> Tensor:
    """The largest middle part of the target's proportions."""
    pairs = []
    for have, kept in _sizes(x, target):
        size = max(1, min(have, kept))
        before = (have - size) // 2
        pairs.append([before, have - size - before])
    return margin_2d(call, x, pairs, "middle", pads=False)


def _padded(call: Call, x: Tensor, target: list[int]) -> Tensor:
    """Zeros around, as many on both sides as Keras puts there."""
    pairs = [[(max(have, wanted) - have) // 2] * 2 for have, wanted in _sizes(x, target)]
    return margin_2d(call, x, pairs, "whole", pads=True)


def _center_crop(call: Call) -> Tensor:
    x, target = call.x, [int(call.get("height")), int(call.get("width"))]
    height, width = x.shape[1:3] if x.rank == 4 else (None, None)
    if height is None or width is None:
        call.refuse(f"CenterCrop to {target} on {x.shape}", "Crop the images before the model.")
    if height < target[0] or width < target[1]:
        return _resized(call, _cropped(call, x, target), target, "bilinear")
    pairs = []
    for have, want in zip((height, width), target, strict=True):
        before = (have - want) // 2
        pairs.append([before, have - want - before])
    return margin_2d(call, x, pairs, "", pads=False)


def _random_crop(call: Call) -> Tensor:
    """RandomCrop, which resizes what it is to predict from, in Keras 2."""
    target = [int(call.get("height")), int(call.get("width"))]
    if list(call.x.shape[1:3]) == target:
        return identity(call, call.x)
    if call.keras3:
        call.refuse(
            f"RandomCrop to {target} on {call.x.shape}, of which versions of Keras 3 make different things in predict",
            "Use CenterCrop or Resizing, and crop at random before the model.",
        )
    return resizing(replace(call, config={**call.config, "crop_to_aspect_ratio": True}))


RULES: dict[str, Callable[[Call], Tensor]] = {
    **{f"UpSampling{rank}D": _upsampling for rank in (1, 2, 3)},
    "RandomCrop": _random_crop,
    "Resizing": resizing,
    "CenterCrop": _center_crop,
}
SPATIAL = set(RULES)
