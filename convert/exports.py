"""TFLite, ONNX and SavedModel: written by Keras's and TensorFlow's own exporters, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from .errors import ConvertError
from .model import Array

EXPORTS = ("tflite", "onnx", "saved_model")
_SCRIPT = Path(__file__).parent / "run_export.py"
_TIMEOUT_S = 1800


@dataclass(frozen=True)
class Exported:
    """What an exported file computes.

    Parameters
    ----------
    format : str
        One of `EXPORTS`.
    quantize : {"float16", "int8"} or None
    outputs : list of ndarray
        Of the exported file, in the model's order.
    keras_outputs : list of ndarray
        Of Keras, on the same inputs.
    photos : ndarray of shape (N, H, W, 3), float32, optional
        The calibration photos, scaled.
    photo_outputs : list of ndarray
        Of the exported file on these.
    """

    format: str
    quantize: str | None
    outputs: list[Array]
    keras_outputs: list[Array]
    photos: Array | None = None
    photo_outputs: Sequence[Array] = ()


def export(
    keras_file: Path,
    target: Path,
    target_format: str,
    inputs: Sequence[Array],
    *,
    quantize: Literal["float16", "int8"] | None = None,
    photos: Array | None = None,
) -> Exported:
    """Export a .keras file and run what was written.

    Parameters
    ----------
    keras_file : Path
        It is trusted to be our own.
    target : Path
        A file, or for "saved_model" a folder, that does not exist yet.
    target_format : {"tflite", "onnx", "saved_model"}
    inputs : sequence of ndarray
        One per input of the model, to run the exported file on.
    quantize : {"float16", "int8"}, optional
        Only for "tflite". Inputs and outputs stay float32.
    photos : ndarray of shape (N, H, W, 3), float32, optional
        What int8's ranges are taken from.

    Returns
    -------
    Exported

    Raises
    ------
    ConvertError
        A package is missing, or the format cannot hold the model.
    """
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        folder = Path(temporary)
        np.savez(folder / "inputs.npz", *inputs)
        if photos is not None:
            np.savez(folder / "photos.npz", photos)
        job = {
            "keras": str(keras_file.resolve()),
            "target": str(target.resolve()),
            "format": target_format,
            "quantize": quantize,
            "inputs": str(folder / "inputs.npz"),
            "photos": None if photos is None else str(folder / "photos.npz"),
            "outputs": str(folder / "outputs.npz"),
        }
        (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
        _run(folder / "job.json", target_format)
        with np.load(job["outputs"] or "") as stored:
            made, by_keras, on_photos = (_numbered(dict(stored), part) for part in ("made", "keras", "photos"))
    return Exported(target_format, quantize, made, by_keras, photos, on_photos)


def _numbered(stored: dict[str, Array], part: str) -> list[Array]:
    return [stored[f"{part}_{i}"] for i in range(sum(name.startswith(f"{part}_") for name in stored))]


def _run(job: Path, target_format: str) -> None:
    try:
        process = subprocess.run(
            [sys.executable, str(_SCRIPT), str(job)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConvertError(f"Expected TensorFlow to write {target_format}; it did not ({error}).") from error
    lines = [line for line in process.stdout.splitlines() if line.startswith("{")]
    answer = json.loads(lines[-1]) if lines else {"error": f"it ended with code {process.returncode}"}
    if "missing" in answer:
        raise ConvertError(
            f"Expected the packages that write {target_format}, {answer['missing']} is not installed. "
            "Install them by pip install keras tensorflow tf2onnx onnxruntime, or pyclassifier's extra 'export'."
        )
    if "error" in answer:
        raise ConvertError(
            f"Expected a model that {target_format} can hold exactly; its exporter said: {answer['error']}. "
            "Convert to .keras or tf.js instead, or replace the layers that it names."
        )
