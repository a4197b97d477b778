"""Convolutions and pooling over one to three axes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from ...models import Array, Config, per_axis
from .activations import activate
from .rule import Rule, as_stored, spatial_last


class _Windows:
    """Where a window slides over the spatial axes of a tensor with its channels last."""

    def __init__(self, x: Array, size: Sequence[int], strides: Any, padding: str, dilation: Any, fill: float) -> None:
        self.size, rank = tuple(size), len(size)
        strides, dilation = per_axis(strides, rank), per_axis(dilation, rank)
        pads = [(0, 0)]
        self._out = []
        for n, k, s, d in zip(x.shape[1:-1], size, strides, dilation, strict=True):
            reach = (k - 1) * d + 1
            out = -(-n // s) if padding == "same" else (n + (reach - 1) * (padding == "causal") - reach) // s + 1
            total = max(0, (out - 1) * s + reach - n) if padding == "same" else 0
            pads.append((reach - 1, 0) if padding == "causal" else (total // 2, total - total // 2))
            self._out.append(out)
        if padding not in ("same", "valid", "causal") or min(self._out) < 1:
            raise NotImplementedError(f"padding {padding!r:.30} of {x.shape}")
        self._x = np.pad(x, [*pads, (0, 0)], constant_values=fill)
        self._strides, self._dilation = strides, dilation

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Array]]:
        """Place in the window, and what all windows have there: (batch, *output, channels)."""
        for place in np.ndindex(*self.size):
            parts = zip(place, self._out, self._strides, self._dilation, strict=True)
            where = [slice(p * d, p * d + (out - 1) * s + 1, s) for p, out, s, d in parts]
            yield place, self._x[(slice(None), *where)]


def _slide(config: Config, x: Array, size: Sequence[int]) -> _Windows:
    return _Windows(
        x, size, config.get("strides", 1), config.get("padding", "valid"), config.get("dilation_rate", 1), 0
    )


def _with_bias(config: Config, made: Array, bias: Sequence[Array]) -> Array:
    return as_stored(config, activate(config, made + bias[0] if bias else made))


def _conv(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    kernel, *bias = arrays
    groups = int(config.get("groups") or 1)
    made: Any = 0
    for place, part in _slide(config, spatial_last(config, inputs[0]), kernel.shape[:-2]):
        of_groups = zip(np.split(part, groups, -1), np.split(kernel[place], groups, -1), strict=True)
        made = made + np.concatenate([one @ weights for one, weights in of_groups], -1)
    return _with_bias(config, made, bias)


def _depthwise_part(config: Config, x: Array, kernel: Array) -> Array:
    made: Any = 0
    for place, part in _slide(config, x, kernel.shape[:-2]):
        made = made + part[..., None] * kernel[place]
    return np.asarray(made.reshape(*made.shape[:-2], -1))


def _depthwise(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    kernel, *bias = arrays
    return _with_bias(config, _depthwise_part(config, spatial_last(config, inputs[0]), kernel), bias)


def _separable(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    kernel, pointwise, *bias = arrays
    made = _depthwise_part(config, spatial_last(config, inputs[0]), kernel)
    return _with_bias(config, made @ pointwise.reshape(pointwise.shape[-2:]), bias)


def _transposed(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
    kernel, *bias = arrays
    x, rank = spatial_last(config, inputs[0]), kernel.ndim - 2
    strides = per_axis(config.get("strides", 1), rank)
    if config.get("output_padding") is not None or max(per_axis(config.get("dilation_rate", 1), rank)) > 1:
        raise NotImplementedError("output_padding or dilation")
    same = config.get("padding", "valid") == "same"
    space = list(zip(x.shape[1:-1], kernel.shape[:-2], strides, strict=True))
    # Every value is spread over a window of the output.
    whole = np.zeros((x.shape[0], *(n * s + max(k - s, 0) for n, k, s in space), kernel.shape[-2]), np.float32)
    for place in np.ndindex(*kernel.shape[:-2]):
        where = [slice(p, p + (n - 1) * s + 1, s) for p, (n, _, s) in zip(place, space, strict=True)]
        whole[(slice(None), *where)] += x @ kernel[place].T
    if same:
        first = [max(k - s, 0) // 2 for _, k, s in space]
        whole = whole[(slice(None), *(slice(f, f + n * s) for f, (n, _, s) in zip(first, space, strict=True)))]
    return _with_bias(config, whole, bias)


def _pool(largest: bool) -> Rule:
    def rule(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
        x = spatial_last(config, inputs[0])
        size = per_axis(config["pool_size"], x.ndim - 2)
        strides = config.get("strides") or size

        def windows(values: Array, fill: float) -> _Windows:
            return _Windows(values, size, strides, config.get("padding", "valid"), 1, fill)

        if largest:
            made = np.stack([part for _, part in windows(x, -np.inf)]).max(0)
        else:
            # What lies beyond the border does not count.
            count: Any = sum(part for _, part in windows(np.ones_like(x), 0))
            made = np.asarray(sum(part for _, part in windows(x, 0)) / count)
        return as_stored(config, made)

    return rule


def _global_pool(reduce: Callable[..., Any]) -> Rule:
    def rule(config: Config, arrays: Sequence[Array], inputs: Sequence[Array]) -> Array:
        x = spatial_last(config, inputs[0])
        keep = bool(config.get("keepdims"))
        made = np.asarray(reduce(x, axis=tuple(range(1, x.ndim - 1)), keepdims=keep))
        return as_stored(config, made) if keep else made

    return rule


RULES: dict[str, Rule] = {"DepthwiseConv1D": _depthwise, "DepthwiseConv2D": _depthwise}
RULES |= {"SeparableConv1D": _separable, "SeparableConv2D": _separable}
for _rank in (1, 2, 3):
    RULES |= {f"Conv{_rank}D": _conv, f"Conv{_rank}DTranspose": _transposed}
    RULES |= {f"MaxPooling{_rank}D": _pool(True), f"AveragePooling{_rank}D": _pool(False)}
    RULES |= {f"GlobalMaxPooling{_rank}D": _global_pool(np.max)}
    RULES |= {f"GlobalAveragePooling{_rank}D": _global_pool(np.mean)}
