"""The last blocks of a backbone are trained further, where that helps."""

import numpy as np
import pytest
from deep_backbone import CARD, SIZE, backbone, deep_engine, weights
from photos import COLORS, encode, noisy

from pyclassifier import AsyncImageClassifier, Augmentation, Dataset, cross_validate
from pyclassifier.archives import read_archive
from pyclassifier.backbones import cut_backbone, feature_extractor, head, initial_weights, sequential
from pyclassifier.data import one_hot
from pyclassifier.engines import FitConfig


def make(engine=None, **params) -> AsyncImageClassifier:
    params = {"fine_tune": 2, "cv": 0, "duplicate_threshold": None, "learning_rate": 0.03, "batch_size": 4, **params}
    return AsyncImageClassifier(CARD, engine=engine or deep_engine(), **params)


def striped(direction: int, seed: int) -> np.ndarray:
    """Stripes across, along or both ways, in noise."""
    rng = np.random.default_rng(seed)
    row = np.where((np.arange(SIZE) + rng.integers(0, 4)) % 4 < 2, 1.0, -1.0)
    waves = [row[:, None] + 0 * row, row[None, :] + 0 * row[:, None], row[:, None] * row[None, :]][direction]
    mixed = 128 + rng.uniform(40, 100) * waves[..., None] + rng.normal(0, 25, (SIZE, SIZE, 3))
    return mixed.clip(0, 255).astype(np.uint8)


def stripes(n: int = 40, seed: int = 0) -> Dataset:
    names = ("across", "along", "both")
    files = [
        (f"{name}/{i}.png", encode(striped(k, 1000 * seed + 3 * i + k)))
        for k, name in enumerate(names)
        for i in range(n)
    ]
    return Dataset.from_files([(path, reader(data)) for path, data in files])


def reader(data: bytes):
    async def read() -> bytes:
        return data

    return read


@pytest.mark.parametrize(
    ("n_blocks", "shape", "first", "n"),
    [(1, (4, 4, 8), "pw_2", 1), (2, (8, 8, 6), "pw_1", 2), (True, (16, 16, 6), "dw_1", 3)],
)
async def test_the_cut_is_where_a_photo_takes_least_room_and_both_parts_are_the_whole(n_blocks, shape, first, n):
    extractor = feature_extractor(backbone(), SIZE, "avg")
    cut = cut_backbone(extractor, n_blocks)
    assert (cut.shape, cut.trained[0], cut.n_blocks) == (shape, first, n)
    X = np.random.default_rng(0).uniform(-1, 1, (3, SIZE, SIZE, 3)).astype(np.float32)

    engine, all_weights = deep_engine(), weights()
    whole = await engine.build(extractor, all_weights)
    lower = await engine.build(cut.lower, cut.weights_below(all_weights))
    upper = await engine.build(sequential("upper", cut.upper), cut.weights_above(all_weights))
    assert await upper.predict(await lower.predict(X)) == pytest.approx(await whole.predict(X), abs=1e-5)


@pytest.mark.parametrize("n_blocks", [0, -1, 4, 2.5])
def test_a_number_of_blocks_that_there_is_not(n_blocks):
    with pytest.raises(ValueError, match="from 1 to 3"):
        cut_backbone(feature_extractor(backbone(), SIZE, "avg"), n_blocks)


async def test_it_is_kept_where_it_helps_and_everything_goes_on_with_it():
    engine = deep_engine()
    classifier, epochs, stages = make(engine), [], set()
    await classifier.fit(
        stripes(),
        on_epoch=lambda history: epochs.append(len(history["loss"])),
        on_progress=lambda p: stages.add(p.stage),
    )
    tuning = classifier.fine_tuning_
    assert tuning.kept and tuning.tuned.accuracy > tuning.alone.accuracy
    assert classifier.evaluation_.accuracy == tuning.tuned.accuracy and classifier.history_ == tuning.history
    assert 1 <= classifier.best_epoch_ <= len(epochs) and "fine-tuning" in stages
    assert classifier.history_.best_epoch == int(np.argmin(classifier.history_["val_loss"])) + 1
    told = classifier.record_
    assert told["fineTuning"]["kept"] and told["fineTuning"]["layers"] == list(tuning.layers)
    assert told["card"]["source"] == "" and not told["card"]["sha256"], "the published backbone is another one"
    new = [striped(i % 3, 90_000 + i) for i in range(12)]
    y_proba = await classifier.predict_proba(new)
    archive = await classifier.save()
    trained = read_archive(archive).extractor_weights
    changed = {name.split("/")[0] for name, array in weights().items() if not np.array_equal(trained[name], array)}
    assert changed == set(tuning.layers), "the blocks, and nothing else"
    opened = await AsyncImageClassifier.load(archive, engine=engine)
    assert (
        opened.deviation_ < 1e-5
        and opened.fine_tuning_.kept
        and opened.fine_tuning_.tuned.accuracy == tuning.tuned.accuracy
    )
    assert np.abs(await opened.predict_proba(new) - y_proba).max() < 1e-5
    assert (await opened.explain(new[0])).heat.shape == (4, 4)
    assert [cost.dtype for cost in await opened.measure_storage(Dataset(), dtypes=["uint16"])] == ["uint16"]
    await opened.fit(stripes(8))
    assert opened.fine_tuning_ is None, "its backbone is as it was opened, and only a head is new"
    opened.close()
    classifier.close()
    assert engine.memory()["numTensors"] == 0


async def judged_again(classifier) -> float:
    """How far what it says now is from what it said of the photos that judged it, at most."""
    judged = classifier.validation_
    return np.abs(await classifier.predict_proba(judged.samples) - judged.y_proba).max()


@pytest.mark.parametrize("augmentation", [None, Augmentation(brightness=0.1, copies=1)])
async def test_with_refit_the_blocks_learn_from_all_photos_and_the_figures_stay_those_of_before(augmentation):
    engine, stages = deep_engine(), []
    once = await make(engine, refit=False, augmentation=augmentation).fit(stripes())
    again = make(engine, augmentation=augmentation)
    await again.fit(stripes(), on_progress=lambda progress: stages.append(progress))
    assert again.n_training_ == 120 > once.n_training_ and again.record_["run"]["refit"]
    assert not once.record_["run"]["refit"] and len(again.record_["run"]["files"]["training"]) == 120
    assert again.evaluation_.accuracy == again.fine_tuning_.tuned.accuracy > again.fine_tuning_.alone.accuracy
    assert again.history_ == again.fine_tuning_.history and again.history_["val_loss"]
    # Heads without a number of epochs have no total.
    seen = [progress for progress in stages if progress.stage == "refitting" and progress.total][-1]
    n_steps = again.best_epoch_ * -(-120 * (2 if augmentation else 1) // 4)
    assert (seen.done, seen.total) == (n_steps, n_steps), "as many epochs as were the best"
    new = [striped(i % 3, 50_000 + i) for i in range(60)]
    right = [(np.argmax(await one.predict_proba(new), axis=1) == np.arange(60) % 3).mean() for one in (once, again)]
    assert right[1] >= right[0] - 0.1, right
    assert await judged_again(once) < 0.01 < await judged_again(again)
    for one in (once, again):
        one.close()
    assert engine.memory()["numTensors"] == 0


async def test_a_word_to_stop_while_the_blocks_learn_from_all_photos_keeps_what_was_judged():
    engine, told = deep_engine(), []
    classifier = await make(engine).fit(
        stripes(),
        on_progress=lambda progress: told.append(progress.stage),
        should_stop=lambda: "fine-tuning" in told and told[-1] == "refitting",
    )
    assert classifier.stopped_ and classifier.fine_tuning_.kept and not classifier.record_["run"]["refit"]
    assert classifier.n_training_ == 120 - len(classifier.validation_.samples)
    assert await judged_again(classifier) < 0.01
    classifier.close()
    assert engine.memory()["numTensors"] == 0


async def test_the_way_back_to_the_head_alone_and_forth():
    engine, new = deep_engine(), [striped(i % 3, 90_000 + i) for i in range(6)]
    classifier = await make(engine).fit(stripes())
    tuned, alone = classifier.snapshot(), classifier.snapshot_before_fine_tuning()
    of_tuned = await classifier.predict_proba(new)
    await classifier.restore(alone)
    assert classifier.fine_tuning_ is None and classifier.fine_tune is None
    only_head = await make(engine, fine_tune=None).fit(stripes())
    assert np.abs(await classifier.predict_proba(new) - await only_head.predict_proba(new)).max() < 1e-6
    assert (classifier.evaluation_.matrix == only_head.evaluation_.matrix).all()
    await classifier.restore(tuned)
    assert np.abs(await classifier.predict_proba(new) - of_tuned).max() < 1e-6
    again, before = await classifier.fit(stripes()), tuned.learned.fine_tuning.tuned
    assert (again.fine_tuning_.tuned.matrix == before.matrix).all(), "from the published weights"
    classifier.close()
    only_head.close()
    assert engine.memory()["numTensors"] == 0


async def test_the_head_is_kept_alone_where_the_photos_say_so():
    engine = deep_engine()
    files = [
        (f"{label}/{i}.png", reader(encode(noisy(color, seed=i)))) for label, color in COLORS.items() for i in range(8)
    ]
    classifier = await make(engine, learning_rate=30.0).fit(Dataset.from_files(files))
    tuning = classifier.fine_tuning_
    assert not tuning.kept and tuning.tuned.accuracy < tuning.alone.accuracy == classifier.evaluation_.accuracy
    assert classifier.record_["card"]["source"] == "somewhere", "the backbone is the published one"
    assert not classifier.record_["fineTuning"]["kept"] and classifier.snapshot_before_fine_tuning() is None
    classifier.close()
    assert engine.memory()["numTensors"] == 0


@pytest.mark.parametrize("stage", ["features", "fine-tuning"])
async def test_a_word_to_stop_keeps_the_head(stage):
    engine, told, marks = deep_engine(), [], []
    classifier = await make(engine).fit(
        stripes(),
        on_progress=lambda progress: told.append(progress.stage),
        on_epoch=lambda history: marks.append(len(told)),
        should_stop=lambda: stage in told[marks[-1] :] if marks else False,
    )
    assert classifier.stopped_ and not classifier.fine_tuning_.kept
    assert (await classifier.predict_proba([striped(0, 1)])).shape == (1, 3)
    classifier.close()
    assert engine.memory()["numTensors"] == 0


async def test_an_interruption_is_raised_once_the_classifier_holds_what_was_learned():
    engine, told = deep_engine(), []
    classifier = make(engine)

    def interrupt(history):
        if "fine-tuning" in told and len(history["loss"]) == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await classifier.fit(stripes(), on_progress=lambda progress: told.append(progress.stage), on_epoch=interrupt)
    assert classifier.stopped_ and len(classifier.fine_tuning_.history["loss"]) == 4
    classifier.close()
    assert engine.memory()["numTensors"] == 0


async def test_changed_copies_are_learned_from_too_and_no_photo_is_set_aside_without_a_split():
    augmentation = Augmentation(flip=True, copies=1)
    classifier = await make(augmentation=augmentation, validation_split=0).fit(stripes(6))
    tuning = classifier.fine_tuning_
    assert tuning.kept and tuning.tuned is None and classifier.evaluation_ is None
    classifier.close()


async def test_what_is_told_of_it_before_it_starts():
    cost = await make().measure_fine_tuning(1000)
    extractor = feature_extractor(backbone(), SIZE, "avg")
    cut = cut_backbone(extractor, 2)
    assert cost.n_blocks == 2 and cost.n_bytes > 1000 * 2 * np.prod(cut.shape) and cost.seconds > 0
    with pytest.raises(ValueError, match="photos to train the last layers"):
        await make().measure_fine_tuning(10_000_000)


async def test_cross_validation_says_what_it_does_not_do():
    with pytest.raises(ValueError, match="set_params"):
        await cross_validate(make(), stripes(4))


async def test_a_network_from_scratch_has_no_backbone_to_fine_tune():
    from pyclassifier import layers

    with pytest.raises(ValueError, match="topology"):
        await AsyncImageClassifier(topology=layers.small_cnn(3), fine_tune=1, engine=deep_engine()).fit(stripes(4))


async def test_rates_and_schedule_move_each_layer_by_its_own():
    cut = cut_backbone(feature_extractor(backbone(), SIZE, "avg"), 1)
    topology = cut.with_head(head(12, 0, 3))
    start = {**cut.weights_above(weights()), **initial_weights(head(12, 0, 3), np.random.default_rng(1))}
    model = await deep_engine().build(topology, start)
    X = np.random.default_rng(0).uniform(0, 6, (8, *cut.shape)).astype(np.float16)
    config = FitConfig(
        epochs=1, batch_size=8, learning_rate=0.01, rates=dict.fromkeys(cut.trained, 0.002), schedule="linear"
    )
    steps = []
    await model.fit(X, one_hot(np.arange(8) % 3, 3), config, on_step=lambda *step: steps.append(step))
    moved = {name: np.abs(array - start[name]).max() for name, array in model.weights().items()}
    # Adam's first step is of the rate's size, and 1 / 20 of it while it rises.
    assert moved["head_probabilities/kernel"] == pytest.approx(0.01 / 20, rel=0.05)
    assert moved["pw_3/kernel"] == pytest.approx(0.002 / 20, rel=0.05) and steps[-1] == (1, 1)
