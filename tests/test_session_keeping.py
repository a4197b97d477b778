"""A desk's project is written as it grows and taken up again, on CPython with a storage in memory."""

import asyncio
import io
import json
import zipfile
from collections import defaultdict
from types import SimpleNamespace

import pytest
from conftest import IN_PYODIDE
from photos import color_files

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from desks.session import Session
from session_page import FAST, INDEX, Page, files, photo
from test_session import digit_pair


class MemoryStorage:
    """What js/projects.js does, with dictionaries: one project, and room for so many bytes of photos."""

    def __init__(self, room=None, elsewhere=False):
        self.pictures, self.rows, self.model, self.trainings, self.description = {}, [], None, {}, ""
        self.room, self.elsewhere, self.told, self.exists = room, elsewhere, [], False
        self.is_lost = self.is_gone = False
        self.n_written = 0

    async def load(self, wanted, how):
        self.is_lost = False
        if not self.exists:
            return None
        self.is_lost = self.elsewhere and not how
        return SimpleNamespace(elsewhere=self.is_lost, name="", description=self.description, model=self.model)

    def lost(self):
        return self.is_lost

    async def gone(self):
        return self.is_gone

    def leave(self):
        self.is_lost = self.is_gone = False
        self.pictures, self.rows, self.model, self.trainings, self.description = {}, [], None, {}, ""
        self.exists = False

    async def photos(self, start):
        def file(i):
            async def read():
                return self.pictures[i]

            return SimpleNamespace(id=i, path="", blob=self.pictures[i], read=read)

        return [file(i) for i in sorted(self.pictures) if i >= start][:7]

    async def features(self):
        return [SimpleNamespace(kind=kind, digests=digests, rows=rows) for kind, digests, rows in self.rows]

    def blob(self, data):
        return data

    async def putPhotos(self, ids, blobs):
        await asyncio.sleep(0)
        if self.is_gone:
            return "ProjectGone"
        if self.room is not None and sum(map(len, [*self.pictures.values(), *blobs])) > self.room:
            return "QuotaExceededError"
        assert not set(ids) & set(self.pictures), "a photo is written once"
        self.pictures |= dict(zip(ids, blobs, strict=True))
        self.exists = True
        return ""

    async def dropPhotos(self, ids):
        for i in ids:
            del self.pictures[i]
        return ""

    async def putFeatures(self, kind, digests, rows):
        self.rows.append((kind, digests, rows))
        return ""

    async def putModel(self, model):
        self.model = model
        return ""

    async def runs(self):
        return [self.trainings[number] for number in sorted(self.trainings)]

    async def putRun(self, number, run):
        assert number not in self.trainings, "a run is written once"
        self.trainings[number] = run
        return ""

    async def dropRuns(self, numbers):
        for number in numbers:
            del self.trainings[number]
        return ""

    async def putDescription(self, description, n_photos):
        if self.is_gone:
            return "ProjectGone"
        self.description, self.exists = description, True
        self.n_written += 1
        return ""

    async def tell(self, state, unsaved):
        self.told.append((state, unsaved))


class KeptPage(Page):
    """A page one of whose desks is kept; the worker looks after each call, as here."""

    def __init__(self, storage=None, desk="photos"):
        super().__init__()
        self.storage = storage or MemoryStorage()
        storages = defaultdict(MemoryStorage, {desk: self.storage})
        self.session = Session(self.engine, INDEX, storages.__getitem__)

    async def try_call(self, method, *args, desk="photos"):
        reply = await super().try_call(method, *args, desk=desk)
        await self.session.keep(desk)
        await self.session.keepers[desk].settle()
        return reply


async def test_everything_is_back_after_a_reload_and_nothing_is_computed_again():
    page = KeptPage()
    await page.call("add", "training", files([*color_files(6), *color_files(2, prefix="val/")]))
    await page.call("keepSettings", {"option-epochs": "15"})
    trained = await page.call("train", FAST)
    await page.call("edit", {"type": "renameClass", "label": "red", "to": "rouge"})
    await page.call("edit", {"type": "deletePhotos", "photos": [0]})
    await page.call("edit", {"type": "addClass", "label": "violet"})
    album, expected = await page.call("album"), await page.call("predict", [photo("red")])
    assert page.storage.told[-1] == ("saved", 0)
    assert page.storage.told.count(("saving", 0)) == 1, "while the model was packed"

    again = KeptPage(page.storage)
    assert (await again.call("connect"))["backend"]
    back = await again.call("resume", {"project": 0})
    shapes = [[(c["label"], c["enabled"], c["photos"], c["marked"]) for c in one["classes"]] for one in (album, back)]
    assert shapes[0] == shapes[1] and back["stale"] and back["undo"] == "addClass"
    assert back["settings"] == {"option-epochs": "15"}
    same = ("history", "nTraining", "epochs", "bestEpoch", "stopped", "seconds")
    assert [back["model"][name] for name in same] == [trained[name] for name in same]
    assert back["model"]["classes"] == back["modelClasses"] == ["blue", "green", "rouge"]
    assert back["model"]["evaluation"]["confusion"] == trained["evaluation"]["confusion"]
    restoring = [event for event in again.events if event["stage"] == "restoring"]
    shown = [one for event in restoring for one in event["photos"]]
    assert {one["id"] for one in shown} == set(range(24)) and shown[-1]["path"] == "val/red/1.png"
    assert sorted(again.storage.pictures) == list(range(24)), "the deleted photo can be brought back"
    assert (await again.call("predict", [photo("red")]))[0]["probability"] == pytest.approx(expected[0]["probability"])
    n = again.engine.n_predicted
    retrained = (await Page.try_call(again, "train", FAST))["result"]  # without packing the model, which predicts too
    assert again.engine.n_predicted == n + retrained["evaluation"]["total"], "no photo was embedded again"
    assert not (await again.call("album"))["stale"]
    assert (await again.call("add", "training", files(color_files(1))))["added"][0]["id"] == 24


@pytest.mark.parametrize("noticed", ["by a call that writes photos", "by one that writes none", "by the page"])
async def test_a_project_that_is_deleted_underneath_is_told_and_kept_anew(noticed):
    page = KeptPage()
    await page.call("add", "training", files(color_files(4)))
    await page.call("train", FAST)
    page.storage.is_gone = True
    if noticed == "by a call that writes photos":
        await page.call("add", "training", files(color_files(1, prefix="more/")))
    elif noticed == "by one that writes none":
        await page.call("edit", {"type": "addClass", "label": "violet"})
    await page.call("keepApart")
    told = [state for state, _ in page.storage.told]
    assert "gone" in told and page.storage.told[-1] == ("saved", 0)
    again = KeptPage(page.storage)
    back = await again.call("resume", {"project": 0})
    album = await page.call("album")
    assert back["classes"] == album["classes"] and back["model"] is not None and page.storage.rows


async def test_classes_without_photos_are_kept_by_their_names():
    page = KeptPage()
    await page.call("planClasses", ["cat", "Class 3"])
    page = KeptPage(page.storage)
    assert (await page.call("resume", {}))["planned"] == ["cat", "Class 3"]
    await page.call("add", {"label": "cat"}, files(color_files(1)))
    await page.call("planClasses", ["Class 3"])
    back = await KeptPage(page.storage).call("resume", {})
    assert back["planned"] == ["Class 3"] and [one["label"] for one in back["classes"]] == ["cat"]
    # A project's file has them as classes like others.
    await page.call("saveProject", {"name": "pets"})
    saved = b"".join(event["piece"] for event in page.events if "piece" in event)
    opened = await KeptPage().call("openProject", [handed_over(saved)])
    assert [one["label"] for one in opened["classes"]] == ["Class 3", "cat"] and opened["planned"] == []
    await page.call("startAnew")
    assert page.session.desks["photos"].state.planned == ()


async def test_photos_that_were_recognised_are_kept_a_few_of_them():
    page = KeptPage()
    await page.call("add", "training", files(color_files(6)))
    await page.call("train", FAST)
    tried = [handed_over(await photo("red", seed).read(), f"new/{seed}.png") for seed in range(30)]
    await page.call("keepTried", tried[:20])
    await page.call("keepTried", tried[20:])
    large = handed_over(b"", "large.png")
    large.size = 1 << 26
    await page.call("keepTried", [large])
    assert sorted(page.storage.pictures) == [*range(-30, -6), *range(18)], "the last ones, beside the album's"
    assert page.storage.told[-1] == ("saved", 0)

    page = KeptPage(page.storage)
    back = await page.call("resume", {})
    assert sum(len(one["photos"]) for one in back["classes"]) == 18
    shown = [one for event in page.events for one in event["photos"] if one["id"] < 0]
    assert [one["path"] for one in shown] == [f"new/{seed}.png" for seed in range(29, 5, -1)]
    assert shown[0]["blob"] == await photo("red", 29).read()
    await page.call("keepTried", tried[:1])
    assert sorted(page.storage.pictures)[:24] == list(range(-31, -7)), "numbers go on"
    await page.call("keepTried", [])
    assert sorted(page.storage.pictures) == list(range(18))
    page.storage.room = 0
    await page.call("keepTried", tried[:2])
    assert page.storage.told[-1] == ("saved", 0), "nobody misses them"


async def test_what_was_removed_is_brought_back_after_a_reload():
    page = KeptPage()
    await page.call("add", "training", files([*color_files(3), *color_files(1, prefix="val/")]))
    shapes = [await page.call("album")]
    for edit in ({"type": "mergeClasses", "labels": ["red"], "to": "blue"}, {"type": "removeAll"}):
        shapes.append(await page.call("edit", edit))
    await page.call("undo")
    await page.call("redo")
    await page.call("add", "training", files(color_files(1)))
    await page.call("undo")

    again = KeptPage(page.storage)
    back = await again.call("resume", {"project": 0})
    assert (back["undo"], back["redo"], back["classes"]) == ("removeAll", "add", [])
    for before in reversed(shapes[:-1]):
        album = await again.call("undo")
        assert album["classes"] == before["classes"]
        for one in (one for c in album["classes"] for one in c["photos"]):
            assert await again.call("picture", one, 16)
    await again.call("undo")
    for _ in range(4):
        album = await again.call("redo")
    assert [c["label"] for c in album["classes"]] == ["blue", "green", "red"] and album["redo"] is None
    assert [len(c["photos"]) for c in album["classes"]] == [1, 1, 1]


async def test_photos_that_nobody_can_bring_back_are_dropped():
    page = KeptPage()
    await page.call("add", "training", files(color_files(2)))
    await page.call("edit", {"type": "deletePhotos", "photos": [0]})
    for i in range(10):
        await page.call("edit", {"type": "addClass", "label": f"class {i}"})
    again = KeptPage(page.storage)
    await again.call("resume", {"project": 0})
    assert sorted(again.storage.pictures) == [1, 2, 3, 4, 5]
    for _ in range(10):
        album = await again.call("undo")
    assert album["undo"] is None and [len(c["photos"]) for c in album["classes"]] == [1, 2, 2]


@pytest.mark.parametrize("steps", [None, [], {"done": 3}, {"done": [{"step": "fly"}], "undone": [], "gone": []}])
async def test_a_damaged_way_back_does_not_keep_a_project_from_coming_back(steps):
    page = KeptPage()
    await page.call("add", "training", files(color_files(2)))
    description = json.loads(page.storage.description)
    description["desk"]["steps"] = steps
    page.storage.description = json.dumps(description)
    again = KeptPage(page.storage)
    back = await again.call("resume", {"project": 0})
    assert len(back["classes"]) == 3 and back["undo"] is None


async def test_a_training_that_is_cut_off_leaves_its_features():
    page = KeptPage()
    await page.call("add", "training", files(color_files(20)))
    keeper = page.session.keepers["photos"]

    def cut(event):
        page.stop.requested = event["stage"] == "features" and event["done"] >= 30

    page.events = SimpleNamespace(append=cut)
    assert (await page.try_call("train", FAST))["error"]["name"] == "AbortError"
    keeper.touch()
    await keeper.settle()
    known = sum(len(digests.split("\n")) for _, digests, _ in page.storage.rows)
    assert known >= 30

    again = KeptPage(page.storage)
    back = await again.call("resume", {})
    assert sum(len(c["photos"]) for c in back["classes"]) == 60 and back["model"] is None
    total = (await Page.try_call(again, "train", FAST))["result"]["evaluation"]["total"]
    assert again.engine.n_predicted == 60 - known + total, "those that were there count"


async def test_where_there_is_no_room_the_rest_is_kept_and_the_page_is_told():
    page = KeptPage(MemoryStorage(room=60_000))
    await page.call("add", "training", files(color_files(6)))
    state, unsaved = page.storage.told[-1]
    n_kept = len(page.storage.pictures)
    assert state == "full" and 0 < n_kept < 18 and unsaved == 18 - n_kept
    await page.call("train", FAST)
    again = KeptPage(page.storage)
    back = await again.call("resume", {})
    assert sum(len(c["photos"]) for c in back["classes"]) == n_kept and back["model"]["classes"]
    assert len(back["problems"]) == unsaved and "Add it again" in back["problems"][0]["reason"]


async def test_a_file_that_is_gone_does_not_keep_the_others_from_being_kept():
    async def gone():
        raise RuntimeError("NotReadableError")

    page = KeptPage()
    await page.call("add", {"labelBy": "folder"}, files([*color_files(2), ("p/red/gone.jpg", gone)]))
    assert sorted(page.storage.pictures) == list(range(6)) and page.storage.told[-1] == ("saved", 1)


async def test_what_another_tab_has_is_left_alone():
    first = KeptPage()
    await first.call("add", "training", files(color_files(2)))
    first.storage.elsewhere = True
    n = first.storage.n_written
    second = KeptPage(first.storage)
    assert await second.call("resume", {}) is None and second.storage.told[-1][0] == "elsewhere"
    await second.call("add", "training", files(color_files(3)))
    assert second.storage.n_written == n and len(second.storage.pictures) == 6


@pytest.mark.parametrize("how", ["take over", "copy"])
async def test_what_another_tab_has_is_taken_over_or_copied(how):
    first = KeptPage()
    await first.call("add", "training", files(color_files(2)))
    trained = await first.call("train", FAST)
    first.storage.elsewhere = True
    second = KeptPage(first.storage)
    restored = await second.call("resume", {"how": how})
    assert [len(c["photos"]) for c in restored["classes"]] == [2, 2, 2]
    assert restored["model"]["evaluation"] == trained["evaluation"]
    assert second.storage.told[-1] == ("saved", 0), "a copy is written anew, photos, features and model"
    assert len(second.storage.pictures) == 6 and second.storage.rows and second.storage.model
    assert list(second.storage.trainings) == [1]


async def test_what_was_done_beside_another_tab_is_kept_as_a_project_of_its_own():
    first = KeptPage()
    await first.call("add", "training", files(color_files(2)))
    first.storage.elsewhere = True
    second = KeptPage(first.storage)
    await second.call("resume", {})
    await second.call("keepApart")
    assert second.storage.told[-1][0] == "elsewhere", "there is nothing to keep"
    await second.call("add", "training", files(color_files(3)))
    await second.call("keepApart")
    assert second.storage.told[-1] == ("saved", 0) and len(second.storage.pictures) == 9


async def test_how_to_resume_is_one_of_three_ways():
    reply = await KeptPage().try_call("resume", {"how": "steal"})
    assert reply["error"]["name"] == "ValueError" and "take over" in reply["error"]["message"]


async def test_without_storage_everything_works():
    class Broken(MemoryStorage):
        async def load(self, wanted, how):
            raise RuntimeError("SecurityError: no storage here")

        async def putPhotos(self, ids, blobs):
            return "SecurityError"

        async def putDescription(self, description, n_photos):
            return "SecurityError"

    page = KeptPage(Broken())
    assert await page.call("resume", {}) is None and page.storage.told[-1][0].startswith("unavailable")
    await page.call("add", "training", files(color_files(4)))
    assert (await page.call("train", FAST))["classes"] == ["blue", "green", "red"]


async def test_nothing_is_written_without_need():
    page = KeptPage()
    await page.call("album")
    assert not page.storage.exists
    await page.call("add", "training", files(color_files(2)))
    n = page.storage.n_written
    await page.call("album")
    await page.call("keepSettings", {})
    assert page.storage.n_written == n
    await page.call("clear")
    assert page.storage.pictures == {} and page.storage.n_written == n + 1
    await page.call("startAnew")
    await page.call("add", "training", files(color_files(1)))
    assert sorted(page.storage.pictures) == [0, 1, 2]


async def test_trainings_and_confirmations_are_back_after_a_reload():
    page = KeptPage()
    await page.call("add", "training", files(color_files(12)))
    plain = await page.call("train", {**FAST, "epochs": 3})
    await page.call("train", {**FAST, "augmentation": {"flip": True, "copies": 1}, "classWeight": {"red": 2.0}})
    await page.call("train", {**FAST, "hiddenUnits": 10})
    await page.call("edit", {"type": "addClass", "label": "violet"})
    await page.call("edit", {"type": "deleteClass", "label": "violet"})
    await page.call("edit", {"type": "renameClass", "label": "red", "to": "rouge"})
    await page.call("add", "training", files(color_files(1, prefix="late/")))
    await page.call("edit", {"type": "deletePhotos", "photos": [36, 37, 38]})  # whose ids must not come again
    await page.call("confirm", [(await page.call("results"))["photos"][0]["id"], 20], True)
    await page.call("setThreshold", None)
    judged = await page.call("results")
    assert any(one["confirmed"] for one in judged["photos"])
    runs = await page.call("forgetRun", 2)
    assert sorted(page.storage.trainings) == [1, 3] and all(
        len(run) < 50_000 for run in page.storage.trainings.values()
    )

    again = KeptPage(page.storage)
    back = await again.call("resume", {})
    assert not back["stale"] and await again.call("runs") == runs
    assert await again.call("results") == judged
    assert again.session.desks["photos"].state.confirmed == page.session.desks["photos"].state.confirmed
    assert not again.session.desks["photos"].state.rejects
    for one in (page, again):
        used = await one.call("useRun", 1)
        assert used["history"] == plain["history"] and used["classes"] == ["blue", "green", "rouge"]
    assert await again.call("results") == await page.call("results")
    assert await again.call("calibration") == await page.call("calibration")
    photos = [photo("red"), photo("blue", 7)]
    assert await again.call("predict", photos) == await page.call("predict", photos)
    added = await again.call("add", "training", files(color_files(1, prefix="more/")))
    assert [one["id"] for one in added["added"]] == [39, 40, 41]
    await again.call("edit", {"type": "addClass", "label": "ocker"})
    album = again.session.desks["photos"].album
    assert album.now.key("ocker") > album.now.key("rouge") + 1, "nor does the key of a class that was deleted"
    await again.call("train", FAST)
    assert [run["number"] for run in await again.call("runs")] == [4, 3, 1]
    assert sorted(page.storage.trainings) == [1, 3, 4]


async def test_trainings_that_another_version_wrote_do_not_keep_a_project_from_coming_back():
    page = KeptPage()
    await page.call("add", "training", files(color_files(6)))
    await page.call("train", FAST)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr("run.json", "{}")
        file.writestr("weights.bin", b"")
    page.storage.trainings[1] = buffer.getvalue()
    again = KeptPage(page.storage)
    assert (await again.call("resume", {}))["model"]["nTraining"] > 0 and await again.call("runs") == []


async def test_a_network_of_digits_is_back_after_a_reload():
    sprite, labels, ring = digit_pair()
    pair = [handed_over(labels, "labels"), handed_over(sprite, "images.png")]
    drawing = (28, 28, (ring * 255).astype("uint8").tobytes())
    options = {"nTraining": 40, "nValidation": 20, "batchSize": 10, "epochs": 4, "learningRate": 0.01}
    page = KeptPage(desk="digits")
    await page.call("addDigits", pair, desk="digits")
    await page.call("keepSettings", {"epochs": "4"}, desk="digits")
    assert not page.storage.exists, "nothing is worth it yet"
    trained = await page.call("trainDigits", options, desk="digits")
    found = await page.call("readDigit", *drawing, desk="digits")
    assert page.storage.told[-1] == ("saved", 0) and page.storage.rows == [], "digits come with the page"

    again = KeptPage(page.storage, desk="digits")
    back = await again.call("resume", {}, desk="digits")
    assert back["settings"] == {"epochs": "4"} and back["model"]["history"] == trained["history"]
    assert await again.call("readDigit", *drawing, desk="digits") == found
    await again.call("addDigits", pair, desk="digits")
    assert (await again.call("trainDigits", options, desk="digits"))["history"] == trained["history"]
    assert await again.call("readDigit", *drawing, desk="digits") == found


def handed_over(data, name="project.zip"):
    """A file as the worker hands it over."""

    async def read():
        return data

    return SimpleNamespace(path=name, size=len(data), read=read, slice=lambda start, stop: data[start:stop])


async def test_a_project_is_saved_in_pieces_and_opened_again():
    page = KeptPage()
    await page.call("add", "training", files(color_files(6)))
    trained = await page.call("train", FAST)
    page.events = []
    reply = await page.try_call("saveProject", {"name": "colours"})
    assert reply["result"] == {"lost": 0}
    pieces = [event["piece"] for event in page.events if "piece" in event]
    data = b"".join(pieces)

    other = KeptPage()
    await other.call("add", "training", files(color_files(1)))
    opened = await other.call("openProject", [handed_over(data)])
    assert opened["name"] == "colours" and [one["id"] for one in opened["photos"]] == list(range(18))
    assert opened["model"]["nTraining"] == trained["nTraining"] and not opened["stale"]
    assert other.storage.pictures and max(other.storage.pictures) == 17, "and it is kept from then on"
    n = other.engine.n_predicted
    again = (await Page.try_call(other, "train", FAST))["result"]
    assert other.engine.n_predicted == n + again["evaluation"]["total"]
    assert again["evaluation"]["confusion"] == trained["evaluation"]["confusion"]
    refused = await other.try_call("openProject", [handed_over(b"no zip")])
    assert refused["error"]["name"] == "ArchiveError"


async def loose_files():
    """A model as Teachable Machine hosts it: three files, and no word of a card."""
    page = Page()
    await page.call("add", "training", files(color_files(4)))
    await page.call("train", FAST)
    archive = zipfile.ZipFile(io.BytesIO(await page.call("exportModel", {"name": "tm-my-model"})))
    metadata = json.loads(archive.read("metadata.json"))
    metadata["userMetadata"] = {}
    contents = {name: archive.read(name) for name in archive.namelist()}
    contents["metadata.json"] = json.dumps(metadata).encode()
    return [handed_over(data, f"my_model/{name}") for name, data in contents.items()]


async def test_a_model_of_teachable_machine_is_opened_and_trained_on():
    page, loose = KeptPage(), await loose_files()
    missing = await page.try_call("openLooseModel", loose[::2])
    assert missing["error"]["name"] == "ArchiveError" and "missing. Choose all of them" in missing["error"]["message"]
    unnamed = await page.try_call("openLooseModel", loose[:2])
    assert (unnamed["error"]["code"], unnamed["error"]["values"]) == ("needs-labels", {"n": 3})
    told = {"labels": ["0 blue", "1 green", "2 red"], "scaling": [127.5, -1]}
    assert (await page.call("openLooseModel", told, loose[:2]))["classes"] == ["blue", "green", "red"]
    opened = await page.call("openLooseModel", loose)
    offered = [(c["label"], len(c["photos"])) for c in opened["album"]["classes"]]
    assert offered == [(label, 0) for label in sorted(opened["classes"])]
    weights = page.session.desks["photos"].classifier._extractor.model.weights()
    await page.call("add", "training", files(color_files(6)))
    options = {"backbone": "opened", "epochs": 3, "cv": 0}
    trained = await page.call("train", options)
    desk = page.session.desks["photos"]
    assert set(trained["classes"]) == {"blue", "green", "red"}
    after = desk.classifier._extractor.model.weights()
    assert all(
        (after[name] == weights[name]).all() for name in weights
    ) and desk.classifier.backbone.preprocessing.std == (127, 127, 127)

    again = KeptPage(page.storage)
    back = await again.call("resume", {})
    assert back["backbone"] == opened["backbone"]
    n = again.engine.n_predicted
    total = (await Page.try_call(again, "train", options))["result"]["evaluation"]["total"]
    assert again.engine.n_predicted == n + total, "its features are known still"


FIELDS = {"patience": 4, "classWeight": "balanced", "hiddenUnits": 30, "batchSize": 8, "validationSplit": 0.3}
EDITS = [
    {"type": "renameClass", "label": "red", "to": "zinnober"},
    {"type": "movePhotos", "photos": [0, 30], "to": "green"},
    {"type": "deletePhotos", "photos": [5]},
]


@pytest.mark.parametrize("augmentation", [None, {"flip": True, "crop": 0.2, "copies": 1}])
@pytest.mark.parametrize("between", [(), ("restart",), ("restart", "restart"), ("lose features", "restart")])
async def test_training_after_a_restart_gives_the_same_to_the_bit(between, augmentation):
    """Photos, their order, features, marks, edits and settings: whatever a training hangs on is there again."""
    options = {**FAST, **FIELDS, "augmentation": augmentation}

    async def train_with(steps):
        page = KeptPage()
        await page.call("add", "training", files(color_files(12)))
        await page.call("train", {**options, "seed": 8})
        for edit in EDITS:
            await page.call("edit", edit)
        for step in steps:
            if step == "restart":
                page = KeptPage(page.storage)
                assert (await page.call("resume", {}))["stale"]
            else:  # as where a worker ended before it wrote them all
                kind, digests, rows = page.storage.rows.pop()
                known = digests.split("\n")[:9]
                page.storage.rows.append((kind, "\n".join(known), rows[: len(rows) // len(digests.split("\n")) * 9]))
        await page.call("train", options)
        desk = page.session.desks["photos"]
        y_proba = await desk.classifier.predict_proba(list(desk.album.whole().samples))
        return y_proba.tobytes(), {name: w.tobytes() for name, w in desk.classifier.snapshot().weights.items()}

    assert await train_with(between) == await train_with(())
