"""tf.js layers models read: model.json and its shards, in a folder or a zip."""

from __future__ import annotations

import os
import re
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from pyclassifier.backbones import ModelCard, Preprocessing, decode_arrays
from pyclassifier.data import MAX_JSON_BYTES, read_json_object
from pyclassifier.errors import ArchiveError

from ..errors import ConvertError
from ..models import MODELS, Array, Config, LayersModel, layer_name, refs_of
from .readable import check_readable

MAX_WEIGHT_BYTES = 1 << 31
_LABEL_LIMIT = 100_000
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError, OverflowError, struct.error)


class _Files(Protocol):
    """Where the files of a model lie: a folder or a zip."""

    def size(self, name: str) -> int | None:
        """Return the bytes of a file; None where there is none of that name."""

    def read(self, name: str) -> bytes:
        """Return the content of a file."""


class _Folder:
    def __init__(self, path: Path) -> None:
        self._path = path.resolve()

    def _file(self, name: str) -> Path:
        path = (self._path / name).resolve()
        if not path.is_relative_to(self._path):
            raise ConvertError(f"Expected all files of the model in its folder, got {name!r}, which lies elsewhere.")
        return path

    def size(self, name: str) -> int | None:
        path = self._file(name)
        return path.stat().st_size if path.is_file() else None

    def read(self, name: str) -> bytes:
        return self._file(name).read_bytes()


class _Zip:
    def __init__(self, file: zipfile.ZipFile) -> None:
        self._file = file
        self._names = set(file.namelist())
        found = sorted(name for name in self._names if PurePosixPath(name).name == "model.json")
        # Some tools zip the folder rather than what is in it.
        self._prefix = min(found, key=len).removesuffix("model.json") if found else ""

    def size(self, name: str) -> int | None:
        name = self._prefix + name
        return self._file.getinfo(name).file_size if name in self._names else None

    def read(self, name: str) -> bytes:
        info = self._file.getinfo(self._prefix + name)
        # Others are not inflated step by step, so that a small file could fill the memory.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ConvertError(f"Expected {name} stored or deflated in the zip, got method {info.compress_type}.")
        with self._file.open(info) as part:
            return part.read(info.file_size)  # What inflates to more than it says does no harm.


def read_tfjs(path: str | os.PathLike[str]) -> LayersModel:
    """Read a tf.js layers model.

    Parameters
    ----------
    path : path
        A folder with a model.json, a model.json, or a zip of one: an archive of pyclassifier, an export of Teachable
        Machine. It is not trusted: at most 32 MB of JSON and 2 GB of weights are read, from beside model.json only.

    Returns
    -------
    LayersModel
        With quantised weights restored, and with the labels of a metadata.json beside the model.

    Raises
    ------
    ConvertError
        It is no layers model, a part is missing or damaged.
    """
    path = Path(path)
    check_readable(path)
    try:
        if path.is_dir():
            return _read(_Folder(path), "model.json")
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        if not is_zip:
            return _read(_Folder(path.parent), path.name)
        with zipfile.ZipFile(path) as archive:
            return _read(_Zip(archive), "model.json")
    except (ArchiveError, ConvertError) as error:
        raise ConvertError(f"{path}: {error}") from error
    except _ZIP_ERRORS as error:
        raise ConvertError(
            f"{path}: Expected a tf.js model (a folder with model.json, or a zip of one), got something else or a "
            f"damaged one ({_one_line(error)})."
        ) from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__


def _read(files: _Files, name: str) -> LayersModel:
    content = _read_json(files, name)
    topology = content.get("modelTopology")
    if content.get("format") == "graph-model" or (isinstance(topology, dict) and "node" in topology):
        raise ConvertError("Expected a tf.js layers model, got a graph model, which has no layers to convert.")
    if not isinstance(topology, dict):
        raise ConvertError("Expected a tf.js layers model with a modelTopology in model.json, got none.")
    config = _normal(topology.get("model_config", topology))
    check_layers(config)
    labels, preprocessing = _read_metadata(files)
    own = content.get("userDefinedMetadata")
    custom = own.get("pyclassifier", {}).get("customLayers", []) if isinstance(own, dict) else []
    return LayersModel(
        topology=config,
        weights=_read_weights(files, content.get("weightsManifest")),
        labels=labels,
        preprocessing=preprocessing,
        custom_js=tuple(str(layer) for layer in custom) if isinstance(custom, list) else (),
    )


def _read_json(files: _Files, name: str) -> dict[str, Any]:
    size = files.size(name)
    if size is None:
        raise ConvertError(f"Expected a file {name}, found none.")
    if size > MAX_JSON_BYTES:
        raise ConvertError(f"Expected at most {MAX_JSON_BYTES:,} bytes in {name}, got {size:,}.")
    return read_json_object(files.read(name), name)


def _normal(config: Any) -> dict[str, Any]:
    """The model's config, with a Sequential's layers where they are today: once they were all of its config."""
    if isinstance(config, str):  # Keras's own JSON in JSON, as early converters wrote it.
        config = read_json_object(config.encode(), "modelTopology")
    if not isinstance(config, dict):
        raise ConvertError(f"Expected the layers of a model as an object, got {type(config).__name__}.")
    inner = config.get("config")
    if config.get("class_name") in ("Sequential", "Model", "Functional"):
        if isinstance(inner, list):
            inner = {"name": "sequential", "layers": inner}
        if isinstance(inner, dict) and isinstance(inner.get("layers"), list):
            inner = {**inner, "layers": [_normal(layer) for layer in inner["layers"]]}
    class_name = "Model" if config.get("class_name") == "Functional" else config.get("class_name")
    return {**config, "class_name": class_name, "config": inner}


def check_layers(config: Config, path: str = "") -> None:
    """Raise ConvertError where a model's config is not built as one: it comes from a file."""
    inner = config.get("config")
    if not isinstance(config.get("class_name"), str) or not isinstance(inner, dict):
        raise ConvertError(
            f"Expected a layer with class_name and config at {path or 'the top'!r}, got {config!r:.100}."
        )
    if config["class_name"] not in MODELS:
        if path and not isinstance(inner.get("name"), str):
            raise ConvertError(f"Expected a layer with a name at {path!r}, got {config['class_name']!r:.100}.")
        return
    layers = inner.get("layers")
    if not isinstance(layers, list) or not layers or not all(isinstance(layer, dict) for layer in layers):
        raise ConvertError(f"Expected a model with a list of layers at {path or 'the top'!r}, got {layers!r:.100}.")
    names = set()
    for layer in layers:
        name = layer_name(layer)
        if not isinstance(name, str):
            raise ConvertError(f"Expected a layer with a name in {path or 'the model'!r}, got {name!r:.100}.")
        check_layers(layer, f"{path}/{name}".strip("/"))
        if name in names:
            raise ConvertError(f"Expected layers of different names in a model, got {name!r:.100} twice.")
        names.add(name)
        if config["class_name"] != "Sequential" and not _are_nodes(layer.get("inbound_nodes")):
            raise ConvertError(f"Expected lists of [layer, node, tensor] as inbound_nodes of {name!r:.100}.")
    if config["class_name"] != "Sequential":
        for key in ("input_layers", "output_layers"):
            if not _are_nodes([inner.get(key)]) or not inner[key]:
                raise ConvertError(f"Expected lists of [layer, node, tensor] as {key} of {path or 'the model'!r}.")


def _are_nodes(nodes: Any) -> bool:
    return isinstance(nodes, list) and all(
        isinstance(node, list) and all(_is_ref(ref) for ref in refs_of(node)) for node in nodes
    )


def _is_ref(ref: Any) -> bool:
    return (
        isinstance(ref, list)
        and 3 <= len(ref) <= 4
        and isinstance(ref[0], str)
        and all(type(index) is int and 0 <= index < 1 << 20 for index in ref[1:3])
        and (len(ref) == 3 or ref[3] is None or isinstance(ref[3], dict))
    )


def _read_weights(files: _Files, manifest: Any) -> dict[str, Array]:
    try:
        groups = [(list(group["paths"]), list(group["weights"])) for group in manifest]
    except (KeyError, TypeError) as error:
        raise ConvertError("Expected a weightsManifest with paths and weights in model.json.") from error
    total = 0
    for name in (name for paths, _ in groups for name in paths):
        check_path(name)
        size = files.size(name)
        if size is None:
            raise ConvertError(f"Expected the weights in a file {name!r} beside model.json, found none.")
        total += size
        if total > MAX_WEIGHT_BYTES:
            raise ConvertError(f"Expected at most {MAX_WEIGHT_BYTES:,} bytes of weights, got more.")
    weights: dict[str, Array] = {}
    for paths, entries in groups:
        data = files.read(paths[0]) if len(paths) == 1 else b"".join(files.read(name) for name in paths)
        added = decode_arrays(entries, data, max_bytes=MAX_WEIGHT_BYTES)
        twice = sorted(weights.keys() & added.keys())
        if twice:
            raise ConvertError(f"Expected each weight once, got {twice[0]!r} twice.")
        weights |= added
    return weights


def check_path(name: Any) -> None:
    """Raise ConvertError where a shard's path is no plain relative one: it may not lead out of the folder."""
    plain = isinstance(name, str) and 0 < len(name) < 1000 and not re.search(r"[\\:\0]|^/", name)
    if not plain or ".." in PurePosixPath(name).parts:
        raise ConvertError(f"Expected weight files named by relative paths below model.json, got {name!r:.100}.")


def _read_metadata(files: _Files) -> tuple[tuple[str, ...], Preprocessing | None]:
    """The labels, and how pictures become inputs, of a metadata.json, which need not be there."""
    if files.size("metadata.json") is None:
        return (), None
    metadata = _read_json(files, "metadata.json")
    labels = metadata.get("labels")
    if not isinstance(labels, list) or len(labels) > _LABEL_LIMIT or not all(isinstance(one, str) for one in labels):
        labels = []
    return tuple(labels), _preprocessing(metadata)


def _preprocessing(metadata: dict[str, Any]) -> Preprocessing | None:
    card: Any = metadata.get("userMetadata")
    for key in ("pyclassifier", "card"):
        card = card.get(key) if isinstance(card, dict) else None
    if isinstance(card, dict):
        try:
            return ModelCard.from_dict(card).preprocessing
        except ValueError:
            return None
    # What Teachable Machine's own reader does to pixels.
    return Preprocessing.scaled(127.0, -1.0) if metadata.get("packageName") == "@teachablemachine/image" else None
