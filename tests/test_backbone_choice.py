"""`backbone="auto"`: photos choose among backbones, by folds of those that are learned from."""

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import Reader, encode

from pyclassifier import AsyncImageClassifier as ImageClassifier
from pyclassifier import Dataset, Sample
from pyclassifier.backbones import BUILT_IN
from pyclassifier.errors import StoppedError
from pyclassifier.progress import Callbacks
from pyclassifier.training import backbone_choice, choose_features, gather, read_scores
from pyclassifier.training.backbone_choice import _cheapest_of_the_best


def photo(i: int, noise: float = 60) -> bytes:
    rng = np.random.default_rng(i)
    color = np.array([(150, 110, 110), (110, 110, 150)][i % 2])
    return encode(np.clip(color + rng.normal(0, noise, (8, 8, 3)).repeat(8, 0).repeat(8, 1), 0, 255).astype(np.uint8))


def dataset(n: int = 30) -> Dataset:
    return Dataset(tuple(Sample(f"{i}.png", Reader(photo(i)), ("red", "blue")[i % 2]) for i in range(n)))


class Half(NumpyEngine):
    """The second backbone sees no colours: its features tell nothing."""

    def __init__(self, blind: str) -> None:
        super().__init__()
        self.blind = blind

    async def build(self, topology, weights):
        model = await super().build(topology, weights)
        layers = topology["config"]["layers"]
        if layers[0]["config"]["name"] == self.blind:
            predict = model.predict

            async def predict_grey(X):
                return np.ascontiguousarray(await predict(np.ascontiguousarray(X * 0)))

            model.predict = predict_grey
        return model


@pytest.mark.parametrize("blind", BUILT_IN)
async def test_the_backbone_that_sees_something_is_kept_and_the_other_one_goes(blind):
    engine = Half(blind)
    classifier = ImageClassifier("auto", input_size=64, cv=0, engine=engine)
    assert classifier.card_.name == BUILT_IN[0], "the first one, as long as nothing was chosen"
    stages = []
    await classifier.fit(dataset(), on_progress=lambda progress: stages.append(progress.stage))
    (seeing,) = set(BUILT_IN) - {blind}
    assert classifier.card_.name == seeing == classifier.record_["run"]["parameters"]["backbone"]
    assert [score.name for score in classifier.backbones_ if score.chosen] == [seeing]
    assert len(classifier.backbones_) == 3 and "choosing" in stages
    by_name = {score.name: score for score in classifier.backbones_}
    assert by_name[seeing].log_loss < by_name[blind].log_loss
    assert all(score.seconds_per_photo > 0 and score.n_bytes > 0 for score in classifier.backbones_)
    n_judged = len(classifier.validation_.samples)
    assert by_name[seeing].n_samples == 30 - n_judged, "photos to judge by have no part in the choice"
    assert len(engine.live) == 2, "one backbone and the head"
    html = classifier._repr_html_()
    title = by_name[seeing].title
    assert f"kept: {title}" in html and html.count("tried: ") == 2 and "ms a photo" in html
    classifier.close()
    assert not engine.live


async def test_the_choice_is_told_by_archives_and_a_second_fit_computes_no_photo_again():
    engine = NumpyEngine()
    classifier = ImageClassifier("auto", input_size=64, engine=engine)
    await classifier.fit(dataset())
    n_computed, chosen = engine.n_predicted, classifier.card_
    before = classifier.snapshot()
    opened = await ImageClassifier.load(await classifier.save(), engine=engine)
    assert opened.backbones_ == classifier.backbones_ and opened.card_.name == chosen.name
    assert opened.backbone == opened.card_, "an archive goes on with what was chosen"
    opened.close()
    n_computed = engine.n_predicted
    await classifier.fit(dataset())
    heads = 2 * len(classifier.validation_.samples)
    timing = 2 * 2 * 4  # Nothing was computed that could tell how long it takes.
    assert engine.n_predicted - n_computed <= heads + timing
    await classifier.restore(before)
    assert classifier.card_ == chosen and classifier.backbone == "auto"
    classifier.close()
    assert not engine.live


@pytest.mark.parametrize("blind", BUILT_IN)
async def test_photos_that_decided_are_not_drawn_to_judge_by(blind, monkeypatch):
    """Each backbone takes other photos for near-duplicates; the draw is that of the choice."""
    asked = []

    async def choose(engine, candidates, y, *others):
        asked.append(len(y))
        return await choose_features(engine, candidates, y, *others)

    monkeypatch.setattr(backbone_choice, "choose_features", choose)
    engine = Half(blind)
    photos = dataset(60)
    classifier = ImageClassifier("auto", input_size=64, cv=0, engine=engine, duplicate_threshold=0.9)
    await classifier.fit(photos)
    files = classifier.record_["run"]["files"]
    assert [60 - len(files["validation"])] == asked
    pair = await classifier._build_extractor(classifier._wanted_card())
    settings, callbacks = classifier.settings, Callbacks()
    material = await gather(photos, pair, settings, callbacks)
    alone = await gather(photos, classifier._extractor, settings, callbacks)
    drawn = material.draw(np.arange(60), settings)[1]
    assert sorted(files["validation"]) == sorted(material.digests[i] for i in drawn)
    if blind == BUILT_IN[0]:  # It takes all photos for one, and the other one does not.
        assert len(np.unique(alone.groups)) > len(np.unique(material.groups))


async def test_stopping_while_it_chooses_leaves_nothing_behind():
    engine = NumpyEngine()
    classifier = ImageClassifier("auto", input_size=64, engine=engine)
    stop = []
    with pytest.raises(StoppedError):
        await classifier.fit(
            dataset(),
            on_progress=lambda progress: stop.append(progress.stage == "choosing"),
            should_stop=lambda: any(stop),
        )
    assert not engine.live


async def test_features_without_a_fit_are_those_of_the_first_backbone():
    engine = NumpyEngine()
    classifier = ImageClassifier("auto", input_size=64, engine=engine)
    X = await classifier.extract_features([photo(0), photo(1)])
    first = ImageClassifier(BUILT_IN[0], input_size=64, engine=engine)
    assert np.array_equal(X, await first.extract_features([photo(0), photo(1)]))


def test_what_is_better_by_chance_only_is_not_worth_its_cost():
    rng = np.random.default_rng(0)
    cheap = rng.exponential(1, 100)
    noise = rng.normal(0, 1, 100)
    by_chance = cheap - 0.02 + noise - noise.mean()
    assert _cheapest_of_the_best(np.array([cheap, by_chance])) == 0
    assert _cheapest_of_the_best(np.array([cheap, cheap - 0.02])) == 1, "always a little is no chance"
    assert _cheapest_of_the_best(np.array([cheap, cheap])) == 0
    assert _cheapest_of_the_best(np.zeros((3, 0))) == 0


@pytest.mark.parametrize(
    "record", [{}, {"backbones": None}, {"backbones": [{}]}, {"backbones": [1]}, {"backbones": [{"name": "x"}]}]
)
def test_scores_that_make_no_sense_are_none(record):
    assert read_scores(record) == ()
