"""Photos in a notebook: a dataset's thumbnails by class, and predictions beside their photos."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ..data import Read, encode_jpeg, open_image
from ..errors import ImageDecodeError
from .figures import probability_bars
from .markup import block, count, heading, percent, problem_list, table, text

_SMALL, _LARGE = 56, 132
_PER_CLASS, _MAX_THUMBNAILS, _MAX_CLASSES, _MAX_PHOTOS, _TOP = 6, 60, 100, 24, 3


@dataclass(frozen=True)
class ShownPhoto:
    """A photo to show with what is predicted of it.

    Parameters
    ----------
    path : str
    read : callable
        ``await read()`` gives the file's bytes.
    label : str or None
        Its true class, where that is known.
    probabilities : list of float, or None
        By class; None where the photo could not be read.
    """

    path: str
    read: Read
    label: str | None
    probabilities: Sequence[float] | None


def dataset_html(
    counts: Mapping[str, tuple[int, int]],
    photos: Mapping[str, Sequence[tuple[str, Read]]],
    problems: Sequence[tuple[str, str]],
) -> str:
    """Classes with their numbers of photos and some of these, and what is not used.

    Parameters
    ----------
    counts : mapping of str to (int, int)
        All photos of a class, and those of them that are marked for validation.
    photos : mapping of str to sequence of (str, callable)
        Path and reader of each photo of a class.
    problems : sequence of (str, str)
        Path and reason.
    """
    n_photos = sum(total for total, _ in counts.values())
    marked = any(validation for _, validation in counts.values())
    per_class = min(_PER_CLASS, max(1, _MAX_THUMBNAILS // max(len(counts), 1)))
    head = ["class", *(["training", "validation"] if marked else ["photos"]), ""]
    rows = []
    for i, (label, (total, validation)) in enumerate(counts.items()):
        if i == _MAX_CLASSES:
            rows.append([f"and {count(len(counts) - i, 'more class', 'more classes')}", *[""] * (len(head) - 1)])
            break
        figures = [total - validation, validation] if marked else [total]
        strip = "".join(_thumbnail(path, read, _SMALL) for path, read in photos[label][:per_class])
        shown = f'<div class="pyc-s">{strip if i * per_class < _MAX_THUMBNAILS else ""}</div>'
        rows.append([text(label), *(f"{n:,}" for n in figures), shown])
    note = f"{count(n_photos, 'photo')} of {count(len(counts), 'class', 'classes')}"
    return block(heading("Dataset", note), table(head, rows) if rows else "", problem_list(problems))


def predictions_html(
    photos: Sequence[ShownPhoto], labels: Sequence[str], problems: Sequence[tuple[str, str]], n_more: int
) -> str:
    """Photos beside bars of their most probable classes.

    Parameters
    ----------
    photos : sequence of ShownPhoto
    labels : sequence of str
        Names of the classes.
    problems : sequence of (str, str)
        Path and reason of those that could not be read.
    n_more : int
        How many there are besides.
    """
    cards = "".join(_card(photo, labels) for photo in photos)
    more = f'<p class="pyc-q">and {count(n_more, "more photo")}</p>' if n_more else ""
    note = count(len(photos) + n_more, "photo")
    return block(heading("Predictions", note), f'<div class="pyc-f">{cards}</div>', more, problem_list(problems))


def heat_map_html(pixels: NDArray[np.uint8], label: str, probability: float) -> str:
    """A heat map that was laid over its photo.

    Parameters
    ----------
    pixels : ndarray of shape (S, S, 3), uint8
        RGB.
    label : str
        What it is the heat map of.
    probability : float
        In 0..1.
    """
    picture = base64.b64encode(encode_jpeg(Image.fromarray(pixels))).decode()
    what = f"what speaks for {label}"
    image = f'<img class="pyc-i" width="{len(pixels)}" alt="{text(what)}" src="data:image/jpeg;base64,{picture}">'
    return block(heading(label, f"{percent(probability)}; bright is {what}"), image)


def _card(photo: ShownPhoto, labels: Sequence[str]) -> str:
    if photo.probabilities is None:
        figures = "<p>could not be read</p>"
    else:
        figures = probability_bars(labels, photo.probabilities, photo.label, _TOP)
        best = labels[max(range(len(labels)), key=photo.probabilities.__getitem__)]
        if photo.label is not None:
            verdict = "right" if best == photo.label else f"wrong: it is {photo.label}"
            figures += f'<div class="pyc-q">{"✓" if best == photo.label else "✗"} {text(verdict)}</div>'
    name = photo.path.rpartition("/")[2]
    return (
        f'<div style="width:{_LARGE + 168}px;display:flex;gap:12px">{_thumbnail(photo.path, photo.read, _LARGE)}'
        f'<div style="flex:1;min-width:0">{figures}'
        f'<div class="pyc-q" style="overflow:hidden;text-overflow:ellipsis;white-space:nowrap" '
        f'title="{text(photo.path)}">{text(name)}</div></div></div>'
    )


def _thumbnail(path: str, read: Read, side: int) -> str:
    style = f'class="pyc-i" width="{side}" height="{side}" title="{text(path)}"'
    try:
        data = _read_now(read)
        picture = None if data is None else _square(data, path, side)
    except (ImageDecodeError, OSError):
        picture = None
    if picture is None:
        cross = '<path d="M2 2l6 6M8 2l-6 6" stroke="var(--line)"/>'
        return f'<svg {style} viewBox="0 0 10 10" role="img" aria-label="no preview">{cross}</svg>'
    return f'<img {style} alt="{text(path)}" src="data:image/jpeg;base64,{picture}">'


def _square(data: bytes, path: str, side: int) -> str:
    # Twice as many pixels as it takes room, for fine screens.
    image = ImageOps.fit(open_image(data, path, min_side=2 * side), (2 * side, 2 * side), Image.Resampling.BILINEAR)
    return base64.b64encode(encode_jpeg(image)).decode()


def _read_now(read: Read) -> bytes | None:
    """What an async reader gives, where it need not wait: displays are asked for without ``await``."""
    reading: Any = read().__await__()
    try:
        next(reading)
    except StopIteration as done:
        return bytes(done.value)
    reading.close()
    return None
