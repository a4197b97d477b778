"""How far a piece of work is: whom to tell, and whom to ask whether to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .history import History

OnEpoch = Callable[[History], None]
ShouldStop = Callable[[], bool]


@dataclass(frozen=True)
class Progress:
    """How far a piece of work is.

    Parameters
    ----------
    stage : str
        "decoding", "features", "choosing", "augmenting", "training", "judging", "refitting", "measuring", "saving",
        "opening" or "comparing".
    done, total : int
        Photos, backbones, epochs, or folds; a total of 0 is not known.

    Examples
    --------
    >>> def show(progress):
    ...     print(f"{progress.stage}: {progress.done} of {progress.total}")
    >>> show(Progress("features", 16, 48))
    features: 16 of 48
    >>> await classifier.fit(dataset, on_progress=show)  # doctest: +SKIP
    """

    stage: str
    done: int
    total: int


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True)
class Callbacks:
    """Whom to tell how far it is, and whom to ask whether to stop; see `pyclassifier.ImageClassifier.fit`.

    Parameters
    ----------
    on_progress, on_epoch, should_stop : callable, optional
    """

    on_progress: OnProgress | None = None
    on_epoch: OnEpoch | None = None
    should_stop: ShouldStop | None = None
