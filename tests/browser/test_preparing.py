"""While somebody looks at their photos, the page computes what a training begins with, and never stands in the way."""

from __future__ import annotations

import re
import shutil

import pytest
from photos import write_shapes
from playwright.sync_api import expect
from test_page import button, open_page

READY_MS = 60_000
QUIET_MS = 5_000

# Notes the calls to the worker, and how each ended.
NOTE_CALLS = """
globalThis.calls = [];
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (message, ...rest) {
    if (message?.method) {
        const call = { method: message.method, ended: "", worker: this };
        calls.push(call);
        this.addEventListener("message", ({ data }) => {
            if (data.id !== message.id || "progress" in data) return;
            call.ended = data.error?.name ?? "done";
        });
    }
    return postMessage.call(this, message, ...rest);
};
"""
# Whether it was prepared as often, and ended so.
PREPARED = """(ends) => JSON.stringify(ends) === JSON.stringify(
    calls.filter(({ method }) => method === "prepare").map(({ ended }) => ended))"""
UNDER_WAY = ""


def choose(page, site, folder, backend="wasm"):
    """Open the page, and choose a folder of photos."""
    page.add_init_script(NOTE_CALLS)
    status = open_page(page, site, backend).get_by_role("status")
    page.get_by_label("Choose training folder").set_input_files(folder)
    expect(status).to_have_text(re.compile(r"^Ready: \d+ photos"), timeout=READY_MS)
    return status


def test_a_training_reads_no_photo_that_was_prepared_and_another_size_is_prepared_again(page, site, tmp_path):
    folder = write_shapes(tmp_path / "shapes", 8)
    status = choose(page, site, folder)
    page.wait_for_function(PREPARED, arg=["done"])
    page.locator("summary", has_text="Advanced").click()
    page.get_by_label("Epochs", exact=True).fill("12")
    page.get_by_label("Input size").select_option("96")
    page.wait_for_function(PREPARED, arg=["done", "done"])
    expect(status).to_have_text(re.compile("^Ready"))
    shutil.rmtree(folder)
    button(page, "Train").click()
    expect(status).to_have_text(re.compile("^Trained: validation accuracy"), timeout=READY_MS)
    expect(page.get_by_role("alert")).to_be_empty()


def test_what_somebody_begins_meanwhile_goes_first(page, site, tmp_path):
    status = choose(page, site, write_shapes(tmp_path / "shapes", 100))
    page.wait_for_function(PREPARED, arg=[UNDER_WAY])
    button(page, "Train").click()
    expect(status).to_have_text(re.compile("^Trained: validation accuracy"), timeout=READY_MS)
    # Then the rest, which is there by now.
    page.wait_for_function(PREPARED, arg=["AbortError", "done"])


def test_what_ended_the_worker_is_not_begun_again_by_the_page_itself(page, site, tmp_path):
    status = choose(page, site, write_shapes(tmp_path / "shapes", 100))
    page.wait_for_function(PREPARED, arg=[UNDER_WAY])
    page.evaluate("calls.find(({ method }) => method === 'prepare').worker.terminate()")
    expect(status).to_have_text(re.compile("^Started again"), timeout=READY_MS)
    page.wait_for_timeout(QUIET_MS)
    assert page.evaluate(PREPARED, [UNDER_WAY])
    button(page, "Train").click()
    expect(status).to_have_text(re.compile("^Trained: validation accuracy"), timeout=READY_MS)


@pytest.mark.full
def test_where_a_step_takes_long_nothing_is_prepared(page, site, tmp_path):
    choose(page, site, write_shapes(tmp_path / "shapes", 8), "webgl")
    page.wait_for_timeout(QUIET_MS)
    assert page.evaluate(PREPARED, [])
