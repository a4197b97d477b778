"""What numpy and onnxruntime compute, against the converter's rules for Keras's layers, which know nothing of them."""

from __future__ import annotations

import gc
import json
import pickle
import threading

import numpy as np
import pytest
from conftest import IN_PYODIDE
from layer_networks import SmallBackboneStore, draw, layer, small_backbone

from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE, feature_extractor, get_card, load_features, sequential
from pyclassifier.engines import FitConfig, NumpyEngine, OnnxEngine
from pyclassifier.engines.numpy.gradients import LESSONS
from pyclassifier.engines.numpy.layers import RULES
from pyclassifier.errors import EngineError
from pyclassifier.threads import _openblas, in_threads, single_products

if IN_PYODIDE:
    pytest.skip("numpy needs no browser, and the converter is not there", allow_module_level=True)

from pyclassifier.convert import KerasModel
from pyclassifier.convert.rules import evaluate

CARD = CATALOG[DEFAULT_BACKBONE]

# Settings of each layer, and the shape of what it gets.
PICTURE, ROW = (9, 10, 6), (12,)
CASES = [
    ("Conv2D", {"filters": 4}, PICTURE),
    ("Conv2D", {"filters": 4, "strides": [2, 2], "padding": "same", "activation": "relu"}, PICTURE),
    ("Conv2D", {"filters": 4, "strides": [2, 3], "padding": "valid", "kernel_size": [2, 5]}, PICTURE),
    ("Conv2D", {"filters": 7, "kernel_size": [1, 1], "activation": "tanh"}, PICTURE),
    ("Conv2D", {"filters": 7, "kernel_size": [1, 1], "strides": [2, 2], "activation": "swish"}, PICTURE),
    ("DepthwiseConv2D", {}, PICTURE),
    ("DepthwiseConv2D", {"strides": [2, 2], "kernel_size": [5, 5], "activation": "relu6"}, PICTURE),
    ("DepthwiseConv2D", {"strides": [3, 3], "padding": "valid", "depth_multiplier": 2}, PICTURE),
    ("SeparableConv2D", {"filters": 5, "activation": "elu"}, PICTURE),
    ("Dense", {"units": 5, "activation": "sigmoid"}, ROW),
    ("Dense", {"units": 5, "activation": "softmax"}, ROW),
    ("BatchNormalization", {"axis": -1, "momentum": 0.9, "epsilon": 0.01, "center": True, "scale": True}, PICTURE),
    ("BatchNormalization", {"axis": [3], "momentum": 0.9, "epsilon": 0.01, "center": True, "scale": True}, PICTURE),
    ("ReLU", {"max_value": 1.0, "negative_slope": 0.0, "threshold": 0.0}, PICTURE),
    ("ReLU", {"max_value": None}, ROW),
    ("LeakyReLU", {"alpha": 0.2}, PICTURE),
    ("Activation", {"activation": "softmax"}, ROW),
    ("Activation", {"activation": "elu"}, PICTURE),
    ("MaxPooling2D", {"pool_size": [2, 2], "strides": [2, 2], "padding": "valid"}, PICTURE),
    ("MaxPooling2D", {"pool_size": [3, 3], "strides": [2, 2], "padding": "same"}, PICTURE),
    ("AveragePooling2D", {"pool_size": [3, 3], "strides": [2, 2], "padding": "same"}, PICTURE),
    ("GlobalAveragePooling2D", {}, PICTURE),
    ("GlobalAveragePooling2D", {"keepdims": True}, PICTURE),
    ("GlobalMaxPooling2D", {}, PICTURE),
    ("Flatten", {}, PICTURE),
    ("Reshape", {"target_shape": [540]}, PICTURE),
    ("Reshape", {"target_shape": [1, 1, 12]}, ROW),
    ("ZeroPadding2D", {"padding": [[0, 1], [2, 0]]}, PICTURE),
    ("Dropout", {"rate": 0.5}, PICTURE),
]


def alone(kind, config, shape):
    """A network of one layer, with what its rows of pictures become below it where it takes rows."""
    one = layer(kind, "one", **config)
    one["config"]["batch_input_shape"] = [None, *shape]
    return sequential("alone", [one]), draw(one, shape[-1], np.random.default_rng(0))


def by_keras(topology, weights, X, within=""):
    """What the converter's rules compute."""
    parts = {}
    for name, array in weights.items():
        parts.setdefault(within + name.rpartition("/")[0], []).append(array)
    named(topology)
    found = evaluate(KerasModel(topology, parts, "2.19.0", "h5"), [X])
    assert not found.skipped, found.reason()
    return found.outputs[0]


def named(model):
    """Give each layer its name beside its configuration, too, where Keras has it."""
    model["name"] = model["config"]["name"]
    for one in model["config"].get("layers", ()):
        named(one)


def test_each_layer_has_a_case():
    # Those of several inputs are in `small_backbone` and below.
    assert {kind for kind, _, _ in CASES} == RULES.keys() - {"Add", "Multiply", "Concatenate"}


@pytest.mark.parametrize(("kind", "config", "shape"), CASES)
async def test_a_layer_computes_what_kerass_does(kind, config, shape):
    topology, weights = alone(kind, config, shape)
    X = np.random.default_rng(1).standard_normal((3, *shape)).astype(np.float32)
    kept = X.copy()
    model = await NumpyEngine(SmallBackboneStore()).build(topology, weights)
    made, expected = await model.predict(X), by_keras(topology, weights, X)
    assert made.shape == expected.shape and made.dtype == np.float32
    assert np.abs(made - expected).max() < 1e-5 and np.array_equal(X, kept)
    if len(shape) == 3 and kind not in ("SeparableConv2D", "LeakyReLU"):
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
        model = await OnnxEngine(SmallBackboneStore()).build(topology, weights)
        assert np.abs(await model.predict(X) - expected).max() < 1e-5


@pytest.mark.parametrize("backend", ["numpy", "onnx"])
@pytest.mark.parametrize("kind", ["Add", "Multiply", "Concatenate"])
async def test_values_come_together(backend, kind):
    topology, weights = small_backbone(CARD)
    text = json.dumps(topology).replace('"class_name": "Add"', f'"class_name": "{kind}"')
    topology = feature_extractor(json.loads(text), 64, "flatten")
    if kind == "Concatenate":  # Twice as many channels go on.
        weights = weights | {"dw_2/depthwise_kernel": np.ones((5, 5, 24, 1), "f4"), "dw_2/bias": np.ones(24, "f4")}
        weights["pw_2/kernel"] = np.random.default_rng(0).standard_normal((1, 1, 24, 16)).astype(np.float32) / 100
    X = np.random.default_rng(1).uniform(-1, 1, (5, 64, 64, 3)).astype(np.float32)
    made = await (await engine_of(backend).build(topology, weights)).predict(X)
    expected = by_keras(topology, weights, X, f"{CARD.name}/")
    assert expected.std() > 0.1 and np.abs(made - expected).max() < 1e-4


def engine_of(backend):
    if backend == "onnx":
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    return {"numpy": NumpyEngine, "onnx": OnnxEngine}[backend](SmallBackboneStore())


@pytest.mark.parametrize("backend", ["numpy", "onnx"])
async def test_what_cannot_be_computed_is_said(backend):
    engine = engine_of(backend)
    with pytest.raises(EngineError, match="got Lambda"):
        await engine.build(sequential("x", [layer("Lambda", "one")]), {})
    with pytest.raises(EngineError, match="one input"):
        await engine.build({"class_name": "Model", "config": {"layers": [], "input_layers": []}}, {})
    topology, weights = alone("Conv2D", {"filters": 4, "dilation_rate": [2, 2]}, PICTURE)
    model = await engine.build(topology, weights)
    with pytest.raises(EngineError, match="dilation"):
        await model.predict(np.zeros((1, *PICTURE), np.float32))


@pytest.mark.parametrize("kind", sorted(LESSONS.keys() - {"Add", "Dropout"}))
def test_gradients_are_those_of_the_values(kind):
    for config, shape in [(config, shape) for one, config, shape in CASES if one == kind]:
        if config.get("activation") == "swish" or config.get("depth_multiplier") == 2:
            continue  # Nothing that we train has them.
        topology, weights = alone(kind, config, shape)
        one = topology["config"]["layers"][0]["config"]
        parts = {name.rpartition("/")[2]: array.astype(np.float64) for name, array in weights.items()}
        rng = np.random.default_rng(2)
        x = rng.standard_normal((2, *shape)) + 0.05

        def value(x=x, parts=parts, one=one):
            copied = {name: array.copy() for name, array in parts.items()}  # A normalisation moves its means.
            return LESSONS[kind](one, copied, [x], np.random.default_rng(0))

        y, backward = value()
        towards = rng.standard_normal(y.shape)
        (of_x,), of_parts = backward(towards)
        assert of_x.shape == x.shape
        found = {"x": (x, of_x)} | {name: (parts[name], gradient) for name, gradient in of_parts.items()}
        for name, (array, gradient) in found.items():
            step = rng.standard_normal(array.shape) * 1e-5
            array += step
            high = (value()[0] * towards).sum()
            array -= 2 * step
            low = (value()[0] * towards).sum()
            array += step
            assert (high - low) / 2 == pytest.approx((gradient * step).sum(), rel=0.02, abs=1e-6), (kind, config, name)


async def test_a_backbone_can_be_trained_too():
    # Depthwise convolutions, a shortcut, padding, pooling: the loss falls, and frozen layers stay.
    topology, weights = small_backbone(CARD)
    for one in topology["config"]["layers"]:
        one["config"]["trainable"] = one["name"] not in ("conv", "bn")
    end = layer("Dense", "classes", units=2, activation="softmax")
    network = sequential("whole", [feature_extractor(topology, 64, "avg"), end])
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, (24, 64, 64, 3)).astype(np.float32)
    y = np.arange(24) % 2
    X[y == 1, ::4] = 1
    model = await NumpyEngine(SmallBackboneStore()).build(network, weights | draw(end, 24, rng))
    history = await model.fit(X, np.eye(2, dtype=np.float32)[y], FitConfig(epochs=6, batch_size=8, learning_rate=3e-3))
    assert history["loss"][-1] < history["loss"][0] / 2
    after = model.weights()
    assert np.array_equal(after["conv/kernel"], weights["conv/kernel"])
    assert not np.array_equal(after["dw_0/depthwise_kernel"], weights["dw_0/depthwise_kernel"])


@pytest.mark.parametrize("backend", ["numpy", "onnx"])
async def test_photos_are_computed_alike_in_any_company_and_in_threads(backend):
    engine = engine_of(backend)
    model = await engine.build(*await load_features(engine.store, get_card(CARD, 96), "avg"))
    X = np.random.default_rng(3).uniform(-1, 1, (19, 96, 96, 3)).astype(np.float32)
    before = set(threading.enumerate())
    together = await model.predict(X)
    for rows in (slice(0, 1), slice(7, 12)):
        assert np.abs(await model.predict(X[rows]) - together[rows]).max() < 1e-5
    assert (await model.predict(X[:0])).shape[0] == 0
    left = [thread.name for thread in set(threading.enumerate()) - before]
    assert all(name.startswith("asyncio_") for name in left), left  # Those are the loop's own, and go on with it.


def test_products_are_computed_by_one_thread_each_for_a_while():
    found = _openblas()
    if found is None:
        pytest.skip("numpy computes with something else than OpenBLAS here")
    get, _ = found
    before = get()
    with single_products(), single_products():
        assert get() == 1
    assert get() == before
    assert in_threads(lambda n: n * n, list(range(50))) == [n * n for n in range(50)] and get() == before


@pytest.mark.parametrize("backend", ["numpy", "onnx"])
async def test_what_is_disposed_of_is_let_go(backend):
    engine = engine_of(backend)
    model = await engine.build(*await load_features(engine.store, get_card(CARD, 64), "avg"))
    await model.predict(np.zeros((2, 64, 64, 3), np.float32))
    assert engine.memory()["numBytes"] > 0
    again = pickle.loads(pickle.dumps(engine))
    assert again.memory() == {"numTensors": 0, "numBytes": 0} and repr(again) == repr(engine)
    model.dispose()
    del model
    gc.collect()
    assert engine.memory() == {"numTensors": 0, "numBytes": 0}
