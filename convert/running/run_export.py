"""Export a .keras file: `python run_export.py JOB.json`. Called by exports.py, in a process that may import TensorFlow.

The job: {keras, target, format, quantize, inputs, photos, outputs}, all but format and quantize paths, photos null
where there are none; else to calibrate on are its first array, to compare by all of its others. Writes the target and,
as .npz, what it computes: ``made_i`` and, for the comparison j, ``photos_j_i`` by the exported file, ``keras_i`` by
Keras; ``rows`` is how many rows the file takes, 0 for any. Prints {"error": ..., "layer": ..., "missing": ...} where
that cannot be done.
"""

from __future__ import annotations

import json
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = list[NDArray[Any]]
Run = Callable[[Sequence[NDArray[Any]]], Arrays]
_ROWS = 16  # Photos at a time.


def main() -> None:
    """Do the job of the command line."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path.pop(0)  # The folder of this file, whose modules are others.
    os.environ |= {"TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow", "CUDA_VISIBLE_DEVICES": "-1"}
    warnings.simplefilter("ignore")
    answer: dict[str, str] = {}
    names: set[str] = set()
    try:
        _do(job, names)
    except ModuleNotFoundError as error:
        answer = {"missing": str(error.name)}
    except Exception as error:  # Of any kind: what a model does to three libraries has no list.
        said = " ".join(str(error).split())
        answer = {"error": f"{type(error).__name__}: {_reason(said)}", "layer": _layer_in(said, names)}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


def _reason(said: str) -> str:
    """The telling part of what an exporter says, which is pages long where it is a compiler."""
    found = re.search(r"'tf\.\w+' op [^<]*|Tensorflow op \[[^]]*\] is not supported|No Op registered for \w+", said)
    return (found.group() if found else said)[:400].strip()


def _layer_in(said: str, names: set[str]) -> str:
    """The layer whose operation is named by its path in the graph, which puts numbers behind names."""
    for path in re.findall(r"[\w.-]+(?:/[\w.-]+)+", said):
        for part in reversed(path.split("/")):
            plain = re.sub(r"_\d+$", "", part)
            if part in names or plain in names:
                return str(part if part in names else plain)
    return ""


def _do(job: dict[str, Any], names: set[str]) -> None:
    """Do the job; leave the names of the layers, by which a failure is explained."""
    import keras

    photos = _arrays(job["photos"]) if job["photos"] else []
    model = keras.saving.load_model(job["keras"], compile=False, safe_mode=True)
    names |= {layer.name for layer in model._flatten_layers(include_self=False)}
    # Whole numbers, where the model says that it takes floats.
    inputs = [np.asarray(x, entry.dtype) for x, entry in zip(_arrays(job["inputs"]), model.inputs, strict=True)]
    by_keras = model.predict_on_batch(inputs[0] if len(inputs) == 1 else inputs)
    run, rows = _EXPORTS[job["format"]](model, job, photos)
    by_keras = by_keras if isinstance(by_keras, list) else [by_keras]
    found: dict[str, Any] = {f"made_{i}": array for i, array in enumerate(_by_rows(run, inputs, rows))}
    found |= {f"keras_{i}": np.asarray(array) for i, array in enumerate(by_keras)}
    for j, compared in enumerate(photos[1:]):
        made = _by_rows(run, [compared], rows or _ROWS)
        found |= {f"photos_{j}_{i}": array for i, array in enumerate(made)}
    np.savez(job["outputs"], rows=rows, **found)


def _by_rows(run: Run, inputs: Arrays, rows: int) -> Arrays:
    """Run on so many rows at a time, 0 for all."""
    total = len(inputs[0])
    parts = [run([array[i : i + (rows or total)] for array in inputs]) for i in range(0, total, rows or total)]
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _stated_rows(model: Any) -> int:
    return int(model.inputs[0].shape[0] or 0)


def _arrays(path: str) -> Arrays:
    with np.load(path) as stored:
        return [stored[f"arr_{i}"] for i in range(len(stored.files))]


def _saved_model(model: Any, job: dict[str, Any], photos: Arrays) -> tuple[Run, int]:
    import tensorflow as tf

    model.export(job["target"], format="tf_saved_model", verbose=False)
    loaded = tf.saved_model.load(job["target"])

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        given = [tf.constant(array) for array in inputs]
        made = loaded.serve(given[0] if len(given) == 1 else given)
        return [np.asarray(array) for array in (made if isinstance(made, list | tuple) else [made])]

    return run, _stated_rows(model)


def _onnx(model: Any, job: dict[str, Any], photos: Arrays) -> tuple[Run, int]:
    import onnx
    import onnxruntime

    _teach_erfc()
    model.export(job["target"], format="onnx", verbose=False)
    onnx.checker.check_model(job["target"], full_check=True)
    session = onnxruntime.InferenceSession(job["target"], providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        given = zip((tensor.name for tensor in model.inputs), inputs, strict=True)
        return [np.asarray(array) for array in session.run(None, {_of(name, names): array for name, array in given})]

    return run, _stated_rows(model)


def _teach_erfc() -> None:
    """Let tf2onnx 1.17 write TensorFlow's Erfc, of which gelu is made, as 1 - Erf."""
    from tf2onnx.handler import tf_op

    @tf_op("Erfc")
    class _Erfc:
        @classmethod
        def version_9(cls, ctx: Any, node: Any, **_: Any) -> None:
            inputs, outputs = list(node.input), list(node.output)
            known = {"shapes": [ctx.get_shape(outputs[0])], "dtypes": [ctx.get_dtype(outputs[0])]}
            ctx.remove_node(node.name)
            one = ctx.make_const(f"{node.name}_one", np.ones((), np.float32))
            erf = ctx.make_node("Erf", inputs, name=f"{node.name}_erf", **known)
            ctx.make_node("Sub", [one.output[0], erf.output[0]], name=node.name, outputs=outputs, **known)


def _of(name: str, names: Sequence[str]) -> str:
    """A Keras input's name in an exported file, which may have a suffix there."""
    return next((one for one in names if one.split(":")[0] == name), names[0] if len(names) == 1 else name)


def _tflite(model: Any, job: dict[str, Any], photos: Arrays) -> tuple[Run, int]:
    import tensorflow as tf

    rows = _stated_rows(model)
    try:
        content = _tflite_bytes(model, job, photos, rows)
    except Exception:  # As the compiler raises it.
        if rows:
            raise
        rows = 1  # The state of recurrent layers must be of a known size.
        content = _tflite_bytes(model, job, photos, rows)
    Path(job["target"]).write_bytes(content)
    runner = tf.lite.Interpreter(model_content=content).get_signature_runner("serving_default")
    names = list(runner.get_input_details())

    def run(inputs: Sequence[NDArray[Any]]) -> Arrays:
        given = zip((tensor.name for tensor in model.inputs), inputs, strict=True)
        made = runner(**{_of(name, names): array for name, array in given})
        return [made[name] for name in sorted(made, key=lambda name: int(name.rpartition("_")[2]))]

    return run, rows


def _tflite_bytes(model: Any, job: dict[str, Any], photos: Arrays, rows: int) -> bytes:
    import keras
    import tensorflow as tf

    specs = [keras.InputSpec(one.dtype, (rows or None, *one.shape[1:]), name=one.name) for one in model.inputs]
    folder = f"{job['target']}.{rows}.saved_model"
    signature = specs if len(specs) == 1 else [specs]
    model.export(folder, format="tf_saved_model", verbose=False, input_signature=signature)
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    if job["quantize"]:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if job["quantize"] == "float16":
        converter.target_spec.supported_types = [tf.float16]
    elif job["quantize"] == "int8":
        converter.representative_dataset = lambda: _one_by_one(photos)
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    content: bytes = converter.convert()
    return content


def _one_by_one(photos: Arrays) -> Iterator[Arrays]:
    return ([photo[None]] for photo in photos[0])


_EXPORTS: dict[str, Callable[[Any, dict[str, Any], Arrays], tuple[Run, int]]] = {
    "saved_model": _saved_model,
    "onnx": _onnx,
    "tflite": _tflite,
}


if __name__ == "__main__":
    main()
