"""The whole way with nothing but a keyboard: photos, training, a look at the mistakes, trying out, the model's file."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from test_page import open_page

MOST_STOPS = 150
FOCUSED = """(within) => {
const focused = document.activeElement;
const named = focused.labels?.[0] ?? focused;
const seen = focused.matches(".file-input") ? named : focused;
const { outlineStyle, outlineWidth } = getComputedStyle(seen);
const name = focused.getAttribute("aria-label") ?? named.textContent.trim();
const visible = outlineStyle !== "none" && outlineWidth !== "0px";
const body = focused === document.body; // between the last control and the first
return { name: focused.closest(within) ? name : "", visible: visible || body };
}"""


def go_to(page, name, within="body"):
    """Press Tab until the control of this name has the focus; each one on the way shows that it has it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED, within)
        assert focused["visible"], focused
        if re.fullmatch(name, focused["name"]):
            return
    pytest.fail(f"{name} cannot be reached by Tab")


def choose(page, name, files):
    go_to(page, name)
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
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
    look_at_a_cell_and_move_a_photo(page, status)
    go_to(page, "Train again")
    page.keyboard.press("Enter")
    expect(status).to_have_text(re.compile("^Trained: "), timeout=240_000)
    choose(page, "Choose photos to recognise", dist / "samples/validation/fruit/00.png")
    expect(status).to_have_text("Recognised 1 photo", timeout=60_000)
    with page.expect_download() as download:
        go_to(page, "Download model")
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".zip")


def look_at_a_cell_and_move_a_photo(page, status):
    go_to(page, "4 photos of “animal”.*", within="#confusion")
    page.keyboard.press("Enter")
    expect(page.locator("#cell-title")).to_be_focused()
    go_to(page, "animal: .*", within="#cell")
    go_to(page, "animal: .*", within="#classes")
    page.keyboard.press("Space")
    go_to(page, "Move to…", within="#chosen")
    page.keyboard.press("Enter")
    page.keyboard.type("fruit")
    go_to(page, "Move", within="dialog")
    page.keyboard.press("Enter")
    expect(status).to_have_text("Moved 1 photo to fruit")


def test_the_language_is_chosen_by_keyboard(page, site):
    open_page(page, site, "wasm")
    go_to(page, "Language")
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_label("Langue", exact=True)).to_be_focused()
