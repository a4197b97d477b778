"""Which photos a classifier learns from, and which it is judged by: drawn by content, so that none is on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..data import Dataset, Sample
from ..embedding import join_groups, near_duplicates
from ..errors import DatasetError
from .drawn import LEARNED, folds_of_groups
from .folds import Ints


@dataclass(frozen=True)
class Leak:
    """A photo to be judged by that was learned from, too: figures with it are too good.

    Parameters
    ----------
    validation, training : Sample
    kind : {"same file", "same group", "near-duplicate"}
        What they have in common: the bytes, their `Sample.group`, or, perhaps by way of others, nearly the picture.

    Examples
    --------
    >>> for leak in classifier.leaks_:  # doctest: +SKIP
    ...     print(f"{leak.validation.path} is judged by, but {leak.training.path} is learned from ({leak.kind}).")
    """

    validation: Sample
    training: Sample
    kind: Literal["same file", "same group", "near-duplicate"]


def check_splittable(dataset: Dataset, share: float) -> None:
    """Raise where no split of a dataset can be learned from: DatasetError, or ValueError for a share outside 0..1."""
    if not 0 <= share < 1:
        raise ValueError(f"Expected validation_split in 0..1 (1 excluded), got {share}.")
    if not dataset.labels:
        raise DatasetError("no-classes")
    if len(dataset.labels) == 1:
        raise DatasetError("one-class", label=dataset.labels[0])
    for label, counts in dataset.count().items():
        if counts.total() == counts["validation"] + counts["test"]:
            raise DatasetError("only-validation", label=label, validation=counts.total())


def group_samples(
    samples: Sequence[Sample], digests: Sequence[str], X: NDArray[np.float32] | None, threshold: float | None
) -> Ints:
    """Put samples together that a split must not part.

    Parameters
    ----------
    samples : sequence of Sample
    digests : sequence of str
        Hash of each one's content.
    X : ndarray of shape (N, n_features), float32, optional
        Their pooled features.
    threshold : float, optional
        As in `pyclassifier.near_duplicates`; without it, or without features, these are not looked for.

    Returns
    -------
    ndarray of shape (N,), int64
        Number of the group of each one.
    """
    partitions = [digests, [sample.group for sample in samples]]
    if X is not None and threshold is not None:
        return join_groups(*partitions, near_duplicates(X, threshold).groups)
    return join_groups(*partitions)


def draw_validation(
    y: Sequence[str],
    digests: Sequence[str],
    groups: Ints,
    share: float,
    random_state: int,
    test_fold: Mapping[str, int] | None = None,
) -> NDArray[np.bool_]:
    """Draw the photos that a classifier is judged by.

    Parameters
    ----------
    y, digests : sequence of str
        Label and hash of the content of each sample.
    groups : ndarray of shape (N,), int64
        What must not be parted.
    share : float
        Share of each class to draw, in 0..1 (1 excluded), rounded: at least one sample of each class that has two
        groups, never all. Groups may make it more or less. 0 draws none.
    random_state : int
        Seed of the draw.
    test_fold : mapping of str to int, optional
        An earlier draw to keep to, as in `DrawnSplit`: what was judged by then still is, and what was learned from is
        not; new samples are drawn. Only where a class would have less than half of what it is to have, to judge by or
        to learn from, do some change sides. A group that was parted goes where most of it was; where as much was on
        either side, it is learned from.

    Returns
    -------
    ndarray of shape (N,), bool
        Whether to judge by a sample. It hangs on contents, seed and the earlier draw alone, not on the order, nor on
        names.
    """
    counts: dict[int, Counter[str]] = {}
    smallest: dict[int, str] = {}
    for label, digest, group in zip(y, digests, groups.tolist(), strict=True):
        counts.setdefault(group, Counter())[label] += 1
        smallest[group] = min(digest, smallest.get(group, digest))
    order = sorted(counts, key=lambda group: sha256(f"{random_state}/{smallest[group]}".encode()).digest())
    total, n_groups = Counter(y), Counter(label for count in counts.values() for label in count)
    wanted = {
        label: min(max(round(n * share), 1), n - 1) if share and n_groups[label] > 1 else 0
        for label, n in total.items()
    }
    drawn: set[int] = set()
    have: Counter[str] = Counter()

    def fits(group: int) -> bool:
        return group not in drawn and all(have[label] + n < total[label] for label, n in counts[group].items())

    def gain(group: int) -> float:
        """How much nearer to what is wanted, in parts of it, a group brings the draw."""
        return sum(
            ((have[label] - wanted[label]) ** 2 - (have[label] + n - wanted[label]) ** 2) / max(wanted[label], 1) ** 2
            for label, n in counts[group].items()
        )

    def leaves_enough(group: int) -> bool:
        return all(
            2 * (total[label] - have[label] - n) >= total[label] - wanted[label] for label, n in counts[group].items()
        )

    def take(group: int) -> None:
        drawn.add(group)
        have.update(counts[group])

    before = folds_of_groups(groups, digests, test_fold or {})
    for group in order:
        if share and before.get(group, LEARNED) != LEARNED and fits(group) and leaves_enough(group):
            take(group)
    for group in order:
        if group not in before and fits(group) and gain(group) > 0:
            take(group)
    for label in [label for label in sorted(total) if 2 * have[label] < wanted[label]]:
        for group in order:
            if group in before and label in counts[group] and fits(group) and gain(group) > 0:
                take(group)
    for label in sorted(total):
        if wanted[label] and not have[label]:
            having = [group for group in order if label in counts[group] and fits(group)]
            if having:
                take(min(having, key=lambda group: counts[group].total()))
    return np.isin(groups, list(drawn))


def find_leaks(
    samples: Sequence[Sample], digests: Sequence[str], groups: Ints, judged: NDArray[np.bool_]
) -> tuple[Leak, ...]:
    """Find samples to be judged by of whose group there are some to learn from.

    Parameters
    ----------
    samples, digests, groups
        As in `group_samples`.
    judged : ndarray of shape (N,), bool
        Whether a sample is for validation.

    Returns
    -------
    tuple of Leak
        One of each such sample, in their order, with the training sample that it has most in common with.
    """
    learned: dict[int, list[int]] = {}
    for i in np.flatnonzero(~judged).tolist():
        learned.setdefault(int(groups[i]), []).append(i)
    leaks = []
    for i in np.flatnonzero(judged).tolist():
        others = learned.get(int(groups[i]), [])
        same_file = [j for j in others if digests[j] == digests[i]]
        same_group = [j for j in others if samples[j].group is not None and samples[j].group == samples[i].group]
        if same_file:
            leaks.append(Leak(samples[i], samples[same_file[0]], "same file"))
        elif same_group:
            leaks.append(Leak(samples[i], samples[same_group[0]], "same group"))
        elif others:
            leaks.append(Leak(samples[i], samples[others[0]], "near-duplicate"))
    return tuple(leaks)
