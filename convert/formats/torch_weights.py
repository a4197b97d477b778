"""PyTorch's files of weights (.pth) as versions before 1.6 wrote them, read without PyTorch.

Such a file is a row of pickles, which may ask for any function to be called, and then the numbers. Here they are read
by a machine that has only the operations which weights take, and no way to call anything: names stay text.
"""

from __future__ import annotations

import pickletools
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..errors import ConvertError
from ..models import Array

_MAGIC = 0x1950A86A20F9469CFC6C
_DICT, _TENSOR = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
_DTYPES: dict[str, np.dtype[Any]] = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
_CONSTANTS = {"NONE": None, "NEWTRUE": True, "NEWFALSE": False, "EMPTY_TUPLE": ()}
_VALUES = {"BININT", "BININT1", "BININT2", "LONG1", "BINUNICODE"}
_LENGTHS = {"TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}


def read_torch_weights(path: Path) -> dict[str, Array]:
    """Read a state dict.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict of str to ndarray
        float32 or int64, by PyTorch's names; read-only.

    Raises
    ------
    ConvertError
        It is no such file, is damaged, or holds anything besides a state dict.
    """
    try:
        file = BytesIO(path.read_bytes())
        if _load(file) != _MAGIC:
            raise ValueError("it begins otherwise")
        _load(file)  # the version of the layout
        if not _load(file)["little_endian"]:
            raise ValueError("its numbers are big-endian")
        tensors = {name: _Tensor.of(rebuilt) for name, rebuilt in _load(file).items()}
        dtypes = {tensor.key: _DTYPES[tensor.kind] for tensor in tensors.values()}
        stored = {key: _read_numbers(file, dtypes[key]) for key in map(_name, _load(file))}
        return {name: tensor.array(stored[tensor.key]) for name, tensor in tensors.items()}
    except (OSError, ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError) as error:
        raise ConvertError(
            f"{path}: Expected PyTorch weights in the layout before 1.6, got others ({str(error)[:200]})."
        ) from error


class _Tensor(NamedTuple):
    """What PyTorch would rebuild a tensor from."""

    kind: str
    key: str
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    @classmethod
    def of(cls, rebuilt: object) -> _Tensor:
        match rebuilt:
            case ("storage", str(kind), str(key), _, _, None), int(offset), tuple(shape), tuple(strides), *_:
                if all(type(one) is int for one in (*shape, *strides)):
                    return cls(kind, key, offset, shape, strides)
        raise ValueError("something else than tensors")

    def array(self, numbers: Array) -> Array:
        size = numbers.itemsize
        if prod(self.shape) > numbers.size:
            raise ValueError("a tensor larger than its numbers")
        # numpy itself refuses what would lie outside.
        strides = tuple(stride * size for stride in self.strides)
        return np.ndarray(self.shape, numbers.dtype, numbers, self.offset * size, strides)


def _name(value: object) -> str:
    """A name: what else a pickle may hold is not even looked up, as the hash of what is nested deeply ends Python."""
    if not isinstance(value, str):
        raise ValueError("a key that is no name")
    return value


def _load(file: BytesIO) -> Any:
    """Read one pickle; of a tensor, the arguments of the function that would rebuild it."""
    stack: list[Any] = []
    marks: list[int] = []
    memo: dict[Any, Any] = {}

    def pop(count: int) -> list[Any]:
        if count > len(stack):
            raise ValueError("damaged pickle")
        taken = stack[len(stack) - count :]
        del stack[len(stack) - count :]
        return taken

    for operation, given, _ in pickletools.genops(file):
        match operation.name:
            case "PROTO" | "BINPERSID":  # What PyTorch calls persistent is a tuple that says where numbers are.
                pass
            case "STOP":
                return stack.pop()
            case "MARK":
                marks.append(len(stack))
            case "BINPUT" | "LONG_BINPUT":
                memo[given] = stack[-1]
            case "BINGET" | "LONG_BINGET":
                stack.append(memo[given])
            case "EMPTY_DICT":
                stack.append({})
            case "EMPTY_LIST":
                stack.append([])
            case name if name in _CONSTANTS:
                stack.append(_CONSTANTS[name])
            case name if name in _VALUES:
                stack.append(given)
            case name if name in _LENGTHS:
                stack.append(tuple(pop(_LENGTHS[name])))
            case "TUPLE":
                stack.append(tuple(pop(len(stack) - marks.pop())))
            case "APPENDS":
                items = pop(len(stack) - marks.pop())
                stack[-1].extend(items)
            case "SETITEM" | "SETITEMS" as name:
                items = pop(2 if name == "SETITEM" else len(stack) - marks.pop())
                for key, value in zip(items[::2], items[1::2], strict=True):
                    stack[-1][_name(key)] = value
            case "GLOBAL" if given in (_DICT, _TENSOR, *_DTYPES):
                stack.append(given)
            case "GLOBAL":
                raise ValueError(f"it asks for {str(given).replace(' ', '.'):.80}; nothing of that was run")
            case "REDUCE":
                function, arguments = pop(2)
                stack.append(arguments if function == _TENSOR else {})
            case "BUILD":  # Attributes of the dict: versions of PyTorch's modules.
                pop(1)
            case name:
                raise ValueError(f"it asks for {name}, which weights do not take")
    raise ValueError("damaged pickle")


def _read_numbers(file: BytesIO, dtype: np.dtype[Any]) -> Array:
    count = int.from_bytes(file.read(8), "little")
    data = file.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise ValueError("it ends too early")
    return np.frombuffer(data, dtype)
