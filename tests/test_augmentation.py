"""Changed copies of photos, and what is trained on them."""

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_dataset, encode, noisy
from PIL import Image, ImageEnhance, ImageOps

from pyclassifier import AsyncImageClassifier, Augmentation, Dataset, Predictions, Sample
from pyclassifier.aio import cross_validate
from pyclassifier.backbones import Preprocessing
from pyclassifier.embedding import Variation, fit_image

PICTURE = Image.fromarray(noisy((90, 140, 180), 3, (160, 120)))
DIGESTS = [f"{i:064x}" for i in range(60)]


def apply(digest=DIGESTS[0], seed=0, copy=0, fit_mode="crop", **how) -> np.ndarray:
    return Variation(Augmentation(**how), seed, copy).apply(PICTURE, digest, Preprocessing(32, fit_mode))


def test_half_of_the_copies_are_mirrored_and_nothing_else():
    plain, mirrored = fit_image(PICTURE, Preprocessing(32)), fit_image(ImageOps.mirror(PICTURE), Preprocessing(32))
    seen = [apply(digest, flip=True) for digest in DIGESTS]
    # Mirroring before or after the resize rounds otherwise.
    far = [min(np.abs(copy.astype(int) - one).max() for one in (plain, mirrored)) for copy in seen]
    assert max(far) <= 1
    assert 15 < sum(np.array_equal(copy, plain) for copy in seen) < 45


@pytest.mark.parametrize(
    ("name", "enhancer"),
    [
        ("brightness", ImageEnhance.Brightness),
        ("contrast", ImageEnhance.Contrast),
        ("saturation", ImageEnhance.Color),
    ],
)
def test_colours_change_within_their_bounds_as_pillow_changes_them(name, enhancer):
    plain = Image.fromarray(fit_image(PICTURE, Preprocessing(32)))
    possible = [np.asarray(enhancer(plain).enhance(f)).astype(int) for f in np.linspace(0.7, 1.3, 601)]
    figures = []
    for digest in DIGESTS:
        copy = apply(digest, **{name: 0.3})
        gaps = [np.abs(copy - one).max() for one in possible]
        assert min(gaps) <= 1
        figures.append(np.linspace(0.7, 1.3, 601)[int(np.argmin(gaps))])
    assert min(figures) < 0.8 and max(figures) > 1.2 and abs(np.mean(figures) - 1) < 0.1


def test_crops_are_parts_of_the_photo_of_the_wanted_size():
    # Red tells the column, green the row.
    columns, rows = np.meshgrid(np.arange(200), np.arange(200))
    image = Image.fromarray(np.stack([columns, rows, 0 * rows], axis=2).astype(np.uint8))
    sizes = []
    for digest in DIGESTS:
        copy = Variation(Augmentation(crop=0.4), 0, 0).apply(image, digest, Preprocessing(50)).astype(int)
        width, height = np.ptp(copy[:, :, 0]) + 1, np.ptp(copy[:, :, 1]) + 1
        assert abs(width - height) <= 6 and 110 <= width <= 200
        sizes.append(width)
    assert min(sizes) < 135 and max(sizes) > 180


@pytest.mark.parametrize("fit_mode", ["crop", "pad", "stretch", "central"])
def test_any_photo_in_any_fit_mode_gives_a_square(fit_mode):
    how = Augmentation(flip=True, crop=0.9, brightness=1, contrast=1, saturation=1)
    for size in ((1, 1), (3, 200), (500, 2)):
        copy = Variation(how, 0, 0).apply(Image.new("RGB", size, "green"), DIGESTS[0], Preprocessing(32, fit_mode))
        assert copy.shape == (32, 32, 3) and copy.dtype == np.uint8


def test_a_copy_hangs_on_content_seed_and_number():
    def seen(**where):
        return apply(brightness=0.3, crop=0.3, **where).tobytes()

    assert seen() == seen()
    assert len({seen(), seen(digest=DIGESTS[1]), seen(seed=1), seen(copy=1)}) == 4


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"flip": "yes"},
        {"crop": 0.95},
        {"brightness": -0.1},
        {"contrast": float("nan")},
        {"flip": True, "copies": 0},
        {"crop": "a"},
    ],
)
def test_impossible_figures_are_refused(how):
    with pytest.raises(ValueError, match="Expected"):
        Augmentation(**how)


# With a classifier.


def make(engine=None, **params) -> AsyncImageClassifier:
    return AsyncImageClassifier(
        engine=engine or NumpyEngine(), **{"input_size": 32, "learning_rate": 0.01, "cv": 0, "refit": False, **params}
    )


async def test_copies_are_of_training_photos_only_and_remembered():
    engine, seen = NumpyEngine(), []
    dataset = color_dataset(10)
    classifier = make(engine, augmentation=Augmentation(brightness=0.2, copies=2))
    await classifier.fit(dataset, on_progress=seen.append)
    assert classifier.n_training_ == 24 and classifier.evaluation_.n_samples == 6
    assert engine.n_predicted == 30 + 2 * 24 + 6, "features of photos and copies, and the validation photos' classes"
    augmenting = [(event.done, event.total) for event in seen if event.stage == "augmenting"]
    assert augmenting[-1] == (48, 48) and augmenting == sorted(augmenting)
    await classifier.fit(dataset)
    assert engine.n_predicted == 30 + 2 * 24 + 6 + 6, "all features were remembered"
    assert classifier._learned.record["run"]["parameters"]["augmentation"]["copies"] == 2
    await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())


async def test_the_split_is_the_same_and_the_model_another_one():
    dataset, photo = color_dataset(10), [noisy(COLORS["red"], 7)]
    plain, changed = await make().fit(dataset), await make(augmentation=Augmentation(contrast=0.5)).fit(dataset)
    again = await make(augmentation=Augmentation(contrast=0.5)).fit(dataset)
    assert [s.path for s in plain.validation_.samples] == [s.path for s in changed.validation_.samples]
    assert not np.allclose(await plain.predict_proba(photo), await changed.predict_proba(photo))
    assert np.array_equal(await changed.predict_proba(photo), await again.predict_proba(photo))
    comparison = plain.validation_.compare(changed.validation_)
    assert comparison.n_samples == 6 and comparison.p_value == 1


def lit(light: float, label: str, i: int, split=None) -> Sample:
    color = tuple(int(light * value) for value in COLORS[label])
    return Sample(f"{label}/{light}-{i}.png", Reader(encode(noisy(color, 700 + i))), label, split)


async def test_copies_in_other_light_help_in_other_light():
    # Learned from dark green and bright blue photos: light tells the classes apart, until it does not.
    labels, light = ("blue", "green"), {"blue": 1.0, "green": 0.35}
    other = {"blue": 0.35, "green": 1.0}
    training = [lit(light[label], label, i) for label in labels for i in range(8)]
    judged = [lit(other[label], label, 50 + i, "validation") for label in labels for i in range(12)]
    dataset = Dataset((*training, *judged))
    params = {"epochs": 40, "duplicate_threshold": None, "learning_rate": 0.005}
    plain = await make(**params).fit(dataset)
    helped = await make(**params, augmentation=Augmentation(brightness=0.8, copies=8)).fit(dataset)
    comparison = plain.validation_.compare(helped.validation_)
    before, after = comparison.accuracies
    assert after > before and comparison.n_only_second > comparison.n_only_first
    assert comparison.p_value < 0.05
    assert (before, after) == (plain.evaluation_.accuracy, helped.evaluation_.accuracy)


async def test_networks_from_scratch_and_cross_validation_take_copies_too():
    from pyclassifier.backbones import layers

    topology = layers.network((8, 8, 3), [layers.flatten(), layers.dense(3)])
    network = make(topology=topology, augmentation=Augmentation(flip=True), epochs=3)
    assert (await network.fit(color_dataset(6))).n_training_ == 15
    found = await cross_validate(make(augmentation=Augmentation(brightness=0.1)), color_dataset(8), cv=2)
    assert found.evaluation.n_samples == 24 and found.evaluation.accuracy > 0.9


def test_only_predictions_of_the_same_photos_compare():
    samples = color_dataset(2).samples
    some = Predictions(samples[:3], ("blue", "green", "red"), np.eye(3, dtype=np.float32))
    others = Predictions(samples[1:4], ("blue", "green", "red"), np.eye(3, dtype=np.float32))
    with pytest.raises(ValueError, match="got 3 and 3, 2 in both"):
        some.compare(others)
    with pytest.raises(ValueError, match="got none"):
        Predictions((), ("blue",), np.zeros((0, 1), np.float32)).compare(
            Predictions((), ("blue",), np.zeros((0, 1), np.float32))
        )
