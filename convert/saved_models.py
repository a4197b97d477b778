"""SavedModels and TF-Hub modules to tf.js graph models: by the package tensorflowjs, in a process of its own."""

from __future__ import annotations

import json
import math
import os
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .checking import UINT8_WARNING, Check, raise_for_failures
from .comparison import compare
from .conversion_report import Report
from .errors import ConvertError
from .model import Array, LayersModel
from .probes import probe_input
from .request import Options, Progress
from .running import Job, TfjsRun, find_node, find_node_modules, run_many, run_script
from .targets import write_folder

# The extra `graph` of pyproject.toml; they need none of ours beside them.
PACKAGES = (
    "tensorflowjs==4.22.0",
    "tensorflow==2.19.0",
    "tensorflow_decision_forests==1.12.0",
    "ydf==0.11.0",
    "setuptools==80.9.0",
)
_REMEDY = (
    "Make an environment with Python 3.10, 3.11 or 3.12 (on newer ones its packages do not fit together): "
    f"`python3.11 -m venv graph && graph/bin/pip install {' '.join(PACKAGES)}`; then add --graph-python "
    "graph/bin/python, or set PYCLASSIFIER_GRAPH_PYTHON to it."
)
_SCRIPT = Path(__file__).parent / "run_tensorflowjs.py"
_MAX_UNPACKED_BYTES, _MAX_MEMBERS = 1 << 32, 10_000
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
        """Return it as plain data."""
        return super().fields() | {"parameters": self.parameters, "inputs": self.inputs, "outputs": self.outputs}


def convert_saved_model(
    source: Path, target: Path | None, written: str, options: Options, tell: Progress
) -> GraphReport:
    """Convert a SavedModel, or a TF-Hub module; called by `convert`, which says the rest.

    TensorFlow reads it, in a process of its own. Its graph can read and write files when it is run, as --verify does.
    """
    target = _check_options(target, written, options)
    python = find_python(options.graph_python)
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary, _unpacked(source) as folder:
        saved = _SavedModel(source, folder.resolve(), python, Path(temporary), options.signature)
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


def find_python(given: str | None) -> str:
    """Return a Python that has tensorflowjs: the given one, $PYCLASSIFIER_GRAPH_PYTHON, or this one."""
    named = given or os.environ.get("PYCLASSIFIER_GRAPH_PYTHON")
    if named:
        if not shutil.which(named):
            raise ConvertError(f"Expected a Python with tensorflowjs at {named}, found no program there. {_REMEDY}")
        return named
    if find_spec("tensorflowjs") is None:
        raise ConvertError(f"Expected the package tensorflowjs for a SavedModel, found none here. {_REMEDY}")
    return sys.executable


@contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    """Yield the folder of a SavedModel, of a .tar.gz an unpacked copy."""
    if not source.exists():
        raise ConvertError(f"Expected a model at {source}, found nothing.")
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        try:
            with tarfile.open(source, "r:gz") as archive:
                found = _unpack(archive, Path(temporary))
        except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
            said = " ".join(str(error).split())[:200]
            raise ConvertError(f"{source}: Expected a SavedModel in a .tar.gz, got a damaged one ({said}).") from error
        if found is None:
            raise ConvertError(f"{source}: Expected a saved_model.pb in the .tar.gz, found none.")
        yield found


def _unpack(archive: tarfile.TarFile, folder: Path) -> Path | None:
    """Unpack, and return the folder with the saved_model.pb that lies highest."""
    if not hasattr(tarfile, "data_filter"):
        raise ConvertError(
            "Expected a Python that unpacks archives safely (3.10.12, 3.11.4 or newer). Unpack it first."
        )
    total, found = 0, []
    for count, member in enumerate(archive, 1):
        total += member.size
        if total > _MAX_UNPACKED_BYTES or count > _MAX_MEMBERS:
            raise ConvertError(f"Expected at most {_MAX_UNPACKED_BYTES:,} bytes in {_MAX_MEMBERS:,} files, got more.")
        if not (member.isfile() or member.isdir()):
            raise ConvertError(
                f"Expected files and folders in the archive, got {member.name!r:.100}, which is neither."
            )
        archive.extract(member, folder, filter="data")
        if Path(member.name).name == "saved_model.pb":
            found.append(folder / member.name)
    return min(found, key=lambda path: len(path.parts)).parent if found else None


@dataclass(frozen=True)
class _SavedModel:
    """A SavedModel and what reads it."""

    source: Path  # As the user named it.
    folder: Path
    python: str
    work: Path
    signature: str | None

    def run(self, **job: Any) -> dict[str, Any]:
        """Let TensorFlow convert or run it; return its answer."""
        path = self.work / "job.json"
        given = {"source": str(self.folder), "work": str(self.work), "signature": self.signature}
        path.write_text(json.dumps(given | job), encoding="utf-8")
        answer = run_script(_SCRIPT, path, python=self.python)
        if "missing" in answer:
            raise ConvertError(f"Expected the package {answer['missing']} in {self.python}, found none. {_REMEDY}")
        if "refused" in answer:
            raise ConvertError(f"{self.source}: {answer['refused']}")
        if "error" in answer:
            raise ConvertError(
                f"{self.source}: Expected a SavedModel that tensorflowjs can convert; it said: {answer['error']}"
            )
        return answer

    def outputs(self, inputs: Mapping[str, Array]) -> dict[str, Array]:
        """Return what TensorFlow computes, by the outputs' names; without those that are text."""
        given, made = self.work / "inputs.npz", self.work / "outputs.npz"
        np.savez(given, *inputs.values())
        names = self.run(task="run", names=list(inputs), inputs=str(given), outputs=str(made))["names"]
        with np.load(made) as stored:
            return {name: stored[f"arr_{i}"] for i, name in enumerate(names)}


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


def _check(report: GraphReport, saved: _SavedModel, options: Options, tell: Progress) -> None:
    """Compare where it is asked for; for fewer bits always, where that can be done."""
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
    jobs = [Job(folder, list(inputs.values()), graph=(list(inputs), names)) for folder in folders]
    runs = [_ran(run, saved) for run in run_many(jobs, node_modules=options.node_modules)]
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
    """Made-up inputs by name."""
    rng = np.random.default_rng(0)
    made = {}
    for key, info in inputs.items():
        dtype = _DTYPES.get(info.get("dtype", ""))
        if dtype is None:
            raise ConvertError(f"Expected inputs of numbers to try the model on, got {key!r} of {info.get('dtype')}.")
        config = {"name": key, "batch_input_shape": _shape(info), "dtype": dtype}
        made[key] = probe_input(config, [], _N_SAMPLES, rng).astype(dtype)
    return made


def _ran(run: TfjsRun | ConvertError, saved: _SavedModel) -> TfjsRun:
    if isinstance(run, ConvertError):
        raise ConvertError(str(run).replace(str(saved.work / "float32"), "the converted model")) from run
    return run
