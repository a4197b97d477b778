"""A converted model into the two files that Keras 3 loads, without Keras."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from .layer import KerasLayer, Variable, group_names

# The dialect; every Keras 3 since then reads it.
KERAS_VERSION = "3.0.0"
_MAX_ATTRIBUTE_BYTES = 64_000  # Of HDF5's object header, less than 65,536.


def keras_archive(model: KerasLayer) -> bytes:
    """A ``.keras`` file: a zip of metadata.json, config.json and model.weights.h5."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in (
            ("metadata.json", json.dumps({"keras_version": KERAS_VERSION}).encode()),
            ("config.json", json.dumps(model.serialized()).encode()),
            ("model.weights.h5", _weights_file(model)),
        ):
            archive.writestr(zipfile.ZipInfo(name), data)  # With its fixed date: the same model, the same bytes.
    return out.getvalue()


def _weights_file(model: KerasLayer) -> bytes:
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        _make_groups(file, model)
        counts: dict[str, int] = {}
        for variable in model.variables:
            index = counts.get(variable.path, 0)
            counts[variable.path] = index + 1
            file.create_dataset(f"{variable.path}/vars/{index}", data=variable.value)
    return out.getvalue()


def _make_groups(group: Any, model: KerasLayer) -> None:
    """A place for each layer, those without weights too: readers other than Keras count them."""
    names = group_names([layer.class_name for layer in model.children])
    for name, layer in zip(names, model.children, strict=True):
        made = group.create_group(f"layers/{name}")
        if layer.children:
            _make_groups(made, layer)
        else:
            made.create_group("vars")


def legacy_h5(model: KerasLayer) -> bytes:
    """An ``.h5`` file as Keras 3's legacy format has it: config in an attribute, weights by layer of the model."""
    import h5py

    out = io.BytesIO()
    with h5py.File(out, "w") as file:
        file.attrs["keras_version"] = KERAS_VERSION
        file.attrs["backend"] = "tensorflow"
        file.attrs["model_config"] = json.dumps({"class_name": model.class_name, "config": model.config})
        weights = file.create_group("model_weights")
        weights.attrs["keras_version"] = KERAS_VERSION
        weights.attrs["backend"] = "tensorflow"
        names = [layer.config["name"] for layer in model.children]
        _write_names(weights, "layer_names", names)
        for name, layer in zip(names, model.children, strict=True):
            _write_layer(weights.create_group(name), name, layer.variables)
        _write_names(weights.create_group("top_level_model_weights"), "weight_names", [])
    return out.getvalue()


def _write_layer(group: Any, name: str, variables: tuple[Variable, ...]) -> None:
    """Variables that Keras trains go first: that is how it sorts them when it loads the file."""
    ordered = [*(each for each in variables if each.trainable), *(each for each in variables if not each.trainable)]
    names = ["/".join(part for part in (name, each.path, each.name) if part) for each in ordered]
    _write_names(group, "weight_names", names)
    for weight_name, variable in zip(names, ordered, strict=True):
        group.create_dataset(weight_name, data=variable.value)


def _write_names(group: Any, key: str, names: list[str]) -> None:
    """Names as an attribute, in as many parts as HDF5's limit asks for."""
    encoded: Any = np.array([name.encode() for name in names], dtype="S" if names else "S1")
    n_parts = -(-encoded.nbytes // _MAX_ATTRIBUTE_BYTES) or 1
    if n_parts == 1:
        group.attrs[key] = encoded
        return
    for index, part in enumerate(np.array_split(encoded, n_parts + 1)):
        group.attrs[f"{key}{index}"] = part
