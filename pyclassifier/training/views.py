"""What views of photos make of the figures: the same photos judged with and without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..engines import Array, Engine
from ..judging import Comparison, Evaluation
from ..notebook import Brief
from ..progress import Callbacks
from .material import Material
from .parts import Parts
from .record import read_evaluation
from .settings import TrainSettings
from .trials import Trial, try_out


@dataclass(frozen=True, repr=False)
class ViewsEffect(Brief):
    """The figures without views, beside those with them, on the same photos that were not learned from.

    Parameters
    ----------
    plain : Evaluation
        Of heads that learned from the photos as they are, and were judged by them so.
    comparison : Comparison
        Photo by photo: the first one saw the views, the second one did not.
    """

    plain: Evaluation
    comparison: Comparison

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        found = self.comparison
        return {
            "plain": self.plain.to_dict(),
            "total": found.n_samples,
            "correct": found.n_first,
            "correctPlain": found.n_second,
            "only": found.n_only_first,
            "onlyPlain": found.n_only_second,
            "pValue": found.p_value,
        }

    def renamed(self, names: Sequence[str]) -> ViewsEffect:
        """The same, with classes of other names."""
        return replace(self, plain=replace(self.plain, labels=tuple(names)))


def read_views_effect(record: Mapping[str, Any], labels: Sequence[str]) -> ViewsEffect | None:
    """What a record tells of it; None where it tells nothing that makes sense."""
    try:
        told = record["views"]
        plain = read_evaluation({"evaluation": told["plain"]}, labels)
        n, first, second, only = (told[name] for name in ("total", "correct", "correctPlain", "only"))
        if plain is None or any(type(one) is not int for one in (n, first, second, only)):
            return None
        fits = max(0, first - second) <= only <= min(first, n - second) and max(first, second) <= n
        return ViewsEffect(plain, Comparison(n, first, second, only)) if fits else None
    except (KeyError, TypeError):
        return None


async def try_without_views(
    material: Material, parts: Parts, trial: Trial, engine: Engine, settings: TrainSettings, callbacks: Callbacks
) -> tuple[Trial, Array | None]:
    """Judge the same photos by heads that learn from them as they are.

    Parameters
    ----------
    material : Material
    parts : Parts
    trial : Trial
        With the views; its head is disposed of where this fails.
    engine, settings, callbacks
        As in `pyclassifier.training.learn`; nothing is told of how far this is.

    Returns
    -------
    trial : Trial
        Ended, where this was stopped or interrupted.
    y_proba : ndarray of shape (len(trial.judged), n_classes), float32, or None
        None where there are no views, nothing was judged, or it was ended before.
    """
    ended = trial.head.stopped or trial.head.interruption
    if material.plain is None or ended or not len(trial.judged):
        return trial, None
    try:
        other = await try_out(material.plain, parts, engine, settings, Callbacks(should_stop=callbacks.should_stop))
    except BaseException:
        trial.head.model.dispose()
        raise
    other.head.model.dispose()
    if other.head.stopped or other.head.interruption:
        return trial.ended(other.head.interruption), None
    return trial, other.y_proba
