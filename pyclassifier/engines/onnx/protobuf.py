"""Messages of ONNX as bytes, written by hand: a few kinds are all that a network needs, and the package onnx is large.

Numbers of fields and of types are those of onnx.proto3 (https://github.com/onnx/onnx/blob/v1.17.0/onnx/onnx.proto3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_TYPES = {"f": 1, "i": 2, "ints": 7}  # AttributeProto.AttributeType
_IR_VERSION = 8  # Of ONNX 1.10 and later, which onnxruntime has read since 1.9.
OPSET = 13


def node(kind: str, inputs: Sequence[str], output: str, **attributes: int | float | Sequence[int]) -> bytes:
    """A NodeProto: an operator with one output, named like that."""
    parts = [_text(1, name) for name in inputs]
    parts += [_text(2, output), _text(3, output), _text(4, kind)]
    parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
    return b"".join(parts)


def tensor(name: str, values: NDArray[np.float32] | NDArray[np.int64]) -> bytes:
    """A TensorProto: weights, or whole numbers."""
    is_whole = values.dtype == np.int64
    data = np.ascontiguousarray(values, "<i8" if is_whole else "<f4").tobytes()
    parts = [_number(1, n) for n in values.shape]
    parts += [_number(2, _INT64 if is_whole else _FLOAT), _text(8, name), _field(9, data)]
    return b"".join(parts)


def model(nodes: Iterable[bytes], tensors: Iterable[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes]) -> bytes:
    """A ModelProto."""
    parts = [_field(1, one) for one in nodes]
    parts += [_text(2, "network"), *(_field(5, one) for one in tensors)]
    parts += [_field(11, one) for one in inputs]
    parts += [_field(12, one) for one in outputs]
    opset = _text(1, "") + _number(2, OPSET)
    return _number(1, _IR_VERSION) + _text(2, "pyclassifier") + _field(7, b"".join(parts)) + _field(8, opset)


def metadata(entries: Mapping[str, str]) -> bytes:
    """What a ModelProto's metadata_props are; they may follow the rest of it."""
    return b"".join(_field(14, _text(1, name) + _text(2, text)) for name, text in entries.items())


def value(name: str, shape: Sequence[int | str]) -> bytes:
    """A ValueInfoProto: what goes in or comes out, of these sides, float32; a text is a side of any length."""
    sides = b"".join(_field(1, _text(2, n) if isinstance(n, str) else _number(1, n)) for n in shape)
    kind = _field(1, _number(1, _FLOAT) + _field(2, sides))
    return _text(1, name) + _field(2, kind)


def _attribute(name: str, value: int | float | Sequence[int]) -> bytes:
    if isinstance(value, float):
        kind, data = "f", _varint(2 << 3 | 5) + struct.pack("<f", value)
    elif isinstance(value, int):
        kind, data = "i", _number(3, value)
    else:
        kind, data = "ints", b"".join(_number(8, n) for n in value)
    return _text(1, name) + data + _number(20, _TYPES[kind])


def _text(number: int, text: str) -> bytes:
    return _field(number, text.encode())


def _field(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value & (1 << 64) - 1)


def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)
