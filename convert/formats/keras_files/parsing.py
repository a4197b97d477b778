"""Reading `.keras` and `.h5` files of Keras 2 and 3 with h5py alone; nothing of a file is executed or unpickled."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ...errors import BROKEN, ConvertError
from ...models import Config, KerasModel
from .archive_weights import read_archive_weights
from .former_names import renamed, with_later_weights
from .hdf5 import Hdf5Reader
from .legacy_weights import read_legacy_weights

_MAX_CONFIG_BYTES = 1 << 26
_MAX_WEIGHT_FILE_BYTES = 1 << 32
HDF5_MAGIC = b"\x89HDF\r\n\x1a\n"
ZIP_MAGIC = b"PK\x03\x04"
WHAT_TO_DO = "Save the model again with model.save('model.keras') and convert that file."
_BROKEN = (*BROKEN, EOFError, MemoryError, OSError, RuntimeError, zipfile.BadZipFile, zlib.error)


def parse_keras(path: Path) -> KerasModel:
    """Read a Keras file in this process, which a hostile one can hang or crash: see `isolation.read_keras`."""
    try:
        with path.open("rb") as file:
            is_hdf5 = file.read(8) == HDF5_MAGIC
        return _read_h5(path) if is_hdf5 else _read_archive(path)
    except ConvertError:
        raise
    except _BROKEN as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ConvertError(
            f"Expected a whole Keras model, got the damaged file {path.name!r}: {reason}. {WHAT_TO_DO}"
        ) from error


def _read_archive(path: Path) -> KerasModel:
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        if "config.json" not in names:
            raise ConvertError(
                f"Expected a .keras archive with config.json, got {path.name!r} without it. {WHAT_TO_DO}"
            )
        if "model.weights.h5" not in names:
            raise ConvertError(
                f"Expected a .keras archive with model.weights.h5, got {path.name!r} without it. "
                "Sharded or npz weights are not read: save with model.save('model.keras')."
            )
        config = _parse(_read_entry(archive, "config.json", _MAX_CONFIG_BYTES))
        metadata = _parse(_read_entry(archive, "metadata.json", _MAX_CONFIG_BYTES)) if "metadata.json" in names else {}
        data = _read_entry(archive, "model.weights.h5", _MAX_WEIGHT_FILE_BYTES)
    if not data.startswith(HDF5_MAGIC):
        raise ConvertError(f"Expected HDF5 in model.weights.h5 of {path.name!r}, got other bytes. {WHAT_TO_DO}")
    config = _normalized(config)
    _refuse_quantized(config)
    with Hdf5Reader(io.BytesIO(data)) as reader:
        weights = read_archive_weights(reader, config)
    return KerasModel(config, weights, str(metadata.get("keras_version", "3")), "keras")


def _read_entry(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """Bytes of a zip entry; what its header claims is not believed."""
    with archive.open(name) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise ConvertError(f"Expected at most {limit:,} bytes in {name}, got more. The archive is not a usual model.")
    return data


def _read_h5(path: Path) -> KerasModel:
    with Hdf5Reader(path) as reader:
        attributes = reader.attributes("")
        if "model_config" not in attributes:
            raise ConvertError(
                f"Expected a whole model, got {path.name!r}, which holds weights only (no model_config). "
                "Save with model.save(), not model.save_weights()."
            )
        backend = _text(attributes.get("backend", "tensorflow"))
        version = _text(attributes.get("keras_version", "1"))
        if backend in ("theano", "cntk") or version.startswith("1"):
            raise ConvertError(
                f"Expected a model of Keras 2 or 3, got one of Keras {version} on {backend}. "
                "Load and save it with a Keras 2 on TensorFlow first."
            )
        config = _normalized(_parse(_text(attributes["model_config"]).encode()))
        _refuse_quantized(config)
        weights = read_legacy_weights(reader, config, keras3=version.startswith("3"))
    return with_later_weights(KerasModel(config, weights, version, "h5"))


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _parse(data: bytes) -> Config:
    if len(data) > _MAX_CONFIG_BYTES:
        raise ConvertError(f"Expected at most {_MAX_CONFIG_BYTES:,} bytes of configuration, got {len(data):,}.")
    value = json.loads(data)
    if not isinstance(value, dict):
        raise ConvertError(f"Expected the model's configuration as an object, got {type(value).__name__}. {WHAT_TO_DO}")
    return cast(Config, value)


def _normalized(model: Config) -> Config:
    """Return the configuration with the oldest form of Sequential, a bare list, put into a dict."""
    config = model.get("config")
    if not isinstance(model.get("class_name"), str) or not isinstance(config, dict | list):
        raise ConvertError(
            f"Expected a model with class_name and config, got keys {sorted(map(str, model))[:8]}. {WHAT_TO_DO}"
        )
    if isinstance(config, list):
        config = {"name": "sequential", "layers": config}
    if not isinstance(config.get("layers"), list):
        raise ConvertError(
            f"Expected a Sequential or Functional model, got {model['class_name']!r} without a list of layers. "
            "A subclassed model has no graph in its file: rebuild it with the functional API and copy the weights."
        )
    return {**model, "config": {**config, "layers": [_normalized_layer(layer) for layer in config["layers"]]}}


def _normalized_layer(layer: Any) -> Config:
    if not isinstance(layer, dict) or not isinstance(layer.get("class_name"), str):
        raise ConvertError(f"Expected layers with a class_name, got {str(layer)[:80]!r}. {WHAT_TO_DO}")
    config = layer.get("config")
    if isinstance(config, list):
        config = {"name": layer.get("name", "sequential"), "layers": config}
    if not isinstance(config, dict):
        raise ConvertError(f"Expected a layer with a config, got {str(layer)[:80]!r}. {WHAT_TO_DO}")
    class_name, config = renamed(layer["class_name"], config)
    name = layer.get("name") or config.get("name")
    if not isinstance(name, str) or not name:
        raise ConvertError(f"Expected a layer with a name, got {str(layer)[:80]!r}. {WHAT_TO_DO}")
    config["name"] = config.get("name") or name
    if isinstance(config.get("layers"), list) and layer["class_name"] != "StackedRNNCells":
        config["layers"] = [_normalized_layer(inner) for inner in config["layers"]]
    for key in ("layer", "backward_layer"):
        if isinstance(config.get(key), dict):
            config[key] = _normalized_layer(config[key])
    return {**layer, "class_name": class_name, "name": name, "config": config}


def _refuse_quantized(value: object) -> None:
    """Refuse a model of which a layer keeps quantised weights."""
    if isinstance(value, Mapping):
        policy = value.get("dtype")
        names = [policy, policy.get("class_name"), policy.get("config")] if isinstance(policy, Mapping) else [policy]
        if value.get("quantization_mode") or any(
            "int8" in str(n) or "int4" in str(n) or "float8" in str(n) or "Quantized" in str(n) for n in names
        ):
            raise ConvertError(
                f"Expected float weights, got the quantised layer {value.get('name')!r} ({str(policy)[:80]}). "
                "Convert the model as it was before model.quantize()."
            )
        for item in value.values():
            _refuse_quantized(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_quantized(item)
