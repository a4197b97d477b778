import json
import math

import numpy as np
import pytest

from pyclassifier import Evaluation
from pyclassifier.metrics import (
    accuracy_score,
    confusion_matrix,
    mcnemar_test,
    precision_recall_f1,
    resampled_interval,
    wilson_interval,
)

RNG = np.random.default_rng(7)
N_CLASSES = 5
Y_TRUE = RNG.integers(0, N_CLASSES, 200)
Y_PRED = np.where(RNG.random(200) < 0.6, Y_TRUE, RNG.integers(0, N_CLASSES, 200))
# A class that is never predicted, one that never occurs, one that does neither.
CASES = [(Y_TRUE, Y_PRED), (Y_TRUE, np.minimum(Y_PRED, 3)), (np.minimum(Y_TRUE, 3), Y_PRED), (Y_TRUE % 3, Y_PRED % 3)]


def sklearn_metrics():
    return pytest.importorskip("sklearn.metrics", reason="the reference is on CPython only")


@pytest.mark.parametrize(("y_true", "y_pred"), CASES)
def test_the_confusion_matrix_is_scikit_learns(y_true, y_pred):
    reference = sklearn_metrics().confusion_matrix(y_true, y_pred, labels=range(N_CLASSES))
    ours = confusion_matrix(y_true, y_pred, N_CLASSES)
    assert ours.dtype == np.int64 and np.array_equal(ours, reference)


@pytest.mark.parametrize(("y_true", "y_pred"), CASES)
def test_per_class_figures_are_scikit_learns(y_true, y_pred):
    reference = sklearn_metrics().precision_recall_fscore_support(
        y_true, y_pred, labels=range(N_CLASSES), zero_division=np.nan
    )
    ours = precision_recall_f1(confusion_matrix(y_true, y_pred, N_CLASSES))
    for figure, expected in zip(ours, reference, strict=False):
        np.testing.assert_allclose(figure, expected, rtol=0, atol=1e-12, equal_nan=True)


@pytest.mark.parametrize(("y_true", "y_pred"), CASES)
def test_accuracy_is_scikit_learns(y_true, y_pred):
    expected = sklearn_metrics().accuracy_score(y_true, y_pred)
    assert accuracy_score(y_true, y_pred) == pytest.approx(expected, abs=1e-12)
    labels = [f"c{i}" for i in range(N_CLASSES)]
    assert Evaluation.from_predictions(y_true, y_pred, labels).accuracy == pytest.approx(expected, abs=1e-12)


def test_figures_by_hand():
    matrix = np.array([[3, 1, 0], [0, 2, 0], [0, 0, 0]])
    precision, recall, f1 = precision_recall_f1(matrix)
    np.testing.assert_allclose(precision, [1, 2 / 3, np.nan], atol=1e-12)
    np.testing.assert_allclose(recall, [3 / 4, 1, np.nan], atol=1e-12)
    np.testing.assert_allclose(f1, [6 / 7, 4 / 5, np.nan], atol=1e-12)


def test_accuracy_of_labels_and_of_nothing():
    assert accuracy_score(["a", "b", "b"], ["a", "b", "a"]) == pytest.approx(2 / 3, abs=1e-12)
    assert math.isnan(accuracy_score([], []))


@pytest.mark.parametrize("n", [1, 2, 10, 90, 1000])
def test_the_interval_is_scipys(n):
    stats = pytest.importorskip("scipy.stats", reason="the reference is on CPython only")
    for n_correct in sorted({0, 1, n // 2, n - 1, n}):
        for confidence in (0.5, 0.95, 0.99):
            interval = stats.binomtest(n_correct, n).proportion_ci(confidence, method="wilson")
            assert wilson_interval(n_correct, n, confidence) == pytest.approx((interval.low, interval.high), abs=1e-9)


@pytest.mark.parametrize(
    ("n_correct", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17: 857-872, table I, method 3 (Wilson); printed to 4 digits.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(n_correct, n, low, high):
    assert wilson_interval(n_correct, n) == pytest.approx((low, high), abs=5e-5)


def test_the_interval_stays_in_0_to_1_and_holds_the_share():
    assert wilson_interval(0, 0) == (0, 1)
    for n in (1, 3, 50):
        for n_correct in range(n + 1):
            low, high = wilson_interval(n_correct, n)
            assert 0 <= low <= n_correct / n <= high <= 1
            assert wilson_interval(n - n_correct, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("n_correct", "n"), [(3, 2), (-1, 5), (0, -1)])
def test_impossible_counts_are_errors(n_correct, n):
    with pytest.raises(ValueError, match="Expected 0 <= n_correct <= n_samples"):
        wilson_interval(n_correct, n)


@pytest.mark.parametrize(("y_true", "y_pred"), [([0, 1, 1], [0]), ([0], [0, 1]), ([0, 1], [0, 1, 1])])
def test_a_missing_prediction_is_not_made_up(y_true, y_pred):
    for call in (lambda: accuracy_score(y_true, y_pred), lambda: confusion_matrix(y_true, y_pred, 2)):
        with pytest.raises(ValueError, match="Expected a prediction per sample"):
            call()


@pytest.mark.parametrize(("y_true", "y_pred"), [([-1], [0]), ([0], [-1]), ([2], [0]), ([0], [2])])
def test_indices_outside_the_classes_are_errors(y_true, y_pred):
    with pytest.raises(ValueError, match=r"Expected class indices in 0\.\.1"):
        confusion_matrix(y_true, y_pred, 2)


@pytest.mark.parametrize(("n_first", "n_second"), [(0, 0), (0, 1), (1, 9), (9, 1), (5, 5), (40, 61), (0, 1500)])
def test_mcnemars_test_is_scipys_binomial_test(n_first, n_second):
    stats = pytest.importorskip("scipy.stats", reason="the reference is on CPython only")
    expected = stats.binomtest(n_first, n_first + n_second).pvalue if n_first + n_second else 1
    assert mcnemar_test(n_first, n_second) == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_mcnemars_test_takes_counts():
    with pytest.raises(ValueError, match="Expected counts of photos, got -1 and 3"):
        mcnemar_test(-1, 3)


def test_the_recall_of_each_class_has_its_wilson_interval():
    matrix = confusion_matrix(Y_TRUE, Y_PRED, N_CLASSES)
    per_class = Evaluation(tuple("abcde"), matrix).to_dict()["perClass"]
    stats = pytest.importorskip("scipy.stats", reason="the reference is on CPython only")
    for i, figures in enumerate(per_class):
        expected = stats.binomtest(int(matrix[i, i]), int(matrix[i].sum())).proportion_ci(method="wilson")
        assert figures["recallInterval"] == pytest.approx([expected.low, expected.high], abs=1e-9)


def test_an_evaluation_as_plain_data():
    evaluation = Evaluation.from_predictions([0] * 60 + [1] * 30, [0] * 58 + [1] * 32, ["cat", "dog", "owl"])
    data = json.loads(json.dumps(evaluation.to_dict(), allow_nan=False))
    assert (data["correct"], data["total"]) == (88, 90)
    assert data["accuracy"] == pytest.approx(88 / 90, abs=1e-12)
    # The README's "88 of 90 (97.8 %, 95 % interval 92 to 99 %)".
    assert [round(100 * bound) for bound in data["interval"]] == [92, 99]
    assert data["confusion"] == [[58, 2, 0], [0, 30, 0], [0, 0, 0]]
    assert data["unjudged"] == ["owl"] and evaluation.unjudged == ("owl",)
    owl = data["perClass"][2]
    assert owl == {
        "label": "owl",
        "precision": None,
        "recall": None,
        "recallInterval": [0, 1],
        "f1": None,
        "support": 0,
    }


def test_an_evaluation_of_nothing():
    evaluation = Evaluation.from_predictions([], [], ["a", "b"])
    assert evaluation.n_samples == 0 and math.isnan(evaluation.accuracy) and evaluation.interval == (0, 1)
    assert evaluation.to_dict()["accuracy"] is None


def test_the_interval_of_a_way_to_train_is_that_of_the_independent_photos_that_its_variance_amounts_to():
    # Nadeau and Bengio's variance of J figures of n2 photos each, by models of n1: (1/J + n2/n1) p (1 - p) / n2.
    for n, n_splits, n_train in ((900, 5, 720), (400, 1, 1600)):
        n_test = n / n_splits
        variance = (1 / n_splits + n_test / n_train) * 0.8 * 0.2 / n_test
        low, high = resampled_interval(round(0.8 * n), n, n_splits, n_test / n_train)
        assert (high - low) / 2 == pytest.approx(1.96 * variance**0.5, rel=0.02)
    assert np.allclose(resampled_interval(720, 900, 5, 1 / 4), wilson_interval(320, 400), atol=1e-12)
    assert resampled_interval(0, 0, 5, 1 / 4) == (0, 1) and resampled_interval(7, 9, 1, 0) == wilson_interval(7, 9)
    with pytest.raises(ValueError, match="at least 1 split"):
        resampled_interval(1, 2, 0, 1)
