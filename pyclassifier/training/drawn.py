"""What was drawn for one training, for a later one to keep to: the same photos are judged before and after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..notebook import Brief
from .folds import Ints
from .settings import TrainSettings

LEARNED = -1  # The fold of photos that no fold judged.
_MOST_SPLITS = 1 << 16


@dataclass(frozen=True, repr=False)
class DrawnSplit(Brief):
    """Which photos a training was judged by, as they were drawn: a later one may keep to it.

    Parameters
    ----------
    test_fold : mapping of str to int
        By the hash of a photo's content (SHA-256, hex), the number of the fold that judged it, from 0; -1 where it was
        learned from and not judged. As `sklearn.model_selection.PredefinedSplit` has it.
    n_splits : int
        Number of folds; 1 of one draw.
    validation_split : float
        The share that was asked for.
    random_state : int
        The seed that it was drawn with.

    Examples
    --------
    >>> classifier.fit(dataset)  # doctest: +SKIP
    >>> classifier.fit(mended, split=classifier.split_)  # the same photos are held out  # doctest: +SKIP
    """

    test_fold: Mapping[str, int]
    n_splits: int
    validation_split: float
    random_state: int

    def is_as_asked(self, n_splits: int, settings: TrainSettings) -> bool:
        """Tell whether photos are to be drawn in the same way now: with another share, seed or number of folds, anew.

        Parameters
        ----------
        n_splits : int
            Number of folds now; 1 for one draw.
        settings : TrainSettings

        Returns
        -------
        bool
        """
        same_share = n_splits > 1 or self.validation_split == settings.validation_split
        return self.n_splits == n_splits and self.random_state == settings.random_state and same_share


def read_split(record: Mapping[str, Any]) -> DrawnSplit | None:
    """Read from a record which photos were drawn to judge by; None where they were marked, or nothing makes sense.

    Parameters
    ----------
    record : mapping
        As `pyclassifier.ImageClassifier.record_`.

    Returns
    -------
    DrawnSplit or None
    """
    test_fold: dict[str, int] = {}
    try:
        run = record["run"]
        n_splits, parameters = int(run["split"]["n_splits"]), run["parameters"]
        for part in ("training", "validation"):
            test_fold |= dict(zip(map(str, run["files"][part]), map(int, run["split"][part]), strict=True))
        share, seed = float(parameters["validation_split"]), int(parameters["random_state"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
    fits = 1 <= n_splits <= _MOST_SPLITS and all(LEARNED <= fold < n_splits for fold in test_fold.values())
    return DrawnSplit(test_fold, n_splits, share, seed) if fits else None


def folds_before(splits: Sequence[DrawnSplit], n_splits: int, settings: TrainSettings) -> dict[str, int]:
    """Tell in which fold photos were before, by the hashes of their contents, where they were drawn as they are now.

    Parameters
    ----------
    splits : sequence of DrawnSplit
        Of trainings before, the newest last: it counts most.
    n_splits, settings
        As in `DrawnSplit.is_as_asked`.

    Returns
    -------
    dict of str to int
    """
    found: dict[str, int] = {}
    for split in splits:
        if split.is_as_asked(n_splits, settings):
            found |= split.test_fold
    return found


def folds_of_groups(groups: Ints, digests: Sequence[str], test_fold: Mapping[str, int]) -> dict[int, int]:
    """Tell in which fold groups were before; of one that was in several, where most of its photos were.

    Parameters
    ----------
    groups : ndarray of shape (N,), int64
        Number of the group of each photo.
    digests : sequence of str
        Hash of each one's content.
    test_fold : mapping of str to int
        As in `DrawnSplit`.

    Returns
    -------
    dict of int to int
        By the group's number; where as many photos were in several folds, the lowest number: learned from, before all.
        Groups of new photos are not in it.
    """
    counts: dict[int, Counter[int]] = {}
    for group, digest in zip(groups.tolist(), digests, strict=True):
        if digest in test_fold:
            counts.setdefault(group, Counter())[test_fold[digest]] += 1
    return {group: min(found, key=lambda fold: (-found[fold], fold)) for group, found in counts.items()}
