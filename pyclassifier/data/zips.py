"""Zip files that are not trusted: no paths are followed, and no member takes more memory than it may."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

from ..errors import DatasetError
from ..sentences import Sentence
from .photos import Read

# What zipfile trips over in a damaged file, slips of its parser included.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
    struct.error,
)
# Of a zip that somebody else made: files in it, bytes of one photo, bytes of all of them.
_MAX_FILES = 100_000
_MAX_PHOTO_BYTES = 1 << 28
_MAX_BYTES = 1 << 34
_UTF8_FLAG = 0x800


def list_zip(source: bytes | str | Path | BinaryIO) -> list[tuple[str, Read]]:
    """List the files in a zip.

    Parameters
    ----------
    source : bytes, str, Path or binary file
        The zip file, or where it is. It stays open, and is read from when a file is.

    Returns
    -------
    list of (str, callable)
        Path, and an async function that reads the bytes; its failure is an OSError.

    Raises
    ------
    DatasetError
        It is no zip file, or there is no such file, or it holds more than 100,000 files or 16 GB.
    """
    try:
        file = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except ZIP_ERRORS as error:
        raise DatasetError("not-a-zip", error=str(error)) from error
    members = [member for member in file.infolist() if not member.is_dir()]
    n_bytes = sum(member.file_size for member in members)
    if len(members) > _MAX_FILES or n_bytes > _MAX_BYTES:
        most = {"most_files": _MAX_FILES, "most_bytes": _MAX_BYTES}
        raise DatasetError("large-zip", **most, files=len(members), bytes=n_bytes)
    return [(_path(member), member_reader(file, member, _MAX_PHOTO_BYTES)) for member in members]


def read_member(file: zipfile.ZipFile, member: zipfile.ZipInfo, max_bytes: int) -> bytes:
    """Read one file of a zip, and not a byte more than it says it has: what inflates to more does no harm.

    Parameters
    ----------
    file : ZipFile
    member : ZipInfo
    max_bytes : int
        The most that it may say.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        It is larger, or packed in an unusual way.
    BadZipFile and others of `ZIP_ERRORS`
        It is damaged.
    """
    name = member.filename
    if member.file_size > max_bytes:
        raise ValueError(Sentence("large-member", most=max_bytes, got=member.file_size, name=name))
    # Others are not inflated step by step, so that a small file could fill the memory.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(Sentence("unusual-zip", name=name, method=member.compress_type))
    with file.open(member) as part:
        return part.read(member.file_size)


def member_reader(file: zipfile.ZipFile, member: zipfile.ZipInfo | str, max_bytes: int) -> Read:
    """An async function that reads one file of a zip when it is wanted; its failure is an OSError."""

    async def read() -> bytes:
        try:
            return read_member(file, file.getinfo(member) if isinstance(member, str) else member, max_bytes)
        except (KeyError, *ZIP_ERRORS) as error:
            raise OSError(str(error)) from error

    return read


def _path(member: zipfile.ZipInfo) -> str:
    # macOS writes names in UTF-8 without saying so; zipfile then takes them for those of MS-DOS.
    if not member.flag_bits & _UTF8_FLAG:
        try:
            return member.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return member.filename
