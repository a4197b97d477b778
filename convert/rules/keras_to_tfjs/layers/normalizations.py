"""Normalisations; the ones that tf.js lacks by LayerNormalization or fixed numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ....models import Array
from ..builder import Call, Tensor, size
from ..express import affine, axis_last, permute, reshape, slice_axis
from ..initializers import training_config
from .activations import number


def _axes(call: Call, x: Tensor, default: int = -1) -> list[int]:
    value = call.get("axis", default)
    axes = [v % x.rank for v in ([value] if isinstance(value, int) else list(value))]
    if not axes or axes[0] == 0 or axes != sorted(set(axes)):
        call.refuse(f"{call.class_name} over axes {value}", "Name axes in ascending order, without the batch's.")
    return axes


def _flat_or_same(call: Call, x: Tensor, most: int) -> Tensor:
    """Join the dimensions before the last where tf.js's layer cannot take as many."""
    return x if x.rank <= most else reshape(call, x, (size(x.shape[1:-1]), x.shape[-1]), "flat")


def _batch_norm(call: Call) -> Tensor:
    axes = _axes(call, call.x)
    if len(axes) > 1:
        call.refuse(f"BatchNormalization over axes {axes}", "Use one axis.")
    if axes[0] != call.x.rank - 1:
        # tf.js reads the statistics of any other axis wrongly.
        x, back = axis_last(call, call.x, axes[0], "axis_last")
        inner = replace(call.own_as("inner"), config={**call.config, "axis": -1}, inputs=(x,))
        return permute(call, _batch_norm(inner), back)
    x = _flat_or_same(call, call.x, 4)
    channels = (x.shape[-1],)
    parts = [part for part, key in (("gamma", "scale"), ("beta", "center")) if call.get(key, True)]
    weights = call.take(*((part, channels) for part in (*parts, "moving_mean", "moving_variance")))
    config = {
        "axis": -1,
        "momentum": number(call, "momentum", 0.99),
        "epsilon": number(call, "epsilon", 1e-3),
        "scale": "gamma" in parts,
        "center": "beta" in parts,
        **training_config(call, "gamma", "beta"),
    }
    if x is call.x:
        return call.emit("BatchNormalization", config, x, x.shape, weights=weights)
    y = call.emit("BatchNormalization", config, x, x.shape, suffix="inner", weights=weights)
    return reshape(call, y, call.x.shape[1:])


def _layer_norm(call: Call) -> Tensor:
    axes, x = _axes(call, call.x), call.x
    parts = [part for part, key in (("gamma", "scale"), ("beta", "center")) if call.get(key, True)]
    shape = tuple(x.shape[axis] for axis in axes)
    if call.get("rms_scaling"):
        return _root_mean_square(call, axes, call.take(*(("scale", shape) for _ in call.arrays)))
    if x.rank > 4 and axes != [x.rank - 1]:
        return _layer_norm_joined(call, axes)
    weights = call.take(*((part, shape) for part in parts))
    flat = _flat_or_same(call, x, 4)
    config = {
        "axis": [axis - x.rank for axis in axes] if flat is not x else axes,
        "epsilon": number(call, "epsilon", 1e-3),
        "scale": "gamma" in parts,
        "center": "beta" in parts,
        **training_config(call, "gamma", "beta"),
    }
    if flat is x:
        return call.emit("LayerNormalization", config, x, x.shape, weights=weights)
    y = call.emit("LayerNormalization", config, flat, flat.shape, suffix="inner", weights=weights)
    return reshape(call, y, x.shape[1:])


def _layer_norm_joined(call: Call, axes: list[int]) -> Tensor:
    """LayerNormalization of more dimensions than tf.js takes: its axes put last, and made one."""
    x = call.x
    rest = [axis for axis in range(1, x.rank) if axis not in axes]
    last = permute(call, x, [*rest, *axes], "axes_last")
    flat = reshape(call, last, (size([x.shape[a] for a in rest]), size([x.shape[a] for a in axes])), "joined")
    arrays = [array.reshape(-1) for array in call.arrays]
    inner = replace(call.own_as("inner"), config={**call.config, "axis": -1}, inputs=(flat,), arrays=arrays)
    y = reshape(call, _layer_norm(inner), last.shape[1:], "parted")
    order = [*rest, *axes]
    return permute(call, y, [order.index(axis) + 1 for axis in range(1, x.rank)])


def _unscaled(call: Call, x: Tensor, axis: int, epsilon: float, suffix: str) -> Tensor:
    """Compute x / sqrt(mean(x * x) + epsilon): x beside -x has mean 0 and that variance."""
    minus = affine(call, x, -1.0, 0.0, f"{suffix}_minus")
    length = x.shape[axis]
    if length is None:
        call.refuse(f"{call.class_name} over an axis of unknown size", "Give the model's Input a full shape.")
    both = (*x.shape[:axis], 2 * length, *x.shape[axis + 1 :])
    pair = call.emit("Concatenate", {"axis": axis}, [x, minus], both, suffix=f"{suffix}_pair")
    config = {"axis": [axis], "epsilon": epsilon, "scale": False, "center": False}
    normed = call.emit("LayerNormalization", config, pair, both, suffix=f"{suffix}_normed")
    return slice_axis(call, normed, axis, 0, length, f"{suffix}_half")


def _root_mean_square(call: Call, axes: list[int], weights: dict[str, Array]) -> Tensor:
    x = call.x
    if len(axes) != 1 or x.rank > 4 or call.builder.distributed:
        call.refuse(f"{call.class_name} over axes {axes} of {x.shape}")
    y = _unscaled(call, x, axes[0], number(call, "epsilon", 1e-6), "rms")
    scale = weights.get("scale", np.ones(1, np.float32))
    call.note("its scale became fixed numbers, which tf.js does not train.")
    return affine(call, y, scale.reshape(*scale.shape, *[1] * (x.rank - 1 - axes[0])), 0.0)


def _rms_norm(call: Call) -> Tensor:
    axes = _axes(call, call.x)
    return _root_mean_square(call, axes, call.take(("scale", tuple(call.x.shape[axis] for axis in axes))))


def _unit_norm(call: Call) -> Tensor:
    x, axes = call.x, _axes(call, call.x)
    length = x.shape[axes[0]]
    if len(axes) != 1 or x.rank > 4 or length is None or call.builder.distributed:
        call.refuse(f"UnitNormalization over axes {axes} of {x.shape}", "Use one axis of known size.")
    y = _unscaled(call, x, axes[0], 1e-12 / length, "unit")
    return affine(call, y, 1 / np.sqrt(length), 0.0)


def _group_norm(call: Call) -> Tensor:
    x, axes = call.x, _axes(call, call.x)
    channels, places = x.shape[-1], size(x.shape[1:-1])
    if axes != [x.rank - 1] or channels is None or places is None or call.builder.distributed:
        call.refuse(f"GroupNormalization over axis {axes} of {x.shape}", "Use the last axis and inputs of known size.")
    groups = int(call.get("groups", 32))
    groups = channels if groups == -1 else groups
    parts = [part for part, key in (("gamma", "scale"), ("beta", "center")) if call.get(key, True)]
    weights = call.take(*((part, (channels,)) for part in parts))
    split = permute(call, reshape(call, x, (places, groups, channels // groups), "split"), (2, 1, 3), "groups")
    config = {"axis": [2, 3], "epsilon": number(call, "epsilon", 1e-3), "scale": False, "center": False}
    normed = call.emit("LayerNormalization", config, split, split.shape, suffix="normed")
    joined = reshape(call, permute(call, normed, (2, 1, 3), "places"), x.shape[1:], "joined")
    call.note("its gamma and beta became fixed numbers, which tf.js does not train.")
    return affine(call, joined, weights.get("gamma", np.ones(1)), weights.get("beta", np.zeros(1)))


def _normalization(call: Call) -> Tensor:
    x = call.x
    value = call.get("axis", -1)
    kept = sorted(axis % x.rank for axis in ([] if value is None else [value] if isinstance(value, int) else value))
    shape, full = [], []
    for axis, length in enumerate(x.shape):
        if axis in kept and (length is None or axis == 0):
            call.refuse(f"Normalization over axis {axis} of {x.shape}", "Give the model's Input a full shape.")
        full.append(length if axis in kept and length is not None else 1)
        shape += full[-1:] if axis in kept else []
    if call.get("mean") is not None:
        statistics = [np.broadcast_to(np.asarray(call.get(key), np.float64), shape) for key in ("mean", "variance")]
    elif [a.shape for a in call.arrays[:2]] == [tuple(shape)] * 2:
        statistics = [np.asarray(a, np.float64) for a in call.arrays[:2]]
    else:
        call.refuse("Normalization that was never adapted", "Call adapt() on data before saving.")
    mean, variance = (values.reshape(full[1:]) for values in statistics)
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    if call.get("invert"):
        return affine(call, x, deviation, mean)
    return affine(call, affine(call, x, 1.0, -mean, "centred"), 1 / deviation, 0.0)


def _layer_scale(call: Call) -> Tensor:
    """ConvNeXt's own layer: each channel times a number."""
    x = call.x
    gamma = call.take(("gamma", (x.shape[-1],)))["gamma"]
    if x.rank != 4:
        return affine(call, x, gamma, 0.0)
    config = {
        "kernel_size": [1, 1],
        "strides": [1, 1],
        "padding": "valid",
        "use_bias": False,
        "depth_multiplier": 1,
        "activation": "linear",
        "data_format": "channels_last",
    }
    return call.emit("DepthwiseConv2D", config, x, x.shape, weights={"depthwise_kernel": gamma.reshape(1, 1, -1, 1)})


RULES: dict[str, Callable[[Call], Tensor]] = {
    "BatchNormalization": _batch_norm,
    "SyncBatchNormalization": _batch_norm,
    "LayerNormalization": _layer_norm,
    "RMSNormalization": _rms_norm,
    "UnitNormalization": _unit_norm,
    "GroupNormalization": _group_norm,
    "Normalization": _normalization,
    "LayerScale": _layer_scale,
}
