"""PyTorch's files of weights (.pth) as versions before 1.6 wrote them, read without PyTorch.

Such a file is a row of pickles, which may ask for any function to be called, and then the numbers. Here they are read
by a machine that has only the operations which weights take, and no way to call anything: names stay text.
"""

from __future__ import annotations

import pickletools
from math import prod
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from ..errors import ConvertError
from ..models import Array

_MAGIC = 0x1950A86A20F9469CFC6C
_DICT, _TENSOR = "collections OrderedDict", "torch._utils _rebuild_tensor_v2"
_DTYPES = {"torch FloatStorage": np.dtype("<f4"), "torch LongStorage": np.dtype("<i8")}
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
        with path.open("rb") as file:
            if _load(file) != _MAGIC:
                raise ValueError("it begins otherwise")
            _load(file)  # the version of the layout
            if not _load(file)["little_endian"]:
                raise ValueError("its numbers are big-endian")
            tensors, keys = _load(file), _load(file)
            dtypes = {tensor[0][2]: _DTYPES[tensor[0][1]] for tensor in tensors.values()}
            stored = {key: _read_numbers(file, dtypes[key]) for key in keys}
        return {name: _array(stored[tensor[0][2]], *tensor[1:4]) for name, tensor in tensors.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, MemoryError) as error:
        raise ConvertError(
            f"{path}: Expected PyTorch weights in the layout before 1.6, got others ({error})."
        ) from error


def _load(file: BinaryIO) -> Any:
    """Read one pickle: tensors come as what PyTorch would rebuild them from."""
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
                    if not isinstance(key, str):
                        raise ValueError("a key that is no name")
                    stack[-1][key] = value
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


def _read_numbers(file: BinaryIO, dtype: np.dtype[Any]) -> Array:
    count = int.from_bytes(file.read(8), "little")
    data = file.read(count * dtype.itemsize)
    if len(data) != count * dtype.itemsize:
        raise ValueError("it ends too early")
    return np.frombuffer(data, dtype)


def _array(numbers: Array, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> Array:
    size = numbers.itemsize
    if prod(shape) > numbers.size:
        raise ValueError("a tensor larger than its numbers")
    # numpy itself refuses what would lie outside.
    return np.ndarray(shape, numbers.dtype, numbers, offset * size, tuple(stride * size for stride in strides))
