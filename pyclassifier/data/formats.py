"""Formats of photos, and what reads each of them here: Pillow, or what was put in for those that Pillow lacks."""

from __future__ import annotations

import re
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from PIL import features

from ..sentences import Sentence

Decode = Callable[[bytes, str], Awaitable[NDArray[np.uint8]]]


@dataclass(frozen=True)
class Format:
    """A format of photos: how its files are called, and how they begin.

    Parameters
    ----------
    name : str
        As Pillow calls it, where Pillow knows it.
    suffixes : tuple of str
        What its files' names end with.
    media_type : str
    begins : bytes
        Regular expression of the first bytes; empty where Pillow finds out.
    readable : bool
        Whether Pillow reads it here.
    """

    name: str
    suffixes: tuple[str, ...]
    media_type: str
    begins: bytes = b""
    readable: bool = True


_HAS_AVIF = "avif" in features.modules and bool(features.check("avif"))  # Older ones warn of what they do not know.
# A format of the future is one line. AVIF before HEIC: both may begin as "mif1", and AVIF's says "avif" further on.
FORMATS = (
    Format("JPEG", (".jpg", ".jpeg", ".jfif"), "image/jpeg"),
    Format("PNG", (".png", ".apng"), "image/png"),
    Format("WEBP", (".webp",), "image/webp"),
    Format("GIF", (".gif",), "image/gif"),
    Format("BMP", (".bmp",), "image/bmp"),
    Format("TIFF", (".tif", ".tiff"), "image/tiff"),
    Format("AVIF", (".avif",), "image/avif", rb".{4}ftyp.{0,40}avi[fs]", _HAS_AVIF),
    Format("HEIC", (".heic", ".heif", ".hif"), "image/heic", rb".{4}ftyp(?:he[iv][a-z]|mif1|msf1)", False),
    Format("JPEG XL", (".jxl",), "image/jxl", rb"\xff\x0a|\0\0\0\x0cJXL ", False),
    Format("SVG", (".svg",), "image/svg+xml", rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|!--|!DOCTYPE svg|svg[\s>])", False),
)
SUFFIXES = frozenset(suffix for one in FORMATS for suffix in one.suffixes)
_decoders: dict[str, Decode] = {}  # by media type


def use_decoder(media_types: set[str], decode: Decode) -> None:
    """Put in what decodes formats that Pillow lacks, such as the browser; those that are not named lose theirs.

    Parameters
    ----------
    media_types : set of str
        Such as ``"image/avif"``.
    decode : callable
        ``await decode(data, media_type)`` gives pixels of shape (H, W, 4), uint8: RGBA in sRGB, upright.
    """
    _decoders.clear()
    _decoders.update(dict.fromkeys(media_types, decode))


def decoder_of(one: Format) -> Decode | None:
    """Give what was put in to decode a format, or None."""
    return _decoders.get(one.media_type)


def is_readable(one: Format) -> bool:
    """Tell whether photos of a format can be read here."""
    return one.readable or one.media_type in _decoders or (one.name == "HEIC" and _has_pillow_heif())


@cache  # It is asked of every such photo of a folder, and looks through the whole path for packages.
def _has_pillow_heif() -> bool:
    return find_spec("pillow_heif") is not None


def why_unreadable(one: Format) -> Sentence:
    """The sentence on photos of a format that cannot be read here."""
    if one.name == "HEIC":
        return Sentence("heic-photo" if sys.platform == "emscripten" else "without-pillow-heif")
    return Sentence("photo-format", format=one.name)


def format_of_name(suffix: str) -> Format | None:
    """The format of files whose names end so."""
    return next((one for one in FORMATS if suffix in one.suffixes), None)


def format_of(data: bytes) -> Format | None:
    """The format of a file that Pillow may not know, by its first bytes."""
    return next((one for one in FORMATS if one.begins and re.match(one.begins, data[:64], re.DOTALL)), None)
