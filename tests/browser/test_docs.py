"""The guide and the reference in a browser, wide and light, a phone in the dark: axe finds nothing, nothing is cut."""

from __future__ import annotations

import pytest
from browser_fixtures import opened_tab
from playwright.sync_api import expect
from test_every_state import MEASURE, TAGS
from test_page import AXE

GUIDE = ("index.html", "how-to.html", "questions.html")
LOOKS = {
    "wide": {"color_scheme": "light", "viewport": {"width": 1400, "height": 900}},
    "dark phone": {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
}


def faults(page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)["violations"]
    named = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
    # Links within lines of text, as all are in the reference, are as high as these.
    return named + [fault for fault in page.evaluate(MEASURE) if not fault.startswith("small")]


def look_at(chromium, site, look, names) -> list[str]:
    with opened_tab(chromium, site, **LOOKS[look]) as page:
        found = []
        for name in names:
            page.goto(f"{site}docs/{name}")
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            if page.viewport_size["width"] < 770:
                page.get_by_text("Contents", exact=True).click()
            expect(page.get_by_role("link", name="Questions and answers").first).to_be_visible()
            found += [f"{name}: {fault}" for fault in faults(page)]
        return found


@pytest.mark.parametrize("look", LOOKS)
def test_the_guide_and_a_page_of_the_reference_have_no_fault(chromium, site, look):
    assert look_at(chromium, site, look, [*GUIDE, "pyclassifier/metrics.html"]) == []


@pytest.mark.full
@pytest.mark.parametrize("look", LOOKS)
def test_no_page_has_a_fault(chromium, site, dist, look):
    names = [path.relative_to(dist / "docs").as_posix() for path in sorted((dist / "docs").rglob("*.html"))]
    assert {*GUIDE, "pyclassifier.html"} < set(names)
    assert look_at(chromium, site, look, names) == []


def test_a_long_value_opens_by_keyboard_on_one_line(page, site):
    page.goto(f"{site}docs/pyclassifier/backbones.html")
    toggle, value = page.locator("#CATALOG summary"), page.locator("#CATALOG .default_value")
    expect(value).to_be_hidden()
    assert toggle.bounding_box()["height"] < 30, "one line"
    toggle.focus()
    page.keyboard.press("Enter")
    expect(value).to_contain_text("EfficientNet")
    expect(value).to_be_visible()


def test_the_keyboard_gets_past_the_contents(page, site):
    page.goto(f"{site}docs/index.html")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#text")).to_be_focused()
    page.get_by_role("link", name="How to …").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("How to …")
    page.get_by_role("link", name="pyclassifier", exact=True).click()
    expect(page).to_have_url(f"{site}index.html")
