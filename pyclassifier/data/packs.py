"""Folders of photos packed into one file, zip or tar, -> paths and what reads them; the letters of names included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ..errors import DatasetError
from .letters import OF_NAMES, Letters, check_encoding, choose_letters
from .names import unpacked_name
from .photos import PhotoSource, Problem
from .tars import GZIP_START, TAR_ERRORS, OpenTar, TarSource, read_members
from .zips import MAX_PHOTO_BYTES, ZIP_ERRORS, OpenZip, ZipSource, is_of_windows, name_of

# Of what somebody else packed: files in it, bytes of all of them.
_MAX_FILES = 100_000
_MAX_BYTES = 1 << 34
_MOST_SHOWN = 6
_TAR_START = (257, b"ustar")

Files = list[tuple[str, PhotoSource]]
Pack = bytes | str | Path | IO[bytes]


@dataclass(frozen=True)
class NamesQuestion:
    """Names in a packed file that can be read in several encodings, for somebody to choose.

    Parameters
    ----------
    path : str
        The file.
    readings : dict of str to tuple of str
        Some of the names by the encoding, the likelier first.
    """

    path: str
    readings: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class Listing:
    """What is in a packed file.

    Parameters
    ----------
    files : list of (str, callable)
        Path, and what reads the bytes.
    readings : dict of str to tuple of str
        Where names can be read in several encodings: some of them by the encoding, the likelier first.
    """

    files: Files
    readings: dict[str, tuple[str, ...]]


def list_packed(source: Pack, encoding: str | None = None) -> Listing:
    """List the files in a zip or tar file.

    Parameters
    ----------
    source : bytes, str, Path or binary file
        As in `OpenZip`.
    encoding : str, optional
        Of names that do not say theirs; by default the most plausible one for all of them together.

    Returns
    -------
    Listing

    Raises
    ------
    DatasetError
        It is no such file, or there is none, or it holds more than 100,000 files or 16 GB.
    """
    named = _list_tar(source) if _is_tar(source) else _list_zip(source)
    raw = [name for name, _, _ in named if isinstance(name, bytes)]
    letters = Letters(check_encoding(encoding)) if encoding else choose_letters(_pieces(raw), OF_NAMES)
    files = []
    for name, has_backslashes, read in named:
        path = name if isinstance(name, str) else name.decode(letters.encoding if letters else "cp437", "replace")
        path = path.partition("\0")[0]
        path = path.replace("\\", "/") if has_backslashes else path
        if not path.endswith("/"):
            files.append((path, read))
    return Listing(files, _readings(raw, letters))


def unpack(
    path: str, source: bytes | Path | IO[bytes], problems: list[Problem], encoding: str | None = None
) -> Listing:
    """List the files in a zip or tar as if it were a folder of its name; one that cannot be read becomes a problem."""
    folder = unpacked_name(path)
    try:
        listing = list_packed(source, encoding)
    except DatasetError as error:
        problems.append(Problem(path, error.sentence))
        return Listing([], {})
    return Listing([(f"{folder}/{name}", read) for name, read in listing.files], listing.readings)


def _is_tar(source: Pack) -> bool:
    try:
        if isinstance(source, bytes):
            start = source[:512]
        elif isinstance(source, str | Path):
            with Path(source).open("rb") as file:
                start = file.read(512)
        else:
            source.seek(0)
            start = source.read(512)
            source.seek(0)
    except OSError as error:
        raise DatasetError("not-a-zip", error=str(error)) from error
    at, sign = _TAR_START
    return start.startswith(GZIP_START) or start[at : at + len(sign)] == sign


def _list_zip(source: Pack) -> list[tuple[str | bytes, bool, PhotoSource]]:
    opened = OpenZip(source)
    try:
        members = opened.file.infolist()
    except ZIP_ERRORS as error:
        raise DatasetError("not-a-zip", error=str(error)) from error
    files = [member for member in members if not member.is_dir()]
    n_bytes = sum(member.file_size for member in files)
    if len(files) > _MAX_FILES or n_bytes > _MAX_BYTES:
        most = {"most_files": _MAX_FILES, "most_bytes": _MAX_BYTES}
        raise DatasetError("large-zip", **most, files=len(files), bytes=n_bytes)
    return [(name_of(member), is_of_windows(member), ZipSource(opened, member)) for member in files]


def _list_tar(source: Pack) -> list[tuple[str | bytes, bool, PhotoSource]]:
    opened = OpenTar(source)
    try:
        members = list(read_members(opened, _MAX_FILES, _MAX_BYTES))
    except TAR_ERRORS as error:
        raise DatasetError("not-a-tar", error=str(error)) from error
    return [(name, False, TarSource(opened, offset, size, MAX_PHOTO_BYTES)) for name, offset, size in members]


def _pieces(names: Iterable[bytes]) -> Iterable[bytes]:
    return (piece for name in names if not name.isascii() for piece in name.split(b"/"))


def _readings(raw: Sequence[bytes], letters: Letters | None) -> dict[str, tuple[str, ...]]:
    if letters is None or not letters.others:
        return {}
    shown = list(dict.fromkeys(piece for piece in _pieces(raw) if not piece.isascii()))[:_MOST_SHOWN]
    encodings = (letters.encoding, *letters.others)
    return {encoding: tuple(piece.decode(encoding, "replace") for piece in shown) for encoding in encodings}
