"""What a classifier learned, kept apart from any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..backbones import Topology, Weights
from .learned import Learned


@dataclass(frozen=True)
class Snapshot:
    """What a classifier learned, for `ImageClassifier.restore`; the backbone's weights are not in it.

    Parameters
    ----------
    parameters : mapping of str to value
        As `ImageClassifier.get_params` gave them.
    learned : Learned
        Whose extractor and head may have been disposed of meanwhile.
    topology : dict
        Of the head.
    weights : mapping of str to ndarray, float32
        Of the head.
    kind : str
        Kind of the features that it was trained on.

    Examples
    --------
    >>> before = classifier.snapshot()  # doctest: +SKIP
    >>> await classifier.set_params(hidden_units=10).fit(dataset)  # doctest: +SKIP
    >>> await classifier.restore(before)  # doctest: +SKIP
    """

    parameters: Mapping[str, Any] = field(repr=False)
    learned: Learned = field(repr=False)
    topology: Topology = field(repr=False)
    weights: Weights = field(repr=False)
    kind: str
