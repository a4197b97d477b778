"""One photo, however it comes: where from, what is known of it; nothing is decoded here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .images import encode_bmp

Split = Literal["training", "validation"]
Read = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, eq=False)
class Sample:
    """One photo.

    Parameters
    ----------
    path : str
        Where it was found, ``/`` between the parts; only ever shown, never opened.
    read : callable
        ``await read()`` gives the file's bytes.
    label : str, optional
        Its class.
    split : {"training", "validation"}, optional
        What it is for; None where that is still to be drawn.
    group : str, optional
        What it belongs to, such as one burst of a webcam: photos of a group are never parted by a split.
    """

    path: str
    read: Read
    label: str | None = None
    split: Split | None = None
    group: str | None = None


@dataclass(frozen=True)
class Problem:
    """One file that is not used.

    Parameters
    ----------
    path : str
        The file.
    reason : str
        Why, for people: a `pyclassifier.sentences.Sentence`, or words that have no code.
    """

    path: str
    reason: str


Photo = Sample | bytes | NDArray[np.uint8]


def as_sample(photo: Photo, index: int) -> Sample:
    """Make a sample of a picture that comes as bytes of a file or as RGB pixels (H, W, 3), uint8."""
    if isinstance(photo, Sample):
        return photo
    return Sample(f"photo {index}", reader_of(encode_bmp(photo) if isinstance(photo, np.ndarray) else photo))


def reader_of(data: bytes) -> Read:
    """What reads bytes that are there already."""

    async def read() -> bytes:
        return data

    return read
