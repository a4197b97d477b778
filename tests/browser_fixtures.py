"""Fixtures for tests in a real browser: the built site on a local server, and pages of headless Chromium on it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_setup import BROWSER_FILE, FLAGS
from made_once import make_once

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"
sys.path.insert(0, str(ROOT / "web"))

SMALL_BACKBONE = "mobilenet_v1_0.25_224"
TIMEOUT_MS = 300_000
EXPECT_TIMEOUT_MS = 30_000  # Playwright's 5 seconds are too few where other tests run beside.
# Without service workers, so that the site is not stored for each tab anew, and Playwright sees each request. Without
# motion, whose drawing takes a quarter of the processor's time while the page loads, where no GPU draws.
TAB = {
    "viewport": {"width": 1400, "height": 900},
    "accept_downloads": True,
    "service_workers": "block",
    "reduced_motion": "reduce",
}


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real photos and models that is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip("../shared with its real photos is not here")
    return SHARED


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built anew, with MobileNet 0.25 added where ../shared holds it."""
    small = SHARED / "models" / SMALL_BACKBONE / "tfjs"
    backbone = ["--backbone", f"{SMALL_BACKBONE}={small}"] if small.is_dir() else []
    command = [sys.executable, str(ROOT / "web/build.py"), *backbone, "--out"]
    return make_once(
        tmp_path_factory, "site", lambda out: subprocess.run([*command, out], check=True, stdout=subprocess.DEVNULL)
    )


@pytest.fixture(scope="session")
def site(dist: Path) -> Iterator[str]:
    """URL of the site, which lies below a sub-path as on many hosts."""
    from pyclassifier.serving import serving

    with serving(dist, "/pages/classifier/") as url:
        yield url


@pytest.fixture(scope="session")
def browsers() -> Iterator[tuple[object, dict[str, object]]]:
    """What starts browsers, and with what: the one that tests/browser_setup.py found."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=EXPECT_TIMEOUT_MS)
    with sync_playwright() as playwright:
        yield playwright.chromium, {"executable_path": BROWSER_FILE.read_text().strip() or None, "args": FLAGS}


@pytest.fixture(scope="session")
def chromium(browsers) -> Iterator[object]:
    """A browser whose contexts know nothing of each other."""
    kind, how = browsers
    browser = kind.launch(**how)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def profile(browsers, tmp_path_factory) -> Iterator[object]:
    """A context that keeps the code it has compiled, as a visitor's does: pages start in two thirds of the time."""
    kind, how = browsers
    context = kind.launch_persistent_context(tmp_path_factory.mktemp("profile"), **how, **TAB)
    yield context
    context.close()


@pytest.fixture(scope="session")
def webgpu_chromium(browsers) -> Iterator[object]:
    """A browser that has WebGPU, on the CPU, too."""
    kind, how = browsers
    browser = kind.launch(
        **how | {"args": [*how["args"], "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]}
    )
    yield browser
    browser.close()


@contextlib.contextmanager
def watched(context, site) -> Iterator[object]:
    """Open a tab; fail in the end if it asked another origin for anything."""
    context.set_default_timeout(TIMEOUT_MS)
    foreign: list[str] = []
    origin = site.split("/pages/")[0]

    def watch(request: object) -> None:
        if not request.url.startswith((origin, "blob:", "data:")):
            foreign.append(request.url)

    context.on("request", watch)
    tab = context.new_page()
    # Chromium learns now that Playwright answers choosers: told just before a key is pressed, it may hear it too late.
    tab.on("filechooser", lambda chooser: None)
    yield tab
    context.remove_listener("request", watch)
    assert not foreign, f"requests left the origin: {foreign}"


@contextlib.contextmanager
def opened_tab(chromium, site, **options) -> Iterator[object]:
    """Open a tab in a context of its own, such as with locale="fr-FR"."""
    context = chromium.new_context(**TAB | options)
    try:
        with watched(context, site) as tab:
            yield tab
    finally:
        context.close()


@pytest.fixture
def tab(profile, site) -> Iterator[object]:
    """A tab that finds nothing stored by another one; the test fails if it asks another origin for anything."""
    (first, *_) = profile.pages
    with watched(profile, site) as tab:
        yield tab
    for page in profile.pages[1:]:
        page.close()
    session = profile.new_cdp_session(first)
    session.send("Storage.clearDataForOrigin", {"origin": site.split("/pages/")[0], "storageTypes": "all"})
    session.detach()


@pytest.fixture
def page(tab) -> Iterator[object]:
    """A fresh tab; the test fails, too, if its console shows an error."""
    errors: list[str] = []
    tab.on("pageerror", lambda error: errors.append(str(error)))

    def on_console(message: object) -> None:
        # Chromium asks for a favicon.ico of its own accord where a tab shows something else than the page.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            errors.append(message.text)

    tab.on("console", on_console)
    yield tab
    assert not errors, f"the page's console shows errors: {errors}"
