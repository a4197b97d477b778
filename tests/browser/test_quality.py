"""Fast, balanced, accurate, or as the photos say: the choice on the page, what it costs, and what came of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from test_page import AXE, button, open_page, violations, wait_until_trained

COST = re.compile(r"^About \d+ (secs?|mins?) for your photos\.$")


def test_photos_choose_the_backbone_and_a_table_says_why(page, site):
    open_page(page, site, "wasm")
    choice = page.get_by_role("group", name="Fast or accurate")
    expect(choice.get_by_role("radio")).to_have_count(4)
    expect(choice.get_by_role("radio", name="Balanced")).to_be_checked()
    assert "efficientnet" not in " ".join(page.evaluate("performance.getEntriesByType('resource').map((r) => r.name)"))
    button(page, "Use sample photos").click()
    expect(button(page, "Train")).to_be_enabled()

    choice.get_by_role("radio", name="Fast").check()
    expect(choice.locator(".cost").nth(1)).to_have_text(COST, timeout=60_000)
    expect(page.get_by_label("Input size")).to_have_value("128")
    choice.get_by_role("radio", name="Choose by my photos").check()
    page.locator("summary", has_text="Advanced").click()
    expect(page.get_by_label("Backbone", exact=True)).to_have_value("auto")
    expect(page.get_by_label("Input size")).to_have_value("224")
    page.get_by_label("Input size").select_option("96")
    expect(choice.locator("input:checked")).to_have_count(0)
    button(page, "Train").click()
    wait_until_trained(page)

    table = page.get_by_role("table", name=re.compile("^Each judged on the same 36 photos"))
    expect(table.get_by_role("row")).to_have_count(4)
    kept = table.get_by_role("rowheader").filter(has_text="kept")
    expect(kept).to_have_count(1)
    assert table.get_by_role("row").nth(1).inner_text().startswith("MobileNet v1 1.0")
    page.evaluate(AXE.read_text())
    assert violations(page) == []


def test_views_are_chosen_and_what_they_make_of_the_figures_is_told(page, site):
    open_page(page, site, "wasm")
    button(page, "Use sample photos").click()
    expect(button(page, "Train")).to_be_enabled()
    page.locator("summary", has_text="Advanced").click()
    page.get_by_label("Input size").select_option("96")
    page.get_by_label("What the network sees of a photo").select_option("The photo, its mirror image, and its middle")
    button(page, "Train").click()
    wait_until_trained(page)
    told = page.locator("#result-summary-views")
    expect(told).to_have_text(
        re.compile(
            r"^With the other views of each photo [\d.]+ %, without them [\d.]+ % of the same \d+ photos: "
            r"\d+ right only with them, \d+ only without\. (That may be chance|Chance alone)"
        )
    )
    page.get_by_label("What the network sees of a photo").select_option("The photo")
    button(page, "Train").click()
    expect(told).to_have_count(0, timeout=60_000)
    wait_until_trained(page)
    page.locator("summary", has_text="Compare the 2 trainings").click()
    shown = page.locator("#runs-list .note")
    expect(shown.nth(0)).to_contain_text("What the network sees of a photo: The photo")
    expect(shown.nth(1)).to_contain_text("The photo, its mirror image, and its middle")


@pytest.mark.full
def test_where_it_takes_long_the_page_asks_first(page, site):
    """On tf.js's plain JavaScript backend, which takes seconds for a photo."""
    open_page(page, site, "cpu")
    button(page, "Use sample photos").click()
    expect(button(page, "Train")).to_be_enabled()
    page.get_by_role("radio", name="Accurate").check()
    button(page, "Train").click()
    dialog = page.get_by_role("dialog", name="This takes a while")
    expect(dialog).to_contain_text(
        re.compile("“Accurate” takes about .* here for 48 photos, “Balanced” about"), timeout=240_000
    )
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_be_hidden()
    expect(button(page, "Train")).to_be_enabled()
    button(page, "Train").click()
    dialog.get_by_role("button", name="Use “Balanced” instead").click()
    expect(page.get_by_role("radio", name="Balanced")).to_be_checked()
    button(page, "Stop").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Stopped before"), timeout=60_000)
