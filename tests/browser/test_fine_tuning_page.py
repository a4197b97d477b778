"""Training the last layers of the backbone as well, by TensorFlow.js on WebAssembly, on real photos."""

from __future__ import annotations

import pytest
from client import encoded, holding_tiles, tiles

from pyclassifier.archives import read_archive

OPTIONS = {"inputSize": 96, "fineTune": True, "refit": False, "learningRate": 0.0003}


@pytest.fixture(scope="module")
def tuned(chromium, site, dist):
    with holding_tiles(chromium, site, dist) as client:
        client.cost = client.fineTuneCost(OPTIONS)
        client.outcome = client.train(OPTIONS)
        client.told = client.events
        yield client


def test_time_and_memory_are_told_before(tuned):
    assert 0 < tuned.cost["seconds"] < 3600
    # 48 photos of 6 x 6 x 256 numbers of 16 bits are the least of it: 3 million weights are trained.
    assert 48 * 6 * 6 * 256 * 2 + 4 * 3_000_000 < tuned.cost["bytes"] < 500_000_000


def test_it_is_compared_with_the_head_alone_and_what_is_better_is_kept(tuned):
    found, evaluation = tuned.outcome["fineTuning"], tuned.outcome["evaluation"]
    assert 0.8 <= found["alone"] <= 1 and 0.8 <= found["tuned"] <= 1
    assert found["tuned"] == found["alone"] or found["kept"] == (found["tuned"] > found["alone"])
    assert evaluation["accuracy"] == pytest.approx(found["tuned" if found["kept"] else "alone"])
    stages = {event["stage"] for event in tuned.told}
    assert {"features", "training", "fine-tuning"} <= stages
    epochs = [event["epochs"] for event in tuned.told if event["stage"] == "training"]
    assert epochs[0] is None and epochs[-1] == 8


def test_the_model_is_saved_as_it_is_now_and_the_head_alone_can_be_used_again(tuned, dist):
    if not tuned.outcome["fineTuning"]["kept"]:
        pytest.skip("the head alone was as good here")
    archive = read_archive(tuned.export_model(name="tuned"))
    assert archive.card.source == "" and archive.record["fineTuning"]["kept"]
    overview = tuned.runs()
    assert [run["inUse"] for run in overview] == [True, False] and overview[0]["versus"] is None
    photos = encoded(tiles(dist, "validation"))
    of_tuned = tuned.evaluate(photos)["accuracy"]
    assert of_tuned == pytest.approx(tuned.outcome["fineTuning"]["tuned"])
    tuned.useRun(overview[1]["number"])
    assert tuned.evaluate(photos)["accuracy"] == pytest.approx(tuned.outcome["fineTuning"]["alone"])
    tuned.useRun(overview[0]["number"])
    assert tuned.evaluate(photos)["accuracy"] == pytest.approx(of_tuned)
