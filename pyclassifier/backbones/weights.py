"""Weights between numpy arrays and the bytes of a tf.js ``weightsManifest``.

The format: https://github.com/tensorflow/tfjs/blob/tfjs-v4.22.0/tfjs-core/src/io/types.ts (WeightsManifestEntry).
"""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import ArchiveError

Quantization = Literal["float16", "uint16", "uint8"]

_DTYPES = {"float32": "<f4", "int32": "<i4", "uint16": "<u2", "uint8": "u1", "bool": "u1", "float16": "<f2"}
MAX_WEIGHT_BYTES = 1 << 29  # As float32, in memory.
_MAX_FLOAT16 = 65504.0
_MAX_RANK = 6  # Of tensors in tf.js.
_MAX_SIDE = 1 << 31


def encode_weights(
    weights: Mapping[str, NDArray[Any]], *, quantize: Quantization | Mapping[str, Quantization] | None = None
) -> tuple[list[dict[str, Any]], bytes]:
    """Turn named arrays into manifest entries and the bytes that they describe.

    Parameters
    ----------
    weights : mapping of str to ndarray
        Stored in this order, little-endian, C order: int32 and bool as such, others as float32.
    quantize : {"float16", "uint16", "uint8"} or mapping of str to these, optional
        How to store float arrays, all of them or those that are named. "float16": half the size, 11 bits of each
        value. "uint16" and "uint8": ``round((x - min) / scale)`` in 16 or 8 bits, an error of at most
        ``(max - min) / 131070`` or ``/ 510``. An array that cannot be stored so (nan, infinity, too large for
        float16) stays float32.

    Returns
    -------
    entries : list of dict
        ``name``, ``shape``, ``dtype`` and, where quantised, ``quantization``.
    data : bytes
    """
    entries: list[dict[str, Any]] = []
    chunks: list[bytes] = []
    for name, values in weights.items():
        array = np.asarray(values)
        dtype = array.dtype.name if array.dtype.name in ("int32", "bool") else "float32"
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": dtype}
        stored = array.astype(_DTYPES[dtype])
        bits = quantize if quantize is None or isinstance(quantize, str) else quantize.get(name)
        if bits and dtype == "float32" and stored.size:
            stored, rule = _quantized(stored, bits)
            if rule is not None:
                entry["quantization"] = {"dtype": bits, **rule, "original_dtype": "float32"}
        chunks.append(stored.tobytes())
        entries.append(entry)
    return entries, b"".join(chunks)


def _quantized(array: NDArray[Any], dtype: Quantization) -> tuple[NDArray[Any], dict[str, float] | None]:
    """The array as it is stored, and by what rule it is restored; None where it stays as it is."""
    # In float64: float32 loses the last of the 16 bits.
    low, high = float(array.min()), float(array.max())
    if not (math.isfinite(low) and math.isfinite(high)):
        return array, None
    if dtype == "float16":
        return (array, None) if max(-low, high) > _MAX_FLOAT16 else (array.astype("<f2"), {})
    steps = 65535 if dtype == "uint16" else 255
    scale = (high - low) / steps or 1.0
    return np.round((array.astype(np.float64) - low) / scale).astype(_DTYPES[dtype]), {"min": low, "scale": scale}


def decode_weights(entries: Sequence[Mapping[str, Any]], data: bytes) -> dict[str, NDArray[np.float32]]:
    """Read the arrays that manifest entries describe, as float32.

    Parameters
    ----------
    entries, data
        As `decode_arrays` takes them.

    Returns
    -------
    dict of str to ndarray
        float32, in the manifest's order.

    Raises
    ------
    ArchiveError
        As `decode_arrays` does.
    """
    arrays = decode_arrays(entries, data)
    return {name: array.astype(np.float32, copy=False) for name, array in arrays.items()}


def decode_arrays(
    entries: Sequence[Mapping[str, Any]], data: bytes, *, max_bytes: int = MAX_WEIGHT_BYTES
) -> dict[str, NDArray[Any]]:
    """Read the arrays that manifest entries describe.

    Parameters
    ----------
    entries : sequence of mapping
        As in ``weightsManifest[i]["weights"]``; quantised entries (uint8, uint16, float16) are restored.
    data : bytes
        The weight files of the manifest, one after the other.
    max_bytes : int
        What the arrays may take as float32.

    Returns
    -------
    dict of str to ndarray
        float32, int32 or bool, in the manifest's order.

    Raises
    ------
    ArchiveError
        An entry that is none, an unknown dtype, an impossible shape, a name that comes twice, more or fewer bytes
        than the entries need, or more than `max_bytes` of them.
    """
    arrays: dict[str, NDArray[Any]] = {}
    offset = n_decoded = 0
    for entry in entries:
        name, dtype, shape, rule = _parse_entry(entry)
        if name in arrays:
            raise ArchiveError("weight-twice", name=reprlib.repr(name))
        count = math.prod(shape)
        end = offset + count * dtype.itemsize
        n_decoded += 4 * count
        if n_decoded > max_bytes:
            raise ArchiveError("large-weights", most=max_bytes, got=n_decoded)
        if end > len(data):
            raise ArchiveError("short-weights", least=end, got=len(data))
        values: NDArray[Any] = np.frombuffer(data, dtype, count, offset)
        if rule:
            scale, low = rule
            restored = values.astype(np.float64)
            restored *= scale
            restored += low
            values = restored
        whole = {"int32": np.int32, "bool": np.bool_}.get(entry["dtype"]) if not entry.get("quantization") else None
        arrays[name] = values.astype(whole or np.float32).reshape(shape)
        offset = end
    if offset != len(data):
        raise ArchiveError("other-weights", expected=offset, got=len(data))
    return arrays


def _parse_entry(entry: Mapping[str, Any]) -> tuple[str, np.dtype[Any], list[int], tuple[float, float] | None]:
    """Name, stored dtype, shape and, where quantised, scale and minimum of an entry, which nobody has checked yet."""
    try:
        name, shape, quantization = entry["name"], entry["shape"], entry.get("quantization")
        dtype = np.dtype(_DTYPES[(quantization or entry)["dtype"]])
        rule = None
        if quantization and dtype.kind != "f":
            rule = float(quantization["scale"]), float(quantization["min"])
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise ArchiveError("no-weight-entry", got=reprlib.repr(entry)) from error
    if not isinstance(name, str):
        raise ArchiveError("weight-name", got=reprlib.repr(name))
    if (
        not isinstance(shape, list)
        or len(shape) > _MAX_RANK
        or not all(type(n) is int and 0 < n < _MAX_SIDE for n in shape)
    ):
        raise ArchiveError("weight-shape", name=reprlib.repr(name), rank=_MAX_RANK, got=reprlib.repr(shape))
    if rule and not (math.isfinite(rule[0]) and math.isfinite(rule[1])):
        raise ArchiveError("weight-scale", name=reprlib.repr(name), got=str(rule))
    return name, dtype, shape, rule
