"""The files of a model, found among others: in a zip of them or of their folder, or chosen one by one.

Their names may be those of copies (``model (1).json``); weights have the names that ``weightsManifest`` gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ..data import MAX_JSON_BYTES, read_json_object
from ..errors import ArchiveError

MAX_BYTES = 1 << 29
_FILES = ("model.json", "weights.bin", "metadata.json")
_MAX_JSONS = 20
_COPY = re.compile(r"\s*\(\d+\)(?=\.|$)|[ _-]+(copy|copie|kopie|副本)(?=\.|$)", re.IGNORECASE)
# What Teachable Machine calls its other kinds.
_KINDS = {"@teachablemachine/pose": "teachable-pose", "@teachablemachine/audio": "teachable-audio"}
_AUDIO = "wordLabels"  # In the metadata of its audio models.


@dataclass(frozen=True)
class Parts:
    """The files of a model: its JSON, the bytes of its weights in the manifest's order, its metadata if any."""

    model: dict[str, Any]
    weights: bytes
    metadata: dict[str, Any]


def find_parts(names: Sequence[str], read: Callable[[str, int], bytes], missing: str) -> Parts:
    """Find the files of a model, and read them.

    Parameters
    ----------
    names : sequence of str
        Of all files, with slashes.
    read : callable
        Takes a name and how many bytes are the most; returns what is in it.
    missing : str
        Code of the sentence for what lacks a file.

    Returns
    -------
    Parts

    Raises
    ------
    ArchiveError
        A file is missing or no JSON, or the model is of another kind.
    """
    own = [name for name in names if not _is_macs(name)]
    jsons = [name for name in own if name.lower().endswith(".json")]
    jsons = sorted(jsons, key=lambda name: (name.count("/"), not _is_called(name, *_FILES), "metadata" in name, name))
    found: dict[str, dict[str, Any]] = {}
    for name in jsons[:_MAX_JSONS]:
        try:
            found[name] = read_json_object(read(name, MAX_JSON_BYTES), PurePosixPath(name).name)
        except ArchiveError:
            if _is_called(name, *_FILES):
                raise  # Others are none of ours.
    at = next((name for name, content in found.items() if "modelTopology" in content), None)
    at = at or next((name for name in found if _is_called(name, "model.json")), None)
    if at is None:
        raise ArchiveError(missing, files=_FILES, missing=_FILES[:1])
    beside = [name for name in found if name != at and _folder(name) == _folder(at)]
    described = sorted(
        (name for name in beside if _is_metadata(found[name])), key=lambda name: _mark(name) != _mark(at)
    )
    metadata = found[described[0]] if described else {}
    _check_kind(metadata)
    weights = b"".join(_read_weights(found[at], at, own, read, missing))
    return Parts(found[at], weights, metadata)


def _read_weights(
    model: Mapping[str, Any], at: str, names: Sequence[str], read: Callable[[str, int], bytes], missing: str
) -> list[bytes]:
    manifest = model.get("weightsManifest")
    try:
        paths = [str(path) for group in manifest or [] for path in group["paths"]]
    except (KeyError, TypeError) as error:
        raise ArchiveError("other-model", kind=type(error).__name__, error="weightsManifest") from error
    chosen = [(path, _find(path, at, names, alone=len(paths) == 1)) for path in paths or ["weights.bin"]]
    lost = tuple(path for path, name in chosen if name is None)
    if lost:
        raise ArchiveError(missing, files=("model.json", *(path for path, _ in chosen)), missing=lost)
    left, shards = MAX_BYTES, []
    for _, name in chosen:
        shards.append(read(str(name), left))
        left -= len(shards[-1])
    return shards


def _find(path: str, at: str, names: Sequence[str], *, alone: bool) -> str | None:
    """The file that the manifest calls so: at its place, or beside the model under the name of a copy."""
    exact = str(PurePosixPath(_folder(at)) / path)
    if exact in names and ".." not in PurePosixPath(path).parts:
        return exact
    beside = [name for name in names if _folder(name) == _folder(at)]
    called = [name for name in beside if _plain(name) == _plain(path)]
    if not called and alone:  # Renamed, but there is no other.
        called = [name for name in beside if name.lower().endswith(".bin")]
        called = called if len(called) == 1 else []
    return min(called, key=lambda name: (_mark(name) != _mark(at), name), default=None)


def _check_kind(metadata: Mapping[str, Any]) -> None:
    kind = _KINDS.get(str(metadata.get("packageName"))) or ("teachable-audio" if _AUDIO in metadata else None)
    if kind:
        raise ArchiveError(kind)


def _is_called(name: str, *names: str) -> bool:
    return _plain(name) in names


def _is_metadata(content: Mapping[str, Any]) -> bool:
    return "labels" in content or _AUDIO in content or "packageName" in content


def _is_macs(name: str) -> bool:
    """Whether macOS put it beside what somebody zipped."""
    parts = PurePosixPath(name).parts
    return not parts or "__MACOSX" in parts or parts[-1].startswith("._")


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _plain(name: str) -> str:
    """The name of a file without what marks it as a copy."""
    return _COPY.sub("", PurePosixPath(name).name).lower()


def _mark(name: str) -> str:
    found = _COPY.search(PurePosixPath(name).name)
    return found.group().strip().lower() if found else ""
