"""What a classifier learned, kept apart from any engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

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
    trained : mapping of str to ndarray, float32
        Weights of those layers of the backbone that were trained further; none where it is as it was published.
    published_kind : str
        Kind of the features of the backbone before that.

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
    trained: Weights = field(default_factory=dict, repr=False)
    published_kind: str = ""

    @classmethod
    def take(cls, parameters: Mapping[str, Any], learned: Learned) -> Self:
        """Make one of what was learned.

        Parameters
        ----------
        parameters : mapping of str to value
        learned : Learned
            Whose models are still there.

        Returns
        -------
        Snapshot
        """
        head, tuning, trained, published = learned.head, learned.fine_tuning, {}, ""
        if tuning and tuning.head:
            weights = learned.extractor.model.weights()
            trained = {name: array for name, array in weights.items() if name.split("/")[0] in tuning.layers}
            published = tuning.head.extractor.kind
        kind = learned.extractor.kind
        return cls(parameters, learned, head.topology, {**head.weights()}, kind, trained, published)
