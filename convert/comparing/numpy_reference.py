"""A Keras file evaluated in numpy, as what a tf.js model is compared with where Keras is not installed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConvertError
from ..formats import read_keras
from ..models import Array, LayersModel
from ..rules import Evaluation, evaluate
from ..running import TfjsRun
from .comparison import Comparison, compare

_MAX_INSIDE = 4


@dataclass(frozen=True)
class NumpyReference:
    """What a Keras file computes, as far as numpy can tell.

    Parameters
    ----------
    evaluation : Evaluation
    inside : dict of str to ndarray
        Where outputs are not known: the last known tensors before them, by the name of their layer in tf.js.
    """

    evaluation: Evaluation
    inside: Mapping[str, Array]

    def compare(self, run: TfjsRun, inside: Mapping[str, TfjsRun]) -> Comparison | None:
        """Compare what is known with what tf.js computed, there and inside; None where nothing is known."""
        outputs = self.evaluation.outputs
        if len(outputs) != len(run.outputs):
            return compare(run.outputs, [])
        pairs = [(made, wanted) for made, wanted in zip(run.outputs, outputs, strict=True) if wanted is not None]
        pairs += [(inside[name].outputs[0], wanted) for name, wanted in self.inside.items()]
        return compare([made for made, _ in pairs], [wanted for _, wanted in pairs]) if pairs else None

    def extent(self) -> str:
        """Return what was compared, in words; nothing where all was."""
        outputs, evaluation = self.evaluation.outputs, self.evaluation
        known = sum(output is not None for output in outputs)
        if known == len(outputs):
            return ""
        layers = f" and at {', '.join(map(repr, self.inside))}" if self.inside else ""
        return f"{known} of {len(outputs)} outputs{layers}; {evaluation.reason()}"


def numpy_reference(path: Path, inputs: Sequence[Array], model: LayersModel | None = None) -> NumpyReference:
    """Evaluate a Keras file in numpy, to compare tf.js with.

    Parameters
    ----------
    path : Path
    inputs : sequence of ndarray
    model : LayersModel, optional
        Its translation, to compare inside of.
    """
    evaluation = evaluate(read_keras(path), inputs)
    inside: dict[str, Array] = {}
    if model and any(output is None for output in evaluation.outputs):
        layers = {layer["name"]: layer for layer in model.topology["config"]["layers"]}
        leaves = Counter(path.rpartition("/")[2] for path in evaluation.border)
        for at, array in evaluation.border.items():
            name = at.rpartition("/")[2]
            # Called once there too, and the only one of that name.
            if leaves[name] == 1 and len(layers.get(name, {}).get("inbound_nodes", ())) == 1:
                inside[name] = array
    return NumpyReference(evaluation, dict(list(inside.items())[-_MAX_INSIDE:]))


def numpy_outputs(path: Path, inputs: Sequence[Array]) -> list[Array]:
    """Return all outputs of a Keras file, evaluated in numpy.

    Raises
    ------
    ConvertError
        Some layers have no rule there.
    """
    reference = numpy_reference(path, inputs)
    known = [output for output in reference.evaluation.outputs if output is not None]
    if len(known) < len(reference.evaluation.outputs):
        raise ConvertError(
            f"Expected Keras to compare with, or a model that numpy can evaluate; {reference.evaluation.reason()}. "
            "Install Keras: `pip install keras tensorflow`."
        )
    return known
