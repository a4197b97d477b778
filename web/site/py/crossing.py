"""Cross-validation: every photo is judged once by a model that was not trained on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from exchange import Data, Emit, Stop, as_dict, listed, reporter, stopper
from figures import describe

from pyclassifier import Problem
from pyclassifier.aio import cross_validate

if TYPE_CHECKING:
    from workbench import Workbench

N_FOLDS = 5
MOST_FOLDS = 20


async def cross(bench: Workbench, options: Any, *, emit: Emit, stop: Stop) -> Data:
    """Cross-validate with the page's options; the trained model stays."""
    options = as_dict(options)
    folds = options.pop("folds", None) or N_FOLDS
    if not isinstance(folds, int) or not 2 <= folds <= MOST_FOLDS:
        raise ValueError(f"Expected 2 to {MOST_FOLDS} folds, got {folds!r}.")
    params = bench.read_options(options)
    problems: list[Problem] = []
    before = bench.classifier.get_params()
    bench.classifier.set_params(**params, topology=None)
    try:
        found = await cross_validate(
            bench.classifier,
            bench.album.dataset(),
            cv=folds,
            problems=problems,
            on_progress=reporter(emit),
            should_stop=stopper(stop),
        )
    finally:
        bench.classifier.set_params(**before)
    outputs = [bench.album.now.key(label) for label in found.predictions.classes]
    bench.crossed = (found.predictions, outputs)
    return {
        "accuracies": found.scores.tolist(),
        "mean": float(found.scores.mean()),
        "evaluation": found.evaluation.to_dict(),
        "judged": describe(bench, found.predictions, outputs),
        "problems": listed(problems),
    }


METHODS: dict[str, Callable[..., Any]] = {"crossValidate": cross}
