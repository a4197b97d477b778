"""What it gains that features are computed ahead, while somebody looks: seconds from "Train" to the first epoch.

On the built page, with the photos of pexel-images, at the input size that the page begins with. "Train" is pressed at
once in one visit, and after so many seconds in the next one, in turns, each time in a new Chromium.

    .venv/bin/python bench/prepared.py [--site web/dist] [--pause 5] [--repeat 3]
"""

from __future__ import annotations

import re
import statistics
from pathlib import Path

from photos_at_scale import PATIENCE_MS, open_listening
from playwright.sync_api import Playwright, expect, sync_playwright
from testbed import Row, arguments_parser, built_site, fresh_browser, serving, shared_folder, write_rows


def visit(playwright: Playwright, url: str, photos: Path, pause_s: float) -> float:
    """Train on the page; return how long it took until the first epoch had been computed."""
    with fresh_browser(playwright) as browser:
        page = open_listening(browser, url)
        status = page.get_by_role("status")
        page.get_by_label("Choose training folder").set_input_files(photos)
        expect(status).to_have_text(re.compile(r"^Ready: [\d,]+ photos"), timeout=PATIENCE_MS)
        page.wait_for_timeout(1000 * pause_s)
        page.evaluate("takeTimes()")
        pressed: float = page.evaluate("performance.now() / 1000")
        page.get_by_role("button", name="Train", exact=True).click()
        expect(status).to_have_text(re.compile("^Trained"), timeout=PATIENCE_MS)
        first_epoch: float = page.evaluate("takeTimes()")["training"][0]
        return first_epoch - pressed


def main() -> None:
    """Press at once and later, in turns."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--pause", type=float, default=5, metavar="S", help="seconds before training (default: 5)")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    photos = shared_folder("data/pexel-images/training")
    seconds: dict[float, list[float]] = {0.0: [], asked.pause: []}
    with built_site(asked.site) as site, serving(site) as url, sync_playwright() as playwright:
        for _ in range(asked.repeat):
            for pause_s, taken in seconds.items():
                taken.append(visit(playwright, url, photos, pause_s))
                print(f"after {pause_s:g} s: {taken[-1]:.2f} s to the first epoch", flush=True)
    at_once, later = map(statistics.median, seconds.values())
    ratio = later / at_once
    print(f"{at_once:.2f} s, and {later:.2f} s after {asked.pause:g} s: {ratio:.2f}")
    what = 'Photos of pexel-images, from "Train" to the first epoch'
    prepared = Row(what, f"pressed {asked.pause:g} s later", f"{later:.2f} s", ratio)
    write_rows(asked.rows, [Row(what, "pressed as soon as they are there", f"{at_once:.2f} s", 1.0), prepared])


if __name__ == "__main__":
    main()
