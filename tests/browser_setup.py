"""Find or get a browser for the tests: `python tests/browser_setup.py`.

Playwright's own Chromium where it can be downloaded, else an installed Chrome or Chromium, else Debian's
package when root. The path of the one that starts goes into .cache/browser; an empty file means Playwright's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

BROWSER_FILE = Path(__file__).resolve().parent.parent / ".cache" / "browser"
# Flags that give headless Chromium WebGL on the CPU (SwiftShader): correct, and the same on every machine.
FLAGS = [
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-gpu-compositing",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",  # a camera, for those who are allowed to use it
]
_DOWNLOAD_TIMEOUT_S = 60
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_MAC_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def candidates() -> Iterator[str]:
    """Yield paths of browsers, the best first, each fetched only when the ones before it do not start."""
    if _run(sys.executable, "-m", "playwright", "install", "chromium", timeout=_DOWNLOAD_TIMEOUT_S):
        yield ""
    yield from filter(None, map(shutil.which, (*_COMMANDS, _MAC_CHROME)))
    if shutil.which("apt-get") and os.geteuid() == 0:
        print("Installing Debian's chromium for the tests", flush=True)  # noqa: T201
        if _run("apt-get", "update") and _run("apt-get", "install", "--yes", "chromium"):
            yield shutil.which("chromium") or ""


def starts(executable: str) -> bool:
    """Tell whether Playwright can drive this browser here."""
    with sync_playwright() as playwright:
        try:
            playwright.chromium.launch(executable_path=executable or None, args=["--no-sandbox"]).close()
        except Error:
            return False
    return True


def _run(*command: str, timeout: float | None = None) -> bool:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def main() -> None:
    """Write .cache/browser, unless it names a browser that is still there."""
    if BROWSER_FILE.exists():
        known = BROWSER_FILE.read_text()
        if not known or Path(known).exists():
            return
    for executable in candidates():
        if starts(executable):
            BROWSER_FILE.parent.mkdir(exist_ok=True)
            BROWSER_FILE.write_text(executable)
            print(f"Browser for the tests: {executable or 'Chromium of Playwright'}")  # noqa: T201
            return
    sys.exit(
        "Expected a browser for the tests: Playwright's Chromium could not be downloaded, no Chrome or "
        "Chromium is there, and Debian's package could not be installed. Install Chromium and try again."
    )


if __name__ == "__main__":
    main()
