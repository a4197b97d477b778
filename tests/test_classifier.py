import math

import numpy as np
import pytest
from numpy_engine import N_FEATURES, NumpyEngine
from photos import COLORS, Reader, color_dataset, color_files, encode, noisy

from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.archives import read_archive
from pyclassifier.errors import DatasetError, EngineError, ImageDecodeError, NotFittedError, StoppedError
from pyclassifier.training import TrainSettings


def make(engine=None, **params) -> AsyncImageClassifier:
    params = {"input_size": 32, "learning_rate": 0.01, **params}
    return AsyncImageClassifier(engine=engine or NumpyEngine(), **params)


async def test_it_learns_colors_and_recognises_new_photos():
    classifier = await make(cv=0).fit(color_dataset(8))
    assert classifier.classes_.tolist() == ["blue", "green", "red"]
    assert classifier.evaluation_.n_samples == 6 and classifier.evaluation_.accuracy == 1
    new = [encode(noisy(COLORS[label], seed=999)) for label in ("red", "blue")]
    assert (await classifier.predict(new)).tolist() == ["red", "blue"]
    y_proba = await classifier.predict_proba([noisy(COLORS["green"], seed=998)])
    assert y_proba.shape == (1, 3) and y_proba.dtype == np.float32
    assert y_proba.sum() == pytest.approx(1, abs=1e-5) and y_proba[0, 1] > 0.6


async def test_history_has_keras_names_and_a_value_per_epoch():
    epochs_seen = []
    classifier = await make(epochs=4).fit(
        color_dataset(), on_epoch=lambda history: epochs_seen.append(len(history["loss"]))
    )
    assert set(classifier.history_) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert {len(values) for values in classifier.history_.values()} == {4} and epochs_seen == [1, 2, 3, 4]


async def test_the_same_seed_gives_the_same_model():
    runs = [await make(random_state=seed, refit=False).fit(color_dataset()) for seed in (3, 3, 5)]
    photo = [noisy(COLORS["red"], seed=5)]
    same, again, other = [await run.predict_proba(photo) for run in runs]
    assert np.array_equal(same, again) and not np.array_equal(same, other)


async def test_without_validation_photos_there_are_no_figures():
    classifier = await make(validation_split=0).fit(color_dataset())
    assert classifier.evaluation_ is None and "val_loss" not in classifier.history_


async def test_the_flattened_head_of_the_tutorial():
    classifier = await make(pooling="flatten", input_size=64, learning_rate=1e-3).fit(color_dataset(8))
    assert classifier.evaluation_.accuracy == 1


async def test_training_again_computes_only_what_is_new():
    engine = NumpyEngine()
    classifier = make(engine, cv=0)
    files = color_files(6)
    dataset = Dataset.from_files(files)
    await classifier.fit(dataset)
    n_first = engine.n_predicted
    await classifier.set_params(epochs=2).fit(dataset + color_dataset(2, prefix="more/"))
    # Both runs judge by their validation photos (3 and 6 head predictions); "more/" holds known content.
    assert n_first == 18 + 3 and engine.n_predicted == n_first + 6
    assert [read.n_reads for _, read in files] == [1] * 18, "what was read once need not be read again"
    again = color_files(6)
    await classifier.fit(Dataset.from_files(again))
    assert [read.n_reads for _, read in again] == [1] * 18 and engine.n_predicted == n_first + 6 + 3


async def test_bad_files_are_listed_and_the_rest_trains():
    bad = [
        ("p/red/broken.jpg", Reader(b"\xff\xd8\xff")),
        ("p/red/empty.png", Reader(b"")),
        ("p/red/notes.txt", Reader(b"x")),
    ]
    classifier = await make().fit(Dataset.from_files([*color_files(6), *bad]))
    assert [problem.path for problem in classifier.problems_] == [
        "p/red/notes.txt",
        "p/red/broken.jpg",
        "p/red/empty.png",
    ]
    assert classifier.n_training_ == classifier.evaluation_.n_samples == 18


async def test_a_file_that_cannot_be_read_is_listed():
    async def read() -> bytes:
        raise OSError("it was moved")

    classifier = await make().fit(Dataset.from_files([*color_files(6), ("p/red/gone.jpg", read)]))
    assert "it was moved" in classifier.problems_[0].reason


async def test_a_class_without_readable_photos_is_an_error():
    with pytest.raises(DatasetError, match="none of 'cat'"):
        await make().fit(Dataset.from_files([*color_files(4), ("p/cat/1.jpg", Reader(b"no"))]))


async def test_a_failed_fit_leaves_the_learned_model():
    classifier = await make().fit(color_dataset())
    with pytest.raises(DatasetError, match="at least 2 classes, got 1"):
        await classifier.fit(color_dataset(labels=("red",)))
    assert (await classifier.predict([noisy(COLORS["red"], 7)])).tolist() == ["red"]


async def test_a_stopped_fit_with_other_parameters_leaves_the_learned_model():
    engine = NumpyEngine()
    classifier = await make(engine).fit(color_dataset())
    photos = [noisy(COLORS["red"], 7)]
    before, held = await classifier.predict_proba(photos), engine.memory()
    with pytest.raises(StoppedError):
        await classifier.set_params(input_size=64, fit_mode="pad").fit(color_dataset(), should_stop=lambda: True)
    assert np.array_equal(await classifier.predict_proba(photos), before) and engine.memory() == held
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=engine)
    assert opened.fit_mode == "crop" and opened._learned.extractor.card.input_size == 32


async def test_class_weights_say_what_counts():
    dataset = Dataset(color_dataset(9, labels=("blue",)).samples + color_dataset(4, labels=("red",)).samples)
    red = [noisy(COLORS["red"], 7)]
    ignoring = await make(class_weight={"red": 0}).fit(dataset)
    assert (await ignoring.predict(red)).tolist() == ["blue"]
    assert (await make().fit(dataset)).classes_.tolist() == ["blue", "red"]
    balanced = await make(class_weight="balanced", cv=0).fit(dataset)
    same = await make(class_weight={"blue": 13 / 18, "red": 13 / 8}, cv=0).fit(dataset)
    assert np.allclose(await balanced.predict_proba(red), await same.predict_proba(red), atol=1e-6)
    assert not np.allclose(await balanced.predict_proba(red), await (await make().fit(dataset)).predict_proba(red))
    with pytest.raises(ValueError, match="got one for 'green'"):
        await make(class_weight={"green": 2}).fit(dataset)


async def test_the_best_epoch_is_kept_and_patience_ends_the_training():
    # Labels at random: each epoch makes the validation photos worse, but for the first ones.
    samples = [Sample(s.path, s.source, "ab"[i % 2]) for i, s in enumerate(color_dataset(12).samples)]
    dataset = Dataset(tuple(samples))
    plain = {"learning_rate": 0.05, "cv": 0, "refit": False}
    classifier = await make(epochs=60, **plain).fit(dataset)
    losses = classifier.history_["val_loss"]
    assert classifier.best_epoch_ == losses.index(min(losses)) + 1 < 60 == len(losses)
    assert classifier.validation_.losses.mean() == pytest.approx(min(losses), abs=1e-4)
    patient = await make(epochs=60, patience=4, **plain).fit(dataset)
    assert len(patient.history_["loss"]) == patient.best_epoch_ + 4 and not patient.stopped_
    opened = await AsyncImageClassifier.load(await patient.save(), engine=NumpyEngine())
    assert opened.best_epoch_ == patient.best_epoch_
    blind = await make(epochs=5, patience=2, validation_split=0).fit(dataset)
    assert blind.best_epoch_ == len(blind.history_["loss"]) == 5


async def test_stop_keeps_what_is_trained_so_far():
    n = []
    classifier = await make(epochs=50).fit(color_dataset(), on_epoch=n.append, should_stop=lambda: len(n) >= 7)
    assert classifier.stopped_ and len(classifier.history_["loss"]) == 7
    assert len(await classifier.predict([noisy(COLORS["red"], 7)])) == 1


async def test_an_interrupted_training_keeps_what_is_learned():
    engine = NumpyEngine()
    classifier = make(engine, epochs=50)

    def interrupt(history):
        if len(history["loss"]) == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await classifier.fit(color_dataset(), on_epoch=interrupt)
    assert classifier.stopped_ and len(classifier.history_["loss"]) == 7
    assert classifier.evaluation_.n_samples < 18, "those of the first fold"
    assert (await classifier.predict([noisy(COLORS["red"], 7)])).tolist() == ["red"]
    classifier.close()
    assert engine.memory()["numTensors"] == 0


async def test_an_error_of_a_callback_comes_out_and_leaves_the_learned_model():
    classifier = await make().fit(color_dataset())
    held = classifier.engine.memory()

    def fail(_):
        raise ZeroDivisionError("mine")

    for callback in ("on_epoch", "on_progress"):
        with pytest.raises(ZeroDivisionError, match="mine"):
            await classifier.fit(color_dataset(), **{callback: fail})
    assert classifier.engine.memory() == held
    assert (await classifier.predict([noisy(COLORS["red"], 7)])).tolist() == ["red"]


async def test_stop_before_training_raises_and_remembers_features():
    engine = NumpyEngine()
    classifier = make(engine)
    n_asked = []
    with pytest.raises(StoppedError):
        await classifier.fit(color_dataset(12), should_stop=lambda: n_asked.append(1) or len(n_asked) > 20)
    assert engine.n_predicted == 12, "one batch of three, 36 photos being three times 12"
    with pytest.raises(NotFittedError):
        await classifier.predict([noisy(COLORS["red"], 7)])


async def test_progress_counts_every_photo():
    events = []
    await make().fit(color_dataset(12), on_progress=events.append)
    for stage in ("decoding", "features"):
        done = [event.done for event in events if event.stage == stage]
        assert done == sorted(done) and done[-1] == 36
    assert {event.total for event in events if event.stage in ("decoding", "features")} == {36}
    assert [(event.done, event.total) for event in events if event.stage == "judging"] == [
        (k, 10) for k in range(2, 11)
    ]
    assert {event.total for event in events if event.stage == "refitting"} == {0}


async def test_predicting_says_which_photo_is_bad():
    classifier = await make().fit(color_dataset())
    photos = [noisy(COLORS["red"], 7), b"no image"]
    with pytest.raises(ImageDecodeError, match="photo 1: not an image"):
        await classifier.predict(photos)
    problems = []
    y_proba = await classifier.predict_proba(photos, problems=problems)
    assert not np.isnan(y_proba[0]).any() and np.isnan(y_proba[1]).all() and len(problems) == 1


async def test_evaluate_counts_labelled_photos():
    classifier = await make().fit(color_dataset(labels=("blue", "red")))
    wrong = [("t/red/blue.png", Reader(encode(noisy(COLORS["blue"], 50))))]
    strange = [("t/cat/1.png", Reader(encode(noisy(COLORS["blue"], 51))))]
    problems = []
    evaluation = await classifier.evaluate(
        Dataset.from_files([*color_files(4, labels=("blue", "red")), *wrong, *strange]), problems=problems
    )
    assert evaluation.matrix.tolist() == [[4, 0], [1, 4]]
    assert [problem.path for problem in problems] == ["t/cat/1.png"]
    with pytest.raises(DatasetError):
        await classifier.evaluate(Dataset())


async def test_marked_validation_photos_are_the_ones_judged_by():
    dataset = color_dataset(5) + Dataset.from_files(color_files(2, prefix="v/"), split="validation")
    classifier = await make().fit(dataset)
    assert classifier.n_training_ == 21 and classifier.evaluation_.n_samples == 6
    assert (await make(refit=False).fit(dataset)).n_training_ == 15


async def test_features_are_a_step_of_their_own():
    engine = NumpyEngine()
    classifier = make(engine)
    dataset = Dataset.from_files([*color_files(4), ("p/red/no.png", Reader(b"no"))])
    with pytest.raises(ImageDecodeError, match=r"no\.png"):
        await classifier.extract_features(dataset)
    problems = []
    X, y = await classifier.extract_features(dataset, problems=problems), dataset.y
    assert X.shape == (13, N_FEATURES) and X.dtype == np.float32 and y.shape == (13,)
    assert np.isnan(X).any(axis=1).tolist() == [sample.path == "p/red/no.png" for sample in dataset.samples]
    assert [problem.path for problem in problems] == ["p/red/no.png"]
    centres = {label: X[y == label][:-1].mean(axis=0) for label in ("blue", "green")}
    for label in centres:  # A head of one's own: the nearest mean.
        new = await classifier.extract_features([noisy(COLORS[label], 77)])
        assert min(centres, key=lambda k: np.linalg.norm(centres[k] - new)) == label
    n_predicted = engine.n_predicted
    await classifier.fit(dataset)
    judged = classifier.evaluation_.n_samples
    assert engine.n_predicted == n_predicted + judged, "fit took the features that were there"


async def test_features_by_other_parameters_leave_the_learned_model():
    engine = NumpyEngine()
    classifier = await make(engine).fit(color_dataset())
    photo, held = [noisy(COLORS["red"], 7)], engine.memory()
    before = await classifier.predict_proba(photo)
    X = await classifier.set_params(pooling="flatten", input_size=64).extract_features(photo)
    assert X.shape == (1, 4 * N_FEATURES) and engine.memory() == held
    assert np.array_equal(await classifier.predict_proba(photo), before)


async def test_unfitted_classifiers_say_so():
    for call in (lambda: make().predict([b"x"]), lambda: make().save(), lambda: make().evaluate(Dataset())):
        with pytest.raises(NotFittedError, match="train one or open one"):
            await call()


async def test_parameters_are_stored_and_checked():
    classifier = make(epochs=3)
    assert classifier.get_params()["epochs"] == 3
    with pytest.raises(ValueError, match="got 'epoch'"):
        classifier.set_params(epoch=4)
    for params in (
        {"epochs": 0},
        {"learning_rate": -1},
        {"hidden_units": -1},
        {"l2": -1},
        {"input_size": 100},
        {"validation_split": 1},
    ):
        with pytest.raises(ValueError, match="Expected"):
            await make(**params).fit(color_dataset())


async def test_everything_the_engine_holds_is_given_back():
    engine = NumpyEngine()
    classifier = make(engine)
    await classifier.fit(color_dataset())
    held = engine.memory()["numTensors"]
    await classifier.fit(color_dataset())
    assert engine.memory()["numTensors"] == held
    classifier.close()
    assert engine.memory() == {"numTensors": 0, "numBytes": 0}


async def test_save_and_load_give_the_same_probabilities(tmp_path):
    classifier = await make(fit_mode="pad", duplicate_threshold=None).fit(color_dataset())
    data = await classifier.save(tmp_path / "model.zip", name="colours")
    assert (tmp_path / "model.zip").read_bytes() == data
    photos = [noisy(color, 77) for color in COLORS.values()]
    engine = NumpyEngine()
    opened = await AsyncImageClassifier.load(tmp_path / "model.zip", engine=engine)
    assert np.allclose(await opened.predict_proba(photos), await classifier.predict_proba(photos), atol=1e-6)
    assert opened.name_ == "colours" and opened.fit_mode == "pad" and opened.input_size is None
    assert opened.classes_.tolist() == classifier.classes_.tolist()
    assert opened.history_ == classifier.history_
    assert opened.evaluation_.matrix.tolist() == classifier.evaluation_.matrix.tolist()
    assert await opened.self_check() < 1e-6
    opened.close()
    assert engine.memory()["numTensors"] == 0


async def test_an_opened_model_can_be_trained_anew():
    data = await (await make().fit(color_dataset(labels=("blue", "red")))).save()
    opened = await AsyncImageClassifier.load(data, engine=NumpyEngine())
    await opened.set_params(learning_rate=0.01).fit(color_dataset())
    assert opened.classes_.tolist() == ["blue", "green", "red"] and opened.evaluation_.accuracy == 1


async def test_a_self_check_tells_a_changed_model():
    classifier = await make().fit(color_dataset())
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    opened._learned.head._weights["head_probabilities/kernel"] *= 1.2
    assert await opened.self_check() > 1e-3
    assert math.isnan(await classifier.self_check())


async def test_it_comes_back_to_what_it_learned_before():
    engine = NumpyEngine()
    classifier = await make(engine, hidden_units=7).fit(color_dataset())
    photo = [noisy(COLORS["red"], seed=5)]
    before, expected = classifier.snapshot(), await classifier.predict_proba(photo)
    history, n_models = classifier.history_, len(engine.live)
    await classifier.set_params(hidden_units=3, random_state=9).fit(color_dataset(labels=("green", "red")))
    n_predicted = engine.n_predicted
    await classifier.restore(before)
    assert engine.n_predicted == n_predicted and len(engine.live) == n_models
    assert classifier.hidden_units == 7 and classifier.history_ == history
    assert classifier.classes_.tolist() == ["blue", "green", "red"]
    assert np.array_equal(await classifier.predict_proba(photo), expected)


async def test_it_does_not_come_back_to_another_backbone():
    classifier = await make().fit(color_dataset())
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    with pytest.raises(ValueError, match="open its archive instead"):
        await opened.restore(classifier.snapshot())
    assert (await opened.predict([noisy(COLORS["red"], seed=5)])).tolist() == ["red"]


async def test_an_engine_that_fails_to_come_back_leaves_all_as_it_was():
    engine = NumpyEngine()
    classifier = await make(engine, input_size=96).fit(color_dataset())
    before = classifier.snapshot()
    await classifier.set_params(input_size=64).fit(color_dataset())
    expected, n_models = classifier.get_params(), len(engine.live)

    async def fail(*_):
        raise EngineError("lost")

    engine.build = fail
    with pytest.raises(EngineError):
        await classifier.restore(before)
    assert classifier.get_params() == expected and len(engine.live) == n_models
    assert (await classifier.predict([noisy(COLORS["red"], seed=5)])).tolist() == ["red"]


@pytest.mark.parametrize(("n", "size"), [(1, 16), (800, 16), (801, 32), (5000, 128)])
def test_many_photos_are_trained_on_in_larger_steps(n, size):
    assert TrainSettings().fit_config(n).batch_size == size
    assert TrainSettings(batch_size=5).fit_config(n).batch_size == 5


async def test_the_size_of_the_steps_is_on_record():
    classifier = await make().fit(color_dataset())
    archive = read_archive(await classifier.save())
    assert archive.record["run"]["parameters"]["batch_size"] == 16
