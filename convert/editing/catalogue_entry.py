"""A catalogue entry for a model that is to serve as a backbone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

from pyclassifier.backbones import ModelCard, Preprocessing

from ..errors import ConvertError
from ..models import Graph, LayersModel, Shape, flatten, output_shapes
from .cutting import keep_needed


def make_card(model: LayersModel, name: str, feature_layer: str | None = None, files: Sequence[Path] = ()) -> ModelCard:
    """Make a catalogue entry: what `pyclassifier.backbones` needs to know of a model.

    Parameters
    ----------
    model : LayersModel
        With one square RGB input.
    name : str
        For the catalogue.
    feature_layer : str, optional
        By default the last layer on the way to the output that makes a feature map.
    files : sequence of Path
        The model's files, for their sha256.

    Returns
    -------
    ModelCard
        Without source and licence, which no file states. The scaling is what the model's files say, else MobileNet's,
        unless the model scales itself.

    Raises
    ------
    ConvertError
        It takes no square RGB images, or makes no feature map.
    """
    graph = keep_needed(flatten(model.topology, model.weights))
    shapes = output_shapes(graph)
    taken = shapes[graph.inputs[0][0]] if len(graph.inputs) == 1 else None
    if not taken or len(taken) != 4 or taken[1] != taken[2] or taken[3] != 3 or not taken[1]:
        raise ConvertError(f"Expected a model of one square RGB input (None, S, S, 3) for a card, got {taken}.")
    maps = [layer["name"] for layer in graph.layers if _is_map(shapes[layer["name"]]) and layer["inbound_nodes"]]
    feature_layer = feature_layer or (maps[-1] if maps else None)
    made = shapes.get(feature_layer or "")
    if not feature_layer or not made or len(made) != 4 or not made[1] or not made[3]:
        raise ConvertError(f"Expected a layer with a feature map (None, s, s, channels) for a card, got {made}.")
    scaling = (1.0, 0.0) if graph.scales_pixels() else (127.5, -1.0)
    return ModelCard(
        name=name,
        title=name,
        source="",
        licence="",
        sha256=tuple((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in files),
        feature_channels=made[3],
        preprocessing=replace(model.preprocessing or Preprocessing.scaled(*scaling), size=taken[1]),
        stride=taken[1] // made[1],
        feature_layer=feature_layer,
        classification_layer=_classification_layer(graph),
    )


def _is_map(shape: Shape | None) -> bool:
    return bool(shape and len(shape) == 4 and shape[1] and shape[1] > 1)


def _classification_layer(graph: Graph) -> str:
    weighted: list[str] = [layer["name"] for layer in graph.layers if {"units", "filters"} & layer["config"].keys()]
    return weighted[-1] if weighted else ""


def card_text(card: ModelCard) -> str:
    """Return the card as Python that can be pasted into the catalogue."""
    lines = [f"    {field.name}={getattr(card, field.name)!r}," for field in fields(card)]
    return "\n".join(["ModelCard(", *lines, ")"])
