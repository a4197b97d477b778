"""The whole way with nothing but a keyboard: photos, training, a look at the mistakes, trying out, the model's file."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from test_page import open_page

MOST_STOPS = 150
FOCUSED = """() => {
const focused = document.activeElement;
const named = focused.labels?.[0] ?? focused;
const seen = focused.matches(".file-input") ? named : focused;
const { outlineStyle, outlineWidth } = getComputedStyle(seen);
const name = focused.getAttribute("aria-label") ?? named.textContent.trim();
const visible = outlineStyle !== "none" && outlineWidth !== "0px";
return { name, visible: visible || focused === document.body }; // the body between the last and the first
}"""


def go_to(page, name, key="Tab"):
    """Press the key until the control of this name has the focus; each one on the way shows that it has it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press(key)
        focused = page.evaluate(FOCUSED)
        assert focused["visible"], focused
        if re.fullmatch(name, focused["name"]):
            return
    pytest.fail(f"{name} cannot be reached by {key}")


def choose(page, name, files):
    go_to(page, name)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(files)


def type_into(page, name, text):
    go_to(page, name)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


def test_from_photos_to_the_models_file(page, site, dist):
    open_page(page, site, "wasm")
    status = page.get_by_role("status").first
    go_to(page, "Use sample photos")
    page.keyboard.press("Enter")
    expect(status).to_have_text(re.compile("48 photos in 3 classes"))
    go_to(page, "Advanced")
    page.keyboard.press("Enter")
    type_into(page, "Epochs", "3")
    go_to(page, "Input size")
    page.keyboard.type("96")
    go_to(page, "Train")
    page.keyboard.press("Enter")
    expect(status).to_have_text(re.compile("^Trained: "), timeout=240_000)
    expect(page.get_by_role("button", name="Train", exact=True)).to_be_focused()
    choose(page, "Choose photos to recognise", dist / "samples/validation/grass/00.png")
    expect(status).to_have_text("Recognised 1 photo", timeout=60_000)
    with page.expect_download() as download:
        go_to(page, "Download model")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".zip")


def test_the_language_is_chosen_by_keyboard(page, site):
    open_page(page, site, "wasm")
    go_to(page, "Language")
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_label("Langue", exact=True)).to_be_focused()
