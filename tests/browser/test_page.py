"""The page as a visitor uses it: names of controls, status texts, downloads, in Chromium."""

from __future__ import annotations

import os
import re
import shutil

import pytest
from browser_fixtures import ROOT
from photos import COLORS, encode, noisy
from playwright.sync_api import expect

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"


@pytest.fixture
def ready(page, site):
    """The page, loaded."""
    return open_page(page, site, "wasm")


def open_page(page, site, backend):
    page.goto(f"{site}?backend={backend}")
    expect(page.get_by_role("status")).to_have_text("Ready", timeout=60_000)
    return page


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def set_options(page, **options):
    page.locator("summary", has_text="Advanced").click()
    for label, value in options.items():
        field = page.get_by_label(label.replace("_", " ").capitalize(), exact=True)
        if field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def train_for_long(page):
    """Press Train, of epochs that go on until they are stopped: without hidden units, a thousand can take a moment."""
    for field, value in (("#option-epochs", "1000"), ("#option-hidden-units", "200")):
        page.locator(field).fill(value)
        page.locator(field).blur()
    button(page, re.compile("^Train( again)?$")).click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Training: epoch \d+ of 1,000$"), timeout=120_000)


def record_status(page):
    """Keep every text that the status line ever shows."""
    page.evaluate(
        """() => {
        const status = document.querySelector("[role=status]");
        globalThis.statuses = [];
        new MutationObserver(() => statuses.push(status.textContent.trim()))
          .observe(status, { childList: true, characterData: true, subtree: true });
        }"""
    )


def wait_until_trained(page):
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"^Trained: validation accuracy \d+\.\d % \(\d+ of \d+\)$"), timeout=240_000
    )


def recognised(page):
    return page.locator("#recognised > ul > li")


@pytest.fixture
def folder(tmp_path):
    """A folder of photos whose class is their colour, more of them than one readEntries call returns."""
    for k, (label, color) in enumerate(COLORS.items()):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(120 if label == "red" else 10):
            (tmp_path / "photos" / label / f"{i:03}.png").write_bytes(encode(noisy(color, 1000 * k + i)))
    return tmp_path / "photos"


def test_a_first_load_asks_for_few_files(page, site):
    asked = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(site)))
    open_page(page, site, "wasm")
    assert len([path for path in asked if not path.startswith("py/")]) <= 25, asked


def test_sample_photos_from_start_to_a_model_opened_in_a_fresh_tab(page, dist, site, chromium, tmp_path):
    open_page(page, site, "webgl")
    record_status(page)
    button(page, "Use sample photos").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("48 photos in 3 classes"))
    set_options(page, input_size="96")
    button(page, "Train").click()
    wait_until_trained(page)
    statuses = page.evaluate("statuses")
    learning = re.compile(r"Training: epoch \d+, until nothing more can be learned")
    assert any(learning.fullmatch(text) for text in statuses), statuses
    expect(page.locator("#best-epoch")).to_be_hidden()
    assert (
        page.locator("#result-summary")
        .get_by_text(re.compile(r"1\d of 12 \(\d+\.\d %, 95\s% interval \d+ to \d+ %\)"))
        .is_visible()
    )
    button(page, "Now try it").click()
    expect(page.get_by_label("Choose photos to recognise")).to_be_focused()
    photos = [dist / "samples/validation" / name for name in ("animal/00.png", "fruit/01.png", "vehicle/02.png")]
    page.get_by_label("Choose photos to recognise").set_input_files(photos)
    expect(recognised(page)).to_have_count(3, timeout=120_000)
    texts = [" ".join(text.split()) for text in recognised(page).all_text_contents()]
    for text, label, name in zip(texts, ("animal", "fruit", "vehicle"), ("00.png", "01.png", "02.png"), strict=True):
        assert name in text and label in text and re.search(r"\d+\.\d %", text), text
    with page.expect_download() as download:
        button(page, "Download model").click()
    archive = tmp_path / download.value.suggested_filename
    shutil.copy(download.value.path(), archive)
    assert archive.suffix == ".zip"
    fresh = open_page(chromium.new_context().new_page(), site, "wasm")
    fresh.get_by_label("Open model").set_input_files(archive)
    expect(fresh.get_by_role("status")).to_have_text(re.compile("Opened model: 3 classes"), timeout=60_000)
    fresh.get_by_label("Choose photos to recognise").set_input_files(photos)
    expect(recognised(fresh)).to_have_count(3, timeout=60_000)
    again = [" ".join(text.split()) for text in recognised(fresh).all_text_contents()]
    for here, there in zip(texts, again, strict=True):
        # File name, label, percentage, to a tenth of a point: WebGL here, WebAssembly there.
        assert here.split()[:2] == there.split()[:2]
        shares = [float(re.search(r"(\d+\.\d) %", text)[1]) for text in (here, there)]
        assert shares[0] == pytest.approx(shares[1], abs=0.5)
    fresh.context.close()


def test_a_chosen_folder_with_a_validation_folder(ready, folder, tmp_path):
    page = ready
    for label in COLORS:
        (tmp_path / "others" / label).mkdir(parents=True)
        shutil.move(folder / label / "000.png", tmp_path / "others" / label / "v.png")
    (folder / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 no photo")
    (folder / "red" / "notes.txt").write_text("no photo either")
    page.get_by_label("Choose training folder").set_input_files(folder)
    page.get_by_label("Choose validation folder").set_input_files(tmp_path / "others")
    expect(
        page.get_by_text("119 training · 1 validation").or_(page.get_by_text("120 training · 1 validation"))
    ).to_be_visible()
    set_options(page, input_size="96", epochs="5")
    button(page, "Train").click()
    wait_until_trained(page)
    expect(page.get_by_role("status")).to_have_text("Trained: validation accuracy 100.0 % (3 of 3)")
    expect(page.locator("#result-summary")).to_contain_text("3 photos checked a model that had not learned from them.")
    expect(page.locator("#result-summary")).to_contain_text("Your model was then trained again, on them as well.")
    expect(page.locator("#best-epoch")).to_contain_text(re.compile(r"epoch \d of 5, whose weights were kept"))
    problems = page.locator("details", has_text="2 files left out")
    expect(problems).to_contain_text("broken.jpg")
    expect(problems).to_contain_text("notes.txt")


def test_few_photos_judge_by_folds_and_those_for_test_in_the_end(ready, tmp_path):
    page = ready
    for split, n in (("train", 8), ("test", 3)):
        for k, (label, color) in enumerate(COLORS.items()):
            (tmp_path / "photos" / split / label).mkdir(parents=True)
            for i in range(n):
                data = encode(noisy(color, 100 * n + 10 * k + i))
                (tmp_path / "photos" / split / label / f"{i}.png").write_bytes(data)
    page.get_by_label("Choose training folder").set_input_files(tmp_path / "photos")
    expect(page.get_by_text("8 training · 3 test")).to_have_count(3)
    set_options(page, input_size="96")
    button(page, "Train").click()
    expect(page.get_by_role("status")).to_have_text(
        "Trained: validation accuracy 100.0 % (24 of 24), test accuracy 100.0 % (9 of 9)", timeout=240_000
    )
    summary = page.locator("#result-summary")
    expect(summary).to_contain_text(
        "Each of these 24 photos was checked by one of 8 models that had not learned from it."
    )
    expect(summary).to_contain_text("Your model learned from all of them.")
    expect(summary).to_contain_text("Test photos recognised correctly")
    expect(summary).to_contain_text("24 photos, ")
    page.get_by_label("Learn from these photos, too").uncheck()
    page.get_by_label("Epochs", exact=True).fill("3")
    page.get_by_label("Hidden units").fill("10")
    button(page, "Train").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"Trained: validation accuracy \S+ % \(\d of 6\), test"))
    expect(summary).to_contain_text("6 photos checked a model that had not learned from them.")
    expect(summary).not_to_contain_text("trained again")
    expect(summary).to_contain_text("18 photos, 3 epochs")


def test_a_dropped_folder_is_read_to_its_end(ready, folder):
    page = ready
    drop(page, page.get_by_text("Drop photos, folders or a zip here"), folder)
    expect(page.get_by_role("status")).to_have_text(re.compile("140 photos in 3 classes"), timeout=30_000)


def drop(page, target, *paths, items=()):
    """What the browser does when files and folders are dragged in from the desktop, or items from another page."""
    target.scroll_into_view_if_needed()
    box = target.bounding_box()
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + box["width"] / 2,
                "y": box["y"] + box["height"] / 2,
                "data": {"items": list(items), "files": [str(path) for path in paths], "dragOperationsMask": 1},
            },
        )


def test_stop_keeps_the_model(page, site):
    open_page(page, site, "wasm")
    button(page, "Use sample photos").click()
    set_options(page, input_size="96")
    train_for_long(page)
    button(page, "Stop").click()
    expect(page.get_by_role("status")).to_have_text(
        re.compile(r"Stopped after epoch \d+ of 1,000: validation accuracy")
    )
    expect(button(page, "Download model")).to_be_enabled()


def test_hostile_names_stay_text(page, site, tmp_path):
    open_page(page, site, "wasm")
    hostile = "<img src=x onerror=alert(1)>"
    for k, label in enumerate((hostile, "plain & <b>simple<b>")):
        (tmp_path / "p" / label).mkdir(parents=True)
        for i in range(4):
            (tmp_path / "p" / label / f"<u>{i}.png").write_bytes(encode(noisy(list(COLORS.values())[k], i)))
    page.get_by_label("Choose training folder").set_input_files(tmp_path / "p")
    expect(page.get_by_role("status")).to_have_text(re.compile("8 photos in 2 classes"))
    set_options(page, input_size="96", epochs="8")
    button(page, "Train").click()
    wait_until_trained(page)
    page.get_by_label("Choose photos to recognise").set_input_files(tmp_path / "p" / hostile / "<u>0.png")
    expect(recognised(page)).to_have_count(1)
    expect(recognised(page)).to_contain_text("<u>0.png")
    assert page.locator("img[src=x], u").count() == 0


def test_wrong_files_get_a_sentence_and_nothing_is_lost(tab, site, tmp_path):
    page = open_page(tab, site, "wasm")  # Its console may show the error, for developers.
    (tmp_path / "model.zip").write_bytes(b"this is no zip")
    page.get_by_label("Open model").set_input_files(tmp_path / "model.zip")
    expect(page.get_by_role("alert")).to_contain_text("This is not a model file")
    expect(button(page, "Use sample photos")).to_be_enabled()


def test_the_way_to_compute_can_be_changed(page, site):
    page.goto(f"{site}?backend=abacus")  # which is nowhere: as if nothing was asked for
    expect(page.get_by_role("status")).to_have_text("Ready", timeout=60_000)
    page.locator("summary", has_text="Advanced").click()
    select = page.get_by_label("Compute on")
    # SwiftShader is software, so the page chose WebAssembly, and says why.
    expect(select).to_have_value("wasm")
    expect(page.get_by_text("No graphics processor found")).to_be_visible()
    cores = page.locator("#cores")
    n = min(os.cpu_count(), 8)
    computes_on = f"Computes on {n} cores of the processor." if n > 1 else "Computes on one core of the processor."
    expect(cores).to_have_text(computes_on)
    for backend in ("webgl", "cpu", "wasm"):
        select.select_option(backend)
        expect(page.get_by_role("status")).to_have_text(re.compile("Ready"))
        expect(select).to_be_enabled()
        expect(select).to_have_value(backend)
        expect(cores).to_have_text(computes_on if backend == "wasm" else "")
    expect(page.get_by_role("alert")).to_be_empty()


def test_the_keyboard_is_enough(page, site):
    open_page(page, site, "wasm")
    page.get_by_text("I have a folder of photos").click()
    page.get_by_role("heading", name="pyclassifier").click()
    names = []
    for _ in range(30):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                """() => {
                const focused = document.activeElement;
                const name = focused.labels?.[0] ?? focused;
                return `${name.textContent.trim()}|${getComputedStyle(focused).outlineStyle}`;
                }"""
            ).split("|")[0]
        )
    for wanted in ("Choose training folder", "Use sample photos", "Choose validation folder", "Advanced", "Open model"):
        assert wanted in names, names
    button(page, "Use sample photos").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(re.compile("48 photos"))
    set_options(page, input_size="96", epochs="2")
    button(page, "Train").focus()
    page.keyboard.press("Space")
    wait_until_trained(page)


def violations(page):
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] })")["violations"]
    return [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]


def test_a_phone_shows_the_steps_below_each_other(page, site):
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, site, "wasm")
    boxes = [page.get_by_role("heading", name=name, exact=True).bounding_box() for name in ("Photos", "Train", "Try")]
    assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1400, "height": 900})
    boxes = [page.get_by_role("heading", name=name, exact=True).bounding_box() for name in ("Photos", "Train", "Try")]
    assert len({round(box["y"]) for box in boxes}) == 1
