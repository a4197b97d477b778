"""`views=`: features averaged over a photo, its mirror image and its middle."""

import io
import json
import zipfile

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import Reader, encode

from pyclassifier import AsyncImageClassifier as ImageClassifier
from pyclassifier import Augmentation, Dataset, Project, Sample, layers
from pyclassifier.aio import check_dataset, cross_validate, open_project, save_project
from pyclassifier.archives import read_archive
from pyclassifier.backbones import VIEWS, join_views, part_views, see, views_of
from pyclassifier.embedding import FeatureExtractor, MemoryCache
from pyclassifier.errors import ArchiveError
from pyclassifier.training import read_views_effect

PAIR = "mobilenet_v1_1.0_224+efficientnet_lite0_224"


def photo(i: int, noise: float = 40) -> bytes:
    rng = np.random.default_rng(i)
    color = np.array([(150, 100, 100), (100, 100, 150)][i % 2])
    return encode(np.clip(color + rng.normal(0, noise, (8, 8, 3)).repeat(8, 0).repeat(8, 1), 0, 255).astype(np.uint8))


def photos(n: int, noise: float = 40) -> Dataset:
    samples = (Sample(f"{i}.png", Reader(photo(i, noise)), ("red", "blue")[i % 2]) for i in range(n))
    return Dataset(tuple(samples))


def made(views=None, backbone="mobilenet_v1_1.0_224", **others):
    return ImageClassifier(backbone, input_size=64, views=views, engine=NumpyEngine(), **others)


def test_a_picture_is_mirrored_and_its_middle_seen_from_nearer_by():
    x, y = np.meshgrid(np.arange(32, dtype=np.float32), np.arange(32, dtype=np.float32))
    X = np.stack([x, y, x + y], axis=-1)[None]
    assert np.array_equal(see("flip", X)[0, :, :, 0], 31 - x) and np.array_equal(see("", X), X)
    near = see("crop", X)[0]
    # What rises evenly goes on to, three quarters as steeply and about the same middle.
    expected = 15.5 + 0.75 * (np.arange(32) - 15.5)
    assert np.abs(near[0, :, 0] - expected).max() < 1e-5 and np.abs(near[:, 0, 1] - expected).max() < 1e-5
    assert np.abs(near[..., 2] - near[..., 0] - near[..., 1]).max() < 1e-5


def test_unknown_views_are_refused():
    with pytest.raises(ValueError, match="Expected views to be None or one of flip, crop"):
        views_of("ten")


@pytest.mark.parametrize("backbone", ["mobilenet_v1_1.0_224", PAIR])
@pytest.mark.parametrize("pooling", ["avg", "flatten"])
async def test_features_are_means_over_views_each_of_which_is_remembered(backbone, pooling):
    classifier = made("flip+crop", backbone, pooling=pooling)
    samples = photos(6).samples
    X = await classifier.extract_features(samples)
    plain = await classifier.set_params(views=None).extract_features(samples)
    n_before = classifier.engine_.n_predicted
    assert n_before == 6 * 3 * (2 if backbone == PAIR else 1), "the photos as they are were known by the views"
    flipped = await classifier.set_params(views="flip").extract_features(samples)
    cropped = await classifier.set_params(views="crop").extract_features(samples)
    assert classifier.engine_.n_predicted == n_before
    alone = [np.abs(one - plain).max() > 1e-3 for one in (X, flipped, cropped)]
    assert all(alone), "caches do not mix"
    assert np.abs(X - (2 * flipped + 2 * cropped - plain) / 3).max() < 1e-4


async def test_a_mirror_image_has_the_features_of_the_photo():
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    classifier = made("flip")
    first, second = await classifier.extract_features([pixels, np.ascontiguousarray(pixels[:, ::-1])])
    assert np.abs(first - second).max() < 1e-5


@pytest.mark.parametrize("views", VIEWS)
@pytest.mark.parametrize("backbone", ["mobilenet_v1_1.0_224", PAIR])
async def test_an_archive_is_one_network_that_sees_the_views_and_opens_again(views, backbone):
    classifier = made(views, backbone)
    await classifier.fit(photos(30))
    new = [photo(100), photo(101)]
    expected, heat = await classifier.predict_proba(new), await classifier.explain(new[0])
    assert abs(heat.probability - expected[0].max()) < 1e-5 and heat.heat.max() == 1
    data = await classifier.save()
    opened = await ImageClassifier.load(data, engine=classifier.engine_)
    assert opened.views == views and opened.deviation_ < 1e-5
    assert np.abs(await opened.predict_proba(new) - expected).max() < 1e-5
    assert np.abs((await opened.explain(new[0])).heat - heat.heat).max() < 1e-4
    assert opened.views_.to_dict() == classifier.views_.to_dict()
    assert opened.record_["run"]["parameters"]["views"] == views
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        model = json.loads(file.read("model.json"))
    names = [layer["config"]["name"] for layer in _backbone(model["modelTopology"])["config"]["layers"]]
    assert len(set(names)) == len(names) and names[-1] == "views_mean"
    await opened.fit(photos(30))
    for one in (classifier, opened):
        one.close()
    assert not classifier.engine_.live


def _backbone(topology):
    return topology["config"]["layers"][0]["config"]["layers"][0]


@pytest.mark.parametrize("dtype", ["float16", "uint16", "uint8"])
async def test_views_bear_fewer_bits(dtype):
    classifier = made("flip+crop")
    await classifier.fit(photos(30))
    opened = await ImageClassifier.load(await classifier.save(dtype=dtype), engine=classifier.engine_)
    assert opened.views == "flip+crop" and opened.deviation_ < 1e-5


async def test_layers_that_are_no_views_are_refused():
    classifier = made("flip+crop")
    data = await (await classifier.fit(photos(30))).save()
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        files = {name: file.read(name) for name in file.namelist()}
    model = json.loads(files["model.json"])
    turn = next(one for one in _backbone(model["modelTopology"])["config"]["layers"] if one["class_name"] == "Permute")
    turn["config"]["dims"] = [2, 1, 3]
    changed = io.BytesIO()
    with zipfile.ZipFile(changed, "w") as file:
        for name, content in files.items():
            file.writestr(name, json.dumps(model) if name == "model.json" else content)
    with pytest.raises(ArchiveError, match="that are no views"):
        read_archive(changed.getvalue())


async def test_a_network_with_views_is_taken_apart_as_it_was():
    classifier = made()
    await classifier.load_backbone()
    model = classifier._extractor.model
    for views in VIEWS:
        joined, weights = join_views(model.topology, model.weights(), views)
        apart, kept, found = part_views(json.loads(json.dumps(joined)), weights)
        assert (
            found == views and apart == json.loads(json.dumps(model.topology)) and kept.keys() == model.weights().keys()
        )
    assert part_views(model.topology, model.weights())[2] is None
    with pytest.raises(ValueError, match="Expected a backbone whose layers make a graph"):
        join_views({"config": {"layers": [{"class_name": "Sequential", "config": {"layers": []}}]}}, {}, "flip")


@pytest.mark.parametrize("others", [{}, {"cv": 0}, {"augmentation": Augmentation(brightness=0.2)}, {"epochs": 3}])
async def test_the_same_photos_are_judged_without_views(others):
    dataset = photos(40, noise=90)
    seen, plain = made("flip+crop", **others), made(**others)
    await seen.fit(dataset)
    await plain.fit(dataset)
    assert plain.views_ is None and "views" not in plain.record_
    found = seen.views_
    assert found.plain.to_dict() == plain.evaluation_.to_dict(), "as if there had been no views"
    assert [one.path for one in seen.validation_.samples] == [one.path for one in plain.validation_.samples]
    assert found.comparison == seen.validation_.compare(plain.validation_)
    assert found.comparison.n_first == seen.evaluation_.n_correct
    told = json.loads(json.dumps(seen.record_))
    assert read_views_effect(told, ["blue", "red"]).to_dict() == found.to_dict()
    renamed = seen.rename_classes(["b", "r"]).views_.plain
    assert renamed.labels == ("b", "r")
    for one in (seen, plain):
        one.close()
        assert not one.engine_.live


@pytest.mark.parametrize("views", [None, {}, {"plain": 3}, {"total": 9, "correct": 10, "correctPlain": 1, "only": 0}])
def test_what_a_record_says_of_views_is_not_trusted(views):
    plain = {"confusion": [[5, 0], [0, 5]]}
    told = {"plain": plain, **views} if isinstance(views, dict) else views
    assert read_views_effect({"views": told}, ["a", "b"]) is None
    fine = {"plain": plain, "total": 10, "correct": 9, "correctPlain": 10, "only": 0}
    assert read_views_effect({"views": fine}, ["a", "b"]).comparison.n_only_second == 1


async def test_photos_are_grouped_checked_and_judged_by_folds_whatever_the_views():
    dataset = photos(20)
    seen, plain = made("flip"), made()
    groups = [(await check_dataset(dataset, one)).groups for one in (seen, plain)]
    assert groups[0] == groups[1] and seen.engine_.n_predicted == 20, "views tell nothing of copies"
    crossed = await cross_validate(seen, dataset, cv=4)
    other = await cross_validate(plain, dataset, cv=4)
    assert np.array_equal(crossed.folds, other.folds)
    assert np.abs(crossed.predictions.y_proba - other.predictions.y_proba).max() > 1e-4


async def test_the_backbone_stays_when_views_are_switched_and_an_earlier_training_comes_back():
    classifier = made()
    await classifier.fit(photos(20))
    before, model = classifier.snapshot(), classifier._extractor.model
    expected = await classifier.predict_proba([photo(50)])
    await classifier.set_params(views="flip").fit(photos(20))
    assert classifier._extractor.model is model and len(classifier.engine_.live) == 2
    other = await classifier.predict_proba([photo(50)])
    with_views = classifier.snapshot()
    await classifier.restore(before)
    assert classifier.views is None and np.abs(await classifier.predict_proba([photo(50)]) - expected).max() < 1e-6
    await classifier.restore(with_views)
    assert classifier.views == "flip" and np.abs(await classifier.predict_proba([photo(50)]) - other).max() < 1e-6
    classifier.close()
    assert not classifier.engine_.live


async def test_photos_choose_a_backbone_by_its_views():
    classifier = made("flip+crop", "auto")
    await classifier.fit(photos(30))
    assert classifier.views_ is not None and len(classifier.backbones_) == 3
    before = classifier.snapshot()
    await classifier.set_params(views=None).fit(photos(30))
    await classifier.restore(before)
    assert classifier.views == "flip+crop"
    classifier.close()
    assert not classifier.engine_.live


async def test_a_project_keeps_views_and_their_features():
    classifier = made("crop")
    dataset = photos(20)
    await classifier.fit(dataset)
    files = [photo(i) for i in range(20)]
    expected = await classifier.predict_proba(files)
    stream = io.BytesIO()
    await save_project(Project(dataset, classifier), stream)
    opened = (await open_project(stream.getvalue(), engine=NumpyEngine())).classifier
    assert opened.views == "crop" and opened.views_.to_dict() == classifier.views_.to_dict()
    n_before = opened.engine_.n_predicted
    assert np.abs(await opened.predict_proba(files) - expected).max() < 1e-5
    assert opened.engine_.n_predicted - n_before == 20, "the head alone had something to do"


async def test_views_go_with_neither_fine_tuning_nor_a_network_from_scratch():
    with pytest.raises(ValueError, match="Expected no views where the last layers"):
        await made("flip", fine_tune=1).fit(photos(20))
    with pytest.raises(ValueError, match="Expected views=None with a topology"):
        await made("flip", topology=layers.small_cnn(2, input_size=32)).fit(photos(20))
    with pytest.raises(ValueError, match="Expected views to be None or one of"):
        await made("ten").fit(photos(20))


async def test_stopping_while_the_photos_are_judged_without_views_keeps_what_was_learned():
    classifier = made("flip", cv=0)
    n_epochs = []

    def stop():
        return len(n_epochs) == 3

    await classifier.set_params(epochs=3).fit(photos(20), on_epoch=n_epochs.append, should_stop=stop)
    assert classifier.stopped_ and classifier.views_ is None
    assert (await classifier.predict([photo(60)])).shape == (1,)
    classifier.close()
    assert not classifier.engine_.live


async def test_an_extractor_sees_other_views_with_the_same_model_and_cache():
    classifier = made()
    await classifier.load_backbone()
    plain = FeatureExtractor(
        classifier._extractor.model, classifier.card_, pooling="avg", cache=MemoryCache(), views=None
    )
    assert plain.seeing(None) is plain
    seeing = plain.seeing("flip")
    assert seeing.model is plain.model and seeing.cache is plain.cache and seeing.kind == f"{plain.kind}/flip"
