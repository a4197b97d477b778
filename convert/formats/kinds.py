"""What kind of model a path holds or shall hold: told from content, for targets from the name."""

from __future__ import annotations

import json
import os
import struct
import zipfile
from pathlib import Path

from pyclassifier.data import MAX_JSON_BYTES

from ..errors import ConvertError
from .readable import check_readable

SOURCES = ("keras", "h5", "tfjs", "saved_model")
TARGETS = ("tfjs", "keras", "h5", "tflite", "onnx", "saved_model")
_KNOWN = "a Keras file (.keras, .h5), a tf.js layers model (folder, model.json), a zip of one, or a SavedModel"


def is_there(path: Path) -> bool:
    """Return whether there is such a file or folder; a name that is too long names none."""
    return os.path.exists(path)  # noqa: PTH110 - Path's own lets the error of such a name out.


def source_format(path: Path) -> str:
    """Return the format of a model: "keras", "h5", "tfjs" or "saved_model".

    Parameters
    ----------
    path : Path

    Returns
    -------
    str

    Raises
    ------
    ConvertError
        There is nothing, or a model of a kind that is not read here, or no model.
    """
    if not is_there(path):
        raise ConvertError(f"Expected a model at {path}, found nothing.")
    check_readable(path)
    try:
        found = _folder_format(path) if path.is_dir() else _file_format(path)
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, struct.error) as error:
        raise ConvertError(f"{path}: Expected {_KNOWN}, could not read it ({error}).") from error
    if not found:
        raise ConvertError(f"{path}: Expected {_KNOWN}, got something else.")
    return found


def _folder_format(path: Path) -> str:
    if (path / "model.json").is_file():
        return "tfjs"
    if (path / "saved_model.pb").is_file():
        return "saved_model"
    if (path / "saved_model.pbtxt").is_file():
        raise ConvertError(f"{path}: Expected a binary saved_model.pb in a SavedModel, got a saved_model.pbtxt.")
    return ""


def _file_format(path: Path) -> str:
    with path.open("rb") as file:
        start = file.read(8)
        if start == b"\x89HDF\r\n\x1a\n":
            return "h5"
        if start[4:8] == b"TFL3":
            raise ConvertError(f"{path}: Expected {_KNOWN}, got a TFLite model, which cannot be converted back.")
        if start[:3] == b"\x1f\x8b\x08":  # TF-Hub's .tar.gz; its reader says what is missing.
            return "saved_model"
        if start[:2] == b"PK":
            return _zip_format(path)
        if start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{" or path.stat().st_size > MAX_JSON_BYTES:
            return ""
    try:
        content = json.loads(path.read_bytes())
    except RecursionError:
        return ""
    return "tfjs" if isinstance(content, dict) and "modelTopology" in content else ""


def _zip_format(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    if "config.json" in names and any(name.endswith("model.weights.h5") for name in names):
        return "keras"
    if any(name == "model.json" or name.endswith("/model.json") for name in names):
        return "tfjs"
    return "keras" if "config.json" in names else ""  # Its reader says what is missing.


def target_format(path: Path) -> str:
    """Return the format that a target's name asks for: a folder is tf.js's."""
    suffix = path.suffix.lower()
    if suffix in (".keras", ".h5", ".tflite", ".onnx"):
        return suffix[1:]
    if suffix == ".hdf5":
        return "h5"
    if suffix in (".pb", ".zip"):
        raise ConvertError(
            f"Expected a folder (tf.js, or --to saved_model) or a .keras, .h5, .tflite or .onnx file as the target, "
            f"got {path.name!r}."
        )
    return "tfjs"
