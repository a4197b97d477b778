"""Nothing is hidden: which photos judged before and now, which class was never judged, what became of a drop."""

from __future__ import annotations

import re

import pytest
from photos import COLORS, encode, noisy
from playwright.sync_api import expect
from test_keeping import kept, open_page, status, train
from test_page import AXE, button, drop, set_options, train_for_long, violations

RECORDING = re.compile("Record with the camera")


def write(folder, label, colour, n):
    (folder / label).mkdir(parents=True, exist_ok=True)
    for i in range(n):
        name = f"{label}-{colour}-{i}.png"
        (folder / label / name).write_bytes(encode(noisy(COLORS[colour], hash_of(name))))


def hash_of(name):
    return sum(ord(letter) * 31**i for i, letter in enumerate(name)) % 100_003


@pytest.fixture
def mislabelled(tmp_path):
    """Photos of three colours; some red ones lie among the blue ones."""
    for label in COLORS:
        write(tmp_path / "photos", label, label, 12)
    write(tmp_path / "photos", "blue", "red", 5)
    return tmp_path / "photos"


def test_mended_photos_judge_again_also_after_a_reload(page, site, mislabelled):
    open_page(page, site)
    drop(page, page.locator("header.top"), mislabelled)  # beside the steps, too
    expect(status(page)).to_have_text("Ready: 41 photos in 3 classes", timeout=60_000)
    set_options(page, input_size="96")
    train(page)
    before = page.locator("#result-before")
    expect(before).to_be_hidden()
    right, total = map(int, re.search(r"(\d+) of (\d+)", page.locator(".exact").first.inner_text()).groups())
    kept(page)
    page.reload()
    expect(status(page)).to_have_text(re.compile("^Your project is back"), timeout=60_000)
    page.locator("summary", has_text=re.compile("mistakes?, worst first")).click()
    moves = page.locator("#mistakes-list").get_by_role("button", name="Move to “red”")
    n = moves.count()
    assert n >= 3 and total == 41
    for _ in range(n):
        moves.first.click()
        expect(status(page)).to_have_text("Moved 1 photo to red")
    page.locator("#train").click()
    expect(status(page)).to_have_text(re.compile("^Trained"), timeout=240_000)
    now = int(re.search(r"(\d+) of 41", page.locator(".exact").first.inner_text())[1])
    assert now > right
    moved = f"{n} of them are in another class now."
    expect(before).to_have_text(
        f"The same 41 photos judged training 1: {right} were right then, {now} are now. {moved}"
    )


def test_what_is_dropped_while_the_page_is_at_work_is_not_lost_without_a_word(page, site, mislabelled):
    open_page(page, site)
    # A class that was named and has no photo yet is there again after a reload.
    button(page, "Rename Class 2").click()
    page.locator("#starters").get_by_label("Class", exact=True).fill("dog")
    page.keyboard.press("Enter")
    kept(page)
    page.reload()
    expect(page.locator("#starters h3")).to_have_text(["dog", "Class 1"], timeout=60_000)
    page.locator("#training-folder").set_input_files(mislabelled)
    expect(status(page)).to_have_text("Ready: 41 photos in 3 classes", timeout=60_000)
    expect(page.locator("#starters h3")).to_have_text(["dog"])
    set_options(page, input_size="96")
    train_for_long(page)
    for zone in ("#training-title", "header.top", "#try-title"):
        drop(page, page.locator(zone), mislabelled / "red/red-red-0.png")
        expect(page.get_by_role("alert").first).to_have_text(re.compile("was not taken: the page is still at work"))
        page.locator("#dismiss").click()
    expect(status(page)).to_have_text(re.compile("^Training: epoch"))
    button(page, "Stop").click()
    expect(status(page)).to_have_text(re.compile("^Stopped after"), timeout=60_000)


def record(page, label):
    """Hold the button of the camera's dialog, which is open."""
    dialog = page.get_by_role("dialog", name=RECORDING)
    dialog.get_by_label("Class").fill(label)
    hold = dialog.get_by_role("button", name="Hold to record")
    expect(hold).to_be_enabled(timeout=30_000)
    hold.hover()
    page.mouse.down()
    page.wait_for_timeout(1500)
    page.mouse.up()
    expect(status(page)).to_have_text(re.compile("^Ready: "), timeout=30_000)


def test_a_class_that_was_never_judged_is_named_and_recorded_again(chromium, site):
    context = chromium.new_context(permissions=["camera"], viewport={"width": 1200, "height": 900})
    page = open_page(context.new_page(), site)
    button(page, "Camera: Class 1").click()
    for label in ("one", "two"):
        record(page, label)
    button(page, "Close").click()
    set_options(page, input_size="96")
    train(page)
    summary = page.locator("#result-summary")
    expect(summary).to_contain_text("no photo could be held out to check it")
    expect(summary.locator(".unjudged")).to_contain_text("Never judged: “one”, “two”.")
    expect(summary).not_to_contain_text("validation share")
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    button(page, "Record again: two").click()
    expect(page.get_by_role("dialog", name=RECORDING).get_by_label("Class")).to_have_value("two")
    context.close()
