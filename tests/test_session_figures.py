"""The figures behind the figures: single photos, calibration, cross-validation, runs."""

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import COLORS, Reader, color_files, encode, noisy

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import FAST, Page, files
from test_session_keeping import KeptPage, handed_over

from pyclassifier import decode_image


def mislabelled(n=8):
    """Photos of three colours, two of which lie in the folder of another colour and are marked for validation."""
    wrong = [(f"photos/blue/wrong-{i}.png", Reader(encode(noisy(COLORS["red"], seed=900 + i)))) for i in range(2)]
    return color_files(n), [*color_files(3, prefix="more/"), *wrong]


async def trained(options=FAST):
    page = Page()
    training, validation = mislabelled()
    await page.call("add", "training", files(training))
    await page.call("add", {"split": "validation", "labelBy": "folder"}, files(validation))
    return page, await page.call("train", options)


async def test_each_photo_of_the_validation_has_its_result_the_worst_first():
    page, result = await trained()
    judged = await page.call("results")
    assert judged["classes"] == result["classes"] and len(judged["photos"]) == result["evaluation"]["total"] == 11
    counts = np.zeros((3, 3), int)
    for photo in judged["photos"]:
        counts[photo["true"], photo["predicted"]] += 1
        assert photo["loss"] == pytest.approx(-np.log(photo["probabilityTrue"]), rel=1e-5)
    assert counts.tolist() == result["evaluation"]["confusion"]
    losses = [photo["loss"] for photo in judged["photos"]]
    assert losses == sorted(losses, reverse=True)
    worst = judged["photos"][:2]
    assert {photo["path"] for photo in worst} == {"photos/blue/wrong-0.png", "photos/blue/wrong-1.png"}
    assert {(photo["true"], photo["predicted"], photo["label"]) for photo in worst} == {(0, 2, "blue")}
    album = await page.call("album")
    assert {photo["id"] for photo in worst} < set(album["classes"][0]["marked"])


async def test_results_follow_what_is_done_to_their_photos():
    page, _ = await trained()
    moved, kept, deleted = [photo["id"] for photo in (await page.call("results"))["photos"]][:3]
    await page.call("edit", {"type": "movePhotos", "photos": [moved], "to": "red"})
    await page.call("edit", {"type": "deletePhotos", "photos": [deleted]})
    await page.call("edit", {"type": "renameClass", "label": "red", "to": "scarlet"})
    assert await page.call("confirm", [kept]) is None
    judged = await page.call("results")
    by_id = {photo["id"]: photo for photo in judged["photos"]}
    assert judged["classes"] == ["blue", "green", "scarlet"] and len(by_id) == 11
    assert (by_id[moved]["true"], by_id[moved]["label"]) == (0, "scarlet")
    assert by_id[deleted]["label"] is None
    assert [photo["id"] for photo in judged["photos"] if photo["confirmed"]] == [kept]
    # Elsewhere it is not what was said to be right.
    await page.call("edit", {"type": "movePhotos", "photos": [kept], "to": "green"})
    assert not any(photo["confirmed"] for photo in (await page.call("results"))["photos"])
    await page.call("undo")
    await page.call("confirm", [kept], False)
    assert not any(photo["confirmed"] for photo in (await page.call("results"))["photos"])
    assert "none" in (await page.try_call("confirm", [1234]))["error"]["message"]


async def test_relabelling_and_training_again_embeds_nothing_anew():
    page, first = await trained()
    wrong = [photo["id"] for photo in (await page.call("results"))["photos"] if photo["true"] != photo["predicted"]]
    await page.call("edit", {"type": "movePhotos", "photos": wrong, "to": "red"})
    n = page.engine.n_predicted
    again = await page.call("train", FAST)
    # Nothing but the head's looks at the validation photos.
    assert (page.engine.n_predicted - n) % again["evaluation"]["total"] == 0
    assert again["evaluation"]["correct"] == 11 == first["evaluation"]["correct"] + 2


def drawn_and_wrong():
    """Photos of three colours, none marked; some lie in the folder of another colour."""
    wrong = [(f"photos/blue/wrong-{i}.png", Reader(encode(noisy(COLORS["red"], seed=900 + i)))) for i in range(8)]
    return [*color_files(14), *wrong]


@pytest.mark.parametrize("options", [FAST, {**FAST, "cv": 3}], ids=["one draw", "folds"])
async def test_mended_labels_and_new_photos_are_compared_on_the_same_photos(options):
    page = KeptPage()
    await page.call("add", "training", files(drawn_and_wrong()))
    first = await page.call("train", options)
    held_out = {photo["id"] for photo in (await page.call("results"))["photos"]}
    wrong = [id for id, sample in page.session.desks["photos"].album.samples.items() if "wrong" in sample.path]
    moved = held_out & set(wrong)
    assert moved and len(held_out) == first["evaluation"]["total"]
    gone = min(held_out - moved)

    page = KeptPage(page.storage)  # a reload later
    await page.call("resume", {})
    await page.call("edit", {"type": "movePhotos", "photos": wrong, "to": "red"})
    await page.call("edit", {"type": "deletePhotos", "photos": [gone]})
    await page.call("add", "training", files(color_files(7, prefix="new/")))
    again = await page.call("train", options)
    now = {photo["id"] for photo in (await page.call("results"))["photos"]}
    assert held_out - {gone} < now and all(photo >= 50 for photo in now - held_out)
    right = {photo for photo, (_, right) in page.session.desks["photos"].state.trainings[0].right.items() if right}
    runs = await page.call("runs")
    assert [run["before"] is None for run in runs] == [False, True]
    before = runs[0]["before"]
    assert (before["other"], before["total"]) == (1, len(held_out) - 1)
    assert (before["added"], before["gone"], before["moved"]) == (len(now) - len(held_out) + 1, 1, len(moved))
    assert before["correctOther"] == len(right - {gone}) == first["evaluation"]["correct"] - (gone in right)
    assert before["correct"] <= again["evaluation"]["correct"] <= before["correct"] + before["added"]
    assert before["correct"] > before["correctOther"], "real pictures: what was mended is recognised"
    # By chance or not is a matter of those alone whose class has not changed.
    assert before["only"] + before["onlyOther"] <= before["total"] - before["moved"]

    # A project's file knows it, too.
    saved = [event["piece"] for event in await saved_pieces(page)]
    other = KeptPage()
    await other.call("openProject", [handed_over(b"".join(saved))])
    await other.call("train", options)
    paths = [{photo["path"] for photo in (await one.call("results"))["photos"]} for one in (page, other)]
    assert paths[0] == paths[1]


async def record(page, label, colour, n, press):
    """A recording, as the page's camera makes it: photos of one group."""
    group = f"burst-{press}"
    shots = [(f"{group}-{i:04}.jpg", Reader(encode(noisy(COLORS[colour], 40 * press + i)))) for i in range(1, n + 1)]
    await page.call("add", {"label": label, "group": group}, files(shots))


async def test_a_class_of_one_recording_is_said_to_be_unjudged_until_it_is_recorded_again():
    page = KeptPage()
    await record(page, "cup", "red", 9, 1)
    await record(page, "hand", "blue", 9, 2)
    first = await page.call("train", FAST)
    assert first["evaluation"] is None, "none of them can be held out"
    both = [{"index": i, "reason": "one recording", "recorded": True, "long": False} for i in range(2)]
    assert first["unjudged"] == both
    assert (await page.call("train", {**FAST, "validationSplit": 0}))["unjudged"] == [], "as it was asked for"

    await record(page, "hand", "blue", 9, 3)
    await page.call("add", "training", files([("green/1.png", Reader(encode(noisy(COLORS["green"], 5))))]))
    second = await page.call("train", FAST)
    assert second["evaluation"]["unjudged"] == ["cup", "green"] and second["evaluation"]["total"] == 9
    told = [both[0], {"index": 1, "reason": "one photo", "recorded": False, "long": False}]
    assert second["unjudged"] == told
    back = await KeptPage(page.storage).call("resume", {})
    assert back["model"]["unjudged"] == told

    await record(page, "cup", "red", 9, 4)
    await page.call("edit", {"type": "deleteClass", "label": "green"})
    third = await page.call("train", FAST)
    assert third["unjudged"] == [] == third["evaluation"]["unjudged"]
    held_out = {photo["id"] for photo in (await page.call("results"))["photos"]}
    groups = {page.session.desks["photos"].album.samples[id].group for id in held_out}
    assert len(groups) == 2 and len(held_out) == 18, "one recording of each, whole"


async def test_a_long_recording_is_judged_by_its_end_where_that_is_asked_for():
    page = KeptPage()
    await record(page, "cup", "red", 30, 1)
    await record(page, "hand", "blue", 10, 2)
    await record(page, "hand", "blue", 10, 3)
    first = await page.call("train", FAST)
    assert first["unjudged"] == [{"index": 0, "reason": "one recording", "recorded": True, "long": True}]
    second = await page.call("train", {**FAST, "splitRecordings": True})
    assert second["unjudged"] == [{"index": 0, "reason": "own end", "recorded": True, "long": False}]
    assert second["evaluation"]["unjudged"] == [] and second["nTraining"] == 50, "in the end it learns from all"
    judged = {photo["path"] for photo in (await page.call("results"))["photos"]}
    assert judged & {f"burst-1-{i:04}.jpg" for i in range(31)} == {f"burst-1-{i:04}.jpg" for i in range(25, 31)}
    third = await page.call("train", {**FAST, "splitRecordings": True, "refit": False})
    assert third["nTraining"] == 50 - second["evaluation"]["total"] - 3, "a gap between, of a tenth"
    assert {photo["path"] for photo in (await page.call("results"))["photos"]} == judged


async def test_a_class_without_a_mark_or_whose_photos_are_the_same_is_unjudged():
    page = Page()
    same = [(f"green/{i}.png", Reader(encode(noisy(COLORS["green"], 5)))) for i in range(4)]
    await page.call("add", "training", files([*color_files(5, labels=("blue", "red")), *same]))
    assert (await page.call("train", FAST))["unjudged"] == [
        {"index": 1, "reason": "alike", "recorded": False, "long": False}
    ]
    await page.call("add", {"split": "validation"}, files(color_files(2, prefix="val/", labels=("blue", "red"))))
    assert (await page.call("train", FAST))["unjudged"] == [
        {"index": 1, "reason": "not marked", "recorded": False, "long": False}
    ]


async def saved_pieces(page):
    page.events.clear()
    await page.call("saveProject", {})
    return [event for event in page.events if "piece" in event]


async def test_without_a_validation_there_are_no_results():
    page = Page()
    await page.call("add", "training", files(color_files(4)))
    assert await page.call("results") is None
    await page.call("train", {**FAST, "validationSplit": 0})
    assert await page.call("results") is None


async def test_every_training_is_a_run_that_can_be_used_again():
    page, first = await trained()
    photo = files(color_files(1, prefix="new/"))
    before = await page.call("predict", photo)
    second = await page.call("train", {**FAST, "epochs": 1, "hiddenUnits": 2, "learningRate": 1e-6})
    runs = await page.call("runs")
    assert [(run["number"], run["inUse"]) for run in runs] == [(2, True), (1, False)]
    assert runs[0]["settings"] == {"epochs": 1, "hiddenUnits": 2, "learningRate": 1e-6}
    assert runs[1]["settings"] == {"epochs": 15, "hiddenUnits": 0, "learningRate": 0.01}
    assert [run["evaluation"] for run in runs] == [second["evaluation"], first["evaluation"]]
    versus = runs[1]["versus"]
    assert versus["total"] == 11 and versus["other"] == 2 and runs[0]["versus"] is None
    assert versus["correct"] == first["evaluation"]["correct"]
    assert versus["correct"] - versus["correctOther"] == versus["only"] - versus["onlyOther"]
    n_models = len(page.engine.live)
    used = await page.call("useRun", 1)
    assert used["evaluation"] == first["evaluation"] and used["history"] == first["history"]
    assert len(page.engine.live) == n_models and await page.call("predict", photo) == before
    assert {photo["id"] for photo in (await page.call("results"))["photos"]} == set(range(24, 35))
    assert not (await page.call("album"))["stale"]
    assert [run["inUse"] for run in await page.call("runs")] == [False, True]
    assert [run["number"] for run in await page.call("forgetRun", 2)] == [1]
    assert "number of a run (1), got 2" in (await page.try_call("useRun", 2))["error"]["message"]


async def test_a_run_is_used_again_under_new_names_and_after_another_model_was_opened():
    page, _ = await trained()
    data = await page.call("exportModel", {})
    await page.call("edit", {"type": "renameClass", "label": "red", "to": "scarlet"})
    await page.call("openModel", data)
    assert [run["inUse"] for run in await page.call("runs")] == [False]
    assert (await page.call("useRun", 1))["classes"] == ["blue", "green", "scarlet"]
    assert (await page.call("predict", files(color_files(1, labels=["red"]))))[0]["label"] == "scarlet"
    assert (await page.call("results"))["classes"][2] == "scarlet"
    await page.call("edit", {"type": "deletePhotos", "photos": [0]})
    assert (await page.call("album"))["stale"]


async def test_the_certainty_is_compared_with_what_is_right():
    page, result = await trained()
    found, judged = await page.call("calibration"), await page.call("results")
    photos = judged["photos"]
    right = [photo["true"] == photo["predicted"] for photo in photos]
    assert found["total"] == len(photos) == sum(one["count"] for one in found["bins"])
    assert found["right"] == sum(right) == result["evaluation"]["correct"] and found["wrong"] == 2
    assert found["accuracy"] == pytest.approx(result["evaluation"]["accuracy"])
    gaps = [one["count"] * abs(one["accuracy"] - one["confidence"]) for one in found["bins"]]
    assert found["ece"] == pytest.approx(sum(gaps) / len(photos))
    for i in (0, 40, 99, 100):
        below = [photo["probability"] < i / 100 for photo in photos]
        assert found["steps"][i] == {
            "refused": sum(b and r for b, r in zip(below, right, strict=True)),
            "passed": sum(not b and not r for b, r in zip(below, right, strict=True)),
        }
    # 9 right photos are too few to promise anything.
    assert found["suggested"] is None and found["threshold"] is None


async def test_none_of_these_is_chosen_stored_and_used():
    page, _ = await trained()
    new = files(color_files(1, prefix="new/"))
    before = await page.call("predict", new)
    assert not any(one["rejected"] for one in before)
    sure = sorted(one["probability"] for one in before)
    threshold = (sure[0] + sure[1]) / 2
    assert (await page.call("setThreshold", threshold))["threshold"] == threshold
    after = await page.call("predict", new)
    assert [one["rejected"] for one in after] == [one["probability"] < threshold for one in before]
    assert [one["label"] for one in after] == [one["label"] for one in before] and sum(
        o["rejected"] for o in after
    ) == 1
    data = await page.call("exportModel", {})
    other = Page()
    await other.call("openModel", data)
    assert [one["rejected"] for one in await other.call("predict", new)] == [one["rejected"] for one in after]
    assert "0..1" in (await page.try_call("setThreshold", 1.5))["error"]["message"]
    assert (await page.call("setThreshold", None))["threshold"] is None
    assert not any(one["rejected"] for one in await page.call("predict", new))


async def test_with_enough_photos_a_threshold_is_suggested_and_stays_off_where_it_was_switched_off():
    page = Page()
    await page.call("add", "training", files(color_files(20)))
    await page.call("train", {**FAST, "validationSplit": 0.5})
    found = await page.call("calibration")
    assert 0 < found["suggested"] == found["threshold"] <= 1
    # At most 5 % of the right ones may be refused.
    refused = sum(p["probability"] < found["suggested"] for p in (await page.call("results"))["photos"])
    assert refused <= 0.05 * found["right"] + 1
    await page.call("setThreshold", None)
    await page.call("train", {**FAST, "validationSplit": 0.5})
    assert (await page.call("calibration"))["threshold"] is None


async def test_patience_and_class_weights_are_options_and_the_best_epoch_is_told():
    page, result = await trained(
        {**FAST, "epochs": 300, "learningRate": 0.05, "patience": 3, "classWeight": "balanced"}
    )
    losses = result["history"]["val_loss"]
    assert result["epochs"] < 300 and not result["stopped"]
    assert result["bestEpoch"] == losses.index(min(losses)) + 1 == result["epochs"] - 3
    record = page.session.desks["photos"].classifier.get_params()
    assert (record["patience"], record["class_weight"]) == (3, "balanced")
    assert "patience" in (await page.try_call("train", {**FAST, "patience": -1}))["error"]["message"]


async def test_cross_validation_judges_every_photo_once_and_the_model_stays():
    page, result = await trained()
    before = await page.call("predict", files(color_files(1, prefix="new/")))
    page.events.clear()
    n_models = len(page.engine.live)
    found = await page.call("crossValidate", {**FAST, "folds": 4})
    n_photos = 8 * 3 + 11
    assert len(found["accuracies"]) == 4 and found["mean"] == pytest.approx(sum(found["accuracies"]) / 4)
    assert found["evaluation"]["total"] == len(found["judged"]["photos"]) == n_photos
    assert {photo["id"] for photo in found["judged"]["photos"]} == set(range(n_photos))
    wrong = {p["path"] for p in found["judged"]["photos"] if p["true"] != p["predicted"]}
    assert {"photos/blue/wrong-0.png", "photos/blue/wrong-1.png"} <= wrong
    n_wrong = sum(p["true"] != p["predicted"] for p in found["judged"]["photos"])
    assert found["evaluation"]["correct"] == n_photos - n_wrong
    done = [event["done"] for event in page.events if event["stage"] == "training"]
    assert done == sorted(done) and done[-1] <= 4 * FAST["epochs"]
    assert len(page.engine.live) == n_models
    assert await page.call("predict", files(color_files(1, prefix="new/"))) == before
    assert (await page.call("results"))["classes"] == result["classes"]
    # Each photo can be dealt with, as those of a validation.
    worst = found["judged"]["photos"][0]
    await page.call("edit", {"type": "movePhotos", "photos": [worst["id"]], "to": "red"})
    judged = await page.call("results", "cross")
    assert (judged["photos"][0]["id"], judged["photos"][0]["label"]) == (worst["id"], "red")
    # 9 held-out photos were too few for a threshold; all of them are not.
    assert 0 < (await page.call("calibration"))["suggested"] <= 1
    assert "folds" in (await page.try_call("crossValidate", {"folds": 1}))["error"]["message"]
    page.stop.requested = True
    assert (await page.try_call("crossValidate", {**FAST, "folds": 3}))["error"]["name"] == "AbortError"


async def test_a_photo_is_shown_under_what_the_model_looked_at():
    page, _ = await trained()
    (new,) = files(color_files(1, prefix="new/", labels=["red"]))
    for options, given in (({}, [new]), ({"photo": 0}, []), ({"photo": 0, "label": "green"}, [])):
        found = (await page.try_call("explain", options, given))["result"]
        picture = decode_image(found["picture"], "heat.png")
        assert picture.shape == (FAST["inputSize"], FAST["inputSize"], 3)
        assert found["label"] == options.get("label", "red" if given else "blue") and 0 <= found["probability"] <= 1
    assert "green" in (await page.try_call("explain", {"photo": 0, "label": "owl"}, []))["error"]["message"]
    assert "none" in (await page.try_call("explain", {"photo": 1234}, []))["error"]["message"]


async def test_a_training_with_augmentation_is_compared_with_one_without():
    page, _ = await trained()
    augmentation = {"flip": True, "crop": 0.2, "brightness": 0.1, "contrast": 0.1, "saturation": 0.1, "copies": 2}
    n = page.engine.n_predicted
    page.events.clear()
    result = await page.call("train", {**FAST, "augmentation": augmentation})
    # Two copies of each of the photos, those to judge by as well, and the head's look at these.
    n_photos, total = result["nTraining"], result["evaluation"]["total"]
    files = (await page.call("takeAway"))["record"]["run"]["files"]
    n_contents = len({digest for part in files.values() for digest in part})
    assert 2 * n_contents <= page.engine.n_predicted - n - total <= 2 * n_photos
    copies = [event for event in page.events if event["stage"] == "augmenting"]
    assert copies[-1]["done"] == copies[-1]["total"] == 2 * n_photos
    runs = await page.call("runs")
    assert runs[0]["settings"] == {"augmentation": augmentation} and runs[1]["settings"] == {"augmentation": None}
    assert runs[1]["versus"]["total"] == 11
    for wrong, word in (({"copies": 0, "flip": True}, "copies"), ({"turn": 90}, "turn")):
        assert word in (await page.try_call("train", {**FAST, "augmentation": wrong}))["error"]["message"]


async def test_an_opened_model_is_cross_validated_on_the_features_that_it_is_trained_on():
    page = Page()
    await page.call("add", "training", files(color_files(4)))
    await page.call("train", {**FAST, "pooling": "flatten"})
    other = Page()
    await other.call("openModel", await page.call("exportModel", {}))
    await other.call("add", "training", files(color_files(6)))
    await other.call("train", {"backbone": "opened", "epochs": 3})
    cache = other.session.desks["photos"].classifier.cache
    n_known = len(cache)
    await other.call("crossValidate", {"backbone": "opened", "epochs": 3, "folds": 2})
    assert len(cache) == n_known
