"""Which array of a `.keras` archive belongs to which layer."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...errors import ConvertError
from ...models import Array, Config, Weights, group_name, is_model, join_path
from .hdf5 import Hdf5Reader

# Where a model keeps its layers; the second in Keras 2.13 and 2.14.
_ROOTS = ("layers", "_layer_checkpoint_dependencies")
# Attributes of a layer under which it keeps what belongs to it, in the order of layer.weights.
_PARTS = ("cell", "cells", "forward_layer", "backward_layer", "layer")
_CLASSES = {"GroupQueryAttention": "GroupedQueryAttention"}  # Public name, and what groups are called after.
_DENSE = ("query_dense", "key_dense", "gate_dense", "value_dense", "output_dense")  # Of MultiHeadAttention.


def read_archive_weights(reader: Hdf5Reader, model: Config) -> Weights:
    """Read the weights of each layer from the `model.weights.h5` of a `.keras` archive.

    There they lie by position: `layers/<class in snake case>[_<count>]/vars/<i>`. An object that is in the model
    twice is stored where Keras came across it first.
    """
    archive = _Archive(reader)
    archive.read_model("", model, "")
    return {path: arrays for path, arrays in archive.found.items() if arrays}


_Key = tuple[str, str]  # Class and name, by which an object is known again.


class _Archive:
    """What was read of an archive so far: weights by path, and by the object that they belong to."""

    def __init__(self, reader: Hdf5Reader) -> None:
        self.found: Weights = {}
        self._reader = reader
        self._read: dict[_Key, list[tuple[Config, Weights]]] = {}

    def read_model(self, group: str, model: Config, path: str) -> None:
        """Read the layers of a model that is stored in a group."""
        prefix = next((at for root in _ROOTS if self._reader.children(at := f"{group}/{root}")), f"{group}/{_ROOTS[0]}")
        layers = [layer for layer in model["config"]["layers"] if _is_layer(layer)]
        for layer, place in zip(layers, self._places(prefix, layers), strict=True):
            at = join_path(path, layer["name"])
            if place is None:
                self._take(layer, at)
            else:
                _check_name(self._reader, f"{prefix}/{place}", layer, at)
                self._read_layer(f"{prefix}/{place}", layer, at)

    def _read_layer(self, group: str, layer: Config, path: str) -> None:
        inner, cell = layer["config"].get("layer"), layer["config"].get("cell")
        wraps = isinstance(inner, dict) and layer["class_name"] != "Bidirectional"  # Which copies what it wraps.
        if is_model(layer):
            self.read_model(group, layer, path)
        elif wraps and not self._reader.children(f"{group}/layer") and _key(inner) in self._read:
            self._take(inner, path)
        elif wraps and is_model(inner):
            self.read_model(f"{group}/layer", inner, path)
            self._keep(inner, path)
        elif isinstance(cell, dict) and cell.get("class_name") == "StackedRNNCells":
            self.found[path] = _read_cells(self._reader, f"{group}/cell/cells", cell["config"]["cells"])
        else:
            self.found[path] = _read_parts(self._reader, group)
            if wraps:
                self._keep(inner, path)
        self._keep(layer, path)

    def _keep(self, layer: Config, path: str) -> None:
        own = [path] if path in self.found else [at for at in self.found if at.startswith(f"{path}/")]
        arrays = {at.removeprefix(path): self.found[at] for at in own}
        self._read.setdefault(_key(layer), []).append((layer["config"], arrays))

    def _take(self, layer: Config, path: str) -> None:
        """Give a layer the weights of the same one elsewhere."""
        known = self._read[_key(layer)]
        same = [arrays for config, arrays in known if config == layer["config"]] or [arrays for _, arrays in known]
        if len({id(array) for arrays in same for values in arrays.values() for array in values}) > _count(same[0]):
            raise _ambiguous([layer])
        self.found.update({path + at: values for at, values in same[0].items()})

    def _places(self, prefix: str, layers: list[Config]) -> list[str | None]:
        """Group of each layer; None for what is stored elsewhere."""
        stored = self._stored(prefix)
        again = self._repeated(layers)
        places: dict[int, str] = {}
        for kind in {_snake_case(layer["class_name"]) for layer in layers}:
            members = [i for i, layer in enumerate(layers) if _snake_case(layer["class_name"]) == kind]
            numbers = stored.pop(kind, [])
            names = [f"{kind}_{number}" if number else kind for number in numbers]
            options = [i for i in members if again[i]]
            n_elsewhere = len(members) - len(numbers)
            if not 0 <= n_elsewhere <= len(options):
                raise _misfit(layers, self._reader.children(prefix))
            if n_elsewhere not in (0, len(options)):
                options = self._elsewhere(prefix, {i: layers[i] for i in members}, numbers, names, again)
            here = [i for i in members if not (n_elsewhere and i in options)]
            if len(here) != len(names):
                raise _ambiguous([layers[i] for i in members])
            places.update(zip(here, names, strict=True))
        if stored:
            raise _misfit(layers, self._reader.children(prefix))
        return [places.get(i) for i in range(len(layers))]

    def _stored(self, prefix: str) -> dict[str, list[int]]:
        """Numbers of the groups of each class, in order; inputs have no weights, and Sequential leaves its own out."""
        found: dict[str, list[int]] = {}
        for name in self._reader.children(prefix):
            kind = re.sub(r"_\d+$", "", name)
            if kind != "input_layer":
                found.setdefault(kind, []).append(int(name[len(kind) + 1 :] or 0))
        return {kind: sorted(numbers) for kind, numbers in found.items()}

    def _repeated(self, layers: list[Config]) -> list[list[Config]]:
        """Of each layer, the configurations of those before that it may be: in another model or inside a wrapper."""
        known = {key: [config for config, _ in read] for key, read in self._read.items()}
        again = []
        for layer in layers:
            again.append(list(known.get(_key(layer), [])))
            for one in _objects(layer):
                known.setdefault(_key(one), []).append(one["config"])
        return again

    def _elsewhere(
        self, prefix: str, layers: Mapping[int, Config], numbers: list[int], names: list[str], again: list[list[Config]]
    ) -> list[int]:
        """Which of the layers of one class are stored elsewhere, where some may be and some are."""
        stated = {_stated_name(self._reader, f"{prefix}/{name}") for name in names}
        if None not in stated:
            return [i for i, layer in layers.items() if layer["config"]["name"] not in stated]
        if numbers != list(range(len(numbers))):  # Some versions of Keras count those, too; 2.13 counts all twice.
            step = 2 if prefix.endswith(_ROOTS[1]) and all(number % 2 == 0 for number in numbers) else 1
            return [i for place, i in enumerate(layers) if place * step not in numbers]
        return [i for i, layer in layers.items() if layer["config"] in again[i]]


def _objects(layer: Config) -> list[Config]:
    """Return a layer and all those in it, as far as Keras stores them as objects of their own."""
    inner = layer["config"].get("layer")
    wraps = isinstance(inner, dict) and layer["class_name"] != "Bidirectional"
    parts = layer["config"]["layers"] if is_model(layer) else [inner] if wraps else []
    return [layer, *(one for part in parts if _is_layer(part) for one in _objects(part))]


def _key(layer: Config) -> _Key:
    return layer["class_name"], layer["config"]["name"]


def _count(arrays: Weights) -> int:
    return len({id(array) for values in arrays.values() for array in values})


def _is_layer(layer: Config) -> bool:
    """Whether this is a layer with a place among the stored ones: not an input, not one of Keras 3's operations."""
    operation = str(layer.get("module", "")).startswith("keras.src.ops")
    return not operation and layer["class_name"] != "InputLayer"


def _misfit(layers: list[Config], stored: list[str]) -> ConvertError:
    expected = ", ".join(layer["name"] for layer in layers[:6])
    return ConvertError(
        f"Expected stored weights for the layers {expected} ..., got groups {', '.join(sorted(stored)[:6])} ... "
        "Either classes of somebody's own are saved in their own way, or this Keras stores weights in places that are "
        "not known here: save the model as .h5, or rebuild it from Keras's layers and save again."
    )


def _ambiguous(layers: list[Config]) -> ConvertError:
    names = ", ".join(layer["name"] for layer in layers[:6])
    return ConvertError(
        f"Expected to know which of the layers {names} are the same as others of their names in nested models, the "
        "file does not tell. Save the model as .h5, or give its layers different names."
    )


def _snake_case(name: str) -> str:
    name = group_name(_CLASSES.get(name, name.rsplit(">", 1)[-1]))
    return f"private{name}" if name.startswith("_") else name


def _stated_name(reader: Hdf5Reader, group: str) -> str | None:
    """Return the layer's name, which newer versions of Keras store beside its weights."""
    name = reader.attributes(f"{group}/vars").get("name")
    return name.decode() if isinstance(name, bytes) else name


def _check_name(reader: Hdf5Reader, group: str, layer: Config, path: str) -> None:
    name = _stated_name(reader, group)
    if name is not None and name != layer["config"]["name"]:
        raise ConvertError(
            f"Expected the weights of {path!r} at {group!r}, got those of {name!r}. Save the model again."
        )


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
