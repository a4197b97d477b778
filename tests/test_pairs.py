"""Backbones side by side: cards, layers, features, and what a classifier does with them."""

import io
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import Reader, encode

from pyclassifier import CATALOG, Dataset, ModelCard, Sample
from pyclassifier import AsyncImageClassifier as ImageClassifier
from pyclassifier.backbones import Preprocessing, get_card, pooling_of, rescaling, side_by_side
from pyclassifier.embedding import FeatureExtractor, MemoryCache, build_extractor, make_batch
from pyclassifier.errors import UnknownModelError

MOBILENET, LITE0 = "mobilenet_v1_1.0_224", "efficientnet_lite0_224"
PAIR = f"{MOBILENET}+{LITE0}"


def test_a_name_of_several_is_their_card():
    card = get_card(PAIR, 96, "pad")
    assert card.feature_channels == 1024 + 1280 and card.title == "MobileNet v1 1.0 + EfficientNet-Lite0"
    assert card.licence == "Apache-2.0" and card.near_duplicate == CATALOG[MOBILENET].near_duplicate
    assert {(one.size, one.fit_mode, one.interpolation) for one in (part.preprocessing for part in card.parts)} == {
        (96, "pad", "bilinear")
    }
    assert [part.preprocessing.std for part in card.parts] == [(127.5,) * 3, (128.0,) * 3]


def test_an_unknown_one_among_them_is_told():
    with pytest.raises(UnknownModelError, match="resnet"):
        get_card(f"{MOBILENET}+resnet")


def test_what_stands_side_by_side_already_or_has_another_stride_is_refused():
    with pytest.raises(ValueError, match="Expected single backbones of one stride"):
        side_by_side(get_card(PAIR), CATALOG[LITE0])
    with pytest.raises(ValueError, match="Expected single backbones of one stride"):
        side_by_side(CATALOG[MOBILENET], replace(CATALOG[LITE0], stride=16))


def test_a_card_of_several_goes_through_json():
    card = get_card(PAIR, 128)
    assert ModelCard.from_dict(json.loads(json.dumps(card.to_dict()))) == card
    assert "parts" not in CATALOG[LITE0].to_dict(), "earlier versions do not know it"


@pytest.mark.parametrize(
    "parts", [[{"name": 3}], "abc", [CATALOG[MOBILENET].to_dict()], 7, [[]], [{"parts": [{"parts": []}]}]]
)
def test_parts_that_make_no_sense_are_refused(parts):
    with pytest.raises(ValueError, match="Expected"):
        ModelCard.from_dict({**get_card(PAIR).to_dict(), "parts": parts})


OTHERS = {
    "another scale": Preprocessing(mean=(127.0,) * 3, std=(128.0,) * 3),
    "by channel": Preprocessing(mean=(123.7, 116.8, 103.9), std=(58.4, 57.1, 57.4)),
    "other order": Preprocessing(mean=(103.9, 116.8, 123.7), std=(1.0, 1.0, 1.0), channel_order="bgr"),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_pictures_are_scaled_anew_as_if_they_had_been_scaled_so_at_first(other):
    photo = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    first = CATALOG[MOBILENET].preprocessing
    kernel, bias = rescaling(first, other)
    expected = make_batch([photo], other)
    # The largest values are of the size of pixels, where float32 has steps of 1.5e-5.
    assert np.abs(make_batch([photo], first) @ kernel + bias - expected).max() < 1e-6 * max(1, np.abs(expected).max())
    assert rescaling(other, other) is None


def photo(i: int) -> bytes:
    rng = np.random.default_rng(i)
    color = np.array([(200, 40, 40), (40, 40, 200)][i % 2])
    return encode(np.clip(color + rng.normal(0, 30, (64, 64, 3)), 0, 255).astype(np.uint8))


def photos(n: int) -> list[Sample]:
    return [Sample(f"{i}.png", Reader(photo(i)), ("red", "blue")[i % 2]) for i in range(n)]


class Counted(NumpyEngine):
    """Counts photos by backbone."""

    async def build(self, topology, weights):
        model = await super().build(topology, weights)
        model.n_predicted, predict = 0, model.predict

        async def counted(X):
            model.n_predicted += len(X)
            return await predict(X)

        model.predict = counted
        return model


@pytest.mark.parametrize("pooling", ["avg", "flatten"])
async def test_features_of_each_backbone_are_remembered_on_their_own(pooling):
    engine, cache, card = Counted(), MemoryCache(), get_card(PAIR, 64)
    alone = FeatureExtractor(
        await build_extractor(engine, card.parts[0], pooling), card.parts[0], pooling=pooling, cache=cache
    )
    first = await alone.extract(photos(6))
    pair = FeatureExtractor(await build_extractor(engine, card, pooling), card, pooling=pooling, cache=cache)
    both = await pair.extract(photos(6))
    assert [part.n_predicted for part in pair.model.parts] == [0, 6], "the first one's were known"
    fresh = FeatureExtractor(pair.model, card, pooling=pooling, cache=MemoryCache())
    assert np.abs((await fresh.extract(photos(6))).X - both.X).max() == 0
    second = FeatureExtractor(pair.model.parts[1], card.parts[1], pooling=pooling, cache=cache)
    n_before = pair.model.parts[1].n_predicted
    rest = await second.extract(photos(6))
    assert pair.model.parts[1].n_predicted == n_before, "the second one's are known, too"
    side = np.concatenate([X.reshape(6, -1, 25) for X in (first.X, rest.X)], axis=-1).reshape(6, -1)
    assert np.array_equal(both.X, side)
    pair.model.dispose()
    alone.model.dispose()
    assert not engine.live


async def test_a_classifier_on_two_backbones_learns_explains_and_comes_back_from_its_archive():
    engine = NumpyEngine()
    classifier = ImageClassifier(PAIR, input_size=64, engine=engine)
    await classifier.fit(Dataset(tuple(photos(20))))
    assert classifier.evaluation_.accuracy == 1
    expected = await classifier.predict_proba([photo(40), photo(41)])
    heat = await classifier.explain(photo(40))
    data = await classifier.save()
    opened = await ImageClassifier.load(data, engine=engine)
    assert opened.deviation_ < 1e-5
    assert np.abs(await opened.predict_proba([photo(40), photo(41)]) - expected).max() < 1e-5
    assert np.abs((await opened.explain(photo(40))).heat - heat.heat).max() < 1e-4
    assert opened.record_["card"]["parts"][1]["name"] == LITE0
    await opened.fit(Dataset(tuple(photos(20))))
    classifier.close()
    opened.close()
    assert not engine.live


async def test_its_archive_is_one_network_whose_names_are_all_different():
    classifier = ImageClassifier(PAIR, input_size=64, engine=NumpyEngine())
    data = await (await classifier.fit(Dataset(tuple(photos(20))))).save(dtype="uint8")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        model = json.loads(file.read("model.json"))
    extractor = model["modelTopology"]["config"]["layers"][0]
    names = [layer["config"]["name"] for layer in extractor["config"]["layers"][0]["config"]["layers"]]
    assert len(set(names)) == len(names) and pooling_of(extractor) == "avg"
    weights = [entry["name"] for entry in model["weightsManifest"][0]["weights"]]
    assert len(set(weights)) == len(weights)
