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
    from serve import serving

    with serving(dist, "/pages/classifier/") as url:
        yield url


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    """A browser, as tests/browser_setup.py found it."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=EXPECT_TIMEOUT_MS)
    executable = BROWSER_FILE.read_text().strip()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable or None, args=FLAGS)
        yield browser
        browser.close()


@contextlib.contextmanager
def opened_tab(chromium, site, **options) -> Iterator[object]:
    """Open a fresh tab, such as with locale="fr-FR"; fail in the end if it asked another origin for anything.

    Without service workers, so that the site is not stored for each tab anew, and Playwright sees each request. Without
    motion, whose drawing takes a quarter of the processor's time while the page loads, where no GPU draws.
    """
    defaults = {
        "viewport": {"width": 1400, "height": 900},
        "accept_downloads": True,
        "service_workers": "block",
        "reduced_motion": "reduce",
    }
    context = chromium.new_context(**defaults | options)
    context.set_default_timeout(TIMEOUT_MS)
    foreign: list[str] = []
    origin = site.split("/pages/")[0]
    context.on("request", lambda r: r.url.startswith((origin, "blob:", "data:")) or foreign.append(r.url))
    yield context.new_page()
    context.close()
    assert not foreign, f"requests left the origin: {foreign}"


@pytest.fixture
def tab(chromium, site) -> Iterator[object]:
    """A fresh tab; the test fails if it asks another origin for anything."""
    with opened_tab(chromium, site) as tab:
        yield tab


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
