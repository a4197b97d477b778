"""A whole conversion: read, translate, edit, check, write."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, cast

from pyclassifier.backbones import Quantization

from ..comparing import Stages, check, check_export, check_inputs, raise_for_failures, warn_of_changes
from ..editing import absorb_padding
from ..editing import cut_at as cut
from ..editing import fold_batchnorm as fold
from ..errors import ConvertError
from ..formats import (
    check_target_file,
    custom_files,
    custom_modules,
    holds,
    target_format,
    uninterrupted,
    write_files,
    write_folder,
    write_tfjs,
)
from ..models import Array, LayersModel, flatten, output_shapes
from ..rules import write_keras
from ..running import EXPORTS, Exported, export, find_node, find_node_modules
from ..sources import find_format, named_source, read_model
from .conversion_report import Report
from .int8_photos import calibration_photos
from .request import Options, Progress, check_request
from .saved_models import convert_saved_model


def convert(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str] | None,
    options: Options | None = None,
    *,
    on_progress: Progress | None = None,
) -> Report:
    """Convert a model from one format to another.

    Parameters
    ----------
    source : path
        A .keras or .h5 file of Keras 2 or 3, a folder with a tf.js layers model or its model.json, a zip of one, the
        name of a backbone in the catalogue, which is fetched, or of a network in keras.applications, which is built.
        Also a SavedModel or TF-Hub module (folder or .tar.gz), which becomes a tf.js graph model by the package
        tensorflowjs; TensorFlow reads it: only give what you trust.
    target : path, optional
        A folder for tf.js or a SavedModel, else a .keras, .h5, .tflite or .onnx file. None writes nothing: for a look
        at the model. TFLite, ONNX and SavedModel need the packages of the extra `export`, and are always compared.
    options : Options, optional
        from_format, to_format : told from content and name where they are not given.
        cut_at : name of the layer to end with.
        fold_batchnorm : fold BatchNormalization into the layers before it.
        absorb_padding : let convolutions pad for themselves.
        quantize : bits of the weights, for tf.js "float16", "uint16" or "uint8", for TFLite "float16" or "int8".
        calibration, scaling : folder of photos for int8, and (divisor, offset) of their pixels; see
        `calibration_photos`.
        shard_size : of the weights of a tf.js model, in bytes.
        labels : names of the classes.
        verify : compare with the original before anything is written.
        force : replace the target.
        node_modules : where tf.js is, for comparisons.
        architecture : how to build a network of keras.applications.
        custom : layers to pass through, unchecked, to JS classes of the user's; see `CustomLayer`.
        custom_js : the ES module with those, which exports register(tf): run in comparisons, copied beside the model.
        signature : of a SavedModel that has several and no "serving_default".
        graph_python : a Python that has tensorflowjs, for SavedModels.
    on_progress : callable, optional
        Called with the name of each step.

    Returns
    -------
    Report

    Raises
    ------
    ConvertError
        Whatever keeps the model from being converted exactly; nothing is written then.
    """
    options, start = options or Options(), time.perf_counter()
    tell = on_progress or (lambda step: None)
    written = (options.to_format or target_format(Path(target))) if target is not None else ""
    check_request(target, written, options)
    with named_source(Path(source), options.architecture, options.from_format, tell) as path:
        report = _convert(path, target, written, options, tell)
    report.seconds = time.perf_counter() - start
    return report


def _convert(
    source: Path, target: str | os.PathLike[str] | None, written: str, options: Options, tell: Progress
) -> Report:
    found = find_format(source, options.from_format)
    if found == "saved_model":
        return convert_saved_model(source, Path(target) if target is not None else None, written, options, tell)
    if options.signature:
        raise ConvertError("Expected a SavedModel as the source of --signature; other models have none.")
    tell("Reading and translating")
    original, found, keras_version = read_model(source, found, options.custom)
    folded, edited = _edit(original, options)
    report = Report(edited, original, found, written)
    stages = Stages(
        original,
        folded,
        edited if options.cut_at else folded,
        cut_at=edited.topology["config"]["output_layers"][0][0] if options.cut_at else None,
        quantize=cast(Quantization, options.quantize) if written == "tfjs" else None,
        keras_source=source if found != "tfjs" else None,
        keras_version=keras_version,
        custom_js=options.custom_path,
    )
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        made = Path(temporary) / f"model.{written}"
        if written in ("keras", "h5"):
            tell("Writing for Keras")
            report.model = _with_notes(edited, made)
            stages = replace(stages, keras_target=made)
        elif written in EXPORTS:
            tell(f"Exporting to {written} by TensorFlow")
            exported = _export(report, made, options, check_inputs(original))
            stages = replace(stages, exported=exported)
        _check(report, stages, options, tell)
        if target is not None:
            tell("Writing")
            with uninterrupted():
                report.files = _write(report.model, Path(target), made, options)
    return report


def _edit(model: LayersModel, options: Options) -> tuple[LayersModel, LayersModel]:
    """Return the model folded, and that one cut and with its labels: each where it is asked for."""
    # The layer to cut at keeps its name and its output.
    keep = (options.cut_at, options.cut_at.rpartition("/")[2]) if options.cut_at else ()
    folded = fold(model, keep=keep) if options.fold_batchnorm else model
    if options.absorb_padding:
        folded = absorb_padding(folded, keep=keep)
    edited = cut(folded, options.cut_at) if options.cut_at else folded
    if options.labels:
        edited = replace(edited, labels=tuple(options.labels))
    check_labels(edited)
    return folded, edited


def check_labels(model: LayersModel) -> None:
    """Raise ConvertError where a model has another number of labels than outputs."""
    graph = flatten(model.topology, model.weights)
    shape = output_shapes(graph)[graph.outputs[0][0]] if len(graph.outputs) == 1 else None
    if model.labels and shape and shape[-1] not in (None, len(model.labels)):
        raise ConvertError(
            f"Expected {shape[-1]} labels, one per output of the model; got {len(model.labels)}. "
            f"Give a file with as many by --labels."
        )


def _check(report: Report, stages: Stages, options: Options, tell: Progress) -> None:
    """Compare the stages where asked for; what has fewer bits wherever that can be done."""
    if not options.verify and not stages.quantize and not stages.exported:
        return
    tell("Comparing predictions in tf.js")
    if not options.verify:
        stages = replace(stages, keras_source=None, keras_target=None)
    try:
        find_node(), find_node_modules(options.node_modules)
        custom_modules(report.original, options.custom_path)
    except ConvertError as error:
        if options.verify:
            raise
        report.checks = check_export(stages.exported) if stages.exported else []
        report.warnings.append(f"The result was not compared in tf.js. {error}")
    else:
        report.checks = check(stages, node_modules=options.node_modules)
    raise_for_failures(report.checks)
    report.warnings += warn_of_changes(stages, report.checks)


def _with_notes(model: LayersModel, path: Path) -> LayersModel:
    """Write a Keras file; return the model with notes on what the file lacks."""
    return replace(model, notes=write_keras(model, path))


def _export(report: Report, made: Path, options: Options, inputs: Sequence[Array]) -> Exported:
    photos = None
    if options.calibration is not None:
        photos, skipped = calibration_photos(report.model, Path(options.calibration), options.scaling)
        report.warnings += [f"Not used for calibration: {one}" for one in skipped]
    keras_file = made.with_name("source.keras")
    report.model = _with_notes(report.model, keras_file)
    quantize = cast(Literal["float16", "int8"], options.quantize)
    exported = export(keras_file, made, report.target_format, inputs, quantize=quantize, photos=photos)
    report.model = replace(report.model, notes=(*report.model.notes, *exported.notes()))
    return exported


def _write(model: LayersModel, target: Path, made: Path, options: Options) -> list[Path]:
    if not made.exists():
        return write_tfjs(
            model,
            target,
            quantize=cast(Quantization, options.quantize),
            shard_size=options.shard_size,
            force=options.force,
            extra_files=custom_files(model, options.custom_path),
        )
    text = "".join(f"{label}\n" for label in model.labels).encode()
    stem = target.name if made.is_dir() else target.stem
    names = target.with_name(f"{stem}.labels.txt")
    # The same model in another format has the same ones.
    labels = {names: text} if model.labels and not holds(names, text) else {}
    if not made.is_dir():
        return write_files({target: made.read_bytes(), **labels}, force=options.force)
    for path in labels:
        check_target_file(path, force=options.force)
    parts = {path.relative_to(made).as_posix(): path.read_bytes() for path in made.rglob("*") if path.is_file()}
    files = write_folder(parts, target, force=options.force)
    return files + (write_files(labels, force=options.force) if labels else [])
