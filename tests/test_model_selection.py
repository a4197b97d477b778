"""Cross-validation, compared with scikit-learn."""

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from photos import Reader, color_dataset, color_files

from pyclassifier import Dataset, ImageClassifier, ImageDecodeError, StratifiedKFold, cross_val_score

Y = np.random.default_rng(3).permutation(["cat"] * 17 + ["dog"] * 8 + ["ant"] * 5)


@pytest.mark.skipif(IN_PYODIDE, reason="the reference is on CPython only")
@pytest.mark.parametrize("n_splits", [2, 3, 5])
def test_folds_are_scikit_learns(n_splits):
    from sklearn import model_selection

    ours = list(StratifiedKFold(n_splits).split(Y, Y))
    theirs = list(model_selection.StratifiedKFold(n_splits).split(Y, Y))
    for (train, test), (expected_train, expected_test) in zip(ours, theirs, strict=True):
        assert np.array_equal(train, expected_train) and np.array_equal(test, expected_test)


def test_shuffled_folds_keep_shares_and_judge_each_sample_once():
    first, again, other = [
        [test.tolist() for _, test in StratifiedKFold(4, shuffle=True, random_state=seed).split(Y, Y)]
        for seed in (1, 1, 2)
    ]
    assert first == again != other
    assert sorted(i for test in first for i in test) == list(range(len(Y)))
    for test in first:
        counts = {label: (Y[test] == label).sum() for label in ("cat", "dog", "ant")}
        assert counts["cat"] in (4, 5) and counts["dog"] == 2 and counts["ant"] in (1, 2)


def test_classes_smaller_than_the_folds_are_refused():
    with pytest.raises(ValueError, match="at least 6 samples of each class for 6 folds, got 5 of ant"):
        next(StratifiedKFold(6).split(Y, Y))
    with pytest.raises(ValueError, match="at least 2, got 1"):
        StratifiedKFold(1)
    with pytest.raises(ValueError, match="a label per sample, got 30 for 2"):
        next(StratifiedKFold(2).split([1, 2], Y))


async def test_scores_are_accuracies_and_what_was_learned_stays():
    engine = NumpyEngine()
    classifier = ImageClassifier(input_size=32, learning_rate=0.01, engine=engine)
    dataset = color_dataset(6)
    scores = await cross_val_score(classifier, dataset, cv=3)
    assert scores.shape == (3,) and (scores == 1).all()
    n_predicted = engine.n_predicted
    assert n_predicted == 18 + 18, "features once, and each photo judged once"
    await classifier.fit(dataset)
    assert engine.n_predicted == n_predicted + 3, "the features were kept"
    held = engine.memory()
    await cross_val_score(classifier.set_params(input_size=64), dataset, cv=StratifiedKFold(2))
    assert engine.memory() == held and classifier.evaluation_.n_samples == 3


async def test_unreadable_photos_are_left_out_on_request():
    dataset = Dataset.from_files([*color_files(4), ("p/red/no.png", Reader(b"no"))])
    classifier = ImageClassifier(input_size=32, learning_rate=0.01, engine=NumpyEngine())
    with pytest.raises(ImageDecodeError):
        await cross_val_score(classifier, dataset, cv=2)
    problems = []
    assert len(await cross_val_score(classifier, dataset, cv=2, problems=problems)) == 2
    assert [problem.path for problem in problems] == ["p/red/no.png"]
