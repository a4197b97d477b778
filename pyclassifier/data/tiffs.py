"""TIFF files whose pixels are packed as this build of Pillow cannot unpack them: whole ones that cannot be decoded."""

from __future__ import annotations

import io
import struct

from PIL import Image
from PIL.TiffImagePlugin import COMPRESSION, COMPRESSION_INFO

_BEGINS = (b"II*\0", b"MM\0*")
# Of black and white: TIFF 6.0, sections 10 and 11.
_ONE_BIT = {"tiff_ccitt", "group3", "group4"}


def unreadable_compression(data: bytes) -> str | None:
    """Tell how a TIFF file's pixels are packed, if Pillow cannot unpack that here.

    Parameters
    ----------
    data : bytes
        A file that could not be decoded.

    Returns
    -------
    str or None
        Such as ``"lzma"``; its number in the file where Pillow has no name for it. None for all other files.
    """
    number = _compression(data)
    if number is None:
        return None
    name = COMPRESSION_INFO.get(number)
    if name is None:
        return str(number)
    return None if _writes(name) else name.removeprefix("tiff_")


def _compression(data: bytes) -> int | None:
    """The number in a TIFF file of how its first picture is packed."""
    if data[:4] not in _BEGINS:
        return None
    order = "<" if data[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(f"{order}I", data, 4)
        (n_tags,) = struct.unpack_from(f"{order}H", data, start)
        for at in range(start + 2, start + 2 + 12 * n_tags, 12):
            tag, value = struct.unpack_from(f"{order}H6xH", data, at)
            if tag == COMPRESSION:
                return int(value)
    except struct.error:  # It ends before.
        return None
    return 1


def _writes(compression: str) -> bool:
    """Whether Pillow packs pixels so: it was then built with what unpacks them, too."""
    try:
        Image.new("1" if compression in _ONE_BIT else "RGB", (8, 8)).save(io.BytesIO(), "TIFF", compression=compression)
    except Exception:  # An encoder's error has no type of its own.
        return False
    return True
