"""What judges a model, and what it learns from in the end."""

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_dataset, color_files, encode, noisy

from pyclassifier import AsyncImageClassifier, Augmentation, Dataset, Sample, layers
from pyclassifier.aio import cross_validate
from pyclassifier.errors import EngineError


def make(engine=None, **params) -> AsyncImageClassifier:
    return AsyncImageClassifier(engine=engine or NumpyEngine(), **{"input_size": 32, **params})


def noisy_dataset(n: int, n_wrong: int = 2) -> Dataset:
    """Photos of two colours, some of which are in the other one's class, so that figures and probabilities differ."""
    samples, other = color_dataset(n, labels=("blue", "red")).samples, {"blue": "red", "red": "blue"}
    labels = [other[str(s.label)] if i % n < n_wrong else s.label for i, s in enumerate(samples)]
    return Dataset(tuple(Sample(s.path, s.source, label) for s, label in zip(samples, labels, strict=True)))


def marked(dataset: Dataset, split: str) -> Dataset:
    return Dataset(tuple(Sample(f"{split}/{s.path}", s.source, s.label, split) for s in dataset.samples))


def fresh(n: int, seed: int, split: str) -> Dataset:
    """Other photos of the colours."""
    files = [
        (f"{split}/{label}/{i}.png", Reader(encode(noisy(color, seed + 100 * k + i))))
        for k, (label, color) in enumerate(COLORS.items())
        for i in range(n)
    ]
    return Dataset.from_files(files, split=split)


PHOTO = [noisy(COLORS["red"], 999)]


async def test_the_model_is_fitted_again_on_all_photos_with_what_was_chosen_before():
    dataset, params = color_dataset(10), {"cv": 0, "l2": 0.01}
    fitted = await make(**params).fit(dataset)
    whole = await make(**params, validation_split=0).fit(dataset)
    held_out = await make(**params, refit=False).fit(dataset)
    assert np.allclose(await fitted.predict_proba(PHOTO), await whole.predict_proba(PHOTO), atol=1e-5)
    assert not np.allclose(await fitted.predict_proba(PHOTO), await held_out.predict_proba(PHOTO), atol=1e-5)
    assert (fitted.n_training_, held_out.n_training_) == (30, 24)
    # Figures, curves and what is known of its probabilities are those of the photos that it had not seen.
    assert np.array_equal(fitted.validation_.y_proba, held_out.validation_.y_proba)
    assert fitted.history_ == held_out.history_ and fitted.calibration_.to_dict() == held_out.calibration_.to_dict()
    assert fitted.evaluation_.matrix.tolist() == held_out.evaluation_.matrix.tolist()
    # Another head than the one that was judged is not just as good.
    (low, high), (inner, outer) = fitted.evaluation_.interval, held_out.evaluation_.interval
    assert low < inner and outer <= high and fitted.evaluation_.n_learned == 24
    runs = [one.record_["run"] for one in (fitted, held_out)]
    assert [run["refit"] for run in runs] == [True, False]
    assert [len(run["files"]["training"]) for run in runs] == [30, 24]
    assert (
        set(runs[0]["files"]["validation"]) == set(runs[1]["files"]["validation"]) < set(runs[0]["files"]["training"])
    )
    opened = await AsyncImageClassifier.load(await fitted.save(), engine=NumpyEngine())
    assert opened.deviation_ < 1e-5 and opened.evaluation_.to_dict() == fitted.evaluation_.to_dict()


@pytest.mark.parametrize("params", [{}, {"hidden_units": 6, "learning_rate": 0.05}])
async def test_epochs_that_were_chosen_are_gone_through_again(params):
    dataset = noisy_dataset(12, n_wrong=4)
    params = {"cv": 0, "epochs": 30, "l2": 0.0, **params}
    fitted = await make(**params).fit(dataset)
    assert 1 <= fitted.best_epoch_ < 30 == len(fitted.history_["loss"])
    again = await make(**{**params, "epochs": fitted.best_epoch_}, validation_split=0).fit(dataset)
    assert np.allclose(await fitted.predict_proba(PHOTO), await again.predict_proba(PHOTO), atol=1e-5)


async def test_copies_of_all_photos_are_learned_from():
    events = []
    classifier = make(cv=0, augmentation=Augmentation(flip=True, copies=1))
    await classifier.fit(color_dataset(10), on_progress=events.append)
    assert max(event.total for event in events if event.stage == "augmenting") == 30


async def test_few_photos_are_judged_fold_by_fold():
    dataset = noisy_dataset(20)
    assert (await make().fit(dataset)).evaluation_.n_splits == 10
    assert (await make().fit(noisy_dataset(45) + color_dataset(120, labels=("green",)))).evaluation_.n_splits == 5
    found = await make(l2=0.01).fit(dataset)
    assert len(found.validation_) == found.evaluation_.n_samples == 40
    crossed = await cross_validate(make(l2=0.01), dataset, cv=10)
    assert found.evaluation_.matrix.tolist() == crossed.evaluation.matrix.tolist()
    theirs = {s.id: row for s, row in zip(crossed.predictions.samples, crossed.predictions.y_proba, strict=True)}
    rows = np.array([theirs[sample.id] for sample in found.validation_.samples])
    assert np.allclose(found.validation_.y_proba, rows, atol=1e-6)
    assert found.calibration_.n_right == found.evaluation_.n_correct and found.threshold_ is not None
    assert found.n_training_ == 40 and found.record_["evaluation"]["folds"] == 10
    whole = await make(l2=0.01, validation_split=0).fit(dataset)
    assert np.allclose(await found.predict_proba(PHOTO), await whole.predict_proba(PHOTO), atol=1e-5)
    opened = await AsyncImageClassifier.load(await found.save(), engine=NumpyEngine())
    assert opened.evaluation_.n_splits == 10 and opened.evaluation_.interval == found.evaluation_.interval


async def test_enough_held_out_photos_judge_alone():
    for n, n_splits in ((47, 10), (48, None)):  # 20 % of 48, rounded, are 10.
        assert (await make().fit(color_dataset(n, labels=("blue", "red")))).evaluation_.n_splits == n_splits
    small = color_dataset(5, labels=("blue", "red"))
    assert (await make(cv=0).fit(small)).evaluation_.n_splits is None
    assert (await make(cv=3).fit(small)).evaluation_.n_splits == 3
    assert (await make(validation_split=0).fit(small)).evaluation_ is None
    validated = small + marked(fresh(1, 50, "validation"), "validation")
    assert (await make().fit(color_dataset(5) + validated)).evaluation_.n_splits is None
    slow = {"hidden_units": 4, "epochs": 2}, {"topology": layers.small_cnn(2, 28), "epochs": 1}
    for params in slow:
        assert (await make(**params).fit(small)).evaluation_.n_splits is None
    with pytest.raises(ValueError, match="at least 2, got 1"):
        await make(cv=1).fit(small)


async def test_folds_keep_together_what_belongs_together():
    samples = [
        Sample(s.path, s.source, s.label, group=f"{s.label} {i % 10 // 2}")
        for i, s in enumerate(color_dataset(10).samples)
    ]
    assert (await make().fit(Dataset(tuple(samples)))).evaluation_.n_splits == 10
    together = [Sample(s.path, s.source, s.label, group=s.label if s.label == "red" else None) for s in samples]
    alone = await make().fit(Dataset(tuple(together)))
    assert alone.evaluation_.n_splits is None, "all photos of red belong together: they are in one fold, or in none"


async def test_an_epoch_is_chosen_without_the_photos_of_the_fold():
    dataset = noisy_dataset(20, n_wrong=6)
    found = await make(epochs=40, l2=0.0).fit(dataset)
    crossed = await cross_validate(make(epochs=40, l2=0.0), dataset, cv=10)
    assert found.evaluation_.matrix.tolist() == crossed.evaluation.matrix.tolist()
    assert found.evaluation_.n_splits == 10 and found.n_training_ == 40


@pytest.mark.parametrize("stage", ["judging", "refitting"])
@pytest.mark.parametrize("how", ["stop", "interrupt", "fail"])
async def test_what_is_stopped_while_it_is_judged_or_fitted_again_keeps_the_first_head(stage, how):
    engine = NumpyEngine()
    classifier, reached = make(engine), []

    def on_progress(progress):
        if progress.stage == stage:
            reached.append(progress)
            if how == "interrupt":
                raise KeyboardInterrupt
            if how == "fail":
                raise EngineError("engine", error="gone")

    fit = classifier.fit(color_dataset(6), on_progress=on_progress, should_stop=lambda: how == "stop" and bool(reached))
    if how == "fail":
        with pytest.raises(EngineError):
            await fit
        assert engine.memory()["numTensors"] == 0
        return
    if how == "interrupt":
        with pytest.raises(KeyboardInterrupt):
            await fit
    else:
        await fit
    assert classifier.stopped_ and classifier.evaluation_.n_splits == (6 if stage == "refitting" else None)
    assert classifier.n_training_ < 18
    assert (await classifier.predict(PHOTO)).tolist() == ["red"]
    classifier.close()
    assert engine.memory()["numTensors"] == 0


async def test_three_splits_stay_three():
    training, validation, test = color_dataset(8), fresh(3, 1000, "validation"), fresh(4, 2000, "test")
    classifier = await make(epochs=9).fit(training + validation + test)
    assert classifier.evaluation_.n_samples == 9 and classifier.test_evaluation_.n_samples == 12
    assert classifier.n_training_ == 24 + 9
    # Whatever the test photos show, nothing but the test's figures hangs on them.
    swapped = {"blue": "red", "red": "green", "green": "blue"}
    wrong = Dataset(tuple(Sample(s.path, s.source, swapped[s.label], "test") for s in test.samples))
    other = await make(epochs=9).fit(training + validation + wrong)
    assert other.test_evaluation_.n_correct == 0 < classifier.test_evaluation_.n_correct
    assert np.array_equal(await other.predict_proba(PHOTO), await classifier.predict_proba(PHOTO))
    assert other.history_ == classifier.history_ and other.evaluation_.to_dict() == classifier.evaluation_.to_dict()
    assert other.calibration_.to_dict() == classifier.calibration_.to_dict()
    files = classifier.record_["run"]["files"]
    assert [len(files[name]) for name in ("training", "validation", "test")] == [33, 9, 12]
    assert not set(files["test"]) & set(files["training"])
    classifier.rename_classes(["sky", "grass", "rose"])
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert opened.test_evaluation_.labels == ("sky", "grass", "rose")
    assert opened.test_evaluation_.matrix.tolist() == classifier.test_evaluation_.matrix.tolist()


async def test_without_validation_photos_some_are_drawn_beside_the_test():
    classifier = await make().fit(color_dataset(8) + fresh(4, 2000, "test"))
    assert classifier.evaluation_.n_samples == classifier.n_training_ == 24
    assert classifier.test_evaluation_.n_samples == 12


async def test_photos_to_test_by_that_were_learned_from_are_told():
    leaked = marked(Dataset(color_dataset(6).samples[:1]), "test")
    classifier = await make(duplicate_threshold=None).fit(color_dataset(6) + leaked)
    (leak,) = classifier.leaks_
    assert (leak.validation.path, leak.training.path) == ("test/photos/blue/0.png", "photos/blue/0.png")


async def test_evaluate_judges_a_folder_by_its_test_photos(tmp_path):
    classifier = await make().fit(color_dataset(6))
    for split, n in (("train", 3), ("test", 2)):
        for k, (label, color) in enumerate(COLORS.items()):
            (tmp_path / split / label).mkdir(parents=True)
            for i in range(n):
                (tmp_path / split / label / f"{i}.png").write_bytes(encode(noisy(color, 500 + 10 * k + i)))
    assert (await classifier.evaluate(tmp_path)).n_samples == 6
    assert (await classifier.evaluate(tmp_path / "train")).n_samples == 9
    assert (await classifier.evaluate(Dataset.from_folder(tmp_path))).n_samples == 6
    assert (await classifier.evaluate(Dataset.from_files(color_files(2)))).n_samples == 6
