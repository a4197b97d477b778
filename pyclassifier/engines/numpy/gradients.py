"""Layers that learn, in numpy: a lesson gives a layer's output, and what undoes it.

What undoes a layer takes the loss's gradient by its output, and gives those by its inputs and by its weights.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from ..base import Array
from .layers import RULES, Config, Parts, Window, activate, depthwise, norm_scale, pad, pads_of

Gradients = tuple[Sequence[Array], dict[str, Array]]
Backward = Callable[[Array], Gradients]
Lesson = Callable[[Config, Parts, Sequence[Array], np.random.Generator], tuple[Array, Backward]]

# Gradient of an activation's input, of its output and the gradient of that.
_SLOPES: dict[str, Callable[[Array, Array], Array]] = {
    "linear": lambda y, dy: dy,
    "relu": lambda y, dy: dy * (y > 0),
    "relu6": lambda y, dy: dy * ((y > 0) & (y < 6)),
    "elu": lambda y, dy: dy * np.where(y > 0, 1, y + 1),
    "sigmoid": lambda y, dy: dy * y * (1 - y),
    "tanh": lambda y, dy: dy * (1 - y * y),
    "softmax": lambda y, dy: y * (dy - (dy * y).sum(axis=-1, keepdims=True)),
}


def _activated(config: Config, made: Array, undo: Callable[[Array], Gradients]) -> tuple[Array, Backward]:
    name = config.get("activation") or "linear"
    if name not in _SLOPES:
        raise NotImplementedError(f"the gradient of activation {name!r:.40}")
    y = activate(config, made)
    return y, lambda dy: undo(_SLOPES[name](y, dy))


def _dense(config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Backward]:
    (x,), kernel = inputs, parts["kernel"]
    made = x @ kernel
    if "bias" in parts:
        made += parts["bias"]

    def undo(dy: Array) -> Gradients:
        of_parts = {"kernel": x.T @ dy}
        return [dy @ kernel.T], of_parts | ({"bias": dy.sum(axis=0)} if "bias" in parts else {})

    return _activated(config, made, undo)


def _conv(config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Backward]:
    (x,), kernel = inputs, parts["kernel"]
    window = Window.of(config, x.shape, kernel.shape[:2])
    padded = window.padded(x)
    rows = window.rows(padded)
    flat = kernel.reshape(-1, kernel.shape[3])
    made = (rows @ flat).reshape(len(x), *window.out, -1)
    if "bias" in parts:
        made += parts["bias"]

    def undo(dy: Array) -> Gradients:
        of_rows = dy.reshape(len(rows), -1)
        spread = (of_rows @ flat.T).reshape(len(x), *window.out, *window.kernel, -1)
        of_parts = {"kernel": (rows.T @ of_rows).reshape(kernel.shape)}
        if "bias" in parts:
            of_parts["bias"] = of_rows.sum(axis=0)
        return [_gather(spread, padded, x, window)], of_parts

    return _activated(config, made, undo)


def _gather(spread: Array, padded: Array, x: Array, window: Window) -> Array:
    """Add up what each place in each window, (N, *out, *kernel, channels), says of the pixel below it."""
    whole = np.zeros_like(padded)
    (down, across), (height, width) = window.strides, window.out
    for i in range(window.kernel[0]):
        for j in range(window.kernel[1]):
            below = whole[:, i : i + (height - 1) * down + 1 : down, j : j + (width - 1) * across + 1 : across]
            below += spread[:, :, :, i, j]
    (top, _), (left, _) = window.pads
    return whole[:, top : top + x.shape[1], left : left + x.shape[2]]


def _depthwise(
    config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator
) -> tuple[Array, Backward]:
    (x,), kernel = inputs, parts["depthwise_kernel"]
    if kernel.shape[3] > 1:
        raise NotImplementedError("the gradient of a depth multiplier")
    window = Window.of(config, x.shape, kernel.shape[:2])
    padded = window.padded(x)
    made = depthwise(padded, kernel[..., 0], window)
    if "bias" in parts:
        made += parts["bias"]

    def undo(dy: Array) -> Gradients:
        spread = dy[:, :, :, None, None] * kernel[..., 0]
        of_kernel = np.einsum("nhwcij,nhwc->ijc", window.slices(padded), dy, optimize=True)
        of_parts = {"depthwise_kernel": of_kernel[..., None]}
        if "bias" in parts:
            of_parts["bias"] = dy.sum(axis=(0, 1, 2))
        return [_gather(spread, padded, x, window)], of_parts

    return _activated(config, made, undo)


def _max_pool(
    config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator
) -> tuple[Array, Backward]:
    (x,) = inputs
    y = RULES["MaxPooling2D"](config, parts, inputs, False)
    window = Window.of(config, x.shape, config["pool_size"])
    padded = window.padded(x, -np.inf)

    def undo(dy: Array) -> Gradients:
        highest = window.slices(padded) == y[..., None, None]
        share = highest / highest.sum(axis=(-2, -1), keepdims=True, dtype=np.float32) * dy[..., None, None]
        return [_gather(share.transpose(0, 1, 2, 4, 5, 3), padded, x, window)], {}

    return y, undo


def _flatten(config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Backward]:
    (x,) = inputs
    return x.reshape(len(x), -1), lambda dy: ([dy.reshape(x.shape)], {})


def _dropout(config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Backward]:
    (x,), rate = inputs, config["rate"]
    kept = ((rng.random(x.shape) >= rate) / (1 - rate)).astype(np.float32)
    return x * kept, lambda dy: ([dy * kept], {})


def _batch_norm(
    config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator
) -> tuple[Array, Backward]:
    """By the batch's own mean and variance, which the moving ones follow."""
    (x,), axes = inputs, tuple(range(inputs[0].ndim - 1))
    mean, variance = x.mean(axis=axes), x.var(axis=axes)
    for moving, value in ((parts["moving_mean"], mean), (parts["moving_variance"], variance)):
        moving += np.float32(1 - config["momentum"]) * (value - moving)
    scale = norm_scale(config, variance)
    centred = (x - mean) * scale

    def undo(dy: Array) -> Gradients:
        of_centred = dy * parts["gamma"]
        by_mean, by_variance = of_centred.mean(axis=axes), (of_centred * centred).mean(axis=axes)
        of_parts = {"gamma": (dy * centred).sum(axis=axes), "beta": dy.sum(axis=axes)}
        return [scale * (of_centred - by_mean - centred * by_variance)], of_parts

    return centred * parts["gamma"] + parts["beta"], undo


def _relu(config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Backward]:
    y = RULES["ReLU"](config, parts, inputs, False)
    most = config.get("max_value")
    return y, lambda dy: ([dy * ((y > 0) & (y < (np.inf if most is None else most)))], {})


def _activation(
    config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator
) -> tuple[Array, Backward]:
    return _activated(config, inputs[0].copy(), lambda dy: ([dy], {}))


def _add(config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator) -> tuple[Array, Backward]:
    return RULES["Add"](config, parts, inputs, False), lambda dy: ([dy] * len(inputs), {})


def _global_average(
    config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator
) -> tuple[Array, Backward]:
    (x,) = inputs
    n_cells = np.float32(x.shape[1] * x.shape[2])
    y = RULES["GlobalAveragePooling2D"](config, parts, inputs, False)
    return y, lambda dy: ([np.broadcast_to(dy.reshape(len(x), 1, 1, -1) / n_cells, x.shape)], {})


def _zero_padding(
    config: Config, parts: Parts, inputs: Sequence[Array], rng: np.random.Generator
) -> tuple[Array, Backward]:
    (x,), pads = inputs, pads_of(config)
    (top, _), (left, _) = pads
    return pad(x, pads), lambda dy: ([dy[:, top : top + x.shape[1], left : left + x.shape[2]]], {})


LESSONS: dict[str, Lesson] = {
    "Activation": _activation,
    "Add": _add,
    "BatchNormalization": _batch_norm,
    "Conv2D": _conv,
    "Dense": _dense,
    "DepthwiseConv2D": _depthwise,
    "Dropout": _dropout,
    "Flatten": _flatten,
    "GlobalAveragePooling2D": _global_average,
    "MaxPooling2D": _max_pool,
    "ReLU": _relu,
    "ZeroPadding2D": _zero_padding,
}
