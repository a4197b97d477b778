"""tf.js layers models written: model.json and its shards, into a folder."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pyclassifier.backbones import Quantization, encode_weights

from ..errors import ConvertError
from ..models import Array, LayersModel
from .targets import write_folder

SHARD_SIZE = 4 << 20
# Below this many values an array is cheap to keep exact: biases and the statistics of BatchNormalization.
_SMALL = 4096


def write_tfjs(
    model: LayersModel,
    folder: str | os.PathLike[str],
    *,
    quantize: Quantization | None = None,
    shard_size: int = SHARD_SIZE,
    force: bool = False,
    extra_files: Mapping[str, bytes] | None = None,
) -> list[Path]:
    """Write a tf.js layers model: model.json, its shards, and metadata.json where it has labels.

    Parameters
    ----------
    model : LayersModel
    folder : path
        Made whole or not at all: it is filled under another name first.
    quantize : {"float16", "uint16", "uint8"}, optional
        Store kernels in fewer bits. Arrays that are small or sensitive to it (below 4,096 values, depthwise kernels)
        stay float32 with "uint16", and take 16 bits with "uint8".
    shard_size : int
        Largest size of a weight file, in bytes.
    force : bool
        Replace what is there.
    extra_files : mapping of str to bytes, optional
        Written beside them, by their names: the module with custom layers.

    Returns
    -------
    list of Path
        The files.

    Raises
    ------
    ConvertError
        The target exists, or cannot be written.
    """
    if shard_size < 1:
        raise ConvertError(f"Expected a shard size of at least 1 byte, got {shard_size}.")
    entries, data = _encode(model.weights, quantize)
    shards = max(1, math.ceil(len(data) / shard_size))
    names = [f"group1-shard{i + 1}of{shards}.bin" for i in range(shards)]
    files: dict[str, bytes | memoryview] = {
        name: memoryview(data)[i * shard_size : (i + 1) * shard_size] for i, name in enumerate(names)
    }
    files["model.json"] = _dump(_model_json(model, [{"paths": names, "weights": entries}]))
    if model.labels:
        files["metadata.json"] = _dump({"labels": list(model.labels)})
    files |= extra_files or {}
    return write_folder(files, Path(folder), force=force)


def _model_json(model: LayersModel, manifest: list[dict[str, Any]]) -> dict[str, Any]:
    try:
        release = version("pyclassifier")
    except PackageNotFoundError:
        release = "0"
    content: dict[str, Any] = {
        "format": "layers-model",
        "generatedBy": "keras v2.15.0",
        "convertedBy": f"pyclassifier-convert v{release}",
        "modelTopology": {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": model.topology},
        "weightsManifest": manifest,
    }
    if model.custom_js:
        content["userDefinedMetadata"] = {"pyclassifier": {"customLayers": list(model.custom_js)}}
    return content


def _dump(content: dict[str, Any]) -> bytes:
    try:
        return json.dumps(content, allow_nan=False).encode()
    except (ValueError, TypeError, RecursionError) as error:
        raise ConvertError(f"Expected layers that JSON can hold, got others ({error!s:.200}).") from error


def _encode(weights: Mapping[str, Array], quantize: Quantization | None) -> tuple[list[dict[str, Any]], bytes]:
    if quantize in (None, "float16"):
        return encode_weights(weights, quantize=quantize)
    entries: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    careful: Quantization | None = "uint16" if quantize == "uint8" else None
    for name, array in weights.items():
        sensitive = array.size < _SMALL or name.endswith("/depthwise_kernel")
        added, chunk = encode_weights({name: array}, quantize=careful if sensitive else quantize)
        entries += added
        chunks.append(chunk)
    return entries, b"".join(chunks)
