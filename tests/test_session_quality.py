"""What the page offers between speed and accuracy: what it costs, and what comes of it."""

import pytest
from conftest import IN_PYODIDE
from photos import color_files

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import Page, files, photo

NAMES = ["fast", "balanced", "accurate", "chosen"]


async def page_with_photos() -> Page:
    page = Page()
    await page.call("connect")
    await page.call("add", "training", files(color_files(6)))
    return page


async def test_each_quality_is_one_that_can_be_trained_with():
    page = await page_with_photos()
    qualities = (await page.call("connect", "nothing"))["qualities"]
    assert [quality["name"] for quality in qualities] == NAMES
    for quality in qualities:
        trained = await page.call("train", {"backbone": quality["backbone"], "inputSize": 32})
        assert trained["evaluation"]["accuracy"] == 1
        assert len(trained["backbones"]) == (3 if quality["name"] == "chosen" else 0)
    assert [one["chosen"] for one in trained["backbones"]].count(True) == 1
    kept = next(one for one in trained["backbones"] if one["chosen"])
    assert 0 < kept["total"] <= trained["nTraining"] and kept["secondsPerPhoto"] > 0
    runs = await page.call("runs")
    assert runs[0]["settings"]["backbone"] == kept["title"]


async def test_costs_are_told_before_and_what_was_computed_costs_nothing():
    page = await page_with_photos()
    before = {cost["name"]: cost for cost in await page.call("costs")}
    assert list(before) == NAMES and page.engine.n_predicted == 8, "some photos are computed to measure by"
    # Those to measure by are known to the default backbone.
    assert [before[name]["photos"] for name in NAMES] == [18, 10, 18, 18]
    assert before["accurate"]["seconds"] > before["balanced"]["seconds"] > 0
    await page.call("costs")
    assert page.engine.n_predicted == 8, "measured once"
    await page.call("train", {})
    after = {cost["name"]: cost for cost in await page.call("costs")}
    assert after["balanced"]["seconds"] == after["balanced"]["photos"] == 0
    assert 0 < after["accurate"]["seconds"] < before["accurate"]["seconds"], "half of it is known"


async def test_what_a_model_of_another_backbone_is_in_use_for_does_not_matter():
    page = await page_with_photos()
    await page.call("train", {"backbone": "efficientnet_lite0_224", "inputSize": 64})
    held = page.engine.memory()
    assert all(cost["seconds"] is not None for cost in await page.call("costs"))
    assert page.engine.memory() == held


async def test_without_enough_photos_there_are_no_seconds():
    page = Page()
    await page.call("connect")
    assert [cost["seconds"] for cost in await page.call("costs")] == [None] * 4


async def test_views_are_shown_beside_the_figures_without_them():
    page = await page_with_photos()
    plain = await page.call("train", {"inputSize": 64})
    assert plain["views"] is None
    seen = await page.call("train", {"inputSize": 64, "views": "flip+crop"})
    found = seen["views"]
    assert found["total"] == seen["evaluation"]["total"] and found["accuracy"] == seen["evaluation"]["accuracy"]
    assert found["plain"] == plain["evaluation"]["accuracy"]
    assert (found["only"], found["onlyPlain"], found["pValue"]) == (0, 0, 1.0)
    runs = await page.call("runs")
    assert [run["settings"]["views"] for run in runs] == ["flip+crop", None]
    await page.call("useRun", 1)
    assert (await page.call("useRun", 2))["views"] == found


async def test_a_training_whose_backbone_was_chosen_comes_back():
    page = await page_with_photos()
    first = await page.call("train", {"backbone": "auto", "inputSize": 64})
    recognised = await page.call("predict", [photo("red")])
    await page.call("train", {"backbone": "mobilenet_v1_0.25_224", "inputSize": 64})
    back = await page.call("useRun", 1)
    assert back["backbones"] == first["backbones"]
    again = await page.call("predict", [photo("red")])
    assert again[0]["probability"] == pytest.approx(recognised[0]["probability"], abs=1e-5)
