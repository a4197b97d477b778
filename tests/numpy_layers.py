"""Layers in numpy, forwards and backwards, for an engine's double: a call gives the output and what undoes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[np.float32]
Grads = dict[str, Array]
Backward = Callable[[Array], tuple[Array, Grads]]


def run_layer(
    layer: dict[str, Any], x: Array, weights: Grads, rng: np.random.Generator | None
) -> tuple[Array, Backward]:
    """Output of a layer, and gradient of the output -> gradients of input and weights; with `rng`, it is training.

    The gradient that a softmax takes is that of its input: cross-entropy gives it as y_pred - y_true.
    """
    config = layer["config"]
    own = {key.split("/")[1]: value for key, value in weights.items() if key.split("/")[0] == config["name"]}
    y, backward = LAYERS[layer["class_name"]](config, x, own, rng)
    activation = config.get("activation", "linear")
    if activation == "relu":
        y = np.maximum(y, 0)
    elif activation == "softmax":
        e = np.exp(y - y.max(axis=1, keepdims=True))
        y = e / e.sum(axis=1, keepdims=True)

    def undo(dy: Array) -> tuple[Array, Grads]:
        dx, grads = backward(dy * (y > 0) if activation == "relu" else dy)
        return dx, {f"{config['name']}/{name}": value for name, value in grads.items()}

    return y, undo


def _dense(config, x, w, rng):
    y = x @ w["kernel"] + (w["bias"] if config["use_bias"] else 0)

    def backward(dy):
        grads = {"kernel": x.T @ dy}
        return dy @ w["kernel"].T, grads | ({"bias": dy.sum(0)} if config["use_bias"] else {})

    return y, backward


def _conv(config, x, w, rng):
    k, stride = config["kernel_size"][0], config["strides"][0]
    side = x.shape[1]
    out = -(-side // stride) if config["padding"] == "same" else (side - k) // stride + 1
    total = max((out - 1) * stride + k - side, 0) if config["padding"] == "same" else 0
    pad = (total // 2, total - total // 2)
    padded = np.pad(x, ((0, 0), pad, pad, (0, 0)))
    patches = sliding_window_view(padded, (k, k), axis=(1, 2))[:, ::stride, ::stride][:, :out, :out]
    rows = patches.transpose(0, 1, 2, 4, 5, 3).reshape(len(x) * out * out, -1)
    kernel = w["kernel"].reshape(rows.shape[1], -1)
    y = (rows @ kernel).reshape(len(x), out, out, -1) + w["bias"]

    def backward(dy):
        flat = dy.reshape(len(rows), -1)
        d_rows = (flat @ kernel.T).reshape(len(x), out, out, k, k, -1)
        d_padded = np.zeros_like(padded)
        for i in range(k):
            for j in range(k):
                d_padded[:, i : i + stride * out : stride, j : j + stride * out : stride] += d_rows[:, :, :, i, j]
        dx = d_padded[:, pad[0] : pad[0] + side, pad[0] : pad[0] + side]
        return dx, {"kernel": (rows.T @ flat).reshape(w["kernel"].shape), "bias": flat.sum(0)}

    return y, backward


def _max_pool(config, x, w, rng):
    size = config["pool_size"][0]
    n, side, _, channels = x.shape
    out = side // size
    cells = x[:, : out * size, : out * size].reshape(n, out, size, out, size, channels)
    y = cells.max(axis=(2, 4))

    def backward(dy):
        first = cells == y[:, :, None, :, None]
        share = first / first.sum(axis=(2, 4), keepdims=True)
        dx = np.zeros_like(x)
        dx[:, : out * size, : out * size] = (share * dy[:, :, None, :, None]).reshape(
            n, out * size, out * size, channels
        )
        return dx, {}

    return y, backward


def _flatten(config, x, w, rng):
    return x.reshape(len(x), -1), lambda dy: (dy.reshape(x.shape), {})


def _dropout(config, x, w, rng):
    kept = np.ones_like(x) if rng is None else (rng.random(x.shape) >= config["rate"]) / (1 - config["rate"])
    return x * kept, lambda dy: (dy * kept, {})


def _batch_norm(config, x, w, rng):
    axes = tuple(range(x.ndim - 1))
    if rng is None:
        mean, variance = w["moving_mean"], w["moving_variance"]
    else:
        mean, variance = x.mean(axes), x.var(axes)
        for moving, value in ((w["moving_mean"], mean), (w["moving_variance"], variance)):
            moving += (1 - config["momentum"]) * (value - moving)
    scale = 1 / np.sqrt(variance + config["epsilon"])
    centred = (x - mean) * scale

    def backward(dy):
        d_centred = dy * w["gamma"]
        through_mean = d_centred.mean(axes)
        through_variance = (d_centred * centred).mean(axes)
        dx = scale * (d_centred - through_mean - centred * through_variance)
        return dx, {"gamma": (dy * centred).sum(axes), "beta": dy.sum(axes)}

    return centred * w["gamma"] + w["beta"], backward


def _pooled(config, x, w, rng):
    return x.mean(axis=(1, 2)), None


def _cells(config, x, w, rng):
    stride = config["stride"]
    n, size, _, channels = x.shape
    cells = x.reshape(n, size // stride, stride, size // stride, stride, channels)
    figures = [cells.mean(axis=(2, 4)), cells.std(axis=(2, 4)), np.abs(np.diff(cells, axis=2)).mean(axis=(2, 4))]
    return np.concatenate([*figures, _layout(cells)], -1), None


def _layout(cells):
    """What is where in a cell, coarsely: by it two photos of one colour are told apart, and near-duplicates are not."""
    n, rows, stride, columns, _, _ = cells.shape
    k = min(4, stride)
    grey = cells.mean(axis=-1)[:, :, : stride // k * k, :, : stride // k * k]
    coarse = grey.reshape(n, rows, k, stride // k, columns, k, stride // k).mean(axis=(3, 6)).transpose(0, 1, 3, 2, 4)
    flat = coarse.reshape(n, rows, columns, k * k)
    flat = flat - flat.mean(axis=-1, keepdims=True)
    return flat / (np.linalg.norm(flat, axis=-1, keepdims=True) + 1e-3) * 0.5


def _input(config, x, w, rng):
    return x, None


def _concatenate(config, x, w, rng):
    return np.concatenate(x, axis=config["axis"]), None


LAYERS: dict[str, Callable[..., tuple[Array, Any]]] = {
    "InputLayer": _input,
    "Activation": _input,
    "Concatenate": _concatenate,
    "Cells": _cells,
    "GlobalAveragePooling2D": _pooled,
    "Dense": _dense,
    "Conv2D": _conv,
    "MaxPooling2D": _max_pool,
    "Flatten": _flatten,
    "Dropout": _dropout,
    "BatchNormalization": _batch_norm,
}
