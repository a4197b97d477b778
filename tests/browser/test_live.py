"""The third step with a camera: Chromium's fake one, frames recognised without end."""

from __future__ import annotations

import re

import pytest
from client import Client, encoded, tiles
from playwright.sync_api import expect
from test_client import QUICK
from test_page import AXE, button, open_page, record_status, set_options, violations, wait_until_trained

RATE = re.compile(r"^(\d+(\.\d)?) frames per second$")


@pytest.fixture(scope="module")
def trained_page(chromium, site):
    context = chromium.new_context(permissions=["camera"], viewport={"width": 1400, "height": 900})
    page = open_page(context.new_page(), site, "wasm")
    button(page, "Use sample photos").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("48 photos"))
    set_options(page, input_size="96", epochs="3")
    button(page, "Train").click()
    wait_until_trained(page)
    yield page
    context.close()


def live(page):
    return page.get_by_role("group", name="Live camera")


def test_what_the_camera_sees_is_recognised_without_end(trained_page):
    page = trained_page
    button(page, "Use the camera, live").click()
    expect(live(page).locator(".guesses .name")).to_have_text(["animal", "fruit", "vehicle"], timeout=60_000)
    expect(live(page).get_by_text(RATE)).to_be_visible(timeout=60_000)
    rate = float(RATE.match(live(page).get_by_text(RATE).text_content())[1])
    print(f"live: {rate} frames per second")  # noqa: T201
    assert rate > 0.2
    page.evaluate(AXE.read_text())
    assert violations(page) == []
    mirror = page.get_by_label("Mirror the picture")
    mirror.check()
    assert page.locator("#live-view").evaluate("view => getComputedStyle(view).scale") == "-1 1"
    # Paused: nothing changes any more. Frames that were taken before do not wait anywhere.
    button(page, "Pause").click()
    page.wait_for_timeout(1500)
    before = live(page).locator(".live-answer").inner_text()
    page.wait_for_timeout(1500)
    assert live(page).locator(".live-answer").inner_text() == before
    button(page, "Go on").click()
    expect(live(page).get_by_text(RATE)).to_be_visible()
    # It steps aside for a training, and goes on afterwards.
    record_status(page)
    button(page, "Train").click()
    wait_until_trained(page)
    assert any(text.startswith("Training: epoch") for text in page.evaluate("statuses"))
    expect(live(page).get_by_text(RATE)).to_be_visible()
    button(page, "Close camera").click()
    expect(live(page)).to_be_hidden()
    assert page.evaluate("document.getElementById('live-view').srcObject") is None, "the camera is off"
    expect(button(page, "Use the camera, live")).to_be_focused()


def test_the_camera_is_off_when_the_page_is_left(trained_page):
    page = trained_page
    button(page, "Use the camera, live").click()
    expect(live(page).get_by_text(RATE)).to_be_visible(timeout=60_000)
    page.get_by_role("link", name="Digits").click()
    assert page.evaluate("document.getElementById('live-view').srcObject") is None
    page.get_by_role("link", name="Train your own").click()


def test_a_refused_camera_is_explained(trained_page):
    page = trained_page
    page.context.clear_permissions()
    button(page, "Use the camera, live").click()
    expect(page.get_by_role("alert")).to_contain_text("did not allow it")
    expect(button(page, "Use the camera, live")).to_be_enabled()
    button(page, "Dismiss").click()
    page.context.grant_permissions(["camera"])


FRAME = """
async ([width, height]) => {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  const frame = context.createImageData(width, height);
  for (let i = 0; i < frame.data.length; i++) frame.data[i] = i % 4 === 3 ? 255 : Math.imul(i, 2654435761) >>> 24;
  context.putImageData(frame, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  const [photo] = await client.predict([{ path: "frame.png", blob }]);
  const live = await client.predictFrame(frame);
  return { photo, live };
}
"""


def test_a_frame_gives_what_its_photo_gives_to_the_bit(page, site, dist):
    client = Client(page, site)
    client.add("training", encoded(tiles(dist, "training")))
    client.train({**QUICK, "epochs": 2})
    for size in ([640, 480], [97, 41], [1, 1]):
        found = page.evaluate(FRAME, size)
        assert found["live"]["label"] == found["photo"]["label"]
        assert {s["label"]: s["probability"] for s in found["live"]["shares"]} == {
            guess["label"]: guess["probability"] for guess in found["photo"]["top"]
        }


def test_a_picture_pasted_into_the_step_is_recognised(trained_page, dist):
    page = trained_page
    data = (dist / "samples/validation/animal/00.png").read_bytes()
    page.get_by_role("heading", name="Try", exact=True).click()
    page.evaluate(
        """(numbers) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(numbers)], "pasted.png", { type: "image/png" }));
        document.activeElement.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
        }""",
        list(data),
    )
    item = page.locator("#recognised > ul > li")
    expect(item).to_have_count(1, timeout=60_000)
    expect(item).to_contain_text("pasted.png")
