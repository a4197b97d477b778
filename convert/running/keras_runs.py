"""Keras files run by Keras itself, in a process of its own."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from ..models import Array
from .processes import run_python


def keras_outputs(path: str | os.PathLike[str], inputs: Sequence[Array], keras_version: str = "3") -> list[Array]:
    """Run a Keras file by Keras itself, in a process of its own.

    Parameters
    ----------
    path : path
        A .keras or .h5.
    inputs : sequence of ndarray
    keras_version : str
        Of the file: tf_keras is tried first for those of Keras 2.

    Returns
    -------
    list of ndarray

    Raises
    ------
    ConvertError
        Keras cannot load or run it.
    """
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        given, made = Path(temporary) / "in.npz", Path(temporary) / "out.npz"
        np.savez(given, *inputs)
        script = Path(__file__).parent / "run_keras.py"
        arguments = [str(script), str(Path(path).resolve()), str(given), str(made), keras_version]
        run_python(arguments, f"Keras to load and run {path}")
        with np.load(made) as arrays:
            return [arrays[f"arr_{i}"] for i in range(len(arrays.files))]


def has_keras() -> bool:
    """Return whether Keras is installed, without importing it."""
    return find_spec("keras") is not None or find_spec("tf_keras") is not None
