"""Figures of predictions, as scikit-learn and Keras name them, and how sure figures of few photos are."""

from __future__ import annotations

from fractions import Fraction
from math import comb, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .data import as_indices


def accuracy_score(y_true: ArrayLike, y_pred: ArrayLike) -> float:
    """Share of predictions that are right.

    Parameters
    ----------
    y_true, y_pred : array_like of shape (N,)
        Class indices or labels.

    Returns
    -------
    float
        In 0..1; nan where N is 0.

    Raises
    ------
    ValueError
        One is longer than the other.

    Examples
    --------
    >>> accuracy_score(["cat", "dog", "dog"], ["cat", "dog", "cat"])
    0.6666666666666666
    """
    true, predicted = np.asarray(y_true), np.asarray(y_pred)
    _check_lengths(true, predicted)
    right = true == predicted
    return float(right.mean()) if right.size else float("nan")


def log_loss(Y: NDArray[np.float32], y_proba: NDArray[np.float32]) -> float:
    """Mean categorical cross-entropy, as `keras.losses.categorical_crossentropy`.

    Parameters
    ----------
    Y : ndarray of shape (N, n_classes), float32
        One-hot rows of the true classes.
    y_proba : ndarray of shape (N, n_classes), float32
        Predicted probabilities; clipped to 1e-7..1.

    Returns
    -------
    float
        In nats.
    """
    return float(-np.log(np.clip((Y * y_proba).sum(axis=1), 1e-7, 1)).mean())


def wilson_interval(n_correct: int, n_samples: int, confidence: float = 0.95) -> tuple[float, float]:
    """Interval in which the true share lies, given ``n_correct`` of ``n_samples``.

    Parameters
    ----------
    n_correct, n_samples : int
    confidence : float
        In 0..1.

    Returns
    -------
    low, high : float
        In 0..1; (0, 1) where nothing was seen.

    Raises
    ------
    ValueError
        Impossible counts.

    Notes
    -----
    E. B. Wilson (1927), "Probable inference, the law of succession, and statistical inference", JASA 22: 209-212.
    Unlike the normal approximation it stays inside 0..1 and honest for few samples and for shares near 1.

    Examples
    --------
    >>> low, high = wilson_interval(9, 10)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.596 to 0.982
    """
    _check_counts(n_correct, n_samples)
    return _wilson(n_correct, n_samples, n_samples, confidence)


def resampled_interval(
    n_correct: int, n_samples: int, n_splits: int, ratio: float, confidence: float = 0.95
) -> tuple[float, float]:
    """Interval in which the accuracy of a way to train lies, given what models that were trained so got right.

    Parameters
    ----------
    n_correct, n_samples : int
        Of all splits together: each sample was judged once, by a model that had not learned from it.
    n_splits : int
        Folds of a cross-validation, or 1 where one model judged all.
    ratio : float
        For how many samples that a model learned from there is one that it was judged by: 1 / (n_splits - 1) for folds.
    confidence : float
        In 0..1.

    Returns
    -------
    low, high : float
        In 0..1; (0, 1) where nothing was seen.

    Raises
    ------
    ValueError
        Impossible counts.

    Notes
    -----
    Another model, such as one that learns from all samples in the end, is not just as good, and the models of folds
    share most of what they learned from, so that their figures hang together. C. Nadeau and Y. Bengio (2003),
    "Inference for the generalization error", Machine Learning 52: 239-281, take for the variance of a mean figure of J
    models, which learn from n1 samples and are judged by n2 of them, 1/J + n2/n1 instead of 1/J times that of one. That
    is the variance of 1 + J n2/n1 times fewer, independent samples, of which this is Wilson's interval
    (`wilson_interval`); their own t-interval has no width where all folds are right, as they often are.

    Examples
    --------
    >>> low, high = resampled_interval(9, 10, 5, 1 / 4)
    >>> print(f"{low:.3f} to {high:.3f}")
    0.439 to 0.990
    """
    if n_splits < 1 or not 0 <= ratio < float("inf"):
        raise ValueError(f"Expected at least 1 split and a ratio of at least 0, got {n_splits} and {ratio}.")
    _check_counts(n_correct, n_samples)
    return _wilson(n_correct, n_samples, n_samples / (1 + n_splits * ratio), confidence)


def _check_counts(n_correct: int, n_samples: int) -> None:
    if not 0 <= n_correct <= n_samples:
        raise ValueError(f"Expected 0 <= n_correct <= n_samples, got {n_correct} of {n_samples}.")


def _wilson(n_correct: int, n_samples: int, n: float, confidence: float) -> tuple[float, float]:
    """Wilson's interval of a share that is as sure as that of so many independent samples."""
    if n_samples == 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = n_correct / n_samples
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + (z / (2 * n)) ** 2)
    scale = 1 + z * z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def mcnemar_test(n_first: int, n_second: int) -> float:
    """How easily chance alone makes two classifiers differ as much on the same photos: McNemar's exact test, two-sided.

    Parameters
    ----------
    n_first, n_second : int
        Photos that only the first one got right, and that only the second one did. The others tell nothing.

    Returns
    -------
    float
        The p-value in 0..1, as ``statsmodels.stats.contingency_tables.mcnemar(..., exact=True)``.

    Raises
    ------
    ValueError
        A negative count.

    Notes
    -----
    Q. McNemar (1947), "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12: 153-157; here with the binomial distribution itself, which holds for few photos too.

    Examples
    --------
    >>> mcnemar_test(1, 9)
    0.021484375
    """
    if n_first < 0 or n_second < 0:
        raise ValueError(f"Expected counts of photos, got {n_first} and {n_second}.")
    n = n_first + n_second
    tail = sum(comb(n, k) for k in range(min(n_first, n_second) + 1))
    return min(1.0, float(Fraction(2 * tail, 2**n)))


def confusion_matrix(y_true: ArrayLike, y_pred: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    """Count predictions per true class, as `sklearn.metrics.confusion_matrix`.

    Parameters
    ----------
    y_true, y_pred : array_like of int, shape (N,)
        Class indices.
    n_classes : int

    Returns
    -------
    ndarray of shape (n_classes, n_classes), int64
        Rows are true classes, columns predicted ones.

    Raises
    ------
    ValueError
        An index outside the classes, or one array is longer than the other.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1], [0, 1, 1], 2).tolist()
    [[1, 1], [0, 1]]
    """
    true, predicted = as_indices(y_true, n_classes), as_indices(y_pred, n_classes)
    _check_lengths(true, predicted)
    matrix = np.zeros((n_classes, n_classes), dtype=np.int64)
    np.add.at(matrix, (true, predicted), 1)
    return matrix


def _check_lengths(true: NDArray[Any], predicted: NDArray[Any]) -> None:
    # numpy would take the one prediction for all samples.
    if true.shape != predicted.shape:
        raise ValueError(f"Expected a prediction per sample, got {predicted.shape} for {true.shape}.")


def precision_recall_f1(
    matrix: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Per-class figures from a confusion matrix.

    Parameters
    ----------
    matrix : ndarray of shape (n_classes, n_classes), int64
        As `confusion_matrix` gives it.

    Returns
    -------
    precision, recall, f1 : ndarray of shape (n_classes,), float64
        In 0..1; nan where a figure is undefined (nothing was predicted as the class, or none was there).

    Examples
    --------
    >>> precision, recall, f1 = precision_recall_f1(confusion_matrix([0, 0, 1], [0, 1, 1], 2))
    >>> precision.tolist(), recall.tolist()
    ([1.0, 0.5], [0.5, 1.0])
    """
    hits = np.diag(matrix).astype(np.float64)
    predicted, true = matrix.sum(axis=0), matrix.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return hits / predicted, hits / true, 2 * hits / (predicted + true)
