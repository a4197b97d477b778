import numpy as np
import pytest

from pyclassifier.data import LabelEncoder, compute_class_weight, one_hot
from pyclassifier.errors import NotFittedError

LABELS = ["dog", "cat", "Zebra", "ähre", "10", "9", "cat", "", "cat ", "🐱", "日本"]


def test_it_encodes_as_scikit_learn_does():
    preprocessing = pytest.importorskip("sklearn.preprocessing", reason="the reference is on CPython only")
    reference = preprocessing.LabelEncoder().fit(LABELS)
    ours = LabelEncoder().fit(LABELS)
    assert ours.classes_.tolist() == reference.classes_.tolist()
    assert ours.transform(LABELS).tolist() == reference.transform(LABELS).tolist()
    indices = [[0, 2], [1, 0]]
    assert ours.inverse_transform(indices[0]).tolist() == reference.inverse_transform(indices[0]).tolist()


def test_classes_are_sorted_by_code_point_whatever_the_order():
    rng = np.random.default_rng(0)
    expected = sorted(set(LABELS))
    for _ in range(5):
        assert LabelEncoder().fit(rng.permutation(LABELS).tolist()).classes_.tolist() == expected


def test_there_and_back_again():
    encoder = LabelEncoder()
    y = encoder.fit_transform(LABELS)
    assert y.dtype == np.int64 and y.shape == (len(LABELS),)
    assert encoder.inverse_transform(y).tolist() == LABELS
    assert encoder.inverse_transform(y.reshape(1, -1)).shape == (1, len(LABELS))


def test_unseen_labels_are_named():
    with pytest.raises(ValueError, match=r"among \['a', 'b'\], got the unseen \['c', 'd'\]"):
        LabelEncoder().fit(["a", "b"]).transform(["d", "a", "c", "d"])


@pytest.mark.parametrize("indices", [[-1], [2], [0, 1, 2]])
def test_indices_outside_the_classes_are_errors(indices):
    with pytest.raises(ValueError, match=r"Expected class indices in 0\.\.1"):
        LabelEncoder().fit(["a", "b"]).inverse_transform(indices)
    with pytest.raises(ValueError, match=r"Expected class indices in 0\.\.1"):
        one_hot(indices, 2)


@pytest.mark.parametrize("indices", [[0.7], [np.nan], ["0"], [True]])
def test_what_is_no_whole_number_is_no_index(indices):
    with pytest.raises(ValueError, match="whole numbers"):
        LabelEncoder().fit(["a", "b"]).inverse_transform(indices)
    with pytest.raises(ValueError, match="whole numbers"):
        one_hot(indices, 2)


def test_an_encoder_that_knows_nothing_says_so():
    for call in (lambda: LabelEncoder().transform(["a"]), lambda: LabelEncoder().inverse_transform([0])):
        with pytest.raises(NotFittedError, match="call fit first"):
            call()


def test_one_hot_rows_as_scikit_learn_makes_them():
    preprocessing = pytest.importorskip("sklearn.preprocessing", reason="the reference is on CPython only")
    indices = [2, 0, 1, 2, 4]
    assert np.array_equal(one_hot(indices, 5), preprocessing.label_binarize(indices, classes=range(5)))


def test_one_hot_rows_are_float32_with_a_single_1():
    rows = one_hot(np.array([1, 0, 3], np.uint8), 4)
    assert rows.dtype == np.float32 and rows.tolist() == [[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    assert one_hot([], 3).shape == (0, 3)


@pytest.mark.parametrize("class_weight", [None, "balanced", {"cat": 3.0, "dog": 0.5}, {"owl": 2}])
def test_class_weights_are_scikit_learns(class_weight):
    reference = pytest.importorskip("sklearn.utils.class_weight", reason="the reference is on CPython only")
    classes = np.array(["cat", "dog", "owl"])
    y = np.array([0] * 7 + [1] * 2 + [2])
    expected = reference.compute_class_weight(class_weight, classes=classes, y=classes[y])
    assert compute_class_weight(class_weight, classes=classes.tolist(), y=y) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("class_weight", ["equal", {"cow": 1.0}, {"cat": "2"}, {"cat": -1.0}, {"cat": float("nan")}])
def test_impossible_class_weights_are_refused(class_weight):
    with pytest.raises(ValueError, match=r"Expected class.weight"):
        compute_class_weight(class_weight, classes=["cat", "dog"], y=[0, 1])
