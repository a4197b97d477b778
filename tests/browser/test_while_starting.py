"""Photos that are given while the page is still starting are taken, and are where they belong once it has started."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from photos import COLORS, encode, noisy
from playwright.sync_api import expect
from test_page import button, drop
from test_ways_in import cards, paste, said

NOTE = "Your photos have arrived"


@contextmanager
def held_back(page, name):
    """Keep a file of the site on its way until the block ends; gives a list of the requests for it."""
    held, free = [], []

    def hold(route):
        if free:
            route.continue_()
        else:
            held.append(route)

    page.route(f"**/{name}", hold)
    yield held
    free.append(True)
    for route in held:
        route.continue_()


@pytest.fixture
def folders(tmp_path):
    """Photos of two classes in a folder, of another one in a folder to drop, and some of no class."""
    for k, path in enumerate(("chosen/red/a", "chosen/blue/a", "green/b", "first/c", "second/d")):
        for i in range(k + 2):
            file = tmp_path / f"{path}{i}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(encode(noisy(COLORS["red"], 100 * k + i)))
    return tmp_path


def choose(page, name, files):
    with page.expect_file_chooser() as chooser:
        button(page, name).click()
    chooser.value.set_files(sorted(files.iterdir()))


def test_photos_that_come_by_all_ways_while_it_starts_are_in_their_classes_once(page, site, folders):
    note = page.get_by_text(NOTE)
    page.set_default_timeout(30_000)
    with held_back(page, "py/python.pack"):
        page.goto(f"{site}?backend=wasm")
        choose(page, "Photos: Class 1", folders / "first")
        expect(note).to_be_in_viewport()
        choose(page, "Photos: Class 2", folders / "second")
        button(page, "Rename Class 2").click()  # What was chosen for it belongs to it under its new name, too.
        page.locator("#starters").get_by_label("Class", exact=True).fill("mine")
        page.keyboard.press("Enter")
        page.get_by_text("I have a folder of photos").click()
        page.get_by_label("Choose training folder").set_input_files(folders / "chosen")
        drop(page, page.get_by_text("Drop photos, folders or a zip here"), folders / "green")
        button(page, "Use sample photos").click()
        expect(button(page, "Use sample photos")).to_be_disabled()
        expect(page.get_by_role("status")).not_to_have_text("Ready")
    said(page, "Ready: 68 photos in 8 classes")
    expect(note).to_be_hidden()
    mine = {"Class 1": 5, "mine": 6, "red": 2, "blue": 3, "green": 4}
    assert cards(page) == mine | {"animal": 16, "fruit": 16, "vehicle": 16}
    expect(page.locator("#starters > li")).to_have_count(0)
    expect(button(page, "Train")).to_be_enabled()


@pytest.mark.full
@pytest.mark.parametrize(
    "give",
    [
        lambda page, folders: page.get_by_label("Choose training folder").set_input_files(folders / "chosen"),
        lambda page, folders: drop(page, page.locator("body"), folders / "chosen"),
        lambda page, folders: drop(page, page.locator("#starters > li").first, folders / "first"),
        lambda page, folders: choose(page, "Photos: Class 1", folders / "first"),
        lambda page, folders: paste(page, (folders / "first/c0.png").read_bytes()),
        lambda page, folders: button(page, "Use sample photos").click(),
    ],
    ids=["folder", "drop", "drop on a class", "class", "paste", "samples"],
)
def test_each_way_is_said_at_once(page, site, folders, give):
    with held_back(page, "py/python.pack"):
        page.goto(f"{site}?backend=wasm")
        expect(button(page, "Photos: Class 1")).to_be_enabled()
        expect(page.get_by_text(NOTE)).to_be_hidden()
        give(page, folders)
        expect(page.get_by_text(NOTE)).to_be_visible()


def test_what_was_chosen_before_the_pages_program_had_come_is_not_lost(page, site, folders):
    with held_back(page, "js/app.js"):
        page.goto(f"{site}?backend=wasm", wait_until="commit")
        page.locator("#training-folder").set_input_files(folders / "chosen")
    said(page, "Ready: 5 photos in 2 classes")
    assert cards(page) == {"blue": 3, "red": 2}
