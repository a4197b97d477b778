"""SavedModels and TF-Hub modules to tf.js graph models."""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..comparing import UINT8_WARNING, Check, compare, probe_input, raise_for_failures
from ..errors import ConvertError
from ..formats import write_folder
from ..models import Array, LayersModel
from ..running import Job, SavedModel, find_node, find_node_modules, find_python, run_all, unpacked
from .conversion_report import Report
from .request import Options, Progress

# What tf.js makes of TensorFlow's types.
_DTYPES = {"DT_FLOAT": "float32", "DT_INT32": "int32", "DT_INT64": "int32", "DT_UINT8": "int32", "DT_BOOL": "bool"}
_N_SAMPLES = 4


@dataclass
class GraphReport(Report):
    """What the conversion of a SavedModel did; its `model` has labels and notes, and no layers.

    Parameters
    ----------
    parameters : int
        Numbers in its float32 weights.
    inputs, outputs : dict of str to dict
        By the names under which tf.js's `execute` takes and gives tensors: their dtype and tensorShape.
    """

    parameters: int = 0
    inputs: dict[str, Any] = field(default_factory=dict)
    outputs: dict[str, Any] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        return super().fields() | {"parameters": self.parameters, "inputs": self.inputs, "outputs": self.outputs}


def convert_saved_model(
    source: Path, target: Path | None, written: str, options: Options, tell: Progress
) -> GraphReport:
    """Convert a SavedModel, or a TF-Hub module; called by `convert`, which says the rest.

    TensorFlow reads it, in a process of its own. Its graph can read and write files when it is run, as --verify does.
    """
    target = _check_options(target, written, options)
    python = find_python(options.graph_python)
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary, unpacked(source) as folder:
        saved = SavedModel(source, folder.resolve(), python, Path(temporary), options.signature)
        tell("Converting by tensorflowjs")
        made, quantized = saved.work / "float32", saved.work / "quantized"
        targets = {"target": str(made), "quantized": str(quantized)}
        saved.run(task="convert", quantize=options.quantize, shard_size=options.shard_size, **targets)
        report = _report(json.loads((made / "model.json").read_bytes()), options)
        _check(report, saved, options, tell)
        tell("Writing")
        folder = quantized if options.quantize else made
        files = {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
        if options.labels:
            files["metadata.json"] = json.dumps({"labels": list(options.labels)}).encode()
        report.files = write_folder(files, target, force=options.force)
    return report


def _check_options(target: Path | None, written: str, options: Options) -> Path:
    """Return the target; raise ConvertError for what cannot be done with a graph."""
    if target is None or written != "tfjs":
        raise ConvertError(
            f"Expected a folder for a tf.js graph model as the target of a SavedModel, got {written or 'none'}. A "
            f"SavedModel has no layers to show or to write otherwise; save it in Keras as .keras for that."
        )
    if options.custom or options.custom_js:
        raise ConvertError("Expected no --custom or --custom-js for a SavedModel, which has no layers.")
    if options.cut_at:
        raise ConvertError("Expected no --cut-at for a SavedModel, which has no layers; save it in Keras as .keras.")
    if options.fold_batchnorm or options.absorb_padding:
        raise ConvertError(
            "Expected no --fold-batchnorm or --absorb-padding for a SavedModel; tensorflowjs folds and fuses by itself."
        )
    return target


def _report(content: dict[str, Any], options: Options) -> GraphReport:
    entries = [entry for group in content["weightsManifest"] for entry in group["weights"]]
    model = LayersModel(topology={}, weights={}, labels=tuple(options.labels))
    report = GraphReport(model, model, "saved_model", "tfjs")
    report.parameters = sum(math.prod(entry["shape"]) for entry in entries if entry["dtype"] == "float32")
    signature = content["signature"]
    report.inputs = {key: info for key, info in signature["inputs"].items() if "resourceId" not in info}
    report.outputs = signature["outputs"]
    shapes = [_shape(info) for info in report.outputs.values()]
    if options.labels and len(shapes) == 1 and shapes[0] and shapes[0][-1] not in (None, len(options.labels)):
        raise ConvertError(f"Expected {shapes[0][-1]} labels, one per output, got {len(options.labels)}.")
    return report


def _shape(info: dict[str, Any]) -> list[int | None] | None:
    """Return the shape of a tensor in a signature; None where its rank is not known."""
    shape = info.get("tensorShape", {})
    if shape.get("unknownRank"):
        return None
    sizes = [int(dim.get("size", 0)) for dim in shape.get("dim", [])]
    return [size if size >= 0 else None for size in sizes]


def _check(report: GraphReport, saved: SavedModel, options: Options, tell: Progress) -> None:
    """Compare the graph model with the SavedModel where asked for, fewer bits with float32 where that can be done."""
    if not options.verify and not options.quantize:
        return
    tell("Comparing predictions in tf.js")
    try:
        find_node(), find_node_modules(options.node_modules)
        inputs = _probes(report.inputs)
    except ConvertError as error:
        if options.verify:
            raise
        report.warnings.append(f"The change of predictions was not measured. {error}")
        return
    wanted = saved.outputs(inputs) if options.verify else {}
    names = list(wanted) or [key for key, info in report.outputs.items() if info.get("dtype") in _DTYPES]
    if not names:
        raise ConvertError("Expected an output of numbers to compare, the SavedModel has none. Leave out --verify.")
    folders = [saved.work / "float32", *([saved.work / "quantized"] if options.quantize else [])]
    called = "the converted model"
    jobs = [Job(folder, list(inputs.values()), graph=(list(inputs), names), called=called) for folder in folders]
    runs = run_all(jobs, node_modules=options.node_modules)
    if wanted:
        found = compare(runs[0].outputs, [wanted[name].astype(np.float32) for name in names])
        report.checks.append(Check("Converted model in tf.js against TensorFlow", found, exact=True))
    if options.quantize:
        found = compare(runs[1].outputs, runs[0].outputs)
        report.checks.append(Check(f"{options.quantize} weights against float32 ones", found, exact=False))
    raise_for_failures(report.checks)
    if options.quantize == "uint8":
        report.warnings.append(UINT8_WARNING)


def _probes(inputs: dict[str, Any]) -> dict[str, Array]:
    """Make up inputs, by their names in the signature."""
    rng = np.random.default_rng(0)
    made = {}
    for key, info in inputs.items():
        dtype = _DTYPES.get(info.get("dtype", ""))
        if dtype is None:
            raise ConvertError(f"Expected inputs of numbers to try the model on, got {key!r} of {info.get('dtype')}.")
        config = {"name": key, "batch_input_shape": _shape(info), "dtype": dtype}
        made[key] = probe_input(config, [], _N_SAMPLES, rng).astype(dtype)
    return made
