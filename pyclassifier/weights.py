"""Weights between numpy arrays and the bytes of a tf.js ``weightsManifest``.

The format: https://github.com/tensorflow/tfjs/blob/tfjs-v4.22.0/tfjs-core/src/io/types.ts (WeightsManifestEntry).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .errors import ArchiveError

_DTYPES = {"float32": "<f4", "int32": "<i4", "uint16": "<u2", "uint8": "u1", "bool": "u1", "float16": "<f2"}
_MAX_WEIGHT_BYTES = 1 << 30


def encode_weights(
    weights: Mapping[str, NDArray[np.float32]], *, quantize: Literal["uint16"] | None = None
) -> tuple[list[dict[str, Any]], bytes]:
    """Turn named arrays into manifest entries and the bytes that they describe.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Float arrays; stored in this order, little-endian, C order.
    quantize : "uint16", optional
        Store each array as ``round((x - min) / scale)`` in 16 bits: half the size, an error of at most
        ``(max - min) / 131070``.

    Returns
    -------
    entries : list of dict
        ``name``, ``shape``, ``dtype`` and, where quantised, ``quantization``.
    data : bytes
    """
    entries: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    for name, values in weights.items():
        array = np.asarray(values, np.float32)
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": "float32"}
        if quantize:
            # In float64: float32 loses the last of the 16 bits.
            low, high = float(array.min()), float(array.max())
            scale = (high - low) / 65535 or 1.0
            entry["quantization"] = {"dtype": quantize, "min": low, "scale": scale, "original_dtype": "float32"}
            chunks.append(np.round((array.astype(np.float64) - low) / scale).astype("<u2").tobytes())
        else:
            chunks.append(array.astype("<f4").tobytes())
        entries.append(entry)
    return entries, b"".join(chunks)


def decode_weights(entries: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, NDArray[np.float32]]:
    """Read the arrays that manifest entries describe.

    Parameters
    ----------
    entries : sequence of mapping
        As in ``weightsManifest[i]["weights"]``; quantised entries (uint8, uint16, float16) are restored.
    data : bytes
        The weight files of the manifest, one after the other.

    Returns
    -------
    dict of str to ndarray
        float32, in the manifest's order.

    Raises
    ------
    ArchiveError
        An unknown dtype, an impossible shape, or more or fewer bytes than the entries need.
    """
    arrays: dict[str, NDArray[np.float32]] = {}
    offset = 0
    for entry in entries:
        quantization = entry.get("quantization")
        stored = (quantization or entry).get("dtype")
        shape = entry.get("shape")
        if (
            stored not in _DTYPES
            or not isinstance(shape, list)
            or not all(isinstance(n, int) and n >= 0 for n in shape)
        ):
            raise ArchiveError(
                f"Expected weight {entry.get('name')!r} with a known dtype and shape, got {stored!r}, {shape!r}."
            )
        dtype = np.dtype(_DTYPES[stored])
        count = math.prod(shape)
        end = offset + count * dtype.itemsize
        if end > min(len(data), _MAX_WEIGHT_BYTES):
            raise ArchiveError(
                f"Expected at least {end:,} bytes of weights, got {len(data):,}. The file is incomplete."
            )
        values: NDArray[np.float64] = np.frombuffer(data, dtype, count, offset).astype(np.float64)
        if quantization and stored != "float16":
            values = values * float(quantization["scale"]) + float(quantization["min"])
        arrays[str(entry["name"])] = values.astype(np.float32).reshape(shape)
        offset = end
    if offset != len(data):
        raise ArchiveError(
            f"Expected {offset:,} bytes of weights, got {len(data):,}. The file belongs to another model."
        )
    return arrays
