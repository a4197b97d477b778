"""Layers of a network that is trained: what comes out of each, what is wrong with them, what they start from."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cards import MAX_INPUT_SIZE
from .topology import Topology, leaf_layers

Shape = tuple[int, ...]

_WITH_KERNEL = ("Conv2D", "Dense")
ACTIVATIONS = ("relu", "softmax", "linear", "sigmoid", "tanh", "elu")
_MAX_VALUES = 1 << 24  # Of one picture after a layer, and parameters of a layer: more is a slip, or an attack.


def input_shape(topology: Topology) -> tuple[int, int, int]:
    """The (S, S, channels) of the pictures that a network takes.

    Raises
    ------
    ValueError
        The first layer states no such shape.
    """
    layers = leaf_layers(topology)
    shape = layers[0]["config"].get("batch_input_shape") if layers else None
    if not isinstance(shape, list | tuple) or len(shape) != 4 or not all(type(n) is int for n in shape[1:]):
        raise ValueError(
            f"Expected a network whose first layer takes pictures (None, S, S, channels), got {shape!r:.80}."
        )
    _, height, width, channels = shape
    if height != width or channels not in (1, 3) or not 0 < height <= MAX_INPUT_SIZE:
        raise ValueError(
            f"Expected square pictures of at most {MAX_INPUT_SIZE} pixels with 1 channel (grey) or 3 (RGB), "
            f"got {(height, width, channels)}."
        )
    return height, width, channels


def output_shapes(topology: Topology) -> list[Shape]:
    """The shape of one picture after each layer, which checks that the layers fit.

    Parameters
    ----------
    topology : dict
        As `network` makes it.

    Returns
    -------
    list of tuple of int

    Raises
    ------
    ValueError
        Layers that do not fit, unknown ones, or a last one that gives no probabilities.
    """
    layers = leaf_layers(topology)
    if not layers:
        raise ValueError("Expected at least one layer, got none. End with layers.dense(n_classes).")
    shape: Shape = input_shape(topology)
    shapes = []
    for position, layer in enumerate(layers, 1):
        name, config = str(layer.get("class_name")), layer["config"]
        where = f"layer {position} ({config.get('name', name)})"
        rule = _RULES.get(name)
        if rule is None:
            raise ValueError(f"Expected layers among {', '.join(_RULES)}; got {name!r:.40} as {where}.")
        before, shape = shape, rule(config, shape, where)
        size = max(math.prod(shape), math.prod(_kernel(config, before, shape)) if name in _WITH_KERNEL else 0)
        if size > _MAX_VALUES:
            raise ValueError(f"Expected at most {_MAX_VALUES:,} values and parameters of {where}, got {size:,}.")
        shapes.append(shape)
    last = layers[-1]
    if last["class_name"] != "Dense" or last["config"].get("activation") != "softmax":
        raise ValueError(f"Expected layers.dense(n_classes) as the last layer, got {last['class_name']!r:.40}.")
    return shapes


def _whole(config: Mapping[str, Any], key: str, where: str) -> int:
    value = config.get(key)
    if type(value) is not int or not 1 <= value <= 1 << 16:
        raise ValueError(f"Expected {key} of {where} to be a whole number of at least 1, got {value!r:.40}.")
    return value


def _pair(config: Mapping[str, Any], key: str, where: str) -> int:
    value = config.get(key)
    if not isinstance(value, list | tuple) or len(value) != 2 or value[0] != value[1]:
        raise ValueError(f"Expected {key} of {where} to be two equal numbers, got {value!r:.40}.")
    return _whole({key: value[0]}, key, where)


def _square(shape: Shape, where: str) -> Shape:
    if len(shape) != 3:
        raise ValueError(
            f"Expected a picture (height, width, channels) before {where}, got {shape}. Put it before flatten."
        )
    return shape


def _activation(config: Mapping[str, Any], where: str) -> None:
    if config.get("activation") not in ACTIVATIONS:
        got = config.get("activation")
        raise ValueError(f"Expected activation of {where} among {', '.join(ACTIVATIONS)}; got {got!r:.40}.")


def _conv(config: Mapping[str, Any], shape: Shape, where: str) -> Shape:
    height = _square(shape, where)[0]
    _activation(config, where)
    kernel, stride = _pair(config, "kernel_size", where), _pair(config, "strides", where)
    filters = _whole(config, "filters", where)
    side = window_side(height, kernel, stride, config.get("padding"), where)
    return side, side, filters


def window_side(size: int, window: int, stride: int, padding: Any, where: str) -> int:
    """Side of what comes of a window that slides over a picture."""
    if padding == "same":
        return math.ceil(size / stride)
    if padding != "valid":
        raise ValueError(f'Expected padding of {where} to be "valid" or "same", got {padding!r:.40}.')
    if window > size:
        raise ValueError(
            f"Expected pictures of at least {window} pixels before {where}, got {size}. Use a smaller window, less "
            "pooling before it, or larger pictures."
        )
    return (size - window) // stride + 1


def _pool(config: Mapping[str, Any], shape: Shape, where: str) -> Shape:
    height, _, channels = _square(shape, where)
    pool, stride = _pair(config, "pool_size", where), _pair(config, "strides", where)
    side = window_side(height, pool, stride, config.get("padding"), where)
    return side, side, channels


def _dense(config: Mapping[str, Any], shape: Shape, where: str) -> Shape:
    if len(shape) != 1:
        raise ValueError(f"Expected one row of values before {where}, got {shape}. Put layers.flatten() before it.")
    _activation(config, where)
    return (_whole(config, "units", where),)


def _dropout(config: Mapping[str, Any], shape: Shape, where: str) -> Shape:
    rate: Any = config.get("rate")
    if type(rate) not in (int, float) or not 0 <= rate < 1:
        raise ValueError(f"Expected rate of {where} in 0..1 (1 excluded), got {rate!r:.40}.")
    return shape


def _norm(config: Mapping[str, Any], shape: Shape, where: str) -> Shape:
    if config.get("axis") not in (-1, len(shape)) or not (config.get("center") and config.get("scale")):
        raise ValueError(f"Expected {where} over the channels, with center and scale, as layers.batch_norm() makes it.")
    return shape


_RULES: dict[str, Callable[[Mapping[str, Any], Shape, str], Shape]] = {
    "Conv2D": _conv,
    "MaxPooling2D": _pool,
    "BatchNormalization": _norm,
    "Dropout": _dropout,
    "Flatten": lambda config, shape, where: (math.prod(shape),),
    "Dense": _dense,
}


def initial_weights(topology: Topology, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """Draw the weights that training starts from.

    Parameters
    ----------
    topology : dict
        As `pyclassifier.backbones.head` or `pyclassifier.layers.network` makes it.
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to ndarray
        Kernels of a layer that asks for "VarianceScaling" by its rule (Keras's: normal, truncated at two standard
        deviations, of variance 1 / fan_in), the others by the uniform rule of Glorot & Bengio (2010), "Understanding
        the difficulty of training deep feedforward neural networks", Keras's default; biases 0; normalisations that
        change nothing yet.
    """
    layers = leaf_layers(topology)
    shape: Shape = tuple(layers[0]["config"]["batch_input_shape"][1:])
    weights: dict[str, NDArray[np.float32]] = {}
    for layer in layers:
        config, name = layer["config"], layer["class_name"]
        before, shape = shape, _RULES[name](config, shape, config["name"])
        if name == "BatchNormalization":
            for part, value in (("gamma", 1), ("beta", 0), ("moving_mean", 0), ("moving_variance", 1)):
                weights[f"{config['name']}/{part}"] = np.full(before[-1], value, np.float32)
        if name in _WITH_KERNEL:
            kernel = _kernel(config, before, shape)
            scaled = (config.get("kernel_initializer") or {}).get("class_name") == "VarianceScaling"
            weights[f"{config['name']}/kernel"] = (_variance_scaling if scaled else _glorot)(kernel, rng)
            if config["use_bias"]:
                weights[f"{config['name']}/bias"] = np.zeros(shape[-1], np.float32)
    return weights


def _kernel(config: Mapping[str, Any], before: Shape, after: Shape) -> Shape:
    return (*config.get("kernel_size", ()), before[-1], after[-1])


def _glorot(shape: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    limit = math.sqrt(6 / (math.prod(shape[:-2]) * (shape[-2] + shape[-1])))
    return rng.uniform(-limit, limit, shape).astype(np.float32)


def _variance_scaling(shape: Shape, rng: np.random.Generator) -> NDArray[np.float32]:
    values = rng.standard_normal(shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = rng.standard_normal(int(outside.sum()))
    # The standard deviation of a normal distribution that is cut at 2.
    return (values * math.sqrt(1 / math.prod(shape[:-1])) / 0.87962566103423978).astype(np.float32)
