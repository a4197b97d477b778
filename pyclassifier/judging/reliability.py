"""How far a classifier's probabilities can be believed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

MAX_BINS = 100


@dataclass(frozen=True)
class ReliabilityCurve:
    """How often photos that were recognised with a certain probability were recognised right.

    Parameters
    ----------
    counts : ndarray of shape (n_bins,), int64
        Photos whose highest probability lies in each bin; the bins part 0..1 equally, upper edges included.
    confidence, accuracy : ndarray of shape (n_bins,), float64
        Mean of the highest probability, and share of right photos, in 0..1; nan where a bin is empty.

    Examples
    --------
    >>> curve = reliability_curve([0, 0, 1], [[0.9, 0.1], [0.8, 0.2], [0.8, 0.2]], n_bins=5)
    >>> curve.counts.tolist(), round(curve.ece, 3)
    ([0, 0, 0, 2, 1], 0.233)
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]

    @property
    def ece(self) -> float:
        """Expected calibration error in 0..1: the mean gap of confidence and accuracy; nan without photos."""
        gaps = np.abs(np.nan_to_num(self.confidence) - np.nan_to_num(self.accuracy))
        return float((gaps * self.counts).sum() / self.counts.sum()) if self.counts.sum() else math.nan


def reliability_curve(y_true: ArrayLike, y_proba: ArrayLike, n_bins: int = 10) -> ReliabilityCurve:
    """Compare the probability of the class that was named with how often it was right.

    Parameters
    ----------
    y_true : array_like of int, shape (N,)
        Class indices.
    y_proba : array_like of shape (N, n_classes)
        Probabilities in 0..1.
    n_bins : int
        Parts of 0..1, in 1..100.

    Returns
    -------
    ReliabilityCurve

    Raises
    ------
    ValueError
        A number of bins out of range, or not one row of probabilities per index.

    Notes
    -----
    C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger (2017), "On calibration of modern neural networks", ICML
    (arXiv:1706.04599). Bins as in `sklearn.calibration.calibration_curve`.

    Examples
    --------
    >>> reliability_curve([0, 1], [[0.9, 0.1], [0.9, 0.1]]).accuracy[-2].item()
    0.5
    """
    if not isinstance(n_bins, int) or not 1 <= n_bins <= MAX_BINS:
        raise ValueError(f"Expected 1 to {MAX_BINS} bins, got {n_bins!r}.")
    right, confidence = judge(y_true, y_proba)
    bins = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], confidence)
    counts = np.bincount(bins, minlength=n_bins).astype(np.int64)
    with np.errstate(invalid="ignore"):
        return ReliabilityCurve(
            counts,
            np.bincount(bins, weights=confidence, minlength=n_bins) / counts,
            np.bincount(bins, weights=right, minlength=n_bins) / counts,
        )


def judge(y_true: ArrayLike, y_proba: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each photo was recognised right, and its highest probability."""
    true, rows = np.asarray(y_true), np.asarray(y_proba)
    if true.ndim != 1 or rows.ndim != 2 or len(true) != len(rows):
        raise ValueError(f"Expected a row of probabilities per class index, got {rows.shape} for {true.shape}.")
    return rows.argmax(axis=1) == true, rows.max(axis=1).astype(np.float64)
