"""Heat maps, compared with what hiding a place does to the probability."""

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from photos import COLORS, color_dataset, encode, noisy

from pyclassifier import AsyncImageClassifier, decode_image, default_engine
from pyclassifier.aio import load_samples
from pyclassifier.backbones import head, initial_weights, layers
from pyclassifier.errors import NotFittedError
from pyclassifier.judging.explaining import _differentiate

SIZE = 128
CELL = 32
GREY = (128, 128, 128)


def grey_with(patch: np.ndarray, row: int, column: int) -> np.ndarray:
    picture = noisy(GREY, 1, (SIZE, SIZE))
    picture[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = patch
    return picture


async def coldest(classifier, picture, label, cell, hidden=1) -> tuple[int, int]:
    """Where the class's probability gets lowest when a square of so many cells is hidden."""
    n, side = len(picture) // cell - hidden + 1, hidden * cell
    copies = []
    for i in range(n * n):
        copy = picture.copy()
        row, column = i // n * cell, i % n * cell
        copy[row : row + side, column : column + side] = GREY
        copies.append(copy)
    y_proba = await classifier.predict_proba(copies)
    return divmod(int(y_proba[:, classifier.classes_.tolist().index(label)].argmin()), n)


def hottest(heat) -> tuple[int, int]:
    return divmod(int(heat.argmax()), heat.shape[1])


async def trained(engine=None, **params) -> AsyncImageClassifier:
    params = {"input_size": SIZE, "learning_rate": 0.01, "epochs": 40, **params}
    return await AsyncImageClassifier(engine=engine or NumpyEngine(), **params).fit(color_dataset(10))


@pytest.mark.parametrize("pooling", ["avg", "flatten"])
@pytest.mark.parametrize("place", [(0, 0), (1, 2), (3, 1)])
async def test_the_map_is_hottest_where_hiding_costs_most(pooling, place):
    classifier = await trained(pooling=pooling)
    for label in ("red", "blue"):
        picture = grey_with(noisy(COLORS[label], 3, (CELL, CELL)), *place)
        found = await classifier.explain(picture, label)
        assert found.heat.shape == (4, 4) and found.heat.dtype == np.float32
        assert found.heat.min() >= 0 and found.heat.max() == 1 and found.label == label
        assert hottest(found.heat) == place == await coldest(classifier, picture, label, CELL)


async def test_it_explains_what_is_predicted():
    engine = NumpyEngine()
    classifier = await trained(engine)
    held, photo = engine.memory(), encode(noisy(COLORS["green"], 5, (300, 200)))
    found = await classifier.explain(photo)
    y_proba = await classifier.predict_proba([photo])
    assert engine.memory() == held
    assert found.label == "green" and found.probability == pytest.approx(y_proba[0, 1], abs=1e-5)
    assert found.pixels.shape == (SIZE, SIZE, 3) and abs(found.pixels.mean(axis=(0, 1)) - COLORS["green"]).max() < 25
    other = await classifier.explain(photo, "red")
    assert other.label == "red" and other.probability == pytest.approx(y_proba[0, 2], abs=1e-5)
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert np.allclose((await opened.explain(photo)).heat, found.heat, atol=1e-5)


async def test_the_overlay_colours_what_is_hot():
    classifier = await trained()
    found = await classifier.explain(grey_with(noisy(COLORS["red"], 3, (CELL, CELL)), 3, 3), "red")
    changed = np.abs(found.overlay().astype(int) - found.pixels).mean(axis=2)
    assert changed[-CELL:, -CELL:].mean() > 3 * changed[:CELL, :CELL].mean()
    assert np.array_equal(found.overlay(0), found.pixels)
    html = found._repr_html_()
    assert "what speaks for red" in html and "data:image/jpeg;base64," in html


def test_derivatives_are_those_of_small_steps():
    topology = head(12, 20, 4)
    weights = initial_weights(topology, np.random.default_rng(2))
    x = np.random.default_rng(3).uniform(0, 1, 12)
    logits, jacobian = _differentiate(topology, weights, x)
    hidden = np.maximum(x @ weights["head_hidden/kernel"] + weights["head_hidden/bias"], 0)
    assert logits == pytest.approx(hidden @ weights["head_probabilities/kernel"], abs=1e-6)
    for i in range(12):
        step = np.zeros(12)
        step[i] = 1e-6
        slope = (_differentiate(topology, weights, x + step)[0] - _differentiate(topology, weights, x - step)[0]) / 2e-6
        assert jacobian[i] == pytest.approx(slope, abs=1e-6)


async def test_what_cannot_be_explained_is_refused():
    with pytest.raises(NotFittedError):
        await AsyncImageClassifier(engine=NumpyEngine()).explain(noisy(GREY, 1))
    with pytest.raises(ValueError, match=r"one of the classes blue, green, red; got 'cat'"):
        await (await trained()).explain(noisy(GREY, 1), "cat")
    topology = layers.network((8, 8, 3), [layers.flatten(), layers.dense(3)])
    network = await AsyncImageClassifier(topology=topology, engine=NumpyEngine(), epochs=1).fit(color_dataset(4))
    with pytest.raises(ValueError, match="trained from scratch"):
        await network.explain(noisy(GREY, 1))


def windows(heat) -> np.ndarray:
    """Sums of all squares of 2 x 2 cells."""
    return heat[1:, 1:] + heat[:-1, 1:] + heat[1:, :-1] + heat[:-1, :-1]


@pytest.mark.skipif(not IN_PYODIDE, reason="there is no real backbone; tests/pyodide runs this in a browser")
async def test_with_a_real_backbone_it_finds_a_fruit_among_vehicles_and_leaves_nothing_behind():
    size = 128
    engine = await default_engine().load()
    if engine.backend == "webgl" and engine.software:
        pytest.skip("minutes on WebGL without a graphics processor; it runs on WebAssembly")
    before = engine.memory()
    dataset = await load_samples()
    classifier = await AsyncImageClassifier(input_size=size, epochs=20, engine=engine).fit(dataset)
    assert classifier.evaluation_.accuracy > 0.9
    held = engine.memory()
    halves = [decode_image(await sample.read())[::2, ::2] for sample in dataset.samples]
    fruit, vehicle = (
        halves[[sample.label for sample in dataset.samples].index(label)] for label in ("fruit", "vehicle")
    )
    for place in ((0, 0), (2, 2)):
        picture = np.tile(vehicle, (2, 2, 1))
        rows, columns = (slice(i * CELL, (i + 2) * CELL) for i in place)
        picture[rows, columns] = fruit
        found = await classifier.explain(picture, "fruit")
        assert found.heat.shape == (4, 4)
        on_tile = windows(found.heat)[place] / 4
        assert on_tile > 2 * (found.heat.sum() - 4 * on_tile) / 12, "hotter than elsewhere"
        hot, cold = hottest(windows(found.heat)), await coldest(classifier, picture, "fruit", CELL, hidden=2)
        assert max(abs(hot[0] - cold[0]), abs(hot[1] - cold[1])) <= 1, "where hiding costs most, or a cell beside it"
    assert engine.memory() == held
    classifier.close()
    assert engine.memory() == before
