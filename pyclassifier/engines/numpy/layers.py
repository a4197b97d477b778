"""What layers compute, in numpy: pictures are (N, height, width, channels) float32.

A rule may write into its first input where it is told that nobody else needs that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from ..base import Array

Config = Mapping[str, Any]
Parts = Mapping[str, Array]
Rule = Callable[[Config, Parts, Sequence[Array], bool], Array]

_BLOCK = 1 << 15  # Values at a time: what stays in a processor's cache while all of a kernel goes over it.


def _elu(x: Array) -> Array:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def _sigmoid(x: Array) -> Array:
    return np.asarray(0.5 * (1 + np.tanh(0.5 * x)), np.float32)


def softmax(x: Array) -> Array:
    """Exponentials with a sum of 1 along the last axis."""
    grown = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(grown / grown.sum(axis=-1, keepdims=True), np.float32)


ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0, out=x),
    "relu6": lambda x: np.clip(x, 0, 6, out=x),
    "elu": _elu,
    "sigmoid": _sigmoid,
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "swish": lambda x: x * _sigmoid(x),
    "tanh": np.tanh,
    "softmax": softmax,
}


def activate(config: Config, x: Array) -> Array:
    """Apply the activation that a layer's configuration names, perhaps in place."""
    name = config.get("activation") or "linear"
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise NotImplementedError(f"activation {name!r:.40}")
    return ACTIVATIONS[name](x)


@dataclass(frozen=True)
class Window:
    """Where a window slides over pictures.

    Parameters
    ----------
    kernel, strides : tuple of (int, int)
        Of the window and of its steps, down and across.
    pads : tuple of ((int, int), (int, int))
        What is added above and below, left and right.
    out : tuple of (int, int)
        Steps down and across.
    """

    kernel: tuple[int, int]
    strides: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]
    out: tuple[int, int]

    @classmethod
    def of(cls, config: Config, shape: Sequence[int], kernel: Sequence[int]) -> Window:
        """The one of a layer over pictures of shape (N, height, width, channels)."""
        strides, padding = _pair(config.get("strides") or kernel), config.get("padding", "valid")
        if _pair(config.get("dilation_rate", 1)) != (1, 1) or padding not in ("same", "valid"):
            raise NotImplementedError(f"dilation {config.get('dilation_rate')!r:.20} or padding {padding!r:.20}")
        out, pads = [], []
        for n, k, s in zip(shape[1:3], kernel, strides, strict=True):
            out.append(-(-n // s) if padding == "same" else (n - k) // s + 1)
            total = max((out[-1] - 1) * s + k - n, 0) if padding == "same" else 0
            pads.append((total // 2, total - total // 2))
        return cls(_pair(kernel), strides, (pads[0], pads[1]), (out[0], out[1]))

    def padded(self, x: Array, fill: float = 0.0) -> Array:
        """The pictures with what is added around them."""
        if not any(sum(pads, ()) if (pads := self.pads) else ()):
            return x
        return pad(x, self.pads, fill)

    def slices(self, x: Array) -> Array:
        """All windows of padded pictures, as a view: (N, *out, channels, *kernel)."""
        down, across = self.strides
        return sliding_window_view(x, self.kernel, axis=(1, 2))[:, ::down, ::across][:, : self.out[0], : self.out[1]]

    def rows(self, x: Array) -> Array:
        """All windows of padded pictures, one a row: (N * out, kernel * channels)."""
        return self.slices(x).transpose(0, 1, 2, 4, 5, 3).reshape(len(x) * self.out[0] * self.out[1], -1)


def _pair(value: Any) -> tuple[int, int]:
    one, other = (value, value) if isinstance(value, int) else value
    return int(one), int(other)


def pad(x: Array, pads: Sequence[Sequence[int]], fill: float = 0.0) -> Array:
    """Put a border around pictures; `np.pad` takes several times as long."""
    (top, bottom), (left, right) = pads
    n, height, width, channels = x.shape
    made = np.empty((n, height + top + bottom, width + left + right, channels), x.dtype)
    made[:, :top] = made[:, top + height :] = made[:, :, :left] = made[:, :, left + width :] = fill
    made[:, top : top + height, left : left + width] = x
    return made


def pads_of(config: Config) -> tuple[tuple[int, int], tuple[int, int]]:
    """What a "ZeroPadding2D" adds above and below, left and right."""
    padding = config["padding"]
    if isinstance(padding, int):
        return (padding, padding), (padding, padding)
    down, across = padding
    return _pair(down), _pair(across)


def _conv(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    (x,), kernel = inputs, parts["kernel"]
    window = Window.of(config, x.shape, kernel.shape[:2])
    if kernel.shape[2] != x.shape[3]:
        raise NotImplementedError(f"{x.shape[3] // kernel.shape[2]} groups")
    # Of a kernel of one pixel the pictures are the rows already.
    is_point = window.kernel == window.strides == (1, 1)
    rows = x.reshape(-1, x.shape[3]) if is_point else window.rows(window.padded(x))
    made = (rows @ kernel.reshape(-1, kernel.shape[3])).reshape(len(x), *window.out, kernel.shape[3])
    return _finished(config, parts, made)


def _depthwise(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    (x,), kernel = inputs, parts["depthwise_kernel"]
    if kernel.shape[3] > 1:
        x, kernel = np.repeat(x, kernel.shape[3], -1), kernel.reshape(*kernel.shape[:2], -1, 1)
    window = Window.of(config, x.shape, kernel.shape[:2])
    return _finished(config, parts, depthwise(window.padded(x), kernel[..., 0], window))


def depthwise(padded: Array, kernel: Array, window: Window) -> Array:
    """Multiply each channel with a kernel of its own (height, width, channels), by adding shifted pictures."""
    n, channels = len(padded), kernel.shape[2]
    (down, across), (height, width) = window.strides, window.out
    # Columns that the window steps on together, side by side: one row of a picture is then one run of numbers.
    columns = [padded[:, :, first::across].reshape(n, padded.shape[1], -1) for first in range(across)]
    weights = [[np.tile(one, width) for one in row] for row in kernel]
    made = np.empty((n, height, width * channels), np.float32)
    n_rows = max(1, _BLOCK // (width * channels))
    product = np.empty((n, n_rows, width * channels), np.float32)
    for first in range(0, height, n_rows):
        block = made[:, first : first + n_rows]
        part = product[:, : block.shape[1]]
        for i, row in enumerate(weights):
            below = slice(first * down + i, (first + block.shape[1] - 1) * down + i + 1, down)
            for j, weight in enumerate(row):
                start = j // across * channels
                shifted = columns[j % across][:, below, start : start + width * channels]
                if i == j == 0:
                    np.multiply(shifted, weight, out=block)
                else:
                    np.multiply(shifted, weight, out=part)
                    np.add(block, part, out=block)
    return made.reshape(n, height, width, channels)


def _finished(config: Config, parts: Parts, made: Array) -> Array:
    """Add the bias, and activate."""
    if "bias" in parts:
        made += parts["bias"]
    return activate(config, made)


def _separable(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    plain = {**config, "activation": "linear"}
    between = _depthwise(plain, {"depthwise_kernel": parts["depthwise_kernel"]}, inputs, free)
    kernel = parts["pointwise_kernel"]
    made = between.reshape(-1, between.shape[3]) @ kernel.reshape(-1, kernel.shape[3])
    return _finished(config, parts, made.reshape(*between.shape[:3], -1))


def _dense(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return _finished(config, parts, inputs[0] @ parts["kernel"])


def norm_scale(config: Config, variance: Array) -> Array:
    """By what a "BatchNormalization" multiplies values of this variance."""
    return np.asarray(1 / np.sqrt(variance + np.float32(config.get("epsilon", 1e-3))), np.float32)


def _batch_norm(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    (x,) = inputs
    axis = config.get("axis", -1)
    if (axis[0] if isinstance(axis, list | tuple) else axis) not in (-1, x.ndim - 1):
        raise NotImplementedError(f"axis {axis!r:.20}")
    scale = norm_scale(config, parts["moving_variance"]) * parts.get("gamma", np.float32(1))
    made: Array = np.multiply(x, scale, out=x if free else None)
    made += parts.get("beta", np.float32(0)) - parts["moving_mean"] * scale
    return made


def _relu(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    (x,) = inputs
    slope, most = float(config.get("negative_slope") or 0), config.get("max_value")
    if config.get("threshold") or slope:
        raise NotImplementedError("a threshold or a slope")
    return np.asarray(np.clip(x, 0, None if most is None else np.float32(most), out=x if free else None))


def _leaky_relu(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return np.where(inputs[0] > 0, inputs[0], np.float32(config.get("alpha", 0.3)) * inputs[0])


def _activation(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    (x,) = inputs
    return x if config.get("activation") == "linear" else activate(config, x if free else x.copy())


def _pool(fill: float, figure: Callable[..., Any]) -> Rule:
    def rule(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
        (x,) = inputs
        window = Window.of(config, x.shape, _pair(config["pool_size"]))
        # What lies beyond the border does not count.
        return np.asarray(figure(window.slices(window.padded(x, fill)), axis=(-2, -1)))

    return rule


def _global_pool(figure: Callable[..., Any]) -> Rule:
    def rule(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
        return np.asarray(figure(inputs[0], axis=(1, 2), keepdims=bool(config.get("keepdims"))))

    return rule


def _flatten(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return inputs[0].reshape(len(inputs[0]), -1)


def _reshape(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return inputs[0].reshape(len(inputs[0]), *config["target_shape"])


def _zero_padding(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return pad(inputs[0], pads_of(config))


def _same(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return inputs[0]


def _add(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return reduce(np.add, inputs)


def _multiply(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return reduce(np.multiply, inputs)


def _concatenate(config: Config, parts: Parts, inputs: Sequence[Array], free: bool) -> Array:
    return np.concatenate(inputs, int(config.get("axis", -1)))


RULES: dict[str, Rule] = {
    "Activation": _activation,
    "Add": _add,
    "AveragePooling2D": _pool(np.nan, np.nanmean),
    "BatchNormalization": _batch_norm,
    "Concatenate": _concatenate,
    "Conv2D": _conv,
    "Dense": _dense,
    "DepthwiseConv2D": _depthwise,
    "Dropout": _same,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_pool(np.mean),
    "GlobalMaxPooling2D": _global_pool(np.max),
    "LeakyReLU": _leaky_relu,
    "MaxPooling2D": _pool(-np.inf, np.max),
    "Multiply": _multiply,
    "ReLU": _relu,
    "Reshape": _reshape,
    "SeparableConv2D": _separable,
    "ZeroPadding2D": _zero_padding,
}
