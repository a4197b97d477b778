"""Zip files that are not trusted: no paths are followed, and no member takes more memory than it may."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from ..errors import DatasetError
from ..sentences import Sentence
from .photos import PhotoSource

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


class OpenZip:
    """A zip file that stays open for its members; where it is pickled to, it is opened again.

    Parameters
    ----------
    source : bytes, str, Path or binary file
        The zip file, or where it is. All but binary files can be pickled; bytes go along with each pickle.
    """

    def __init__(self, source: bytes | str | Path | IO[bytes]) -> None:
        self.source = source

    @cached_property
    def file(self) -> zipfile.ZipFile:
        """The file, which is opened when it is first asked for; raises some of `ZIP_ERRORS`."""
        return zipfile.ZipFile(io.BytesIO(self.source) if isinstance(self.source, bytes) else self.source)

    def __getstate__(self) -> dict[str, object]:
        return {"source": self.source}


@dataclass(frozen=True)
class ZipSource:
    """The source of a photo in a zip file; what is wrong with either is an OSError.

    Parameters
    ----------
    zip : OpenZip
        The same one for all members, so that it is open once.
    member : ZipInfo
    """

    zip: OpenZip = field(repr=False)
    member: zipfile.ZipInfo

    async def __call__(self) -> bytes:
        """Read the photo's file from the zip."""
        try:
            return read_member(self.zip.file, self.member, _MAX_PHOTO_BYTES)
        except ZIP_ERRORS as error:
            raise OSError(str(error)) from error


def list_zip(source: bytes | str | Path | IO[bytes]) -> list[tuple[str, PhotoSource]]:
    """List the files in a zip.

    Parameters
    ----------
    source : bytes, str, Path or binary file
        As in `OpenZip`.

    Returns
    -------
    list of (str, ZipSource)
        Path, and what reads the bytes.

    Raises
    ------
    DatasetError
        It is no zip file, or there is no such file, or it holds more than 100,000 files or 16 GB.
    """
    opened = OpenZip(source)
    try:
        members = [member for member in opened.file.infolist() if not member.is_dir()]
    except ZIP_ERRORS as error:
        raise DatasetError("not-a-zip", error=str(error)) from error
    n_bytes = sum(member.file_size for member in members)
    if len(members) > _MAX_FILES or n_bytes > _MAX_BYTES:
        most = {"most_files": _MAX_FILES, "most_bytes": _MAX_BYTES}
        raise DatasetError("large-zip", **most, files=len(members), bytes=n_bytes)
    return [(_path(member), ZipSource(opened, member)) for member in members]


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


def _path(member: zipfile.ZipInfo) -> str:
    # macOS writes names in UTF-8 without saying so; zipfile then takes them for those of MS-DOS.
    if not member.flag_bits & _UTF8_FLAG:
        try:
            return member.filename.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return member.filename
