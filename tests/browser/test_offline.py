"""The site without network, and new versions of it: service workers in Chromium, with the server really gone."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import re
import shutil
import socket
import threading
from http import HTTPStatus

import offline
import pytest
from browser_fixtures import TIMEOUT_MS
from build import is_kept
from notebook import Notebook
from photos import COLORS, encode, noisy
from PIL import Image
from playwright.sync_api import expect
from test_docs import faults
from test_page import train_for_long

from pyclassifier.serving import make_server

PREFIX = "/pages/classifier/"
LAB_WORKER = "lab/service-worker.js?enableCache=false"
# Keeping waits four seconds, here until the test says so.
HOLD_BACK = """{
  const { setTimeout } = globalThis;
  globalThis.later = [];
  globalThis.setTimeout = (work, ms, ...rest) => (ms === 4000 ? later.push(work) : setTimeout(work, ms, ...rest));
}"""
DESCRIPTION = "Train image classifiers in your own browser, in Python: no upload, no account, honest figures."


class Host:
    """A server that can be switched off, and whose site can change; it notes down what it is asked for and sends."""

    def __init__(self, folder):
        self.folder = folder
        self.asked: list[str] = []
        self.sent: list[str] = []
        self._server = make_server(folder, prefix=PREFIX)
        handler = self._server.RequestHandlerClass.func
        handler.log_request = lambda request, code, *_: self._note(request.path.removeprefix(PREFIX), code)
        self._connections: list[socket.socket] = []
        setup = handler.setup
        handler.setup = lambda request: (self._connections.append(request.request), setup(request))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://localhost:{self._server.server_port}{PREFIX}"

    def forget(self):
        del self.asked[:], self.sent[:]

    def _note(self, path, code):
        self.asked.append(path)
        if code == HTTPStatus.OK:
            self.sent.append(path)

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        for connection in self._connections:  # Those that browsers keep open would go on being answered.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def host(dist, tmp_path):
    shutil.copytree(dist, tmp_path / "site", copy_function=os.link)
    host = Host(tmp_path / "site")
    yield host
    with contextlib.suppress(OSError):
        host.stop()


@pytest.fixture
def context(chromium):
    context = chromium.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    yield context
    context.close()


def visit(context, host, address="?backend=wasm"):
    """Open the page and wait until it may be left alone without network."""
    page = context.new_page()
    page.goto(host.url + address)
    expect(page.get_by_text("Ready to work offline")).to_be_visible(timeout=120_000)
    expect(page.get_by_role("status")).to_have_text("Ready")
    return page


def cut_network(context, host):
    host.stop()
    context.set_offline(True)


def ready(page):
    expect(page.get_by_role("status")).to_have_text(re.compile("^(Ready|Your project is back)"), timeout=120_000)
    return page


def write_photos(folder):
    for k, (label, color) in enumerate(COLORS.items()):
        (folder / label).mkdir(parents=True)
        for i in range(6):
            (folder / label / f"{i}.png").write_bytes(encode(noisy(color, 10 * k + i)))
    return folder


def train_and_recognise(page, folder):
    page.get_by_label("Choose training folder").set_input_files(folder)
    expect(page.get_by_role("status")).to_have_text(re.compile("18 photos in 3 classes"), timeout=60_000)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Trained: "), timeout=TIMEOUT_MS)
    page.get_by_label("Choose photos to recognise").set_input_files(folder / "red" / "0.png")
    recognised = page.locator("#recognised > ul > li")
    expect(recognised).to_have_count(1, timeout=60_000)
    expect(recognised).to_contain_text("red")


def test_after_one_visit_the_page_trains_and_recognises_without_network(host, context, tmp_path):
    page = visit(context, host)
    # What the page does not need at first is kept as soon as it is used.
    page.get_by_role("button", name="Use sample photos").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("48 photos in 3 classes"))
    cut_network(context, host)
    ready(page.reload() and page)
    page.get_by_role("button", name="Remove all photos").click()
    page.get_by_role("button", name="Use sample photos").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("48 photos in 3 classes"))
    page.get_by_role("button", name="Remove all photos").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^All photos are removed"))
    page.close()
    page = context.new_page()
    page.goto(host.url)  # Whatever comes after the question mark.
    train_and_recognise(ready(page), write_photos(tmp_path / "photos"))


def test_a_first_visit_fetches_hardly_anything_twice_and_a_second_nothing(host, context):
    page = visit(context, host)
    # A window of Playwright's has its cache in memory, which does not take a file as big as this one.
    twice = {path for path in host.sent if host.sent.count(path) > 1} - {"py/python.pack"}
    assert twice == set()
    later = {path for path in host.sent if not is_kept(path.split("?")[0])}
    assert later <= {"lab/jupyter-lite.json", LAB_WORKER}
    host.forget()
    ready(page.reload() and page)
    assert host.sent == [] and set(host.asked) <= {"sw.js", LAB_WORKER}


def test_what_is_packed_is_kept_as_it_is_used(host, context):
    page = visit(context, host)
    kept = page.evaluate(
        """async () => {
          const cache = await caches.open(`pyclassifier ${new URL(document.baseURI).pathname}`);
          const key = (await cache.keys()).find(({ url }) => url.includes("py/wasm.pack"));
          const response = await cache.match(key);
          return [response.headers.get("content-type"), (await response.arrayBuffer()).byteLength];
        }"""
    )
    packed = (host.folder / "py/wasm.pack").read_bytes()
    assert kept == ["application/wasm", len(gzip.decompress(packed))]


def test_the_site_is_kept_once_what_was_begun_at_first_is_done(host, context, tmp_path):
    page = context.new_page()
    page.add_init_script(HOLD_BACK)
    ready(page.goto(host.url) and page)
    page.get_by_label("Choose training folder").set_input_files(write_photos(tmp_path / "photos"))
    page.locator("summary", has_text="Advanced").click()
    train_for_long(page)
    page.evaluate("later.pop()()")
    registered = "navigator.serviceWorker.getRegistrations().then(({ length }) => length)"
    page.wait_for_timeout(2000)
    assert page.evaluate(registered) == 0
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Stopped after"))
    expect(page.get_by_text("Ready to work offline")).to_be_visible(timeout=120_000)


def change(host, text):
    """Put a changed build on the server, as web/build.py would."""
    files = {path.relative_to(host.folder).as_posix(): path for path in host.folder.rglob("*") if path.is_file()}
    page = files.pop("index.html")
    old_worker = files.pop("sw.js")
    files["index.html"] = page.read_text().replace(DESCRIPTION, text).encode()
    worker = offline.worker_files(files, is_kept)["sw.js"]
    for old, new in ((page, files["index.html"]), (old_worker, worker)):
        old.unlink()  # The files are links to those that all tests have.
        old.write_bytes(new)
    host.forget()


def change_texts(host, name):
    """Change the French texts, whose file has another name then, as web/build.py gives it one of its hash."""
    (texts,) = host.folder.glob("js/fr-*.js")
    page = host.folder / "js/app.js"
    changed = page.read_text().replace(texts.name, name)
    page.unlink()  # a link, too
    page.write_text(changed)
    texts.rename(texts.with_name(name))


def build_of(page):
    return page.locator("meta[name=description]").get_attribute("content")


def builds_in_cache(page):
    return page.evaluate(
        """async () => {
          const cache = await caches.open(`pyclassifier ${new URL(document.baseURI).pathname}`);
          const pages = (await cache.keys()).filter((key) => new RegExp("classifier/index.html[?]").test(key.url));
          const texts = await Promise.all(pages.map(async (key) => (await cache.match(key)).text()));
          return texts.map((text) => text.match(/name="description" content="(.*?)"/)[1]).sort();
        }"""
    )


def test_a_new_version_announces_itself_and_waits_for_the_button(host, context, tmp_path):
    page = visit(context, host)
    change(host, "second build")
    ready(page.reload() and page)
    notice = page.get_by_text("A new version is ready")
    expect(notice).to_be_visible(timeout=60_000)
    # Only what has changed was fetched.
    fetched = [path for path in host.asked if not path.startswith(("sw.js", "lab/"))]
    assert fetched == [""]
    # The old one goes on working, and is not interrupted.
    assert build_of(page) == DESCRIPTION and builds_in_cache(page) == sorted([DESCRIPTION, "second build"])
    button = page.get_by_role("button", name="Reload")
    expect(button).to_be_enabled()
    assert faults(page) == []
    page.get_by_label("Choose training folder").set_input_files(write_photos(tmp_path / "photos"))
    page.locator("summary", has_text="Advanced").click()
    train_for_long(page)
    expect(button).to_be_disabled()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Stopped after"))
    assert build_of(page) == DESCRIPTION
    other = context.new_page()
    other.goto(host.url)
    expect(other.get_by_text("A new version is ready")).to_be_visible(timeout=60_000)
    expect(button).to_be_enabled()
    button.click()
    expect(page.locator("meta[content='second build']")).to_be_attached()
    expect(page.get_by_text("Ready to work offline")).to_be_visible(timeout=120_000)
    expect(page.get_by_text("A new version is ready")).to_be_hidden()
    assert builds_in_cache(page) == ["second build"]
    # Another tab is left as it is, too.
    assert build_of(other) == DESCRIPTION
    expect(other.get_by_text("A new version is ready")).to_be_visible()
    cut_network(context, host)
    assert build_of(ready(page.reload() and page)) == "second build"


def cores_of(page):
    """Whether the page is isolated, and what its settings say."""
    page.locator("summary", has_text="Advanced").click()
    return page.evaluate("crossOriginIsolated"), page.locator("#cores").inner_text()


OPEN_FRAME = """(address) => new Promise((resolve) => {
    addEventListener("message", ({ data }) => resolve(data));
    const frame = document.createElement("iframe");
    frame.src = address;
    document.body.append(frame);
})"""


def test_all_cores_compute_from_the_second_visit_on_where_the_host_sends_no_headers(
    host, context, monkeypatch, tmp_path
):
    monkeypatch.setattr("pyclassifier.serving.site.ISOLATION", {})
    page = visit(context, host)
    assert cores_of(page) == (False, "Computes on one core of the processor.")
    # What is done on the first visit is still there on the second one, which nobody is made to begin.
    page.get_by_label("Choose training folder").set_input_files(write_photos(tmp_path / "photos"))
    expect(page.get_by_role("status")).to_have_text(re.compile("18 photos in 3 classes"), timeout=60_000)
    cut_network(context, host)
    ready(page.reload() and page)
    n = min(os.cpu_count(), 8)
    computes_on = f"Computes on {n} cores of the processor." if n > 1 else "Computes on one core of the processor."
    assert cores_of(page) == (True, computes_on)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("status")).to_have_text(re.compile("^Trained: "), timeout=TIMEOUT_MS)
    # The frame that fetches pictures of other sites works within it.
    assert page.evaluate(OPEN_FRAME, f"{host.url}fetch.html") == "ready"


@pytest.mark.full
def test_a_page_of_the_old_version_finds_its_parts_until_the_new_one_takes_over(host, context):
    pages = [visit(context, host), visit(context, host)]
    change_texts(host, "fr-CHANGED.js")
    change(host, "second build")
    pages.append(visit(context, host))
    expect(pages[2].get_by_text("A new version is ready")).to_be_visible(timeout=60_000)
    pages[0].locator("#language").select_option("fr")
    expect(pages[0].get_by_role("heading", name="Entraîner", exact=True)).to_be_visible()
    assert "js/fr-CHANGED.js" in host.asked  # by the worker of the new version, for later
    pages[2].get_by_role("button", name="Reload").click()
    expect(pages[2].locator("meta[content='second build']")).to_be_attached()
    # What is gone from the server and from the browser is not there for the old version: it goes on as it is.
    expect(pages[1].get_by_text("A new version is ready")).to_be_visible()
    pages[1].locator("#language").select_option("fr")
    expect(pages[1].get_by_role("alert")).to_contain_text("reload the page")
    expect(pages[1].get_by_role("heading", name="Train", exact=True)).to_be_visible()
    pages[1].reload()
    pages[1].locator("#language").select_option("fr")
    expect(pages[1].get_by_role("heading", name="Entraîner", exact=True)).to_be_visible()


@pytest.mark.full
def test_the_notebooks_keep_their_own_worker_and_open_without_network_once_used(host, context):
    page = visit(context, host)
    code = "from pathlib import Path\nimport pyclassifier\nprint(Path('photo.bin').stat().st_size)"
    notebook = Notebook(page, host.url)
    notebook.write_file("photo.bin", bytes(range(256)))
    assert notebook.execute(code) == "256\n"
    scopes = page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).map((r) => r.scope)")
    assert sorted(scopes) == [host.url, f"{host.url}lab/"]
    cut_network(context, host)
    assert Notebook(page, host.url).execute(code) == "256\n"
    page.goto(host.url)
    ready(page)


def test_what_was_never_opened_is_said_to_be_missing_without_network(host, context):
    page = visit(context, host)
    with context.expect_page() as opened:
        page.get_by_role("link", name="Guide", exact=True).click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Quick start")
    assert opened.value.evaluate("opener") is None
    opened.value.close()
    host.stop()  # For the browser there is a network still.
    for name in ("Open in a notebook", "API reference"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text(f"“{name}” cannot be opened now")
        page.get_by_role("button", name="Dismiss").click()
    assert context.pages == [page]
    with context.expect_page() as opened:
        page.get_by_role("link", name="Guide", exact=True).click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("Quick start")


def test_it_can_be_installed(host, context):
    page = visit(context, host)
    found = context.new_cdp_session(page).send("Page.getAppManifest")
    assert found["errors"] == [] and found["url"] == f"{host.url}manifest.webmanifest"
    manifest = json.loads(found["data"])
    assert manifest["name"] == "pyclassifier" and manifest["display"] == "standalone"
    for icon in manifest["icons"]:
        with Image.open(host.folder / icon["src"]) as drawn:
            assert drawn.format == "PNG" and icon["sizes"] == f"{drawn.width}x{drawn.height}"
            corner = drawn.convert("RGBA").getpixel((0, 0))
            # A maskable one reaches the edges; the others have round corners.
            assert corner == ((11, 110, 105, 255) if icon.get("purpose") == "maskable" else (0, 0, 0, 0))
    errors = context.new_cdp_session(page).send("Page.getInstallabilityErrors")["installabilityErrors"]
    # A window of Playwright's is one of those that keep nothing, into which Chromium installs nothing.
    assert {error["errorId"] for error in errors} <= {"in-incognito"}
