"""What an archive tells about its training: settings, versions, history, figures, hashes of the photos."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..data import jpeg_decoder
from ..engines import Engine
from ..history import History
from ..judging import Calibration, Evaluation

_MAX_COUNT = 1 << 31  # Photos in a cell of a confusion matrix that somebody else wrote: sums must not overflow.


def make_record(
    *,
    parameters: Mapping[str, Any],
    engine: Engine,
    history: History,
    evaluation: Evaluation | None,
    test: Evaluation | None,
    refit: bool,
    training: Sequence[str],
    validation: Sequence[str],
    tested: Sequence[str],
    split: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Plain data about a training run; photos appear only as the hash of their content (SHA-256, hex)."""
    record = {
        "run": {
            "parameters": dict(parameters),
            "versions": {
                "pyclassifier": version("pyclassifier"),
                "python": platform.python_version(),
                "numpy": np.__version__,
                "Pillow": version("Pillow"),
                "decoder": jpeg_decoder(),
                "engine": engine.name,
                "backend": engine.backend,
                "renderer": engine.renderer,
            },
            "history": history,
            "refit": refit,  # Whether, once judged, it learned from the photos that it was judged by as well.
            "files": {"training": list(training), "validation": list(validation), "test": list(tested)},
            # Where photos were drawn to judge by: the fold that judges each of these files, for `read_split`.
            **({"split": dict(split)} if split else {}),
        },
        "evaluation": evaluation.to_dict() if evaluation else None,
    }
    return record | ({"test": test.to_dict()} if test else {})


def read_history(record: Mapping[str, Any]) -> History:
    """The history in a record; empty where there is none that makes sense."""
    try:
        run = record["run"]
        history = History(
            # JSON has no nan; a training that diverged has null there.
            (str(name), [math.nan if value is None else float(value) for value in values])
            for name, values in run["history"].items()
        )
        parameters = run.get("parameters", {})
        history.converging = all(parameters.get(name, 0) is None for name in ("epochs", "topology", "patience"))
        return history
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return History()


def read_calibration(record: Mapping[str, Any]) -> Calibration | None:
    """What a record tells about its probabilities; None where there is nothing that makes sense."""
    try:
        return Calibration.from_dict(record["calibration"])
    except (KeyError, TypeError, ValueError):
        return None


def read_evaluation(
    record: Mapping[str, Any], labels: Sequence[str], name: Literal["evaluation", "test"] = "evaluation"
) -> Evaluation | None:
    """The figures in a record, recomputed from its confusion matrix; None where there is none that makes sense."""
    try:
        matrix: NDArray[np.int64] = np.array(record[name]["confusion"], dtype=np.int64)
        folds, learned = (record[name].get(key) for key in ("folds", "learned"))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None
    n_splits = folds if isinstance(folds, int) and 1 < folds <= _MAX_COUNT else None
    n_learned = learned if isinstance(learned, int) and 0 < learned <= _MAX_COUNT else None
    counts = bool(((matrix >= 0) & (matrix <= _MAX_COUNT)).all())
    fits = counts and matrix.shape == (len(labels), len(labels))
    return Evaluation(tuple(labels), matrix, n_splits, n_learned) if fits else None


def read_refit(record: Mapping[str, Any]) -> bool:
    """Whether a model learned, once judged, from the photos that it was judged by as well."""
    run = record.get("run")
    return isinstance(run, Mapping) and run.get("refit") is True
