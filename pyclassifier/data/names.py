"""What the path of a file says: whether it may be a photo, its class, what it is for.

Paths are names and no more: they are never followed.
"""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from ..sentences import Sentence
from .images import SUFFIXES
from .photos import Split

SPLIT_FOLDERS: dict[str, Split] = {
    "train": "training",
    "training": "training",
    "val": "validation",
    "validation": "validation",
    "test": "test",
}
LabelBy = Literal["auto", "folder", "name"]
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_MAX_LABEL_LENGTH = 200
_NUMBERED = re.compile(r"(.*?[^\W\d_])[\s._-]+(?:\d+|\(\d+\))", re.DOTALL)  # android-0, mountain bike_12, cat (3)
_CAMERA_NAMES = frozenset({"img", "dsc", "dscn", "dscf", "pxl", "image", "photo", "picture", "screenshot"})


def why_skip(path: str) -> Sentence | None:
    """Return why a file is no photo to look at, or None."""
    hidden = _why_hidden(path)
    if hidden:
        return hidden
    suffix = suffix_of(path)
    if suffix in (".heic", ".heif", ".avif"):
        return Sentence("photo-format", format=suffix[1:].upper())
    if suffix == ".zip":
        return Sentence("zip-inside")
    if suffix and suffix not in SUFFIXES:
        return Sentence("other-suffix", suffix=suffix)
    return None


def is_table(path: str) -> bool:
    """Tell whether a file may be a table of photos and classes, by its name."""
    return suffix_of(path) in (".csv", ".tsv", ".json") and not _why_hidden(path)


def is_zip(path: str) -> bool:
    """Tell whether a file is a zip to look into, by its name."""
    return suffix_of(path) == ".zip" and not _why_hidden(path)


def parts_of(path: str) -> tuple[str, ...]:
    """Return folders and name of a path: cat/../1.jpg lies beside the folder cat, not in it."""
    return PurePosixPath(posixpath.normpath(path)).parts


def suffix_of(path: str) -> str:
    """Return what a file's name ends with, in small letters."""
    return PurePosixPath(path).suffix.lower()


def split_of(path: str) -> Split | None:
    """Return what a file's folders say that it is for.

    The innermost one decides: test/train/cat/1.jpg was put into "train" by somebody who meant it.
    """
    for part in reversed(parts_of(path)[:-1]):
        if part.lower() in SPLIT_FOLDERS:
            return SPLIT_FOLDERS[part.lower()]
    return None


def label_of(path: str, label_by: LabelBy) -> str | None:
    """Return the class that a file's folder names, or its name where there is no such folder or names are asked for."""
    folder = _class_folder(path)
    if label_by == "name" or folder is None:
        return _label_in_name(path)
    return readable(folder)


def choose_label_by(paths: Sequence[str]) -> LabelBy:
    """Return "name" where the names of photos tell them apart and their folders do not, else "folder".

    That is: all of them lie in the same folder, nine of ten names say a class, and classes have two photos on average.
    """
    if len({_class_folder(path) for path in paths}) != 1:
        return "folder"
    named = [label for label in map(_label_in_name, paths) if label]
    classes = set(named)
    return "name" if len(named) >= 0.9 * len(paths) and 2 <= len(classes) <= len(named) / 2 else "folder"


def readable(name: str) -> str | None:
    """Return a name as a label: without what nobody sees, and of bounded length; None where nothing is left."""
    # macOS spells names in decomposed form; elsewhere the same name would be another class.
    name = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    return visible[:_MAX_LABEL_LENGTH] or None


def _why_hidden(path: str) -> Sentence | None:
    parts = parts_of(path)
    if any(part.startswith(".") and part != ".." for part in parts):
        return Sentence("hidden-file")
    if "__MACOSX" in parts or (parts and parts[-1].lower() in _SYSTEM_FILES):
        return Sentence("system-file")
    return None


def _class_folder(path: str) -> str | None:
    for part in reversed(parts_of(path)[:-1]):
        if part.lower() not in SPLIT_FOLDERS and part not in ("/", "//", ".."):
            return part
    return None


def _label_in_name(path: str) -> str | None:
    numbered = _NUMBERED.fullmatch(PurePosixPath((parts_of(path) or ("",))[-1]).stem)
    if numbered is None or numbered[1].lower() in _CAMERA_NAMES:
        return None
    return readable(numbered[1])
