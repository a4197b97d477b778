"""Colours that a photo's ICC profile describes -> sRGB, which backbones were trained with and screens show.

Phones write Display P3: read as if it were sRGB, it looks dull. Pillow's ImageCms would do, but Pyodide's Pillow has
none, and the same photo must have the same pixels everywhere. So profiles of three primaries and three curves, which
cameras and phones write, are computed here (ICC.1:2022, annex F.3, https://www.color.org/specification/ICC.1-2022-05.pdf);
others, such as those of printers, are left as they are.
"""

from __future__ import annotations

import struct
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
_ROWS = 1 << 20  # pixels that are computed at a time: as floats they take twelve times the memory
_STEPS = 1 << 14  # of light that sRGB's curve is tabulated for: less than a quarter of a level in the darkest ones
_MOST_BYTES = 1 << 22  # of a profile
# sRGB's primaries, adapted to the profile connection space's D50: https://www.w3.org/TR/css-color-4/#color-conversion-code
_SRGB = np.array(
    [[0.4360657, 0.3851515, 0.1430784], [0.2224932, 0.7168870, 0.0606198], [0.0139239, 0.0970836, 0.7140994]]
)


def to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Convert a photo's colours to sRGB.

    Parameters
    ----------
    image : PIL.Image.Image
        Mode RGB.
    profile : bytes
        The ICC profile that says what its numbers mean. One that cannot be read, or that is sRGB's, changes nothing.

    Returns
    -------
    PIL.Image.Image
        Mode RGB.
    """
    reading = _read(profile) if len(profile) <= _MOST_BYTES else None
    if reading is None:
        return image
    curves, matrix = reading
    pixels = np.asarray(image)
    flat = pixels.reshape(-1, 3)
    converted = np.empty_like(flat)
    for start in range(0, len(flat), _ROWS):
        part = flat[start : start + _ROWS]
        light = np.stack([curves[channel][part[:, channel]] for channel in range(3)], axis=1) @ matrix.T
        converted[start : start + _ROWS] = _levels(np.clip(light, 0, 1, out=light))
    return Image.fromarray(converted.reshape(pixels.shape))


@lru_cache(maxsize=8)
def _read(profile: bytes) -> tuple[Floats, Floats] | None:
    """Curves (3, 256) to light, and the matrix from there to sRGB's light; None where nothing is to be done."""
    try:
        tags = _tags(profile)
        if profile[16:24] != b"RGB XYZ " or b"A2B0" in tags:
            return None
        curves = np.stack([_curve(tags[channel + b"TRC"]) for channel in (b"r", b"g", b"b")])
        primaries = np.stack([_numbers(tags[channel + b"XYZ"], 8, 3) for channel in (b"r", b"g", b"b")], axis=1)
    except (KeyError, ValueError, ArithmeticError, np.linalg.LinAlgError, struct.error):
        return None
    matrix = np.linalg.solve(_SRGB, primaries)
    if not (np.isfinite(matrix).all() and np.isfinite(curves).all()):
        return None
    levels = np.arange(256)
    as_they_are = np.abs(matrix - np.eye(3)).max() < 0.01 and all(
        np.abs(_levels(curve).astype(int) - levels).max() <= 1 for curve in np.clip(curves, 0, 1)
    )
    return None if as_they_are else (curves.astype(np.float32), matrix.astype(np.float32))


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    entries = (struct.unpack_from(">4sII", profile, 132 + 12 * i) for i in range(min(count, 100)))
    return {name: profile[at : at + size] for name, at, size in entries}


def _numbers(data: bytes, at: int, n: int) -> list[float]:
    """Fixed-point numbers of 16 bits before and after the point."""
    return [number / 65536 for number in struct.unpack_from(f">{n}i", data, at)]


def _curve(data: bytes) -> Doubles:
    """The light, 0..1, that each of 256 levels stands for."""
    x = np.linspace(0, 1, 256)
    if data[:4] == b"para":
        return _parametric(x, struct.unpack_from(">H", data, 8)[0], data)
    if data[:4] != b"curv":
        raise ValueError("Expected a curve.")
    (count,) = struct.unpack_from(">I", data, 8)
    if count <= 1:
        return np.power(x, struct.unpack_from(">H", data, 12)[0] / 256 if count else 1)
    table = np.frombuffer(data, ">u2", count, 12) / 65535
    return np.interp(x, np.linspace(0, 1, count), table)


def _parametric(x: Doubles, kind: int, data: bytes) -> Doubles:
    """Table 68 of the specification: (a x + b)^g + e from d on, c x + f before; the first kinds leave some out."""
    if kind > 4:
        raise ValueError("Expected a curve of the kinds 0 to 4.")
    numbers = _numbers(data, 12, (1, 3, 4, 5, 7)[kind])
    g, a, b, c, d, e, f = numbers + [0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0][len(numbers) :]
    if kind in (1, 2):  # The third number of the second kind is added on both sides; both begin where a x + b is 0.
        c, d, e, f = 0.0, -b / a, c, c
    return np.where(x >= d, np.power(np.maximum(a * x + b, 0), g) + e, c * x + f)


def _levels(light: Floats | Doubles) -> NDArray[np.uint8]:
    """The levels, 0..255, of light, 0..1."""
    return _encoded()[np.rint(light * (_STEPS - 1)).astype(np.intp)]


@lru_cache(maxsize=1)
def _encoded() -> NDArray[np.uint8]:
    """The level, 0..255, of each step of light in sRGB: https://www.w3.org/TR/css-color-4/#color-conversion-code"""
    light = np.linspace(0, 1, _STEPS)
    levels = np.where(light <= 0.0031308, 12.92 * light, 1.055 * np.power(light, 1 / 2.4) - 0.055)
    encoded: NDArray[np.uint8] = np.rint(levels * 255).astype(np.uint8)
    return encoded
