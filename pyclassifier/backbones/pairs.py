"""Backbones side by side: one picture goes through each, and their feature maps are put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .cards import ModelCard, Preprocessing
from .topology import Topology, Weights

_AND = "+"  # Between the names of backbones that stand side by side.


def side_by_side(*cards: ModelCard) -> ModelCard:
    """The card of backbones whose features stand side by side, all computed of one and the same picture.

    Parameters
    ----------
    *cards : ModelCard
        The first one's preprocessing brings pictures to their size, and near-duplicates are compared by its features.

    Returns
    -------
    ModelCard
        Its parts have the first one's size and fit, and each its own scaling.

    Raises
    ------
    ValueError
        Strides that differ, or cards that stand side by side already.

    Examples
    --------
    >>> from pyclassifier import CATALOG
    >>> card = side_by_side(CATALOG["mobilenet_v1_1.0_224"], CATALOG["efficientnet_lite0_224"])
    >>> card.name, card.feature_channels, [part.preprocessing.interpolation for part in card.parts]
    ('mobilenet_v1_1.0_224+efficientnet_lite0_224', 2304, ['bilinear', 'bilinear'])
    """
    first = cards[0]
    if any(card.parts or card.stride != first.stride for card in cards):
        raise ValueError(f"Expected single backbones of one stride; got {', '.join(card.name for card in cards)}.")
    parts = []
    for card in cards:
        own = {name: getattr(card.preprocessing, name) for name in ("mean", "std", "channel_order")}
        parts.append(replace(card, preprocessing=replace(first.preprocessing, **own)))
    return ModelCard(
        name=_AND.join(card.name for card in cards),
        title=" + ".join(card.title for card in cards),
        source=" ".join(card.source for card in cards),
        licence=" AND ".join(dict.fromkeys(card.licence for card in cards)),
        sha256=(),
        feature_channels=sum(card.feature_channels for card in cards),
        preprocessing=first.preprocessing,
        stride=first.stride,
        feature_layer="side_by_side",
        classification_layer="",
        near_duplicate=first.near_duplicate,
        published_crop=first.published_crop,
        parts=tuple(parts),
    )


def named_cards(name: str, find: Callable[[str], ModelCard]) -> ModelCard:
    """The card of a name, in which those of several backbones side by side are joined by "+".

    Parameters
    ----------
    name : str
    find : callable
        Name of a single backbone -> its card.

    Returns
    -------
    ModelCard
    """
    cards = [find(one) for one in name.split(_AND)]
    return cards[0] if len(cards) == 1 else side_by_side(*cards)


def rescaling(first: Preprocessing, other: Preprocessing) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """What makes of a picture that is scaled as one backbone takes it one that is scaled as another takes it.

    Parameters
    ----------
    first, other : Preprocessing

    Returns
    -------
    kernel : ndarray of shape (3, 3), float32
    bias : ndarray of shape (3,), float32
        ``x @ kernel + bias``; None where both take the same.
    """
    mean, std = (np.array([getattr(how, name) for how in (first, other)]) for name in ("mean", "std"))
    order = slice(None) if first.channel_order == other.channel_order else slice(None, None, -1)
    kernel = np.diag(std[0])[:, order] / std[1]
    bias = (mean[0][order] - mean[1]) / std[1]
    if np.array_equal(kernel, np.eye(3)) and not bias.any():
        return None
    return kernel.astype(np.float32), bias.astype(np.float32)


def join_backbones(card: ModelCard, backbones: Sequence[Topology]) -> Topology:
    """The layers of backbones side by side, as one backbone that every reader of tf.js models knows.

    Parameters
    ----------
    card : ModelCard
        Of `side_by_side`.
    backbones : sequence of dict
        A "Model" for each part, which ends in its feature layer.

    Returns
    -------
    dict
        A "Model" that takes pictures as the first part does. Where another part has its input, a convolution of 1 x 1
        scales them anew; its layers have the part's name before theirs. (Scaling cannot go into that part's own first
        convolution: the zeros that this one puts around a picture are not to be scaled.)
    """
    start = _ends(backbones[0], "input_layers")
    layers, features = list(_layers(backbones[0])), [_ends(backbones[0], "output_layers")]
    for part, backbone in zip(card.parts[1:], backbones[1:], strict=True):
        own = _prefixed(backbone, _prefix(part))
        entry = _ends(own, "input_layers")
        for layer in _layers(own):
            layers.append(_scaling(card, part, entry, start) if layer["config"]["name"] == entry else layer)
        features.append(_ends(own, "output_layers"))
    layers.append(_layer("Concatenate", card.feature_layer, features, axis=-1))
    config = {"input_layers": [[start, 0, 0]], "output_layers": [[card.feature_layer, 0, 0]]}
    return {"class_name": "Model", "config": {"name": "backbones", "layers": layers, **config}}


def join_weights(card: ModelCard, backbones: Sequence[Topology], weights: Sequence[Weights]) -> Weights:
    """The weights of `join_backbones`.

    Parameters
    ----------
    card, backbones
        As `join_backbones` takes them.
    weights : sequence of (mapping of str to ndarray)
        Of each part.

    Returns
    -------
    dict of str to ndarray
    """
    joined = dict(weights[0])
    for part, backbone, own in zip(card.parts[1:], backbones[1:], weights[1:], strict=True):
        prefix = _prefix(part)
        if scaling := rescaling(card.preprocessing, part.preprocessing):
            entry = prefix + _ends(backbone, "input_layers")
            joined[f"{entry}/kernel"], joined[f"{entry}/bias"] = scaling[0].reshape(1, 1, 3, 3), scaling[1]
        joined |= {prefix + name: array for name, array in own.items()}
    return joined


def _prefix(part: ModelCard) -> str:
    return f"{part.name}_"


def _layers(model: Topology) -> list[Topology]:
    layers: list[Topology] = model["config"]["layers"]
    return layers


def _ends(model: Topology, which: str) -> str:
    """The name of the one layer that a model begins or ends with."""
    (name, *_), *_ = model["config"][which]
    return str(name)


def _scaling(card: ModelCard, part: ModelCard, name: str, source: str) -> Topology:
    if rescaling(card.preprocessing, part.preprocessing) is None:
        return _layer("Activation", name, [source], activation="linear")
    size = {"filters": 3, "kernel_size": [1, 1], "strides": [1, 1], "padding": "same", "activation": "linear"}
    return _layer("Conv2D", name, [source], **size, use_bias=True)


def _layer(class_name: str, name: str, sources: Sequence[str], **config: Any) -> Topology:
    inbound = [[[source, 0, 0, {}] for source in sources]]
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": inbound}


def _prefixed(layer: Topology, prefix: str) -> Topology:
    """A layer, or a model with all of its layers, of other names."""
    config = {**layer["config"], "name": prefix + layer["config"]["name"]}
    if "layers" in config:
        config["layers"] = [_prefixed(one, prefix) for one in config["layers"]]
        for which in ("input_layers", "output_layers"):
            config[which] = [[prefix + name, *rest] for name, *rest in config[which]]
    renamed = {**layer, "config": config}
    if "name" in layer:
        renamed["name"] = config["name"]
    if "inbound_nodes" in layer:
        nodes = layer["inbound_nodes"]
        renamed["inbound_nodes"] = [[[prefix + name, *rest] for name, *rest in node] for node in nodes]
    return renamed
