"""What each process does that computes rows of a table: photos in, a part of the table out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from ..blocking import run
from ..classifiers import ImageClassifier
from ..data import BytesSource, Problem, Sample, digest_of
from ..embedding import MemoryCache, read_photo
from ..engines import Array, default_engine
from ..errors import ImageDecodeError
from .tables import FeatureTable, PredictionSettings, TableSettings

_AT_ONCE = 32  # Photos whose files are in a process's memory at once.

Settings = TableSettings | PredictionSettings
Compute = Callable[[Sequence[Sample]], FeatureTable]
_ComputeRows = Callable[[Sequence[Sample], list[Problem]], Array]


def start_work(settings: Settings, backend: str) -> Compute:
    """Load what computes rows into this process.

    Parameters
    ----------
    settings : TableSettings or PredictionSettings
    backend : str
        As in `pyclassifier.default_engine`.

    Returns
    -------
    callable
        Photos -> the part of a table with a row of each.
    """
    engine = default_engine(backend=backend)
    if isinstance(settings, PredictionSettings):
        classifier = ImageClassifier.load(settings.model, engine=engine)

        def compute_rows(samples: Sequence[Sample], problems: list[Problem]) -> Array:
            return classifier.predict_proba(samples, problems=problems, remember=False)
    else:
        classifier = ImageClassifier(settings.card, engine=engine)

        def compute_rows(samples: Sequence[Sample], problems: list[Problem]) -> Array:
            return classifier.extract_features(samples, problems=problems)

    if isinstance(classifier.cache, MemoryCache):
        classifier.cache.max_bytes = 0  # What is done is in its file.
    return lambda part: _compute(compute_rows, settings, part)


def _compute(compute_rows: _ComputeRows, settings: Settings, part: Sequence[Sample]) -> FeatureTable:
    """The rows of some photos, each of which is read once."""
    digests, problems = [""] * len(part), [""] * len(part)
    X = np.full((len(part), settings.n_columns), np.nan, np.float32)
    for start in range(0, len(part), _AT_ONCE):
        read: dict[int, Sample] = {}
        for i, data in enumerate(run(_read(part[start : start + _AT_ONCE])), start):
            if isinstance(data, ImageDecodeError):
                problems[i] = str(data.reason)
            else:
                digests[i] = digest_of(data)
                read[i] = Sample(str(i), BytesSource(data))
        unreadable: list[Problem] = []
        rows = compute_rows([*read.values()], unreadable)
        if len(unreadable) < len(read):
            X[[*read]] = rows
        for one in unreadable:
            problems[int(one.path)] = str(one.reason)
    return make_part([*zip(part, digests, problems, X, strict=True)], settings)


def make_part(rows: Sequence[tuple[Sample, str, str, np.ndarray]], settings: Settings) -> FeatureTable:
    """Make a part of a table of photos, hashes of their contents, what is wrong with them, and their numbers."""
    X = np.stack([row for *_, row in rows])
    labels = tuple(sample.label or "" for sample, *_ in rows)
    return FeatureTable(
        tuple(sample.path for sample, *_ in rows),
        settings.name_rows(X) if isinstance(settings, PredictionSettings) else labels,
        tuple(sample.split or "" for sample, *_ in rows),
        tuple(digest for _, digest, *_ in rows),
        tuple(problem for *_, problem, _ in rows),
        X,
    )


def digest_samples(samples: Sequence[Sample]) -> Iterator[str]:
    """Hashes of photos' contents, in their order; "" where one cannot be read."""
    for start in range(0, len(samples), _AT_ONCE):
        # What cannot be read is tried again each time, and its reason told.
        for data in run(_read(samples[start : start + _AT_ONCE])):
            yield "" if isinstance(data, ImageDecodeError) else digest_of(data)


async def _read(samples: Sequence[Sample]) -> list[bytes | ImageDecodeError]:
    """The files of photos, which are waited for together: an address may take long to answer."""

    async def read(sample: Sample) -> bytes | ImageDecodeError:
        try:
            return await read_photo(sample)
        except ImageDecodeError as error:
            return error

    return await asyncio.gather(*map(read, samples))
