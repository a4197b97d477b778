"""Which photos are learned from, and which judge: as they are marked, or as they are drawn, once or in folds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..data import Dataset
from .drawn import LEARNED, DrawnSplit, folds_before, folds_of_groups
from .folds import Ints, StratifiedGroupKFold
from .material import Material
from .settings import TrainSettings

Fold = tuple[Ints, Ints]  # Rows to train on, and rows to judge by.

_FEW = 10  # Held-out photos of a class: from so many on one split tells enough.
_N_FOLDS = 5
_FINE, _N_FINE_FOLDS = 200, 10  # So few photos teach notably less where a fifth of them is missing.
LONG_RECORDING = 20  # Photos of one that can be split in time.
_GAP = 0.1  # Share of them between its parts.
_MOST_FOLDED = 2000  # Photos: more of them, and five more heads take a browser too long to be trained unasked.


@dataclass(frozen=True)
class Parts:
    """Which rows of a material are for what.

    Parameters
    ----------
    training, validation, test : ndarray of int64
        Rows.
    folds : tuple of (ndarray, ndarray)
        Where judging is to be done fold by fold, the folds of training and validation rows together.
    is_drawn : bool
        Whether they were drawn, or marked.
    aside : ndarray of int64
        Rows that nothing is learned from before all is judged: gaps within recordings.
    """

    training: Ints
    validation: Ints
    test: Ints
    folds: tuple[Fold, ...] = ()
    is_drawn: bool = True
    aside: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    @property
    def known(self) -> Ints:
        """The rows that have a part in the training, in one way or another."""
        return np.sort(np.concatenate([self.training, self.validation, self.aside]))

    @property
    def n_splits(self) -> int:
        """Number of folds; 1 where they are parted once."""
        return len(self.folds) or 1

    def test_fold(self, n: int) -> Ints:
        """Number of the fold that judges each of the material's n rows; -1 where none does."""
        folds = np.full(n, LEARNED, np.int64)
        for k, (_, judged) in enumerate(self.folds or ((self.training, self.validation),)):
            folds[judged] = k
        return folds


def part(dataset: Dataset, material: Material, settings: TrainSettings, before: Sequence[DrawnSplit] = ()) -> Parts:
    """Part a dataset's readable photos: as they are marked, else as they are drawn.

    Parameters
    ----------
    dataset : Dataset
    material : Material
        What `pyclassifier.training.gather` made of it.
    settings : TrainSettings
    before : sequence of DrawnSplit
        Of earlier trainings, the newest last, to keep to.

    Returns
    -------
    Parts
    """
    splits = np.array([sample.split or "" for sample in material.samples])
    test, known = np.flatnonzero(splits == "test"), np.flatnonzero(splits != "test")
    if any(sample.split == "validation" for sample in dataset.samples):
        to_judge = splits[known] == "validation"
        return Parts(known[~to_judge], known[to_judge], test, is_drawn=False)
    training, validation = material.draw(known, settings, folds_before(before, 1, settings))
    if settings.split_recordings:
        ends, gaps = ends_of_recordings(material, known, validation, settings.validation_split)
        if len(ends):  # Such a class is in no fold.
            training = np.setdiff1d(training, np.concatenate([ends, gaps]))
            return Parts(training, np.sort(np.concatenate([validation, ends])), test, aside=gaps)
    if settings.fine_tune:  # In each fold it would take as long again.
        return Parts(training, validation, test)
    if settings.cv == "auto":
        return Parts(training, validation, test, _folds_for_few(material, known, validation, settings, before))
    if settings.cv == 0:
        return Parts(training, validation, test)
    return Parts(training, validation, test, _draw_folds(material, known, settings.cv, settings, before))


def ends_of_recordings(material: Material, known: Ints, validation: Ints, share: float) -> tuple[Ints, Ints]:
    """Find the ends of recordings that are all that there is of their class, where none of it is held out.

    Parameters
    ----------
    material : Material
    known, validation : ndarray of int64
        Rows that are drawn from, and those of them that are held out.
    share : float
        Of a recording, to be judged by.

    Returns
    -------
    ends, gaps : ndarray of int64
        The last rows of each, and those before these.
    """
    ends, gaps = [known[:0]], [known[:0]]
    for k in np.setdiff1d(material.y[known], material.y[validation]).tolist() if share else []:
        rows = sorted(known[material.y[known] == k].tolist(), key=lambda row: material.samples[row].path)
        recordings = {material.samples[row].group for row in rows}
        if len(rows) < LONG_RECORDING or len(recordings) > 1 or None in recordings:
            continue
        n_gap = math.ceil(len(rows) * _GAP)
        n_end = min(max(round(len(rows) * share), 1), len(rows) - 2 * n_gap)
        ends.append(np.array(rows[-n_end:], np.int64))
        gaps.append(np.array(rows[-n_end - n_gap : -n_end], np.int64))
    return np.concatenate(ends), np.concatenate(gaps)


def _folds_for_few(
    material: Material, known: Ints, validation: Ints, settings: TrainSettings, before: Sequence[DrawnSplit]
) -> tuple[Fold, ...]:
    """Folds, where one split leaves a class few photos to judge by and folds can be had quickly; else none."""
    y, groups = material.y[known], material.groups[known]
    held_out = [int((material.y[validation] == k).sum()) for k in range(len(material.classes))]
    most = _N_FINE_FOLDS if len(known) <= _FINE else _N_FOLDS
    n_folds = min(most, len(np.unique(groups)), int(np.unique(y, return_counts=True)[1].max()))
    quick = settings.by_descent and len(known) <= _MOST_FOLDED
    if not (quick and len(validation) and min(held_out) < _FEW and n_folds > 1):
        return ()
    folds = _draw_folds(material, known, n_folds, settings, before)
    # A class whose photos all belong together can be learned from or judged, not both.
    return folds if all(len(np.unique(material.y[rest])) == len(material.classes) for rest, _ in folds) else ()


def _draw_folds(
    material: Material, known: Ints, n_folds: int, settings: TrainSettings, before: Sequence[DrawnSplit]
) -> tuple[Fold, ...]:
    """Deal rows to folds: photos that were in one before stay in it, unless that leaves the folds lopsided."""
    y, groups = material.y[known], material.groups[known]
    folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=settings.random_state)
    digests = [material.digests[i] for i in known]
    kept = folds_of_groups(groups, digests, folds_before(before, n_folds, settings))
    dealt = folds.deal(y, groups, kept)
    if kept and not _is_even(dealt, y, n_folds):
        dealt = folds.deal(y, groups)
    return tuple((known[dealt != k], known[dealt == k]) for k in range(n_folds))


def _is_even(folds: Ints, y: Ints, n_folds: int) -> bool:
    """Whether each fold has at least half of its share, and no class is in one fold alone."""
    sizes = [int((folds == k).sum()) for k in range(n_folds)]
    spread = all(len(np.unique(folds[y == k])) > 1 for k in np.unique(y))
    return 2 * n_folds * min(sizes) >= len(y) and spread
