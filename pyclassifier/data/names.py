"""What the path of a file says by itself: whether it may be a photo, and a class in its name.

Paths are names and no more: they are never followed.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from pathlib import PurePosixPath
from typing import Literal

from ..sentences import Sentence
from .formats import format_of_name, is_readable, why_unreadable

LabelBy = Literal["auto", "folder", "top", "path", "name"]
_SYSTEM_FILES = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "icon\uf00d"})
_SYSTEM_FOLDERS = frozenset({"__macosx", "@eadir", "$recycle.bin", "system volume information"})
_TABLES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".xml"})
_PACKED = (".zip", ".tar", ".tar.gz", ".tgz")
_PACKED_OTHERWISE = frozenset({".7z", ".rar", ".gz", ".bz2", ".tbz", ".tbz2", ".xz", ".txz", ".zst"})
_SPREADSHEETS = frozenset({".xls", ".xlsx", ".xlsm", ".ods", ".numbers"})
_MAX_LABEL_LENGTH = 200
_NUMBERED = re.compile(r"(.*?[^\W\d_])[\s._-]+(?:\d+|\(\d+\))", re.DOTALL)  # android-0, mountain bike_12, cat (3)
_CAMERA_NAMES = frozenset({"img", "dsc", "dscn", "dscf", "pxl", "image", "photo", "picture", "screenshot"})


def why_skip(path: str) -> Sentence | None:
    """Return why a file is no photo to look at, or None."""
    hidden = _why_hidden(path)
    if hidden:
        return hidden
    suffix = suffix_of(path)
    if (one := format_of_name(suffix)) is not None:
        return None if is_readable(one) else why_unreadable(one)
    if is_packed(path):
        return Sentence("zip-inside")
    if suffix in _PACKED_OTHERWISE:
        return Sentence("packed-otherwise", suffix=suffix)
    if is_spreadsheet(path):
        return Sentence("spreadsheet", suffix=suffix)
    if suffix == ".txt":
        return Sentence("text-file")
    if suffix:
        return Sentence("other-suffix", suffix=suffix)
    return None


def is_table(path: str) -> bool:
    """Tell whether a file may be a table of photos and classes, by its name."""
    return suffix_of(path) in _TABLES and not _why_hidden(path)


def is_spreadsheet(path: str) -> bool:
    """Tell whether a file is a table that no text holds, by its name."""
    return suffix_of(path) in _SPREADSHEETS


def is_packed(path: str) -> bool:
    """Tell whether a file is a zip or tar to look into, by its name."""
    return path.lower().endswith(_PACKED) and not _why_hidden(path)


def unpacked_name(path: str) -> str:
    """Return what the folder is called that a packed file stands for: cat of cat.zip, and of cat.tar.gz."""
    ending = max((ending for ending in _PACKED if path.lower().endswith(ending)), key=len, default="")
    return path[: len(path) - len(ending)]


def parts_of(path: str) -> tuple[str, ...]:
    """Return folders and name of a path: cat/../1.jpg lies beside the folder cat, not in it."""
    return PurePosixPath(posixpath.normpath(path)).parts


def suffix_of(path: str) -> str:
    """Return what a file's name ends with, in small letters."""
    return PurePosixPath(path).suffix.lower()


def readable(name: str) -> str | None:
    """Return a name as a label: without what nobody sees, and of bounded length; None where nothing is left."""
    # macOS spells names in decomposed form; elsewhere the same name would be another class.
    name = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    return visible[:_MAX_LABEL_LENGTH] or None


def label_in_name(path: str) -> str | None:
    """Return the class that a file's name says before its number: android-0.jpg shows "android"."""
    numbered = _NUMBERED.fullmatch(PurePosixPath((parts_of(path) or ("",))[-1]).stem)
    if numbered is None or numbered[1].lower() in _CAMERA_NAMES:
        return None
    return readable(numbered[1])


def _why_hidden(path: str) -> Sentence | None:
    parts = parts_of(path)
    if any(part.startswith(".") and part != ".." for part in parts):
        return Sentence("hidden-file")
    if any(part.lower() in _SYSTEM_FOLDERS for part in parts) or (parts and parts[-1].lower() in _SYSTEM_FILES):
        return Sentence("system-file")
    return None
