"""Photos in order: classes and photos are arranged without embedding anything again."""

from dataclasses import FrozenInstanceError

import pytest
from conftest import IN_PYODIDE
from photos import color_files

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import FAST, Page, files, photo


async def filled(n=6):
    page = Page()
    await page.call("add", "training", files(color_files(n)))
    return page


def counts(album):
    return {c["label"]: len(c["photos"]) for c in album["classes"] if c["enabled"]}


async def test_edits_take_effect_at_once_and_can_be_undone():
    page = await filled()
    original = await page.call("album")
    assert counts(original) == {"blue": 6, "green": 6, "red": 6} and original["undo"] == "add"
    edits = [
        ({"type": "renameClass", "label": "blue", "to": " azure "}, {"azure": 6, "green": 6, "red": 6}),
        ({"type": "mergeClasses", "labels": ["azure", "green"], "to": "green"}, {"green": 12, "red": 6}),
        ({"type": "movePhotos", "photos": [0, 1], "to": "sky"}, {"green": 10, "red": 6, "sky": 2}),
        ({"type": "deletePhotos", "photos": [0]}, {"green": 10, "red": 6, "sky": 1}),
        ({"type": "enableClass", "label": "sky", "enabled": False}, {"green": 10, "red": 6}),
        ({"type": "deleteClass", "label": "red"}, {"green": 10}),
        ({"type": "addClass", "label": "new"}, {"green": 10, "new": 0}),
        ({"type": "removeAll"}, {}),
    ]
    seen = [counts(original)]
    for change, expected in edits:
        album = await page.call("edit", change)
        assert counts(album) == expected and album["undo"] == change["type"] and album["redo"] is None
        seen.append(expected)
    for expected in reversed(seen[:-1]):
        assert counts(await page.call("undo")) == expected
    assert (await page.call("album"))["classes"] == original["classes"]
    for expected in seen[1:]:
        assert counts(await page.call("redo")) == expected


async def test_photos_are_marked_for_a_side_of_the_split():
    page = await filled(2)
    album = await page.call("edit", {"type": "movePhotos", "photos": [0, 2, 4], "split": "validation"})
    assert [c["marked"] for c in album["classes"]] == [[0], [2], [4]]
    album = await page.call("edit", {"type": "movePhotos", "photos": [2], "split": "drawn"})
    assert [c["validation"] for c in album["classes"]] == [1, 0, 1]


async def test_a_rename_needs_no_retraining_and_other_edits_say_that_the_model_is_stale():
    page = await filled()
    trained = await page.call("train", FAST)
    assert not (await page.call("album"))["stale"]
    n = page.engine.n_predicted
    album = await page.call("edit", {"type": "renameClass", "label": "red", "to": "aardvark"})
    assert not album["stale"] and page.engine.n_predicted == n
    assert (await page.call("predict", [photo("red")]))[0]["label"] == "aardvark"
    assert (await page.call("undo"))["classes"][2]["label"] == "red"
    assert (await page.call("predict", [photo("red")]))[0]["label"] == "red"
    assert (await page.call("edit", {"type": "movePhotos", "photos": [0], "to": "red"}))["stale"]
    n = page.engine.n_predicted
    again = await page.call("train", FAST)
    # Nothing but the head's look at the validation photos.
    assert (
        page.engine.n_predicted == n + again["evaluation"]["total"] and again["nTraining"] <= trained["nTraining"] + 1
    )
    assert not (await page.call("album"))["stale"]


async def test_classes_that_are_switched_off_take_no_part():
    page = await filled()
    await page.call("edit", {"type": "enableClass", "label": "green", "enabled": False})
    assert (await page.call("train", FAST))["classes"] == ["blue", "red"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"type": "renameClass", "label": "blue", "to": "red"}, "Merge the two instead"),
        ({"type": "renameClass", "label": "blue", "to": "  "}, "Expected a name"),
        ({"type": "renameClass", "label": "pink", "to": "x"}, "'blue', 'green', 'red'"),
        ({"type": "movePhotos", "photos": [999], "to": "red"}, "999"),
        ({"type": "movePhotos", "photos": [1], "split": "tested"}, "training, validation, test or drawn"),
        ({"type": "fold"}, "renameClass"),
        ({"type": "renameClass", "label": "blue"}, "Expected the fields"),
    ],
)
async def test_impossible_edits_change_nothing(change, message):
    page = await filled()
    before = await page.call("album")
    error = (await page.try_call("edit", change))["error"]
    assert error["name"] == "ValueError" and message in error["message"]
    assert await page.call("album") == before


async def test_every_change_makes_the_next_state_of_a_desk_and_a_look_makes_none():
    page = await filled()
    desk = page.session.desks["photos"]
    before, red = desk.state, {"type": "renameClass", "label": "red", "to": "scarlet"}
    for name, *args in [("album",), ("results",), ("runs",), ("check", {}), ("picture", 0, 32), ("calibration",)]:
        await page.call(name, *args)
    assert desk.state is before
    for step, (name, *args) in enumerate([("edit", red), ("undo",), ("redo",), ("confirm", [0]), ("clear",)], 1):
        await page.call(name, *args)
        assert desk.state.revision == before.revision + step
    assert before.album.now.has("red") and len(before.album.samples) == 18, "nothing of a state changes later"
    with pytest.raises(FrozenInstanceError):
        before.settings = {}
