"""Reshaping, merging and padding; and layers that do nothing at inference."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from ...models import Array, Config, per_axis, side_pairs
from .rule import Rule, as_stored, spatial_last


def _merge(function: Callable[[Any, Any], Any], *, mean: bool = False) -> Rule:
    def rule(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
        if len({x.ndim for x in inputs if np.ndim(x)}) > 1:
            raise NotImplementedError("tensors of different ranks")
        made = reduce(function, inputs)
        return np.asarray(made / len(inputs) if mean else made)

    return rule


def _concatenate(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return np.concatenate(inputs, int(config.get("axis", -1)))


def _embedding(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    if config.get("mask_zero"):
        raise NotImplementedError("mask_zero")
    return np.asarray(arrays[0][inputs[0].astype(np.int64)])


def _flatten(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    x = spatial_last(config, inputs[0]) if inputs[0].ndim > 2 else inputs[0]
    return x.reshape(len(x), -1)


def _reshape(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return inputs[0].reshape(len(inputs[0]), *config["target_shape"])


def _permute(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return inputs[0].transpose(0, *config["dims"])


def _repeat(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return np.repeat(inputs[0][:, None], int(config["n"]), 1)


def _pad(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    x = spatial_last(config, inputs[0])
    return as_stored(config, np.pad(x, [(0, 0), *side_pairs(config["padding"], x.ndim - 2), (0, 0)]))


def _crop(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    x = spatial_last(config, inputs[0])
    parts = zip(x.shape[1:-1], side_pairs(config["cropping"], x.ndim - 2), strict=True)
    return as_stored(config, x[(slice(None), *(slice(first, n - last) for n, (first, last) in parts))])


def _upsample(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    x = spatial_last(config, inputs[0])
    way = config.get("interpolation", "nearest")
    if way not in ("nearest", "bilinear"):
        raise NotImplementedError(f"interpolation {way!r:.30}")
    for axis, factor in enumerate(per_axis(config.get("size", 2), x.ndim - 2), 1):
        x = np.repeat(x, factor, axis) if way == "nearest" else _stretch(x, factor, axis)
    return as_stored(config, x)


def _stretch(x: Array, factor: int, axis: int) -> Array:
    """Interpolate between the middles of pixels."""
    n = x.shape[axis]
    place = np.clip((np.arange(n * factor) + 0.5) / factor - 0.5, 0, n - 1)
    below = np.floor(place).astype(int)
    above = np.minimum(below + 1, n - 1)
    weight = (place - below).astype(np.float32).reshape([-1 if i == axis else 1 for i in range(x.ndim)])
    return np.asarray(x.take(below, axis) * (1 - weight) + x.take(above, axis) * weight)


def _identity(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    return inputs[0]


_SAME_AT_INFERENCE = (
    "ActivityRegularization", "AlphaDropout", "Dropout", "GaussianDropout", "GaussianNoise", "Identity",
    "RandomBrightness", "RandomColorDegeneration", "RandomColorJitter", "RandomContrast", "RandomElasticTransform",
    "RandomErasing", "RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert",
    "RandomPerspective", "RandomRotation", "RandomShear", "RandomTranslation", "RandomZoom", "SpatialDropout1D",
    "SpatialDropout2D", "SpatialDropout3D",
)  # fmt: skip
RULES: dict[str, Rule] = {
    **dict.fromkeys(_SAME_AT_INFERENCE, _identity),
    "Add": _merge(np.add),
    "Average": _merge(np.add, mean=True),
    "Concatenate": _concatenate,
    "Embedding": _embedding,
    "Flatten": _flatten,
    "Maximum": _merge(np.maximum),
    "Minimum": _merge(np.minimum),
    "Multiply": _merge(np.multiply),
    "Permute": _permute,
    "RepeatVector": _repeat,
    "Reshape": _reshape,
    "Subtract": _merge(np.subtract),
}
for _rank in (1, 2, 3):
    RULES |= {f"ZeroPadding{_rank}D": _pad, f"Cropping{_rank}D": _crop, f"UpSampling{_rank}D": _upsample}
