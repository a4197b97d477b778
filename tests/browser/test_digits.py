"""The page "Digits": a network is trained from nothing in real Chromium, and reads drawings."""

from __future__ import annotations

import re
import struct

import numpy as np
import pytest
from client import Client, encoded
from playwright.sync_api import expect
from test_keeping import RECORD_WORKERS
from test_page import AXE, violations

# Strokes on a paper of 1 x 1.
DRAWINGS = {
    "0": [
        [(0.5, 0.15), (0.3, 0.3), (0.25, 0.55), (0.35, 0.8), (0.5, 0.85), (0.7, 0.7), (0.7, 0.3), (0.5, 0.15)],
    ],
    "1": [[(0.55, 0.15), (0.5, 0.85)]],
    "4": [[(0.35, 0.15), (0.28, 0.5), (0.72, 0.5)], [(0.62, 0.2), (0.6, 0.9)]],
    "7": [[(0.2, 0.2), (0.75, 0.2), (0.4, 0.85)]],
}  # fmt: skip


def open_digits(page, site, backend="wasm"):
    page.goto(f"{site}?backend={backend}#/digits")
    expect(page.get_by_role("status")).to_have_text("Ready: 5,000 digits in 10 classes", timeout=120_000)
    return page


def button(page, name):
    return page.locator("#page-digits").get_by_role("button", name=name, exact=True)


def train(page, **options):
    for label, value in options.items():
        page.locator("#page-digits").get_by_label(label.replace("_", " ").capitalize(), exact=True).fill(str(value))
    button(page, "Train").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Trained: validation accuracy"), timeout=280_000)
    return float(re.search(r"(\d+\.\d) %", page.get_by_role("status").text_content())[1])


def draw(page, strokes, scale=1.0, shift=(0.0, 0.0)):
    button(page, "Clear").click()
    canvas = page.get_by_label("Drawing area")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    for stroke in strokes:
        points = [
            (box["x"] + (shift[0] + x * scale) * box["width"], box["y"] + (shift[1] + y * scale) * box["height"])
            for x, y in stroke
        ]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point, steps=5)
        page.mouse.up()


@pytest.fixture
def digits(page, site):
    return open_digits(page, site)


def test_a_trained_network_reads_drawings_and_survives_its_file(tab, site, chromium, tmp_path):
    tab.add_init_script(RECORD_WORKERS)
    page = open_digits(tab, site)
    assert page.locator("#digits-examples li").count() == 20
    expect(button(page, "Read")).to_be_disabled()
    assert train(page, training_digits=1500, validation_digits=300, batch_size=50, epochs=5, learning_rate=0.003) > 90
    for digit, strokes in DRAWINGS.items():
        draw(page, strokes)
        expect(page.get_by_role("status")).to_have_text(re.compile(rf"^Read: {digit} \("), timeout=30_000)
    # Small and in a corner: it is fitted as MNIST's digits were.
    draw(page, DRAWINGS["7"], scale=0.4, shift=(0.55, 0.02))
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Read: 7 \("), timeout=30_000)
    assert page.locator("#digits-shares .bar").count() == 10
    with page.expect_download() as download:
        button(page, "Download model").click()
    # It is there again after a reload, and where what computes ends.
    figures = page.locator("#digits-result-summary").inner_text()
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Ready: 5,000 digits in 10 classes", timeout=120_000)
    assert page.locator("#digits-epochs").input_value() == "5"
    assert page.locator("#digits-result-summary").inner_text() == figures
    draw(page, DRAWINGS["7"])
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Read: 7 \("), timeout=30_000)
    page.evaluate("workers.at(-1).terminate()")
    expect(page.get_by_role("status")).to_have_text(re.compile("^Started again; nothing was lost"), timeout=120_000)
    draw(page, DRAWINGS["4"])
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^Read: 4 \("), timeout=30_000)
    fresh = open_digits(chromium.new_context().new_page(), site)
    fresh.locator("#page-digits").get_by_label("Open model").set_input_files(download.value.path())
    expect(fresh.get_by_role("status")).to_have_text("Opened model: 10 classes", timeout=60_000)
    draw(fresh, DRAWINGS["1"])
    expect(fresh.get_by_role("status")).to_have_text(re.compile(r"^Read: 1 \("), timeout=30_000)
    fresh.context.close()


@pytest.mark.full
def test_webgl_trains_and_stops(page, site):
    open_digits(page, site, "webgl")
    accuracy = train(page, training_digits=200, validation_digits=50, batch_size=50, epochs=2, learning_rate=0.01)
    assert accuracy > 30, "chance is 10 %"
    page.locator("#page-digits").get_by_label("Epochs", exact=True).fill("1000")
    button(page, "Train").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"Training: epoch \d+ of 1,000"), timeout=120_000)
    button(page, "Stop").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("Stopped after epoch"), timeout=60_000)


def test_the_keyboard_draws(digits):
    page = digits
    canvas = page.get_by_label("Drawing area")
    canvas.focus()
    for key in [*["ArrowUp"] * 8, " ", *["ArrowDown"] * 16, " "]:
        page.keyboard.press(key)
    white = """canvas => canvas.getContext("2d").getImageData(0, 0, 280, 280).data
        .filter((value, index) => index % 4 === 0 && value > 0).length"""
    assert canvas.evaluate(white) > 2000
    page.keyboard.press("Delete")
    assert canvas.evaluate(white) == 0


def test_own_files_and_wrong_ones(tab, site, tmp_path):
    page = open_digits(tab, site)
    rng = np.random.default_rng(0)
    pictures, labels = rng.integers(0, 256, (40, 28, 28), np.uint8), (np.arange(40) % 4).astype(np.uint8)
    for name, array in (("images-idx3-ubyte", pictures), ("labels-idx1-ubyte", labels)):
        header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
        (tmp_path / name).write_bytes(header + array.tobytes())
    files = page.get_by_label("Choose two files")
    files.set_input_files([tmp_path / "images-idx3-ubyte", tmp_path / "labels-idx1-ubyte"])
    expect(page.get_by_role("status")).to_have_text("Ready: 40 digits in 4 classes")
    files.set_input_files([tmp_path / "images-idx3-ubyte"])
    expect(page.get_by_role("alert")).to_contain_text("Choose two files, one of pictures and one of labels.")


def test_the_client_does_the_same(page, site, dist):
    client = Client(page, site, desk="digits")
    pair = [(name, (dist / "digits" / name).read_bytes()) for name in ("mnist_images.png", "mnist_labels_uint8")]
    assert client.addDigits(encoded(pair))["total"] == 5000
    trained = client.trainDigits({"nTraining": 100, "nValidation": 20, "epochs": 1, "batchSize": 50})
    assert trained["evaluation"]["total"] == 20 and len(trained["history"]["val_loss"]) == 1


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.full)])
def test_axe_finds_no_fault(digits, scheme):
    page = digits
    page.emulate_media(color_scheme=scheme)
    train(page, training_digits=50, validation_digits=20, batch_size=50, epochs=1)
    draw(page, DRAWINGS["1"])
    expect(page.get_by_role("status")).to_have_text(re.compile("^Read:"), timeout=30_000)
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    page.set_viewport_size({"width": 390, "height": 844})
    # The charts follow a frame later.
    page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth", timeout=5000)
