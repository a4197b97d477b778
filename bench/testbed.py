"""What the measurements stand on: headless Chromium, a built site, the project's photos."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, Playwright

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("PYCLASSIFIER_SHARED", ROOT.parent / "shared"))
BACKBONE = "mobilenet_v1_0.25_224"
BACKBONE_FOLDER = SHARED / "models" / BACKBONE / "tfjs"
sys.path[:0] = [str(ROOT / "web"), str(ROOT / "tests")]

from browser_setup import BROWSER_FILE  # noqa: E402
from browser_setup import FLAGS as CPU_FLAGS  # noqa: E402

from pyclassifier.serving import serving as serving  # noqa: E402

PAGE_TIMEOUT_MS = 120_000

# Runs before anything else of a page: from then on longTasks() gives the pieces of work of 50 ms and more.
WATCH_LONG_TASKS = """{
    const tasks = [];
    const take = (entries) => tasks.push(...entries.map(({ startTime, duration }) => ({ startTime, duration })));
    const observer = new PerformanceObserver((list) => take(list.getEntries()));
    observer.observe({ type: "longtask", buffered: true });
    globalThis.longTasks = () => (take(observer.takeRecords()), tasks);
}"""


# Where there is a graphics processor, it computes; what headless Chromium needs for that on Linux:
# https://developer.chrome.com/blog/supercharge-web-ai-testing
_GPU_FLAGS = ["--use-angle=vulkan", "--enable-features=Vulkan", "--disable-vulkan-surface", "--enable-unsafe-webgpu"]
_WITHOUT_GPU = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-gpu-compositing")
_CPU_WEBGPU = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]


def browser_flags() -> list[str]:
    """Return what Chromium is started with: on this machine's graphics processor, or on the CPU where it has none."""
    if sys.platform == "linux" and not any(Path("/dev").glob("dri/renderD*")) and not Path("/dev/nvidia0").exists():
        return [*CPU_FLAGS, *_CPU_WEBGPU]
    own = _GPU_FLAGS if sys.platform == "linux" else _GPU_FLAGS[-1:]
    return [flag for flag in CPU_FLAGS if flag not in _WITHOUT_GPU] + own


@dataclass(frozen=True)
class Row:
    """One line of the table of `make bench`: who did what how well, beside the first of its kind, and the goal."""

    what: str
    who: str
    result: str
    ratio: float | None = None
    goal: str = ""
    reached: bool | None = None


def arguments_parser(documentation: str | None, *, site: bool = True) -> argparse.ArgumentParser:
    """Return a parser that knows --rows and, of scripts that measure the page, --site."""
    parser = argparse.ArgumentParser(description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter)
    if site:
        parser.add_argument("--site", type=Path, help="a built site to measure (default: build one for the occasion)")
    parser.add_argument("--rows", type=Path, metavar="FILE", help="also write what is measured there, for table.py")
    return parser


def write_rows(file: Path | None, rows: Sequence[Row]) -> None:
    """Write rows where --rows says, if it does."""
    if file is not None:
        file.write_text(json.dumps([asdict(row) for row in rows]))


def shared_folder(path: str) -> Path:
    """Return a folder of the data that is kept beside the project; end the script where it is absent."""
    folder = SHARED / path
    if not folder.is_dir():
        sys.exit(f"This measurement needs {folder}, which is not there. Set PYCLASSIFIER_SHARED to where it is.")
    return folder


@contextlib.contextmanager
def built_site(given: Path | None, *, backbone: bool = False) -> Iterator[Path]:
    """Yield the folder of a built site: the given one, or a fresh one, with MobileNet 0.25 beside the default."""
    if given:
        if not (given / "index.html").exists():
            sys.exit(f"Expected a built site in {given}, found none. Build it: make build")
        if backbone and not (given / "models" / BACKBONE).is_dir():
            sys.exit(f"Expected {BACKBONE} in {given}. Build it: make build BACKBONE={BACKBONE}={BACKBONE_FOLDER}")
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(ROOT / "web" / "build.py"), "--out", folder]
        if backbone:
            command += ["--backbone", f"{BACKBONE}={BACKBONE_FOLDER}"]
        # As the Makefile does: node may have come from PyPI into the virtual environment.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"PATH": path})
        if done.returncode:
            sys.exit(f"The site could not be built (`make build` once gets what that needs):\n{done.stderr}")
        yield Path(folder)


@contextlib.contextmanager
def serving_folders(folders: Mapping[str, Path]) -> Iterator[str]:
    """Serve several folders, each under its name; yield the URL."""
    with tempfile.TemporaryDirectory() as top:
        for name, folder in folders.items():
            (Path(top) / name).symlink_to(folder.resolve())
        with serving(Path(top)) as url:
            yield url


def executable() -> str | None:
    """Return the path of the browser, None for Playwright's own."""
    if not BROWSER_FILE.exists():
        sys.exit("Expected a browser in .cache/browser. Get one: make test, or python tests/browser_setup.py")
    return BROWSER_FILE.read_text().strip() or None


@contextlib.contextmanager
def fresh_browser(playwright: Playwright) -> Iterator[Browser]:
    """Yield a Chromium with an empty profile: nothing cached, no shader compiled."""
    browser = playwright.chromium.launch(executable_path=executable(), args=browser_flags())
    try:
        yield browser
    finally:
        browser.close()


def open_page(browser: Browser, url: str, *, bypass_csp: bool = False) -> Page:
    """Open a page whose long tasks are watched; errors of the page end the script."""
    return open_in(browser.new_context(bypass_csp=bypass_csp), url)


def open_in(context: BrowserContext, url: str) -> Page:
    """Do the same in a context that is there, such as that of a profile on disk."""
    page = context.new_page()
    page.set_default_timeout(PAGE_TIMEOUT_MS)
    page.on("pageerror", lambda error: print(f"error in the page: {error}", file=sys.stderr))
    page.add_init_script(WATCH_LONG_TASKS)
    page.goto(url)
    return page


def peak_memory(browser: Browser, kind: str) -> float:
    """Return the peak of resident memory in bytes of the largest of the browser's processes of this kind."""
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return max(_peak(process["id"]) for process in processes if process["type"] == kind)


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) * 1024 if found else math.nan
