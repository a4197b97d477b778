"""Normalisations and scalings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...models import Array, Config
from .rule import Rule, along, axes


def _batch_norm(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,), left = inputs, list(arrays)
    where = axes(config.get("axis", -1), x.ndim)
    parts = [along(array, where, x.ndim, x.shape) for array in left]
    gamma = parts.pop(0) if config.get("scale", True) else 1.0
    beta = parts.pop(0) if config.get("center", True) else 0.0
    mean, variance = parts
    return np.asarray((x - mean) / np.sqrt(variance + float(config.get("epsilon", 1e-3))) * gamma + beta)


def _scaled(config: Config, x: Array, arrays: Sequence[Array], where: Sequence[int]) -> Array:
    parts = [along(array, where, x.ndim, x.shape) for array in arrays]
    made: Any = x
    if config.get("scale", True):
        made = made * parts.pop(0)
    if config.get("center", True):
        made = made + parts.pop(0)
    return np.asarray(made)


def _layer_norm(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    if config.get("rms_scaling"):
        raise NotImplementedError("rms_scaling")
    where = axes(config.get("axis", -1), x.ndim)
    centered = x - x.mean(axis=where, keepdims=True)
    variance = (centered**2).mean(axis=where, keepdims=True)
    return _scaled(config, centered / np.sqrt(variance + float(config.get("epsilon", 1e-3))), arrays, where)


def _group_norm(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    (axis,) = axes(config.get("axis", -1), x.ndim)
    channels = x.shape[axis]
    groups = int(config["groups"]) if config.get("groups", 32) != -1 else channels
    last = np.moveaxis(x, axis, -1)
    grouped = last.reshape(*last.shape[:-1], groups, channels // groups)
    where = (*range(1, grouped.ndim - 2), grouped.ndim - 1)
    centered = grouped - grouped.mean(axis=where, keepdims=True)
    variance = (centered**2).mean(axis=where, keepdims=True)
    made = (centered / np.sqrt(variance + float(config.get("epsilon", 1e-3)))).reshape(last.shape)
    return _scaled(config, np.moveaxis(made, -1, axis), arrays, [axis])


def _unit_norm(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    squares = (x**2).sum(axis=axes(config.get("axis", -1), x.ndim), keepdims=True)
    return np.asarray(x / np.sqrt(np.maximum(squares, 1e-12)))


def _normalization(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    (x,) = inputs
    mean, variance = config.get("mean"), config.get("variance")
    if mean is None:
        mean, variance = arrays[:2]
    axis = config.get("axis", -1)
    where = () if axis is None else axes(axis, x.ndim)

    def ready(values: Any) -> Array:
        array = np.asarray(values, np.float32)
        # One number for all, or one for each place along the axes.
        return array if array.size == 1 else along(array, where, x.ndim, x.shape)

    deviation = np.maximum(np.sqrt(ready(variance)), 1e-7)
    if config.get("invert"):
        return np.asarray(x * deviation + ready(mean))
    return np.asarray((x - ready(mean)) / deviation)


def _rescaling(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    scale, offset = (np.asarray(config.get(key, value), np.float32) for key, value in (("scale", 1), ("offset", 0)))
    return np.asarray(inputs[0] * scale + offset)


RULES: dict[str, Rule] = {
    "BatchNormalization": _batch_norm,
    "GroupNormalization": _group_norm,
    "LayerNormalization": _layer_norm,
    "Normalization": _normalization,
    "Rescaling": _rescaling,
    "UnitNormalization": _unit_norm,
}
