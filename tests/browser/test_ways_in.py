"""Photos come in by every way: zips, several folders, tables, names, the camera, the clipboard, other pages."""

from __future__ import annotations

import base64
import re
import zipfile

import pytest
from photos import COLORS, RawName, encode, noisy
from playwright.sync_api import expect
from test_page import AXE, button, drop, open_page, recognised, set_options, violations
from test_recognise import cat, other_site, refusals_are_told  # noqa: F401 - two are fixtures


@pytest.fixture
def ready(page, site):
    return open_page(page, site, "wasm")


def photo(label, seed):
    return encode(noisy(COLORS[label], seed))


def zone(page):
    return page.get_by_text("Drop photos, folders or a zip here")


def said(page, text):
    expect(page.get_by_role("status").first).to_have_text(re.compile(text), timeout=30_000)


def cards(page):
    """Classes with what they count."""
    items = page.locator("#classes > li").all()
    return {item.locator("h3").inner_text(): int(item.locator(".count").inner_text().split()[0]) for item in items}


def test_zips_and_folders_dropped_together(ready, tmp_path):
    page = ready
    with zipfile.ZipFile(tmp_path / "pets.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for label in ("blue", "red"):
            for i in range(5):
                file.writestr(f"{label}/{i}.png", photo(label, i))
    (tmp_path / "green").mkdir()
    for i in range(4):
        (tmp_path / "green" / f"{i}.png").write_bytes(photo("green", i))
    with zipfile.ZipFile(tmp_path / "green" / "more.zip", "w") as file:
        file.writestr("red/9.png", photo("red", 9))
    drop(page, zone(page), tmp_path / "pets.zip", tmp_path / "green")
    # The folder red is in two others.
    dialog = page.get_by_role("dialog", name="How are the folders meant?")
    expect(dialog.locator(".way").nth(1)).to_contain_text("By the innermost folder: 3 classes")
    expect(dialog.locator(".way").nth(1)).to_contain_text("red – 6 photos")
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    dialog.get_by_label("By the innermost folder").check()
    dialog.get_by_role("button", name="Add photos").click()
    said(page, "Ready: 15 photos in 3 classes")
    assert cards(page) == {"blue": 5, "green": 4, "red": 6}
    # Only Python has what came out of the zips, and makes pictures of it.
    expect(page.locator("#classes > li", has_text="blue").locator("img").first).to_be_visible()
    page.locator("summary", has_text="Advanced").click()
    page.get_by_label("Input size").select_option("96")
    page.get_by_label("Epochs", exact=True).fill("5")
    button(page, "Train").click()
    said(page, "^Trained")


def test_two_folders_and_names_of_a_flat_one(ready, tmp_path):
    page = ready
    for label in ("blue", "green"):
        (tmp_path / label).mkdir()
        for i in range(3):
            (tmp_path / label / f"{i}.png").write_bytes(photo(label, i))
    drop(page, zone(page), tmp_path / "blue", tmp_path / "green")
    said(page, "Ready: 6 photos in 2 classes")
    (tmp_path / "mixed").mkdir()
    for label in ("red", "blue"):
        for i in range(3):
            (tmp_path / "mixed" / f"{label} ({i}).png").write_bytes(photo(label, 50 + i))
    drop(page, zone(page), tmp_path / "mixed")
    said(page, "Ready: 12 photos in 3 classes")
    assert cards(page) == {"blue": 6, "green": 3, "red": 3}


def test_a_table_beside_the_photos(ready, tmp_path):
    page = ready
    for i in range(6):
        (tmp_path / f"{i}.png").write_bytes(photo("blue" if i < 3 else "red", i))
    (tmp_path / "labels.csv").write_text(
        "image;类别\n" + "\n".join(f"{i};{'蓝' if i < 3 else '红'}" for i in range(7)), encoding="utf-16"
    )
    page.get_by_label("Choose files").set_input_files(sorted(tmp_path.iterdir()))
    said(page, "Ready: 6 photos in 2 classes")
    assert cards(page) == {"红": 3, "蓝": 3}
    expect(page.locator("details", has_text="1 file left out")).to_contain_text("no photo is called '6'")


def test_uncertain_columns_are_asked_about(ready, tmp_path):
    page = ready
    for i in range(6):
        (tmp_path / f"{i}.png").write_bytes(photo("blue" if i < 3 else "red", i))
    rows = [f"{i}.png,{'blue' if i < 3 else 'red'},{'odd' if i % 2 else 'even'}" for i in range(6)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,colour,parity", *rows]))
    choose = page.get_by_label("Choose files")
    choose.set_input_files(sorted(tmp_path.iterdir()))
    dialog = page.get_by_role("dialog", name="Which columns of labels.csv?")
    expect(dialog).to_contain_text("6 rows")
    expect(dialog.get_by_role("columnheader")).to_have_text(["file", "colour", "parity"])
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    page.keyboard.press("Escape")
    said(page, "Cancelled: no photos were added")
    assert cards(page) == {}
    choose.set_input_files(sorted(tmp_path.iterdir()))
    classes = dialog.get_by_label("Classes are named in")
    expect(classes).to_have_value("colour")
    classes.select_option("file")
    dialog.get_by_role("button", name="Add photos").click()
    assert classes.evaluate("field => field.validationMessage") == "Choose two different columns."
    classes.select_option("parity")
    dialog.get_by_role("button", name="Add photos").click()
    said(page, "Ready: 6 photos in 2 classes")
    assert cards(page) == {"even": 3, "odd": 3}


def folder_of(path, *names):
    for i, name in enumerate(names):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(photo("red", i))
    return path


def test_folders_are_read_by_what_stands_beside_them(ready, tmp_path):
    page = ready
    names = [f"{label}/{i}.png" for label in ("bus", "car", "train") for i in range(2)]
    drop(page, zone(page), folder_of(tmp_path / "vehicles", *names))
    said(page, "Ready: 6 photos in 3 classes")
    assert cards(page) == {"bus": 2, "car": 2, "train": 2}
    unlabelled = [f"train/{label}/{i}.png" for label in ("nok", "ok") for i in range(2)] + ["test/0.png", "test/1.png"]
    drop(page, zone(page), folder_of(tmp_path / "data", *unlabelled))
    said(page, "Ready: 10 photos in 5 classes")
    assert cards(page) == {"bus": 2, "car": 2, "nok": 2, "ok": 2, "train": 2}
    expect(page.locator("details", has_text="2 files left out")).to_contain_text(
        "data/test/0.png nothing says its class"
    )


def test_folders_and_letters_that_can_be_read_in_several_ways_are_asked_about(ready, tmp_path):
    page = ready
    plants = [f"{way}/{i}.png" for way in ("Tomato/healthy", "Tomato/rust", "Potato/healthy") for i in range(2)]
    drop(page, zone(page), folder_of(tmp_path / "plants", *plants))
    dialog = page.get_by_role("dialog", name="How are the folders meant?")
    expect(dialog.get_by_label("By both folders together: 3 classes")).to_be_checked()
    expect(dialog.locator(".way").nth(1)).to_contain_text("plants/Tomato/healthy – 2 photos")
    page.keyboard.press("Escape")
    said(page, "Cancelled: no photos were added")
    drop(page, zone(page), tmp_path / "plants")
    dialog.get_by_role("button", name="Add photos").click()
    said(page, "Ready: 6 photos in 3 classes")
    assert cards(page) == {"Potato/healthy": 2, "Tomato/healthy": 2, "Tomato/rust": 2}
    with zipfile.ZipFile(tmp_path / "animals.zip", "w") as file:
        for i, label in enumerate(["猫", "犬"]):
            info = RawName("x")
            info.raw = f"{label}/{i}.png".encode("cp932")
            file.writestr(info, photo("red", i))
    drop(page, zone(page), tmp_path / "animals.zip")
    dialog = page.get_by_role("dialog", name="Which letters is animals.zip written in?")
    expect(dialog.get_by_label("cp932")).to_be_checked()
    expect(dialog.locator(".way").first).to_contain_text("猫")
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    dialog.get_by_role("button", name="Add photos").click()
    said(page, "Ready: 8 photos in 5 classes")
    assert {"猫", "犬"} <= set(cards(page))


PASTE = """([selector, texts]) => {
    const transfer = new DataTransfer();
    for (const [i, text] of texts.entries()) {
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        transfer.items.add(new File([bytes], `pasted${i}.png`, { type: "image/png" }));
    }
    const event = new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true });
    document.querySelector(selector).dispatchEvent(event);
}"""


def paste(page, *photos, into="body"):
    page.evaluate(PASTE, [into, [base64.b64encode(data).decode() for data in photos]])


def test_pasted_pictures_ask_for_their_class(ready):
    page = ready
    paste(page)
    expect(page.get_by_role("alert")).to_contain_text("There is no picture to paste")
    paste(page, photo("red", 1), photo("red", 2))
    dialog = page.get_by_role("dialog", name="Which class do these 2 photos show?")
    dialog.get_by_label("Name of the new class").fill("rouge")
    page.keyboard.press("Enter")
    said(page, "Ready: 2 photos in 1 class")
    paste(page, photo("blue", 1))
    dialog = page.get_by_role("dialog", name="Which class does this photo show?")
    expect(dialog.get_by_label("Class", exact=True)).to_have_value("rouge")
    dialog.get_by_label("Class", exact=True).select_option("New class…")
    dialog.get_by_label("Name of the new class").fill("bleu")
    page.keyboard.press("Enter")
    said(page, "Ready: 3 photos in 2 classes")
    paste(page, photo("blue", 2))
    expect(page.get_by_role("dialog").get_by_label("Class", exact=True)).to_have_value("bleu"), "the last one used"
    page.keyboard.press("Escape")
    said(page, "Cancelled")
    paste(page, photo("blue", 3), into="#page-recognise, #try")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert cards(page) == {"bleu": 1, "rouge": 2}


def test_a_picture_of_another_page_is_fetched_when_it_is_dropped_or_its_address_is_sent(chromium, site, other_site):  # noqa: F811
    page = open_page(chromium.new_page(), site, "wasm")
    address = f"http://127.0.0.1:{other_site.server_port}"
    html = {"mimeType": "text/html", "data": f'<a href="x"><img src="{address}/cat.png" onerror="fetch(1)"></a>'}
    link = {"mimeType": "text/uri-list", "data": f"{address}/page.html"}
    drop(page, zone(page), items=[html, link])
    page.get_by_role("dialog").get_by_label("Name of the new class").fill("cat")
    page.keyboard.press("Enter")
    said(page, "Ready: 1 photo in 1 class")
    assert other_site.seen == [("/cat.png", None, None)]
    page.locator("summary", has_text="More ways").click()
    field = page.get_by_label("Address of a picture")
    refusals_are_told(page, field, address)
    field.fill(f"{address}/cat.png")
    button(page, "Fetch").click()
    page.get_by_role("dialog").get_by_role("button", name="Add").click()
    said(page, "Ready: 2 photos in 1 class")
    expect(field).to_have_value("")
    page.close()


def test_fetching_can_be_cancelled(chromium, site, other_site):  # noqa: F811
    page = open_page(chromium.new_page(), site, "wasm")
    page.route("**/slow.png", lambda route: None)  # never answered
    page.locator("summary", has_text="More ways").click()
    page.get_by_label("Address of a picture").fill(f"http://127.0.0.1:{other_site.server_port}/slow.png")
    button(page, "Fetch").click()
    button(page, "Cancel").click()
    said(page, "Cancelled: no photos were added")
    expect(button(page, "Cancel")).to_be_hidden()
    expect(button(page, "Use sample photos")).to_be_enabled()
    assert page.locator("iframe").count() == 0
    page.close()


@pytest.fixture
def camera(chromium, site):
    context = chromium.new_context(permissions=["camera"], viewport={"width": 1200, "height": 900})
    page = open_page(context.new_page(), site, "wasm")
    button(page, "Camera: Class 1").click()
    yield page
    context.close()


def capture(page):
    return page.get_by_role("dialog", name="Record with the camera")


def taken(page):
    return int(re.match(r"\d+", page.locator("#capture-count").inner_text())[0])


def test_a_burst_is_recorded_while_the_button_is_held(camera):
    page = camera
    dialog = capture(page)
    record = dialog.get_by_role("button", name="Hold to record")
    expect(record).to_be_enabled(timeout=30_000)
    expect(dialog.get_by_label("Class")).to_have_value("Class 1")
    dialog.get_by_label("Class").fill("")
    record.click()
    assert dialog.get_by_label("Class").evaluate("field => field.validationMessage").startswith("Give the class a name")
    dialog.get_by_label("Class").fill("noise")
    dialog.get_by_label("Photos per second").fill("10")
    record.hover()
    page.mouse.down()
    expect(page.locator("#capture-count")).to_have_text(re.compile(r"^([5-9]|\d\d+) photos taken"), timeout=30_000)
    page.mouse.up()
    said(page, r"Ready: \d+ photos in 1 class")
    first = taken(page)
    assert cards(page) == {"noise": first}
    record.focus()
    page.keyboard.down("Space")
    expect(page.locator("#capture-count")).not_to_have_text(f"{first} photos taken", timeout=30_000)
    page.keyboard.up("Space")
    said(page, rf"Ready: (?!{first} )\d+ photos in 1 class")
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    button(page, "Close").click()
    assert page.evaluate("document.getElementById('capture-view').srcObject") is None, "the camera is off"
    page.locator("#classes img").first.wait_for()
    sizes = page.evaluate(
        "Promise.all([...document.querySelectorAll('#classes img')].map((i) => i.decode().then(() => i.naturalWidth)))"
    )
    assert sizes and max(sizes) <= 640


def test_who_cannot_hold_presses_twice_and_a_countdown_waits(camera):
    page = camera
    dialog = capture(page)
    expect(dialog.get_by_role("button", name="Hold to record")).to_be_enabled(timeout=30_000)
    dialog.get_by_label("Class").fill("later")
    dialog.get_by_label("Press once to start").check()
    dialog.get_by_label("Countdown").select_option("3 s")
    dialog.get_by_role("button", name="Start recording").click()
    expect(page.locator("#capture-countdown")).to_have_text(re.compile("^[123]$"))
    assert page.locator("#capture-count").inner_text() == ""
    dialog.get_by_role("button", name="Stop recording").click()
    expect(page.locator("#capture-countdown")).to_be_empty()
    page.wait_for_timeout(2500)
    assert page.locator("#capture-count").inner_text() == "", "stopped before it began"
    dialog.get_by_label("Countdown").select_option("0 s")
    dialog.get_by_role("button", name="Start recording").click()
    expect(page.locator("#capture-count")).to_have_text(re.compile("photos taken"), timeout=30_000)
    page.keyboard.press("Escape")
    expect(capture(page)).to_be_hidden()
    said(page, r"Ready: \d+ photos? in 1 class")
    assert page.evaluate("document.getElementById('capture-view').srcObject") is None


def test_a_refused_camera_is_explained(ready):
    button(ready, "Camera: Class 1").click()
    expect(ready.get_by_role("alert")).to_contain_text("did not allow it")
    expect(capture(ready)).to_be_hidden()


def test_class_cards_take_photos_of_their_own(camera, tmp_path):
    page = camera
    button(page, "Close").click()
    paste(page, photo("red", 1))
    page.get_by_role("dialog").get_by_label("Name of the new class").fill("mine")
    page.keyboard.press("Enter")
    said(page, "Ready: 1 photo in 1 class")
    (tmp_path / "other").mkdir()
    for i in range(2):
        (tmp_path / "other" / f"{i}.png").write_bytes(photo("blue", i))
    drop(page, page.locator("#classes > li").first, tmp_path / "other")
    said(page, "Ready: 3 photos in 1 class")
    with page.expect_file_chooser() as chooser:
        button(page, "Photos: mine").click()
    chooser.value.set_files(tmp_path / "other" / "0.png")
    said(page, "Ready: 4 photos in 1 class")
    button(page, "Camera: mine").click()
    expect(capture(page).get_by_label("Class")).to_have_value("mine")


def test_from_recordings_of_two_classes_the_page_leads_to_the_live_camera(camera):
    page = camera
    dialog = capture(page)
    record = dialog.get_by_role("button", name="Hold to record")
    expect(record).to_be_enabled(timeout=30_000)
    for label in ("one", "two", "one", "two"):
        dialog.get_by_label("Class").fill(label)
        record.hover()
        page.mouse.down()
        expect(page.locator("#capture-count")).to_have_text(re.compile(r"^[4-9] photos taken"), timeout=30_000)
        page.mouse.up()
        said(page, r"Ready: \d+ photos in [12] class(es)?")
    button(page, "Close").click()
    set_options(page, input_size="96")
    button(page, "Train").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Trained: "), timeout=120_000)
    button(page, "Now try it").click()
    expect(page.get_by_role("group", name="Live camera").locator(".guesses")).to_be_visible(timeout=60_000)


def test_a_folder_that_cannot_be_used_says_why_where_the_eye_is(ready, tmp_path):
    page = ready
    photos = tmp_path / "phone"
    photos.mkdir()
    for i in range(10):
        (photos / f"{i}.heic").write_bytes(b"")
    page.set_viewport_size({"width": 400, "height": 500})
    page.get_by_label("Choose training folder").set_input_files(photos)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(
        re.compile(r"^None of these files could be used\. .*\.heic: HEIC photos cannot be read")
    )
    expect(page.get_by_role("status")).to_have_text("Something went wrong")
    expect(page.get_by_text("10 files left out")).to_be_visible()
    expect(page.locator(".problems li").first).to_be_visible()
    page.mouse.wheel(0, 600)
    expect(alert).to_be_in_viewport()
    page.evaluate(AXE.read_text())
    assert violations(page) == []


def test_the_page_begins_with_two_classes_that_are_named_where_they_stand(ready, tmp_path):
    page = ready
    empty = page.locator("#starters > li")
    expect(empty.locator("h3")).to_have_text(["Class 1", "Class 2"])
    expect(empty.first).to_contain_text("10 photos are a start")
    button(page, "Rename Class 2").click()
    empty.nth(1).get_by_label("Class", exact=True).fill("dog")
    page.keyboard.press("Enter")
    expect(button(page, "Rename dog")).to_be_focused()
    button(page, "Add a class").click()
    empty.nth(2).get_by_label("Class", exact=True).fill("cat")
    page.keyboard.press("Enter")
    button(page, "Remove Class 1").click()
    expect(empty.locator("h3")).to_have_text(["dog", "cat"])
    for i in range(4):
        (tmp_path / f"{i}.png").write_bytes(photo("red", i))
    with page.expect_file_chooser() as chooser:
        button(page, "Photos: cat").click()
    chooser.value.set_files([tmp_path / f"{i}.png" for i in range(3)])
    said(page, "Ready: 3 photos in 1 class")
    assert cards(page) == {"cat": 3}
    expect(page.locator("#classes > li")).to_contain_text("7 more to begin with.")
    expect(empty.locator("h3")).to_have_text(["dog"])
    drop(page, empty.first, tmp_path / "3.png")
    said(page, "Ready: 4 photos in 2 classes")
    expect(empty).to_have_count(0)
    # A class more, beside those that have photos, is one that is kept and can be undone.
    button(page, "Add a class").click()
    page.locator("#classes").get_by_label("Class", exact=True).fill("bird")
    page.keyboard.press("Enter")
    said(page, "Class 1 is now called bird")
    assert cards(page) == {"bird": 0, "cat": 3, "dog": 1}


def test_a_folder_anywhere_on_the_page_brings_its_own_classes(ready, tmp_path):
    page = ready
    drop(
        page, page.get_by_role("heading", name="Train", exact=True), folder_of(tmp_path / "p", "cat/1.png", "dog/1.png")
    )
    said(page, "Ready: 2 photos in 2 classes")
    expect(page.locator("#starters")).to_be_hidden()
    button(page, "Remove all photos").click()
    expect(page.locator("#starters h3")).to_have_text(["Class 1", "Class 2"])


def test_where_no_folder_can_be_chosen_there_is_no_button_for_it(page, site):
    page.add_init_script("delete HTMLInputElement.prototype.webkitdirectory")
    open_page(page, site, "wasm")
    page.get_by_text("I have a folder of photos").click()
    expect(page.get_by_text("Choose files", exact=True)).to_be_visible()
    for name in ("Choose training folder", "Choose validation folder"):
        expect(page.get_by_text(name, exact=True)).to_be_hidden()


def test_photos_that_only_the_browser_reads_train_like_others(ready, tmp_path):
    page = ready
    photos, packed = tmp_path / "photos", tmp_path / "packed"
    packed.mkdir()
    for label in ("blue", "red"):
        (photos / label).mkdir(parents=True)
        for i in range(5):
            (photos / label / f"{i}.avif").write_bytes(encode(noisy(COLORS[label], i), "AVIF"))
        shape = f'<rect width="4" height="3" fill="{label}"/>'
        drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3">{shape}</svg>'
        (photos / label / "drawn.svg").write_text(drawing)
    (photos / "red" / "broken.avif").write_bytes(encode(noisy(COLORS["red"], 9), "AVIF")[:100])
    with zipfile.ZipFile(packed / "more.zip", "w") as file:
        file.writestr("red/zipped.avif", encode(noisy(COLORS["red"], 10), "AVIF"))
        file.writestr("red/zipped.svg", drawing)
    page.get_by_label("Choose training folder").set_input_files(photos)
    said(page, "Ready: 13 photos in 2 classes")
    page.get_by_label("Choose training folder").set_input_files(packed)
    said(page, "Ready: 15 photos in 2 classes")
    set_options(page, input_size="96")
    button(page, "Train").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Trained: "), timeout=120_000)
    left_out = page.locator(".problems li")
    expect(left_out).to_have_count(2)
    expect(left_out.filter(has_text="broken.avif")).to_contain_text("the browser cannot read this AVIF photo")
    expect(left_out.filter(has_text="zipped.svg")).to_contain_text("Unpack it first")
    expect(page.locator("#classes img")).not_to_have_count(0)
    page.get_by_label("Choose photos to recognise").set_input_files(photos / "blue" / "drawn.svg")
    expect(recognised(page)).to_contain_text("blue", timeout=30_000)
