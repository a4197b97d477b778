"""client.js, the worker, Python and TensorFlow.js together, on real photos."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import zipfile

import numpy as np
import pytest
from browser_fixtures import ROOT, SMALL_BACKBONE, opened_tab
from client import Client, encoded, tiles
from photos import COLORS, encode, noisy

from pyclassifier.archives import STORED_AS, draw_pattern

NODE_MODULES = ROOT / "web/node_modules"
QUICK = {"inputSize": 96, "epochs": 10, "cv": 0, "refit": False}


def brand_photos(shared):
    """Logos of three brands: 20 of each to train on, 10 to judge by, arranged into folders."""
    training, validation = [], []
    for label in ("android", "apple", "windows"):
        paths = sorted((shared / "data/brand/train").glob(f"{label}-*.jpg"), key=lambda p: int(p.stem.split("-")[1]))
        named = [(f"brand/{label}/{path.name}", path.read_bytes()) for path in paths]
        training += named[:20]
        validation += named[20:30]
    return training, validation


@pytest.fixture(scope="module")
def trained(chromium, site, dist):
    """One client for several tests: trained on the sample photos, a tenth of the tests' time each otherwise."""
    with opened_tab(chromium, site) as page:
        client = Client(page, site, "webgl")
        client.memory_at_start = client.memory()
        client.add("training", encoded(tiles(dist, "training")))
        client.add("validation", encoded(tiles(dist, "validation")))
        client.outcome = client.train(QUICK)
        yield client


@pytest.fixture(scope="module")
def opened(chromium, site):
    """One client on WebAssembly for several tests."""
    with opened_tab(chromium, site) as page:
        yield Client(page, site)


@pytest.fixture
def client(opened):
    """A client without photos and model."""
    opened.startAnew()
    return opened


def test_info_says_what_runs(trained):
    assert trained.info["backend"] == "webgl" and "SwiftShader" in trained.info["renderer"] and trained.info["software"]
    assert trained.info["backends"] == ["webgl", "wasm", "cpu"] and trained.info["kind"] == "graphics"
    assert trained.info["versions"]["tfjs"] == "4.22.0" and trained.info["versions"]["python"].startswith("3.12")


def test_sample_photos_are_learned_and_recognised(trained, dist):
    evaluation = trained.outcome["evaluation"]
    assert evaluation["total"] == 12 and evaluation["correct"] >= 11
    assert trained.outcome["classes"] == ["animal", "fruit", "vehicle"] and trained.outcome["nTraining"] == 36
    assert len(trained.outcome["history"]["loss"]) == 10
    photos = tiles(dist, "validation")
    recognised = trained.predict(encoded(photos))
    right = sum(r["label"] == path.split("/")[0] for r, (path, _) in zip(recognised, photos, strict=True))
    assert right == evaluation["correct"], "the figures are those of the very model that recognises"
    assert trained.evaluate(encoded(photos))["confusion"] == evaluation["confusion"]


def test_tensors_go_back_to_where_they_were(trained, dist):
    # Only the head's kernel and bias came on top of the backbone's weights.
    after = trained.memory()
    assert after["numTensors"] == trained.memory_at_start["numTensors"] + 2
    trained.predict(encoded(tiles(dist, "validation")[:3]))
    trained.train(QUICK)
    trained.export_model()
    assert trained.memory() == after


def test_training_again_takes_features_from_the_cache(trained):
    seconds = trained.train({**QUICK, "hiddenUnits": 20})["seconds"]
    assert seconds["features"] < 0.2 * trained.outcome["seconds"]["features"]


def test_a_saved_model_gives_the_same_probabilities_in_a_fresh_page(trained, client, dist):
    photos = encoded([*tiles(dist, "validation"), ("new/red.png", encode(noisy(COLORS["red"], 5)))])
    here = trained.predict(photos)
    opened = client.open_model(trained.export_model())
    assert opened["classes"] == ["animal", "fruit", "vehicle"] and opened["inputSize"] == 96
    assert opened["evaluation"]["total"] == 12
    for a, b in zip(here, client.predict(photos), strict=True):
        assert a["label"] == b["label"] and a["probability"] == pytest.approx(b["probability"], abs=1e-4)


def test_the_backend_can_change_in_mid_work(trained, dist):
    photos = encoded(tiles(dist, "validation")[:4])
    trained.train(QUICK)
    webgl = trained.predict(photos)
    try:
        cores = min(os.cpu_count(), 8)
        for backend, kind, n in (("wasm", "compiled", cores), ("cpu", "plain", 1)):
            info = trained.page.evaluate("(name) => client.setBackend(name)", backend)
            assert len(info["locks"]) == cores - 1, "of each thread beside its own, which stay"
            assert info == {**trained.info, "backend": backend, "kind": kind, "cores": n, "locks": info["locks"]}
            for a, b in zip(webgl, trained.predict(photos), strict=True):
                assert a["label"] == b["label"] and a["probability"] == pytest.approx(b["probability"], abs=1e-3)
        trained.train(QUICK)
        for a, b in zip(webgl, trained.predict(photos), strict=True):
            assert a["probability"] == pytest.approx(b["probability"], abs=1e-3), "they learn the same, too"
    finally:
        trained.page.evaluate("client.setBackend('webgl')")


def tensorflow_page(chromium, scripts):
    """A blank page with published libraries, as somebody else's app would have them."""
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(120_000)
    for script in scripts:
        page.add_script_tag(path=str(NODE_MODULES / script))
    return page


def probe(size=96):
    """A picture of exactly the input's size: any reader's crop and resize leave it alone."""
    rng = np.random.default_rng(3)
    return encode(rng.integers(0, 256, (size, size, 3), dtype=np.uint8))


UNZIPPED = """
const file = (name, type) => new File([Uint8Array.from(atob(parts[name]), (c) => c.charCodeAt(0))], name, { type });
const image = new Image();
image.src = `data:image/png;base64,${photo}`;
await image.decode();
"""


def unzipped(data):
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        return {name: base64.b64encode(file.read(name)).decode() for name in file.namelist()}


# tf.js 1.3.1 knows no float16.
@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    [("float32", 0.02), *(pytest.param(*case, marks=pytest.mark.full) for case in (("uint16", 0.03), ("uint8", 0.2)))],
)
def test_the_archive_opens_in_the_published_teachable_machine_library(trained, chromium, dist, dtype, tolerance):
    photos = [tiles(dist, "validation")[i] for i in (0, 5, 10)]
    photos.append(("probe.png", probe()))
    parts = unzipped(trained.export_model(dtype=dtype))
    assert_read_alike(chromium, parts, photos, trained.predict(encoded(photos)), tolerance)


def assert_read_alike(chromium, parts, photos, recognised, tolerance):
    """Have @teachablemachine/image read an archive and recognise photos, and compare."""
    scripts = ("tfjs-1/dist/tf.min.js", "@teachablemachine/image/dist/teachablemachine-image.min.js")
    page = tensorflow_page(chromium, scripts)
    assert page.evaluate("tf.version.tfjs") == "1.3.1"
    for ours, (name, data) in zip(recognised, photos, strict=True):
        theirs = page.evaluate(
            f"""async ([parts, photo]) => {{ {UNZIPPED}
            globalThis.model ??= await tmImage.loadFromFiles(
              file("model.json", "application/json"), file("weights.bin", ""), file("metadata.json", ""));
            return model.predict(image);
            }}""",
            [parts, base64.b64encode(data).decode()],
        )
        best = max(theirs, key=lambda entry: entry["probability"])
        assert best["className"] == ours["label"], name
        by_label = {entry["className"]: entry["probability"] for entry in theirs}
        for entry in ours["top"]:
            assert by_label[entry["label"]] == pytest.approx(entry["probability"], abs=tolerance), name
    page.context.close()


@pytest.mark.parametrize(
    "dtype",
    [pytest.param(dtype, marks=pytest.mark.full) if dtype in ("float16", "uint8") else dtype for dtype in STORED_AS],
)
def test_the_archive_opens_in_plain_tensorflow_js_and_keeps_its_promise(trained, chromium, dtype):
    assert_promise_kept(chromium, trained.export_model(dtype=dtype))


def assert_promise_kept(chromium, data):
    """Have plain TensorFlow.js compute what an archive promises."""
    page = tensorflow_page(chromium, ("@tensorflow/tfjs/dist/tf.min.js",))
    metadata = json.loads(zipfile.ZipFile(io.BytesIO(data)).read("metadata.json"))
    promises = metadata["userMetadata"]["pyclassifier"]["selfCheck"]
    size = metadata["imageSize"]
    pictures = [base64.b64encode(draw_pattern(p["pattern"], size).tobytes()).decode() for p in promises]
    computed = page.evaluate(
        f"""async ([parts, photo, pictures, size]) => {{ {UNZIPPED}
        await tf.setBackend("cpu");
        const model = await tf.loadLayersModel(tf.io.browserFiles([file("model.json", ""), file("weights.bin", "")]));
        const pixels = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        return pictures.map((text) => tf.tidy(() =>
          Array.from(model.predict(tf.tensor(pixels(text), [1, size, size, 3]).div(127.5).sub(1)).dataSync())));
        }}""",
        [unzipped(data), base64.b64encode(probe()).decode(), pictures, size],
    )
    assert len(promises) == 4
    for promise, row in zip(promises, computed, strict=True):
        assert row == pytest.approx(promise["probabilities"], abs=1e-3)
    page.context.close()


@pytest.mark.full
@pytest.mark.parametrize("backbone", ["efficientnet_lite0_224", "mobilenet_v1_1.0_224+efficientnet_lite0_224"])
def test_a_model_on_other_backbones_opens_here_and_in_the_published_libraries(client, chromium, dist, backbone):
    client.add("training", encoded(tiles(dist, "training")))
    client.add("validation", encoded(tiles(dist, "validation")))
    outcome = client.train({**QUICK, "backbone": backbone})
    assert outcome["evaluation"]["correct"] >= 11
    photos = [*(tiles(dist, "validation")[i] for i in (0, 5, 10)), ("probe.png", probe())]
    here, data = client.predict(encoded(photos)), client.export_model()
    heat = client.explain(0)
    client.startAnew()
    assert client.open_model(data)["evaluation"] == outcome["evaluation"]
    for a, b in zip(here, client.predict(encoded(photos)), strict=True):
        assert a["label"] == b["label"] and a["probability"] == pytest.approx(b["probability"], abs=1e-4)
    assert_read_alike(chromium, unzipped(data), photos, here, tolerance=0.03)
    assert_promise_kept(chromium, data)
    assert heat["label"] in outcome["classes"]


def test_photos_choose_their_backbone_and_what_is_not_kept_goes(client, dist):
    client.add("training", encoded(tiles(dist, "training")))
    client.add("validation", encoded(tiles(dist, "validation")))
    client.train({"inputSize": 96, "backbone": "mobilenet_v1_1.0_224"})
    before = client.memory()
    outcome = client.train({"inputSize": 96, "backbone": "auto"})
    assert outcome["evaluation"]["correct"] >= 11
    assert [one["chosen"] for one in outcome["backbones"]].count(True) == 1 and len(outcome["backbones"]) == 3
    assert all(one["total"] == 36 and one["secondsPerPhoto"] > 0 for one in outcome["backbones"])
    assert [round(one["bytes"] / 1e6, 1) for one in outcome["backbones"]] == [6.5, 7.1, 13.6]
    chosen = next(one["name"] for one in outcome["backbones"] if one["chosen"])
    again = client.train({"inputSize": 96, "backbone": chosen})
    if "+" not in chosen:
        assert again["evaluation"] == outcome["evaluation"]
    costs = {cost["name"]: cost for cost in client.costs()}
    assert costs["balanced"]["seconds"] < costs["accurate"]["seconds"]
    client.train({"inputSize": 96, "backbone": "mobilenet_v1_1.0_224"})
    assert client.memory()["numTensors"] == before["numTensors"]


def test_every_backend_keeps_the_promises_of_the_others(trained, client):
    data = trained.export_model()
    for backend in ("webgl", "cpu", "wasm"):
        client.page.evaluate("(name) => client.setBackend(name)", backend)
        opened = client.open_model(data)
        assert opened["deviation"] < 1e-4 and not opened["computesOtherwise"], backend


def test_broken_files_are_listed_and_the_rest_trains(client, dist):
    good = tiles(dist, "training")
    bad = [
        ("fruit/half.png", good[0][1][: len(good[0][1]) // 2]),
        ("fruit/empty.jpg", b""),
        ("fruit/page.html.jpg", b"<!doctype html>"),
        ("fruit/notes.txt", b"notes"),
        ("fruit/.DS_Store", b"x"),
        ("Thumbs.db", b"x"),
        ("loose.png", good[0][1]),
    ]
    added = client.add("training", encoded([*good, *bad]))
    assert client.events == [{"stage": "sending", "done": 43, "total": 43}]
    assert {p["path"] for p in added["problems"]} == {"fruit/notes.txt", "fruit/.DS_Store", "Thumbs.db", "loose.png"}
    outcome = client.train(QUICK)
    assert {p["path"] for p in outcome["problems"]} == {path for path, _ in bad}
    assert outcome["nTraining"] + outcome["evaluation"]["total"] == 36


def test_stop_resolves_with_what_is_learned(client, dist):
    client.add("training", encoded(tiles(dist, "training")))
    outcome = client.train({**QUICK, "epochs": 500}, abort_at_epoch=3)
    assert outcome["stopped"] and 3 <= outcome["epochs"] < 500
    assert client.predict(encoded(tiles(dist, "validation")[:1]))[0]["label"]
    early = client.reply("train", {"inputSize": 128}, abort_at_epoch=0)
    assert early["error"]["name"] == "AbortError"


def test_errors_reach_the_page_as_sentences(client):
    for method, args, words in (
        ("train", [{}], "Expected photos of at least 2 classes, got none"),
        ("predict", [encoded([("a.png", b"x")])], "Expected a trained model"),
        ("openModel", [base64.b64encode(b"not a zip").decode()], "Expected a model archive"),
        ("train", [{"inputSize": 100}], "Expected an input size that is a multiple of 32"),
    ):
        message = client.reply(method, *args)["error"]["message"]
        assert words in message and "Traceback" not in message


def test_our_wheel_can_be_installed_from_the_site(tab, site, dist):
    wheel = next((dist / "pyodide").glob("pyclassifier-*.whl")).name
    tab.goto(f"{site}favicon.svg")
    version = tab.evaluate(
        """async ([url, wheel]) => {
        const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
        const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["micropip"] });
        return pyodide.runPythonAsync(`
          import micropip
          await micropip.install("${url}pyodide/${wheel}")
          import pyclassifier, importlib.metadata
          importlib.metadata.version("pyclassifier")
        `);
        }""",
        [site, wheel],
    )
    assert re.fullmatch(r"\d+\.\d+\.\d+", version) and version in wheel


def test_colors_are_told_apart_without_fault(client, shared):
    files = {
        split: [
            (path.relative_to(shared / "data").as_posix(), path.read_bytes())
            for path in sorted((shared / "data/colors" / split).rglob("*.png"))
        ]
        for split in ("training", "validation")
    }
    client.add("training", encoded(files["training"] + files["validation"]))
    outcome = client.train({})
    assert outcome["evaluation"]["correct"] == outcome["evaluation"]["total"] == 2
    assert [r["label"] for r in client.predict(encoded(files["validation"]))] == ["blue", "red"]


def test_brands_are_told_apart_with_mobilenet_025(client, shared):
    training, validation = brand_photos(shared)
    client.add("training", encoded(training))
    client.add("validation", encoded(validation))
    outcome = client.train({"backbone": SMALL_BACKBONE})
    assert outcome["nTraining"] == 90 and outcome["refit"] and outcome["evaluation"]["total"] == 30
    assert outcome["evaluation"]["correct"] >= 28
    names = {"android.jpg": "android", "apple8.0.jpeg": "apple", "apple-reverse.jpg": "apple", "windows.png": "windows"}
    photos = [(name, (shared / "data/brand/test" / name).read_bytes()) for name in names]
    recognised = client.predict(encoded(photos))
    assert sum(r["label"] == label for r, label in zip(recognised, names.values(), strict=True)) >= 3


def test_calls_after_close_are_refused(client):
    client.page.evaluate("client.close()")  # Nothing comes after this.
    assert client.reply("memory")["error"]["name"] == "AbortError"
