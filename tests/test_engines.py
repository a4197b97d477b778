"""The contract that every engine keeps: here numpy and onnxruntime, under Pyodide numpy and TensorFlow.js."""

import asyncio
import sys

import numpy as np
import pytest
from conftest import IN_PYODIDE
from deep_backbone import SIZE, backbone, weights
from layer_networks import SmallBackboneStore
from numpy_engine import NumpyEngine

from pyclassifier import CATALOG, default_engine
from pyclassifier.backbones import (
    DEFAULT_BACKBONE,
    cut_backbone,
    feature_extractor,
    get_card,
    head,
    initial_weights,
    layers,
    load_features,
)
from pyclassifier.data import one_hot
from pyclassifier.engines import FitConfig, OnnxEngine
from pyclassifier.engines import NumpyEngine as PlainEngine
from pyclassifier.errors import EngineError

N_FEATURES, N_CLASSES = 7, 3


# TensorFlow.js is only there in a browser; tests/pyodide runs this file in one.
@pytest.fixture(params=["numpy", "tfjs"] if IN_PYODIDE else ["numpy", "onnx"])
def engine(request):
    if request.param == "onnx":
        pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
        engine = OnnxEngine(SmallBackboneStore())
    else:
        engine = NumpyEngine() if request.param == "numpy" else default_engine()
    before = engine.memory()
    yield engine
    assert engine.memory() == before, "an engine gives back all it took"


async def build_head(engine, seed=0):
    topology = head(N_FEATURES, 16, N_CLASSES)
    return await engine.build(topology, initial_weights(topology, np.random.default_rng(seed)))


def blobs(n=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % N_CLASSES
    centres = np.random.default_rng(42).normal(0, 2, (N_CLASSES, N_FEATURES))
    return (centres[y] + rng.normal(0, 0.5, (n, N_FEATURES))).astype(np.float32), one_hot(y, N_CLASSES)


@pytest.mark.parametrize("n", [1, 2, 5, 16, 33])
async def test_predict_computes_what_the_layers_say(engine, n):
    model = await build_head(engine)
    X, _ = blobs(n)
    w = model.weights()
    hidden = np.maximum(X @ w["head_hidden/kernel"] + w["head_hidden/bias"], 0)
    z = np.exp(hidden @ w["head_probabilities/kernel"])
    y_proba = await model.predict(X)
    assert y_proba.shape == (n, N_CLASSES) and y_proba.dtype == np.float32
    assert np.abs(y_proba - z / z.sum(axis=1, keepdims=True)).max() < 1e-3
    model.dispose()


async def test_strided_and_float64_input_is_read_right(engine):
    model = await build_head(engine)
    X, _ = blobs(8)
    wide = np.repeat(X, 2, axis=1)[:, ::2]
    assert np.array_equal(await model.predict(wide), await model.predict(X))
    model.dispose()


async def test_fit_learns_and_reports_each_epoch(engine):
    model = await build_head(engine)
    X, Y = blobs()
    seen = []
    config = FitConfig(epochs=12, batch_size=16, learning_rate=0.01)
    history = await model.fit(X, Y, config, validation=blobs(30, seed=1), on_epoch=seen.append)
    assert [len(values) for values in history.values()] == [12] * 4
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert history["loss"][-1] < history["loss"][0] / 2 and history["val_accuracy"][-1] == 1
    assert [len(h["loss"]) for h in seen] == list(range(1, 13))
    assert all(0 <= value <= 1 for value in history["accuracy"])
    y_proba = await model.predict(X)
    assert (y_proba.argmax(axis=1) == Y.argmax(axis=1)).all()
    model.dispose()


async def test_first_step_is_adams(engine):
    # After one step from zero moments, Adam moves each weight by learning_rate x sign(gradient).
    model = await build_head(engine)
    X, Y = blobs(16)
    before = model.weights()
    await model.fit(X, Y, FitConfig(epochs=1, batch_size=16, learning_rate=0.01))
    moved = model.weights()["head_probabilities/kernel"] - before["head_probabilities/kernel"]
    assert np.abs(moved).max() == pytest.approx(0.01, rel=0.02)
    assert np.median(np.abs(moved)) == pytest.approx(0.01, rel=0.02)
    model.dispose()


async def test_the_seed_decides_the_order(engine):
    results = []
    for seed in (1, 1, 2):
        model = await build_head(engine)
        X, Y = blobs()
        await model.fit(X, Y, FitConfig(epochs=2, random_state=seed))
        results.append(model.weights()["head_hidden/kernel"])
        model.dispose()
    assert np.allclose(results[0], results[1], atol=1e-6)
    assert not np.allclose(results[0], results[2], atol=1e-4)


async def test_stop_ends_after_the_running_epoch(engine):
    model = await build_head(engine)
    n_done = []
    history = await model.fit(
        *blobs(), FitConfig(epochs=50), on_epoch=n_done.append, should_stop=lambda: len(n_done) == 3
    )
    assert len(history["loss"]) == 3 and "val_loss" not in history
    model.dispose()


async def test_what_a_callback_raises_comes_out_as_it_is_and_nothing_is_left_behind(engine):
    model = await build_head(engine)
    held = engine.memory()

    def refuse(history):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await model.fit(*blobs(), FitConfig(epochs=3), validation=blobs(30), on_epoch=refuse)
    assert engine.memory() == held
    history = await model.fit(*blobs(), FitConfig(epochs=2))
    assert len(history["loss"]) == 2, "the model can be used as before"
    model.dispose()


def confusing(n=30):
    """Points of one cloud with labels at random: what is learned of them by heart makes others worse."""
    rng = np.random.default_rng(5)
    return rng.normal(0, 1, (n, N_FEATURES)).astype(np.float32), one_hot(rng.integers(0, N_CLASSES, n), N_CLASSES)


async def test_the_weights_of_the_best_epoch_are_kept(engine):
    model = await build_head(engine)
    validation, by_epoch = confusing(24), []
    held = engine.memory()
    history = await model.fit(
        *confusing(),
        FitConfig(epochs=40, learning_rate=0.05),
        validation=validation,
        on_epoch=lambda history: by_epoch.append(model.weights()),
    )
    assert engine.memory() == held
    assert len(by_epoch) == 40 and 1 <= history.best_epoch < 40, "it gets worse at the end"
    assert history.best_epoch == int(np.argmin(history["val_loss"])) + 1
    for name, array in model.weights().items():
        assert np.array_equal(array, by_epoch[history.best_epoch - 1][name])
    y_proba = await model.predict(validation[0])
    loss = -np.log((validation[1] * y_proba).sum(axis=1)).mean()
    assert loss == pytest.approx(min(history["val_loss"]), abs=1e-4)
    model.dispose()


@pytest.mark.parametrize("patience", [1, 3])
async def test_patience_ends_a_training_that_gets_no_better(engine, patience):
    model = await build_head(engine)
    config = FitConfig(epochs=200, learning_rate=0.05, patience=patience)
    history = await model.fit(*confusing(), config, validation=confusing(24))
    assert len(history["loss"]) == history.best_epoch + patience < 200
    history = await model.fit(*confusing(), FitConfig(epochs=6, patience=1))
    assert len(history["loss"]) == 6, "without validation data there is nothing to wait for"
    model.dispose()


async def test_what_an_interrupted_training_keeps_is_its_best_epoch(engine):
    model = await build_head(engine)
    by_epoch = []

    def note(history):
        by_epoch.append(model.weights())
        if len(by_epoch) == 12:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await model.fit(*confusing(), FitConfig(epochs=40, learning_rate=0.1), validation=confusing(24), on_epoch=note)
    kept = model.weights()["head_hidden/kernel"]
    best = [np.array_equal(weights["head_hidden/kernel"], kept) for weights in by_epoch]
    assert any(best) and not best[-1]
    model.dispose()


async def test_a_weight_of_2_is_as_good_as_a_second_copy(engine):
    # One step over all samples: Adam's first step does not see the scale of the gradient, only its direction.
    X, Y = blobs(30)
    first = Y[:, 0] == 1
    weighted, copied = await build_head(engine), await build_head(engine)
    config = FitConfig(epochs=1, batch_size=64, learning_rate=0.01)
    a = await weighted.fit(X, Y * np.where(first, 2, 1)[:, None].astype(np.float32), config)
    b = await copied.fit(np.concatenate([X, X[first]]), np.concatenate([Y, Y[first]]), config)
    assert a["loss"][0] * 30 == pytest.approx(b["loss"][0] * 40, rel=1e-3)
    for name, array in weighted.weights().items():
        assert np.abs(array - copied.weights()[name]).mean() < 2e-4, name
    weighted.dispose()
    copied.dispose()


@pytest.mark.skipif(
    not IN_PYODIDE, reason="numpy's epochs are too short to be cancelled; tests/pyodide runs this in a browser"
)
async def test_a_cancelled_training_gives_back_what_it_took():
    engine = await default_engine().load()
    before = engine.memory()
    model = await build_head(engine)
    held, seen = engine.memory(), []
    training = asyncio.ensure_future(model.fit(*blobs(), FitConfig(epochs=10_000), on_epoch=seen.append))
    while len(seen) < 3:
        await asyncio.sleep(0.01)
    training.cancel()
    with pytest.raises(asyncio.CancelledError):
        await training
    assert engine.memory() == held
    assert len((await model.fit(*blobs(), FitConfig(epochs=2)))["loss"]) == 2
    model.dispose()
    assert engine.memory() == before


async def test_a_penalty_holds_kernels_down_and_leaves_biases_alone(engine):
    # Against the layers in numpy, from the same weights, in the same order.
    X, Y = blobs()
    config = FitConfig(epochs=5, batch_size=16, learning_rate=0.01, l2=0.05)
    model, reference, free = [await build_head(one) for one in (engine, NumpyEngine(), NumpyEngine())]
    history = await model.fit(X, Y, config, validation=blobs(30, seed=1))
    expected = await reference.fit(X, Y, config, validation=blobs(30, seed=1))
    await free.fit(X, Y, FitConfig(epochs=5, batch_size=16, learning_rate=0.01))
    for name in ("loss", "val_loss"):
        assert history[name] == pytest.approx(expected[name], rel=0.02, abs=0.01), name
    ours, theirs, unheld = model.weights(), reference.weights(), free.weights()
    model.dispose()
    for name, array in theirs.items():
        assert np.abs(ours[name] - array).mean() < 0.005, name
    assert all((ours[name] ** 2).sum() < 0.9 * (unheld[name] ** 2).sum() for name in ours if name.endswith("kernel"))
    plain = await build_head(engine)
    assert (await plain.fit(X, Y, FitConfig(epochs=1)))["loss"][0] < history["loss"][0], "the penalty is in the loss"
    plain.dispose()


@pytest.mark.parametrize(("shape", "n"), [((5, 7), 3), ((33, 100), 1), ((150, 40), 20)])
async def test_a_matrix_multiplies_from_both_sides(engine, shape, n):
    rng = np.random.default_rng(0)
    X, W, R = [rng.standard_normal(size).astype(np.float32) for size in (shape, (shape[1], n), (shape[0], n))]
    matrix = await engine.load_matrix(X)
    kept = X.copy()
    for _ in range(2):
        for product, expected in ((await matrix.times(W), kept @ W), (await matrix.transposed_times(R), kept.T @ R)):
            assert product.dtype == np.float32 and product.shape == expected.shape
            assert np.abs(product - expected).max() < 1e-3
    strided = np.repeat(W, 2, axis=1)[:, ::2]
    assert np.abs(await matrix.times(strided) - kept @ W).max() < 1e-3
    matrix.dispose()
    matrix.dispose()


async def test_weights_go_out_and_in(engine):
    model = await build_head(engine, seed=1)
    again = await engine.build(model.topology, model.weights())
    X, _ = blobs(5)
    assert np.array_equal(await model.predict(X), await again.predict(X))
    assert model.weights().keys() == again.weights().keys()
    model.dispose()
    again.dispose()
    again.dispose()


async def test_a_backbone_gives_one_row_per_photo_at_any_size(engine):
    for size, pooling in ((64, "avg"), (96, "flatten")):
        card = get_card(DEFAULT_BACKBONE, size)
        model = await engine.build(*await load_features(engine.store, card, pooling))
        X = np.random.default_rng(0).uniform(-1, 1, (3, size, size, 3)).astype(np.float32)
        features = await model.predict(X)
        assert features.shape[0] == 3 and features.ndim == 2
        if not isinstance(engine, NumpyEngine | OnnxEngine):
            assert features.shape[1] == card.feature_channels * (1 if pooling == "avg" else (size // card.stride) ** 2)
        assert np.abs(features[1] - (await model.predict(X[1:2]))[0]).max() < 1e-3
        held = engine.memory()
        maps = await model.feature_map(X)
        assert maps.shape[:3] == (3, size // card.stride, size // card.stride)
        expected = maps.mean(axis=(1, 2)) if pooling == "avg" else maps.reshape(3, -1)
        assert np.abs(features - expected).max() < 1e-3 and engine.memory() == held
        model.dispose()


def stripes(n=60, seed=0):
    """Grey pictures of stripes: across, along, none."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % N_CLASSES
    X = rng.uniform(0, 0.3, (n, 12, 12, 1))
    X[y == 0, ::3] += 0.6
    X[y == 1, :, ::3] += 0.6
    return X.astype(np.float32), one_hot(y, N_CLASSES)


def network_of_all_layers(rate=0.0):
    parts = [
        *(layers.conv(4, 3, strides=2, padding="same"), layers.batch_norm(), layers.conv(6, 3, activation="linear")),
        *(layers.max_pool(2), layers.flatten(), layers.dropout(rate)),
        *(layers.dense(8, "relu"), layers.batch_norm(), layers.dense(N_CLASSES)),
    ]
    return layers.network((12, 12, 1), parts)


async def build_network(engine, topology):
    return await engine.build(topology, initial_weights(topology, np.random.default_rng(3)))


async def test_a_network_from_scratch_computes_and_learns_as_the_reference(engine):
    # Against the layers in numpy, from the same weights, in the same order: every kind of layer, its gradient, Adam.
    X, Y = stripes()
    config = FitConfig(epochs=3, batch_size=20, learning_rate=0.01)
    topology = network_of_all_layers()
    model, reference = await build_network(engine, topology), await build_network(NumpyEngine(), topology)
    assert np.abs(await model.predict(X) - await reference.predict(X)).max() < 1e-3
    history = await model.fit(X, Y, config, validation=stripes(30, seed=1))
    expected = await reference.fit(X, Y, config, validation=stripes(30, seed=1))
    ours, theirs = model.weights(), reference.weights()
    model.dispose()
    # Not the accuracies, where a rounding error can turn a picture over.
    for name in ("loss", "val_loss"):
        assert history[name] == pytest.approx(expected[name], rel=0.05, abs=0.05), name
    assert ours.keys() == theirs.keys()
    for name, array in theirs.items():
        # Adam moves each weight by 0.01 a step, nine times; where a gradient is all but 0, either way.
        assert np.abs(ours[name] - array).mean() < 0.01 + 0.05 * np.abs(array).mean(), name


async def test_a_network_from_scratch_with_dropout_learns(engine):
    model = await build_network(engine, network_of_all_layers(rate=0.3))
    X, Y = stripes()
    config = FitConfig(epochs=12, batch_size=20, learning_rate=0.01)
    history = await model.fit(X, Y, config, validation=stripes(30, seed=1))
    assert history["val_accuracy"][-1] > 0.9 and history["loss"][-1] < history["loss"][0] / 2
    y_proba = await model.predict(X)
    assert np.array_equal(y_proba, await model.predict(X)), "nothing is left out where it predicts"
    model.dispose()


@pytest.mark.skipif(not IN_PYODIDE, reason="numpy loads nothing; tests/pyodide runs this in a browser")
async def test_what_tfjs_cannot_load_is_an_engine_error():
    engine = default_engine()
    with pytest.raises(EngineError, match=r"mobilenet_v1_0\.50_224/features/model\.json to load, got HTTP status 404"):
        await load_features(engine.store, CATALOG["mobilenet_v1_0.50_224"], "avg")
    with pytest.raises(EngineError, match="could not build the model"):
        await engine.build({"class_name": "NoSuchLayer", "config": {}}, {})


@pytest.mark.skipif(IN_PYODIDE, reason="the browser has another engine")
def test_outside_of_a_browser_numpy_is_there_and_onnxruntime_where_it_is_installed(tmp_path, monkeypatch):
    assert repr(default_engine(backend="numpy")) == f"<NumpyEngine: numpy {np.__version__}>"
    with monkeypatch.context() as without:
        without.setitem(sys.modules, "onnxruntime", None)
        with pytest.raises(EngineError, match=r'pip install "pyclassifier\[native\]"'):
            default_engine(backend="cpu")
        assert isinstance(default_engine(), PlainEngine), "numpy is always there"
    onnxruntime = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    found = default_engine(site_url=tmp_path)
    assert repr(found) == f"<OnnxEngine: onnxruntime {onnxruntime.__version__} on CPUExecutionProvider>"
    with pytest.raises(EngineError, match=r"works here \(cpu, numpy\), got 'webgl'"):
        default_engine(backend="webgl")


def reset(*_):
    import js

    backend = js.tf.backend()
    if js.tf.getBackend() == "webgpu":
        backend.device.destroy()
    else:
        backend.gpgpu.gl.getExtension("WEBGL_lose_context").loseContext()


@pytest.mark.skipif(not IN_PYODIDE, reason="there is no graphics processor here; tests/pyodide runs this in a browser")
async def test_a_backbone_is_read_again_after_a_reset_of_the_graphics_processor():
    engine = await default_engine().load()
    if engine.kind != "graphics":
        pytest.skip("only a graphics processor can be reset")
    model = await engine.build(*await load_features(engine.store, get_card(DEFAULT_BACKBONE, 64), "avg"))
    X = np.random.default_rng(0).uniform(-1, 1, (2, 64, 64, 3)).astype(np.float32)
    expected = await model.predict(X)
    reset()
    assert np.abs(await model.predict(X) - expected).max() < 1e-6
    model.dispose()


@pytest.mark.skipif(not IN_PYODIDE, reason="there is no graphics processor here; tests/pyodide runs this in a browser")
async def test_models_outlive_a_reset_of_the_graphics_processor():
    engine = await default_engine().load()
    if engine.kind != "graphics":
        pytest.skip("only a graphics processor can be reset")
    before, backend = engine.memory(), engine.backend
    model = await build_head(engine)
    X, Y = blobs()
    expected = await model.predict(X)
    reset()
    assert np.abs(await model.predict(X) - expected).max() < 1e-6, "the weights that it was built with"
    await model.fit(X, Y, FitConfig(epochs=3, learning_rate=0.01))
    expected = await model.predict(X)
    matrix = await engine.load_matrix(X)
    assert np.abs(await matrix.times(X.T) - X @ X.T).max() < 1e-3
    reset()
    assert np.abs(await matrix.times(X.T) - X @ X.T).max() < 1e-3, "the matrix that was taken in"
    matrix.dispose()
    waiting = asyncio.ensure_future(model.predict(X))
    await asyncio.sleep(0)
    reset()
    assert np.abs(await waiting - expected).max() < 1e-6, "the weights that it learned"
    reset()
    if backend == "webgl":  # WebGPU's tensors cannot be read at once: what they hold is known.
        with pytest.raises(EngineError, match=r"the browser has reset it .* Do the same again"):
            model.weights()
    with pytest.raises(EngineError, match="the browser has reset it"):
        await model.fit(X, Y, FitConfig(epochs=50), validation=blobs(30, seed=1), on_epoch=reset)
    history = await model.fit(X, Y, FitConfig(epochs=12, learning_rate=0.01), validation=blobs(30, seed=1))
    assert history["val_accuracy"][-1] == 1 and engine.backend == backend
    model.dispose()
    left = engine.memory()["numBytes"] - before["numBytes"]
    assert left <= 8, "two numbers of the training that tf.js never ended"


async def test_the_last_blocks_of_a_backbone_learn_as_the_reference(engine):
    # Against numpy's gradients, from the same weights, in the same order: depthwise and pointwise convolutions, ReLU6,
    # a way around a block, rates of their own, inputs of 16 bits.
    cut = cut_backbone(feature_extractor(backbone(), SIZE, "avg"), 2)
    topology = cut.with_head(head(cut.n_features, 0, N_CLASSES))
    of_head = initial_weights(head(cut.n_features, 0, N_CLASSES), np.random.default_rng(1))
    start = {**cut.weights_above(weights()), **of_head}
    X = np.random.default_rng(0).uniform(0, 6, (20, *cut.shape)).astype(np.float16)
    Y = one_hot(np.arange(20) % N_CLASSES, N_CLASSES)
    rates = dict.fromkeys(cut.trained, 0.002)
    config = FitConfig(epochs=3, batch_size=8, learning_rate=0.01, rates=rates, schedule="linear")
    model, reference = await engine.build(topology, start), await NumpyEngine().build(topology, start)
    assert (
        np.abs(await model.predict(X.astype(np.float32)) - await reference.predict(X.astype(np.float32))).max() < 1e-3
    )
    steps = []
    history = await model.fit(X, Y, config, validation=(X[:5], Y[:5]), on_step=lambda *step: steps.append(step))
    expected = await reference.fit(X, Y, config, validation=(X[:5], Y[:5]))
    ours, theirs = model.weights(), reference.weights()
    model.dispose()
    assert steps[-1] == (9, 9)
    for name in ("loss", "val_loss"):
        assert history[name] == pytest.approx(expected[name], rel=0.01, abs=0.01), name
    for name, array in theirs.items():
        moved = np.abs(array - start[name]).mean()
        # Where a gradient is all but 0, Adam moves a weight either way.
        assert moved > 1e-4 and np.abs(ours[name] - array).mean() < 0.1 * moved, name
