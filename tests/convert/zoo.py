"""Models of many kinds, built by Keras 3 or tf_keras in a process of its own, with what they compute.

    python zoo.py {keras,tf_keras} FOLDER [NAME ...]

For each model: NAME.keras, NAME.h5 and NAME.npz with seeded inputs (x0 ...) and Keras's outputs (y0 ...).
"""

from __future__ import annotations

import os
import sys
import traceback
import zlib
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import numpy as np
import zoo_graphs  # noqa: F401 - They register their models.
import zoo_layers  # noqa: F401
import zoo_operations  # noqa: F401
import zoo_preparing  # noqa: F401
import zoo_states  # noqa: F401
from zoo_registry import MODELS

# Models that Keras 2 cannot write to HDF5: equal names of weights in one group, or a graph with wrong numbers.
KERAS_3_H5 = ("nested_twice", "model_in_two_models", "model_in_two_models_later", "layer_in_two_models")

# And to an archive: [..., ::-1].
KERAS_3_ARCHIVE = ("preparing_resnet50", "preparing_vgg16")


def randomize(made, rng):
    """Give every weight other values, of a size that keeps activations in range."""
    values = []
    for value in made.get_weights():
        if value.dtype.kind != "f":
            values.append(value)
        elif value.ndim > 1:
            fan = max(1, int(np.prod(value.shape[:-1])))
            values.append(rng.normal(0, min(1.0, 1.5 / np.sqrt(fan)), value.shape).astype(value.dtype))
        else:
            values.append(rng.uniform(0.4, 1.6, value.shape).astype(value.dtype))
    made.set_weights(values)


def make(keras, flavour, name, build, folder):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    keras.backend.clear_session()
    made = build(keras, keras.layers)
    if name != "adapted":
        randomize(made, rng)
    inputs = []
    for tensor in made.inputs:
        shape = (2, *(n or 5 for n in tensor.shape[1:]))
        if any(word in name for word in ("embedding", "masked")):
            values = rng.integers(1, 20, shape).astype(np.float32)
            values[:, -2:] = 0
        else:
            values = rng.normal(0, 1.5, shape).astype(np.float32)
            if name == "masking":
                values[:, 6:] = 0
            if name.startswith(("app_", "rescaling")):
                values = rng.uniform(0, 255, shape).astype(np.float32)
        inputs.append(values)
    outputs = made(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    arrays = {f"x{i}": x for i, x in enumerate(inputs)} | {f"y{i}": np.asarray(y) for i, y in enumerate(outputs)}
    if flavour == "keras" or name not in KERAS_3_ARCHIVE:
        made.save(folder / f"{name}.keras")
    if flavour == "keras" or name not in KERAS_3_H5:
        made.save(folder / f"{name}.h5")
    np.savez(folder / f"{name}.npz", **arrays)


def names_of(flavour):
    """Return the names of the models that one generation of Keras can build."""
    return [name for name, (_, only, _) in MODELS.items() if only in (None, flavour)]


def quick_of(flavour):
    """Return the names of those in every run of the tests: of Keras 2, which takes as long again, one of each kind."""
    names = [name for name in names_of(flavour) if not MODELS[name][2]]
    return names if flavour == "keras" else list({name.partition("_")[0]: name for name in reversed(names)}.values())


def main():
    flavour, folder = sys.argv[1], Path(sys.argv[2])
    if flavour == "keras":
        import keras
    else:
        import tf_keras as keras
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[3:] or names_of(flavour):
        try:
            make(keras, flavour, name, MODELS[name][0], folder)
        except Exception:
            (folder / f"{name}.error").write_text(traceback.format_exc())


if __name__ == "__main__":
    main()
