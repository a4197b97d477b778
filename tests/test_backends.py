"""Whatever backend of TensorFlow.js computes, it comes to the same, and models go along when it changes."""

import numpy as np
import pytest
from conftest import IN_PYODIDE
from test_engines import blobs, build_head, build_network, network_of_all_layers, stripes

from pyclassifier import default_engine
from pyclassifier.backbones import DEFAULT_BACKBONE, get_card, load_features
from pyclassifier.engines import FitConfig

pytestmark = pytest.mark.skipif(
    not IN_PYODIDE, reason="there is one backend here; tests/pyodide runs this in a browser"
)
# How far features may be from WebGPU's: WebAssembly adds in another order.
OTHERS = {"webgl": 3e-6, "wasm": 1e-4}


async def load_engine():
    from pyclassifier.engines.tfjs.backends import BY_NAME

    # An engine that is loaded asks the browser which photos it decodes: other tests are to run before that.
    if await BY_NAME["webgpu"].find() is None:
        pytest.skip("WebGPU is not here; tests/pyodide/test_webgpu.py has a browser with it")
    return await default_engine().load()


async def test_features_are_the_same_and_a_model_goes_along():
    engine = await load_engine()
    before = engine.memory()
    model = await engine.build(*await load_features(engine.store, get_card(DEFAULT_BACKBONE, 64), "avg"))
    X = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype(np.float32)
    expected, weights = await model.predict(X), model.weights()
    for name, most in {**OTHERS, "webgpu": 1e-6}.items():
        await engine.set_backend(name)
        left = model.weights()
        assert np.abs(await model.predict(X) - expected).max() < most, name
        taken = model.weights()
        for key, array in weights.items():
            assert np.array_equal(left[key], array) and np.array_equal(taken[key], array), (name, key)
    model.dispose()
    assert engine.memory() == before


@pytest.mark.parametrize("kind", ["head", "network"])
async def test_training_comes_to_the_same(kind):
    engine = await load_engine()
    before = engine.memory()
    X, Y = blobs() if kind == "head" else stripes()
    config = FitConfig(epochs=3, batch_size=20, learning_rate=0.01)
    learned = {}
    for name in (*OTHERS, "webgpu"):
        await engine.set_backend(name)
        model = await (build_head(engine) if kind == "head" else build_network(engine, network_of_all_layers()))
        history = await model.fit(X, Y, config)
        learned[name] = history["loss"], await model.predict(X), model.weights()
        if name == "webgpu":
            await engine.set_backend("wasm")
            assert np.abs(await model.predict(X) - learned[name][1]).max() < 1e-5, "what it learned goes along"
        model.dispose()
    await engine.set_backend("webgpu")
    loss, y_proba, weights = learned["webgpu"]
    for name in OTHERS:
        assert learned[name][0] == pytest.approx(loss, abs=1e-4), name
        assert np.abs(learned[name][1] - y_proba).max() < 1e-4, name
        for key, array in learned[name][2].items():
            assert np.abs(weights[key] - array).mean() < 1e-4, (name, key)
    assert engine.memory() == before
