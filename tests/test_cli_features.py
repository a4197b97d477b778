"""`pyclassifier train features/`: what photos teach, their features teach, whether or not they fit into memory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from photos import write_shapes

from pyclassifier import Dataset, ImageClassifier
from pyclassifier.cli import main
from pyclassifier.scaling import (
    TableSettings,
    alike,
    classifier_for,
    embed_photos,
    find_faults_of,
    open_features,
    read_table,
)

SMALL = {"input_size": 32}


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    made = tmp_path_factory.mktemp("features")
    write_shapes(made / "photos", 24)
    write_shapes(made / "photos/test", 3, 200)
    write_shapes(made / "new", 5, 300)
    (made / "photos/stripes/broken.png").write_bytes(b"no picture")
    (made / "photos/stripes/copy.png").write_bytes((made / "photos/stripes/0.png").read_bytes())
    # Features of batches that are alike: others add up otherwise, by 1e-4.
    embed_photos(Dataset.from_folder(made / "photos").samples, made / "features", TableSettings(**SMALL))
    return made


@pytest.fixture(scope="module")
def of_photos(place) -> ImageClassifier:
    return ImageClassifier(**SMALL, cv=0).fit(Dataset.from_folder(place / "photos"))


def learn(place, max_bytes: int, **parameters) -> ImageClassifier:
    classifier = classifier_for(place / "features", **parameters)
    with open_features(place / "features", max_bytes=max_bytes) as features:
        return classifier.fit_features(features)


@pytest.mark.parametrize("max_bytes", [1 << 28, 0])
def test_features_teach_what_photos_teach(max_bytes, place, of_photos):
    """By the same optimiser: the split is the same one, and so is each answer."""
    learned = learn(place, max_bytes, cv=0)
    assert learned.classes_.tolist() == of_photos.classes_.tolist() and learned.n_training_ == of_photos.n_training_
    files, same = (one.record_["run"]["files"] for one in (learned, of_photos))
    assert files == same, "drawn by content, with marks respected and copies kept together"
    assert learned.evaluation_.to_dict() == of_photos.evaluation_.to_dict()
    assert learned.test_evaluation_.to_dict() == of_photos.test_evaluation_.to_dict()
    assert [one.path for one in learned.problems_] == ["stripes/broken.png"]
    new = sorted((place / "new").rglob("*.png"))
    mine, theirs = (one.predict_proba(new) for one in (learned, of_photos))
    assert (mine.argmax(axis=1) == theirs.argmax(axis=1)).all()
    assert np.abs(mine - theirs).max() < 1e-4


@pytest.mark.parametrize("parameters", [{"hidden_units": 8, "epochs": 4}, {"class_weight": "balanced", "epochs": 5}])
def test_it_makes_no_difference_where_features_lie(parameters, place):
    inside, outside = (learn(place, max_bytes, cv=0, **parameters) for max_bytes in (1 << 28, 0))
    assert outside.history_["loss"] == pytest.approx(inside.history_["loss"], abs=1e-5)
    assert outside.validation_.y_proba == pytest.approx(inside.validation_.y_proba, abs=1e-4)


def test_folds_judge_few(place):
    learned = learn(place, 0)
    assert learned.evaluation_.n_splits == 10


def test_what_may_be_wrong_is_told_by_features(place):
    with open_features(place / "features", max_bytes=0) as features:
        found = find_faults_of(features)
    assert "duplicates" in [one.kind for one in found]


def test_the_command_makes_a_model_of_features(place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    words = ["train", "features", "-o", "model.zip", "--report", "report.html", "--photos-at", "photos", "--json"]
    assert main(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["labels"] == ["checks", "discs", "stripes"] and told["test"]["total"] == 9
    report = Path("report.html").read_text()
    assert "Mistakes" in report and "copies of others" in report and "data:image/jpeg" in report
    opened = ImageClassifier.load("model.zip")
    assert opened.deviation_ < 1e-4 and opened.card_.input_size == 32
    answers = opened.predict(sorted(Path("new").rglob("*.png")))
    assert (answers == np.repeat(["checks", "discs", "stripes"], 5)).mean() > 0.6


def test_predictions_go_to_a_table(place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    assert main(["train", "photos/", "-o", "predictor.zip", "--input-size", "32"]) == 0
    (place / "new/broken.png").write_bytes(b"no picture")
    capsys.readouterr()
    for expected in (16, 0):
        assert main(["predict", "predictor.zip", "new", "-o", "told", "--none-of-these", "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["n_photos"], told["n_computed"]) == (16, expected)
    model, table = ImageClassifier.load("predictor.zip"), read_table("told")
    assert np.isnan(table.X[table.paths.index("new/broken.png")]).all()
    readable = [path for path, problem in zip(table.paths, table.problems, strict=True) if not problem]
    labels = [table.labels[table.paths.index(path)] for path in readable]
    assert len(readable) == 15 and labels == model.predict(readable, reject=True).tolist()
    assert main(["predict", "predictor.zip", "new", "--processes", "2"]) == 1
    assert "-o FOLDER" in capsys.readouterr().err
    assert main(["train", "photos/", "-o", "another.zip", "--input-size", "64"]) == 0
    assert main(["predict", "another.zip", "new", "-o", "told"]) == 1
    assert "probabilities of the same kind" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--backbone", "efficientnet_lite0_224"], "as the features in"),
        (["--input-size", "96"], "as the features in"),
        (["--labels", "table.csv"], "Give it to pyclassifier embed"),
    ],
)
def test_what_features_cannot_do_is_said(options, words, place, capsys, monkeypatch):
    monkeypatch.chdir(place)
    assert main(["train", "features", "-o", "other.zip", *options]) == 1
    assert words in capsys.readouterr().err
    assert main(["train", "photos", "-o", "other.zip", "--photos-at", "photos"]) == 1
    assert "alone" in capsys.readouterr().err


def test_features_are_of_the_backbone_that_is_asked_for(place):
    with open_features(place / "features") as features:
        with pytest.raises(ValueError, match="need no photos, got fine_tune"):
            ImageClassifier(fine_tune=2).fit_features(features)
        with pytest.raises(ValueError, match="Expected 1280 features"):
            ImageClassifier("efficientnet_lite0_224").fit_features(features)


def test_neighbours_find_what_comparing_all_finds(place):
    pytest.importorskip("usearch", reason="the extra scale is not installed")
    rng = np.random.default_rng(0)
    X = rng.gamma(1, 1, (3000, 256)).astype(np.float32)
    X[::10] = X[1::10] * rng.uniform(0.97, 1.03, (300, 256))
    with open_features(place / "features", max_bytes=0, threshold=None) as features:
        stored = features.X
        assert np.array_equal(alike.near_pairs(stored, 0.999), alike.near_pairs(np.asarray(stored), 0.999))
    pairs = alike.near_pairs(X, 0.99)
    assert np.array_equal(pairs, alike.near_pairs(X, 0.99)), "the same photos, the same groups"
    expected = {(10 * i, 10 * i + 1) for i in range(300)}
    assert len(np.unique(alike.find_alike(X, 0.99))) == 2700
    assert {*map(tuple, pairs.tolist())} <= expected and len(pairs) >= 297


@pytest.mark.parametrize("max_bytes", [1 << 28, 0])
def test_an_index_makes_the_same_split(max_bytes, place, of_photos, monkeypatch):
    pytest.importorskip("usearch", reason="the extra scale is not installed")
    monkeypatch.setattr(alike, "MOST_EXACT", 10)
    learned = learn(place, max_bytes, cv=0)
    assert learned.record_["run"]["files"] == of_photos.record_["run"]["files"]


def test_without_an_index_all_are_compared_and_it_is_said(place, of_photos, monkeypatch):
    monkeypatch.setattr(alike, "MOST_EXACT", 10)
    monkeypatch.setattr(alike, "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match="pip install"):
        learned = learn(place, 0, cv=0)
    assert learned.record_["run"]["files"] == of_photos.record_["run"]["files"]


def test_it_is_told_how_far_it_is(place):
    told = []
    with open_features(place / "features", on_progress=told.append) as features:
        n = len(features.samples)
    assert told[-1].stage == "opening" and told[-1].done == told[-1].total == n == 82


async def test_awaiting_is_the_same(place):
    from pyclassifier import AsyncImageClassifier

    with open_features(place / "features") as features:
        learned = await AsyncImageClassifier(**SMALL, cv=0).fit_features(features)
    assert learned.evaluation_.n_samples > 0
