"""The check of photos on the page: each finding shows its photos, and a button mends it, in Chromium."""

from __future__ import annotations

import re
import shutil

import pytest
from PIL import Image
from playwright.sync_api import expect
from test_page import AXE, button, open_page, set_options, violations


@pytest.fixture
def faulty(dist, tmp_path):
    """Sample photos, and with them what a check is to find: files made on the spot."""
    for label in ("animal", "fruit", "vehicle"):
        shutil.copytree(dist / "samples" / "training" / label, tmp_path / "p" / label)
    animal, fruit, vehicle = (tmp_path / "p" / label for label in ("animal", "fruit", "vehicle"))
    Image.open(animal / "00.png").convert("RGB").save(animal / "again.jpg", quality=95)
    Image.open(animal / "03.png").convert("RGB").save(vehicle / "animal.jpg", quality=95)
    shutil.copy(animal / "01.png", fruit / "animal.png")
    shutil.copy(vehicle / "01.png", vehicle / "copy.png")
    (fruit / "broken.jpg").write_bytes((animal / "again.jpg").read_bytes()[:600])
    Image.open(fruit / "05.png").convert("L").rotate(90).resize((40, 40)).save(fruit / "tiny.png")
    shutil.copytree(vehicle, tmp_path / "v" / "vehicle", ignore=lambda _, names: set(names) - {"02.png"})
    return tmp_path


def opened_check(page, site, folder):
    open_page(page, site, "wasm")
    page.set_default_timeout(30_000)
    page.get_by_label("Choose training folder").set_input_files(folder / "p")
    expect(page.locator("#status")).to_have_text("Ready: 42 photos in 3 classes")
    page.get_by_label("Choose validation folder").set_input_files(folder / "v")
    expect(page.locator("#status")).to_have_text("Ready: 43 photos in 3 classes")
    set_options(page, input_size="96")
    page.locator("summary", has_text="Check photos").click()
    return page


def finding(page, text):
    return page.locator("#findings > li").filter(has_text=text)


def mend(page, text, fix, said):
    n = page.locator("#findings > li").count()
    finding(page, text).get_by_role("button", name=fix, exact=True).click()
    expect(page.locator("#status")).to_have_text(said)
    expect(page.locator("#findings > li")).to_have_count(n - 1)


def test_each_finding_is_shown_and_mended(page, site, faulty):
    page = opened_check(page, site, faulty)
    expect(page.get_by_text("Photos that cannot be read or are nearly the same show once")).to_be_visible()
    button(page, "Check all photos").click()
    expect(page.locator("#status")).to_have_text("Checked: 7 findings", timeout=120_000)
    two = finding(page, "The same photo in animal and in fruit: 2 photos")
    expect(two.get_by_role("option").nth(0)).to_have_accessible_name("animal: 01.png, animal")
    expect(two.get_by_role("option").nth(1)).to_have_accessible_name("fruit: animal.png, fruit")
    expect(two.locator("img")).to_have_count(2)
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    # A photo that cannot be read tells why.
    finding(page, "Unreadable: 1 photo").get_by_role("option").click()
    expect(page.get_by_role("dialog")).to_contain_text(re.compile("broken.jpg: (the image is damaged|not an)"))
    page.keyboard.press("Escape")
    mend(page, "Unreadable: 1 photo", "Delete 1 photo", "Deleted 1 photo")
    mend(page, "The same photo in animal and in fruit", "Keep in animal, delete 1", "Deleted 1 photo")
    mend(page, "The same photo in animal and in vehicle", "Move 1 to animal", "Moved 1 photo to animal")
    mend(page, "The same photo for training and for validation", "Use all for training", "1 photo for training")
    mend(page, "Small, with a side of less than 48 pixels: 1 photo", "Delete 1 photo", "Deleted 1 photo")
    mend(page, "Copies: 2 photos", "Keep one of each, delete 2", "Deleted 2 photos")
    # The photo that was moved is nearly the same as one of its new class.
    mend(page, "Nearly the same: 2 photos", "Keep one of each, delete 2", "Deleted 2 photos")
    expect(page.get_by_text("All photos were read and compared. Nothing was found.")).to_be_visible()
    page.keyboard.press("Control+z")
    expect(finding(page, "Nearly the same: 2 photos")).to_be_visible()
    expect(page.get_by_role("alert")).to_be_empty()


def test_after_a_training_what_it_saw_is_told_without_asking(page, site, faulty):
    page = opened_check(page, site, faulty)
    page.get_by_label("Epochs", exact=True).fill("2")
    button(page, "Train").click()
    expect(page.locator("#status")).to_have_text(re.compile("^Trained"), timeout=240_000)
    expect(page.locator("#check-count")).to_have_text("7 findings")
    # Files that were left out can be deleted where they are named.
    problems = page.locator("#problems")
    expect(problems).to_contain_text("broken.jpg")
    problems.get_by_role("button", name="Delete 1 photo").click()
    expect(page.locator("#status")).to_have_text("Deleted 1 photo")
    expect(problems).to_be_hidden()
    expect(page.locator("#check-count")).to_have_text("6 findings")


def test_uneven_classes_are_weighed_by_a_button_and_a_check_can_be_stopped(page, site, faulty):
    page = opened_check(page, site, faulty)
    for name in ("animal", "fruit"):
        shutil.rmtree(faulty / "p" / name)
    (faulty / "p" / "vehicle").rename(faulty / "p" / "single")
    for path in sorted((faulty / "p" / "single").iterdir())[1:]:
        path.unlink()
    page.locator("#training-folder").set_input_files(faulty / "p")
    uneven = finding(page, "fruit has 15 photos, single only 1")
    uneven.get_by_role("button", name="Balance the classes").click()
    expect(page.locator("#status")).to_have_text(re.compile("^From the next training on, classes with few photos"))
    expect(page.locator("#option-class-weight")).to_have_value("balanced")
    uneven.get_by_role("button", name="No longer balance the classes").click()
    expect(page.locator("#option-class-weight")).to_have_value("")
    expect(page.locator("#status")).to_have_text(re.compile("^From the next training on, each photo counts the same"))
    button(page, "Check all photos").click()
    button(page, "Stop").click()
    expect(page.locator("#status")).to_have_text("Check stopped. What was read is remembered.")
    expect(button(page, "Check all photos")).to_be_enabled()
