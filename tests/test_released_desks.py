"""Desks as every version kept them in the browser come back for ever: see data/README.md for what wrote each file."""

import io
import json
import zipfile

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import encode
from test_released_formats import CLOSE, DATA, EXPECTED, PICTURES

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import Page
from test_session import digit_pair
from test_session_keeping import KeptPage, MemoryStorage, handed_over

DESKS = [name for name in EXPECTED if name.startswith("desk-") and "digits" not in name]
PAGES = [name for name in EXPECTED if name.endswith("-page.zip")]  # projects that the page saved


def storage_of(name: str, change=None, change_run=None) -> MemoryStorage:
    """The browser's storage as it was; with changes of the JSON of the desk, and of each run."""
    storage = MemoryStorage()
    with zipfile.ZipFile(DATA / name) as file:
        contents = {one: file.read(one) for one in file.namelist()}
    description = json.loads(contents["description.json"])
    if change:
        change(description)
    storage.description, storage.exists = json.dumps(description), True
    storage.model = contents.get("model.zip")
    for one, data in contents.items():
        kind, _, rest = one.partition("/")
        if kind == "photos":
            storage.pictures[int(rest)] = data
        elif kind == "runs":
            storage.trainings[int(rest.removesuffix(".zip"))] = rerun(data, change_run) if change_run else data
        elif one.endswith(".f32"):
            features = json.loads(contents[one.replace(".f32", ".json")])
            storage.rows.append((features["kind"], features["digests"], data))
    return storage


def rerun(data: bytes, change) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w") as file:
        run = json.loads(old.read("run.json"))
        change(run)
        file.writestr("run.json", json.dumps(run))
        file.writestr("weights.bin", old.read("weights.bin"))
    return buffer.getvalue()


async def assert_predicts(page: Page, expected: list) -> None:
    files = [handed_over(encode(picture), f"new/{k}.png") for k, picture in enumerate(PICTURES)]
    predicted = await page.call("predict", files)
    assert [one["label"] for one in predicted] == [label for label, _ in expected]
    assert np.allclose([one["probability"] for one in predicted], [share for _, share in expected], **CLOSE)


async def assert_is_as_it_was_kept(page: Page, back: dict, expected: dict, judged: bool = True) -> None:
    classes = [[c["label"], c["enabled"], c["photos"], c["marked"]] for c in back["classes"]]
    assert classes == expected["classes"] and back["settings"] == expected["settings"] and back["problems"] == []
    model = back["model"]
    assert model["nTraining"] == expected["nTraining"]
    assert model["evaluation"]["confusion"] == expected["confusion"]
    for name, values in expected["history"].items():
        assert np.allclose(model["history"][name][-3:], values, **CLOSE)
    await assert_predicts(page, expected["predicted"])
    desk = page.session.desks["photos"]
    if judged:
        ids = desk.album.ids()
        predictions = desk.classifier.validation_
        found = [[ids[sample.id], sample.label] for sample in predictions.samples]
        assert found == [[photo, label] for photo, label, _ in expected["validation"]]
        assert np.allclose(predictions.y_proba, [row for _, _, row in expected["validation"]], **CLOSE)
    n = page.engine.n_predicted
    await desk.classifier.extract_features(desk.album.whole())
    assert page.engine.n_predicted == n, "features are known from then"


@pytest.mark.parametrize("name", DESKS)
async def test_desks_of_every_version_come_back(name):
    expected, storage = EXPECTED[name], storage_of(name)
    description = json.loads(storage.description)
    for _ in range(2):  # The second time as today's version keeps it.
        page = KeptPage(storage)
        back = await page.call("resume", {})
        await assert_is_as_it_was_kept(page, back, expected, judged="validation" in description)
        confirmed = expected["confirmed"] if "desk" in description else []
        assert [[photo, key] for photo, key in page.session.desks["photos"].state.confirmed.items()] == confirmed
        runs = await page.call("runs")
        told = [[run["number"], run["nTraining"], run["evaluation"]["confusion"], run["inUse"]] for run in runs]
        assert told == expected.get("runs", [])
        await page.call("keepSettings", {"option-epochs": "9"})
        await page.call("keepSettings", expected["settings"])
        assert page.storage.told[-1] == ("saved", 0)


@pytest.mark.parametrize("name", [name for name in DESKS if "runs" in EXPECTED[name]])
async def test_trainings_of_every_version_can_be_used_again(name):
    page = KeptPage(storage_of(name))
    await page.call("resume", {})
    await page.call("useRun", 1)
    await assert_predicts(page, EXPECTED[name]["predictedByRun1"])
    await page.call("useRun", EXPECTED[name]["runs"][0][0])
    await assert_predicts(page, EXPECTED[name]["predicted"])


@pytest.mark.parametrize("name", PAGES)
async def test_projects_that_pages_of_every_version_saved_open(name):
    page = KeptPage()
    opened = await page.call("openProject", [handed_over((DATA / name).read_bytes())])
    assert opened["name"] == "colours" and [one["id"] for one in opened["photos"]] == list(range(18))
    await assert_is_as_it_was_kept(page, opened, EXPECTED[name])


async def test_a_network_of_digits_that_was_kept_comes_back():
    name = "desk-cd6b345-digits.zip"
    expected, page = EXPECTED[name], KeptPage(storage_of(name), desk="digits")
    back = await page.call("resume", {}, desk="digits")
    assert back["settings"] == expected["settings"] and back["model"]["classes"] == expected["classes"]
    assert back["model"]["evaluation"]["confusion"] == expected["confusion"]
    for key, values in expected["history"].items():
        assert np.allclose(back["model"]["history"][key], values, **CLOSE)
    *_, ring = digit_pair(1)
    found = await page.call("readDigit", 28, 28, (ring * 255).astype(np.uint8).tobytes(), desk="digits")
    assert found["label"] == expected["read"]["label"]
    assert np.allclose(found["probability"], expected["read"]["probability"], **CLOSE)


# What a later version may add: nothing that is known is lost by it.


async def test_a_desk_that_a_later_version_kept_comes_back():
    name = "desk-cd6b345.zip"
    page = KeptPage(storage_of(name, change=lambda desk: desk.update(version=desk["version"] + 1, thumbnails=[])))
    await assert_is_as_it_was_kept(page, await page.call("resume", {}), EXPECTED[name])


@pytest.mark.parametrize(
    "change",
    [
        lambda run: run["parameters"]["backbone"].update(mean=[0.5, 0.5, 0.5]),
        lambda run: run["parameters"].update(weight_decay=0.01),
        lambda run: run["parameters"].update(augmentation={"flip": True, "rotate": 10}),
    ],
    ids=["card", "parameter", "augmentation"],
)
async def test_trainings_that_a_later_version_kept_can_be_used_again(change):
    name = "desk-cd6b345.zip"
    page = KeptPage(storage_of(name, change_run=change))
    await page.call("resume", {})
    assert [run["number"] for run in await page.call("runs")] == [2, 1]
    await page.call("useRun", 1)
    await assert_predicts(page, EXPECTED[name]["predictedByRun1"])
