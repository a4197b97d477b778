"""What is behind the figures, on the page: single photos, training again, runs; in Chromium with the sample photos."""

from __future__ import annotations

import io
import re
import shutil

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect
from test_page import button, open_page, set_options, wait_until_trained

N_WRONG = 3


@pytest.fixture
def folders(dist, tmp_path):
    """The sample photos as folders; some validation photos of vehicle lie among those of animal."""
    for split in ("training", "validation"):
        shutil.copytree(dist / "samples" / split, tmp_path / split)
    for photo in sorted((tmp_path / "validation/vehicle").iterdir())[:N_WRONG]:
        shutil.move(photo, tmp_path / "validation/animal" / f"wrong-{photo.name}")
    return tmp_path


@pytest.fixture
def trained(page, site, folders):
    open_page(page, site, "wasm")
    page.get_by_label("Choose training folder").set_input_files(folders / "training")
    page.get_by_label("Choose validation folder").set_input_files(folders / "validation")
    set_options(page, input_size="96", epochs="12")
    button(page, "Train").click()
    wait_until_trained(page)
    return page


def open_fold(page, name):
    page.locator("summary", has_text=re.compile(name)).click()


def accuracy(page):
    text = page.get_by_role("status").text_content()
    return [int(n) for n in re.search(r"\((\d+) of (\d+)\)", text).groups()]


def test_a_cell_opens_its_photos_which_are_relabelled_and_trained_on_by_keyboard_alone(trained):
    page = trained
    right, total = accuracy(page)
    cells = page.locator("#confusion button")
    assert sum(int(text) for text in cells.all_text_contents()) == total
    expect(page.locator("#confusion button[tabindex='0']")).to_have_count(1)
    cells.first.focus()
    page.keyboard.press("ArrowRight")
    name = re.compile(r"photos? of “animal”, taken for “vehicle”")
    focused = page.locator("#confusion button:focus")
    expect(focused).to_have_accessible_name(name)
    n = int(focused.text_content())
    assert n >= N_WRONG
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_focused()
    expect(page.get_by_role("listbox", name=name).get_by_role("option")).to_have_count(n)
    button(page, "Move to “vehicle”").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have dealt with all of these.")).to_be_visible()
    again = page.locator("#cell").get_by_role("button", name="Train again")
    again.focus()
    page.keyboard.press("Enter")
    expect(again).to_be_hidden()
    wait_until_trained(page)
    now_right, now_total = accuracy(page)
    assert (now_total, now_right) == (total, right + n) or now_right > right
    before = f"The same {total} photos judged training 1: {right} were right then, {now_right} are now."
    expect(page.locator("#result-before")).to_have_text(f"{before} {n} of them are in another class now.")
    # Nothing has changed since.
    expect(button(page, "Train")).to_be_visible()


def test_mistakes_come_worst_first_and_are_kept_moved_and_deleted(trained):
    page = trained
    open_fold(page, "mistakes?, worst first")
    rows = page.locator("#mistakes-list > ul > li")
    n = rows.count()
    said = [float(re.search(r"says “\w+” \((\d+\.\d) %\)", text)[1]) for text in rows.all_text_contents()]
    shown = [float(re.search(r"In “\w+” \((\d+\.\d) %\)", text)[1]) for text in rows.all_text_contents()]
    assert n >= N_WRONG and shown == sorted(shown) and said[0] > 50
    kept, moved, deleted = rows.nth(0), rows.nth(1), rows.nth(2)
    kept.get_by_role("button", name="It is right, keep").click()
    expect(kept).to_contain_text("Kept: it is in the right class")
    moved.get_by_role("button", name="Move to “").click()
    expect(moved).to_contain_text("Now in “vehicle”")
    deleted.get_by_role("button", name="Delete").click()
    expect(deleted).to_contain_text("Deleted")
    expect(button(page, "Undo deleting photos")).to_be_visible()
    button(page, "Undo deleting photos").click()
    expect(deleted.get_by_role("button", name="Delete")).to_be_visible()
    moved.get_by_role("button", name="Move back to “animal”").click()
    expect(moved.get_by_role("button", name="Move to “")).to_be_visible()
    expect(page.get_by_text("The photos have changed since training").first).to_be_hidden()
    # The right class may be a third one.
    deleted.get_by_role("button", name="Move to…").click()
    page.get_by_role("dialog").get_by_label("Class", exact=True).select_option("fruit")
    page.get_by_role("dialog").get_by_role("button", name="Move", exact=True).click()
    expect(deleted).to_contain_text("Now in “fruit”")


def test_the_epoch_that_was_kept_is_told_and_figures_per_class_have_intervals_and_are_sorted(trained):
    page = trained
    expect(page.get_by_text(re.compile(r"The line marks epoch \d+ of 12, whose weights were kept"))).to_be_visible()
    open_fold(page, "Figures per class")
    rows = page.locator("#per-class tbody tr")
    names = [rows.nth(i).locator("th").text_content() for i in range(3)]
    assert names == ["animal", "fruit", "vehicle"]
    assert re.search(r"\d\.\d{3}\s*\d+ % to \d+ %", rows.nth(0).text_content())
    page.locator("#per-class").get_by_role("button", name="Precision").click()
    precision = [float(text) for text in page.locator("#per-class tbody td:nth-child(2)").all_text_contents()]
    assert precision == sorted(precision) and rows.nth(0).locator("th").text_content() == "vehicle"
    expect(page.get_by_role("columnheader", name="Precision")).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Enter")
    expect(rows.nth(0).locator("th")).to_have_text("animal")


def test_every_training_of_the_visit_can_be_compared_and_used_again(trained):
    page = trained
    first = page.locator(".exact").first.text_content()
    page.get_by_label("Epochs", exact=True).fill("1")
    button(page, "Train").click()
    expect(page.locator("summary", has_text="Compare the 2 trainings")).to_be_visible(timeout=60_000)
    open_fold(page, "Compare the 2 trainings")
    runs = page.locator("#runs-list > li")
    expect(runs).to_have_count(2)
    expect(runs.nth(0)).to_contain_text("in use")
    expect(runs.nth(0)).to_contain_text("Epochs: 1")
    expect(runs.nth(1)).to_contain_text("Epochs: 12")
    expect(runs.nth(1)).to_contain_text(
        re.compile(r"The same 12 photos judged both: \d+ right here, \d+ in training 2")
    )
    button(page, "Use this one: Training 1").click()
    expect(page.get_by_role("status")).to_have_text("The model of training 1 is in use")
    expect(page.locator(".exact").first).to_have_text(first)
    expect(runs.nth(1)).to_contain_text("in use")
    asked = page.get_by_role("dialog", name="Delete Training 2")
    for answer, left in (("Cancel", 2), ("Delete", 1)):
        button(page, "Forget: Training 2").click()
        asked.get_by_role("button", name=answer).click()
        expect(runs).to_have_count(left)


def test_the_certainty_is_shown_and_none_of_these_is_set_stored_and_used(trained, dist, tmp_path):
    page = trained
    right, total = accuracy(page)
    open_fold(page, "Can its percentages be trusted")
    photos = page.locator("#reliability-table tbody td:last-child").all_text_contents()
    assert sum(int(text) for text in photos) == total
    expect(page.locator("#reliability-diagram .bin")).to_have_count(len(photos))
    expect(page.get_by_text(re.compile(rf"On {total} photos it says it is \d+\.\d % sure"))).to_be_visible()
    open_fold(page, "None of these")
    # 9 right photos are too few to promise anything.
    expect(page.get_by_text(f"{total} photos held out: too few to suggest a value")).to_be_visible()
    page.get_by_label("Say “None of these” when unsure").check()
    slider = page.get_by_label("Answer only when at least this sure")
    slider.focus()
    page.keyboard.press("End")
    expect(page.get_by_role("status")).to_have_text("Answers below 100 % become “None of these”")
    expect(
        page.get_by_text(f"{right} of {right} right answers would be refused, and 0 of {total - right} wrong")
    ).to_be_visible()
    page.get_by_label("Choose photos to recognise").set_input_files(dist / "samples/validation/animal/00.png")
    verdict = page.locator("#recognised .verdict")
    expect(verdict).to_contain_text("None of these")
    expect(verdict).to_contain_text("Best guess: animal")
    with page.expect_download() as download:
        button(page, "Download model").click()
    download.value.save_as(tmp_path / "model.zip")
    page.get_by_label("Say “None of these” when unsure").uncheck()
    expect(page.get_by_role("status")).to_have_text(re.compile("Every photo gets one of the classes"))
    button(page, "Clear list").click()
    page.get_by_label("Open model").set_input_files(tmp_path / "model.zip")
    expect(page.get_by_role("status")).to_have_text(re.compile("Opened model"))
    page.get_by_label("Choose photos to recognise").set_input_files(dist / "samples/validation/animal/00.png")
    expect(page.locator("#recognised .verdict")).to_contain_text("None of these")


def test_cross_validation_judges_all_photos_tells_how_far_it_is_and_can_be_cancelled(trained):
    page = trained
    figure = page.locator(".figure").first.text_content()
    open_fold(page, "Cross-validation")
    page.get_by_label("Folds").fill("2")
    button(page, "Cross-validate").click()
    assert not page.get_by_label("Folds").evaluate("field => field.checkValidity()")
    page.get_by_label("Folds").fill("10")
    page.get_by_label("Epochs", exact=True).fill("1000")
    page.get_by_label("Hidden units", exact=True).fill("100")  # else all folds are done at once
    button(page, "Cross-validate").click()
    expect(page.locator("#status")).to_have_text(
        re.compile(r"Cross-validation: \d+ % done, about .+ left"), timeout=60_000
    )
    button(page, "Cancel").click()
    expect(page.locator("#status")).to_have_text(
        "Cross-validation cancelled. Your model stays as it is.", timeout=60_000
    )
    page.get_by_label("Folds").fill("3")
    page.get_by_label("Epochs", exact=True).fill("12")
    button(page, "Cross-validate").click()
    expect(page.locator("#status")).to_have_text(
        re.compile(r"Cross-validated: \d+\.\d % \(\d+ of 48\)"), timeout=60_000
    )
    right = accuracy(page)[0]
    expect(page.locator("#cross-figures .dots i")).to_have_count(3)
    expect(page.locator("#cross-figures")).to_contain_text(f"{right} of 48 over 3 folds")
    rows = page.locator("#cross-mistakes > ul > li")
    expect(rows).to_have_count(min(48 - right, 12))
    rows.first.get_by_role("button", name="Move to “").click()
    expect(rows.first).to_contain_text("Now in")
    assert page.locator(".figure").first.text_content() == figure
    # 9 held-out photos were too few for a threshold; all photos are not.
    open_fold(page, "None of these")
    expect(page.get_by_text("Suggested from the held-out photos")).to_be_visible()


def test_a_heat_map_shows_where_it_looked(trained, dist):
    page = trained
    page.get_by_label("Choose photos to recognise").set_input_files(dist / "samples/validation/vehicle/03.png")
    opener = page.locator("#recognised").get_by_role("button", name="Where did it look?")
    opener.click()
    dialog = page.get_by_role("dialog", name="Where did it look?")
    expect(dialog).to_be_visible()
    first = picture(page, dialog)
    assert first.shape == (96, 96, 3) and np.ptp(first.astype(int), axis=2).max() > 60  # the grey photo has colours
    expect(dialog.get_by_label("For the class")).to_have_value("vehicle")
    dialog.get_by_label("For the class").select_option("fruit")
    expect(dialog.get_by_role("img", name="what raised the score of “fruit”")).to_be_visible()
    assert not np.array_equal(picture(page, dialog), first)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # From a photo in large, too.
    open_fold(page, "mistakes?, worst first")
    page.locator("#mistakes-list").get_by_role("button", name="Show large").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Where did it look?").click()
    expect(dialog.get_by_role("img", name="what raised the score of “vehicle”")).to_be_visible()


def picture(page, dialog):
    """The pixels of the dialog's picture."""
    code = "async image => Array.from(new Uint8Array(await (await fetch(image.src)).arrayBuffer()))"
    return np.asarray(Image.open(io.BytesIO(bytes(dialog.locator("img").evaluate(code)))))


def test_augmentation_is_set_and_its_effect_shown_as_a_comparison(trained):
    page = trained
    page.locator("#augmentation > summary").click()
    compare = button(page, "Train with and without, and compare")
    expect(compare).to_be_hidden()
    page.get_by_label("Train on changed copies, too").check()
    page.get_by_label("Copies of each photo").fill("0")
    compare.click()
    assert not page.get_by_label("Copies of each photo").evaluate("field => field.checkValidity()")
    page.get_by_label("Copies of each photo").fill("1")
    compare.click()
    runs = page.locator("#runs-list > li")
    expect(runs).to_have_count(3, timeout=120_000)
    wait_until_trained(page)
    expect(runs.nth(0)).to_contain_text("in use")
    expect(runs.nth(0)).to_contain_text("Augmentation: 1 copy, mirrored, crop 20 %, colours 20 %")
    expect(runs.nth(1)).to_contain_text("Without augmentation")
    expect(runs.nth(1)).to_contain_text(re.compile("(No clear difference|Clearly better|Clearly worse).*p = "))
