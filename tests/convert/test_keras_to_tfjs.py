"""Models of Keras 2 and 3, in both of their formats, compute in tf.js what they compute in Keras.

Reference: Keras's own outputs. Tolerance: 1e-4 of the largest value, or of 1.
"""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import numpy as np
import pytest
from zoo_fixture import zoo  # noqa: F401 - A conftest.py here would hide the one above to `import conftest`.

from pyclassifier.convert.errors import ConvertError, UnsupportedLayerError
from pyclassifier.convert.formats import read_keras, write_tfjs
from pyclassifier.convert.models import KerasModel
from pyclassifier.convert.rules import to_layers_model
from pyclassifier.convert.rules.tfjs_to_keras.layers import RULES
from pyclassifier.convert.running import Job, run_many

SHARED = Path(__file__).parents[3] / "shared"


def _load(name):
    spec = importlib.util.spec_from_file_location(f"convert_{name}", Path(__file__).with_name(f"{name}.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


zoo_models, zoo_check = _load("zoo"), _load("zoo_check")


def _cases():
    only_keras_3 = {"h5": zoo_models.KERAS_3_H5, "keras": zoo_models.KERAS_3_ARCHIVE}
    for flavour in ("keras", "tf_keras"):
        quick = zoo_models.quick_of(flavour)
        for name in zoo_models.names_of(flavour):
            marks = [] if name in quick else [pytest.mark.full]
            for suffix in ("keras", "h5"):
                if flavour == "keras" or name not in only_keras_3[suffix]:
                    yield pytest.param(flavour, name, suffix, marks=marks, id=f"{flavour}-{name}-{suffix}")


@pytest.fixture(scope="session")
def results(zoo, tmp_path_factory):  # noqa: F811
    """What is wrong with each model, all run in one Node.js process."""
    target = tmp_path_factory.mktemp("converted")
    return {
        flavour: zoo_check.check_all(folder, target / flavour) for flavour, folder in zoo.items() if folder.exists()
    }


@pytest.mark.parametrize(("flavour", "name", "suffix"), list(_cases()))
def test_model_computes_the_same_in_tfjs(results, zoo, flavour, name, suffix):  # noqa: F811
    error = zoo[flavour] / f"{name}.error"
    assert not error.exists(), error.read_text()
    assert results[flavour][name, suffix] is None


# Keras's layers of these names become others in tf.js, which compute the same there.
EXPRESSED = {"ELU", "Softmax", "CategoryEncoding", "Conv3DTranspose", "RNN"}


@pytest.mark.full
def test_the_models_use_every_layer_of_tfjs(request, results, tmp_path_factory):
    names = {item.callspec.id for item in request.session.items if "suffix" in getattr(item, "fixturenames", ())}
    if len(names) < len(list(_cases())):
        pytest.skip("not all models were chosen")
    used = set()
    for path in tmp_path_factory.getbasetemp().glob("converted*/*/*/model.json"):
        used |= set(re.findall(r'"class_name": "(\w+)"', path.read_text()))
    cells = {"SimpleRNNCell", "GRUCell", "LSTMCell"}
    assert set(RULES) - EXPRESSED - cells <= used


def _model(*layers, **config):
    return KerasModel(
        {"class_name": "Sequential", "config": {"name": "m", "layers": [_input(), *layers], **config}},
        {},
        "3.0",
        "keras",
    )


def _input(shape=(None, 6, 6, 3)):
    return {
        "class_name": "InputLayer",
        "name": "entry",
        "config": {"name": "entry", "batch_shape": list(shape), "dtype": "float32"},
    }


def _layer(class_name, **config):
    return {
        "class_name": class_name,
        "name": "it",
        "module": "keras.layers",
        "config": {"name": "it", "trainable": True, "dtype": "float32", **config},
    }


@pytest.mark.parametrize(
    "layer",
    [
        _layer("Lambda", function={"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}),
        {**_layer("Swirl"), "registered_name": "mine>Swirl", "module": "mine"},
        {**_layer("Dense", units=3), "registered_name": "mine>Dense", "module": "mine"},
        _layer("MultiHeadAttention", num_heads=2, key_dim=3),
        _layer("Resizing", height=3, width=3, interpolation="spline"),
        _layer("UpSampling2D", size=[2, 2], interpolation="spline"),
        _layer("Activation", activation="wobble"),
        _layer("Activation", activation={"class_name": "__lambda__", "config": {"code": "4wEAAA=="}}),
        _layer("mine>Dense", units=3),
        _layer("Activation", activation="mine>relu"),
        _layer("Activation", activation={"module": "builtins", "class_name": "function", "config": "relu"}),
        {**_layer("Twisted", layers=[_input()]), "module": "mine"},
        _layer("Softmax", axis=[0, 2]),
        _layer("StringLookup", vocabulary=["a"]),
        _layer("TensorFlowOpLayer", node_def={"op": "Einsum", "attr": {"equation": {"s": "YWI="}}}, constants={}),
        _layer("TensorFlowOpLayer", node_def={"op": "MatMul", "attr": {"transpose_a": {"b": True}}}, constants={}),
        _layer("TensorFlowOpLayer", node_def="\n\x05AddV2", constants={}),
    ],
    ids=lambda layer: f"{layer['class_name']}-{layer['config'].get('interpolation', '')}",
)
def test_what_cannot_be_exact_is_refused_with_its_place(layer):
    with pytest.raises(UnsupportedLayerError) as caught:
        to_layers_model(_model(layer))
    assert caught.value.path == "it"
    assert caught.value.remedy.endswith(".")


@pytest.mark.parametrize("broken", [{"units": "many"}, {"units": None}, {"units": [3]}, {}])
def test_broken_settings_are_one_line_errors(broken):
    with pytest.raises(ConvertError) as caught:
        to_layers_model(_model(_layer("Dense", **broken)))
    assert "\n" not in str(caught.value)


def test_weights_of_another_shape_are_refused():
    model = _model(_layer("Dense", units=3))
    model.weights["it"] = [np.zeros((3, 4), np.float32), np.zeros(4, np.float32)]
    with pytest.raises(ConvertError, match="shapes"):
        to_layers_model(model)


def test_two_layers_of_one_name_are_refused():
    layer = _layer("Activation", activation="relu")
    with pytest.raises(ConvertError, match="different names"):
        to_layers_model(_model(layer, layer))


def test_constraints_are_dropped_because_tfjs_applies_them_on_loading():
    model = _model(_layer("Dense", units=3, kernel_constraint={"class_name": "NonNeg", "config": {}}))
    model.weights["it"] = [np.full((3, 3), -1, np.float32), np.zeros(3, np.float32)]
    converted = to_layers_model(model)
    assert "constraint" not in json.dumps(converted.topology)
    assert any("kernel_constraint was dropped" in note for note in converted.notes)


MOBILENET = SHARED / "models" / "mobilenet_v1_0.25_224"


@pytest.mark.skipif(not MOBILENET.exists(), reason="needs the shared MobileNet")
def test_mobilenet_is_the_published_conversion(tmp_path):
    from PIL import Image

    write_tfjs(to_layers_model(read_keras(MOBILENET / "keras.h5")), tmp_path / "m")
    assert _weights(tmp_path / "m") == _weights(MOBILENET / "tfjs")
    with Image.open(SHARED / "data" / "drum" / "drum.jpg") as photo:
        # As MobileNet was evaluated: the middle of the whole photo.
        square = photo.convert("RGB").resize((256, 256)).crop((16, 16, 240, 240))
    pixels = np.asarray(square, np.float32)[None] / 127.5 - 1
    (run,) = run_many([Job(tmp_path / "m", [pixels])])
    assert int(run.outputs[0].argmax()) == 541


def _weights(folder):
    """Bytes of each weight by name."""
    found = {}
    for group in json.loads((folder / "model.json").read_text())["weightsManifest"]:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        for entry in group["weights"]:
            n = 4 * int(np.prod(entry["shape"]))
            found[entry["name"]], data = data[:n], data[n:]
    return found
