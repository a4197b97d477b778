"""The page in a browser with WebGPU: it offers it, loads it when it is chosen, and goes on where the device is lost."""

from __future__ import annotations

import re

import pytest
from browser_fixtures import opened_tab
from playwright.sync_api import expect

pytestmark = pytest.mark.full
READY_MS = 120_000


def test_webgpu_is_offered_loaded_when_chosen_and_left_when_it_fails(webgpu_chromium, site):
    with opened_tab(webgpu_chromium, site) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{site}?backend=wasm")  # Where somebody chose, nothing is measured.
        status, select = page.get_by_role("status"), page.get_by_label("Compute on")
        expect(status).to_have_text("Ready", timeout=READY_MS)
        page.locator("summary", has_text="Advanced").click()
        expect(select.locator("option")).to_have_text(["WebGPU", "WebGL", "WebAssembly", "CPU"])
        expect(select).to_have_value("wasm")
        assert not [url for url in asked if "webgpu" in url]
        select.select_option("webgpu")
        expect(page.get_by_text("WebGPU runs in software here")).to_be_visible(timeout=READY_MS)
        expect(status).to_have_text("Ready")
        assert f"{site}vendor/webgpu.js" in asked
        lose_device(page)
        expect(status).to_have_text(re.compile("^Started again; nothing was lost"), timeout=READY_MS)
        expect(select).to_have_value("webgpu")
        page.get_by_role("button", name="Use sample photos").click()
        expect(page.get_by_role("button", name="Train", exact=True)).to_be_enabled(timeout=READY_MS)
        page.get_by_role("button", name="Train", exact=True).click()
        expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible(timeout=READY_MS)
        lose_device(page)
        expect(status).to_have_text(re.compile("^Started again, without WebGPU"), timeout=READY_MS)
        expect(select).to_have_value("webgl")


def lose_device(page):
    (worker,) = [one for one in page.workers if one.url.endswith("/worker.js")]
    worker.evaluate("() => tf.backend().device.destroy()")
