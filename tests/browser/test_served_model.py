"""The page of `pyclassifier serve model.zip`: photos go to the server, and what they show comes back."""

from __future__ import annotations

import re

import pytest
from browser_fixtures import opened_tab
from photos import encode, shape, write_shapes
from playwright.sync_api import expect
from test_page import AXE, violations

from pyclassifier import Dataset, ImageClassifier

pytest.importorskip("starlette", reason="the extra serve is not installed")
from pyclassifier.serving.model import ModelServer


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    dataset = Dataset.from_folder(write_shapes(folder / "photos", 12))
    ImageClassifier(input_size=96).fit(dataset).save(folder / "model.zip", name="Shapes <b>")
    with ModelServer(ImageClassifier.load(folder / "model.zip")).running() as url:
        yield url


def choose(tab, *photos: tuple[str, bytes]) -> None:
    tab.locator("#files").set_input_files(
        [{"name": name, "mimeType": "image/png", "buffer": data} for name, data in photos]
    )


@pytest.mark.parametrize(("locale", "choose_photos"), [("en-GB", "Choose photos"), ("fr-FR", "Choisir des photos")])
def test_photos_are_recognised_by_the_server(locale, choose_photos, chromium, served):
    errors = []
    with opened_tab(chromium, served, locale=locale) as tab:
        tab.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        tab.goto(served)
        expect(tab.locator("h1")).to_have_text("Shapes <b>")
        expect(tab.get_by_text(choose_photos)).to_be_visible()
        assert tab.locator("#unserved").is_hidden()
        photos = [(f"{kind}.png", encode(shape(kind, 500))) for kind in ("stripes", "discs")]
        choose(tab, *photos)
        verdicts = tab.locator(".verdict")
        expect(verdicts).to_have_count(2)
        expect(verdicts.nth(0)).to_have_text(re.compile("^discs"))
        expect(verdicts.nth(1)).to_have_text(re.compile("^stripes"))
        tab.evaluate(AXE.read_text())
        assert violations(tab) == []
    assert errors == []


def test_what_is_no_photo_is_said(chromium, served):
    with opened_tab(chromium, served) as tab:
        tab.goto(served)
        expect(tab.get_by_text("Choose photos")).to_be_visible()
        choose(tab, ("broken.png", b"no picture"))
        expect(tab.locator(".verdict")).to_have_text("Not an image that can be read here.")


def test_no_other_page_can_frame_it(chromium, served):
    with opened_tab(chromium, served) as tab:
        tab.goto(served)
        tab.evaluate("document.body.append(Object.assign(document.createElement('iframe'), { src: '/' }))")
        tab.wait_for_timeout(500)
        (frame,) = tab.frames[1:]
        assert frame.url.startswith("chrome-error:") and not frame.locator("#drop").count()
