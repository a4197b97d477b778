"""The split: by content, with nothing on both sides."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_dataset, color_files, encode, noisy
from PIL import Image, ImageEnhance

from pyclassifier import CATALOG, AsyncImageClassifier, Dataset, Sample
from pyclassifier.backbones import DEFAULT_BACKBONE
from pyclassifier.errors import DatasetError
from pyclassifier.training import check_splittable, draw_validation, find_leaks, group_samples

SIZES = {"one": 1, "two": 2, "three": 3, "seven": 7, "ten": 10, "hundred": 100}


def labelled(**counts: int) -> tuple[list[str], list[str]]:
    y = [label for label, n in counts.items() for _ in range(n)]
    return y, [sha256(f"{i}".encode()).hexdigest() for i in range(len(y))]


def draw(y, digests, share=0.2, seed=0, groups=None):
    return draw_validation(y, digests, np.arange(len(y)) if groups is None else np.asarray(groups), share, seed)


async def no_bytes() -> bytes:
    return b""


def dataset_of(split=None, /, **counts: int) -> Dataset:
    return Dataset(tuple(Sample(f"{i}", no_bytes, label, split) for label, n in counts.items() for i in range(n)))


@pytest.mark.parametrize("share", [0.01, 0.1, 0.2, 0.25, 0.5, 0.9, 0.99])
@pytest.mark.parametrize("seed", range(4))
def test_the_draw_keeps_each_class_share_and_never_empties_a_class(share, seed):
    y, digests = labelled(**SIZES)
    judged = draw(y, digests, share, seed)
    for label, size in SIZES.items():
        n = judged[np.array(y) == label].sum()
        assert size - n >= 1, "something is left to learn from"
        assert n == (min(max(round(size * share), 1), size - 1) if size > 1 else 0)


def test_the_draw_hangs_on_the_seed():
    y, digests = labelled(cat=30, dog=30)
    assert np.array_equal(draw(y, digests, seed=5), draw(y, digests, seed=5))
    assert len({draw(y, digests, seed=seed).tobytes() for seed in range(10)}) == 10


def test_the_draw_hangs_on_contents_and_not_on_the_order():
    y, digests = labelled(cat=30, dog=12)
    groups = np.arange(42) // 2
    order = np.random.default_rng(0).permutation(42)
    expected = draw(y, digests, groups=groups)
    # Numbers of groups are names, too.
    again = draw([y[i] for i in order], [digests[i] for i in order], groups=(groups[order] * 7) % 23)
    assert np.array_equal(again, expected[order]) and expected.any()


def test_the_draw_is_no_favourite_of_any_photo():
    # 600 draws of 2 of 10: each photo is drawn 120 times on average, standard deviation 9.8; tolerance 5 of those.
    y, digests = labelled(cat=10, dog=10)
    counts = sum(draw(y, digests, seed=seed).astype(int) for seed in range(600))
    assert np.abs(counts - 120).max() < 49


@pytest.mark.parametrize("seed", range(20))
def test_groups_are_never_parted_and_shares_stay_close(seed):
    rng = np.random.default_rng(seed)
    y, digests = labelled(cat=60, dog=40, owl=20)
    groups = rng.integers(0, 60, 120)
    judged = draw(y, digests, 0.25, seed, groups)
    assert not set(groups[judged]) & set(groups[~judged])
    for label, n in (("cat", 60), ("dog", 40), ("owl", 20)):
        assert abs(judged[np.array(y) == label].mean() - 0.25) <= 0.1 + 2 / n


def test_of_two_large_groups_one_is_judged_by_and_of_a_single_one_nothing():
    y, digests = labelled(cat=20, dog=20)
    groups = np.array([0] * 11 + [1] * 9 + [2] * 20)
    judged = draw(y, digests, groups=groups)
    assert judged[:20].tolist() == [False] * 11 + [True] * 9 and not judged[20:].any()


def test_a_share_of_0_draws_none():
    assert not draw(*labelled(cat=9, dog=9), share=0).any()


@pytest.mark.parametrize("share", [-0.1, 1, 1.5, float("nan"), float("inf")])
def test_an_impossible_share_is_an_error(share):
    with pytest.raises(ValueError, match=r"Expected validation_split in 0\.\.1"):
        check_splittable(dataset_of(cat=9, dog=9), share)


def test_a_class_with_validation_photos_only_is_an_error():
    dataset = dataset_of(cat=3, dog=3) + dataset_of("validation", owl=2, cat=1)
    with pytest.raises(DatasetError, match=r"none of 'owl' \(2 for validation\)\. Add some, or remove 'owl'"):
        check_splittable(dataset, 0.2)


@pytest.mark.parametrize(("counts", "got"), [({}, "got none"), ({"cat": 5}, r"got 1 \('cat'\)")])
def test_fewer_than_two_classes_is_an_error(counts, got):
    with pytest.raises(DatasetError, match=rf"at least 2 classes, {got}\. Add a folder for each class"):
        check_splittable(dataset_of(**counts), 0.2)


def test_leaks_say_what_is_common():
    names = ["a", "a", "b", "c", "d", "e"]
    samples = [Sample(str(i), no_bytes, "cat", group="burst" if i in (2, 3) else None) for i in range(6)]
    X = np.eye(6, 8, dtype=np.float32)
    X[5] = X[4] + 0.05
    groups = group_samples(samples, names, X, 0.97)
    assert groups.tolist() == [0, 0, 1, 1, 2, 2]
    judged = np.array([True, False, True, False, True, False])
    leaks = find_leaks(samples, names, groups, judged)
    found = [(leak.validation.path, leak.training.path, leak.kind) for leak in leaks]
    assert found == [("0", "1", "same file"), ("2", "3", "same group"), ("4", "5", "near-duplicate")]
    assert group_samples(samples, names, X, None).tolist() == [0, 0, 1, 1, 2, 3]


# With a classifier.


def make(**params) -> AsyncImageClassifier:
    """One that is judged by one draw, and keeps the head that was."""
    plain = {"input_size": 32, "learning_rate": 0.01, "cv": 0, "refit": False}
    return AsyncImageClassifier(engine=NumpyEngine(), **{**plain, **params})


def paths(samples) -> set[str]:
    return {sample.path for sample in samples}


def copies(label: str, seed: int) -> list[tuple[str, Reader]]:
    """A photo, encoded anew, brighter, smaller."""
    picture = Image.fromarray(noisy(COLORS[label], seed, size=(128, 96)))
    versions = {
        "png": encode(picture),
        "jpg": encode(picture, "JPEG", quality=90),
        "bright": encode(ImageEnhance.Brightness(picture).enhance(1.1)),
        "half": encode(picture.resize((64, 48))),
    }
    return [(f"p/{label}/{seed}-{name}.png", Reader(data)) for name, data in versions.items()]


async def test_near_duplicates_and_groups_stay_on_one_side():
    files = [file for label in COLORS for seed in range(5) for file in copies(label, seed)]
    dataset = Dataset.from_files(files)
    for seed in range(3):
        classifier = await make(random_state=seed, validation_split=0.4).fit(dataset)
        judged = paths(classifier.validation_.samples)
        assert len(judged) == 3 * 2 * 4
        of_photo = {path: path.split("-")[0] for path in paths(dataset.samples)}
        assert not {of_photo[path] for path in judged} & {of_photo[path] for path in of_photo.keys() - judged}
    strict = replace(CATALOG[DEFAULT_BACKBONE], near_duplicate=1.0)
    for params in ({"duplicate_threshold": None}, {"backbone": strict}):
        parted = await make(**params, validation_split=0.4).fit(dataset)
        judged = paths(parted.validation_.samples)
        rest = paths(dataset.samples) - judged
        assert {path.split("-")[0] for path in judged} & {path.split("-")[0] for path in rest}


async def test_bursts_stay_on_one_side():
    samples = color_dataset(10).samples
    bursts = [Sample(s.path, s.source, s.label, group=f"{s.label} {i % 10 // 5}") for i, s in enumerate(samples)]
    classifier = await make(validation_split=0.5).fit(Dataset(tuple(bursts)))
    judged = {sample.group for sample in classifier.validation_.samples}
    assert len(judged) == 3 and len(classifier.validation_) == 15


async def test_the_same_photos_give_the_same_model_in_any_order_and_by_any_name():
    files = color_files(6)
    first = await make().fit(Dataset.from_files(files))
    renamed = [(f"other/{path.split('/')[1]}/{i}.png", read) for i, (path, read) in enumerate(reversed(files))]
    again = await make().fit(Dataset.from_files(renamed))
    assert {id(s.source) for s in first.validation_.samples} == {id(s.source) for s in again.validation_.samples}
    photo = [noisy(COLORS["red"], 3)]
    assert np.array_equal(await first.predict_proba(photo), await again.predict_proba(photo))


async def test_marks_stand_and_leaks_are_told():
    files = color_files(5)
    path, leaked = files[0]
    marked = Dataset.from_files(
        [("v/blue/again.png", Reader(leaked.data)), *color_files(2, prefix="v/")[2:4]], split="validation"
    )
    classifier = await make().fit(Dataset.from_files(files) + marked)
    assert paths(classifier.validation_.samples) == {"v/blue/again.png", "v/green/0.png", "v/green/1.png"}
    by_path = {leak.validation.path: (leak.training.path, leak.kind) for leak in classifier.leaks_}
    assert by_path["v/blue/again.png"] == (path, "same file") and len(by_path) == 3
    assert (await make().fit(Dataset.from_files(files))).leaks_ == ()


async def test_photos_marked_for_training_only_are_drawn_from():
    dataset = color_dataset(10)
    marked = Dataset(tuple(Sample(s.path, s.source, s.label, "training") for s in dataset.samples))
    classifier = await make().fit(marked)
    assert (classifier.n_training_, len(classifier.validation_)) == (24, 6)


async def test_the_validation_photos_keep_their_predictions():
    files = [*color_files(10, labels=("blue", "red")), ("p/red/blue.png", Reader(encode(noisy(COLORS["blue"], 77))))]
    dataset = Dataset.from_files(files[:-1]) + Dataset.from_files(files[-1:], split="validation")
    classifier = await make().fit(dataset)
    (mistake,) = classifier.validation_.mistakes().samples
    assert mistake.path == "p/red/blue.png"
    assert paths(classifier.validation_.select("red", "blue").samples) == {"p/red/blue.png"}
    assert classifier.validation_.evaluation.matrix.tolist() == classifier.evaluation_.matrix.tolist()
    y_proba = await classifier.predict_proba(classifier.validation_.samples)
    assert np.allclose(y_proba, classifier.validation_.y_proba, atol=1e-6)
    classifier.rename_classes(["sky", "rose"])
    assert [sample.label for sample in classifier.validation_.select("rose", "sky").samples] == ["rose"]
