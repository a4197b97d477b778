"""Rows in a file are what they are in memory: taken, scaled, multiplied, predicted, learned from."""

from __future__ import annotations

import io

import numpy as np
import pytest

from pyclassifier.backbones import head, initial_weights
from pyclassifier.engines import (
    FitConfig,
    NumpyEngine,
    NumpyMatrix,
    StoredMatrix,
    StoredRows,
    predict_rows,
    stored_rows,
)

N, D = 300, 12


@pytest.fixture(params=["float32", "float16"])
def both(request, monkeypatch) -> tuple[StoredRows, np.ndarray]:
    """The same rows in a file and in memory, of which a few at a time are read."""
    monkeypatch.setattr(stored_rows, "_AT_ONCE", 40 * D)
    X = np.random.default_rng(0).gamma(1, 1, (N, D)).astype(request.param)
    return StoredRows(io.BytesIO(X.tobytes()), X.dtype, D, np.arange(N)), X.astype(np.float32)


@pytest.mark.parametrize(
    "rows",
    [
        np.arange(N),
        np.random.default_rng(1).permutation(N),
        np.array([299, 0, 150]),
        np.array([7, 7, 3]),
        np.arange(0, N, 90),
        np.arange(0),
    ],
)
def test_any_rows_are_read(rows, both):
    stored, X = both
    assert np.array_equal(np.asarray(stored[rows]), X[rows])
    assert stored[rows].shape == X[rows].shape and len(stored[rows]) == len(rows)
    assert np.array_equal(np.asarray(stored[rows][1:]), X[rows][1:])


async def test_products_and_moments_are_those_of_an_array(both):
    stored, X = both
    rows = np.random.default_rng(2).permutation(N)[:250]
    mean, variance = stored[rows].moments()
    assert mean == pytest.approx(X[rows].mean(axis=0), rel=1e-5)
    assert variance == pytest.approx(np.square(X[rows] - X[rows].mean(axis=0)).sum() / 250, rel=1e-5)
    mine = StoredMatrix(stored[rows].scaled(mean.astype(np.float32), 0.5))
    theirs = NumpyMatrix((X[rows] - mean.astype(np.float32)) * np.float32(0.5))
    draw = np.random.default_rng(3)
    W, R = draw.normal(size=(D, 4)).astype(np.float32), draw.normal(size=(250, 4)).astype(np.float32)
    assert await mine.times(W) == pytest.approx(await theirs.times(W), abs=1e-5)
    assert await mine.transposed_times(R) == pytest.approx(await theirs.transposed_times(R), abs=1e-4)


async def test_a_network_learns_the_same(both):
    stored, X = both
    topology = head(D, 5, 3)
    Y = np.eye(3, dtype=np.float32)[np.arange(N) % 3]
    weights = initial_weights(topology, np.random.default_rng(0))
    histories, answers = [], []
    for rows in (stored, X):
        model = await NumpyEngine(None).build(topology, weights)
        config = FitConfig(epochs=3, batch_size=16)
        histories.append(await model.fit(rows[:250], Y[:250], config, validation=(rows[250:], Y[250:])))
        answers.append(await predict_rows(model, rows))
    assert histories[0]["loss"] == histories[1]["loss"] and answers[0] == pytest.approx(answers[1], abs=1e-6)
    assert histories[0]["val_loss"] == pytest.approx(histories[1]["val_loss"], abs=1e-6)


def test_a_file_that_was_cut_is_an_error(both):
    _, X = both
    with pytest.raises(OSError, match="ends too early"):
        np.asarray(StoredRows(io.BytesIO(X.tobytes()[:-4]), X.dtype, D, np.arange(N)))
