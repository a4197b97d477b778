"""Handwritten digits: the files that hold MNIST, and drawings made to look like its digits.

The digits: LeCun, Cortes, Burges, "The MNIST database of handwritten digits" (1998).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..errors import DatasetError, ImageDecodeError
from ..notebook import Brief
from .datasets import Dataset
from .images import decode_image, encode_bmp
from .photos import Sample

SIDE = 28
N_CLASSES = 10
_INNER = 20  # MNIST's digits fit into 20 x 20 pixels.
_MAX_BYTES = 1 << 27
_MAX_DIGITS = 100_000
_INK = 0.1  # Of the strongest pixel: less is no stroke.

Pixels = NDArray[np.uint8]


def from_idx(images: bytes, labels: bytes) -> Dataset:
    """Make a dataset from a pair of IDX files, as MNIST is published; each may be packed by gzip.

    Parameters
    ----------
    images : bytes
        (N, H, W) unsigned bytes, H and W in 1..256, N at most 100,000.
    labels : bytes
        (N,) unsigned bytes.

    Returns
    -------
    Dataset
        Grey pictures; labels are the numbers as text.

    Raises
    ------
    DatasetError
        They are no such files, damaged, or do not belong together.
    """
    pictures, y = read_idx(images), read_idx(labels)
    if pictures.ndim == 1 and y.ndim == 3:
        pictures, y = y, pictures
    if pictures.ndim != 3 or y.ndim != 1:
        raise DatasetError("no-idx-pair", first=pictures.ndim, second=y.ndim)
    return from_arrays(pictures, y)


def read_idx(data: bytes) -> Pixels:
    """Read an IDX file of unsigned bytes, perhaps packed by gzip.

    Parameters
    ----------
    data : bytes
        It is not trusted: at most 128 MB come out of it.

    Returns
    -------
    ndarray of uint8
        Of 1 to 3 dimensions.

    Raises
    ------
    DatasetError
        It is none, or damaged.
    """
    if data[:2] == b"\x1f\x8b":
        data = _unpack(data)
    if len(data) < 4 or data[:3] != b"\0\0\x08" or data[3] not in (1, 2, 3):
        raise DatasetError("not-idx", start=data[:4].hex(" "))
    rank = data[3]
    start = 4 + 4 * rank
    if len(data) < start:
        raise DatasetError("short-idx")
    shape = tuple(int(n) for n in np.frombuffer(data, ">u4", rank, 4))
    expected = math.prod(shape)  # Python's own whole numbers do not overflow.
    if expected != len(data) - start:
        raise DatasetError("other-idx-size", expected=expected, shape=str(shape), got=len(data) - start)
    return np.frombuffer(data, np.uint8, offset=start).reshape(shape)


def _unpack(data: bytes) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, _MAX_BYTES)
    except zlib.error as error:
        raise DatasetError("damaged-gzip", error=str(error)) from error
    if unpacker.unconsumed_tail:
        raise DatasetError("large-gzip", most=_MAX_BYTES)
    if not unpacker.eof:
        raise DatasetError("short-gzip")
    return unpacked


def from_sprite(sprite: bytes, labels: bytes, *, side: int = SIDE, n_classes: int = N_CLASSES) -> Dataset:
    """Make a dataset from the pair of files that TensorFlow.js tutorials use.

    Parameters
    ----------
    sprite : bytes
        An image file, such as PNG, with one picture in each of its N rows: N pixels high, side x side wide.
    labels : bytes
        N class indices, or N one-hot rows of n_classes, in unsigned bytes. Where there are fewer pictures than labels
        or the other way round, the first ones count.
    side : int
        Of a picture, in pixels.
    n_classes : int

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        They are no such files, or do not belong together.
    """
    try:
        rows = decode_image(sprite, "the sprite")[..., 0]
    except ImageDecodeError as error:
        raise DatasetError("unreadable-sprite", reason=error.sentence) from error
    if rows.shape[1] != side * side:
        raise DatasetError("other-sprite-width", expected=side * side, side=side, got=rows.shape[1])
    y = np.frombuffer(labels, np.uint8)
    # One-hot rows are the longer by n_classes, and hold a single 1 each.
    n_rows = len(y) // n_classes
    one_hot = len(y) % n_classes == 0 and n_rows > 0 and (y.reshape(n_rows, n_classes).sum(axis=1) == 1).all()
    if one_hot and len(y) > len(rows):
        y = y.reshape(n_rows, n_classes).argmax(axis=1).astype(np.uint8)
    n = min(len(rows), len(y))
    return from_arrays(rows[:n].reshape(n, side, side), y[:n])


def from_arrays(pictures: Pixels, y: NDArray[np.uint8]) -> Dataset:
    """Make a dataset from grey pictures.

    Parameters
    ----------
    pictures : ndarray of shape (N, H, W), uint8
        H and W in 1..256, N in 1..100,000.
    y : ndarray of shape (N,), uint8
        Class indices; the labels are these as text.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        Other numbers than these.
    """
    if len(pictures) != len(y):
        raise DatasetError("other-label-count", pictures=len(pictures), got=len(y))
    if not 0 < len(y) <= _MAX_DIGITS or not all(0 < n <= 256 for n in pictures.shape[1:]):
        raise DatasetError("other-digits", most=_MAX_DIGITS, shape=str(pictures.shape))
    return Dataset(
        tuple(
            Sample(f"digit {i}", PixelSource(picture), str(label))
            for i, (picture, label) in enumerate(zip(pictures, y.tolist(), strict=True))
        )
    )


@dataclass(frozen=True, eq=False, repr=False)
class PixelSource(Brief):
    """The source of a photo whose pixels are in memory; they become an image file only when it is read."""

    pixels: Pixels

    async def __call__(self) -> bytes:
        """Write the picture as BMP."""
        return encode_bmp(self.pixels)


def draw_samples(dataset: Dataset, n_training: int, n_validation: int, random_state: int = 0) -> Dataset:
    """Draw samples to train on and others to judge by, of each class about as many.

    Parameters
    ----------
    dataset : Dataset
    n_training, n_validation : int
        How many in all.
    random_state : int
        Seed of the draw.

    Returns
    -------
    Dataset
        Marked for training and validation.

    Raises
    ------
    DatasetError
        There are not so many.
    """
    total = len(dataset.samples)
    if n_training < 1 or n_validation < 0 or n_training + n_validation > total:
        raise DatasetError("few-digits", total=total, training=n_training, validation=n_validation)
    rng = np.random.default_rng(random_state)
    by_class = [[s for s in dataset.samples if s.label == label] for label in dataset.labels]
    shuffled = [[members[i] for i in rng.permutation(len(members))] for members in by_class]
    # One of each class in turn, so that any number of the first ones holds about as many of each.
    turns = max(map(len, shuffled))
    order = [members[turn] for turn in range(turns) for members in shuffled if turn < len(members)]
    drawn = order[: n_training + n_validation]
    return Dataset(tuple(replace(s, split="training" if i < n_training else "validation") for i, s in enumerate(drawn)))


def center_digit(drawing: NDArray[np.uint8], side: int = SIDE) -> Pixels:
    """Make a drawing look like a digit of MNIST: fitted into 20 x 20 pixels, its centre of mass in the middle.

    Parameters
    ----------
    drawing : ndarray of shape (H, W), uint8
        White (255) on black.
    side : int
        Of the result, in pixels; of other sizes than 28 the digit keeps its share.

    Returns
    -------
    ndarray of shape (side, side), uint8
        Black where nothing was drawn.

    Notes
    -----
    As MNIST was made: "size normalized to fit in a 20x20 pixel box while preserving their aspect ratio [...] centered
    in a 28x28 image by computing the center of mass of the pixels".
    """
    ink = drawing > _INK * drawing.max(initial=0)
    digit = np.zeros((side, side), np.uint8)
    if not ink.any():
        return digit
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    box = (int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    scale = _INNER * side / SIDE / max(box[2] - box[0], box[3] - box[1])
    size = [max(1, round((end - start) * scale)) for start, end in ((box[0], box[2]), (box[1], box[3]))]
    image = Image.fromarray(drawing).resize((size[0], size[1]), Image.Resampling.BOX, box=box)
    fitted = np.asarray(image, np.float64)
    left, top = (_start(fitted.sum(axis=axis), side) for axis in (0, 1))
    digit[top : top + size[1], left : left + size[0]] = np.rint(fitted * (255 / fitted.max()))
    return digit


def _start(weights: NDArray[np.float64], side: int) -> int:
    """Where a row of weights begins so that its centre of mass is in the middle, without leaving the picture."""
    # The middle is pixel 14 of 0..27, half a pixel beyond the picture's: so it is in MNIST's own digits.
    centre = (weights * np.arange(len(weights))).sum() / weights.sum()
    return int(min(max(round(side / 2 - centre), 0), side - len(weights)))


def examples(dataset: Dataset, n: int, random_state: int = 0) -> Sequence[Sample]:
    """Draw some samples of a dataset, to look at them."""
    rng = np.random.default_rng(random_state)
    return [dataset.samples[i] for i in rng.permutation(len(dataset.samples))[:n]]
