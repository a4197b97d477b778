"""What a Keras file computes, as what its translation is compared with; and who is wrong where they differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import ConvertError
from ..models import Array, LayersModel
from ..running import TfjsRun, has_keras, keras_outputs
from .comparison import Check, compare
from .numpy_reference import NumpyReference, numpy_reference

_HALF_TOLERANCE = 1e-2  # Of models that Keras computes in 16 bits, each step of which is right to 1e-3.


@dataclass(frozen=True)
class KerasReference:
    """What a Keras file computes: by Keras, or else evaluated in numpy, and why."""

    path: Path
    inputs: Sequence[Array]
    outputs: Sequence[Array] = ()
    evaluated: NumpyReference | None = None
    why: str = ""


def keras_reference(
    path: Path, inputs: Sequence[Array], version: str, model: LayersModel | None = None
) -> KerasReference:
    """Run a Keras file, or evaluate it in numpy where Keras is not there or cannot; `model` is its translation."""
    if not has_keras():
        why = "Keras is not installed"
    else:
        try:
            return KerasReference(path, inputs, keras_outputs(path, inputs, version))
        except ConvertError as error:  # Some versions cannot load what others, or they themselves, have saved.
            why = f"Keras here cannot run it ({str(error)[:300]})"
    return KerasReference(path, inputs, evaluated=numpy_reference(path, inputs, model), why=why)


def against_keras(
    what: str, run: TfjsRun, reference: KerasReference, runs: Mapping[str, TfjsRun], *, half: bool
) -> list[Check]:
    """Compare with Keras, or with its file evaluated in numpy as far as that goes; `half` where Keras has 16 bits."""
    if not reference.evaluated:
        made = Check(what, compare(run.outputs, reference.outputs), exact=True)
        if half:
            made = replace(made, what=f"{what}, which rounds to 16 bits", tolerance=_HALF_TOLERANCE)
        return _explained(made, run, reference) if made.failed else [made]
    evaluated = reference.evaluated
    what, extent = f"{what}'s file evaluated in numpy, as {reference.why}", evaluated.extent()
    found = evaluated.compare(run, {name: runs[f"inside {name}"] for name in evaluated.inside})
    if found is None:
        reason = f"not compared: {extent}. Install Keras to compare it (`pip install keras tensorflow`)"
        return [Check(what, None, exact=True, reason=reason)]
    return [Check(f"{what} ({extent})" if extent else what, found, exact=True)]


def _explained(made: Check, run: TfjsRun, reference: KerasReference) -> list[Check]:
    """Ask numpy who of tf.js and Keras is right, where they differ."""
    evaluated = numpy_reference(reference.path, reference.inputs)
    if evaluated.extent():
        return [replace(made, reason="Numpy has no rule to tell which of both is wrong.")]
    found = evaluated.compare(run, {})
    if found is None or not found.agrees:
        return [made]
    right = Check(f"{made.what}'s file evaluated in numpy", found, exact=True)
    wrong = "The installed Keras computes something else of its own file than numpy and tf.js do; it is taken as wrong"
    return [right, Check(made.what, None, exact=True, reason=f"{wrong}. {replace(made, exact=False).text()}")]
