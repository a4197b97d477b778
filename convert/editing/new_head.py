"""An untrained head for features, as the tutorials' Keras code defines it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pyclassifier.backbones import head

from ..errors import ConvertError
from ..models import LayersModel

_MAX_WEIGHTS = 1 << 28
_INITIALIZER = {
    "class_name": "VarianceScaling",
    "config": {"scale": 1.0, "mode": "fan_in", "distribution": "truncated_normal", "seed": None},
}
# Standard deviation of a normal distribution that is cut off at two of its own.
_TRUNCATED_STDDEV = 0.87962566103423978


def make_head(
    features: Sequence[int], n_classes: int, hidden_units: int = 100, *, labels: Sequence[str] = (), seed: int = 0
) -> LayersModel:
    """Make an untrained head: Dense relu, then Dense softmax without bias.

    In Keras: ``Sequential([Flatten(), Dense(units, "relu", kernel_initializer="variance_scaling"),
    Dense(classes, "softmax", kernel_initializer="variance_scaling", use_bias=False)])``.

    Parameters
    ----------
    features : sequence of int
        Shape of a sample's features: ``(256,)``, or ``(7, 7, 256)``, which is flattened first.
    n_classes : int
    hidden_units : int
    labels : sequence of str
        Of the classes.
    seed : int
        Of the initial weights: VarianceScaling (scale 1, fan_in, truncated normal), biases 0.

    Returns
    -------
    LayersModel

    Raises
    ------
    ConvertError
        Sizes that make no head.
    """
    sizes = (*features, n_classes, hidden_units)
    if not features or min(sizes) < 1 or n_classes < 2:
        raise ConvertError(
            f"Expected features and units of at least 1 and at least 2 classes, got features {tuple(features)}, "
            f"{hidden_units} units, {n_classes} classes."
        )
    if labels and len(labels) != n_classes:
        raise ConvertError(f"Expected {n_classes} labels, one per class; got {len(labels)}.")
    n_features = math.prod(features)
    if (n_features + n_classes) * hidden_units > _MAX_WEIGHTS:
        raise ConvertError(f"Expected a head of at most {_MAX_WEIGHTS:,} weights, got more. Take fewer units.")
    config = head(n_features, hidden_units, n_classes)
    for layer in config["config"]["layers"]:
        layer["config"] |= {"dtype": "float32", "kernel_initializer": _INITIALIZER}
    if len(features) > 1:
        shape = [None, *features]
        flat = {"name": "head_flatten", "batch_input_shape": shape, "dtype": "float32", "trainable": True}
        config["config"]["layers"].insert(0, {"class_name": "Flatten", "config": flat})
        del config["config"]["layers"][1]["config"]["batch_input_shape"]
    rng = np.random.default_rng(seed)
    weights = {
        "head_hidden/kernel": _draw(rng, n_features, hidden_units),
        "head_hidden/bias": np.zeros(hidden_units, np.float32),
        "head_probabilities/kernel": _draw(rng, hidden_units, n_classes),
    }
    return LayersModel(config, dict(weights), labels=tuple(labels))


def _draw(rng: np.random.Generator, n_in: int, n_out: int) -> NDArray[np.float32]:
    values = rng.standard_normal((n_in, n_out))
    while (beyond := np.abs(values) > 2).any():
        values[beyond] = rng.standard_normal(int(beyond.sum()))
    return (values * (math.sqrt(1 / n_in) / _TRUNCATED_STDDEV)).astype(np.float32)
