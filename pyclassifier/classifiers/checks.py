"""A check of labelled photos before they are learned from: copies, contradictions, leaks, what cannot be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ..data import Dataset, Sample, as_readable, find_digest, open_image, read_size
from ..embedding import Facts, FeatureCache, MemoryCache, near_duplicates, pool_features, read_photo
from ..errors import ImageDecodeError, StoppedError
from ..judging import DatasetReport, find_faults
from ..progress import OnProgress, Progress, ShouldStop
from .base import BaseImageClassifier


async def check_dataset(
    dataset: Dataset,
    classifier: BaseImageClassifier | None = None,
    *,
    on_progress: OnProgress | None = None,
    should_stop: ShouldStop | None = None,
) -> DatasetReport:
    """Look for what may be wrong with labelled photos.

    Parameters
    ----------
    dataset : Dataset
    classifier : ImageClassifier, optional
        What is going to learn from them. With it, photos that are nearly the same are found by the features of its
        backbone, which its next `fit` need not compute again, and photos too small for its input.
    on_progress : callable, optional
        Gets `Progress` of the stages "decoding" and "features".
    should_stop : callable, optional
        Asked before each photo.

    Returns
    -------
    DatasetReport

    Raises
    ------
    StoppedError
        ``should_stop()`` was true.
    EngineError
        The engine failed.

    Examples
    --------
    >>> report = await check_dataset(dataset, classifier)  # doctest: +SKIP
    >>> for finding in report:  # doctest: +SKIP
    ...     print(finding.message)
    >>> dataset = report[0].fixes[0].apply(dataset)  # doctest: +SKIP
    """
    samples = dataset.samples
    groups = min_side = None
    cache: FeatureCache = classifier.cache if classifier else MemoryCache()
    if classifier:
        min_side = classifier.card_.input_size // 2
        if classifier.topology is None:
            groups = await _find_groups(dataset, classifier, on_progress, should_stop)
    facts = await _read_facts(samples, cache, on_progress if groups is None else None, should_stop)
    return DatasetReport(find_faults(samples, facts, groups, min_side), len(samples), groups)


async def _find_groups(
    dataset: Dataset, classifier: BaseImageClassifier, on_progress: OnProgress | None, should_stop: ShouldStop | None
) -> tuple[int | None, ...]:
    """Number of the group of nearly the same photos that each one belongs to."""
    X = await classifier._extract_features(dataset, [], on_progress, should_stop, plain=True)
    card, threshold = classifier.card_, classifier.duplicate_threshold
    pooled = pool_features(X, card)
    rows = np.flatnonzero(~np.isnan(pooled).any(axis=1))
    alike: list[int | None] = [None] * len(X)
    if len(rows) and threshold is not None:
        found = near_duplicates(pooled[rows], card.near_duplicate if threshold == "auto" else threshold)
        for row, group in zip(rows.tolist(), found.groups.tolist(), strict=True):
            alike[row] = group
    return tuple(alike)


async def _read_facts(
    samples: Sequence[Sample], cache: FeatureCache, on_progress: OnProgress | None, should_stop: ShouldStop | None
) -> list[Facts]:
    """Read the files of which something is not known yet."""
    facts = []
    for i, sample in enumerate(samples):
        if should_stop and should_stop():
            raise StoppedError("stopped-checking")
        known = cache.facts(sample)
        if known.digest is None or (known.size is None and known.reason is None):
            known = await _read(sample, cache)
        facts.append(known)
        if on_progress:
            on_progress(Progress("decoding", i + 1, len(samples)))
    return facts


async def _read(sample: Sample, cache: FeatureCache) -> Facts:
    try:
        data = await read_photo(sample)
    except ImageDecodeError as error:
        return Facts(reason=error.reason)
    facts = Facts(await find_digest(data))
    try:
        data = await as_readable(data, sample.path)
        open_image(data, sample.path, min_side=1)  # a damaged file may have a header that is not
        facts = replace(facts, size=read_size(data, sample.path))
    except ImageDecodeError as error:
        facts = replace(facts, reason=error.reason)
    cache.learn(sample, facts)
    return facts
