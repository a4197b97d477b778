"""Which array of a `.keras` archive belongs to which layer."""

from __future__ import annotations

import re

from ...errors import ConvertError
from ...models import Array, Config, Weights, group_name, is_model
from .hdf5 import Hdf5Reader

# Attributes of a layer under which it keeps what belongs to it, in the order of layer.weights.
_PARTS = ("cell", "cells", "forward_layer", "backward_layer", "layer")
_CLASSES = {"GroupQueryAttention": "GroupedQueryAttention"}  # Public name, and what groups are called after.
_DENSE = ("query_dense", "key_dense", "gate_dense", "value_dense", "output_dense")  # Of MultiHeadAttention.


def read_archive_weights(reader: Hdf5Reader, model: Config) -> Weights:
    """Read the weights of each layer from the `model.weights.h5` of a `.keras` archive.

    There they lie by position: `layers/<class in snake case>[_<count>]/vars/<i>`. An object that is in the model
    twice is stored where Keras came across it first.
    """
    found: Weights = {}
    seen: dict[tuple[str, str], Weights] = {}
    _read_container(reader, "", model, "", found, seen)
    return {path: arrays for path, arrays in found.items() if arrays}


def _read_container(
    reader: Hdf5Reader, group: str, model: Config, path: str, found: Weights, seen: dict[tuple[str, str], Weights]
) -> None:
    prefix = f"{group}/layers"
    # Inputs have no weights, and Sequential leaves its own out.
    stored = {name for name in reader.children(prefix) if not re.fullmatch(r"input_layer(_\d+)?", name)}
    layers = [layer for layer in model["config"]["layers"] if _is_layer(layer)]
    places = _places(layers, stored, seen)
    for layer, place in zip(layers, places, strict=True):
        layer_path = f"{path}/{layer['name']}" if path else layer["name"]
        key = layer["class_name"], layer["config"]["name"]
        if place is None:
            for inner, arrays in seen[key].items():
                found[layer_path + inner] = arrays
            continue
        _check_name(reader, f"{prefix}/{place}", layer, layer_path)
        own: Weights = {}
        _read_layer(reader, f"{prefix}/{place}", layer, layer_path, own, seen)
        seen[key] = {inner.removeprefix(layer_path): arrays for inner, arrays in own.items()}
        found.update(own)


def _is_layer(layer: Config) -> bool:
    """Whether this is a layer with a place among the stored ones: not an input, not one of Keras 3's operations."""
    operation = str(layer.get("module", "")).startswith("keras.src.ops")
    return not operation and layer["class_name"] != "InputLayer"


def _places(layers: list[Config], stored: set[str], seen: dict[tuple[str, str], Weights]) -> list[str | None]:
    """Group of each layer; None for what is stored elsewhere. Versions of Keras count those or leave them out."""
    again = _repeated(layers, set(seen))
    for count_all in (True, False):
        counts: dict[str, int] = {}
        places: list[str | None] = []
        for layer, repeated in zip(layers, again, strict=True):
            name = _snake_case(layer["class_name"])
            place = f"{name}_{counts[name]}" if counts.get(name) else name
            if count_all or not repeated:
                counts[name] = counts.get(name, 0) + 1
            places.append(place if place in stored and (count_all or not repeated) else None)
        complete = all(place or repeated for place, repeated in zip(places, again, strict=True))
        if complete and stored == {place for place in places if place}:
            return places
    expected = ", ".join(layer["name"] for layer in layers[:6])
    raise ConvertError(
        f"Expected stored weights for the layers {expected} ..., got groups {', '.join(sorted(stored)[:6])} ... "
        "The model contains classes that are saved in their own way; rebuild it from Keras's layers and save again."
    )


def _repeated(layers: list[Config], seen: set[tuple[str, str]]) -> list[bool]:
    """Whether each layer may be one that came before, in another model or inside a wrapper."""
    again = []
    for layer in layers:
        again.append((layer["class_name"], layer["config"]["name"]) in seen)
        inner = layer["config"].get("layer")
        if isinstance(inner, dict) and layer["class_name"] != "Bidirectional":
            seen.add((inner["class_name"], inner["config"]["name"]))
    return again


def _snake_case(name: str) -> str:
    name = group_name(_CLASSES.get(name, name.rsplit(">", 1)[-1]))
    return f"private{name}" if name.startswith("_") else name


def _check_name(reader: Hdf5Reader, group: str, layer: Config, path: str) -> None:
    """Newer versions of Keras store the layer's name beside its weights."""
    name = reader.attributes(f"{group}/vars").get("name")
    if isinstance(name, bytes):
        name = name.decode()
    if name is not None and name != layer["config"]["name"]:
        raise ConvertError(
            f"Expected the weights of {path!r} at {group!r}, got those of {name!r}. Save the model again."
        )


def _read_layer(
    reader: Hdf5Reader, group: str, layer: Config, path: str, found: Weights, seen: dict[tuple[str, str], Weights]
) -> None:
    if is_model(layer):
        _read_container(reader, group, layer, path, found, seen)
        return
    inner = layer["config"].get("layer")
    if isinstance(inner, dict) and is_model(inner):
        own: Weights = {}
        _read_container(reader, f"{group}/layer", inner, path, own, seen)
        seen[inner["class_name"], inner["config"]["name"]] = {at.removeprefix(path): own[at] for at in own}
        found.update(own)
        return
    cell = layer["config"].get("cell")
    if isinstance(cell, dict) and cell.get("class_name") == "StackedRNNCells":
        found[path] = _read_cells(reader, f"{group}/cell/cells", cell["config"]["cells"])
        return
    found[path] = _read_parts(reader, group)
    if isinstance(inner, dict) and layer["class_name"] != "Bidirectional":
        seen[inner["class_name"], inner["config"]["name"]] = {"": found[path]}


def _read_cells(reader: Hdf5Reader, group: str, cells: list[Config]) -> list[Array]:
    """Read stacked cells, which are counted by class, in their own order."""
    counts: dict[str, int] = {}
    arrays: list[Array] = []
    for cell in cells:
        name = _snake_case(cell["class_name"])
        counts[name] = counts.get(name, 0) + 1
        arrays += _read_parts(reader, f"{group}/{name}_{counts[name] - 1}" if counts[name] > 1 else f"{group}/{name}")
    return arrays


def _read_parts(reader: Hdf5Reader, group: str) -> list[Array]:
    children = reader.children(group)
    indexes = sorted(int(name) for name in reader.children(f"{group}/vars") if name.isdecimal())
    arrays = [reader.array(f"{group}/vars/{index}") for index in indexes]
    dense = [f"{mark}{part}" for part in _DENSE for mark in ("", "_")]
    rest = sorted(set(children) - {"vars", "seed_generator", *_PARTS, *dense} - {f"_{part}" for part in _PARTS})
    for part in (*_PARTS, *dense, *rest):
        # Keras 2 keeps the layer that Bidirectional was made from beside its two copies; it has no weights.
        if part in children and reader.children(f"{group}/{part}"):
            arrays += _read_parts(reader, f"{group}/{part}")
    return arrays
