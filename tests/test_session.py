"""web/desks/session.py, on CPython with the numpy double."""

from types import SimpleNamespace

import numpy as np
import pytest
from conftest import IN_PYODIDE
from photos import color_files, encode

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import FAST, Page, files, photo

from pyclassifier import decode_image


async def test_the_whole_way():
    page = Page()
    info = await page.call("connect")
    assert info["backend"] == "numpy" and info["backbones"][0]["name"] == "mobilenet_v1_1.0_224"
    added = await page.call("add", "training", files([*color_files(6), *color_files(2, prefix="val/")]))
    blue = added["classes"][0]
    assert (blue["label"], blue["training"], blue["validation"], blue["enabled"]) == ("blue", 6, 2, True)
    assert blue["photos"] == [*range(6), 18, 19] and blue["marked"] == [18, 19]
    first = {"index": 0, "id": 0, "path": "photos/blue/0.png", "label": "blue", "split": None}
    assert added["added"][0] == first
    assert added["added"][-1]["index"] == added["added"][-1]["id"] == 23
    assert (added["added"][-1]["label"], added["added"][-1]["split"]) == ("red", "validation")
    trained = await page.call("train", FAST)
    assert trained["classes"] == ["blue", "green", "red"] and trained["nTraining"] == 24 and trained["refit"]
    assert trained["evaluation"]["correct"] == trained["evaluation"]["total"] == 6
    assert len(trained["history"]["val_loss"]) == trained["epochs"] == 15 and not trained["stopped"]
    stages = [event["stage"] for event in page.events]
    assert set(stages) == {"decoding", "features", "training", "refitting"} and stages[-1] == "refitting"
    recognised = await page.call("predict", [photo("red"), photo("blue")])
    assert [(r["path"], r["label"]) for r in recognised] == [("new/red.png", "red"), ("new/blue.png", "blue")]
    assert recognised[0]["probability"] == recognised[0]["top"][0]["probability"] > 0.5
    data = await page.call("exportModel", {"name": "colours"})
    other = Page()
    opened = await other.call("openModel", data)
    assert opened["name"] == "colours" and opened["inputSize"] == 32
    assert opened["deviation"] < 1e-6 and not opened["computesOtherwise"]
    assert opened["evaluation"] == trained["evaluation"] and opened["history"] == trained["history"]
    again = await other.call("predict", [photo("red")])
    assert again[0]["probability"] == pytest.approx(recognised[0]["probability"], abs=1e-5)


async def test_features_that_were_prepared_are_not_computed_or_read_again():
    async def broken():
        return b"\xff\xd8 no"

    page, plain = Page(), Page()
    given = {one: color_files(5) for one in (page, plain)}
    for one, photos in given.items():
        await one.call("add", "training", files([*photos, ("photos/red/bad.jpg", broken)]))
    classifier = page.session.desks["photos"].classifier
    before = classifier.get_params()
    page.stop.requested = True
    assert (await page.try_call("prepare", {"inputSize": 32}))["error"]["name"] == "AbortError"
    page.stop.requested = False
    assert await page.call("prepare", {"inputSize": 32}) is None
    assert classifier.get_params() == before
    n_reads, n_predicted = [reader.n_reads for _, reader in given[page]], page.engine.n_predicted
    assert n_predicted == 15
    trained = await page.call("train", FAST)
    assert [reader.n_reads for _, reader in given[page]] == n_reads
    assert trained["history"] == (await plain.call("train", FAST))["history"]
    assert page.engine.n_predicted == plain.engine.n_predicted
    assert [problem["path"] for problem in trained["problems"]] == ["photos/red/bad.jpg"]
    # For another size it changes nothing about the model.
    n_predicted, recognised = page.engine.n_predicted, await page.call("predict", [photo("red")])
    await page.call("prepare", {"inputSize": 64})
    assert page.engine.n_predicted == n_predicted + 1 + 1 + 15  # the photo's features, the head, and all photos
    assert await page.call("predict", [photo("red")]) == recognised


async def test_validation_photos_may_come_by_themselves():
    page = Page()
    await page.call("add", "training", files(color_files(5)))
    added = await page.call("add", "validation", files(color_files(2, prefix="others/")))
    red = added["classes"][2]
    assert (red["label"], red["training"], red["validation"]) == ("red", 5, 2)
    assert (await page.call("train", FAST))["evaluation"]["total"] == 6
    added = await page.call("add", {}, files(color_files(2, prefix="test/")))
    assert [(c["training"], c["validation"], c["test"]) for c in added["classes"]] == [(5, 2, 2)] * 3
    trained = await page.call("train", FAST)
    assert trained["test"]["total"] == trained["evaluation"]["total"] == 6 and trained["nTraining"] == 21
    opened = await Page().call("openModel", await page.call("exportModel", {}))
    assert opened["test"] == trained["test"] and opened["refit"] and trained["evaluation"]["folds"] is None
    plain = await page.call("train", {**FAST, "refit": False})
    assert plain["nTraining"] == 15 and not plain["refit"]


async def test_problems_are_listed_and_unreadable_photos_keep_their_place():
    async def broken():
        return b"\xff\xd8 no"

    async def gone():
        raise RuntimeError("NotReadableError: the file was moved")

    page = Page()
    bad = [("p/red/bad.jpg", broken), ("p/red/gone.jpg", gone), ("p/.hidden/x.jpg", broken)]
    added = await page.call("add", {"labelBy": "folder"}, files([*color_files(5), *bad]))
    assert [p["path"] for p in added["problems"]] == ["p/.hidden/x.jpg"]
    trained = await page.call("train", FAST)
    assert [p["path"] for p in trained["problems"]] == ["p/.hidden/x.jpg", "p/red/bad.jpg", "p/red/gone.jpg"]
    assert "was moved" in trained["problems"][2]["reason"]
    bad_photo = SimpleNamespace(path="bad.jpg", read=broken)
    recognised = await page.call("predict", [photo("red"), bad_photo, photo("blue")])
    assert [r.get("label") for r in recognised] == ["red", None, "blue"] and "not an image" in recognised[1]["error"]


async def test_options_start_from_the_defaults_each_time():
    page = Page()
    await page.call("add", "training", files(color_files(5)))
    assert (await page.call("train", {**FAST, "epochs": 3}))["epochs"] == 3
    told = [event for event in page.events if event["stage"] == "training"]
    assert told[-1]["epochs"] == told[-1]["total"] == 3 and page.events[-1]["stage"] == "refitting"
    page.events.clear()
    trained = await page.call("train", {"inputSize": 32, "epochs": None})
    assert page.session.desks["photos"].classifier.epochs is None
    last = [event for event in page.events if event["stage"] == "training"][-1]
    assert (last["epoch"], last["epochs"], last["total"]) == (trained["epochs"], None, 0)
    assert trained["bestEpoch"] is None and trained["evaluation"]["folds"] == 5
    assert {"judging", "refitting"} <= {event["stage"] for event in page.events}
    held = await page.call("train", {"inputSize": 32, "l2": 1000})
    assert held["history"]["loss"][-1] > 10 * trained["history"]["loss"][-1]


async def test_stop_keeps_what_is_trained():
    page = Page()
    await page.call("add", "training", files(color_files(5)))
    page.events = SimpleNamespace(append=lambda e: setattr(page.stop, "requested", e.get("epoch") == 4))
    trained = await page.call("train", FAST)
    assert trained["stopped"] and trained["epochs"] == 4


async def test_errors_are_sentences():
    page = Page()
    nothing = await page.try_call("train", {})
    assert nothing["error"]["name"] == "DatasetError" and "at least 2 classes, got none" in nothing["error"]["message"]
    assert "train one or open one" in (await page.try_call("predict", [photo("red")]))["error"]["message"]
    assert "got epoch." in (await page.try_call("train", {"epoch": 3}))["error"]["message"]
    assert (
        "Expected one of this site's backbones" in (await page.try_call("train", {"backbone": "x"}))["error"]["message"]
    )
    assert (await page.try_call("openModel", b"no zip"))["error"]["name"] == "ArchiveError"
    await page.call("add", "training", files(color_files(5)))
    assert "epochs" in (await page.try_call("train", {"inputSize": 32, "epochs": 0}))["error"]["message"]
    page.stop.requested = True
    assert (await page.try_call("train", {"inputSize": 32}))["error"]["name"] == "AbortError"


async def test_an_inner_error_never_shows_its_traceback(capsys):
    page = Page()
    page.session.desks["photos"].change(album=None)
    error = (await page.try_call("train", {}))["error"]
    assert error["name"] == "InternalError" and "Traceback" not in error["message"]
    assert "Traceback" in capsys.readouterr().err


async def test_evaluate_and_clear_and_memory():
    page = Page()
    start = await page.call("memory")
    await page.call("add", "training", files(color_files(5)))
    await page.call("train", FAST)
    evaluation = await page.call("evaluate", files(color_files(2, prefix="t/")))
    assert evaluation["total"] == 6 and evaluation["problems"] == []
    await page.call("clear")
    assert "got none" in (await page.try_call("train", {}))["error"]["message"]
    assert (await page.call("predict", [photo("red")]))[0]["label"] == "red", "the trained model stays"
    page.session.desks["photos"].classifier.close()
    assert await page.call("memory") == start


async def test_pictures_are_recognised_among_the_networks_own_classes():
    page = Page()
    await page.call("connect", "network")
    assert len(page.engine.live) == 1, "no backbone to train on was loaded"

    async def broken():
        return b"no picture"

    found = await page.call(
        "recognise", {"topK": 4}, [photo("red"), SimpleNamespace(path="x", read=broken), photo("blue")]
    )
    assert [len(one.get("top", [])) for one in found] == [4, 0, 4] and "not an image" in found[1]["error"]
    best = found[0]["top"][0]
    assert best == {"label": found[0]["label"], "probability": found[0]["probability"], **best}
    assert best["label"] == f"class {best['index']}" and best["wordnetId"].startswith("n")
    network = await page.call("network", {})
    assert network["title"] == "MobileNet v1 1.0" and network["cut_at"] == "conv_pw_13_relu"
    assert network["n_parameters"] == sum(layer["n_parameters"] for layer in network["layers"])
    await page.call("recognise", {"backbone": "mobilenet_v1_0.25_224"}, [photo("red")])
    assert len(page.engine.live) == 1, "the other network is gone"
    refused = await page.try_call("recognise", {"topK": -1}, [photo("red")])
    assert "top_k to be a whole number in 1..1000, got -1" in refused["error"]["message"]


def digit_pair(n=60):
    """Digits of two classes as sprite and labels: a ring, a bar."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:28, :28]
    ring, bar = (np.abs(np.hypot(x - 14, y - 14) - 7) < 2), (np.abs(x - 14) < 2) & (np.abs(y - 14) < 10)
    pictures = [np.clip(255 * (bar if i % 2 else ring) * rng.uniform(0.6, 1, (28, 28)), 0, 255) for i in range(n)]
    return encode(np.stack(pictures).astype(np.uint8).reshape(n, 784)), bytes(i % 2 for i in range(n)), ring


async def test_digits_are_learned_and_a_drawing_is_read():
    page = Page()
    sprite, labels, ring = digit_pair()

    def file(path, data):
        async def read():
            return data

        return SimpleNamespace(path=path, read=read)

    pair = [file("labels", labels), file("images.png", sprite)]
    added = await page.call("addDigits", pair, desk="digits")
    assert added["total"] == 60 and added["classes"] == ["0", "1"] and len(added["examples"]) == 20
    assert added["examples"][0]["picture"].startswith("data:image/bmp;base64,")
    options = {"nTraining": 40, "nValidation": 20, "batchSize": 10, "epochs": 4, "learningRate": 0.01}
    trained = await page.call("trainDigits", options, desk="digits")
    assert trained["nTraining"] == 40 and trained["evaluation"]["total"] == 20 and trained["epochs"] == 4
    assert trained["evaluation"]["accuracy"] == 1
    # Drawn large, thick, and off the middle.
    drawing = np.zeros((200, 300), np.uint8)
    drawing[20:132, 150:262] = np.kron(ring, np.ones((4, 4))) * 255
    found = await page.call("readDigit", 300, 200, drawing.tobytes(), desk="digits")
    assert found["label"] == "0" and found["probability"] > 0.9
    assert [share["label"] for share in found["shares"]] == ["0", "1"]
    assert sum(share["probability"] for share in found["shares"]) == pytest.approx(1, abs=1e-5)
    data = await page.call("exportModel", {"name": "digits"}, desk="digits")
    other = Page()
    opened = await other.call("openModel", data, desk="digits")
    assert opened["classes"] == ["0", "1"] and opened["evaluation"]["accuracy"] == 1
    again = await other.call("readDigit", 300, 200, drawing.tobytes(), desk="digits")
    assert again["probability"] == pytest.approx(found["probability"], abs=1e-5)
    empty = await page.try_call("readDigit", 2, 2, bytes(4), desk="digits")
    assert "nothing is drawn yet" in empty["error"]["message"]
    elsewhere = await page.try_call("trainDigits", {}, desk="photos")
    assert elsewhere["error"]["name"] == "ValueError" and "'digits'" in elsewhere["error"]["message"]
    many = await page.try_call("trainDigits", {"nTraining": 100}, desk="digits")
    assert "at most 60 pictures to train on and to judge by, got 100 + 200" in many["error"]["message"]
    one = await page.try_call("addDigits", pair[:1], desk="digits")
    assert "Expected 2 files" in one["error"]["message"]
    await page.call("add", "training", files(color_files(5)))
    await page.call("train", FAST)
    photos = await page.try_call("openModel", await page.call("exportModel", {}), desk="digits")
    assert "got a classifier of photos" in photos["error"]["message"]


async def test_frames_are_recognised_as_photos_are_and_not_remembered():
    page = Page()
    await page.call("add", "training", files(color_files(5)))
    await page.call("train", FAST)
    red = await photo("red").read()
    (as_photo,) = await page.call("predict", [photo("red")])
    pixels = decode_image(red)
    rgba = np.dstack([pixels, np.full(pixels.shape[:2], 255, np.uint8)])
    kept = len(page.session.desks["photos"].classifier._cache)
    frame = await page.call("predictFrame", rgba.shape[1], rgba.shape[0], rgba.tobytes())
    assert frame["label"] == "red" and [share["label"] for share in frame["shares"]] == ["blue", "green", "red"]
    assert frame["probability"] == as_photo["probability"]
    assert len(page.session.desks["photos"].classifier._cache) == kept
