"""The page in each language: chosen by the browser or by hand, at once, complete, and without losing anything."""

from __future__ import annotations

import re

import pytest
from browser_fixtures import opened_tab
from playwright.sync_api import expect

TAGS = {"en": "en-GB", "fr": "fr", "zh": "zh-Hans"}
# What no language translates: names of classes and files, of products, formats and Keras's own words.
SAME = re.compile(
    r"([\w-]*|camera \d)\.(jpg|png|svg|zip|gz|js|html|csv|txt)\b|photos|train\b|cat|dog"
    r"|animal|fruit|vehicle|arrow|clock|heart"
    r"|pyclassifier|MobileNet|EfficientNet-Lite0|Python|WebGL|WebGPU|WebAssembly|JavaScript|TensorFlow"
    r"|MNIST|Teachable Machine|English|Français"
    r"|fake_device_0|API|CORS|CPU|MB|None|Enter|Delete|F1|[vV]\d\b|^(file|one|two)$|CSV|TSV|JSON|XML|zip|tar|JPEG|PNG|WebP|GIF|BMP|TIFF"
    r"|HEIC|AVIF|SVG|iPhone|onnxruntime"
    r"|Keras|TFLite|ONNX|SavedModel|ml5|u?int\d+|float\d+|python -m http.server|<img>|Ctrl"
    r"|HTML|npm|model/|https?:\S*|SwiftShader.*|ANGLE.*"
    r"|（File is not a zip file）"  # what Python's own library says
)
# The module of the page's texts: app.js names the file of each language, with its hash.
TEXTS = """fetch('js/app.js').then((response) => response.text()).then((app) => {
    const [file] = app.match(new RegExp(`${document.documentElement.lang.slice(0, 2)}-[A-Z0-9]+[.]js`));
    return import(new URL(`js/${file}`, document.baseURI));
})"""
# What is English everywhere: names of layers and of ImageNet's classes, and sentences that are marked as English.
ENGLISH = "noscript, template, pre, code, #language, #layer-table tbody, #answers-list, #kept, body [lang=en-GB]"


def open_site(page, site, hash_=""):
    page.goto(f"{site}?backend=wasm{hash_}")
    expect(page.locator("#loading")).to_be_hidden(timeout=120_000)
    return texts_of(page)


def texts_of(page):
    """The fixed texts, as the page has them now."""
    return page.evaluate(f"async () => ({{ ...(await {TEXTS}).labels }})")


def told(page, call):
    """A text with names and numbers, in the page's language."""
    return page.evaluate(f"async () => (await {TEXTS}).texts.{call}")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def train(page, words):
    page.locator("summary", has_text=words["advanced"]).first.click()
    page.get_by_label(words["inputSize"], exact=True).select_option("96")
    page.get_by_label(words["epochs"], exact=True).fill("3")
    button(page, words["train"]).click()
    expect(page.locator("#result")).to_be_visible(timeout=240_000)
    expect(button(page, words["train"])).to_be_enabled()


def recognise(page, words, photo):
    page.get_by_label(words["choosePhotos"], exact=True).set_input_files(photo)
    expect(page.locator("#recognised > ul > li")).to_have_count(1, timeout=60_000)


def said(page):
    """Everything that the page says to eyes and to screen readers, apart from what is English in all languages."""
    return page.evaluate(
        """(english) => {
        const said = [document.title];
        const nodes = document.createTreeWalker(document.body, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
        for (let node; (node = nodes.nextNode()); ) {
          if (node.parentElement.closest(english)) continue;
          if (node instanceof Text) said.push(node.data.trim());
          else for (const name of ["aria-label", "alt", "title", "placeholder"]) said.push(node.getAttribute(name));
        }
        return said.filter(Boolean);
        }""",
        ENGLISH,
    )


def english_left(page):
    things = page.evaluate("async () => (await fetch('models/imagenet_classes.json')).json()")
    recognised = re.compile(f"^(?:{'|'.join(re.escape(name) for _, name in things)})：")
    return [text for text in said(page) if re.search("[A-Za-z]{2}", SAME.sub("", recognised.sub("", text)))]


@pytest.mark.parametrize(
    ("locale", "language"),
    [("fr-CA", "fr"), ("de-DE", "en"), ("zh-CN", "zh"), ("en-US", "en")],
)
def test_the_browser_decides(chromium, site, locale, language):
    with opened_tab(chromium, site, locale=locale) as page:
        page.goto(site)
        expect(page.locator("html")).to_have_attribute("lang", TAGS[language])
        words = texts_of(page)
        expect(page.get_by_label(words["language"], exact=True)).to_have_value(language)
        expect(page.get_by_role("heading", name=words["trainTitle"], exact=True)).to_be_visible()


@pytest.mark.parametrize("locale", [pytest.param("fr-FR", marks=pytest.mark.full), "zh-CN"])
def test_from_photos_to_answers(chromium, site, dist, locale):
    with opened_tab(chromium, site, locale=locale) as page:
        words = open_site(page, site)
        button(page, words["useSamples"]).click()
        expect(page.get_by_role("status")).to_have_text(told(page, "photosReady(48, 3)"))
        train(page, words)
        recognise(page, words, dist / "samples/validation/animal/00.png")
        share = page.locator("#recognised .verdict span").text_content()
        assert re.fullmatch({"fr-FR": r"\d+,\d\s%", "zh-CN": r"\d+\.\d%"}[locale], share), share
        if locale == "zh-CN":
            assert english_left(page) == []


def without_sizes(lines):
    """What is said, but not how large what is kept is: one more photo that is recognised is kept, too."""
    return {re.sub(r"[\d.]+ MB", "some MB", line) for line in lines}


def test_switching_keeps_photos_and_model_and_leaves_nothing_behind(page, site, dist):
    words = open_site(page, site)
    button(page, words["useSamples"]).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("48 photos"))
    train(page, words)
    recognise(page, words, dist / "samples/validation/animal/00.png")
    # The photos are checked by themselves once they were trained on.
    expect(page.locator("#check-note")).not_to_contain_text("Check all photos")
    before = without_sizes(said(page))
    page.locator("#language").select_option("zh")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.locator(".u-legend").first).to_contain_text("轮次")  # the charts follow a frame later
    assert english_left(page) == []
    chinese = texts_of(page)
    expect(page.locator("#classes > li")).to_have_count(3)
    expect(page.locator("#recognised > ul > li")).to_have_count(1)
    recognise_again = page.get_by_label(chinese["choosePhotos"], exact=True)
    recognise_again.set_input_files(dist / "samples/validation/fruit/00.png")
    expect(page.locator("#recognised > ul > li")).to_have_count(2)
    expect(button(page, chinese["train"])).to_be_enabled()
    page.locator("#language").select_option("en")
    expect(page.locator(".u-legend").first).to_contain_text("Epoch")
    after = without_sizes(said(page))
    assert before <= after, before - after


def test_sentences_of_pythons_follow_the_language(tab, site, tmp_path):
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "1.heic").touch()
    (photos / "empty.csv").touch()
    (tmp_path / "model.zip").write_bytes(b"this is no zip")
    words = open_site(tab, site)  # Its console may show the error, for developers.
    tab.get_by_label(words["chooseTraining"]).set_input_files(photos)
    reason, empty = tab.locator(".problems li", has_text="1.heic"), tab.locator(".problems li", has_text="empty.csv")
    expect(empty.locator("span")).to_have_text(re.compile("^The table .*empty.csv is empty"))
    tab.locator("#language").select_option("fr")
    expect(reason.locator("span[lang=fr]")).to_contain_text("les photos HEIC ne peuvent pas être lues ici")
    expect(empty.locator("span[lang=fr]")).to_have_text(re.compile("^Le tableau .*empty.csv est vide"))
    tab.get_by_label(texts_of(tab)["openModel"]).set_input_files(tmp_path / "model.zip")
    expect(tab.locator("#alert span[lang=fr]")).to_contain_text("Ce n’est pas un fichier de modèle (.zip)")
    tab.locator("#language").select_option("zh")
    expect(reason.locator("span[lang=zh-Hans]")).to_contain_text("无法在此读取 HEIC 照片。请导出为 JPEG")
    expect(tab.locator("#alert span[lang=zh-Hans]")).to_contain_text("这不是模型文件（.zip）")


def test_the_choice_is_there_again_at_the_next_visit_and_on_all_pages(page, site):
    open_site(page, site)
    page.locator("#language").select_option("zh")
    for name in ("recognise", "digits", "logos"):
        page.locator(f"nav a[data-page={name}]").click()
        expect(page.locator(f"#page-{name}")).to_be_visible()
        expect(page.locator("#activity")).to_be_hidden(timeout=120_000)
        assert english_left(page) == [], name
    page.goto(site)  # a visit anew
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(page.get_by_role("heading", name="照片", exact=True)).to_be_visible()


def test_without_storage_the_choice_holds_until_the_page_is_closed(page, site):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })"
    )
    open_site(page, site)
    page.locator("#language").select_option("fr")
    expect(page.get_by_role("heading", name="Entraîner", exact=True)).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Prêt")


def test_only_the_visitors_language_is_fetched_and_another_one_when_it_is_chosen(page, site):
    fetched = []
    page.on("request", lambda request: fetched.extend(re.findall(r"/js/(en|fr|zh)-", request.url)))
    open_site(page, site)
    assert fetched == ["en"]
    page.locator("#language").select_option("fr")
    expect(page.get_by_role("status")).to_have_text("Prêt")
    assert fetched == ["en", "fr"]


def test_a_language_that_cannot_be_fetched_leaves_the_one_there_is(tab, site):
    open_site(tab, site)
    tab.route("**/js/fr-*.js", lambda route: route.abort())
    tab.locator("#language").select_option("fr")
    expect(tab.get_by_role("alert")).to_contain_text("This language could not be fetched")
    expect(tab.locator("#language")).to_have_value("en")
    expect(tab.get_by_role("heading", name="Train", exact=True)).to_be_visible()
    # The last choice counts, whichever texts come first.
    tab.locator("#language").select_option("fr")
    tab.locator("#language").select_option("zh")
    expect(tab.locator("html")).to_have_attribute("lang", "zh-Hans")
