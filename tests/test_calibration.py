"""Reliability and rejection, compared with scikit-learn and with what is promised."""

import math

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, color_dataset, noisy

from pyclassifier import NONE_OF_THESE, AsyncImageClassifier, Predictions
from pyclassifier.judging import Calibration, rejection_threshold, reliability_curve


def drawn(n=400, seed=0, n_classes=4):
    """Rows of probabilities that are too sure of themselves."""
    rng = np.random.default_rng(seed)
    y_proba = rng.dirichlet(np.full(n_classes, 0.4), n).astype(np.float32)
    chances = np.cumsum(np.sqrt(y_proba.astype(np.float64)), axis=1)
    return (rng.uniform(0, chances[:, -1:], (n, 1)) >= chances).sum(axis=1), y_proba


@pytest.mark.parametrize("n_bins", [1, 5, 10, 17])
def test_the_curve_is_scikit_learns(n_bins):
    reference = pytest.importorskip("sklearn.calibration", reason="the reference is on CPython only")
    y_true, y_proba = drawn()
    right, confidence = y_proba.argmax(axis=1) == y_true, y_proba.max(axis=1).astype(np.float64)
    accuracy, mean = reference.calibration_curve(right, confidence, n_bins=n_bins)
    curve = reliability_curve(y_true, y_proba, n_bins)
    there = curve.counts > 0
    assert np.allclose(curve.accuracy[there], accuracy) and np.allclose(curve.confidence[there], mean)
    assert curve.counts.sum() == 400 and np.isnan(curve.accuracy[~there]).all()


def test_the_error_is_the_mean_gap():
    y_true, y_proba = drawn()
    curve = reliability_curve(y_true, y_proba)
    right, confidence = y_proba.argmax(axis=1) == y_true, y_proba.max(axis=1)
    bins = np.minimum((np.ceil(confidence * 10) - 1).astype(int), 9)
    gaps = [(bins == k).mean() * abs(right[bins == k].mean() - confidence[bins == k].mean()) for k in set(bins)]
    assert curve.ece == pytest.approx(sum(gaps), abs=1e-6) and curve.ece > 0.05
    assert math.isnan(reliability_curve([], np.zeros((0, 2))).ece)


def test_few_right_photos_are_too_few_to_say():
    for n in (0, 1, 18):
        assert rejection_threshold([0] * n, np.tile([0.9, 0.1], (n, 1))) is None
    assert rejection_threshold([0] * 19, np.tile([0.9, 0.1], (19, 1))) == 0.9
    # Wrong ones tell nothing about what right ones are like.
    assert rejection_threshold([1] * 50, np.tile([0.9, 0.1], (50, 1))) is None


@pytest.mark.parametrize("max_refused", [0.02, 0.05, 0.2])
def test_no_more_right_photos_are_refused_than_promised(max_refused):
    # Over many draws of 100 photos to choose by, and 100 new ones: on average at most max_refused, and not far below.
    shares = []
    for seed in range(200):
        y_true, y_proba = drawn(400, seed)
        right = y_proba.argmax(axis=1) == y_true
        known = np.flatnonzero(right)[:100]
        new = np.flatnonzero(right)[100:200]
        threshold = rejection_threshold(y_true[known], y_proba[known], max_refused)
        shares.append((y_proba[new].max(axis=1) < threshold).mean())
    assert max_refused - 0.02 < np.mean(shares) <= max_refused + 0.005  # 200 x 100 photos: deviation 0.003 at most.


def test_impossible_figures_are_refused():
    y_true, y_proba = drawn(10)
    for max_refused in (0, 1, -1, float("nan")):
        with pytest.raises(ValueError, match="max_refused"):
            rejection_threshold(y_true, y_proba, max_refused)
    for n_bins in (0, 101, 2.5):
        with pytest.raises(ValueError, match="bins"):
            reliability_curve(y_true, y_proba, n_bins)
    with pytest.raises(ValueError, match="row of probabilities per class index"):
        reliability_curve(y_true[:3], y_proba)


def test_plain_data_there_and_back():
    calibration = Calibration.measure(*drawn())
    data = calibration.to_dict()
    assert data["total"] == 400 and sum(one["count"] for one in data["bins"]) == 400
    assert data["accepted"] == (drawn()[1].max(axis=1) >= calibration.threshold).sum()
    again = Calibration.from_dict(data)
    assert again.to_dict() == data and again.threshold == calibration.threshold


@pytest.mark.parametrize(
    "change",
    [
        {"threshold": 2},
        {"threshold": "0.5"},
        {"threshold": float("nan")},
        {"threshold": True},
        {"maxRefused": 0},
        {"maxRefused": 5e-324},
        {"right": -1},
        {"accepted": 1 << 40},
        {"bins": []},
        {"bins": [{"count": 1, "confidence": 0, "accuracy": 0}] * 101},
        {"bins": [{"count": 1.5, "confidence": 0, "accuracy": 0}]},
        {"bins": [{"count": 1, "confidence": [0], "accuracy": 0}]},
        {"bins": {"count": 1}},
    ],
)
def test_what_somebody_else_wrote_is_not_believed(change):
    data = {**Calibration.measure(*drawn()).to_dict(), **change}
    with pytest.raises((ValueError, TypeError, KeyError)):
        Calibration.from_dict(data)


# With a classifier.


async def trained(n=36, **params) -> AsyncImageClassifier:
    params = {"input_size": 32, "learning_rate": 0.01, "validation_split": 0.5, **params}
    return await AsyncImageClassifier(engine=NumpyEngine(), **params).fit(color_dataset(n))


STRANGE = [noisy((128, 128, 128), 5), noisy((125, 120, 130), 6)]
KNOWN = [noisy(color, 500 + i) for i, color in enumerate(COLORS.values())]


async def test_strangers_are_none_of_these():
    classifier = await trained()
    assert classifier.calibration_.n_right == 54 and 0.3 < classifier.threshold_ < 1
    assert (await classifier.predict(KNOWN, reject=True)).tolist() == list(COLORS)
    assert (await classifier.predict(STRANGE, reject=True)).tolist() == [NONE_OF_THESE] * 2
    assert NONE_OF_THESE not in (await classifier.predict(STRANGE)).tolist()
    predictions = await classifier.predict_photos([*KNOWN, b"no picture", *STRANGE])
    assert predictions.rejected.tolist() == [False, False, False, False, True, True]
    assert classifier.validation_.rejected.sum() == 54 - classifier.calibration_.n_accepted <= 54 * 0.05


async def test_the_threshold_is_in_the_archive():
    classifier = await trained()
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert opened.threshold_ == classifier.threshold_
    assert opened.calibration_.to_dict() == classifier.calibration_.to_dict()
    assert (await opened.predict(STRANGE, reject=True)).tolist() == [NONE_OF_THESE] * 2


async def test_with_few_photos_there_is_no_threshold_and_the_error_says_what_to_do():
    classifier = await trained(6)
    assert classifier.threshold_ is None and not classifier.validation_.rejected.any()
    with pytest.raises(ValueError, match=r"got 18 of 19\. Add photos, or calibrate by"):
        await classifier.predict(KNOWN, reject=True)
    blind = await trained(validation_split=0)
    assert blind.calibration_ is None
    with pytest.raises(ValueError, match=r"got none\. Add photos"):
        await blind.predict(KNOWN, reject=True)


async def test_other_photos_can_choose_the_threshold():
    classifier = await trained(6)
    others = await classifier.predict_photos(color_dataset(30, prefix="others/"))
    classifier.calibrate(others, max_refused=0.1)
    assert classifier.calibration_.n_right > 60 and classifier.calibration_.max_refused == 0.1
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert opened.threshold_ == classifier.threshold_ is not None
    with pytest.raises(ValueError, match="predictions of the classes blue, green, red; got cat"):
        classifier.calibrate(Predictions((), ("cat",), np.zeros((0, 1), np.float32)))
    with pytest.raises(ValueError, match="got none"):
        classifier.calibrate(await classifier.predict_photos(KNOWN))
