"""A training keeps to the split of one before: figures before and after labels were mended are of the same photos."""

from dataclasses import replace
from hashlib import sha256

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_files, encode, noisy

from pyclassifier import AsyncImageClassifier, Dataset
from pyclassifier.training import DrawnSplit, StratifiedGroupKFold, draw_validation, read_split


def digest(name) -> str:
    return sha256(f"{name}".encode()).hexdigest()


def draw(y, digests, before=None, groups=None, share=0.2, seed=0):
    groups = np.arange(len(y)) if groups is None else np.asarray(groups)
    return draw_validation(y, digests, groups, share, seed, before)


def fold_of(digests, judged) -> dict[str, int]:
    return dict(zip(digests, np.where(judged, 0, -1).tolist(), strict=True))


@pytest.mark.parametrize("seed", range(8))
def test_photos_stay_on_their_side_when_labels_are_mended_and_new_ones_are_drawn(seed):
    rng = np.random.default_rng(seed)
    y, digests = ["cat"] * 40 + ["dog"] * 25, [digest(i) for i in range(65)]
    first = draw(y, digests, seed=seed)
    mended = np.array(y)
    mended[rng.choice(65, 12, replace=False)] = "dog"
    added = ["cat"] * 20 + ["owl"] * 10
    again = draw([*mended, *added], [*digests, *map(digest, range(65, 95))], fold_of(digests, first), seed=seed)
    assert np.array_equal(again[:65], first), "none of them has changed sides"
    assert again[85:].sum() == 2, "of a new class, the share"
    assert abs(again[65:85].sum() - 4) <= 2, "of new photos, what brings their class to its share"


def test_without_the_memory_mended_labels_change_sides():
    y, digests = ["cat"] * 40 + ["dog"] * 25, [digest(i) for i in range(65)]
    mended = ["dog" if i % 7 == 0 else label for i, label in enumerate(y)]
    assert any(not np.array_equal(draw(mended, digests, seed=seed), draw(y, digests, seed=seed)) for seed in range(4))


def test_photos_that_went_and_came_back_leave_the_others_where_they_were():
    y, digests = ["cat"] * 30 + ["dog"] * 30, [digest(i) for i in range(60)]
    first = draw(y, digests)
    some = np.flatnonzero(np.arange(60) % 3 > 0)
    again = draw([y[i] for i in some], [digests[i] for i in some], fold_of(digests, first))
    assert np.array_equal(again, first[some])


def test_each_class_is_judged_and_learned_from_whatever_was_before():
    y, digests = ["cat"] * 10 + ["dog"] * 10, [digest(i) for i in range(20)]
    # All of the dogs were held out, and none of the cats.
    again = draw(y, digests, fold_of(digests, np.arange(20) >= 10))
    assert again[10:].sum() == 6 and again[:10].sum() == 2


@pytest.mark.parametrize(("were", "is_judged"), [((0, 0, -1), True), ((0, -1, -1), False), ((0, -1, None), False)])
def test_a_group_that_was_parted_goes_where_most_of_it_was(were, is_judged):
    y, digests = ["cat"] * 12 + ["dog"] * 12, [digest(i) for i in range(24)]
    before = fold_of(digests, np.isin(np.arange(24), [5, 6, 15, 16]))
    before |= {digests[i]: fold for i, fold in enumerate(were) if fold is not None}
    if None in were:
        del before[digests[2]]
    groups = np.array([0, 0, 0, *range(3, 24)])
    again = draw(y, digests, before, groups)
    assert again[:3].tolist() == [is_judged] * 3 and again[[5, 6, 15, 16]].all()


def test_folds_keep_their_photos_and_take_new_ones():
    folds = StratifiedGroupKFold(5, shuffle=True)
    y, groups = np.arange(40) % 2, np.arange(40)
    first = folds.deal(y, groups)
    before = dict(zip(groups.tolist(), first.tolist(), strict=True))
    mended = y.copy()
    mended[[3, 8, 14]] ^= 1
    again = folds.deal([*mended, *[0, 1] * 10], np.arange(60), before)
    assert np.array_equal(again[:40], first)
    assert [int((again == k).sum()) for k in range(5)] == [12] * 5, "new ones go where there is room"
    assert np.array_equal(folds.deal(y, groups, {0: 7}), first), "a fold that is none counts for nothing"


# With a classifier.


def make(**params) -> AsyncImageClassifier:
    return AsyncImageClassifier(engine=NumpyEngine(), **{"input_size": 32, **params})


def mislabelled(n=12) -> tuple[Dataset, Dataset]:
    """Photos of three colours, some of which lie in the folder of another one; and the same, mended."""
    right = Dataset.from_files(color_files(n)).samples
    wrong = {"photos/red/0.png", "photos/red/1.png", "photos/red/2.png", "photos/blue/3.png", "photos/blue/4.png"}
    spoilt = tuple(replace(one, label="green") if one.path in wrong else one for one in right)
    return Dataset(spoilt), Dataset(right)


def paths(classifier) -> set[str]:
    return {sample.path for sample in classifier.validation_.samples}


@pytest.mark.parametrize("params", [{"cv": 0}, {"cv": 0, "refit": False}, {"cv": 0, "hidden_units": 4, "epochs": 3}])
async def test_mended_labels_are_judged_by_the_same_photos(params):
    spoilt, mended = mislabelled()
    classifier = await make(**params).fit(spoilt)
    held_out, split = paths(classifier), classifier.split_
    assert sum(fold == 0 for fold in split.test_fold.values()) == len(held_out) and len(split.test_fold) == 36
    await classifier.fit(mended, split=split)
    assert paths(classifier) == held_out and classifier.split_ == split
    await classifier.fit(mended)
    assert paths(classifier) != held_out, "drawn anew, the labels decide as well"


async def test_folds_stay_too_and_only_where_they_are_as_many():
    spoilt, mended = mislabelled(8)
    classifier = await make(cv=4).fit(spoilt)
    split = classifier.split_
    assert split.n_splits == 4 and sorted(set(split.test_fold.values())) == [0, 1, 2, 3]
    assert (await classifier.fit(mended, split=split)).split_ == split
    assert (await classifier.fit(mended)).split_ != split
    assert (await classifier.set_params(cv=3).fit(mended, split=split)).split_.n_splits == 3
    # Of several, those count that were drawn in the same way.
    three = classifier.split_
    await classifier.set_params(cv=4).fit(mended, split=[split, three])
    assert classifier.split_ == split


async def test_lopsided_folds_are_dealt_anew():
    _, mended = mislabelled(8)
    classifier = await make(cv=2).fit(mended)
    everything = dict.fromkeys(classifier.split_.test_fold, 1)
    kept = await classifier.fit(mended, split=replace(classifier.split_, test_fold=everything))
    assert sorted(kept.split_.test_fold.values()) == [0] * 12 + [1] * 12


@pytest.mark.parametrize("change", [{"random_state": 1}, {"validation_split": 0.3}])
async def test_another_seed_or_share_draws_anew(change):
    _, mended = mislabelled()
    classifier = await make(cv=0).fit(mended)
    before = classifier.split_
    other = await make(cv=0, **change).fit(mended)
    assert (await classifier.set_params(**change).fit(mended, split=before)).split_ == other.split_ != before


async def test_a_model_that_is_opened_knows_the_split_and_marked_photos_have_none():
    spoilt, mended = mislabelled()
    classifier = await make(cv=0).fit(spoilt)
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert opened.split_ == classifier.split_ and isinstance(opened.split_, DrawnSplit)
    again = await make(cv=0).fit(mended, split=opened.split_)
    assert again.split_ == classifier.split_
    marked = mended + Dataset.from_files(color_files(2, prefix="val/"))
    assert (await classifier.fit(marked, split=opened.split_)).split_ is None
    assert {sample.path.split("/")[0] for sample in classifier.validation_.samples} == {"val"}


async def test_where_photos_choose_the_backbone_the_held_out_ones_have_no_part():
    spoilt, mended = mislabelled(20)
    more = Dataset.from_files([("new/red/9.png", Reader(encode(noisy(COLORS["red"], 777))))])
    classifier = await make(backbone="auto", cv=0).fit(spoilt)
    split = classifier.split_
    await classifier.fit(mended + more, split=split)
    held_out = {name for name, fold in split.test_fold.items() if fold == 0}
    assert held_out <= {name for name, fold in classifier.split_.test_fold.items() if fold == 0}
    learned_from = len(mended.samples) + 1 - len(classifier.validation_)
    assert {score.n_samples for score in classifier.backbones_} == {learned_from}


async def test_of_a_record_that_makes_no_sense_nothing_is_kept():
    _, mended = mislabelled(6)
    record = (await make(cv=0).fit(mended)).record_
    run = record["run"]
    assert read_split(record) is not None and read_split({}) is None
    for split in ({"n_splits": 1}, {**run["split"], "training": [0]}, {**run["split"], "n_splits": 0}, None, "x"):
        assert read_split({"run": {**run, "split": split}}) is None


async def test_a_long_recording_is_split_in_time_where_that_is_asked_for():
    burst = [(f"burst-1-{i:04}.png", Reader(encode(noisy(COLORS["red"], 300 + i)))) for i in range(40)]
    recorded = Dataset.from_files(burst, label="cup", group="burst-1")
    dataset = recorded + Dataset.from_files(color_files(12, labels=("blue", "green")))
    plain = await make(cv=0).fit(dataset)
    assert plain.evaluation_.unjudged == ("cup",) and plain.leaks_ == ()
    classifier = await make(cv=0, split_recordings=True, refit=False).fit(dataset)
    assert classifier.evaluation_.unjudged == ()
    ends = {sample.path for sample in classifier.validation_.samples if sample.label == "cup"}
    assert ends == {f"burst-1-{i:04}.png" for i in range(32, 40)}
    assert {leak.validation.path for leak in classifier.leaks_} == ends, "what that is worth"
    assert classifier.n_training_ == 64 - len(classifier.validation_) - 4, "with a gap between"
    again = await classifier.set_params(refit=True).fit(dataset, split=classifier.split_)
    assert again.n_training_ == 64 and paths(again) == paths(classifier)
    short = Dataset(dataset.samples[:19] + dataset.samples[40:])
    assert (await classifier.fit(short)).evaluation_.unjudged == ("cup",), "too short for that"
