"""Photos that are versions of one original, by their names: found, told, and never parted."""

import time

import pytest
from numpy_engine import NumpyEngine
from photos import Reader, encode
from test_checks import picture

from pyclassifier import AsyncImageClassifier, Dataset
from pyclassifier.aio import check_dataset
from pyclassifier.data import find_versions, name_of_original


@pytest.mark.parametrize(
    ("path", "original"),
    [
        ("a/img12_rot90.jpg", "img12"),
        ("img12_3.png", "img12"),
        ("flower-7_flipped_crop 2.jpg", "flower-7"),
        ("dog_jpg.rf.0a1b2c3d4e5f6071.jpg", "dog"),
        ("x (2).png", "x"),
        ("cat_3.jpg", "cat_3"),
        ("android-12.jpg", "android-12"),
        ("DSC_0001.JPG", "DSC_0001"),
        ("IMG_20200101_120000.jpg", "IMG_20200101_120000"),
        ("n02085620_10074.jpg", "n02085620_10074"),
    ],
)
def test_a_name_tells_the_original(path, original):
    assert name_of_original(path) == original


@pytest.mark.parametrize("part", ["_", "1_", "rot_", " (1)", "-crop 1."])
def test_hostile_names_take_no_time(part):
    for length in (250, 60_000):
        name = (part * length)[:length] + "x"
        started = time.perf_counter()
        name_of_original(f"{name}.jpg")
        assert time.perf_counter() - started < 0.5


def files(*names):
    """Photos of two classes, all different."""
    return [
        (f"{label}/{name}", Reader(encode(picture(label, 1000 * k + i))))
        for k, label in enumerate(("blue", "red"))
        for i, name in enumerate(names)
    ]


VERSIONS = [f"{original}_rot{angle}.png" for original in "abcdef" for angle in (0, 90, 180)]


@pytest.mark.parametrize(
    "names",
    [
        [f"{i:03}.png" for i in range(12)],
        [f"blue_{i}.png" for i in range(12)],  # the class is all that they have in common
        [*(f"{i:03}.png" for i in range(12)), "a_rot90.png", "a_rot180.png"],
        [f"one_rot{i}.png" for i in range(12)],
    ],
)
def test_other_names_are_of_no_versions(names):
    assert find_versions(Dataset.from_files(files(*names)).samples) == []


def test_photos_of_different_folders_are_numbered_apart():
    photos = [(f"{split}/{path}", read) for split in ("train", "val") for path, read in files("1.png", "2.png")]
    assert find_versions(Dataset.from_files(photos).samples) == []


@pytest.mark.parametrize("split", ["validation", None])
def test_photos_of_two_chosen_folders_are_numbered_apart(split):
    # As on the page: the paths of a training folder and of a validation folder both begin within them.
    training = Dataset.from_files(files("1.png", "2.png", "3.png"))
    others = Dataset.from_files(files("1.png", "2.png", "3.png"), split=split)
    assert find_versions((training + others).samples) == []
    turned = Dataset.from_files(files("1_rot90.png", "2_rot90.png", "3_rot90.png"), split=split)
    assert [len(family) for family in find_versions((training + turned).samples)] == [2] * len(turned.samples)


async def test_versions_are_told_and_kept_together():
    dataset = Dataset.from_files(files(*VERSIONS))
    classifier = AsyncImageClassifier(input_size=32, validation_split=0.4, cv=0, refit=False, engine=NumpyEngine())
    report = await check_dataset(dataset, classifier)
    (finding,) = [one for one in report if one.kind == "versions"]
    assert finding.numbers == {"photos": 36, "originals": 12} and len(finding.groups) == 12
    assert "36 photos seem to be versions of 12 originals" in finding.message
    mended = finding.fixes[0].apply(dataset)
    assert len({sample.group for sample in mended.samples}) == 12
    assert all(one.kind != "versions" for one in await check_dataset(mended, classifier))
    await classifier.fit(mended)
    judged = {sample.group for sample in classifier.validation_.samples}
    parts = [sample for sample in mended.samples if sample.group in judged]
    assert 0 < len(judged) < 12 and len(parts) == len(classifier.validation_.samples)
