"""The report of a training, as one file: whoever gets it can read it, in the dark and on a phone, too."""

from __future__ import annotations

import pytest
from browser_fixtures import TAB
from photos import write_shapes
from playwright.sync_api import expect
from test_docs import LOOKS, faults

from pyclassifier.cli import main


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    write_shapes(folder / "photos", 12)
    (folder / "photos/discs/11.png").rename(folder / "photos/stripes/odd.png")
    path = folder / "report.html"
    words = ["train", str(folder / "photos"), "-o", str(folder / "model.zip"), "--report", str(path)]
    assert main([*words, "--input-size", "96"]) == 0
    return path


@pytest.mark.parametrize("look", LOOKS)
def test_the_report_has_no_fault_and_asks_nobody(chromium, report, look):
    context, asked = chromium.new_context(**TAB | LOOKS[look]), []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    found = faults(page)
    context.close()
    assert found == []
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
