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

from ..sentences import Sentence

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
MAX_PHOTO_BYTES = 1 << 28  # of a zip that somebody else made
_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
_WINDOWS = frozenset({0, 10, 11, 14})  # MS-DOS, NTFS, and what some call VFAT


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

    def now(self) -> bytes:
        """Read the file from the zip at once."""
        try:
            return read_member(self.zip.file, self.member, MAX_PHOTO_BYTES)
        except ZIP_ERRORS as error:
            raise OSError(str(error)) from error

    async def __call__(self) -> bytes:
        """Read the photo's file from the zip."""
        return self.now()


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


def name_of(member: zipfile.ZipInfo) -> str | bytes:
    """Return the name of a member: bytes where nothing says what encoding it is in."""
    if member.flag_bits & _UTF8_FLAG:
        return member.orig_filename
    raw = member.orig_filename.encode("cp437")
    return _unicode_name(member.extra, raw) or raw


def is_of_windows(member: zipfile.ZipInfo) -> bool:
    """Tell whether a backslash in the name of a member parts folders."""
    return member.create_system in _WINDOWS


def _unicode_name(extra: bytes, raw: bytes) -> str | None:
    """The name in the extra field of Info-ZIP, if it is about this name: its version, a checksum, UTF-8."""
    while len(extra) >= 4:
        kind, size = struct.unpack("<HH", extra[:4])
        data, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and data[:1] == b"\x01" and data[1:5] == struct.pack("<I", zlib.crc32(raw)):
            try:
                return data[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
    return None
