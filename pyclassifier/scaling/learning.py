"""A folder of features -> what a classifier learns from, however many there are."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from io import RawIOBase
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..classifiers import ImageClassifier
from ..data import PhotoSource, Problem, Sample, Split
from ..embedding import Facts
from ..engines import StoredRows
from ..judging import DatasetReport, find_faults
from ..progress import OnProgress, Progress
from ..sentences import Sentence
from ..training import Embedded
from .alike import find_alike
from .tables import FeatureTable, list_parts, read_part, read_settings

MAX_BYTES = 1 << 28  # Learning takes some five times as many, for a while.
_SPLITS: Mapping[str, Split] = {"training": "training", "validation": "validation", "test": "test"}
_Rows = dict[str, tuple[int, int]]  # Of each photo: the number of a part, and a row of it.


class NoSource:
    """The source of a photo that was not brought along with its features."""

    async def __call__(self) -> bytes:
        """Fail: there is nothing to read."""
        raise FileNotFoundError("its file was not brought along with its features")


def classifier_for(folder: str | Path, **parameters: Any) -> ImageClassifier:
    """Make a classifier that takes photos as a folder of features took them.

    Parameters
    ----------
    folder : str or Path
        That `embed_photos` wrote.
    **parameters
        As in `pyclassifier.ImageClassifier`.

    Returns
    -------
    ImageClassifier

    Raises
    ------
    FileNotFoundError
        There are no features.
    ValueError
        Another backbone, or another way to take photos, than that of the features.
    """
    settings = read_settings(Path(folder))
    how = settings.card.preprocessing
    made = {"backbone": settings.backbone, "input_size": how.size, "fit_mode": how.fit_mode}
    for name, value in made.items():
        if parameters.get(name, value) not in (value, None):
            raise ValueError(
                f"Expected {name}={value!r}, as the features in {folder} were computed, got {parameters[name]!r}. "
                "Compute others: pyclassifier embed --help"
            )
    return ImageClassifier(**{**parameters, **made})


@contextmanager
def open_features(
    folder: str | Path,
    *,
    sources: Mapping[str, PhotoSource] | None = None,
    threshold: float | Literal["auto"] | None = "auto",
    max_bytes: int = MAX_BYTES,
    on_progress: OnProgress | None = None,
) -> Iterator[Embedded]:
    """Open a folder of features, for `pyclassifier.ImageClassifier.fit_features` to learn from.

    Parameters
    ----------
    folder : str or Path
        That `embed_photos` wrote.
    sources : mapping of str to callable, optional
        What reads the photos, by their paths: for those who want to look at them.
    threshold : float, "auto" or None
        As ``duplicate_threshold`` of `pyclassifier.ImageClassifier`, whose own counts where it is None here.
    max_bytes : int
        How many bytes of features there may be in memory. What is more lies in a file without a name, beside the
        features or where temporary files are, and is read some rows at a time.
    on_progress : callable, optional
        Gets `Progress` of the stages "opening" and "comparing", in photos.

    Yields
    ------
    Embedded
        Photos without a label, and those that could not be read, are among its problems. It is to be used inside the
        context.

    Raises
    ------
    FileNotFoundError
        There are no features.

    Examples
    --------
    >>> classifier = classifier_for("features/")  # doctest: +SKIP
    >>> with open_features("features/") as features:  # doctest: +SKIP
    ...     classifier.fit_features(features)
    """
    folder = Path(folder)
    card = read_settings(folder).card
    parts = list_parts(folder)
    samples, digests, problems, rows = _read_texts(parts, sources or {})
    with ExitStack() as stack:
        in_memory = len(samples) * card.feature_channels * 4 <= max_bytes
        file = None if in_memory else stack.enter_context(_scratch(folder))
        X = _read_rows(parts, rows, card.feature_channels, file, on_progress)
        embedded = Embedded(samples, digests, X, problems)
        if threshold is not None:
            nearest = card.near_duplicate if threshold == "auto" else threshold
            embedded = replace(embedded, alike=find_alike(X, nearest, on_progress))
        yield embedded


def find_faults_of(features: Embedded) -> DatasetReport:
    """Look for what may be wrong with photos, by their features: copies, contradictions, leaks, classes too small.

    Parameters
    ----------
    features : Embedded
        Of `open_features`.

    Returns
    -------
    DatasetReport
        As `pyclassifier.check_dataset` gives it, but that photos' sizes are not known.
    """
    groups = None if features.alike is None else tuple(features.alike.tolist())
    facts = [Facts(digest) for digest in features.digests]
    return DatasetReport(find_faults(features.samples, facts, groups), len(features.samples), groups)


def _read_texts(
    parts: Sequence[Path], sources: Mapping[str, PhotoSource]
) -> tuple[tuple[Sample, ...], tuple[str, ...], tuple[Problem, ...], list[list[int]]]:
    """Photos to learn from, hashes of their contents, photos that cannot be, and which rows of each part count."""
    last: _Rows = {}
    for k, path in enumerate(parts):
        last |= {name: (k, i) for i, name in enumerate(read_part(path, with_features=False).paths)}
    samples: list[Sample] = []
    digests: list[str] = []
    problems: list[Problem] = []
    rows: list[list[int]] = []
    for k, path in enumerate(parts):
        part = read_part(path, with_features=False)
        rows.append([])
        for i, name in enumerate(part.paths):
            if last[name] != (k, i):
                continue
            if reason := _reason(part, i):
                problems.append(Problem(name, reason))
                continue
            split = _SPLITS.get(part.splits[i])
            samples.append(Sample(name, sources.get(name) or NoSource(), part.labels[i], split))
            digests.append(part.digests[i])
            rows[-1].append(i)
    return tuple(samples), tuple(digests), tuple(problems), rows


def _reason(part: FeatureTable, i: int) -> str:
    """Why a photo cannot be learned from; "" where it can."""
    return part.problems[i] or ("" if part.labels[i] else Sentence("unlabelled-photo"))


def _read_rows(
    parts: Sequence[Path],
    rows: Sequence[Sequence[int]],
    n_columns: int,
    file: RawIOBase | None,
    on_progress: OnProgress | None,
) -> NDArray[np.float32] | StoredRows:
    """The rows that count, in memory or, one after the other, in a file."""
    n_rows, done, dtype = sum(map(len, rows)), 0, np.dtype(np.float32)
    held = np.empty((0 if file else n_rows, n_columns), np.float32)
    for path, of_part in zip(parts, rows, strict=True):
        if not of_part:
            continue
        X = read_part(path).X[np.asarray(of_part)]
        if X.shape[1] != n_columns:
            raise ValueError(f"Expected {n_columns} features of each photo in {path}, got {X.shape[1]}.")
        if file is None:
            held[done : done + len(X)] = X
        else:
            dtype = X.dtype  # One for all: it is what tells folders of one kind from others.
            _write(file, np.ascontiguousarray(X))
        done += len(X)
        if on_progress:
            on_progress(Progress("opening", done, n_rows))
    return held if file is None else StoredRows(file, dtype, n_columns, np.arange(n_rows))


def _write(file: RawIOBase, X: NDArray[Any]) -> None:
    left = X.reshape(-1).view(np.uint8).data
    while len(left):
        left = left[file.write(left) :]


@contextmanager
def _scratch(folder: Path) -> Iterator[RawIOBase]:
    """A file that is gone when it is closed, and when the program is killed; temporary folders may be in memory."""
    with tempfile.TemporaryFile(buffering=0, dir=folder if os.access(folder, os.W_OK) else None) as file:
        yield file
