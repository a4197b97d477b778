"""The page "Recognise": pictures come in by five ways, and the networks' own classes come out."""

from __future__ import annotations

import base64
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from browser_fixtures import SMALL_BACKBONE
from client import Client, encoded
from photos import COLORS, encode, noisy
from playwright.sync_api import expect
from test_page import AXE, button, drop, violations


@pytest.fixture
def recognise(page, site):
    return open_recognise(page, site, "wasm")


def open_recognise(page, site, backend):
    page.goto(f"{site}?backend={backend}#/recognise")
    expect(page.get_by_text(re.compile(r"4,253,864 parameters"))).to_be_visible(timeout=60_000)
    expect(page.get_by_role("status")).to_have_text("Ready")
    return page


@pytest.fixture(scope="module")
def cat():
    from fetch import fetch_file

    return fetch_file("chelsea.png")


def answers(page):
    return page.locator("#answers-list > ul > li")


def predict(page, n):
    button(page, "Predict").click()
    expect(answers(page)).to_have_count(n, timeout=120_000)


@pytest.mark.parametrize("backbone", ["mobilenet_v1_1.0_224", "efficientnet_lite0_224", SMALL_BACKBONE])
def test_the_drum_is_a_drum(page, site, shared, backbone):
    client = Client(page, site, "webgl")
    drum = encoded([("drum.jpg", (shared / "data/drum/drum.jpg").read_bytes())])
    (found,) = client.recognise(drum, {"backbone": backbone, "topK": 3})
    assert len(found["top"]) == 3
    assert found["top"][0]["index"] == 541 and found["top"][0]["wordnetId"] == "n03249569"
    assert found["label"] == "drum, membranophone, tympan" and found["probability"] > 0.3


def test_a_chosen_picture(recognise, cat):
    page = recognise
    page.get_by_label("Choose pictures").set_input_files(cat)
    # It is recognised at once.
    expect(answers(page)).to_contain_text(re.compile("tabby|Egyptian cat|tiger cat"), timeout=60_000)
    expect(page.get_by_role("status")).to_have_text(re.compile(r"cat.*: \d+\.\d %"))
    page.get_by_label("Answers").fill("7")
    predict(page, 1)
    expect(page.locator("#answers-list .bar")).to_have_count(7)


def test_a_picture_that_is_there_already_is_recognised_by_a_press(page, site):
    page.goto(f"{site}?backend=wasm#/recognise")  # not loaded yet: it waits
    button(page, "Recognise coffee.jpg").click()
    expect(answers(page)).to_contain_text(re.compile("espresso|cup"), timeout=120_000)
    button(page, "Recognise chelsea.jpg").click()
    expect(answers(page)).to_have_count(2, timeout=60_000)
    expect(answers(page).last).to_contain_text(re.compile("tabby|Egyptian cat|tiger cat"))


def test_several_pictures_one_of_them_none(recognise, cat, tmp_path):
    page = recognise
    (tmp_path / "broken.png").write_bytes(b"no picture")
    page.get_by_label("Choose pictures").set_input_files([cat, tmp_path / "broken.png"])
    predict(page, 2)
    expect(page.get_by_role("status")).to_have_text("Recognised 1 photo, 1 could not be read")
    expect(answers(page).filter(has_text="no photo that can be read here")).to_have_count(1)
    button(page, "Remove pictures").click()
    expect(button(page, "Predict")).to_be_disabled()


def test_dropped_and_pasted_pictures(recognise, cat):
    page = recognise
    drop(page, page.get_by_text("Drop or paste pictures here"), cat)
    expect(page.get_by_text("1 picture", exact=True)).to_be_visible()
    paste = """(text) => {
        const transfer = new DataTransfer();
        const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        if (text) transfer.items.add(new File([bytes], "pasted.png", { type: "image/png" }));
        document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true }));
    }"""
    page.evaluate(paste, "")
    expect(page.get_by_role("alert")).to_contain_text("There is no picture to paste")
    page.evaluate(paste, base64.b64encode(encode(noisy(COLORS["red"], 1))).decode())
    expect(page.get_by_text("2 pictures", exact=True)).to_be_visible()
    predict(page, 2)


def test_the_camera_takes_a_photo(chromium, site):
    context = chromium.new_context(permissions=["camera"])
    page = open_recognise(context.new_page(), site, "wasm")
    button(page, "Use the camera").click()
    expect(page.get_by_role("group", name="Camera")).to_be_visible()
    button(page, "Take photo").click()
    expect(page.get_by_text("1 picture", exact=True)).to_be_visible()
    expect(page.get_by_role("group", name="Camera")).to_be_hidden()
    assert page.evaluate("document.getElementById('camera-view').srcObject") is None, "the camera is off"
    predict(page, 1)
    expect(answers(page)).to_contain_text("camera 1.png")
    context.close()


def test_a_refused_camera_is_explained(recognise):
    button(recognise, "Use the camera").click()
    expect(recognise.get_by_role("alert")).to_contain_text("did not allow it")
    expect(button(recognise, "Use the camera")).to_be_enabled()


class OtherSite(SimpleHTTPRequestHandler):
    """Pictures that all sites may read, but for those below /closed/."""

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Cookie"), self.headers.get("Referer")))
        self.path = self.path.removeprefix("/closed")
        super().do_GET()

    def end_headers(self):
        if "/closed/" not in self.server.seen[-1][0]:
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *args):
        pass


@pytest.fixture
def other_site(tmp_path, cat):
    (tmp_path / "cat.png").write_bytes(cat.read_bytes())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(OtherSite, directory=str(tmp_path)))
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def refusals_are_told(page, field, address):
    """What other_site does not give is explained."""
    for path, message in (
        ("closed/cat.png", "does not let other sites read its pictures (CORS)"),
        ("missing.png", "answered with HTTP status 404"),
    ):
        field.fill(f"{address}/{path}")
        button(page, "Fetch").click()
        expect(page.get_by_role("alert")).to_contain_text(message)


def test_an_address_is_fetched_only_on_request(chromium, site, other_site):
    page = open_recognise(chromium.new_page(), site, "wasm")
    address = f"http://127.0.0.1:{other_site.server_port}"
    field = page.get_by_label("Address of a picture")
    field.fill(f"{address}/cat.png")
    assert other_site.seen == []
    # The page itself may not ask other sites, whatever runs in it.
    assert page.evaluate("(url) => fetch(url).then(() => 'open', () => 'closed')", f"{address}/cat.png") == "closed"
    assert other_site.seen == []
    button(page, "Fetch").click()
    expect(page.get_by_text("1 picture", exact=True)).to_be_visible()
    assert other_site.seen == [("/cat.png", None, None)]
    assert page.locator("iframe").count() == 0
    predict(page, 1)
    expect(answers(page)).to_contain_text("cat.png")
    refusals_are_told(page, field, address)
    field.fill("cat.png")
    button(page, "Fetch").click()
    assert field.evaluate("field => field.validationMessage").startswith("Type the full address of a picture")
    page.close()


def test_the_layers_of_the_chosen_network(recognise, dist):
    page = recognise
    table = page.locator("#layer-table")
    expect(table.locator("tr", has_text="conv1_bn")).to_contain_text("128")
    cut = table.locator("tr", has_text="Cut here for training")
    assert "conv_pw_13_relu" in cut.evaluate("row => row.previousElementSibling.textContent")
    if not (dist / "models" / SMALL_BACKBONE).exists():
        pytest.skip("../shared with MobileNet 0.25 is not here")
    page.get_by_label("Network", exact=True).select_option("MobileNet v1 0.25")
    expect(page.get_by_text("475,544 parameters, 470,072 of them trainable")).to_be_visible()


def test_pages_share_one_worker_and_the_status_line(page, site):
    page.goto(f"{site}?backend=wasm#/nowhere")
    expect(page.get_by_role("status")).to_have_text("Ready", timeout=60_000)
    expect(page.get_by_role("heading", name="Photos", exact=True)).to_be_visible()
    page.get_by_role("link", name="Recognise").click()
    expect(page.get_by_role("heading", name="Pictures", exact=True)).to_be_focused()
    expect(page).to_have_title("Recognise · pyclassifier")
    expect(page.get_by_role("heading", name="Photos", exact=True)).to_be_hidden()
    expect(page.get_by_text(re.compile(r"4,253,864 parameters"))).to_be_visible(timeout=60_000)
    assert len([one for one in page.workers if one.url.endswith("/worker.js")]) == 1
    page.go_back()
    expect(page.get_by_role("heading", name="Photos", exact=True)).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.full)])
def test_axe_finds_no_fault(recognise, cat, scheme):
    page = recognise
    page.emulate_media(color_scheme=scheme)
    page.get_by_label("Choose pictures").set_input_files(cat)
    predict(page, 1)
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
