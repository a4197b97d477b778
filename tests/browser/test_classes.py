"""Photos in order, on the page: classes and photos arranged by mouse and by keyboard, in Chromium."""

from __future__ import annotations

import re
import zipfile

import pytest
from photos import COLORS, encode, noisy
from playwright.sync_api import expect
from test_page import AXE, button, drop, open_page, violations


@pytest.fixture
def folder(tmp_path):
    """Nine photos of each colour, numbered."""
    for k, (label, color) in enumerate(COLORS.items()):
        (tmp_path / "photos" / label).mkdir(parents=True)
        for i in range(9):
            (tmp_path / "photos" / label / f"{i}.png").write_bytes(encode(noisy(color, 100 * k + i)))
    return tmp_path / "photos"


@pytest.fixture
def filled(page, site, folder):
    """The page with the photos of the folder."""
    open_page(page, site, "wasm")
    page.set_default_timeout(20_000)
    page.get_by_label("Choose training folder").set_input_files(folder)
    expect(page.get_by_role("status")).to_have_text("Ready: 27 photos in 3 classes")
    return page


def grid(page, label):
    return page.get_by_role("listbox", name=f"Photos of {label}", exact=True)


def photos(page, label):
    return grid(page, label).get_by_role("option")


def card(page, label):
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=label, exact=True))


def counts(page):
    heads = page.locator("#classes > li")
    return {
        card.locator("h3").inner_text(): int(card.locator(".count").inner_text().split()[0]) for card in heads.all()
    }


def choose(page, menu, item):
    button(page, f"More on {menu}").click()
    page.get_by_role("menuitem", name=item, exact=True).click()


def test_classes_are_arranged_by_mouse(filled):
    page = filled
    status = page.get_by_role("status")
    button(page, "Rename blue").click()
    page.locator("#classes").get_by_label("Class", exact=True).fill("azure")
    page.keyboard.press("Enter")
    expect(status).to_have_text("blue is now called azure")
    choose(page, "azure", "Merge into…")
    page.get_by_role("dialog").get_by_label("Class", exact=True).select_option("green")
    button(page, "Merge").click()
    expect(status).to_have_text("Merged azure into green")
    assert counts(page) == {"green": 18, "red": 9}
    page.get_by_role("switch", name="red takes part in training").click()
    expect(page.locator("#train-reason")).to_contain_text("One more class is needed")
    choose(page, "red", "Delete class")
    expect(status).to_have_text("Deleted class red")
    assert counts(page) == {"green": 18}
    for name in ("deleting a class", "switching a class", "merging", "renaming"):
        button(page, f"Undo {name}").click()
        expect(status).to_have_text(f"Undone: {name}")
    assert counts(page) == {"blue": 9, "green": 9, "red": 9}
    button(page, "Redo renaming").click()
    expect(status).to_have_text("Redone: renaming")
    assert counts(page) == {"azure": 9, "green": 9, "red": 9}


def test_photos_are_chosen_moved_marked_dragged_and_deleted_by_mouse(filled):
    page = filled
    status = page.get_by_role("status")
    photos(page, "blue").nth(1).click()
    photos(page, "blue").nth(3).click(modifiers=["Shift"])
    photos(page, "green").nth(0).click(modifiers=["Control"])
    expect(page.get_by_text("4 selected")).to_be_visible()
    photos(page, "blue").nth(3).locator(".photo-tick").click()
    expect(page.get_by_text("3 selected")).to_be_visible()
    button(page, "Move to…").click()
    page.get_by_role("dialog").get_by_label("Class", exact=True).select_option(label="New class…")
    page.get_by_label("Name of the new class").fill("sky")
    button(page, "Move").click()
    expect(status).to_have_text("Moved 3 photos to sky")
    assert counts(page) == {"blue": 7, "green": 8, "red": 9, "sky": 3}
    # They are still chosen, and can be marked.
    button(page, "More on the selected photos").click()
    page.get_by_role("menuitem", name="Use for validation").click()
    expect(card(page, "sky")).to_contain_text("0 training · 3 validation")
    expect(photos(page, "sky").first).to_have_accessible_name(re.compile(r"^sky: \d\.png \(validation\)"))
    page.set_viewport_size({"width": 1400, "height": 1600})  # both classes in sight
    photos(page, "red").nth(0).drag_to(page.get_by_role("heading", name="blue", exact=True))
    expect(status).to_have_text("Moved 1 photo to blue")
    assert counts(page) == {"blue": 8, "green": 8, "red": 8, "sky": 3}
    button(page, "Delete").click()
    expect(status).to_have_text("Deleted 1 photo")
    expect(page.get_by_text("selected")).to_be_hidden()
    assert counts(page) == {"blue": 7, "green": 8, "red": 8, "sky": 3}
    expect(page.get_by_role("alert")).to_be_empty()


def test_removing_all_photos_can_be_undone(filled):
    page = filled
    before = counts(page)
    button(page, "Remove all photos").click()
    expect(page.get_by_role("status")).to_have_text("All photos are removed. “Undo” brings them back.")
    assert counts(page) == {}
    expect(button(page, "Undo removing all photos")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Undone: removing all photos")
    assert counts(page) == before
    button(page, "Redo removing all photos").click()
    expect(page.get_by_role("status")).to_have_text("Redone: removing all photos")
    assert counts(page) == {}
    expect(page.get_by_role("alert")).to_be_empty()


@pytest.fixture
def touch(filled):
    """Touches a photo for some milliseconds."""
    session = filled.context.new_cdp_session(filled)
    session.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(photo, ms):
        photo.scroll_into_view_if_needed()
        box = photo.bounding_box()
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
        filled.wait_for_timeout(ms)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    return touch


WHILE_TOUCHED = {
    "a picture comes": "photo.replaceChildren(document.createElement('i'))",
    "the page is busy": "for (const end = performance.now() + 1500; performance.now() < end; );",
    "the browser asks for its menu and ends the touch": """
        photo.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true }));
        photo.dispatchEvent(new PointerEvent('pointercancel', { bubbles: true, pointerType: 'touch' }));
    """,
}


@pytest.mark.parametrize("happens", WHILE_TOUCHED)
def test_a_long_touch_chooses_a_photo_whatever_happens_meanwhile(filled, touch, happens):
    photo = photos(filled, "blue").nth(1)
    photo.evaluate(
        f"""photo => photo.addEventListener(
            'pointerdown', () => setTimeout(() => {{ {WHILE_TOUCHED[happens]} }}, 200), {{ once: true }}
        )"""
    )
    touch(photo, 800)
    expect(filled.get_by_text("1 selected")).to_be_visible()
    expect(filled.get_by_role("dialog")).to_be_hidden()


def test_a_long_touch_chooses_a_photo_and_short_ones_add_others(filled, touch):
    page = filled
    touch(photos(page, "blue").nth(1), 800)
    expect(page.get_by_text("1 selected")).to_be_visible()
    touch(photos(page, "blue").nth(3), 50)
    expect(page.get_by_text("2 selected")).to_be_visible()
    touch(photos(page, "blue").nth(1), 50)
    touch(photos(page, "blue").nth(3), 50)
    expect(page.get_by_text("selected")).to_be_hidden()
    touch(photos(page, "blue").nth(1), 50)  # Where nothing is chosen, a short touch shows it.
    expect(page.get_by_role("dialog")).to_contain_text("photos/blue/1.png")


def test_the_keyboard_arranges_photos(filled):
    page = filled
    press, status = page.keyboard.press, page.get_by_role("status")
    button(page, "More on green").focus()
    press("Tab")
    expect(photos(page, "green").nth(0)).to_be_focused()
    press("ArrowRight")
    press("Shift+ArrowRight")
    expect(page.get_by_text("2 selected")).to_be_visible()
    expect(photos(page, "green").nth(2)).to_have_attribute("aria-selected", "true")
    press("Delete")
    expect(status).to_have_text("Deleted 2 photos")
    assert counts(page)["green"] == 7
    # The photo that took their place has the focus.
    expect(photos(page, "green").nth(2)).to_be_focused()
    press("Control+z")
    expect(status).to_have_text("Undone: deleting photos")
    assert counts(page)["green"] == 9
    press("Control+Shift+Z")
    expect(status).to_have_text("Redone: deleting photos")
    press("Control+a")
    expect(page.get_by_text("7 selected")).to_be_visible()
    press("Escape")
    expect(page.get_by_text("selected")).to_be_hidden()
    press("Home")
    press("Space")
    expect(page.get_by_text("1 selected")).to_be_visible()
    press("F2")
    press("Control+a")
    page.keyboard.type("lime")
    press("Enter")
    expect(status).to_have_text("green is now called lime")
    expect(photos(page, "lime").nth(0)).to_be_focused()
    button(page, "More on lime").focus()
    press("ArrowDown")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    press("End")
    press("Enter")
    expect(status).to_have_text("Deleted class lime")
    expect(button(page, "More on red")).to_be_focused()


def test_a_photo_in_large(filled):
    page = filled
    photos(page, "blue").nth(0).focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("photos/blue/0.png")
    expect(dialog).to_contain_text("1 of ")
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_role("img", name="blue: 1.png")).to_be_visible()
    button(page, "Next").click()
    expect(dialog).to_contain_text("photos/blue/2.png")
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(photos(page, "blue").nth(2)).to_be_focused()


def test_two_thousand_photos_of_a_class_stay_few_in_the_document(page, site, tmp_path):
    for label, n in (("many", 2000), ("few", 2)):
        (tmp_path / "p" / label).mkdir(parents=True)
        for i in range(n):
            (tmp_path / "p" / label / f"{i}.png").write_bytes(encode(noisy(COLORS["red"], i, (24, 24))))
    open_page(page, site, "wasm")
    page.get_by_label("Choose training folder").set_input_files(tmp_path / "p")
    expect(page.get_by_role("status")).to_have_text("Ready: 2,002 photos in 2 classes", timeout=60_000)
    button(page, "Show all 2,000").click()
    expect(photos(page, "many").first.locator("img")).to_be_visible()
    nodes = [page.evaluate("document.querySelectorAll('#classes *').length")]
    scroller = page.locator(".photo-grid").nth(1)
    for share in (0.3, 0.31, 0.7, 1):
        scroller.evaluate("(grid, share) => grid.scrollTo(0, share * grid.scrollHeight)", share)
        page.wait_for_timeout(150)
        nodes.append(page.evaluate("document.querySelectorAll('#classes *').length"))
    expect(photos(page, "many").last.locator("img")).to_be_visible()
    photos(page, "many").last.click()
    page.keyboard.press("Control+a")
    expect(page.get_by_text("2,000 selected")).to_be_visible()
    page.keyboard.press("Delete")
    expect(page.get_by_role("status")).to_have_text("Deleted 2,000 photos")
    page.keyboard.press("Control+z")
    expect(page.get_by_role("status")).to_have_text("Undone: deleting photos")
    assert max(nodes) < 500, nodes


def test_photos_of_a_zip_and_of_formats_that_the_browser_does_not_know_have_pictures(page, site, tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as file:
        for label, color in COLORS.items():
            file.writestr(f"{label}/1.png", encode(noisy(color, 1)))
    open_page(page, site, "wasm")
    page.set_default_timeout(20_000)
    (tmp_path / "p" / "grey").mkdir(parents=True)
    (tmp_path / "p" / "grey" / "1.tif").write_bytes(encode(noisy(COLORS["red"], 5), "TIFF"))
    (tmp_path / "p" / "grey" / "2.png").write_bytes(b"no photo")
    page.get_by_label("Choose training folder").set_input_files(tmp_path / "p")
    expect(photos(page, "grey").nth(0).locator("img")).to_be_visible()
    expect(photos(page, "grey").nth(1).locator("[data-kind=PNG]")).to_be_visible()
    drop(page, page.get_by_text("Drop photos, folders or a zip here"), tmp_path / "p.zip")
    expect(photos(page, "red").locator("img")).to_be_visible()
    photos(page, "red").first.dblclick()
    expect(page.get_by_role("dialog").get_by_role("img", name="red: 1.png")).to_be_visible()
