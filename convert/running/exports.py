"""TFLite, ONNX and SavedModel: written by Keras's and TensorFlow's own exporters, in a process of their own."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Literal

import numpy as np

from ..errors import ConvertError
from ..models import Array
from .processes import run_python

EXPORTS = ("tflite", "onnx", "saved_model")
_SCRIPT = Path(__file__).parent / "run_export.py"
_HELD_OUT = 5
_MAX_COMPARED = 50


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
    rows : int
        How many rows the file takes, 0 for any number.
    photos : dict of str to ndarray of shape (N, H, W, C), float32
        Photos to compare by, scaled, by what they are.
    photo_outputs : dict of str to list of ndarray
        Of the exported file on these.
    """

    format: str
    quantize: str | None
    outputs: list[Array]
    keras_outputs: list[Array]
    rows: int = 0
    photos: dict[str, Array] = field(default_factory=dict)
    photo_outputs: dict[str, list[Array]] = field(default_factory=dict)

    def notes(self) -> list[str]:
        """Return what the format changes, a sentence each."""
        return [f"The {self.format} model takes batches of {self.rows} only."] if self.rows else []


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
    photos : ndarray of shape (N, H, W, C), float32, optional
        What int8's ranges are taken from, but for every fifth: these show how it does on photos that it has not seen.

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
        compared = {}
        if photos is not None:
            is_held_out = np.arange(len(photos)) % _HELD_OUT == _HELD_OUT - 1
            compared = {"calibration photos": photos[~is_held_out], "photos not calibrated on": photos[is_held_out]}
            compared = {what: some[:_MAX_COMPARED] for what, some in compared.items() if len(some)}
            np.savez(folder / "photos.npz", photos[~is_held_out], *compared.values())
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
            found, rows = dict(stored), int(stored["rows"])
    on_photos = {what: _numbered(found, f"photos_{j}") for j, what in enumerate(compared)}
    made, by_keras = _numbered(found, "made"), _numbered(found, "keras")
    return Exported(target_format, quantize, made, by_keras, rows, compared, on_photos)


def _numbered(stored: dict[str, Array], part: str) -> list[Array]:
    return [stored[f"{part}_{i}"] for i in range(sum(name.startswith(f"{part}_") for name in stored))]


def _run(job: Path, target_format: str) -> None:
    answer = run_python([str(_SCRIPT), str(job)], f"Keras and TensorFlow to write {target_format}")
    if "missing" in answer:
        raise ConvertError(
            f"Expected the packages that write {target_format}, {answer['missing']} is not installed. "
            f"Install pyclassifier's extra 'export': pip install {' '.join(_requirements())}"
        )
    if "error" in answer:
        layer = repr(answer["layer"]) if answer.get("layer") else "others"
        raise ConvertError(
            f"Expected layers that {target_format} holds exactly, got {layer}; its exporter said: {answer['error']}. "
            "Convert to .keras or tf.js instead, or replace that layer."
        )


def _requirements() -> list[str]:
    """What writes exports, as our own metadata pins it."""
    try:
        stated = [one.partition(";") for one in requires("pyclassifier") or ()]
    except PackageNotFoundError:
        stated = []
    return [f"'{name.strip()}'" for name, _, when in stated if 'extra == "export"' in when and "==" in name] or [
        *("keras", "tensorflow", "tf2onnx", "onnx", "onnxruntime"),
    ]
