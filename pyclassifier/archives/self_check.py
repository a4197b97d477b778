"""What an archive promises, so that whoever opens it can tell whether they compute the same.

The promises are probabilities of pictures that any reader can make for itself. Photos stay out: nobody asked for them
to travel. Pictures of one colour would leave most of a convolution's weights untouched, so these have edges and
textures of all frequencies; each is made of whole numbers only, so that other languages draw the very same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-3  # A tenth of a percentage point, the last digit that is shown anywhere.

_MAX_PROMISES = 16  # Of somebody else's archive: each costs a computation.
_Pixels = NDArray[np.uint8]


def _gradient(x: NDArray[np.int64], y: NDArray[np.int64], side: int) -> list[NDArray[np.int64]]:
    last = max(side - 1, 1)
    return [x * 255 // last, y * 255 // last, 255 - x * 255 // last]


def _checks(x: NDArray[np.int64], y: NDArray[np.int64], side: int) -> list[NDArray[np.int64]]:
    white = (x // 8 + y // 8) % 2 * 255
    return [white, 255 - white, white // 2]


def _rings(x: NDArray[np.int64], y: NDArray[np.int64], side: int) -> list[NDArray[np.int64]]:
    phase = (x * x + y * y) * 16 // side
    return [(phase + shift) % 256 for shift in (0, 85, 170)]


def _noise(x: NDArray[np.int64], y: NDArray[np.int64], side: int) -> list[NDArray[np.int64]]:
    channels = []
    for channel in range(3):
        mixed = (x * 374761393 + y * 668265263 + channel * 974634777) % 2**32
        mixed = (mixed ^ mixed >> 13) * 1274126177 % 2**32
        channels.append((mixed ^ mixed >> 16) % 256)
    return channels


PATTERNS: dict[str, Callable[[NDArray[np.int64], NDArray[np.int64], int], list[NDArray[np.int64]]]] = {
    "gradient": _gradient,
    "checks": _checks,
    "rings": _rings,
    "noise": _noise,
}


def draw_pattern(name: str, side: int) -> _Pixels:
    """Draw a picture to check by.

    Parameters
    ----------
    name : {"gradient", "checks", "rings", "noise"}
    side : int
        In pixels.

    Returns
    -------
    ndarray of shape (side, side, 3), uint8
        RGB.

    Examples
    --------
    >>> draw_pattern("gradient", 2).tolist()
    [[[0, 0, 255], [255, 0, 0]], [[0, 255, 255], [255, 255, 0]]]
    """
    y, x = np.mgrid[:side, :side].astype(np.int64)
    return np.stack(PATTERNS[name](x, y, side), axis=-1).astype(np.uint8)


def draw_patterns(side: int) -> list[_Pixels]:
    """Draw all pictures to check by, in the order of `PATTERNS`."""
    return [draw_pattern(name, side) for name in PATTERNS]


def make_promises(y_proba: NDArray[np.float32]) -> list[dict[str, Any]]:
    """Promise for each of `PATTERNS` these rows of probabilities, as plain data."""
    return [{"pattern": name, "probabilities": row} for name, row in zip(PATTERNS, y_proba.tolist(), strict=True)]


def read_promises(record: Mapping[str, Any], side: int, n_classes: int) -> tuple[list[_Pixels], NDArray[np.float64]]:
    """Read the promises in the record of an archive, which is not trusted.

    Parameters
    ----------
    record : mapping
        Its ``selfCheck`` is a list of ``{"pattern": name, "probabilities": [...]}``; archives of before have
        ``"color": [r, g, b]`` instead of a pattern.
    side : int
        Of the model's input in pixels.
    n_classes : int

    Returns
    -------
    pictures : list of ndarray of shape (side, side, 3), uint8
    promised : ndarray of shape (len(pictures), n_classes), float64
        Both empty where there are no promises that make sense.
    """
    nothing = np.zeros((0, n_classes))
    try:
        rows = record["selfCheck"][:_MAX_PROMISES]
        promised = np.array([row["probabilities"] for row in rows], dtype=np.float64)
        pictures = [_picture(row, side) for row in rows]
    except (KeyError, TypeError, ValueError, OverflowError):
        return [], nothing
    return (pictures, promised) if promised.shape == (len(pictures), n_classes) else ([], nothing)


def _picture(row: Mapping[str, Any], side: int) -> _Pixels:
    if "pattern" in row:
        return draw_pattern(row["pattern"], side)
    color = np.array(row["color"])
    if color.shape != (3,) or color.dtype.kind not in "iu":
        raise ValueError(f"Expected a colour, got {color!r:.40}.")
    return np.full((side, side, 3), np.clip(color, 0, 255), np.uint8)


def largest_difference(promised: NDArray[np.float64], computed: NDArray[np.float32]) -> float:
    """How far apart two tables of probabilities are, in 0..1; nan where they are empty or not numbers."""
    return float(np.abs(promised - computed).max()) if promised.size else math.nan


def complaint(deviation: float) -> str | None:
    """Words about an archive whose promises are not kept; None where all is well, or nothing was promised."""
    if not deviation > TOLERANCE:
        return None
    return (
        f"This machine computes otherwise than the archive promises: probabilities differ by up to {deviation:.3g} "
        f"(expected at most {TOLERANCE:g}). Try another backend; if that changes nothing, the archive was altered."
    )
