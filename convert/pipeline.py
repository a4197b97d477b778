"""A whole conversion: read, translate, edit, check, write."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, cast

from pyclassifier.backbones import Quantization

from .applications import Architecture, named_source
from .checking import Check, Stages, check, check_export, check_inputs, raise_for_failures, warn_of_changes
from .custom import CustomLayer, custom_files, custom_modules, read_module
from .edit import cut_at as cut
from .edit import fold_batchnorm as fold
from .errors import ConvertError
from .exports import EXPORTS, Exported, export
from .fetching import fetch_backbone, is_backbone
from .formats import is_there, source_format, target_format
from .labels import check_labels
from .model import Array, LayersModel
from .padding import absorb_padding
from .running import find_node, find_node_modules
from .targets import check_target, check_target_file, holds, write_files, write_folder
from .tfjs_files import SHARD_SIZE, read_tfjs, write_tfjs

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Options:
    """How to convert; see `convert`."""

    from_format: str | None = None
    to_format: str | None = None
    cut_at: str | None = None
    fold_batchnorm: bool = False
    absorb_padding: bool = False
    quantize: Quantization | Literal["int8"] | None = None
    calibration: str | os.PathLike[str] | None = None
    scaling: tuple[float, float] | None = None
    shard_size: int = SHARD_SIZE
    labels: Sequence[str] = ()
    verify: bool = False
    force: bool = False
    node_modules: str | None = None
    architecture: Architecture = field(default_factory=Architecture)
    custom: Sequence[CustomLayer] = ()
    custom_js: str | os.PathLike[str] | None = None
    signature: str | None = None
    graph_python: str | None = None

    @property
    def custom_path(self) -> Path | None:
        """The user's module."""
        return None if self.custom_js is None else Path(self.custom_js)


@dataclass
class Report:
    """What a conversion did.

    Parameters
    ----------
    model : LayersModel
        The result, in tf.js's dialect.
    original : LayersModel
        The same before it was cut or folded.
    source_format, target_format : str
        The latter is empty where nothing was written.
    files : list of Path
        What was written.
    checks : list of Check
    warnings : list of str
    seconds : float
    """

    model: LayersModel
    original: LayersModel
    source_format: str
    target_format: str = ""
    files: list[Path] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def fields(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "from": self.source_format,
            "to": self.target_format,
            "files": [str(path) for path in self.files],
            "bytes": sum(path.stat().st_size for path in self.files),
            "parameters": sum(int(array.size) for array in self.model.weights.values()),
            "labels": list(self.model.labels),
            "custom_layers": list(self.model.custom_js),
            "notes": list(self.model.notes),
            "warnings": self.warnings,
            "checks": [one.fields() for one in self.checks],
            "seconds": round(self.seconds, 3),
        }


def read_model(
    source: str | os.PathLike[str], from_format: str | None = None, custom: Sequence[CustomLayer] = ()
) -> tuple[LayersModel, str, str]:
    """Read a model of any format.

    Parameters
    ----------
    source : path
        Or the name of a backbone in the catalogue, which is fetched.
    from_format : {"keras", "h5", "tfjs"}, optional
        Told from the content where it is not given.
    custom : sequence of CustomLayer
        See `to_layers_model`.

    Returns
    -------
    model : LayersModel
    source_format : str
    keras_version : str
        Of the Keras that wrote it; empty for tf.js models.
    """
    path = Path(source)
    if is_backbone(path):
        with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
            return fetch_backbone(str(path), Path(temporary)), "tfjs", ""
    found = from_format or source_format(path)
    if found == "tfjs":
        return read_tfjs(path), found, ""
    if found == "saved_model":
        raise ConvertError(f"{path}: Expected a model with layers, got a SavedModel, which has none.")
    from .keras_files import read_keras
    from .keras_to_tfjs import to_layers_model

    stored = read_keras(path)
    model = to_layers_model(stored, custom)
    # In the order of the layers' names, as the published conversions have them.
    names = sorted(model.weights, key=lambda name: name.rpartition("/")[0])
    return replace(model, weights={name: model.weights[name] for name in names}), found, stored.keras_version


def is_saved_model(source: str | os.PathLike[str], from_format: str | None = None) -> bool:
    """Return whether a source is a SavedModel, which has no layers."""
    path = Path(source)
    return (from_format or (is_there(path) and not is_backbone(path) and source_format(path))) == "saved_model"


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
    _check_request(target, written, options)
    with named_source(Path(source), options.architecture, options.from_format, tell) as path:
        report = _convert(path, target, written, options, tell)
    report.seconds = time.perf_counter() - start
    return report


def _convert(
    source: Path, target: str | os.PathLike[str] | None, written: str, options: Options, tell: Progress
) -> Report:
    if is_saved_model(source, options.from_format):
        from .saved_models import convert_saved_model

        return convert_saved_model(source, Path(target) if target is not None else None, written, options, tell)
    if options.signature:
        raise ConvertError("Expected a SavedModel as the source of --signature; other models have none.")
    tell("Reading and translating")
    original, found, keras_version = read_model(source, options.from_format, options.custom)
    folded, edited = _edit(original, options)
    report = Report(edited, original, found, written)
    stages = Stages(
        original,
        folded,
        edited if options.cut_at else folded,
        cut_at=_last_part(edited) if options.cut_at else None,
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
            report.files = _write(report.model, Path(target), made, options)
    return report


def _check_request(target: str | os.PathLike[str] | None, written: str, options: Options) -> None:
    """Raise ConvertError before long work where its result could not be written."""
    if options.custom_path:
        read_module(options.custom_path)
    known = {"tfjs": ("float16", "uint16", "uint8"), "tflite": ("float16", "int8")}.get(written, ())
    if options.quantize and target is not None and options.quantize not in known:
        some = f"--quantize {' or '.join(known)}" if known else "no --quantize: these files hold float32"
        raise ConvertError(f"Expected for the target format {written} {some}; got {options.quantize}.")
    if (options.quantize == "int8") != (options.calibration is not None):
        raise ConvertError(
            "Expected --quantize int8 and --calibration FOLDER together: the ranges of int8 are taken from photos."
        )
    if target is not None and written in ("tfjs", "saved_model"):
        check_target(Path(target), force=options.force)
    elif target is not None:
        check_target_file(Path(target), force=options.force)


def _edit(model: LayersModel, options: Options) -> tuple[LayersModel, LayersModel]:
    """The model folded, and that one cut and with its labels: each where it is asked for."""
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


def _last_part(model: LayersModel) -> str:
    name: str = model.topology["config"]["output_layers"][0][0]
    return name


def _check(report: Report, stages: Stages, options: Options, tell: Progress) -> None:
    """Compare where it is asked for; for fewer bits always, where that can be done."""
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
    from .tfjs_to_keras import write_keras

    return replace(model, notes=write_keras(model, path))


def _export(report: Report, made: Path, options: Options, inputs: Sequence[Array]) -> Exported:
    photos = None
    if options.calibration is not None:
        from .calibration import calibration_photos

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
