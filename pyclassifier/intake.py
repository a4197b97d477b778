"""Labelled photos from folders and zips: what is a photo, what is its class, what is it for.

Nothing is decoded here. Paths are names and no more: they are read from, never written to.
"""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Literal

from .errors import DatasetError
from .photos import Problem, Read, Sample, Split
from .zips import ZIP_ERRORS, read_member

SUFFIXES = frozenset({".jpg", ".jpeg", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
SPLIT_FOLDERS: dict[str, Split] = {
    "train": "training",
    "training": "training",
    "val": "validation",
    "validation": "validation",
    "test": "validation",
}
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_MAX_LABEL_LENGTH = 200
LabelBy = Literal["folder", "name"]
Intake = tuple[tuple[Sample, ...], tuple[Problem, ...]]
_NUMBERED = re.compile(r"(.*?[^\W\d_])[\s._-]+\d+", re.DOTALL)  # android-0, mountain bike_12
_CAMERA_NAMES = frozenset({"img", "dsc", "dscn", "dscf", "pxl", "image", "photo", "picture", "screenshot"})
_NO_LABEL = {
    "folder": "not inside a folder that names its class. Put it into one, such as cat/photo.jpg.",
    "name": "its name does not say its class. Call it by its class and a number, such as android-0.jpg.",
}
# Of a zip that somebody else made: files in it, bytes of one photo, bytes of all of them.
_MAX_ZIP_FILES = 100_000
_MAX_PHOTO_BYTES = 1 << 28
_MAX_ZIP_BYTES = 1 << 34


def from_files(
    files: Iterable[tuple[str, Read]], *, split: Split | None = None, label_by: LabelBy = "folder"
) -> Intake:
    """Samples and problems of files by their paths; see `Dataset.from_files`."""
    samples: list[Sample] = []
    problems: list[Problem] = []
    for path, read in files:
        reason = why_skip(path)
        label = None if reason else _label(path, label_by)
        if reason or label is None:
            reason = reason or _NO_LABEL[label_by]
            problems.append(Problem(path, reason))
        else:
            samples.append(Sample(path, read, label, split or _split(path)))
    return tuple(samples), tuple(problems)


def from_folder(folder: str | Path, *, split: Split | None = None) -> Intake:
    """Samples and problems of a folder; see `Dataset.from_folder`."""
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError(f"Expected a folder of labelled photos, got {str(folder)!r}, which is not a folder.")
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return from_files([(path.relative_to(folder).as_posix(), _reader(path)) for path in found], split=split)


def from_zip(source: bytes | str | Path, *, split: Split | None = None) -> Intake:
    """Samples and problems of a zip file; see `Dataset.from_zip`."""
    try:
        file = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except ZIP_ERRORS as error:
        raise DatasetError(f"Expected a zip file of folders of photos, got something else ({error}).") from error
    members = [member for member in file.infolist() if not member.is_dir()]
    n_bytes = sum(member.file_size for member in members)
    if len(members) > _MAX_ZIP_FILES or n_bytes > _MAX_ZIP_BYTES:
        raise DatasetError(
            f"Expected at most {_MAX_ZIP_FILES:,} files of {_MAX_ZIP_BYTES:,} bytes in the zip, got {len(members):,} "
            f"of {n_bytes:,}. Split it into several ones."
        )
    return from_files([(member.filename, _member_reader(file, member)) for member in members], split=split)


def _member_reader(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> Read:
    async def read() -> bytes:
        try:
            return read_member(file, member, _MAX_PHOTO_BYTES)
        except ZIP_ERRORS as error:
            raise OSError(str(error)) from error

    return read


def _reader(path: Path) -> Read:
    async def read() -> bytes:
        return path.read_bytes()

    return read


def why_skip(path: str) -> str | None:
    """Why a file of this name is no photo to look at, or None."""
    parts = _parts(path)
    name = parts[-1] if parts else ""
    if any(part.startswith(".") and part != ".." for part in parts):
        return "a hidden file."
    if name.lower() in _SYSTEM_FILES or "__MACOSX" in parts:
        return "a file of the operating system, not a photo."
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".heic", ".heif", ".avif"):
        return f"{suffix[1:].upper()} photos cannot be read here. Export it as JPEG."
    if suffix and suffix not in SUFFIXES:
        return f"not an image ({suffix}). Expected JPEG, PNG, WebP, GIF, BMP or TIFF."
    return None


def _parts(path: str) -> tuple[str, ...]:
    # cat/../1.jpg lies beside the folder cat, not in it.
    return PurePosixPath(posixpath.normpath(path)).parts


def _split(path: str) -> Split | None:
    # The innermost folder decides: test/train/cat/1.jpg was put into "train" by somebody who meant it.
    for part in reversed(_parts(path)[:-1]):
        if part.lower() in SPLIT_FOLDERS:
            return SPLIT_FOLDERS[part.lower()]
    return None


def _label(path: str, label_by: LabelBy) -> str | None:
    *folders, name = _parts(path) or ("",)
    if label_by == "folder":
        for part in reversed(folders):
            if part.lower() not in SPLIT_FOLDERS and part not in ("/", "//", ".."):
                return _readable(part)
    numbered = _NUMBERED.fullmatch(PurePosixPath(name).stem)
    if numbered is None or numbered[1].lower() in _CAMERA_NAMES:
        return None
    return _readable(numbered[1])


def _readable(name: str) -> str | None:
    # macOS spells names in decomposed form; elsewhere the same name would be another class.
    name = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    return visible[:_MAX_LABEL_LENGTH] or None
