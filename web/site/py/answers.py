"""What a row of probabilities says of a photo."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from exchange import Data
from numpy.typing import NDArray

from pyclassifier.judging import is_rejected


def answer(row: NDArray[np.float32], labels: Sequence[str], threshold: float | None) -> tuple[Data, list[Data]]:
    """The likeliest class, whether it is too little for an answer, and all classes, the likeliest first.

    Parameters
    ----------
    row : ndarray of shape (n_classes,), float32
        Probabilities in the labels' order.
    labels : sequence of str
    threshold : float or None
        What the likeliest class has to reach.
    """
    ranked = [{"label": labels[i], "probability": float(row[i])} for i in np.argsort(-row, kind="stable").tolist()]
    return {**ranked[0], "rejected": bool(is_rejected(row, threshold))}, ranked
