"""The steps of a conversion, each compared with the one before."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyclassifier.backbones import Quantization

from ..errors import ConvertError
from ..formats import custom_modules, foreign_layers, write_tfjs
from ..models import Array, LayersModel, flatten
from ..running import Exported, Job, TfjsRun, run_all
from .comparison import Check, Comparison, compare
from .keras_reference import KerasReference, against_keras, keras_reference
from .probes import probe_inputs

UINT8_WARNING = (
    "uint8 can ruin models with depthwise convolutions or folded BatchNormalization: see the measured change, "
    "try it on photos of yours, or take uint16 or float16."
)
_N_SAMPLES = 4
_POOR_TOP1 = 0.9


@dataclass(frozen=True)
class Stages:
    """The models that one conversion passes through, to be compared with each other.

    Parameters
    ----------
    original : LayersModel
        As it was read or translated.
    folded : LayersModel
        With BatchNormalization folded; the same object where it is not.
    edited : LayersModel
        That one cut; the same object where it is not.
    cut_at : str, optional
        The layer that `edited` ends with.
    quantize : str, optional
        How the target stores it.
    keras_source, keras_target : Path, optional
        Keras's files of the original and of the result.
    keras_version : str
        Of the source.
    exported : Exported, optional
        The result as TFLite, ONNX or SavedModel, with what it computes on `check_inputs`.
    custom_js : Path, optional
        The user's module with custom layers.
    """

    original: LayersModel
    folded: LayersModel
    edited: LayersModel
    cut_at: str | None = None
    quantize: Quantization | None = None
    keras_source: Path | None = None
    keras_target: Path | None = None
    keras_version: str = "3"
    exported: Exported | None = None
    custom_js: Path | None = None


def check_inputs(model: LayersModel) -> list[Array]:
    """Return the inputs that every stage of a model is run on."""
    return probe_inputs(model, seed=0, n_samples=_N_SAMPLES)


def check(stages: Stages, *, node_modules: str | None = None) -> list[Check]:
    """Run every stage on the same probe inputs and compare.

    Parameters
    ----------
    stages : Stages
    node_modules : str, optional
        Where tf.js is.

    Returns
    -------
    list of Check

    Raises
    ------
    ConvertError
        A stage does not run, or Node.js or tf.js are missing.
    """
    inputs = check_inputs(stages.original)
    checks = []
    reference: KerasReference | None = None
    if stages.keras_source and not foreign_layers(stages.original):
        reference = keras_reference(stages.keras_source, inputs, stages.keras_version, stages.original)
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        inside = reference.evaluated.inside if reference and reference.evaluated else ()
        runs = _run_stages(stages, inputs, Path(temporary), node_modules, inside)
    half = any("float16" in note for note in stages.original.notes)
    if stages.keras_source:
        what = "Converted model in tf.js against Keras"
        if reference is None:
            reason = "not compared, as its custom layers are not run in Keras; it loads and runs in tf.js"
            checks.append(Check(what, None, exact=True, reason=reason))
        else:
            checks += against_keras(what, runs["original"], reference, runs, half=half)
    # Folding rounds weights once more: compared at the output, as somewhere inside ReLUs make steps of roundings.
    last = runs["original"]
    if "folded" in runs:
        checks.append(Check("Folded model against the original one", _compare(runs["folded"], last), exact=True))
        last = runs["folded"]
    if "cut" in runs:
        at = f"Cut model against the layer {stages.cut_at!r}"
        checks.append(Check(at, _compare(runs["cut"], runs["whole"]), exact=True))
        last = runs["cut"]
    if "quantized" in runs:
        what = f"{stages.quantize} weights against float32 ones"
        checks.append(Check(what, _compare(runs["quantized"], last), exact=False))
    if stages.keras_target:
        what = "Written model in tf.js against Keras"
        checks += against_keras(what, last, keras_reference(stages.keras_target, inputs, "3"), {}, half=False)
    if stages.exported:
        checks += _of_export(stages.exported, last, runs)
    return checks or [
        Check("Loads and runs in tf.js", None, exact=True, reason="nothing was changed that could be compared")
    ]


def _run_stages(
    stages: Stages, inputs: Sequence[Array], temporary: Path, node_modules: str | None, inside: Iterable[str]
) -> dict[str, TfjsRun]:
    models: dict[str, tuple[LayersModel, Quantization | None]] = {"original": (stages.original, None)}
    original = stages.original
    if stages.folded is not original:
        models["folded"] = (stages.folded, None)
    if stages.edited is not stages.folded:
        # Nested models dissolved, so that the layer can be reached.
        flat = flatten(stages.folded.topology, stages.folded.weights)
        models["cut"] = (stages.edited, None)
        models["whole"] = (replace(stages.folded, topology=flat.topology(), labels=()), None)
    if stages.quantize:
        models["quantized"] = (stages.edited, stages.quantize)
    jobs = []
    for name, (model, quantize) in models.items():
        write_tfjs(model, temporary / name, quantize=quantize)
        jobs.append(Job(temporary / name, inputs, stages.cut_at if name == "whole" else None))
    for what, photos in (stages.exported.photos if stages.exported else {}).items():
        write_tfjs(stages.edited, temporary / what)
        jobs.append(Job(temporary / what, [photos]))
        models[what] = (stages.edited, None)
    for layer in inside:
        jobs.append(Job(temporary / "original", inputs, layer))
        models[f"inside {layer}"] = (original, None)
    custom = custom_modules(original, stages.custom_js)
    jobs = [replace(job, called=f"the {name} model") for name, job in zip(models, jobs, strict=True)]
    return dict(zip(models, run_all(jobs, node_modules=node_modules, custom=custom), strict=True))


def _compare(run: TfjsRun, wanted: TfjsRun) -> Comparison:
    return compare(run.outputs, wanted.outputs)


def _of_export(exported: Exported, last: TfjsRun, runs: dict[str, TfjsRun]) -> list[Check]:
    name = exported.format if exported.quantize is None else f"{exported.format} ({exported.quantize})"
    what, exact = f"Written {name} against tf.js", exported.quantize is None
    checks = [Check(what, compare(exported.outputs, last.outputs), exact=exact)]
    for photos, outputs in exported.photo_outputs.items():
        found = compare(outputs, runs[photos].outputs)
        checks.append(Check(f"{what}, on {len(outputs[0])} {photos}", found, exact=exact))
    return checks


def warn_of_changes(stages: Stages, checks: Sequence[Check]) -> list[str]:
    """Say what fewer bits may have spoilt."""
    if stages.quantize == "uint8":
        return [UINT8_WARNING]
    # Not by the made-up inputs, which lie outside of what was calibrated on.
    shares = [one.result.top1 for one in checks if one.result and one.result.top1 is not None and "photos" in one.what]
    if shares and min(shares) < _POOR_TOP1:
        return [
            f"int8 keeps the first class of only {min(shares):.0%} of the photos. Calibrate on more photos of what the "
            f"model is for, see whether --scaling is right, or take float16."
        ]
    return []


def check_export(exported: Exported) -> list[Check]:
    """Compare an exported file with Keras, where there is no tf.js."""
    found = compare(exported.outputs, exported.keras_outputs)
    return [Check(f"Written {exported.format} against Keras", found, exact=exported.quantize is None)]


def raise_for_failures(checks: Sequence[Check]) -> None:
    """Raise ConvertError where a comparison shows that the conversion is wrong."""
    for one in checks:
        if one.failed:
            whose = f"{one.reason} It may be" if one.reason else "This is"
            raise ConvertError(
                f"Expected the same predictions to {one.tolerance:g}, got another model. {one.text()}. Nothing was "
                f"written. {whose} a defect of the converter: please report the model's layers (--summary)."
            )
