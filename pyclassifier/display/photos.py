"""Photos in a notebook: a dataset's thumbnails by class, and predictions beside their photos."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from ..data import Dataset, Sample, encode_jpeg, open_image
from ..errors import ImageDecodeError
from ..judging import HeatMap, Predictions
from ..notebook import to_html
from .figures import probability_bars
from .markup import block, count, heading, percent, problem_list, table, text

_SMALL, _LARGE = 56, 132
_PER_CLASS, _MAX_THUMBNAILS, _MAX_CLASSES, _MAX_PHOTOS, _TOP = 6, 60, 100, 24, 3


@to_html.register
def dataset_html(dataset: Dataset) -> str:
    """A dataset: its classes with their numbers of photos and some of these, and what is not used."""
    counts = {label: (n.total(), n["validation"]) for label, n in dataset.count().items()}
    photos: dict[str, list[Sample]] = {label: [] for label in counts}
    for sample in dataset.samples:
        photos[str(sample.label)].append(sample)
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
        strip = "".join(_thumbnail(sample, _SMALL) for sample in photos[label][:per_class])
        shown = f'<div class="pyc-s">{strip if i * per_class < _MAX_THUMBNAILS else ""}</div>'
        rows.append([text(label), *(f"{n:,}" for n in figures), shown])
    note = f"{count(n_photos, 'photo')} of {count(len(counts), 'class', 'classes')}"
    return block(heading("Dataset", note), table(head, rows) if rows else "", problem_list(dataset.problems))


@to_html.register
def predictions_html(predictions: Predictions) -> str:
    """Photos beside bars of their most probable classes."""
    rows = zip(predictions.samples[:_MAX_PHOTOS], predictions.y_proba, strict=False)
    cards = "".join(_card(sample, row, predictions.classes) for sample, row in rows)
    n_more = len(predictions) - _MAX_PHOTOS
    more = f'<p class="pyc-q">and {count(n_more, "more photo")}</p>' if n_more > 0 else ""
    title = heading("Predictions", count(len(predictions), "photo"))
    return block(title, f'<div class="pyc-f">{cards}</div>', more, problem_list(predictions.problems))


@to_html.register
def heat_map_html(found: HeatMap) -> str:
    """A heat map laid over its photo."""
    pixels = found.overlay()
    picture = base64.b64encode(encode_jpeg(Image.fromarray(pixels))).decode()
    what = f"what speaks for {found.label}"
    image = f'<img class="pyc-i" width="{len(pixels)}" alt="{text(what)}" src="data:image/jpeg;base64,{picture}">'
    return block(heading(found.label, f"{percent(found.probability)}; bright is {what}"), image)


def _card(sample: Sample, y_proba: NDArray[np.float32], labels: Sequence[str]) -> str:
    if np.isnan(y_proba).any():
        figures = "<p>could not be read</p>"
    else:
        figures = probability_bars(labels, y_proba.tolist(), sample.label, _TOP)
        best = labels[int(y_proba.argmax())]
        if sample.label is not None:
            verdict = "right" if best == sample.label else f"wrong: it is {sample.label}"
            figures += f'<div class="pyc-q">{"✓" if best == sample.label else "✗"} {text(verdict)}</div>'
    name = sample.path.rpartition("/")[2]
    return (
        f'<div style="width:{_LARGE + 168}px;display:flex;gap:12px">{_thumbnail(sample, _LARGE)}'
        f'<div style="flex:1;min-width:0">{figures}'
        f'<div class="pyc-q" style="overflow:hidden;text-overflow:ellipsis;white-space:nowrap" '
        f'title="{text(sample.path)}">{text(name)}</div></div></div>'
    )


def _thumbnail(sample: Sample, side: int) -> str:
    style = f'class="pyc-i" width="{side}" height="{side}" title="{text(sample.path)}"'
    try:
        data = _read_now(sample)
        picture = None if data is None else _square(data, sample.path, side)
    except (ImageDecodeError, OSError):
        picture = None
    if picture is None:
        cross = '<path d="M2 2l6 6M8 2l-6 6" stroke="var(--line)"/>'
        return f'<svg {style} viewBox="0 0 10 10" role="img" aria-label="no preview">{cross}</svg>'
    return f'<img {style} alt="{text(sample.path)}" src="data:image/jpeg;base64,{picture}">'


def _square(data: bytes, path: str, side: int) -> str:
    # Twice as many pixels as it takes room, for fine screens.
    image = ImageOps.fit(open_image(data, path, min_side=2 * side), (2 * side, 2 * side), Image.Resampling.BILINEAR)
    return base64.b64encode(encode_jpeg(image)).decode()


def _read_now(sample: Sample) -> bytes | None:
    """The bytes of a photo, where reading need not wait: displays are asked for without ``await``."""
    reading: Any = sample.read().__await__()
    try:
        next(reading)
    except StopIteration as done:
        return bytes(done.value)
    reading.close()
    return None
