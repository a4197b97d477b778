"""Taking a model away: what goes out of the page works elsewhere, as it is printed."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import zipfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import onnx
import pytest
from browser_fixtures import ROOT, opened_tab
from client import Client, encoded, tiles
from photos import encode
from PIL import Image
from playwright.sync_api import expect
from test_client import NODE_MODULES, QUICK, probe
from test_colors import OF_SRGB, P3, profile
from test_docs import faults
from test_page import AXE, button, drop, open_page, violations

from pyclassifier.archives import PATTERNS, draw_pattern
from pyclassifier.backbones import FIT_MODES, Preprocessing
from pyclassifier.embedding import load_image
from pyclassifier.serving import serving

TEXTS = {
    **{name: name for name in ("drop", "choose", "camera", "closeCamera", "answers", "loading", "failed", "noCamera")},
    **{"unserved": "needs a server", "readme": "how to", "lang": "en", "ready": "Ready", "none": "None of these"},
    **{"recognising": "Recognising {}", "unreadable": "Not an image", "otherwise": "Differs by {}"},
}
SCRIPTS = Path(sys.executable).parent


@pytest.fixture(scope="module")
def client(chromium, site, dist):
    context = chromium.new_context()
    page = context.new_page()
    page.set_default_timeout(300_000)
    client = Client(page, site)
    client.add("training", encoded(tiles(dist, "training")))
    client.add("validation", encoded(tiles(dist, "validation")))
    client.train(QUICK)
    yield client
    context.close()


@pytest.fixture(scope="module")
def ready(client, tmp_path_factory):
    """The ready page, served below a sub-path."""
    folder = tmp_path_factory.mktemp("ready")
    client.setThreshold(0.98)
    data = base64.b64decode(client.exportPage({"name": "textures", "texts": TEXTS}))
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        file.extractall(folder)
    with serving(folder, "/some/where/") as url:
        yield url


@pytest.fixture
def ready_tab(chromium, ready):
    with opened_tab(chromium, ready) as tab:
        yield tab


def awkward_photos(dist, shared=None):
    """Photos of all sorts: sizes, formats, orientations, colour spaces."""
    tile = Image.open(io.BytesIO(tiles(dist, "validation")[0][1])).convert("RGB")
    large = tile.resize((1501, 1003), Image.Resampling.BICUBIC)
    photos = [(f"turned {n}.jpg", encode(large, "JPEG", quality=90, exif=exif(n))) for n in (1, 3, 6, 8)]
    photos += [(f"turned {n}.{kind}", turned(tile, kind, n)) for n in range(1, 9) for kind in ("webp", "png")]
    photos.append(("print.jpg", encode(large.convert("CMYK"), "JPEG", quality=90)))
    photos.append(("grey.jpg", encode(large.convert("L"), "JPEG", quality=90)))
    clear = tile.resize((400, 300)).convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize((400, 300)))
    photos.append(("clear.png", encode(clear)))
    photos.append(("tiny.png", encode(tile.resize((7, 5)))))
    photos.append(("phone.jpg", encode(large, "JPEG", quality=90, icc_profile=profile(P3, OF_SRGB))))
    photos.append(("photo.webp", encode(tile.resize((640, 480)), "WEBP", quality=90)))
    if shared:
        paths = sorted((shared / "data/pexel-images/validation").rglob("*.jpg"))[::3]
        photos += [(path.name, path.read_bytes()) for path in paths]
        photos.append(("drum.jpg", (shared / "data/drum/drum.jpg").read_bytes()))
    return photos


def turned(tile, kind, orientation):
    """A photo of another format, with an orientation that not all browsers heed."""
    return encode(tile.resize((200, 150)), kind.upper(), quality=90, exif=exif(orientation))


def exif(orientation):
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


def test_fewer_bits_are_measured(client):
    costs = {cost["dtype"]: cost for cost in client.measureStorage()}
    print({name: (cost["bytes"], cost["evaluation"]["correct"], cost["largestChange"]) for name, cost in costs.items()})  # noqa: T201
    assert all(cost["evaluation"]["total"] == 12 for cost in costs.values())
    assert costs["float32"]["largestChange"] < 1e-6
    assert max(costs["uint16"]["largestChange"], costs["float16"]["largestChange"]) < 0.02
    # Zipped, float32 weights shrink by a quarter.
    assert costs["uint16"]["bytes"] < 0.7 * costs["float32"]["bytes"]
    assert costs["uint8"]["bytes"] < 0.5 * costs["float32"]["bytes"]
    assert costs["uint8"]["evaluation"]["correct"] >= 10


PIXELS = """
async ([url, photo, how]) => {
  const { loadImage } = await import(`${url}pixels.js`);
  const bytes = Uint8Array.from(atob(photo), (c) => c.charCodeAt(0));
  return Array.from((await loadImage(new Blob([bytes]), how)).data);
}
"""


@pytest.mark.parametrize(("interpolation", "crop_share"), [("bilinear", None), ("bicubic", 0.8)])
@pytest.mark.parametrize("fit_mode", FIT_MODES)
def test_the_ready_page_reads_pixels_as_pillow_does(ready_tab, ready, dist, fit_mode, interpolation, crop_share):
    how = {"size": 96, "fitMode": fit_mode, "interpolation": interpolation, "cropShare": crop_share}
    preprocessing = Preprocessing(96, fit_mode, interpolation=interpolation, crop_share=crop_share)
    ready_tab.goto(f"{ready}page.css")
    for name, data in awkward_photos(dist):
        theirs = ready_tab.evaluate(PIXELS, [ready, base64.b64encode(data).decode(), how])
        ours = load_image(data, name, preprocessing)
        apart = np.abs(np.array(theirs).reshape(ours.shape) - ours.astype(int))
        # Exactly, but where Pillow has a large JPEG decoded at a fraction of its size: there the colours, of which the
        # file has fewer, come by another way.
        most, mean = (4, 0.5) if name.endswith(".jpg") else (0, 0)
        assert apart.max() <= most and apart.mean() <= mean, (name, apart.max(), apart.mean())


def test_the_ready_page_draws_the_self_checks_pictures(ready_tab, ready):
    ready_tab.goto(f"{ready}page.css")
    draw = "async ([url, name]) => Array.from((await import(`${url}patterns.js`)).drawPattern(name, 96).data)"
    for name in PATTERNS:
        assert ready_tab.evaluate(draw, [ready, name]) == draw_pattern(name, 96).reshape(-1).tolist(), name
    assert (
        ready_tab.evaluate("async (url) => (await import(`${url}patterns.js`)).drawPattern('toString', 9)", ready)
        is None
    )


WORKER = """
async ([url, photos]) => {
  const worker = new Worker(`${url}worker.js`, { type: "module" });
  const answers = [];
  const done = new Promise((resolve, reject) => {
    worker.onerror = (event) => reject(new Error(event.message));
    worker.onmessage = ({ data }) => {
      if (data.failed) reject(new Error(data.failed));
      answers.push(data.ready ?? data);
      if (answers.length === photos.length + 1) resolve(answers);
    };
  });
  photos.forEach(([, text], id) => {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    worker.postMessage({ id: id + 1, file: new Blob([bytes]) });
  });
  return done;
}
"""


def test_the_ready_page_gives_the_pages_probabilities(client, ready_tab, ready, dist):
    from browser_fixtures import SHARED

    photos = awkward_photos(dist, SHARED if SHARED.is_dir() else None)
    photos += [(name, data) for name, data in tiles(dist, "validation")[::4]]
    ready_tab.goto(f"{ready}page.css")
    start, *answers = ready_tab.evaluate(WORKER, [ready, encoded(photos)])
    assert start["name"] == "textures" and start["deviation"] < 1e-4
    apart = {}
    for (name, _), here, there in zip(photos, client.predict(encoded(photos)), answers, strict=True):
        shares = {share["label"]: share["probability"] for share in there["shares"]}
        apart[name] = max(abs(shares[guess["label"]] - guess["probability"]) for guess in here["top"])
    print({name: f"{value:.1e}" for name, value in apart.items()})  # noqa: T201
    # Browsers decode JPEG by another library than Pyodide's Pillow: 0.013 at most, measured.
    assert all(value < (0.02 if name.endswith(".jpg") else 1e-4) for name, value in apart.items()), apart


def test_the_ready_page_recognises_by_itself(ready_tab, ready, dist, tmp_path):
    page, errors = ready_tab, []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: message.type == "error" and errors.append(message.text))
    page.goto(ready)
    expect(page.get_by_role("heading", name="textures")).to_be_visible(timeout=60_000)
    assert page.get_by_text("needs a server").is_hidden()
    photo = dist / "samples/validation/animal/00.png"
    (tmp_path / "<b>broken.png").write_bytes(b"no")
    (tmp_path / "plain.png").write_bytes(encode(Image.new("RGB", (200, 200), "seagreen")))
    page.locator("#files").set_input_files([photo, tmp_path / "<b>broken.png", tmp_path / "plain.png"])
    expect(page.locator("#answers > li")).to_have_count(3, timeout=60_000)
    expect(page.locator("#answers > li").last).to_contain_text(re.compile(r"animal \d+\.\d%"))
    expect(page.locator("#answers > li").first.locator(".verdict")).to_have_text("None of these")
    expect(page.get_by_role("status")).to_have_text("Ready")
    answer = page.locator("#camera-answer .verdict")
    page.locator("#camera-open").click()
    expect(page.get_by_role("status")).to_have_text("noCamera")  # nobody allowed it
    page.context.grant_permissions(["camera"])
    for _ in range(2):  # closed and opened again before there is an answer
        page.locator("#camera-open").click()
        page.locator("#camera-close").click()
    expect(page.locator("#camera-open")).to_be_focused()
    page.locator("#camera-open").click()
    expect(answer).to_have_text("None of these")
    expect(page.locator("#camera-answer .guess")).to_have_count(3)
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    page.locator("#camera-close").click()
    expect(answer).to_have_count(0)
    assert page.locator("#camera-view").evaluate("view => view.srcObject") is None
    assert not errors


def test_the_page_as_one_file_recognises_from_the_disk_and_asks_nobody(client, chromium, dist, tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(base64.b64decode(client.exportPage({"name": "textures", "texts": TEXTS, "oneFile": True})))
    photos = [dist / "samples/validation" / name for name in ("animal/00.png", "fruit/01.png")]
    answers = client.predict(encoded([(photo.name, photo.read_bytes()) for photo in photos]))
    context, asked = chromium.new_context(permissions=["camera"]), []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: asked.append(str(error)))
    page.goto(path.as_uri())
    expect(page.get_by_role("heading", name="textures")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("status")).to_have_text("Ready")
    page.locator("#files").set_input_files(photos)
    items = page.locator("#answers > li")
    expect(items).to_have_count(2, timeout=60_000)
    for item, answer in zip(reversed(items.all()), answers, strict=True):  # the newest is the first
        expect(item).to_contain_text(re.compile(rf"{answer['label']} \d+\.\d%"))
        said = float(re.search(r"([\d.]+)%", item.locator(".verdict").text_content())[1]) / 100
        assert said == pytest.approx(answer["probability"], abs=1e-3)
    page.locator("#camera-open").click()
    expect(page.locator("#camera-answer .guess")).to_have_count(3, timeout=60_000)
    assert page.get_by_text("needs a server").count() == 0
    assert faults(page) == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data", "blob"}
    context.close()


@pytest.fixture(scope="module")
def printed(client, chromium, site, tmp_path_factory):
    """What the page prints of a model, and a folder that holds its file and photos."""
    folder = tmp_path_factory.mktemp("away")
    (folder / "pyclassifier-model.zip").write_bytes(client.export_model(dtype="uint16"))
    (folder / "photo.jpg").write_bytes(probe())
    page = open_page(chromium.new_page(), site, "wasm")
    page.get_by_label("Open model").set_input_files(folder / "pyclassifier-model.zip")
    expect(page.get_by_role("status")).to_have_text(re.compile("Opened model"), timeout=60_000)
    page.locator("summary", has_text="Take it away").click()
    texts = {}
    for title in ("Keras, TFLite, SavedModel", "HTML", "JavaScript", "Python", "Record of the training"):
        page.locator("summary", has_text=re.compile(f"^{title}$")).click()
        box = page.locator(f'pre[aria-label="{title}"]')
        expect(box).not_to_be_empty()
        texts[title] = box.text_content()
    with page.expect_download() as download:
        button(page, "Download page").click()
    shutil.copy(download.value.path(), folder / download.value.suggested_filename)
    yield texts, folder
    page.close()


def run(command, folder):
    environment = os.environ | {"PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", "CUDA_VISIBLE_DEVICES": ""}
    done = subprocess.run(command, shell=True, cwd=folder, env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_python_code_runs_as_it_is_printed(printed, client):
    texts, folder = printed
    commands = texts["Keras, TFLite, SavedModel"].splitlines()
    run(commands[1], folder)
    (folder / "snippet.py").write_text(texts["Python"], encoding="utf-8")
    label, probability = run(f"{shlex.quote(sys.executable)} snippet.py", folder).splitlines()[-1].split()
    (ours,) = client.predict(encoded([("photo.jpg", probe())]))
    assert label == ours["label"] and float(probability) == pytest.approx(ours["probability"], abs=0.01)


@pytest.mark.full
def test_the_other_commands_run_as_they_are_printed(printed, dist):
    texts, folder = printed
    (folder / "photos").symlink_to(dist / "samples/validation")
    install, _, *commands = texts["Keras, TFLite, SavedModel"].splitlines()
    requirement = shlex.split(install)[2]
    run(f"{shlex.quote(sys.executable)} -m pip download --no-deps --dest wheels {shlex.quote(requirement)}", folder)
    (wheel,) = (folder / "wheels").iterdir()
    assert "pyclassifier/convert/cli/commands.py" in zipfile.ZipFile(wheel).namelist()
    for command in commands:
        run(command, folder)
    made = {"model_float16.tflite", "model_int8.tflite", "saved_model"}
    assert made <= {path.name for path in folder.iterdir()}


@contextmanager
def served_plainly(folder):
    """As `python -m http.server` serves it."""
    server = ThreadingHTTPServer(("localhost", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def test_the_html_runs_as_it_is_printed_beside_the_unpacked_page(printed, client, chromium, dist, tmp_path):
    texts, folder = printed
    with zipfile.ZipFile(folder / "pyclassifier-page.zip") as file:
        file.extractall(tmp_path)
        calibration = json.loads(file.read("model/metadata.json"))["userMetadata"]["pyclassifier"].get("calibration")
    (tmp_path / "mine.html").write_text(texts["HTML"], encoding="utf-8")
    photos = [dist / "samples/validation" / name for name in ("animal/00.png", "fruit/01.png")]
    (tmp_path / "broken.png").write_bytes(b"no")
    with served_plainly(tmp_path) as url, opened_tab(chromium, url) as tab:
        tab.goto(f"{url}mine.html")
        answer = tab.get_by_role("status")
        expect(answer).to_have_text("Ready", timeout=60_000)
        for photo, ours in zip(
            photos, client.predict(encoded([(p.name, p.read_bytes()) for p in photos])), strict=True
        ):
            tab.get_by_label("A photo").set_input_files(photo)
            if calibration and calibration["threshold"] and ours["probability"] < calibration["threshold"]:
                expect(answer).to_have_text("None of these")
                continue
            expect(answer).to_have_text(re.compile(rf"^{ours['label']} \d+\.\d %$"))
            said = float(answer.text_content().split()[1]) / 100
            assert said == pytest.approx(ours["probability"], abs=0.01)
        tab.get_by_label("A photo").set_input_files(tmp_path / "broken.png")
        expect(answer).not_to_have_text(re.compile("^(Ready|None of these|.* %)$"))
        assert faults(tab) == []
        # Elsewhere it says where it belongs.
        (tmp_path / "worker.js").unlink()
        tab.goto(f"{url}mine.html")
        expect(answer).to_contain_text("beside those of pyclassifier-page.zip")


def test_the_javascript_runs_as_it_is_printed(printed, client, chromium, tmp_path):
    texts, folder = printed
    with zipfile.ZipFile(folder / "pyclassifier-model.zip") as file:
        file.extractall(tmp_path / "model")
    (tmp_path / "photo.png").write_bytes(probe())
    (tmp_path / "tf.js").write_bytes((NODE_MODULES / "@tensorflow/tfjs/dist/tf.fesm.min.js").read_bytes())
    (tmp_path / "snippet.js").write_text(texts["JavaScript"], encoding="utf-8")
    page = (
        '<script type="importmap">{"imports": {"@tensorflow/tfjs": "./tf.js"}}</script>'
        '<img src="photo.png"><script type="module" src="snippet.js"></script>'
    )
    with serving(tmp_path, "/") as url, opened_tab(chromium, url) as tab:
        # Our server's policy allows no script in the page itself, such as an import map.
        tab.route(url, lambda route: route.fulfill(body=page, content_type="text/html"))
        with tab.expect_console_message(lambda message: message.type == "log", timeout=60_000) as said:
            tab.goto(url)
        label, probability = said.value.text.split()
    (ours,) = client.predict(encoded([("photo.png", probe())]))
    assert label == ours["label"] and float(probability) == pytest.approx(ours["probability"], abs=0.01)


def test_the_record_is_that_of_the_training(printed):
    record = json.loads(printed[0]["Record of the training"])
    assert record["run"]["parameters"]["random_state"] == 0 and record["run"]["versions"]["backend"] == "wasm"
    assert "SwiftShader" in record["run"]["versions"]["renderer"] and len(record["run"]["files"]["training"]) == 36


def test_a_model_whose_promises_are_not_kept_is_told_calmly(client, page, site, tmp_path):
    with zipfile.ZipFile(io.BytesIO(client.export_model())) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    metadata = json.loads(parts["metadata.json"])
    row = metadata["userMetadata"]["pyclassifier"]["selfCheck"][1]["probabilities"]
    row[0] += 0.25 if row[0] < 0.5 else -0.25
    parts["metadata.json"] = json.dumps(metadata).encode()
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as file:
        for name, part in parts.items():
            file.writestr(name, part)
    open_page(page, site, "wasm")
    page.get_by_label("Open model").set_input_files(tmp_path / "model.zip")
    expect(page.get_by_text("probabilities differ by up to 25.0 %")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("alert")).to_be_empty()


def test_the_fold_measures_and_downloads(client, page, site, tmp_path):
    open_page(page, site, "wasm")
    (tmp_path / "model.zip").write_bytes(client.export_model())
    page.locator("#try").scroll_into_view_if_needed()
    drop(page, page.locator("#try-title"), ROOT / "web/site/favicon.svg")
    expect(page.get_by_role("alert")).to_have_text(re.compile("^Train a model first, or open one"))
    drop(page, page.locator("#try-title"), tmp_path / "model.zip")
    expect(page.locator("#option-input-size")).to_have_value("96", timeout=60_000)  # to train on as it was trained
    page.locator("summary", has_text="Take it away").click()
    button(page, "Measure").click()
    expect(page.get_by_role("status")).to_have_text("Measured", timeout=120_000)
    row = page.get_by_role("row", name=re.compile("^uint8"))
    expect(row).to_contain_text(re.compile(r"[45]\.\d MB–\d+\.\d\d %"))
    expect(page.get_by_text("No held-out photos are here")).to_be_visible()
    row.get_by_role("radio").check()
    with page.expect_download() as model:
        button(page, "Download model file").click()
    with page.expect_download() as ready_page:
        button(page, "Download page").click()
    with page.expect_download() as onnx_file:
        button(page, "Download ONNX file").click()
    network = onnx.load(onnx_file.value.path())
    assert {entry.key: entry.value for entry in network.metadata_props}["labels"] == '["animal", "fruit", "vehicle"]'
    with page.expect_download() as one_file:
        button(page, "Download as one file").click()
    assert one_file.value.suggested_filename == "pyclassifier-page.html"
    assert b"{inside}" not in Path(one_file.value.path()).read_bytes()
    assert Path(ready_page.value.path()).stat().st_size > Path(model.value.path()).stat().st_size
    with zipfile.ZipFile(model.value.path()) as file:
        entries = json.loads(file.read("model.json"))["weightsManifest"][0]["weights"]
        assert {entry["quantization"]["dtype"] for entry in entries} == {"uint8", "uint16"}
    page.evaluate(AXE.read_text())
    assert violations(page) == []


NOTEBOOK = """
async ([url, archive, photos]) => {
  const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
  globalThis.tf = await import(`${url}vendor/tf.js`);
  await tf.setBackend("wasm");
  const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  pyodide.FS.writeFile("model.zip", bytes(archive));
  photos.forEach(([, text], i) => pyodide.FS.writeFile(`photo${i}`, bytes(text)));
  return JSON.parse(await pyodide.runPythonAsync(`
    import json
    from pathlib import Path
    from pyclassifier import ImageClassifier
    classifier = await ImageClassifier.load("model.zip")
    photos = [Path(f"photo{i}").read_bytes() for i in range(${photos.length})]
    rows = (await classifier.predict_proba(photos)).tolist()
    json.dumps([dict(zip(classifier.classes_.tolist(), row)) for row in rows])
  `));
}
"""


@pytest.mark.full
def test_page_opened_archive_and_notebook_agree(client, chromium, site, dist):
    from browser_fixtures import SHARED

    photos = awkward_photos(dist, SHARED if SHARED.is_dir() else None)
    archive = client.export_model()
    here = client.predict(encoded(photos))
    with opened_tab(chromium, site) as tab:
        other = Client(tab, site)
        other.open_model(archive)
        opened = other.predict(encoded(photos))
        tab.evaluate("client.close()")
    with opened_tab(chromium, site) as tab:
        tab.goto(f"{site}favicon.svg")
        notebook = tab.evaluate(NOTEBOOK, [site, base64.b64encode(archive).decode(), encoded(photos)])
    for (name, _), one, two, three in zip(photos, here, opened, notebook, strict=True):
        for guess, again in zip(one["top"], two["top"], strict=True):
            assert again["probability"] == pytest.approx(guess["probability"], abs=1e-4), name
            assert three[guess["label"]] == pytest.approx(guess["probability"], abs=1e-4), name
