"""The check of labelled photos: each kind of fault is found, and mended by its fix."""

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, encode
from PIL import Image

from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.aio import check_dataset
from pyclassifier.classifiers.checks import _read
from pyclassifier.embedding import MemoryCache
from pyclassifier.errors import StoppedError


def sample(name, data, label, split=None):
    return Sample(name, data if callable(data) else Reader(data), label, split)


def picture(label, seed, size=(64, 48)):
    """Each of these has a texture of its own, so that the double's features tell them apart."""
    rng = np.random.default_rng(seed)
    blocks = np.kron(rng.integers(0, 256, (6, 8, 3)), np.ones((8, 8, 1))).astype(np.uint8)
    return Image.fromarray((0.7 * blocks + 0.3 * np.array(COLORS[label])).astype(np.uint8)).resize(size)


def photos(n=10):
    """As many of each of two colours, all different."""
    return [
        sample(f"{label}/{i}.png", encode(picture(label, 100 * k + i)), label)
        for k, label in enumerate(("blue", "red"))
        for i in range(n)
    ]


async def check(samples, **options):
    return await check_dataset(Dataset(tuple(samples)), **options)


def kinds(report):
    return [finding.kind for finding in report]


async def test_good_photos_have_no_findings():
    report = await check(photos())
    assert list(report) == [] and str(report) == "20 photos: nothing found."


async def test_unreadable_files_are_found_also_where_only_the_end_is_missing():
    async def gone():
        raise OSError("the file has gone")

    whole = encode(picture("blue", 77), "JPEG")
    bad = [
        sample("cut.jpg", whole[: len(whole) // 2], "blue"),
        sample("empty.png", b"", "red"),
        sample("gone.png", gone, "red"),
    ]
    report = await check([*photos(), *bad])
    assert kinds(report) == ["unreadable"] and report[0].groups == (tuple(bad),)
    assert "3 photos cannot be read" in report[0].message
    mended = report[0].fixes[0].apply(Dataset((*photos(), *bad)))
    assert len(mended.samples) == 20


async def test_copies_in_a_class_are_found_and_all_but_the_first_are_deleted():
    samples = photos()
    copies = [sample(f"copy {i}.png", samples[3].source.data, "blue") for i in range(2)]
    report = await check([*samples, *copies])
    assert kinds(report) == ["duplicates"] and report[0].groups == ((samples[3], *copies),)
    mended = report[0].fixes[0].apply(Dataset((*samples, *copies)))
    assert mended.samples == tuple(samples) and list(await check(mended.samples)) == []


async def test_a_photo_in_two_classes_is_kept_in_one():
    samples = photos()
    copy = sample("blue again.png", samples[0].source.data, "red")
    report = await check([*samples, copy])
    assert kinds(report) == ["two classes"] and report[0].labels == ("blue", "red")
    assert [(fix.change, fix.label, fix.samples) for fix in report[0].fixes] == [
        ("keep in", "blue", (copy,)),
        ("keep in", "red", (samples[0],)),
    ]
    for fix in report[0].fixes:
        assert "two classes" not in kinds(await check(fix.apply(Dataset((*samples, copy))).samples))


async def test_a_photo_on_both_sides_of_the_split_is_put_on_one():
    samples = photos()
    judged = sample("val/0.png", samples[0].source.data, "blue", "validation")
    report = await check([*samples, judged])
    assert kinds(report) == ["both sides", "duplicates"]
    for fix, split in zip(report[0].fixes, ("training", "validation"), strict=True):
        mended = fix.apply(Dataset((*samples, judged)))
        assert kinds(await check(mended.samples)) == ["duplicates"]
        same = [one for one in mended.samples if one.source.data == judged.source.data]
        assert {one.split == "validation" for one in same} == {split == "validation"}


async def test_nearly_the_same_photos_are_found_by_features_which_training_uses_again():
    engine = NumpyEngine()
    classifier = AsyncImageClassifier(engine=engine, input_size=32, epochs=1, cv=0)
    original = picture("blue", 5, (96, 72))
    again = sample("again.jpg", encode(original, "JPEG", quality=60), "blue")
    other = sample("other.jpg", encode(original, "JPEG", quality=80), "red")
    samples = [*photos(), sample("original.png", encode(original), "blue"), again, other]
    assert kinds(await check(samples)) == []  # their bytes differ
    report = await check(samples, classifier=classifier)
    assert kinds(report) == ["two classes"]
    assert {one.path for one in report[0].groups[0]} == {"blue/5.png", "original.png", "again.jpg", "other.jpg"}
    fix = report[0].fixes[0]
    assert (fix.change, fix.label, fix.samples) == ("move to", "blue", (other,))
    mended = fix.apply(Dataset(tuple(samples)))
    report = await check(mended.samples, classifier=classifier)
    assert kinds(report) == ["alike"] and len(report[0].fixes[0].samples) == 3
    n = engine.n_predicted
    await classifier.fit(mended)
    assert engine.n_predicted - n < len(samples)  # only the head


async def test_small_photos_are_found_for_the_input_of_a_classifier():
    small = sample("small.png", encode(picture("red", 9, (40, 12))), "red")
    classifier = AsyncImageClassifier(engine=NumpyEngine(), input_size=32)
    report = await check([*photos(), small], classifier=classifier)
    assert kinds(report) == ["small"] and report[0].groups == ((small,),) and report[0].numbers["side"] == 16


async def test_counts_of_classes_are_judged():
    samples = photos()
    report = await check(samples[:13])
    assert kinds(report) == ["few", "imbalance"]
    assert report[0].labels == ("red",) and report[1].labels == ("blue", "red")
    assert report[1].numbers == {"largest": 10, "smallest": 3}
    assert kinds(await check([*samples[:10], *samples[10:14]])) == ["few"]


async def test_a_check_can_be_stopped_and_shows_itself():
    with pytest.raises(StoppedError):
        await check(photos(), should_stop=lambda: True)
    with pytest.raises(StoppedError):
        await check(
            photos(), classifier=AsyncImageClassifier(engine=NumpyEngine(), input_size=32), should_stop=lambda: True
        )
    seen = []
    report = await check([sample("<b>.png", b"", "blue"), *photos(2)], on_progress=seen.append)
    assert [(p.stage, p.done, p.total) for p in seen] == [("decoding", i + 1, 5) for i in range(5)]
    assert "&lt;b&gt;.png" in report._repr_html_() and "<b>.png" not in report._repr_html_()


async def test_a_file_that_is_gone_is_told_by_the_code_that_training_tells_it_by():
    async def gone():
        raise OSError("it was moved")

    facts = await _read(Sample("b.png", gone, "red"), MemoryCache())
    assert (facts.reason.code, str(facts.reason)) == ("unreadable-file", "the file could not be read (it was moved).")
