"""Reading Keras files in a process of its own: on damaged ones libhdf5 can hang, crash or fill the memory."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ConvertError
from ...models import KerasModel, Weights
from ..readable import check_readable
from .parsing import HDF5_MAGIC, WHAT_TO_DO, ZIP_MAGIC, parse_keras

_HEADER, _ARRAYS = "model.json", "arrays.bin"
# MobileNet takes 0.2 s and 60 MB; the largest of keras.applications, of 1.5 GB, some 5 s.
_SECONDS, _BYTES_PER_SECOND = 20, 20 << 20
_BYTES, _BYTES_PER_BYTE = 2 << 30, 4
_WALL = 6  # Times the seconds of work, on a machine that has other work too.


def read_keras(path: str | Path) -> KerasModel:
    """Read a whole model that Keras 2 (2.0 to 2.15, tf_keras) or Keras 3 has saved, without either.

    Parameters
    ----------
    path : str or Path
        A `.keras` archive or an HDF5 file (`.h5`, `.hdf5`); told apart by what is in them. It is not trusted: it is
        read in a process of its own, within a bound on time and memory.

    Returns
    -------
    KerasModel

    Raises
    ------
    ConvertError
        No such file, not a Keras file, weights without a model, quantised weights, or a file that is damaged.
    """
    path = Path(path)
    check_readable(path)
    try:
        with path.open("rb") as file:
            magic = file.read(8)
    except OSError as error:
        raise ConvertError(
            f"Expected a .keras or .h5 file, got {str(path)!r}: {error.strerror or error}. Check the path."
        ) from error
    if magic != HDF5_MAGIC and magic[:4] != ZIP_MAGIC:
        raise ConvertError(
            f"Expected a .keras archive or an HDF5 file, got {path.name!r}, which starts with {magic!r}. {WHAT_TO_DO}"
        )
    return _read_isolated(path)


def _read_isolated(path: Path) -> KerasModel:
    size = path.stat().st_size
    seconds = _SECONDS + size // _BYTES_PER_SECOND
    limits = {"seconds": seconds, "n_bytes": _BYTES + _BYTES_PER_BYTE * size}
    # One thread for numpy: each reserves memory, of which there is a bound.
    env = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        try:
            process = subprocess.run(
                _command(path, temporary, limits), capture_output=True, timeout=_WALL * seconds, check=False, env=env
            )
        except subprocess.TimeoutExpired as error:
            raise _damaged(path, f"reading it took more than {_WALL * seconds} s") from error
        except OSError as error:
            raise ConvertError(f"Expected to start Python to read {path.name!r}; {error.strerror or error}.") from error
        header = Path(temporary, _HEADER)
        if process.returncode < 0:
            raise _damaged(path, _cause(-process.returncode, seconds))
        if process.returncode:
            said = (process.stderr.decode(errors="replace").strip().splitlines() or ["nothing"])[-1]
            raise ConvertError(
                f"Expected to read {path.name!r} with h5py and numpy in {sys.executable}; it said: {said[:300]}"
            )
        return _received(json.loads(header.read_bytes()), Path(temporary, _ARRAYS))


def _damaged(path: Path, reason: str) -> ConvertError:
    return ConvertError(f"Expected a whole Keras model, got the damaged file {path.name!r}: {reason}. {WHAT_TO_DO}")


def _cause(number: int, seconds: int) -> str:
    import signal

    if number == signal.SIGXCPU:
        return f"reading it came to no end within {seconds} s"
    return f"the HDF5 library crashed on it (signal {number})"


def _command(path: Path, temporary: str, limits: dict[str, int]) -> list[str]:
    search = [str(Path(entry).resolve()) for entry in sys.path]
    names = str(__package__).split(".")
    above = [".".join(names[:count]) for count in range(1, len(names))]
    packages = {name: list(sys.modules[name].__path__) for name in above}
    script = str(Path(__file__).with_name("run_reader.py"))
    given = [json.dumps(search), json.dumps(packages), __name__, str(path.resolve()), temporary, json.dumps(limits)]
    return [sys.executable, script, *given]


def read_here(path: str, folder: str) -> None:
    """Read a Keras file in this process, and leave in a folder what is in it: JSON and the bytes of arrays."""
    try:
        model = parse_keras(Path(path))
    except ConvertError as error:
        Path(folder, _HEADER).write_text(json.dumps({"error": str(error)}))
        return
    header = {
        "config": model.config,
        "keras_version": model.keras_version,
        "source_format": model.source_format,
        "weights": [[at, [[array.dtype.str, array.shape] for array in arrays]] for at, arrays in model.weights.items()],
    }
    with Path(folder, _ARRAYS).open("wb") as file:
        for arrays in model.weights.values():
            for array in arrays:
                np.ascontiguousarray(array).tofile(file)
    Path(folder, _HEADER).write_text(json.dumps(header))


def _received(header: dict[str, Any], arrays: Path) -> KerasModel:
    if "error" in header:
        raise ConvertError(header["error"])
    weights: Weights = {}
    with arrays.open("rb") as file:
        for at, described in header["weights"]:
            weights[at] = [
                np.fromfile(file, np.dtype(dtype), math.prod(shape)).reshape(shape) for dtype, shape in described
            ]
    return KerasModel(header["config"], weights, header["keras_version"], header["source_format"])
