"""JSON that is not trusted: no deeper than is safe to parse. And plain data as JSON can hold it."""

from __future__ import annotations

import json
import math
import re
import reprlib
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..errors import ArchiveError

MAX_JSON_BYTES = 1 << 25
_MAX_DEPTH = 64
_MAX_QUOTES = 1 << 24
_MAX_BRACKETS = 1 << 23  # Each pair becomes an object of some hundred bytes.
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)', re.DOTALL)  # An open end matches too: no going back.
_NO_BRACKETS = re.compile(r"[^][{}]+")


def parse_json(text: str) -> Any:
    """Parse JSON.

    Parameters
    ----------
    text : str

    Returns
    -------
    dict, list, str, int, float, bool or None

    Raises
    ------
    ValueError
        It is damaged, or nested deeper than 64 levels.
    """
    if text.count('"') > _MAX_QUOTES or text.count("\\") > _MAX_BRACKETS:
        raise ValueError(f"more than {_MAX_QUOTES:,} quotes, or {_MAX_BRACKETS:,} backslashes")
    # Before it is parsed: json recurses, and in a browser that ends Python itself rather than in RecursionError.
    brackets = np.frombuffer(_NO_BRACKETS.sub("", _STRING.sub("", text)).encode(), np.uint8)
    if len(brackets) > _MAX_BRACKETS:
        raise ValueError(f"more than {_MAX_BRACKETS:,} brackets")
    depth = np.cumsum(np.isin(brackets, np.frombuffer(b"[{", np.uint8)) * np.int8(2) - np.int8(1), dtype=np.int64)
    if depth.size and (depth.max() > _MAX_DEPTH or depth[-1] != 0):
        raise ValueError(f"brackets that are not closed, or more than {_MAX_DEPTH} levels of them")
    return json.loads(text)


def read_json_object(data: bytes, name: str) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Parameters
    ----------
    data : bytes
        The file.
    name : str
        What to call it in an error.

    Returns
    -------
    dict

    Raises
    ------
    ArchiveError
        It is no JSON object, or nested deeper than is safe.
    """
    try:
        value = parse_json(data.decode("utf-8-sig"))
    except ValueError as error:
        raise ArchiveError("not-json", name=name, error=str(error)) from error
    if not isinstance(value, dict):
        raise ArchiveError("not-an-object", name=name, got=type(value).__name__)
    return value


def known_fields(data: Mapping[str, Any], known: Iterable[str], what: str) -> dict[str, Any]:
    """Take what this version knows of plain data that a later one may have written; a warning names the rest.

    Parameters
    ----------
    data : mapping
    known : iterable of str
        Names of the fields.
    what : str
        What to call the data in the warning.

    Returns
    -------
    dict
        Without the fields of other names.
    """
    names = set(known)
    told = {name: value for name, value in data.items() if name in names}
    others = [name for name in data if name not in names]
    if others:
        warnings.warn(
            f"Expected fields that this version knows in {what}, got also {reprlib.repr(others)}; they are ignored. "
            "A later version of pyclassifier may read them.",
            stacklevel=3,
        )
    return told


def without_nan(data: Mapping[str, Any]) -> dict[str, Any]:
    """Plain data for JSON, which has no nan: that is what a training that diverged leaves in its history."""
    return {key: _plain(value) for key, value in data.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return without_nan(value)
    if isinstance(value, list | tuple):
        return [_plain(child) for child in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
