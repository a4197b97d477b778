"""Networks that are trained from scratch: lists of layers, as plain data, with what is wrong in one explained.

>>> from pyclassifier import layers
>>> topology = layers.network((28, 28, 1), [layers.conv(8, 5), layers.max_pool(2), layers.flatten(), layers.dense(10)])
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .layer_rules import output_shapes
from .topology import Topology, sequential

_VARIANCE_SCALING = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal", "seed": None},
}
_NAMES = {"Conv2D": "conv", "MaxPooling2D": "pool", "BatchNormalization": "norm"}


def conv(
    filters: int, kernel_size: int = 3, *, strides: int = 1, padding: str = "valid", activation: str = "relu"
) -> Topology:
    """A convolution, Keras's ``Conv2D``.

    Parameters
    ----------
    filters : int
        Channels of the result.
    kernel_size, strides : int
        In pixels, both ways.
    padding : {"valid", "same"}
    activation : str

    Returns
    -------
    dict
    """
    return _layer(
        "Conv2D",
        filters=filters,
        kernel_size=[kernel_size, kernel_size],
        strides=[strides, strides],
        padding=padding,
        activation=activation,
        use_bias=True,
        kernel_initializer=_VARIANCE_SCALING,
    )


def max_pool(pool_size: int = 2) -> Topology:
    """The largest of each square of pixels, Keras's ``MaxPooling2D``."""
    size = [pool_size, pool_size]
    return _layer("MaxPooling2D", pool_size=size, strides=size, padding="valid")


def flatten() -> Topology:
    """All values of a picture in one row, Keras's ``Flatten``."""
    return _layer("Flatten")


def dropout(rate: float) -> Topology:
    """Leave out a share of the values (0..1, 1 excluded) while training, Keras's ``Dropout``."""
    return _layer("Dropout", rate=rate)


def batch_norm() -> Topology:
    """Normalise each channel, Keras's ``BatchNormalization``."""
    # With scale and center: without one of them training crashes in tf.js 4.22.
    return _layer("BatchNormalization", axis=-1, momentum=0.9, epsilon=1e-3, center=True, scale=True)


def dense(units: int, activation: str = "softmax") -> Topology:
    """Each value from all values, Keras's ``Dense``; with "softmax" the last layer of a classifier."""
    return _layer("Dense", units=units, activation=activation, use_bias=True, kernel_initializer=_VARIANCE_SCALING)


def _layer(class_name: str, **config: Any) -> Topology:
    return {"class_name": class_name, "config": {**config, "trainable": True}}


def network(input_shape: tuple[int, int, int], layers: Sequence[Topology], name: str = "network") -> Topology:
    """Put layers together to a network, and check that they fit.

    Parameters
    ----------
    input_shape : tuple of int
        (S, S, 1) for grey pictures, (S, S, 3) for RGB.
    layers : sequence of dict
        As `conv`, `max_pool`, `flatten`, `dropout`, `batch_norm` and `dense` make them; the last is
        ``dense(n_classes)``.
    name : str

    Returns
    -------
    dict
        For ``ImageClassifier(topology=...)``: (N, S, S, channels) -> probabilities (N, n_classes).

    Raises
    ------
    ValueError
        Layers that do not fit; the message names the layer and what to do.
    """
    counts: Counter[str] = Counter()
    named = []
    for layer in layers:
        if not isinstance(layer, Mapping) or not isinstance(layer.get("config"), Mapping):
            raise ValueError(f"Expected layers such as layers.conv(8, 5), got {layer!r:.80}.")
        kind = str(layer.get("class_name"))
        kind = _NAMES.get(kind, kind.lower())
        counts[kind] += 1
        named.append({**layer, "config": {"name": f"{kind}_{counts[kind]}", **layer["config"]}})
    if named:
        first = named[0]["config"]
        named[0] = {**named[0], "config": {**first, "batch_input_shape": [None, *input_shape]}}
    topology = sequential(name, named)
    output_shapes(topology)
    return topology


def small_cnn(n_classes: int = 10, input_size: int = 28, channels: int = 1) -> Topology:
    """The network of the TensorFlow.js tutorial on handwritten digits.

    Parameters
    ----------
    n_classes : int
    input_size : int
        Side S of the pictures in pixels.
    channels : int
        1 for grey, 3 for RGB.

    Returns
    -------
    dict
        Convolution 5x5x8 relu, max-pooling 2, convolution 5x5x16 relu, max-pooling 2, flatten, dense softmax; initial
        weights by variance scaling.

    Raises
    ------
    ValueError
        A size that the layers do not fit.

    Examples
    --------
    >>> [layer["class_name"] for layer in small_cnn(n_classes=3)["config"]["layers"]]
    ['Conv2D', 'MaxPooling2D', 'Conv2D', 'MaxPooling2D', 'Flatten', 'Dense']
    """
    parts = [conv(8, 5), max_pool(2), conv(16, 5), max_pool(2), flatten(), dense(n_classes)]
    return network((input_size, input_size, channels), parts, "small_cnn")
