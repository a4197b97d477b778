"""Members of zip files that are not trusted: no paths are followed, and no member takes more memory than it may."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Awaitable, Callable

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
        raise ValueError(f"Expected at most {max_bytes:,} bytes in {name}, got {member.file_size:,}.")
    # Others are not inflated step by step, so that a small file could fill the memory.
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(f"Expected {name} stored or deflated in the zip, got method {member.compress_type}.")
    with file.open(member) as part:
        return part.read(member.file_size)


def member_reader(file: zipfile.ZipFile, name: str, max_bytes: int) -> Callable[[], Awaitable[bytes]]:
    """An async function that reads one file of a zip when it is wanted; its failure is an OSError."""

    async def read() -> bytes:
        try:
            return read_member(file, file.getinfo(name), max_bytes)
        except (KeyError, *ZIP_ERRORS) as error:
            raise OSError(str(error)) from error

    return read
