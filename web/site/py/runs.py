"""Every training as a run: its settings, its figures, and the way back to its model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from album import Place
from exchange import Data, Emit, Stop

from pyclassifier.judging import compare_right
from pyclassifier.training import Snapshot

if TYPE_CHECKING:
    from workbench import Workbench

MOST = 10


@dataclass(frozen=True)
class Run:
    """One training.

    Parameters
    ----------
    number : int
    settings : mapping of str to value
        What it was trained with, under the page's names.
    trained : dict
        What the page got in the end.
    snapshot : Snapshot
    outputs : list of int
        Keys of the model's classes.
    places : mapping of int to Place
        The photos that took part.
    right : mapping of int to (int, bool)
        Of each photo that it was judged by: the key of its class then, and whether the model said so.
    """

    number: int
    settings: Mapping[str, Any]
    trained: Data
    snapshot: Snapshot
    outputs: list[int]
    places: Mapping[int, Place]
    right: Mapping[int, tuple[int, bool]]


class Runs:
    """The last runs, and which of them is in use."""

    def __init__(self) -> None:
        self.kept: list[Run] = []
        self.current: int | None = None
        self._next = 1

    def add(self, bench: Workbench, settings: Mapping[str, Any], trained: Data) -> None:
        """Keep what a workbench has just learned; the oldest run makes room."""
        outputs = bench.outputs or []
        run = Run(
            number=self._next,
            settings=settings,
            trained=trained,
            snapshot=bench.classifier.snapshot(),
            outputs=outputs,
            places=bench.trained_on,
            right=_judge(bench, outputs),
        )
        self._next += 1
        self.kept = [*self.kept, run][-MOST:]
        self.current = run.number

    def take(self, kept: list[Run], current: int | None) -> None:
        """Go on with runs from before."""
        self.kept, self.current = kept, current
        self._next = max((run.number for run in kept), default=0) + 1

    @property
    def in_use(self) -> Run | None:
        """The run whose model is in use."""
        return next((run for run in self.kept if run.number == self.current), None)

    def find(self, number: int) -> Run:
        """The run of this number."""
        for run in self.kept:
            if run.number == number:
                return run
        known = ", ".join(str(run.number) for run in self.kept) or "(none)"
        raise ValueError(f"Expected the number of a run ({known}), got {number!r}.")

    def describe(self) -> list[Data]:
        """The runs for the page, the last one first, each against the one in use."""
        names = sorted({name for run in self.kept for name in run.settings})
        differing = [name for name in names if len({repr(run.settings.get(name)) for run in self.kept}) > 1]
        in_use = self.in_use
        return [
            {
                "number": run.number,
                "settings": {name: run.settings.get(name) for name in differing},
                "nClasses": len(run.outputs),
                "nTraining": run.trained["nTraining"],
                "evaluation": run.trained["evaluation"],
                "inUse": run is in_use,
                "versus": compare(run, in_use) if in_use and run is not in_use else None,
            }
            for run in reversed(self.kept)
        ]


def compare(run: Run, other: Run) -> Data | None:
    """Two runs on the photos that both were judged by; None where there are none."""
    pairs = [
        (right, other.right[photo][1])
        for photo, (key, right) in run.right.items()
        if photo in other.right and other.right[photo][0] == key
    ]
    if not pairs:
        return None
    found = compare_right(*np.array(pairs).T)
    return {
        "other": other.number,
        "total": found.n_samples,
        "correct": found.n_first,
        "correctOther": found.n_second,
        "only": found.n_only_first,
        "onlyOther": found.n_only_second,
        "pValue": found.p_value,
    }


def _judge(bench: Workbench, outputs: list[int]) -> dict[int, tuple[int, bool]]:
    judged = bench.classifier.validation_
    if judged is None:
        return {}
    ids, said = bench.album.ids(), judged.y_proba.argmax(axis=1)
    shown = [judged.classes.index(str(sample.label)) for sample in judged.samples]
    return {ids[sample.id]: (outputs[shown[i]], shown[i] == int(said[i])) for i, sample in enumerate(judged.samples)}


async def runs(bench: Workbench, *, emit: Emit, stop: Stop) -> list[Data]:
    """All runs, the last one first, with those of their settings that are not the same everywhere."""
    return bench.runs.describe()


async def use_run(bench: Workbench, number: int, *, emit: Emit, stop: Stop) -> Data:
    """Go on with the model of a run; what the page got when it was trained."""
    run = bench.runs.find(number)
    await bench.take_back(run)
    return {**run.trained, "classes": bench.classifier.classes_.tolist()}


async def forget_run(bench: Workbench, number: int, *, emit: Emit, stop: Stop) -> list[Data]:
    """Forget a run; the model in use stays."""
    forgotten = bench.runs.find(number)
    bench.runs.kept = [run for run in bench.runs.kept if run is not forgotten]
    return bench.runs.describe()


METHODS: dict[str, Callable[..., Any]] = {"runs": runs, "useRun": use_run, "forgetRun": forget_run}
