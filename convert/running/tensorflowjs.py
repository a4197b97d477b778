"""SavedModels and TF-Hub modules, converted and run by the package tensorflowjs, in a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import ConvertError
from ..models import Array
from .processes import run_python

# The extra `graph` of pyproject.toml; they need none of ours beside them.
PACKAGES = (
    "tensorflowjs==4.22.0",
    "tensorflow==2.19.0",
    "tensorflow_decision_forests==1.12.0",
    "ydf==0.11.0",
    "setuptools==80.9.0",
)
_REMEDY = (
    "Make an environment with Python 3.11 or 3.12 (on newer ones its packages do not fit together): "
    f"`python3.11 -m venv graph && graph/bin/pip install {' '.join(PACKAGES)}`; then add --graph-python "
    "graph/bin/python, or set PYCLASSIFIER_GRAPH_PYTHON to it."
)
_SCRIPT = Path(__file__).parent / "run_tensorflowjs.py"
_MAX_UNPACKED_BYTES, _MAX_MEMBERS = 1 << 32, 10_000


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
def unpacked(source: Path) -> Iterator[Path]:
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
        raise ConvertError("Expected a Python that unpacks archives safely (3.11.4 or newer). Unpack it first.")
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
class SavedModel:
    """A SavedModel, and the Python by which TensorFlow reads it."""

    source: Path  # As the user named it.
    folder: Path
    python: str
    work: Path
    signature: str | None

    def run(self, **job: Any) -> dict[str, Any]:
        """Let TensorFlow convert or run the SavedModel; return its answer."""
        path = self.work / "job.json"
        given = {"source": str(self.folder), "work": str(self.work), "signature": self.signature}
        path.write_text(json.dumps(given | job), encoding="utf-8")
        answer = run_python([str(_SCRIPT), str(path)], f"TensorFlow to read {self.source}", python=self.python)
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
