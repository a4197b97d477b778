"""What the browser does for photos: it decodes formats that Pillow lacks here, and hashes files.

AVIF is decoded everywhere, HEIC where the system has it.
"""

from __future__ import annotations

from typing import Any

import js
import numpy as np
from numpy.typing import NDArray
from pyodide.ffi import to_js

from ...data import digest_of, use_decoder, use_digest
from ...sentences import Sentence

_DRAWING = "image/svg+xml"
_OF_BROWSERS = ("image/avif", "image/heic", "image/jxl")
_MOST_PIXELS = 16_000_000  # of a picture that is handed to Python; larger ones are halved, as JPEGs are


def use_browser() -> None:
    """Have the browser hash files, and decode what Pillow lacks, as far as it may know; `refine` asks it."""
    # A browser without `ImageDecoder` says nothing before it has tried.
    use_decoder({*_OF_BROWSERS[:2], _DRAWING}, decode)
    use_digest(_digest)


async def _digest(data: bytes) -> str:
    """Hash (SHA-256, hex), computed beside this thread, where the page is on https or on localhost."""
    if not hasattr(js.crypto, "subtle"):  # Asked when it is needed: Python may be from a snapshot that the build made.
        return digest_of(data)
    digest: bytes = (await js.crypto.subtle.digest("SHA-256", to_js(data))).to_bytes()
    return digest.hex()


async def refine() -> None:
    """Ask the browser which formats it decodes, so that photos of others are named before anything is computed."""
    if hasattr(js, "ImageDecoder"):
        known = [name for name in _OF_BROWSERS if await js.ImageDecoder.isTypeSupported(name)]
        use_decoder({*known, _DRAWING}, decode)


async def decode(data: bytes, media_type: str) -> NDArray[np.uint8]:
    """Decode a picture: pixels of shape (H, W, 4), uint8, RGBA in sRGB and upright, which browsers see to."""
    if media_type == _DRAWING:  # The page draws those that it is given; in a worker nothing draws.
        raise ValueError(Sentence("drawing-inside"))
    blob = js.Blob.new(to_js([to_js(data)]), type=media_type)
    bitmap = await js.createImageBitmap(blob)
    try:
        return _read(bitmap)
    finally:
        bitmap.close()


def _read(bitmap: Any) -> NDArray[np.uint8]:
    width, height = int(bitmap.width), int(bitmap.height)
    while width * height > _MOST_PIXELS:
        width, height = max(width // 2, 1), max(height // 2, 1)
    canvas = js.OffscreenCanvas.new(width, height)
    context = canvas.getContext("2d")
    context.imageSmoothingQuality = "high"
    context.drawImage(bitmap, 0, 0, width, height)
    pixels = context.getImageData(0, 0, width, height).data.to_bytes()
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 4)
