"""Whether a converted model computes what its original does: both are run on the same made-up inputs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .errors import ConvertError
from .model import Array
from .probes import probe_inputs
from .running import Job, TfjsRun, has_keras, keras_outputs, run_many, run_tfjs

TOLERANCE = 1e-4


@dataclass(frozen=True)
class Comparison:
    """How far apart two runs are.

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
        """Whether that is no more than rounding."""
        return self.difference <= TOLERANCE


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


def verify(
    folder: str | os.PathLike[str],
    reference: str | os.PathLike[str] | Sequence[Array],
    *,
    seed: int = 0,
    keras_version: str = "3",
    node_modules: str | os.PathLike[str] | None = None,
    custom: Sequence[str | os.PathLike[str]] = (),
) -> Comparison:
    """Compare a tf.js model with what it was made from.

    Parameters
    ----------
    folder : path
        The tf.js model.
    reference : path or sequence of ndarray
        Another tf.js model's folder, a Keras file (evaluated in numpy where Keras is not installed), or the outputs
        for `probe_inputs`.
    seed : int
        Of the inputs.
    keras_version : str
        Of a Keras file.
    node_modules : path, optional
    custom : sequence of path
        See `run_tfjs`.

    Returns
    -------
    Comparison
        Its `agrees` says whether the largest difference is at most 1e-4.

    Raises
    ------
    ConvertError
        One of them cannot be run.
    """
    from .tfjs_files import read_tfjs

    inputs = probe_inputs(read_tfjs(folder), seed=seed)
    if not isinstance(reference, str | os.PathLike):
        return compare(run_tfjs(folder, inputs, node_modules=node_modules, custom=custom).outputs, reference)
    path = Path(reference)
    if path.is_dir() or path.suffix == ".json":
        runs = run_many([Job(folder, inputs), Job(path, inputs)], node_modules=node_modules, custom=custom)
        made, wanted = (run if isinstance(run, TfjsRun) else _raise(run) for run in runs)
        return compare(made.outputs, wanted.outputs)
    if has_keras():
        wanted_outputs = keras_outputs(path, inputs, keras_version)
    else:
        from .numpy_reference import numpy_outputs

        wanted_outputs = numpy_outputs(path, inputs)
    return compare(run_tfjs(folder, inputs, node_modules=node_modules, custom=custom).outputs, wanted_outputs)


def _raise(error: ConvertError) -> TfjsRun:
    raise error
