"""The check of a page's photos: findings by id, with the edits that mend them."""

import pytest
from conftest import IN_PYODIDE

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from photos import Reader, encode
from session_page import FAST, Page, files
from test_checks import picture


def some(n=10):
    return [
        (f"{label}/{i}.png", Reader(encode(picture(label, 100 * k + i))))
        for k, label in enumerate(("blue", "red"))
        for i in range(n)
    ]


async def filled(*more):
    page = Page()
    await page.call("add", "training", files([*some(), *more]))
    return page


def kinds(checked):
    return [finding["kind"] for finding in checked["findings"]]


async def test_only_counts_are_judged_before_anything_is_read_and_all_on_demand():
    known = [read for _, read in some()]
    page = await filled(("blue/copy.png", known[0]), ("red/none.png", Reader(b"none")), ("green/1.png", known[3]))
    first = await page.call("check", {})
    assert kinds(first) == ["few", "imbalance"] and not first["compared"]
    assert page.engine.n_predicted == 0
    before = page.session.desks["photos"].classifier.get_params()
    whole = await page.call("check", {**FAST, "whole": True})
    assert page.session.desks["photos"].classifier.get_params() == before
    assert kinds(whole) == ["unreadable", "two classes", "duplicates", "few", "imbalance"] and whole["compared"]
    unreadable, both, copies = whole["findings"][:3]
    assert unreadable["groups"] == [[21]] and "not an image" in unreadable["problems"][0]["reason"]
    assert both["labels"] == ["blue", "green"] and both["groups"] == [[3, 22]]
    assert copies["groups"] == [[0, 20]] and copies["numbers"] == {"photos": 1}
    assert page.events[-1]["stage"] == "features"
    # What was found is still known after an edit mended some of it, without reading or computing anything.
    n = page.engine.n_predicted
    for finding in (unreadable, copies, both):
        await page.call("edit", finding["fixes"][0]["edit"])
    assert kinds(await page.call("check", FAST)) == []
    await page.call("undo")
    assert "two classes" in kinds(await page.call("check", FAST))
    assert page.engine.n_predicted == n


async def test_after_a_training_all_is_known():
    again = ("red/again.jpg", Reader(encode(picture("red", 105, (96, 72)), "JPEG", quality=60)))
    page = await filled(again, ("red/none.png", Reader(b"none")))
    await page.call("train", FAST)
    n = page.engine.n_predicted
    checked = await page.call("check", {})
    assert kinds(checked) == ["unreadable", "alike"] and checked["compared"] and page.engine.n_predicted == n
    assert checked["findings"][1]["fixes"] == [
        {"change": "keep first", "label": None, "split": None, "edit": {"type": "deletePhotos", "photos": [20]}}
    ]


async def test_photos_without_fault_are_known_to_be_compared():
    page = await filled()
    await page.call("train", FAST)
    assert await page.call("check", {}) == {"findings": [], "compared": True}


async def test_both_sides_of_the_split():
    page = await filled(("validation/blue/0.png", some()[0][1]))
    checked = await page.call("check", {**FAST, "whole": True})
    assert kinds(checked) == ["both sides", "duplicates"]
    edits = [fix["edit"] for fix in checked["findings"][0]["fixes"]]
    assert [(edit["photos"], edit["split"]) for edit in edits] == [([20], "training"), ([0], "validation")]
    await page.call("edit", edits[0])
    assert kinds(await page.call("check", FAST)) == ["duplicates"]


async def test_a_check_can_be_stopped():
    page = await filled()
    page.stop.requested = True
    assert (await page.try_call("check", {**FAST, "whole": True}))["error"]["name"] == "AbortError"


async def test_versions_of_originals_are_kept_together_and_it_can_be_undone():
    page = Page()
    versions = [
        (f"{label}/{original}_crop{i}.png", Reader(encode(picture(label, 1000 * k + 10 * j + i))))
        for k, label in enumerate(("blue", "red"))
        for j, original in enumerate("abcd")
        for i in range(3)
    ]
    await page.call("add", "training", files(versions))
    (finding,) = [one for one in (await page.call("check", {}))["findings"] if one["kind"] == "versions"]
    assert finding["numbers"] == {"photos": 24, "originals": 8}
    edit = finding["fixes"][0]["edit"]
    assert edit["type"] == "keepTogether" and len(edit["photos"]) == len(edit["groups"]) == 24
    album = await page.call("edit", edit)
    assert album["undo"] == "keepTogether"
    assert "versions" not in kinds(await page.call("check", {}))
    trained = await page.call("train", {**FAST, "cv": 0, "validationSplit": 0.3, "refit": False})
    assert trained["nTraining"] % 3 == 0 and trained["evaluation"]["total"] % 3 == 0 < trained["evaluation"]["total"]
    await page.call("undo")
    assert "versions" in kinds(await page.call("check", {}))
    for odd in ({**edit, "groups": ["a"]}, {**edit, "photos": [999], "groups": ["a"]}):
        assert "error" in await page.try_call("edit", odd)
