"""Every state of the pages, wide and at 360 px, light and dark, in each language: axe finds nothing, nothing is cut."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from browser_fixtures import ROOT, opened_tab
from playwright.sync_api import expect
from test_languages import button, english_left, open_site
from test_page import AXE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = {
    "wide": {"locale": "en-GB", "color_scheme": "light", "viewport": {"width": 1400, "height": 900}},
    "dark phone": {"locale": "fr-FR", "color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
    "light phone": {"locale": "zh-CN", "color_scheme": "light", "viewport": {"width": 360, "height": 740}},
}

# Sideways scrolling, controls that are too small to touch, outside the page, or whose text does not fit.
MEASURE = """() => {
const faults = [];
const whole = document.documentElement.scrollWidth;
if (whole > innerWidth) faults.push(`scrolls sideways: ${whole}`);
for (const control of document.querySelectorAll("a[href], button, label.button, select, input, textarea, summary")) {
  const box = control.getBoundingClientRect();
  if (!control.checkVisibility({ visibilityProperty: true }) || control.matches(".file-input")) continue;
  const target = control.matches("[type=checkbox], [type=radio]") ? control.closest("label") ?? control : control;
  const { width, height } = target.getBoundingClientRect();
  const name = control.outerHTML.slice(0, 120);
  if (width < 32 || height < 32) faults.push(`small ${Math.round(width)} x ${Math.round(height)}: ${name}`);
  if ((box.left < 0 || box.right > innerWidth + 1) && !control.closest(".scroll, nav")) faults.push(`outside: ${name}`);
  const fits = control.matches("select, input") || control.scrollWidth <= control.clientWidth + 1;
  if (!fits) faults.push(`cut off: ${name}`);
}
return faults;
}"""


def faults(page):
    page.evaluate("document.querySelectorAll('.scroll').forEach((box) => box.scrollTo(0, 0))")
    found = page.evaluate("(tags) => axe.run(document, { runOnly: tags })", TAGS)["violations"]
    return [(v["id"], [node["html"][:200] for node in v["nodes"]]) for v in found] + page.evaluate(MEASURE)


def unfold(page):
    """Open all that is folded, as far as it can be seen."""
    folded = page.locator("main:not([hidden]) details:not([open]) > summary:visible")
    folded.evaluate_all("summaries => summaries.forEach(({ parentElement }) => { parentElement.open = true; })")


def states(page, site, dist, folder) -> Iterator[str]:
    """Bring the site into one state after the other; the test looks at each."""
    words = open_site(page, site)
    yield "empty"
    page.get_by_label(words["openModel"], exact=True).set_input_files(ROOT / "web/site/favicon.svg")
    expect(page.get_by_role("alert")).not_to_be_empty()
    yield "an error"
    button(page, words["dismiss"]).click()
    button(page, words["useSamples"]).click()
    expect(button(page, words["train"])).to_be_enabled(timeout=60_000)
    yield "photos in"
    yield from taking_in(page, words)
    yield from arranging(page)
    page.locator("summary", has_text=words["advanced"]).first.click()
    page.get_by_label(words["epochs"], exact=True).fill("1000")
    page.get_by_label(words["hiddenUnits"], exact=True).fill("100")  # else it has learned all before Stop is pressed
    page.get_by_label(words["inputSize"], exact=True).select_option("96")
    yield from checking(page, dist, folder)
    button(page, words["train"]).click()
    expect(page.locator("#curves")).to_be_visible(timeout=120_000)
    yield "training"
    button(page, words["stop"]).click()
    expect(page.locator("#result")).to_be_visible(timeout=60_000)
    unfold(page)
    yield "trained"
    page.locator("#confusion button").first.click()
    expect(page.locator("#cell")).to_be_visible()
    yield "a cell's photos"
    page.locator("#cell-photos .photo").first.dblclick()
    expect(page.locator("dialog[open]")).to_be_visible()
    yield "one of them in large"
    page.keyboard.press("Escape")
    photos = [dist / "samples/validation/animal/00.png", ROOT / "web/site/favicon.svg"]
    page.get_by_label(words["choosePhotos"], exact=True).set_input_files(photos)
    expect(page.locator("#recognised > ul > li")).to_have_count(2, timeout=60_000)
    button(page, words["liveOpen"]).click()
    expect(page.locator("#live-bars .bar").first).to_be_visible(timeout=60_000)
    yield "live"
    button(page, words["closeCamera"]).click()
    button(page, words["keepModel"]).click()
    expect(page.locator("#kept > li")).to_have_count(1)
    yield "recognised"
    page.locator("#project-new").click()
    expect(page.locator("#project-dialog")).to_be_visible()
    yield "asked about the project"
    page.locator("#project-leave").click()
    expect(page.locator("#projects > li")).to_have_count(1)
    yield "a project left"
    page.locator("nav a[data-page=recognise]").click()
    expect(page.locator("#layer-table tbody tr").first).to_be_visible(timeout=60_000)
    button(page, words["openCamera"]).click()
    expect(button(page, words["takePhoto"])).to_be_focused(timeout=30_000)
    yield "camera"
    button(page, words["takePhoto"]).click()
    button(page, words["predict"]).click()
    expect(page.locator("#answers-list > ul > li")).to_have_count(1, timeout=60_000)
    yield "predicted"
    page.locator("nav a[data-page=digits]").click()
    expect(page.locator("#digits-examples li").first).to_be_visible(timeout=60_000)
    yield "digits"
    page.locator("nav a[data-page=logos]").click()
    expect(page.locator("#page-logos")).to_be_visible()
    yield "logos"


def taking_in(page, words) -> Iterator[str]:
    """What unfolds around the ways in: more of them, the camera, a table whose columns are not certain."""
    for fold in page.locator("#photos .way-fold").all():
        fold.locator("summary").click()
    yield "folders, and more ways"
    for fold in page.locator("#photos .way-fold").all():
        fold.locator("summary").click()
    page.locator("#classes .way-camera").first.click()
    expect(page.locator("#capture-record")).to_be_enabled(timeout=30_000)
    yield "the camera for photos"
    page.keyboard.press("Escape")
    table = "\n".join(["file,one,two", *(f"{i}.png,a{i % 2},b{i // 2}" for i in range(4))])
    names = ["labels.csv", *(f"{i}.png" for i in range(4))]
    page.locator("#training-files").set_input_files(
        [{"name": name, "mimeType": "", "buffer": table.encode()} for name in names]
    )
    expect(page.locator("dialog[open] select")).to_have_count(2)
    yield "asked for columns"
    page.keyboard.press("Escape")


def arranging(page) -> Iterator[str]:
    """What unfolds around the photos: menus, the bar of chosen photos, dialogs."""
    page.locator("#classes .menu-button").first.click()
    expect(page.locator("#classes .menu-list").first).to_be_visible()
    yield "a class's menu"
    page.keyboard.press("Escape")
    page.locator("#classes .photo").first.click()
    # The bar floats: what scrolls beneath it looks cut to axe.
    page.locator("#chosen").evaluate("bar => { bar.style.position = 'static'; }")
    yield "a photo chosen"
    for opener, name in (("#chosen-view", "a photo in large"), ("#chosen-move", "asked for a class")):
        page.locator(opener).click()
        expect(page.locator("dialog[open]")).to_be_visible()
        yield name
        page.keyboard.press("Escape")
    page.locator("#chosen-none").click()


def checking(page, dist, folder) -> Iterator[str]:
    """What is wrong with the photos: a small class, whose photos are a copy and one that cannot be read."""
    odd = folder / "1" / "7"  # names that every language has
    odd.mkdir(parents=True)
    shutil.copy(dist / "samples/training/animal/00.png", odd)
    (odd / "01.jpg").write_bytes(b"no photo")
    page.locator("#training-folder").set_input_files(odd.parent)
    page.locator("#check > summary").click()
    page.locator("#check-all").click()
    expect(page.locator("#findings > li")).to_have_count(4, timeout=60_000)
    yield "checked"


@pytest.mark.parametrize(
    "look",
    [
        pytest.param("wide", marks=pytest.mark.full),
        "dark phone",
        pytest.param("light phone", marks=pytest.mark.full),
    ],
)
def test_no_state_has_a_fault(chromium, site, dist, tmp_path, look):
    with opened_tab(chromium, site, **LOOKS[look]) as page:
        page.context.grant_permissions(["camera"])
        page.set_default_timeout(60_000)
        found = {}
        for state in states(page, site, dist, tmp_path):
            if page.evaluate("!globalThis.axe"):
                page.evaluate(AXE.read_text())
            if state != "training":
                expect(page.locator("#activity")).to_be_hidden(timeout=60_000)
            page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")  # else a bar may just cover half of a button
            page.wait_for_timeout(100)  # charts follow the width a frame later
            found[state] = faults(page)
            if look == "wide":
                page.locator("#language").select_option("zh")
                found[state] += english_left(page)
                page.locator("#language").select_option("en")
        lines = [f"{state}: {fault}" for state, faults_ in found.items() for fault in faults_]
        assert not lines, "\n".join(sorted(set(lines)))
