"""Nothing is lost: reloads, a worker that ends, a full browser, a second tab, in Chromium."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile

import pytest
from browser_fixtures import opened_tab
from numpy_engine import NumpyEngine
from photos import COLORS, color_dataset, encode, noisy
from playwright.sync_api import expect
from test_client import tensorflow_page
from test_page import button, drop, set_options, train_for_long

from pyclassifier import ImageClassifier, Project, save_project

READY = 120_000

# The workers of the page that hold Python, for a test to end them as a browser does.
RECORD_WORKERS = """
globalThis.workers = [];
globalThis.Worker = class extends Worker {
  constructor(url, options) {
    super(url, options);
    if (String(url).endsWith("/worker.js")) workers.push(this);
  }
};
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "colours"
    for k, (label, color) in enumerate(COLORS.items()):
        (folder / label).mkdir(parents=True)
        for i in range(8):
            (folder / label / f"{i}.png").write_bytes(encode(noisy(color, 10 * k + i, (160, 120))))
    return folder


def status(page):
    return page.locator("#status")


def open_page(page, site, text="Ready", backend="wasm"):
    page.goto(f"{site}?backend={backend}")
    expect(status(page)).to_have_text(re.compile(text), timeout=READY)
    return page


def reload(page, text="^Your project is back: 24 photos in 3 classes$"):
    page.reload()
    expect(status(page)).to_have_text(re.compile(text), timeout=READY)


def fill(page, folder):
    page.locator("#training-folder").set_input_files(folder)
    expect(status(page)).to_have_text("Ready: 24 photos in 3 classes", timeout=READY)
    set_options(page, input_size="96", epochs="4")
    page.get_by_label("Epochs", exact=True).blur()


def train(page):
    button(page, re.compile("^Train( again)?$")).click()
    expect(status(page)).to_have_text(re.compile("^Trained"), timeout=240_000)


def kept(page, state="saved"):
    expect(page.locator("#project")).to_have_attribute("data-state", state, timeout=60_000)


def recognise(page, folder):
    """Probabilities of two photos, as text. The same two may come back from before at any time: once is enough."""
    page.locator("#try-photos").set_input_files([folder / "red/1.png", folder / "blue/2.png"])
    expect(status(page)).to_have_text(re.compile("^Recognised"), timeout=READY)
    of_two = page.locator("#recognised > ul:has(> li:nth-child(2)):not(:has(> li:nth-child(3)))").first
    expect(of_two).to_be_visible()
    return of_two.inner_text()


def test_all_is_back_after_a_reload(page, site, folder):
    open_page(page, site)
    fill(page, folder)
    train(page)
    figures, before = page.locator("#result-summary").inner_text(), recognise(page, folder)
    kept(page)
    expect(page.locator("#project-note")).to_contain_text(re.compile(r"takes \d+\.\d MB in this browser"))
    reload(page)
    assert (
        page.locator("#option-epochs").input_value() == "4" and page.locator("#option-input-size").input_value() == "96"
    )
    assert page.locator("#result-summary").inner_text() == figures
    expect(page.locator("#recognised > ul > li")).to_have_count(2, timeout=60_000)
    assert page.locator("#recognised").inner_text() == before, "by the model that is back"
    assert recognise(page, folder) == before
    expect(page.locator("#curves")).to_be_visible()
    expect(page.locator("#runs-count")).to_have_text("Trainings of this project")
    # What is known of the photos is known still: their files are not even read.
    worker = next(worker for worker in page.workers if worker.url.endswith("/worker.js"))
    worker.evaluate(
        """() => {
          globalThis.reads = 0;
          // The check of the photos, which follows by itself after a change and after a training, reads them.
          globalThis.checking = false;
          self.addEventListener("message", ({ data }) => { checking ||= data.method === "check"; });
          const read = Blob.prototype.arrayBuffer;
          Blob.prototype.arrayBuffer = function () { reads += checking ? 0 : 1; return read.call(this); };
        }"""
    )
    page.wait_for_timeout(2000)  # until the check that follows what was done before is over
    worker.evaluate("reads = 0; checking = false")
    train(page)
    assert page.locator("#result-summary").inner_text().split("\n")[:3] == figures.split("\n")[:3]
    expect(page.locator("#runs-count")).to_have_text("Compare the 2 trainings of this project")
    assert worker.evaluate("reads") == 0


@pytest.mark.parametrize("moment", [pytest.param("idle", marks=pytest.mark.full), "training"])
def test_a_worker_that_ends_is_replaced_and_nothing_is_lost(tab, site, folder, moment):
    tab.add_init_script(RECORD_WORKERS)
    open_page(tab, site)
    fill(tab, folder)
    train(tab)
    before = recognise(tab, folder)
    kept(tab)
    if moment == "training":
        train_for_long(tab)
    tab.evaluate("workers.at(-1).terminate()")
    expect(status(tab)).to_have_text(re.compile("^Started again; nothing was lost"), timeout=READY)
    assert recognise(tab, folder) == before, "the model of before is there"
    set_field(tab, "#option-epochs", "4")
    set_field(tab, "#option-hidden-units", "0")
    train(tab)
    assert recognise(tab, folder) == before, "and training gives the same as without"


RECORD_THREADS = """
globalThis.threads = [];
globalThis.Worker = class extends Worker {
  constructor(url, options) {
    super(url, options);
    threads.push(this);
  }
};
"""


@pytest.mark.full
def test_a_thread_that_dies_while_all_compute_is_noticed_and_nothing_is_lost(tab, site, folder):
    def record(route):
        response = route.fetch()
        route.fulfill(response=response, body=RECORD_THREADS + response.text())

    tab.route("**/js/worker.js", record)
    open_page(tab, site)
    fill(tab, folder)
    train(tab)
    before = recognise(tab, folder)
    kept(tab)
    (worker,) = [one for one in tab.workers if one.url.endswith("/js/worker.js")]
    if not worker.evaluate("threads.length"):
        pytest.skip("WebAssembly computes on one core here")
    train_for_long(tab)
    worker.evaluate("threads[0].terminate()")
    expect(status(tab)).to_have_text(re.compile("^Started again; nothing was lost"), timeout=READY)
    assert recognise(tab, folder) == before


def set_field(page, selector, value):
    page.locator(selector).fill(value)
    page.locator(selector).blur()


def test_a_reload_in_mid_training_loses_neither_photos_nor_features(page, site, folder):
    open_page(page, site)
    fill(page, folder)
    train_for_long(page)
    for _ in range(30):
        if page.evaluate(COUNT_FEATURES) == 24:
            break
        page.wait_for_timeout(500)
    assert button(page, "Stop").is_enabled(), "still training, or judging by folds"
    reload(page)
    assert page.locator("#option-epochs").input_value() == "1000"
    page.locator("summary", has_text="Advanced").click()
    set_field(page, "#option-epochs", "4")
    set_field(page, "#option-hidden-units", "0")
    assert page.evaluate(COUNT_FEATURES) == 24, "they were written while training went on"
    train(page)
    assert page.evaluate(COUNT_FEATURES) == 24


COUNT_FEATURES = """async () => {
  const database = await new Promise((resolve) => {
    const opening = indexedDB.open("pyclassifier");
    opening.onsuccess = () => resolve(opening.result);
  });
  const all = await new Promise((resolve) => {
    const request = database.transaction("features").objectStore("features").getAll();
    request.onsuccess = () => resolve(request.result);
  });
  database.close();
  return all.reduce((sum, { digests }) => sum + digests.split("\\n").length, 0);
}"""


def test_in_a_full_browser_work_goes_on_and_the_page_says_what_is_not_kept(page, site, folder):
    open_page(page, site)
    session = page.context.new_cdp_session(page)
    origin = site.split("/pages/")[0]
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 600_000})
    fill(page, folder)
    train(page)
    kept(page, "full")
    expect(page.locator("#project-note")).to_contain_text(re.compile(r"\d+ photos? will not be here next time"))
    expect(page.get_by_role("alert")).to_have_text("")
    assert "blue" in recognise(page, folder)
    session.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 600_000_000})
    set_field(page, "#option-epochs", "5")
    kept(page)
    reload(page)


def test_a_project_that_is_being_opened_says_so_at_once_and_takes_more_photos(page, site, folder):
    open_page(page, site)
    fill(page, folder)
    kept(page)
    page.route("**/py/wasm.pack", lambda route: (page.wait_for_timeout(3000), route.continue_()))
    page.reload()
    expect(page.locator("#project-opening")).to_have_text(re.compile("^Your project with 24 photos is being opened"))
    expect(page.locator("#project-summary")).to_have_text("Project: being opened…")
    page.get_by_label("Choose training folder").set_input_files(folder)
    expect(status(page)).to_have_text("Ready: 48 photos in 3 classes", timeout=READY)
    expect(page.locator("#project-opening")).to_be_hidden()
    kept(page)


@pytest.mark.full
def test_a_project_in_two_tabs_is_taken_over_copied_or_parted(chromium, site, folder):
    with opened_tab(chromium, site) as first:
        open_page(first, site)
        fill(first, folder)
        kept(first)
        second = first.context.new_page()
        open_page(second, site)
        kept(second, "elsewhere")
        notice = second.locator("#elsewhere")
        expect(notice).to_contain_text("Your project is open in another tab. Go on with it here, or work on a copy.")
        button(second, "Work on a copy").click()
        expect(status(second)).to_have_text("Your project is back: 24 photos in 3 classes", timeout=READY)
        kept(second)
        expect(notice).to_be_hidden()
        third = first.context.new_page()
        open_page(third, site)
        kept(third, "elsewhere")
        button(third, "Take over here").click()
        expect(status(third)).to_have_text("Your project is back: 24 photos in 3 classes", timeout=READY)
        kept(third)
        kept(second, "elsewhere")  # which was used last
        expect(notice).to_contain_text("What you do here is not kept.")
        second.locator("#project-summary").click()
        second.locator("#projects").get_by_role("button", name="Delete").first.click()
        second.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
        expect(second.get_by_role("alert")).to_have_text(re.compile("^This project is open in another tab"))
        button(second, "Remove all photos").click()
        button(second, "Undo removing all photos").click()
        button(second, "Keep this as a new project").click()
        expect(status(second)).to_have_text("What is here is kept as a new project")
        kept(second)
        expect(notice).to_be_hidden()
        assert first.evaluate(COUNT_ALL)[:2] == [72, 3]
        kept(first)


COUNT_ALL = """() => new Promise((resolve) => {
  const opening = indexedDB.open("pyclassifier");
  opening.onsuccess = async () => {
    const counts = ["photos", "projects", "features", "trained"].map((name) => new Promise((done) => {
      const request = opening.result.transaction(name).objectStore(name).count();
      request.onsuccess = () => done(request.result);
    }));
    resolve(await Promise.all(counts));
    opening.result.close();
  };
})"""


def test_starting_anew_asks_and_projects_can_be_named_opened_and_deleted(page, site, folder):
    open_page(page, site)
    fill(page, folder)
    kept(page)
    page.locator("#project-summary").click()
    set_field(page, "#project-name", "Colours")
    expect(page.locator("#project-summary")).to_have_text("Project “Colours”: kept in this browser")
    button(page, "New project").click()
    button(page, "Cancel").click()
    button(page, "New project").click()
    button(page, "Keep it, start another one").click()
    expect(status(page)).to_have_text("Ready")
    expect(page.locator("#remove-all")).to_be_hidden()
    button(page, "Delete Colours").click()
    asked = page.get_by_role("dialog", name="Delete Colours")
    expect(asked).to_contain_text("there is no way back")
    asked.get_by_role("button", name="Cancel").click()
    button(page, "Open Colours").click()
    expect(status(page)).to_have_text("Your project is back: 24 photos in 3 classes", timeout=READY)
    button(page, "New project").click()
    button(page, "Delete it").click()
    expect(status(page)).to_have_text("Project deleted from this browser")
    page.reload()
    expect(status(page)).to_have_text("Ready", timeout=READY)
    assert page.evaluate(COUNT_ALL) == [0, 0, 0, 0]


DELETE_ALL = """() => new Promise((resolve, reject) => {
  const deleting = indexedDB.deleteDatabase("pyclassifier");
  deleting.onsuccess = resolve;
  deleting.onerror = reject; // blocked for a moment, by what is just being written, it goes on by itself
})"""


@pytest.mark.parametrize("restored", [False, pytest.param(True, marks=pytest.mark.full)])
def test_what_is_deleted_underneath_is_told_and_kept_again(tab, site, folder, restored):
    open_page(tab, site)
    fill(tab, folder)
    kept(tab)
    tab.locator("#project-summary").click()
    set_field(tab, "#project-name", "Colours")
    expect(tab.locator("#project-summary")).to_have_text("Project “Colours”: kept in this browser")
    if restored:
        reload(tab)
    tab.evaluate(DELETE_ALL)
    tab.evaluate("dispatchEvent(new Event('focus'))")  # as where the visitor comes back from the browser's settings
    expect(tab.get_by_role("alert")).to_contain_text("What this browser kept of your project was deleted")
    expect(tab.locator("#project-summary")).to_have_text("Project “Colours”: kept in this browser")
    reload(tab)
    tab.evaluate(DELETE_ALL)
    button(tab, "Remove all photos").click()
    expect(tab.get_by_role("alert")).to_contain_text("What this browser kept of your project was deleted")
    button(tab, "Undo removing all photos").click()
    kept(tab)
    reload(tab)


def test_where_nothing_can_be_kept_everything_works(tab, site, folder):
    # As where cookies are blocked: the worker's indexedDB throws, too.
    tab.route(
        "**/js/worker.js",
        lambda route: route.fulfill(
            response=(response := route.fetch()),
            body="Object.defineProperty(self, 'indexedDB', { get() { throw new DOMException('', 'SecurityError'); } });"
            + response.text(),
        ),
    )
    open_page(tab, site)
    kept(tab, "unavailable")
    fill(tab, folder)
    train(tab)
    kept(tab, "unavailable")
    assert "red" in recognise(tab, folder)


LOSE_CONTEXT = "() => tf.backend().gpgpu.gl.getExtension('WEBGL_lose_context').loseContext()"


def graphics_worker(page):
    (worker,) = [one for one in page.workers if one.url.endswith("/worker.js")]
    return worker


@pytest.mark.full
def test_where_the_graphics_processor_is_reset_nothing_is_lost(tab, site, folder):
    open_page(tab, site, backend="webgl")
    fill(tab, folder)
    train(tab)
    before = recognise(tab, folder)
    kept(tab)
    # In predict, on photos that it does not know yet:
    unknown = [folder.parent / f"{i}.png" for i in range(60)]
    for i, path in enumerate(unknown):
        path.write_bytes(encode(noisy(COLORS["red"], 1000 + i, (160, 120))))
    tab.locator("#try-photos").set_input_files(unknown)
    expect(status(tab)).to_have_text(re.compile("^Recognising"), timeout=READY)
    graphics_worker(tab).evaluate(LOSE_CONTEXT)
    expect(status(tab)).to_have_text(re.compile("^Started again; nothing was lost"), timeout=READY)
    assert top_labels(recognise(tab, folder)) == top_labels(before)
    # In training, once more within a short time:
    expect(tab.locator("#backend")).to_have_value("webgl")
    train_for_long(tab)
    graphics_worker(tab).evaluate(LOSE_CONTEXT)
    expect(status(tab)).to_have_text(re.compile("^Started again, without WebGL; nothing was lost"), timeout=READY)
    expect(tab.locator("#backend")).to_have_value("wasm")
    expect(tab.locator("#backend-note")).to_have_text("WebGL failed here: WebAssembly computes now.")
    assert top_labels(recognise(tab, folder)) == top_labels(before)
    set_field(tab, "#option-epochs", "4")
    set_field(tab, "#option-hidden-units", "0")
    train(tab)
    assert top_labels(recognise(tab, folder)) == top_labels(before), "whatever computes learns the same"


def top_labels(recognised):
    """What the photos show and with how many per cent, within one: backends round otherwise."""
    return [(label, round(float(share) / 2)) for label, share in re.findall(r"(\w+)\n([\d.]+) %", recognised)]


def test_a_project_is_saved_as_a_file_and_opened_again(page, site, folder, tmp_path):
    open_page(page, site)
    fill(page, folder)
    train(page)
    before = recognise(page, folder)
    page.locator("#project-summary").click()
    set_field(page, "#project-name", "Colours")
    with page.expect_download() as download:
        button(page, "Save as a file").click()
    expect(status(page)).to_have_text(re.compile(r"^Project saved: \d+\.\d MB$"), timeout=READY)
    assert download.value.suggested_filename == "Colours.zip"
    target = tmp_path / "Colours.zip"
    download.value.save_as(target)

    with zipfile.ZipFile(target) as file:
        description = json.loads(file.read("project.json"))
        assert {one["sha256"] for one in description["photos"]} == set(description["features"][0]["sha256"])
        assert description["name"] == "Colours" and description["settings"]["fields"]["option-epochs"] == "4"
        for one in description["photos"]:
            data = (folder.parent / one["path"]).read_bytes()
            assert file.read(one["file"]) == data and hashlib.sha256(data).hexdigest() == one["sha256"]

    button(page, "New project").click()
    button(page, "Delete it").click()
    expect(status(page)).to_have_text("Project deleted from this browser")
    assert page.evaluate(COUNT_ALL) == [0, 0, 0, 0], "features, model and trainings are gone with it"
    page.locator("#project-open").set_input_files(target)
    expect(status(page)).to_have_text("Your project is back: 24 photos in 3 classes", timeout=READY)
    expect(page.locator("#project-summary")).to_have_text("Project “Colours”: kept in this browser", timeout=60_000)
    assert recognise(page, folder) == before
    expect(page.locator("#classes img").first).to_be_visible(timeout=60_000)
    reload(page)
    expect(page.locator("#recognised > ul > li")).to_have_count(2, timeout=60_000)
    assert recognise(page, folder) == before
    # Where photos are dropped, too, it is a project and no photos.
    drop(page, page.get_by_text("Drop photos, folders or a zip here"), target)
    expect(status(page)).to_have_text("Your project is back: 24 photos in 3 classes", timeout=READY)
    expect(page.locator("#projects li")).to_have_count(1)


def test_a_head_that_nobody_chose_is_todays_one_where_an_earlier_version_kept_its_defaults(page, site, tmp_path):
    open_page(page, site)
    kept = {"option-epochs": "20", "option-hidden-units": "100", "option-validation-share": "30"}
    for fields, epochs, hidden_units in ((kept, "", "0"), ({**kept, "option-hidden-units": "50"}, "20", "50")):
        classifier = ImageClassifier(engine=NumpyEngine())
        save_project(Project(color_dataset(3), classifier, settings={"fields": fields}), tmp_path / "project.zip")
        page.locator("#project-summary").click()
        page.locator("#project-open").set_input_files(tmp_path / "project.zip")
        expect(status(page)).to_have_text("Your project is back: 9 photos in 3 classes", timeout=READY)
        expect(page.locator("#option-validation-share")).to_have_value("30")
        expect(page.locator("#option-epochs")).to_have_value(epochs)
        expect(page.locator("#option-hidden-units")).to_have_value(hidden_units)


TEACH = """async ([url, photos]) => {
  const truncated = { checkpointUrl: url, version: 1, alpha: 0.25, trainingLayer: "conv_pw_13_relu" };
  await tf.setBackend("cpu");
  const model = await tmImage.createTeachable({ modelName: "tm-colours" }, truncated);
  model.setLabels(["red", "blue"]);
  for (const [index, photo] of photos) {
    const image = new Image();
    image.src = `data:image/png;base64,${photo}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 224;
    canvas.getContext("2d").drawImage(image, 0, 0, 224, 224);
    await model.addExample(index, canvas);
  }
  await model.train({ denseUnits: 20, epochs: 10, learningRate: 0.001, batchSize: 4 });
  const files = {};
  const base64 = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
  await model.save({ save: async (artifacts) => {
    files["model.json"] = btoa(unescape(encodeURIComponent(JSON.stringify({
      modelTopology: artifacts.modelTopology,
      weightsManifest: [{ paths: ["weights.bin"], weights: artifacts.weightSpecs }],
    }))));
    files["weights.bin"] = base64(artifacts.weightData);
    return {};
  } });
  files["metadata.json"] = btoa(JSON.stringify(model.getMetadata()));
  return files;
}"""


def test_a_model_of_teachable_machine_is_opened_and_trained_on(page, site, folder, shared, chromium, tmp_path):
    """One that @teachablemachine/image 0.8.5 itself trained and wrote, on the real MobileNet 0.25."""
    teacher = tensorflow_page(
        chromium, ("tfjs-1/dist/tf.min.js", "@teachablemachine/image/dist/teachablemachine-image.min.js")
    )
    weights = shared / "models/mobilenet_v1_0.25_224/tfjs"
    headers = {"Access-Control-Allow-Origin": "*"}
    teacher.route(
        "https://teach.example/**",
        lambda route: route.fulfill(path=weights / route.request.url.rpartition("/")[2], headers=headers),
    )
    photos = [
        [index, base64.b64encode((folder / label / f"{i}.png").read_bytes()).decode()]
        for index, label in enumerate(("red", "blue"))
        for i in range(4)
    ]
    written = teacher.evaluate(TEACH, ["https://teach.example/model.json", photos])
    teacher.context.close()
    for name, text in written.items():
        (tmp_path / name).write_bytes(base64.b64decode(text))

    open_page(page, site)
    drop(page, page.get_by_text("Drop photos, folders or a zip here"), *(tmp_path / name for name in written))
    expect(status(page)).to_have_text("Opened model: 2 classes", timeout=READY)
    assert re.findall("red|blue", recognise(page, folder))[:1] == ["red"]
    expect(page.locator("#classes > li")).to_have_count(2)
    page.locator("#training-folder").set_input_files(folder)
    expect(status(page)).to_have_text("Ready: 24 photos in 3 classes", timeout=READY)
    assert page.locator("#option-backbone").input_value() == "opened"
    told = re.compile("^24 photos in 3 classes are ready. Training on keeps the opened model’s pretrained network")
    expect(page.locator("#train-reason")).to_have_text(told)
    train(page)
    expect(page.locator("#train-reason")).to_have_text("24 photos in 3 classes are ready.")
    assert "green" in page.locator("#model-classes").inner_text()
    trained = recognise(page, folder)
    kept(page)
    reload(page)
    assert page.locator("#option-backbone").input_value() == "opened"
    expect(page.locator("#recognised > ul > li")).to_have_count(2, timeout=60_000)
    assert recognise(page, folder) == trained
