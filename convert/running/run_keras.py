"""Run a Keras file on inputs: `python run_keras.py MODEL IN.npz OUT.npz KERAS_VERSION`. Called by keras_runs.py."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np


def predict(model: Any, inputs: Any) -> Any:
    """Return what a Keras model predicts, on any processor."""
    try:
        return model.predict_on_batch(inputs)
    except Exception:  # TensorFlow's own class of errors: on some processors it has no convolution for NCHW ...
        model.compile(jit_compile=True)  # ... which XLA has on all.
        return model.predict_on_batch(inputs)


def main() -> None:
    """Load the model by the Keras that wrote it, else by the other one, and write down what it predicts."""
    path, given, made, version = sys.argv[1:]
    sys.path.pop(0)  # The folder of this file, whose modules are others.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    names = ["tf_keras", "keras"] if version.startswith("2") else ["keras", "tf_keras"]
    with np.load(given) as arrays:
        inputs = [arrays[f"arr_{i}"] for i in range(len(arrays.files))]
    failures = []
    for name in names:
        try:
            keras = __import__(name)
            model = keras.models.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Of any kind: the next Keras may know better.
            failures.append(f"{name}: {' '.join(str(error).split())[:300]}")
            continue
        outputs = predict(model, inputs[0] if len(inputs) == 1 else inputs)
        while isinstance(outputs, dict):
            outputs = list(outputs.values())
        outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
        np.savez(made, *(np.asarray(output) for output in outputs))
        return
    sys.exit("; ".join(failures))


if __name__ == "__main__":
    main()
