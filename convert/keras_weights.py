"""Which array of a Keras file belongs to which layer; for both layouts that Keras writes."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path
from typing import Any

import numpy as np

from .errors import ConvertError
from .keras_graph import is_model
from .model import Array, Config

Weights = dict[str, list[Array]]
_MAX_BYTES = 1 << 32
_MAX_RATIO = 1100  # What deflate reaches at best.
# Attributes of a layer under which `.keras` archives keep what belongs to it, in the order of layer.weights.
_PARTS = ("cell", "cells", "forward_layer", "backward_layer", "layer")
_CLASSES = {"GroupQueryAttention": "GroupedQueryAttention"}  # Public name, and what groups are called after.
_DENSE = ("query_dense", "key_dense", "gate_dense", "value_dense", "output_dense")  # Of MultiHeadAttention.


class Hdf5Reader:
    """An HDF5 file of unknown origin, read group by group, following hard links only.

    Parameters
    ----------
    source : Path or BytesIO
    """

    def __init__(self, source: Path | io.BytesIO) -> None:
        import h5py

        self._h5py = h5py
        self._file = h5py.File(source, "r")
        self._n_bytes = 0

    def __enter__(self) -> Hdf5Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def attributes(self, path: str) -> dict[str, Any]:
        """Return the attributes of a group; none where there is no such group."""
        group = self._find(path)
        return dict(group.attrs) if group is not None else {}

    def children(self, path: str) -> list[str]:
        """Return the names in a group; none where there is no such group."""
        group = self._find(path)
        return list(group) if isinstance(group, self._h5py.Group) else []

    def array(self, path: str) -> Array:
        """Return a dataset's values: whole numbers, booleans or floats."""
        data = self._find(path)
        if not isinstance(data, self._h5py.Dataset):
            raise ConvertError(f"Expected weights at {path!r} in the file, got none. The file is incomplete.")
        n_bytes = math.prod(data.shape) * data.dtype.itemsize
        self._n_bytes += n_bytes
        stored = data.id.get_storage_size()
        if data.is_virtual or data.external or self._n_bytes > _MAX_BYTES or n_bytes > _MAX_RATIO * stored + 4096:
            raise ConvertError(
                f"Expected weights within the file, got {path!r} of shape {data.shape}, which claims more than is "
                "stored. The file is damaged or not a usual model."
            )
        if data.dtype.kind not in "fiub":
            raise ConvertError(f"Expected numbers at {path!r}, got {data.dtype}. Save the model in float32.")
        return np.asarray(data[()])

    def _find(self, path: str) -> Any:
        item = self._file
        for part in filter(None, path.split("/")):
            if not isinstance(item, self._h5py.Group):
                return None
            link = item.get(part, getlink=True)
            if link is None:
                return None
            if not isinstance(link, self._h5py.HardLink):
                raise ConvertError(f"Expected weights within the file, got a link to elsewhere at {path!r}.")
            item = item[part]
        return item


# `.keras` archives -----------------------------------------------------------------------------------------------


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
    name = _CLASSES.get(name, re.sub(r"\W+", "", name.rsplit(">", 1)[-1]))
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    name = re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()
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


# HDF5 files ------------------------------------------------------------------------------------------------------


def read_legacy_weights(reader: Hdf5Reader, model: Config, *, keras3: bool) -> Weights:
    """Read the weights of each layer from the group `model_weights` of an HDF5 file.

    Each layer of the outermost model has a list there, `weight_names`; that of a nested model holds all of its
    trainable weights, then all others.
    """
    found: Weights = {}
    for layer in model["config"]["layers"]:
        group = f"model_weights/{layer['name']}"
        names = _weight_names(reader, group)
        arrays = [reader.array(f"{group}/{name}") for name in names]
        inner = layer["config"].get("layer")
        nested = layer if is_model(layer) else inner if isinstance(inner, dict) and is_model(inner) else None
        if nested is not None:
            found.update(_distribute(nested, layer["name"], names, arrays, keras3=keras3))
        elif arrays:
            found[layer["name"]] = arrays
    return found


def _weight_names(reader: Hdf5Reader, group: str) -> list[str]:
    attributes = reader.attributes(group)
    if "weight_names" in attributes:
        values = list(attributes["weight_names"])
    else:  # Long lists are split over weight_names0, weight_names1 ...
        values, index = [], 0
        while f"weight_names{index}" in attributes:
            values += list(attributes[f"weight_names{index}"])
            index += 1
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def _distribute(model: Config, path: str, names: list[str], arrays: list[Array], *, keras3: bool) -> Weights:
    """Give each layer of a nested model its own of the model's arrays."""
    leaves = _leaves(model, path)
    first: list[tuple[str, str]] = []
    later: list[tuple[str, str]] = []
    frozen = keras3 and model["config"].get("trainable") is False
    for leaf_path, layer in leaves:
        trainable = layer["config"].get("trainable", True) is not False
        for name, learns in weight_plan(layer, leaf_path):
            (first if trainable and learns and not frozen else later).append((leaf_path, name))
    plan = first + later
    if len(plan) != len(arrays):
        raise ConvertError(
            f"Expected {len(plan)} weights in the nested model {path!r}, got {len(arrays)}. Save it as .keras instead."
        )
    found: Weights = {leaf_path: [] for leaf_path, _ in leaves}
    for (leaf_path, wanted), name, array in zip(plan, names, arrays, strict=True):
        base = name.rsplit("/", 1)[-1].split(":")[0]
        if wanted == "depthwise_kernel" and base == "kernel":  # As later versions of Keras 3 call it.
            base = wanted
        if re.sub(r"_\d+$", "", base) != wanted and base != wanted and not base.isdecimal():
            raise ConvertError(
                f"Expected weight {wanted!r} of {leaf_path!r}, got {name!r}. Save the model as .keras instead."
            )
        found[leaf_path].append(array)
    # A frozen layer's weights come in layer.weights' order in either case.
    return {leaf_path: values for leaf_path, values in found.items() if values}


def _leaves(model: Config, path: str) -> list[tuple[str, Config]]:
    leaves: list[tuple[str, Config]] = []
    for layer in model["config"]["layers"]:
        inner_path = f"{path}/{layer['name']}"
        inner = layer["config"].get("layer")
        if is_model(layer):
            leaves += _leaves(layer, inner_path)
        elif isinstance(inner, dict) and is_model(inner):
            leaves += _leaves(inner, inner_path)
        else:
            leaves.append((inner_path, layer))
    return leaves


_PLANS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Dense", "Conv1D", "Conv2D", "Conv3D"), ("kernel", "bias?")),
    **dict.fromkeys(("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose"), ("kernel", "bias?")),
    **dict.fromkeys(("DepthwiseConv1D", "DepthwiseConv2D"), ("depthwise_kernel", "bias?")),
    **dict.fromkeys(("SeparableConv1D", "SeparableConv2D"), ("depthwise_kernel", "pointwise_kernel", "bias?")),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU", "ConvLSTM2D"), ("kernel", "recurrent_kernel", "bias?")),
    "Embedding": ("embeddings",),
    "PReLU": ("alpha",),
}


def weight_plan(layer: Config, path: str) -> list[tuple[str, bool]]:
    """Return name and "can be trained" of each weight of a layer, in the order of layer.weights."""
    class_name, config = layer["class_name"].rsplit(">", 1)[-1], layer["config"]
    if class_name in ("BatchNormalization", "SyncBatchNormalization", "LayerNormalization", "GroupNormalization"):
        rms = config.get("rms_scaling") is True
        plan = [("gamma", True)] if config.get("scale", True) else []
        plan += [("beta", True)] if config.get("center", True) and not rms else []
        return plan + ([("moving_mean", False), ("moving_variance", False)] if "BatchNorm" in class_name else [])
    if class_name == "Normalization":
        given = config.get("mean") is not None
        return [] if given else [("mean", False), ("variance", False), ("count", False)]
    if class_name in ("TimeDistributed", "SpectralNormalization") and isinstance(config.get("layer"), dict):
        return weight_plan(config["layer"], path)
    if class_name == "Bidirectional" and isinstance(config.get("layer"), dict):
        return 2 * weight_plan(config["layer"], path)
    if class_name in ("MultiHeadAttention", "GroupQueryAttention", "GroupedQueryAttention"):
        parts = ("kernel", "bias") if config.get("use_bias", True) else ("kernel",)
        return [(part, True) for part in parts * (5 if config.get("use_gate") else 4)]
    if class_name in ("Attention", "AdditiveAttention"):
        plan = [("scale", True)] if config.get("use_scale", class_name == "AdditiveAttention") else []
        return plan + ([("concat_score_weight", True)] if config.get("score_mode") == "concat" else [])
    if class_name == "EinsumDense":
        return [("kernel", True)] + ([("bias", True)] if config.get("bias_axes") else [])
    bias = [True] if config.get("use_bias", True) else []
    return [(name.rstrip("?"), True) for name in _PLANS.get(class_name, ()) if not name.endswith("?") or bias]
