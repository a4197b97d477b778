"""Export a .keras file: `python run_export.py JOB.json`. Called by exports.py, in a process that may import TensorFlow.

The job: {keras, target, format, quantize, inputs, photos, outputs}, all but format and quantize paths, photos null
where there are none. Writes the target and, as .npz, what it computes: ``made_i`` and ``photos_i`` by the exported
file, ``keras_i`` by Keras. Prints {"error": ..., "missing": ...} where that cannot be done.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]
Run = Callable[[Sequence[NDArray[Any]]], Arrays]


def main() -> None:
    """Do the job of the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.pop(0)  # The folder of this file, whose modules are others.
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
    warnings.simplefilter("ignore")
    answer: dict[str, str] = {}
    try:
        _do(job)
    except ModuleNotFoundError as error:
        answer = {"missing": str(error.name)}
    except Exception as error:  # Of any kind: what a model does to three libraries has no list.
        answer = {"error": f"{type(error).__name__}: {' '.join(str(error).split())[:400]}"}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


def _do(job: dict[str, Any]) -> None:
    import keras

    inputs = _arrays(job["inputs"])
    photos = _arrays(job["photos"]) if job["photos"] else []
    model = keras.saving.load_model(job["keras"], compile=False, safe_mode=True)
    by_keras = model.predict_on_batch(inputs[0] if len(inputs) == 1 else inputs)
    run = _EXPORTS[job["format"]](model, job, photos)
    by_keras = by_keras if isinstance(by_keras, list) else [by_keras]
    found: dict[str, Any] = {f"made_{i}": array for i, array in enumerate(run(inputs))}
    found |= {f"keras_{i}": np.asarray(array) for i, array in enumerate(by_keras)}
    if photos:
        found |= {f"photos_{i}": array for i, array in enumerate(run(photos))}
    np.savez(job["outputs"], **found)


def _arrays(path: str) -> Arrays:
    with np.load(path) as stored:
        return [stored[f"arr_{i}"] for i in range(len(stored.files))]


def _saved_model(model: Any, job: dict[str, Any], photos: Arrays) -> Run:
    import tensorflow as tf

    model.export(job["target"], format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(job["target"])

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        given = [tf.constant(array) for array in inputs]
        made = loaded.serve(given[0] if len(given) == 1 else given)
        return [np.asarray(array) for array in (made if isinstance(made, list | tuple) else [made])]

    return run


def _onnx(model: Any, job: dict[str, Any], photos: Arrays) -> Run:
    import onnxruntime

    __import__("tf2onnx")  # Keras would say less clearly that it is missing.
    model.export(job["target"], format="onnx", verbose=False)
    session = onnxruntime.InferenceSession(job["target"], providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        given = zip((tensor.name for tensor in model.inputs), inputs, strict=True)
        return [np.asarray(array) for array in session.run(None, {_of(name, names): array for name, array in given})]

    return run


def _of(name: str, names: Sequence[str]) -> str:
    """A Keras input's name in an exported file, which may have a suffix there."""
    return next((one for one in names if one.split(":")[0] == name), names[0] if len(names) == 1 else name)


def _tflite(model: Any, job: dict[str, Any], photos: Arrays) -> Run:
    import tensorflow as tf

    folder = f"{job['target']}.saved_model"
    model.export(folder, format="tf_saved_model", verbose=False)
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if job["quantize"]:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if job["quantize"] == "float16":
        converter.target_spec.supported_types = [tf.float16]
    elif job["quantize"] == "int8":
        converter.representative_dataset = lambda: _one_by_one(photos)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    content = converter.convert()
    Path(job["target"]).write_bytes(content)
    interpreter = tf.lite.Interpreter(model_content=content)
    runner = interpreter.get_signature_runner("serving_default")
    names = list(runner.get_input_details())

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        given = zip((tensor.name for tensor in model.inputs), inputs, strict=True)
        made = runner(**{_of(name, names): array for name, array in given})
        return [made[name] for name in sorted(made, key=lambda name: int(name.rpartition("_")[2]))]

    return run


def _one_by_one(photos: Arrays) -> Iterator[Arrays]:
    return ([photo[None]] for photo in photos[0])


_EXPORTS: dict[str, Callable[[Any, dict[str, Any], Arrays], Run]] = {
    "saved_model": _saved_model,
    "onnx": _onnx,
    "tflite": _tflite,
}


if __name__ == "__main__":
    main()
