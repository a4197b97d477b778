"""Cross-validation, compared with scikit-learn."""

import numpy as np
import pytest
from conftest import IN_PYODIDE
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_dataset, color_files, encode, noisy
from PIL import Image

from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.aio import cross_val_score, cross_validate
from pyclassifier.errors import DatasetError, ImageDecodeError, StoppedError
from pyclassifier.training import StratifiedGroupKFold, StratifiedKFold

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
    classifier = AsyncImageClassifier(input_size=32, cv=0, engine=engine)
    dataset = color_dataset(6)
    scores = await cross_val_score(classifier, dataset, cv=3)
    assert scores.shape == (3,) and (scores == 1).all()
    n_predicted = engine.n_predicted
    assert n_predicted == 18 + 18, "features once, each photo judged once"
    await classifier.fit(dataset)
    assert engine.n_predicted == n_predicted + 3, "the features were kept"
    held = engine.memory()
    await cross_val_score(classifier.set_params(input_size=64), dataset, cv=StratifiedKFold(2))
    assert engine.memory() == held and classifier.evaluation_.n_samples == 3


async def test_unreadable_photos_are_left_out_on_request():
    dataset = Dataset.from_files([*color_files(4), ("p/red/no.png", Reader(b"no"))])
    classifier = AsyncImageClassifier(input_size=32, learning_rate=0.01, engine=NumpyEngine())
    with pytest.raises(ImageDecodeError):
        await cross_val_score(classifier, dataset, cv=2)
    problems = []
    assert len(await cross_val_score(classifier, dataset, cv=2, problems=problems)) == 2
    assert [problem.path for problem in problems] == ["p/red/no.png"]


# Groups.


@pytest.mark.skipif(IN_PYODIDE, reason="the reference is on CPython only")
@pytest.mark.parametrize("seed", range(25))
def test_folds_of_groups_are_scikit_learns(seed):
    from sklearn import model_selection

    rng = np.random.default_rng(seed)
    n, n_splits = int(rng.integers(40, 200)), int(rng.integers(2, 6))
    y, groups = rng.integers(0, rng.integers(2, 6), n), rng.integers(0, rng.integers(10, 120), n)
    reference = model_selection.StratifiedGroupKFold(n_splits)
    for (train, test), (expected_train, expected_test) in zip(
        StratifiedGroupKFold(n_splits).split(y, y, groups), reference.split(y, y, groups), strict=True
    ):
        assert np.array_equal(train, expected_train) and np.array_equal(test, expected_test)


@pytest.mark.parametrize("seed", range(5))
def test_shuffled_folds_of_groups_part_no_group_and_keep_shares(seed):
    rng = np.random.default_rng(seed)
    y, groups = rng.permutation(["cat"] * 90 + ["dog"] * 60), rng.integers(0, 60, 150)
    folds = list(StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(y, y, groups))
    assert sorted(i for _, test in folds for i in test) == list(range(150))
    for train, test in folds:
        assert not set(groups[train]) & set(groups[test])
        assert abs((y[test] == "cat").mean() - 0.6) < 0.1 and 20 <= len(test) <= 40
    other = list(StratifiedGroupKFold(5, shuffle=True, random_state=seed + 1).split(y, y, groups))
    assert [test.tolist() for _, test in folds] != [test.tolist() for _, test in other]


def test_fewer_groups_than_folds_are_refused():
    with pytest.raises(ValueError, match=r"at least 3 groups.* got 2 groups of 6 samples"):
        next(StratifiedGroupKFold(3).split([0] * 6, [0, 1] * 3, [0, 0, 0, 1, 1, 1]))
    with pytest.raises(ValueError, match="a group per sample, got 2 for 6"):
        next(StratifiedGroupKFold(3).split([0] * 6, [0, 1] * 3, [0, 1]))


def make(engine=None, **params) -> AsyncImageClassifier:
    return AsyncImageClassifier(engine=engine or NumpyEngine(), **{"input_size": 32, "learning_rate": 0.01, **params})


async def test_every_photo_is_judged_once_and_what_was_learned_stays():
    engine = NumpyEngine()
    dataset = color_dataset(8)
    classifier = await make(engine).fit(dataset)
    held, photo = engine.memory(), [noisy(COLORS["red"], 7)]
    before, seen = await classifier.predict_proba(photo), []
    found = await cross_validate(classifier, dataset, cv=4, on_progress=seen.append)
    assert [sample.path for sample in found.predictions.samples] == [sample.path for sample in dataset.samples]
    assert found.predictions.is_judged.all() and found.evaluation.n_samples == 24
    assert [(found.folds == k).sum() for k in range(4)] == [6, 6, 6, 6] and found.scores.shape == (4,)
    assert found.scores.mean() == pytest.approx(found.evaluation.accuracy) and found.evaluation.accuracy > 0.9
    assert found.evaluation.interval[0] < found.evaluation.accuracy
    assert engine.memory() == held and np.array_equal(await classifier.predict_proba(photo), before)
    training = [(event.done, event.total) for event in seen if event.stage == "training"]
    assert training == [(1, 4), (2, 4), (3, 4), (4, 4)]
    seen.clear()
    await cross_validate(classifier.set_params(epochs=20), dataset, cv=4, on_progress=seen.append)
    training = [(event.done, event.total) for event in seen if event.stage == "training"]
    assert training == [(i + 1, 80) for i in range(80)]
    other_size = await cross_validate(classifier.set_params(input_size=64), dataset, cv=2)
    assert other_size.evaluation.n_samples == 24 and engine.memory() == held


def twice(n: int) -> Dataset:
    """Photos that tell nothing of their labels, each there twice: as it is, and encoded anew."""
    rng = np.random.default_rng(1)
    files = []
    for i in range(n):
        picture = Image.fromarray(noisy((128, 128, 128), 900 + i, size=(96, 96)))
        label = "ab"[rng.integers(2)]
        files.append((f"p/{label}/{i}.png", Reader(encode(picture))))
        files.append((f"p/{label}/{i}.jpg", Reader(encode(picture, "JPEG", quality=95))))
    return Dataset.from_files(files)


async def test_with_copies_on_both_sides_figures_lie_and_with_groups_they_do_not():
    dataset = twice(60)
    params = {"hidden_units": 100, "epochs": 150, "learning_rate": 0.02, "validation_split": 0}
    honest = await cross_validate(make(**params), dataset, cv=4)
    lying = await cross_validate(make(**params, duplicate_threshold=None), dataset, cv=4)
    assert lying.evaluation.accuracy > 0.7, "what was learned by heart comes up again"
    assert honest.evaluation.accuracy < 0.65, "there is nothing to know"


async def test_a_class_of_one_group_cannot_be_cross_validated():
    samples = [
        Sample(s.path, s.source, s.label, group="burst" if s.label == "red" else None) for s in color_dataset(6).samples
    ]
    with pytest.raises(DatasetError, match="photos of 'red' in at least 2 groups"):
        await cross_validate(make(), Dataset(tuple(samples)), cv=2)


async def test_a_stopped_cross_validation_leaves_nothing_behind():
    engine = NumpyEngine()
    classifier, seen = make(engine, epochs=20), []
    with pytest.raises(StoppedError, match="before all folds"):
        await cross_validate(
            classifier,
            color_dataset(6),
            cv=3,
            on_progress=seen.append,
            should_stop=lambda: any(event.stage == "training" and event.done >= 25 for event in seen),
        )
    assert max(event.done for event in seen if event.stage == "training") == 25
    assert len(engine.live) == 1, "the extractor"


async def test_its_predictions_choose_a_threshold():
    dataset = color_dataset(10)
    classifier = await make(cv=0).fit(dataset)
    assert classifier.threshold_ is None, "6 validation photos are too few"
    classifier.calibrate((await cross_validate(classifier, dataset, cv=3)).predictions)
    assert classifier.calibration_.n_right > 25 and 0.3 < classifier.threshold_ < 1
