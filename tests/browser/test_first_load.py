"""A file of the first load that does not come, or not as it should: the page says so, and how to go on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

READY_MS = 90_000
SAID_MS = 30_000
# Without these, everything works, or looks plainer.
SPARE = re.compile(r"\.css$|\.svg$|\.png$|manifest|sw\.js$|/models/imagenet")


def abort(route):
    route.abort("connectionreset")


def missing(route):
    route.fulfill(status=404, body="Not found")


def html(route):
    route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>Please log in</title>")


def truncated(route):
    response = route.fetch()
    route.fulfill(response=response, body=response.body()[: len(response.body()) // 2])


def named(way):
    return way.__name__


WAYS = [abort, missing, html, truncated]


def files_of_first_load(tab, site):
    """All that a first visit asks for until it is ready, but the page itself."""
    asked = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.goto(site)
    expect(tab.get_by_role("status")).to_have_text("Ready", timeout=READY_MS)
    return [url for url in dict.fromkeys(asked) if url.startswith(site) and url.rstrip("/") != site.rstrip("/")]


def expect_answer(page, url):
    """Ready, where it can be; else a sentence with a way to try again."""
    again = page.locator("#not-started a, #again").locator("visible=true").first
    ready = page.get_by_role("status").and_(page.get_by_text("Ready", exact=True))
    if SPARE.search(url):
        expect(ready).to_be_visible(timeout=READY_MS)
    else:
        expect(again.or_(ready).first).to_be_visible(timeout=SAID_MS)
    return again


@pytest.mark.parametrize(
    "way", [abort, truncated, *(pytest.param(way, marks=pytest.mark.full) for way in (missing, html))], ids=named
)
@pytest.mark.parametrize("name", ["py/wasm.pack", "py/python.pack"])
def test_python_that_does_not_come_is_told_and_can_be_tried_again(tab, site, name, way):
    tab.route(f"**/{name}", way)
    tab.goto(site)
    alert = tab.get_by_role("alert").filter(visible=True)
    expect(alert).to_contain_text("pyclassifier could not start", timeout=SAID_MS)
    assert "Traceback" not in alert.inner_text()
    tab.unroute(f"**/{name}")
    tab.get_by_role("button", name="Try again").click()
    expect(tab.get_by_role("status")).to_have_text("Ready", timeout=READY_MS)


@pytest.mark.full
def test_a_page_whose_program_does_not_come_says_so_by_itself(tab, site):
    tab.route("**/js/app.js", abort)
    tab.goto(site)
    expect(tab.get_by_text("Something of this page has not arrived yet")).to_be_visible(timeout=SAID_MS)
    tab.unroute("**/js/app.js")
    tab.get_by_role("link", name="try again").click()
    expect(tab.get_by_role("status")).to_have_text("Ready", timeout=READY_MS)
    expect(tab.locator("#not-started")).to_have_count(0)


@pytest.mark.full
@pytest.mark.parametrize("way", WAYS, ids=named)
def test_every_file_of_the_first_load_in_each_way(chromium, site, way):
    context = chromium.new_context(service_workers="block")
    files = files_of_first_load(context.new_page(), site)
    assert len(files) > 10
    for url in files:
        page = context.new_page()
        page.route(url, way)
        page.goto(site)
        expect_answer(page, url)
        page.close()
    context.close()
