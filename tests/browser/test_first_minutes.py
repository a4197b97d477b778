"""The first minutes of a stranger: what is read at once, how few presses lead to a model, what is always in sight."""

from __future__ import annotations

import re

import pytest
from browser_fixtures import opened_tab
from playwright.sync_api import expect
from test_page import AXE, button, open_page, violations

MOST_PRESSES = 8
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize(
    ("locale", "headline", "card"),
    [
        ("en-GB", "Make an image classifier from your own photos", "Class 1"),
        ("fr-FR", "Créez un classifieur d’images avec vos propres photos", "Classe 1"),
        ("zh-CN", "用您自己的照片制作图像分类器", "类别 1"),
    ],
)
def test_all_can_be_read_before_the_program_has_come(chromium, site, locale, headline, card):
    with opened_tab(chromium, site, locale=locale) as page:
        page.route("**/js/app.js", lambda route: route.abort())
        page.goto(site)
        expect(page.get_by_role("heading", name=headline)).to_be_visible()
        expect(page.get_by_text(card)).to_be_visible()
        empty = page.evaluate(
            """[...document.querySelectorAll("[data-text]")]
            .filter((node) => node.checkVisibility() && !node.textContent).map((node) => node.outerHTML)"""
        )
        assert empty == []
        assert page.evaluate("document.querySelector('#language').selectedOptions[0].lang") == (
            page.evaluate("document.documentElement.lang")
        )


def test_who_asked_for_another_page_does_not_see_the_first_one_before_it(page, site):
    page.goto(f"{site}?backend=wasm#/digits")
    expect(page.locator("#page-digits")).to_be_visible()
    expect(page.locator("#page-train")).to_have_count(0)
    page.get_by_role("link", name="Train your own").click()
    expect(page.get_by_role("heading", name="Make an image classifier")).to_be_focused()


@pytest.mark.parametrize("screen", [{}, PHONE], ids=["wide", "phone"])
def test_from_a_cold_page_to_a_model_of_two_classes_in_eight_presses(chromium, site, screen):
    with opened_tab(chromium, site, permissions=["camera"], **screen) as page:
        page.goto(f"{site}?backend=wasm")
        presses = 0

        def press(control, until=None):
            nonlocal presses
            expect(control).to_be_enabled(timeout=120_000)
            expect(control).to_be_in_viewport(ratio=0.9)  # or it would be scrolled to
            if until is None:
                control.click()
            else:
                control.hover()
                page.mouse.down()
                expect(page.locator("#capture-count")).to_have_text(until, timeout=60_000)
                page.mouse.up()
            presses += 1

        for label in ("Class 1", "Class 2"):
            press(button(page, f"Camera: {label}"))
            press(button(page, "Hold to record"), until=re.compile(r"^\d\d photos taken"))
            press(button(page, "Close"))
            expect(page.locator("#classes h3").last).to_have_text(label, timeout=120_000)
        if screen:
            press(page.get_by_role("link", name="2 Train"))
        press(button(page, "Train"))
        expect(page.get_by_role("status").first).to_have_text(re.compile("^Trained: "), timeout=240_000)
        assert presses <= MOST_PRESSES


def test_steps_and_export_are_always_in_sight(chromium, site):
    with opened_tab(chromium, site, **PHONE) as page:
        open_page(page, site, "wasm")
        steps = page.get_by_role("navigation", name="Steps").get_by_role("link")
        expect(steps).to_have_text(["1 Photos", "2 Train", "3 Try"])
        expect(steps.first).to_have_attribute("aria-current", "step")
        expect(button(page, "Export")).to_be_hidden()
        button(page, "Use sample photos").click()
        expect(page.get_by_role("status").first).to_have_text(re.compile("48 photos"))
        steps.nth(1).click()
        expect(steps.nth(1)).to_have_attribute("aria-current", "step")
        expect(page.get_by_role("heading", name="Train", exact=True)).to_be_in_viewport()
        button(page, "Train").click()
        expect(page.get_by_role("status").first).to_have_text(re.compile("^Trained: "), timeout=240_000)
        for step in (0, 1, 2):
            steps.nth(step).click()
            expect(steps.nth(step)).to_have_attribute("aria-current", "step")
            expect(button(page, "Export")).to_be_in_viewport()
        sizes = [button(page, name).bounding_box()["height"] for name in ("Train", "Now try it")]
        assert sizes[0] < sizes[1], "what comes next is larger than what was done"
        # Step 3 is in sight now, with pictures that the model has not seen.
        button(page, "Recognise fruit-0.png").click()
        found = page.locator("#recognised > ul > li").first
        expect(found).to_contain_text(re.compile(r"fruit \d+\.\d %"), timeout=60_000)
        expect(found).to_be_in_viewport(ratio=0.9)
        before = page.evaluate("scrollY")
        button(page, "Export").click()
        items = page.get_by_role("menu", name="Export").get_by_role("menuitem")
        expect(items).to_have_text(["Web page", "TensorFlow.js", "ONNX", "Keras", "TFLite"])
        assert page.evaluate("scrollY") == before
        page.evaluate(AXE.read_text())
        assert violations(page) == []
        for place, name in (
            (0, "pyclassifier-page.html"),
            (1, "pyclassifier-model.zip"),
            (2, "pyclassifier-model.onnx"),
        ):
            if place > 0:
                button(page, "Export").click()
            with page.expect_download() as download:
                items.nth(place).click()
            assert download.value.suggested_filename == name
            expect(button(page, "Train")).to_be_enabled()  # free again
        button(page, "Export").click()
        items.nth(4).click()
        expect(page.get_by_text("pyclassifier-convert pyclassifier-model.zip model_float16.tflite")).to_be_in_viewport()
        page.get_by_role("link", name="Digits").first.click()
        expect(button(page, "Export")).to_be_hidden()
