"""The page "Logos": names of files are labels, a small head, models kept in the browser's own storage."""

from __future__ import annotations

import re

import pytest
from photos import COLORS, encode, noisy
from playwright.sync_api import expect
from test_page import AXE, violations


def open_logos(page, site, backend="wasm"):
    page.goto(f"{site}?backend={backend}#/logos")
    expect(page.locator("#status")).to_have_text("Ready", timeout=120_000)
    return page


def on_page(page):
    return page.locator("#page-logos")


def button(page, name):
    return on_page(page).get_by_role("button", name=name, exact=True)


def train(page, folder, **options):
    on_page(page).get_by_label("Choose training folder").set_input_files(folder)
    expect(page.locator("#status")).to_have_text(re.compile(r"Ready: \d+ photos in 3 classes"), timeout=60_000)
    if options:
        on_page(page).locator("summary", has_text="Advanced").click()
        on_page(page).get_by_label("Input size").select_option("96")
        on_page(page).get_by_label("Epochs", exact=True).fill("5")
    button(page, "Train").click()
    expect(page.locator("#status")).to_have_text(re.compile("^Trained"), timeout=280_000)


def recognise(page, files):
    on_page(page).get_by_label("Choose photos to recognise").set_input_files(files)
    expect(page.locator("#status")).to_have_text(re.compile("^Recognised"), timeout=120_000)
    return on_page(page).locator("#logos-recognised > ul > li strong").all_text_contents()


@pytest.fixture
def flat(tmp_path):
    """A flat folder whose files are called by their colour and a number."""
    folder = tmp_path / "colours"
    folder.mkdir()
    for k, (label, color) in enumerate(COLORS.items()):
        for i in range(5):
            (folder / f"{label}-{i}.png").write_bytes(encode(noisy(color, 10 * k + i)))
    return folder


def test_the_four_logos_are_recognised(page, site, shared):
    brand = shared / "data" / "brand"
    open_logos(page, site)
    train(page, brand / "train")
    expect(on_page(page).get_by_text("30 photos")).to_have_count(3)
    files = [brand / "test" / name for name in ("android.jpg", "apple-reverse.jpg", "apple8.0.jpeg", "windows.png")]
    assert recognise(page, files) == ["android", "apple", "apple", "windows"]


@pytest.mark.full
def test_models_are_kept_in_the_browser_opened_and_deleted(page, site, flat):
    open_logos(page, site)
    expect(button(page, "Keep in this browser")).to_be_hidden()
    train(page, flat, quick=True)
    button(page, "Keep in this browser").click()
    expect(page.locator("#status")).to_have_text("Model kept in this browser", timeout=60_000)
    page.reload()
    expect(page.locator("#status")).to_have_text(re.compile("^Your project is back"), timeout=120_000)
    kept = on_page(page).get_by_role("list", name="Models kept in this browser")
    expect(kept.get_by_role("listitem")).to_have_count(1)
    expect(kept).to_contain_text("blue, green, red (")
    kept.get_by_role("button", name=re.compile("^Open ")).click()
    expect(page.locator("#status")).to_have_text("Opened model: 3 classes", timeout=60_000)
    assert recognise(page, [flat / "red-1.png", flat / "blue-0.png"]) == ["blue", "red"]
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    kept.get_by_role("button", name=re.compile("^Delete ")).click()
    page.get_by_role("dialog").get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#status")).to_have_text("Model deleted from this browser")
    page.reload()
    expect(page.locator("#status")).to_have_text(re.compile("^Your project is back"), timeout=120_000)
    assert on_page(page).locator("#logos-kept li").count() == 0


def test_pages_have_photos_and_models_of_their_own(page, site, flat):
    open_logos(page, site, "webgl")
    on_page(page).get_by_label("Choose training folder").set_input_files(flat)
    expect(page.locator("#status")).to_have_text("Ready: 15 photos in 3 classes", timeout=60_000)
    page.get_by_role("link", name="Train your own").click()
    assert page.locator("#classes li").count() == 0
    expect(page.locator("#train")).to_be_disabled()
