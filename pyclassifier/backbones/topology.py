"""Keras-style layer configs of what is trained and of what is exported, as plain data.

The dialect is the one that every tf.js since 1.0 reads: ``class_name`` "Model", ``batch_input_shape``,
``Sequential.config`` as ``{"name", "layers"}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .cards import MAX_INPUT_SIZE, ModelCard

Topology = dict[str, Any]
Pooling = Literal["avg", "flatten"]
Weights = Mapping[str, NDArray[np.float32]]


_POOLING_LAYERS = {"avg": "GlobalAveragePooling2D", "flatten": "Flatten"}


def sequential(name: str, layers: list[Topology]) -> Topology:
    """A `Sequential` model of the given layers."""
    return {"class_name": "Sequential", "config": {"name": name, "layers": layers}}


def model_config(model: Mapping[str, Any]) -> Topology:
    """The layers of a model.json, which writers put at one of two depths."""
    topology = model["modelTopology"]
    config: Topology = topology.get("model_config", topology)
    return config


def feature_extractor(backbone: Topology, input_size: int, pooling: Pooling) -> Topology:
    """A backbone for another input size, with a pooling layer that makes one row per image.

    Parameters
    ----------
    backbone : dict
        A "Model" that ends in its feature layer.
    input_size : int
        Side S of the input in pixels.
    pooling : {"avg", "flatten"}
        Mean over the feature map, or all of it.

    Returns
    -------
    dict
        A "Sequential": (N, S, S, 3) -> (N, n_features).
    """
    if pooling not in _POOLING_LAYERS:
        raise ValueError(f"Expected pooling to be one of {', '.join(_POOLING_LAYERS)}; got {pooling!r}.")
    backbone = _with_input(backbone, [None, input_size, input_size, 3])
    pool = {"class_name": _POOLING_LAYERS[pooling], "config": {"name": "feature_pooling", "trainable": False}}
    return sequential("feature_extractor", [backbone, pool])


def classification_network(card: ModelCard, features: Topology, classification: Topology) -> Topology:
    """The two parts of a pretrained network, put together again for the card's input size.

    Parameters
    ----------
    card : ModelCard
    features, classification : dict
        A "Model" each, cut at the card's feature layer.

    Returns
    -------
    dict
        A "Sequential": (N, S, S, 3) -> probabilities (N, n_classes).
    """
    side = card.input_size // card.stride
    parts = [
        _with_input(features, [None, card.input_size, card.input_size, 3]),
        _with_input(classification, [None, side, side, card.feature_channels]),
    ]
    return sequential("network", parts)


def _with_input(model: Topology, shape: list[int | None]) -> Topology:
    """A model for inputs of another shape, which shares with it what is the same."""
    layers = [
        {**layer, "config": {**layer["config"], "batch_input_shape": shape}}
        if "batch_input_shape" in layer["config"]
        else layer
        for layer in model["config"]["layers"]
    ]
    return {**model, "config": {**model["config"], "layers": layers}}


def pooling_of(extractor: Topology) -> Pooling:
    """How a `feature_extractor` pools; "avg" for layers of other names."""
    return "flatten" if extractor["config"]["layers"][-1]["class_name"] == "Flatten" else "avg"


def head(n_features: int, hidden_units: int, n_classes: int) -> Topology:
    """The part that is trained: (N, n_features) -> (N, n_classes) probabilities.

    Parameters
    ----------
    n_features : int
        Columns of the features.
    hidden_units : int
        Units of the hidden relu layer; 0 leaves it out.
    n_classes : int
        Units of the softmax layer, which has a bias where it is the only one.

    Returns
    -------
    dict
        A "Sequential" of one or two "Dense" layers.

    Raises
    ------
    ValueError
        A negative number of hidden units.
    """
    if not isinstance(hidden_units, int) or hidden_units < 0:
        raise ValueError(f"Expected hidden_units to be a whole number of at least 0, got {hidden_units!r}.")
    layers = [_dense("head_hidden", hidden_units, "relu", use_bias=True)] if hidden_units else []
    layers.append(_dense("head_probabilities", n_classes, "softmax", use_bias=not hidden_units))
    layers[0]["config"]["batch_input_shape"] = [None, n_features]
    return sequential("head", layers)


def _dense(name: str, units: int, activation: str, *, use_bias: bool) -> Topology:
    config = {"name": name, "units": units, "activation": activation, "use_bias": use_bias, "trainable": True}
    return {"class_name": "Dense", "config": config}


def leaf_layers(topology: Topology) -> list[Topology]:
    """All layers of a model that are no models themselves, nested ones included, in order."""
    layers = topology["config"].get("layers")
    return [topology] if layers is None else [leaf for layer in layers for leaf in leaf_layers(layer)]


def input_size(topology: Topology) -> int:
    """Side of the square input in pixels of the first layer that states its shape.

    Raises
    ------
    ValueError
        No layer states a square RGB input of at most `MAX_INPUT_SIZE` pixels.
    """
    config = topology["config"]
    shape = config.get("batch_input_shape")
    if shape is not None:
        if len(shape) != 4 or shape[1] != shape[2] or shape[3] != 3:
            raise ValueError(f"Expected a square RGB input (None, S, S, 3), got {shape}.")
        if type(shape[1]) is not int or not 0 < shape[1] <= MAX_INPUT_SIZE:
            raise ValueError(f"Expected an input size in 1..{MAX_INPUT_SIZE} pixels, got {shape[1]}.")
        return shape[1]
    if not config.get("layers"):
        raise ValueError("Expected a model whose first layer states its input shape (batch_input_shape).")
    return input_size(config["layers"][0])
