"""The example pages and the API reference of the built site."""

from __future__ import annotations

import inspect
import io
import re
import zipfile
from pathlib import Path

from test_docs import faults

import pyclassifier


def test_python_on_a_page(page, site):
    page.goto(f"{site}examples/python.html")
    page.wait_for_selector("body[data-done]")
    lines = page.inner_text("#output").strip().splitlines()
    assert re.match(r"Epoch \d+  loss", lines[0]) and lines[1] == "accuracy 1.0 on wasm"
    assert len(lines) == 2 + 12 and all(re.fullmatch(r".*\b(\w+)/\d\d\.png is \1", line) for line in lines[2:])
    assert faults(page) == []


def test_javascript_only(page, site):
    page.goto(f"{site}examples/client.html")
    page.wait_for_selector("body[data-done]")
    assert page.inner_text("#status") == "Accuracy 12 of 12, on wasm"
    assert all(re.match(r"(\w+)/\d\d\.png: \1 \(\d+ %\)", line.inner_text()) for line in page.locator("li").all())
    assert faults(page) == []
    with page.expect_download() as download:
        page.click("#download")
    names = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())).namelist()
    assert set(names) == {"model.json", "weights.bin", "metadata.json"}


def test_the_pages_examples_and_reference_are_linked(page, site, dist):
    page.goto(site)
    links = page.locator("footer a").evaluate_all("links => links.map((link) => link.getAttribute('href'))")
    assert {"docs/index.html", "docs/pyclassifier.html", "examples/python.html", "examples/client.html"} <= set(links)
    assert all((dist / link.split("?")[0]).exists() for link in links)


def test_the_reference_has_every_public_name_and_needs_no_other_origin(page, site):
    page.goto(f"{site}docs/pyclassifier.html")
    for name in pyclassifier.__all__:
        if not inspect.ismodule(getattr(pyclassifier, name)):
            assert page.locator(f"section#{name}").count() == 1, name
    assert "No module" not in page.inner_text("main") and "Parameters" in page.inner_text(
        "section[id='ImageClassifier']"
    )
    assert page.evaluate("getComputedStyle(document.querySelector('nav.pdoc')).position") in ("sticky", "fixed")
    page.locator("a[href='pyclassifier/backbones/layers.html']").first.click()
    assert page.locator("section#conv").count() == 1
    page.locator("nav a[href$='/../pyclassifier.html']").first.click()
    assert page.locator("section#ImageClassifier").count() == 1
