"""Comparison of what two models compute: how far apart it is, and what that says."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ..models import Array

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Comparison:
    """How far apart the outputs of two models are, for the same inputs.

    Parameters
    ----------
    difference : float
        Largest over all outputs of ``max |a - b| / max(1, max |b|)``; inf where shapes or nan differ.
    absolute : float
        Largest ``|a - b|``.
    top1 : float, optional
        Share of rows whose largest value is at the same place; None where outputs are no rows of classes.
    """

    difference: float
    absolute: float
    top1: float | None

    @property
    def agrees(self) -> bool:
        """Whether the two differ by no more than rounding does."""
        return self.difference <= TOLERANCE


@dataclass(frozen=True)
class Check:
    """One comparison of the report: what with what, and what came out."""

    what: str
    result: Comparison | None
    exact: bool  # Whether a difference is an error, and not the price of fewer bits.
    reason: str = ""  # Why it was not made.
    tolerance: float = TOLERANCE

    @property
    def failed(self) -> bool:
        """Whether the comparison shows that the conversion is wrong."""
        if self.result is None:
            return False
        return not self.result.difference <= (self.tolerance if self.exact else sys.float_info.max)

    def text(self) -> str:
        """Return the comparison as a sentence, for people."""
        if self.result is None:
            return f"{self.what}: {self.reason}"
        same = "" if self.result.top1 is None else f", the same first class in {self.result.top1:.0%} of the samples"
        relative = f"{self.result.difference:.2g} of the largest value (at least 1)"
        return f"{self.what}: largest difference {self.result.absolute:.2g}, {relative}{same}"

    def fields(self) -> dict[str, Any]:
        """Return the comparison as plain data, for JSON."""
        found = asdict(self.result) if self.result else {"reason": self.reason}
        return {"what": self.what, "exact": self.exact, "failed": self.failed, **found}


def compare(outputs: Sequence[Array], reference: Sequence[Array]) -> Comparison:
    """Return how far outputs are from what they should be."""
    if len(outputs) != len(reference):
        return Comparison(float("inf"), float("inf"), None)
    worst = absolute = 0.0
    agreements = []
    for given, wanted in zip(outputs, reference, strict=True):
        if given.shape != wanted.shape or not np.array_equal(np.isnan(given), np.isnan(wanted)):
            return Comparison(float("inf"), float("inf"), None)
        with np.errstate(invalid="ignore"):
            gap = np.where(given == wanted, 0, np.abs(given.astype(np.float64) - wanted))
        largest = float(np.nan_to_num(gap, nan=0, posinf=np.inf).max(initial=0))
        size = float(np.abs(wanted[np.isfinite(wanted)]).max(initial=1))
        worst, absolute = max(worst, largest / max(1.0, size)), max(absolute, largest)
        if wanted.ndim == 2 and wanted.shape[1] > 1:
            agreements.append(float(np.mean(given.argmax(1) == wanted.argmax(1))))
    return Comparison(worst, absolute, min(agreements, default=None))
