"""Cross-validation: every photo is judged once by a head that was not trained on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .classifier import ImageClassifier
from .datasets import Dataset, Problem
from .features import OnProgress
from .fitting import fit_config
from .heads import train_head
from .labels import LabelEncoder
from .metrics import accuracy_score


class StratifiedKFold:
    """Folds that keep each class's share, with the behaviour of `sklearn.model_selection.StratifiedKFold`.

    Parameters
    ----------
    n_splits : int
        Number of folds, at least 2.
    shuffle : bool
        Whether a class's samples are drawn into the folds at random, or in their order.
    random_state : int
        Seed of the draw.

    Examples
    --------
    >>> y = ["cat", "cat", "dog", "cat", "dog", "cat"]
    >>> for train, test in StratifiedKFold(2).split(y, y):
    ...     print(train.tolist(), test.tolist())
    [3, 4, 5] [0, 1, 2]
    [0, 1, 2] [3, 4, 5]
    """

    def __init__(self, n_splits: int = 5, *, shuffle: bool = False, random_state: int = 0) -> None:
        if not isinstance(n_splits, int) or n_splits < 2:
            raise ValueError(f"Expected n_splits to be a whole number of at least 2, got {n_splits!r}.")
        self.n_splits = n_splits
        self.shuffle = shuffle
        self.random_state = random_state

    def split(self, X: Any, y: ArrayLike) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Yield the indices of the samples to train on and of those to judge by, fold by fold.

        Parameters
        ----------
        X : array_like of shape (N, ...)
            Only its length counts.
        y : array_like of shape (N,)
            Labels or class indices.

        Yields
        ------
        train, test : ndarray of int64
            Sorted.

        Raises
        ------
        ValueError
            A class has fewer samples than there are folds, or ``X`` and ``y`` differ in length.
        """
        labels = np.asarray(y)
        if len(X) != len(labels):
            raise ValueError(f"Expected a label per sample, got {len(labels)} for {len(X)}.")
        classes, first, inverse, counts = np.unique(labels, return_index=True, return_inverse=True, return_counts=True)
        if len(counts) == 0 or counts.min() < self.n_splits:
            smallest = f"{counts.min()} of {classes[counts.argmin()]!s}" if len(counts) else "none"
            raise ValueError(
                f"Expected at least {self.n_splits} samples of each class for {self.n_splits} folds, got {smallest}."
            )
        # As scikit-learn does it: classes in the order in which they first appear, dealt out one after the other.
        y_encoded = first.argsort().argsort()[inverse]
        dealt = np.sort(y_encoded)
        shares = [np.bincount(dealt[i :: self.n_splits], minlength=len(classes)) for i in range(self.n_splits)]
        rng = np.random.default_rng(self.random_state)
        folds = np.empty(len(labels), np.int64)
        for k in range(len(classes)):
            of_class = np.arange(self.n_splits).repeat([share[k] for share in shares])
            folds[y_encoded == k] = rng.permutation(of_class) if self.shuffle else of_class
        for i in range(self.n_splits):
            yield np.flatnonzero(folds != i), np.flatnonzero(folds == i)


async def cross_val_score(
    classifier: ImageClassifier,
    dataset: Dataset,
    *,
    cv: int | StratifiedKFold = 5,
    problems: list[Problem] | None = None,
    on_progress: OnProgress | None = None,
) -> NDArray[np.float64]:
    """Accuracy of a classifier's parameters by cross-validation; features are computed once for all folds.

    Parameters
    ----------
    classifier : ImageClassifier
        Its parameters count; what it learned stays as it is.
    dataset : Dataset
        All of its samples are used, whatever their split.
    cv : int or StratifiedKFold
        Number of folds, drawn by the classifier's ``random_state``; or how to make them.
    problems : list of Problem, optional
        Where given, unreadable photos are added to it and left out; else the first one raises.
    on_progress : callable, optional
        Gets `Progress` of the stages "decoding" and "features".

    Returns
    -------
    ndarray of shape (n_splits,), float64
        Accuracy of each fold, in 0..1.

    Raises
    ------
    ValueError
        A class has fewer photos than there are folds.
    ImageDecodeError
        A photo cannot be read, and no list for problems was given.

    Examples
    --------
    >>> scores = await cross_val_score(ImageClassifier(input_size=96), dataset)  # doctest: +SKIP
    >>> print(f"{scores.mean():.3f} ± {scores.std():.3f}")  # doctest: +SKIP
    """
    X = await classifier.extract_features(dataset, problems=problems, on_progress=on_progress)
    readable = ~np.isnan(X).any(axis=1)
    X, y = X[readable], LabelEncoder().fit_transform(dataset.y[readable].tolist())
    config = fit_config(classifier.get_params())
    folds = StratifiedKFold(cv, shuffle=True, random_state=config.random_state) if isinstance(cv, int) else cv
    scores = []
    for train, test in folds.split(X, y):
        order = np.concatenate([train, test])
        head = await train_head(
            classifier.engine_, X[order], y[order], len(train), config, hidden_units=classifier.hidden_units
        )
        head.model.dispose()
        if head.interruption:
            raise head.interruption
        scores.append(accuracy_score(y[test], head.y_proba.argmax(axis=1)))
    return np.array(scores)
