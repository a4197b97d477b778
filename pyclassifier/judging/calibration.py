"""Below which probability a classifier should rather not name a class, and what is known of its probabilities."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..data import without_nan
from .reliability import MAX_BINS, ReliabilityCurve, judge, reliability_curve

NONE_OF_THESE = "none of these"
MAX_REFUSED = 0.05
_MIN_REFUSED = 1e-6
_MAX_COUNT = 1 << 31


def rejection_threshold(y_true: ArrayLike, y_proba: ArrayLike, max_refused: float = MAX_REFUSED) -> float | None:
    """Find the probability below which a photo is better called none of the classes.

    Parameters
    ----------
    y_true : array_like of int, shape (N,)
        Class indices of photos that were not trained on.
    y_proba : array_like of shape (N, n_classes)
        Their probabilities.
    max_refused : float
        Share of photos of the classes, which would have been recognised right, that may be refused; in 0.000001..1 (1
        excluded).

    Returns
    -------
    float or None
        The threshold of the highest probability, in 0..1; None where there are too few photos to say: fewer right ones
        than 1 / max_refused - 1, which is 19 for 0.05.

    Raises
    ------
    ValueError
        A share out of range, or not one row of probabilities per index.

    Notes
    -----
    The k-th smallest of the highest probabilities of the n photos that were recognised right, k = floor(max_refused x
    (n + 1)). By that choice a new photo that is recognised right is refused with a probability of at most
    ``max_refused``, whatever the distribution, if it is of the kind of these: split conformal prediction (H.
    Papadopoulos, K. Proedrou, V. Vovk and A. Gammerman (2002), "Inductive confidence machines for regression", ECML).
    Among the thresholds that keep this promise it is the one that refuses most strangers; how many, photos of the
    classes cannot tell. A threshold at which the accepted photos reach a wanted accuracy would be 0 for a classifier
    that makes no mistakes on them, and refuse nothing. That the highest probability tells strangers apart is measured
    by D. Hendrycks and K. Gimpel (2017), "A baseline for detecting misclassified and out-of-distribution examples in
    neural networks", ICLR (arXiv:1610.02136).

    Examples
    --------
    >>> y_proba = [[0.5 + i / 100, 0.5 - i / 100] for i in range(1, 41)]
    >>> f"{rejection_threshold([0] * 40, y_proba):.2f}"
    '0.52'
    >>> rejection_threshold([0] * 10, y_proba[:10]) is None
    True
    """
    if not _MIN_REFUSED <= max_refused < 1:
        raise ValueError(f"Expected max_refused in {_MIN_REFUSED}..1 (1 excluded), got {max_refused!r}.")
    right, confidence = judge(y_true, y_proba)
    ordered = np.sort(confidence[right])
    k = math.floor(max_refused * (len(ordered) + 1) + 1e-9)
    return float(ordered[k - 1]) if k else None


@dataclass(frozen=True)
class Calibration:
    """What photos that were not trained on tell about a classifier's probabilities.

    Parameters
    ----------
    curve : ReliabilityCurve
    threshold : float or None
        As `rejection_threshold` gives it; None where there are too few photos to say.
    n_right : int
        Photos that were recognised right.
    n_accepted, n_accepted_right : int
        Photos that reach the threshold, and those of them that were recognised right; all photos, where there is none.
    max_refused : float
        What the threshold was chosen for.

    Examples
    --------
    >>> calibration = Calibration.measure([0, 1], [[0.9, 0.1], [0.2, 0.8]])
    >>> calibration.threshold is None, calibration.n_needed
    (True, 19)
    """

    curve: ReliabilityCurve
    threshold: float | None
    n_right: int
    n_accepted: int
    n_accepted_right: int
    max_refused: float = MAX_REFUSED

    @classmethod
    def measure(cls, y_true: ArrayLike, y_proba: ArrayLike, max_refused: float = MAX_REFUSED) -> Calibration:
        """Measure a classifier's probabilities by photos that it was not trained on.

        Parameters
        ----------
        y_true, y_proba, max_refused
            As in `rejection_threshold`.

        Returns
        -------
        Calibration
        """
        threshold = rejection_threshold(y_true, y_proba, max_refused)
        right, _ = judge(y_true, y_proba)
        measured = cls(reliability_curve(y_true, y_proba), None, int(right.sum()), 0, 0, max_refused)
        return measured.at(threshold, y_true, y_proba)

    def at(self, threshold: float | None, y_true: ArrayLike, y_proba: ArrayLike) -> Calibration:
        """Change the threshold of a calibration, such as to one chosen by hand.

        Parameters
        ----------
        threshold : float or None
            In 0..1; None accepts all photos.
        y_true, y_proba
            As in `rejection_threshold`: the photos that it was measured on.

        Returns
        -------
        Calibration

        Raises
        ------
        ValueError
            A threshold out of range.
        """
        if threshold is not None and not 0 <= threshold <= 1:
            raise ValueError(f"Expected a threshold in 0..1 or None, got {threshold!r}.")
        right, confidence = judge(y_true, y_proba)
        accepted = confidence >= (threshold or 0)
        return replace(
            self,
            threshold=threshold,
            n_accepted=int(accepted.sum()),
            n_accepted_right=int((accepted & right).sum()),
        )

    @property
    def n_needed(self) -> int:
        """Number of photos recognised right that a threshold needs."""
        return math.ceil(1 / self.max_refused - 1 - 1e-9)

    def to_dict(self) -> dict[str, Any]:
        """The calibration as plain data for JSON.

        Returns
        -------
        dict
            ``threshold``, ``maxRefused``, ``right``, ``needed``, ``accepted``, ``acceptedRight``, ``total``, ``ece``
            and ``bins`` of ``count``, ``confidence`` and ``accuracy``; what is undefined is None.
        """
        curve = self.curve
        bins = zip(curve.counts.tolist(), curve.confidence.tolist(), curve.accuracy.tolist(), strict=True)
        figures = {
            "threshold": self.threshold,
            "maxRefused": self.max_refused,
            "right": self.n_right,
            "needed": self.n_needed,
            "accepted": self.n_accepted,
            "acceptedRight": self.n_accepted_right,
            "total": int(curve.counts.sum()),
            "ece": curve.ece,
            "bins": [
                {"count": count, "confidence": confidence, "accuracy": accuracy} for count, confidence, accuracy in bins
            ],
        }
        return without_nan(figures)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        """Read a calibration of plain data, as `to_dict` gives it or somebody else.

        Parameters
        ----------
        data : mapping

        Returns
        -------
        Calibration

        Raises
        ------
        ValueError, TypeError, KeyError
            It is something else.
        """
        bins = data["bins"]
        if not isinstance(bins, list) or not 1 <= len(bins) <= MAX_BINS:
            raise ValueError(f"Expected 1 to {MAX_BINS} bins.")
        curve = ReliabilityCurve(
            np.array([_count(one["count"]) for one in bins], dtype=np.int64),
            np.array([math.nan if one["confidence"] is None else _share(one["confidence"]) for one in bins]),
            np.array([math.nan if one["accuracy"] is None else _share(one["accuracy"]) for one in bins]),
        )
        max_refused = _share(data["maxRefused"])
        if not _MIN_REFUSED <= max_refused < 1:
            raise ValueError(f"Expected a share that may be refused in {_MIN_REFUSED}..1, got {max_refused!r}.")
        return cls(
            curve,
            None if data["threshold"] is None else _share(data["threshold"]),
            _count(data["right"]),
            _count(data["accepted"]),
            _count(data["acceptedRight"]),
            max_refused,
        )


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError(f"Expected a number in 0..1, got {value!r:.40}.")
    return float(value)


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= _MAX_COUNT:
        raise ValueError(f"Expected a number of photos, got {value!r:.40}.")
    return value
