"""The parts of a model among files: its topology, its weights, its labels, however the files are called and wherever.

Browsers call a second download "model (1).json", people zip the folder, converters write weights in shards whose names
stand in ``weightsManifest``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..data import MAX_JSON_BYTES, read_json_object, why_skip
from ..errors import ArchiveError

FILES = ("model.json", "weights.bin", "metadata.json")
MAX_BYTES = 1 << 29
_MOST_JSON = 20
_COPY = re.compile(r"(?: ?\(\d+\)| - copy| copy)+(?=\.[^.]*$)", re.IGNORECASE)

Read = Callable[[str, int], bytes]  # of a name; it may have so many bytes


@dataclass(frozen=True)
class Parts:
    """What a model consists of.

    Parameters
    ----------
    model : dict
        Content of model.json.
    weights : bytes
        Of all shards, in their order.
    metadata : dict
        Content of metadata.json.
    """

    model: dict[str, Any]
    weights: bytes
    metadata: dict[str, Any]


def find_parts(names: Sequence[str], read: Read, *, code: str = "archive-without") -> Parts:
    """Find the parts of a model.

    Parameters
    ----------
    names : sequence of str
        Paths of all files.
    read : callable
    code : str
        Of the sentence that says what is missing.

    Returns
    -------
    Parts

    Raises
    ------
    ArchiveError
        A part is missing or damaged.
    """
    names = [name for name in names if not _is_hidden(name)]
    jsons = [name for name in sorted(names, key=len) if name.lower().endswith(".json")]
    model_name, model = _find_json(jsons, read, FILES[0], "modelTopology")
    rest = [name for name in jsons if name != model_name]
    _, metadata = _find_json(
        sorted(rest, key=lambda name: _folder(name) != _folder(model_name)), read, FILES[2], "labels"
    )
    shards, lost = _shards(model or {}, _folder(model_name), names)
    missing = [*([] if model else FILES[:1]), *lost, *([] if metadata else FILES[2:])]
    if missing or model is None or metadata is None:
        raise ArchiveError(code, files=FILES, missing=missing)
    left = MAX_BYTES
    pieces = []
    for name in shards:
        pieces.append(read(name, left))
        left -= len(pieces[-1])
    return Parts(model, b"".join(pieces), metadata)


def _find_json(names: Sequence[str], read: Read, name: str, key: str) -> tuple[str, dict[str, Any] | None]:
    """The file of this name, copies included; else one that has what such a file has."""
    for path in names:
        if _plain(path) == name:
            return path, read_json_object(read(path, MAX_JSON_BYTES), name)
    for path in names[:_MOST_JSON]:
        try:
            found = read_json_object(read(path, MAX_JSON_BYTES), path)
        except ArchiveError:
            continue
        if key in found:
            return path, found
    return "", None


def _shards(model: Mapping[str, Any], folder: str, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The files of a model's weights in their order, and the names of those that are missing."""
    groups = model.get("weightsManifest")
    paths = [group.get("paths") for group in groups if isinstance(group, Mapping)] if isinstance(groups, list) else []
    listed = [path for some in paths if isinstance(some, list) for path in some if isinstance(path, str)]
    others = sorted((name for name in names if not name.lower().endswith((".json", ".txt"))), key=len)
    near = [name for name in others if _folder(name) == folder]
    by_name = {key: name for name in reversed([*near, *others]) for key in (_plain(name), PurePosixPath(name).name)} | {
        name: name for name in others
    }
    found, lost = [], []
    for path in listed or [FILES[1]]:
        last = PurePosixPath(path).name
        keys = (f"{folder}/{path}" if folder else path, last, _COPY.sub("", last))
        name = next((by_name[key] for key in keys if key in by_name), None)
        if name is None and len(listed) <= 1 and len(others) == 1:
            name = others[0]
        if name is None:
            lost.append(last)
        else:
            found.append(name)
    return found, lost


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _plain(path: str) -> str:
    """A file's name, without what tells a copy."""
    return _COPY.sub("", PurePosixPath(path).name)


def _is_hidden(path: str) -> bool:
    why = why_skip(path)
    return why is not None and why.code in ("hidden-file", "system-file")
