"""What decoding photos beside the engine gains: seconds from "Train" to the first epoch, and the tab's peak of memory.

A visitor's way on the built page: choosing a folder of photos, waiting until they are in, an input size, training. Each
time in a new Chromium. With another built site, visits take turns, and the ratios are told. The first line of figures
counts what comes before the first epoch: reading, hashing and decoding the photos, and their features. The second one
also counts the way from choosing the folder on, as of somebody who presses "Train" as soon as that can be pressed.

    .venv/bin/python bench/beside_engine.py [--site web/dist] [--against DIR] [--mixed 500] [--repeat 3] [--size 96]
"""

from __future__ import annotations

import re
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from many_photos import LABELS, write_photos
from photos_at_scale import LISTEN, PATIENCE_MS, link_all, peak_memory, set_input_size
from playwright.sync_api import Playwright, expect, sync_playwright
from testbed import arguments_parser, built_site, fresh_browser, open_page, serving_folders, shared_folder

GOAL_FEATURES, GOAL_MEMORY = 0.7, 1.3


@dataclass
class Visit:
    """What one visit took."""

    features_s: float
    since_intake_s: float
    tab_mb: float


def visit(playwright: Playwright, url: str, photos: Path, size: int, pause_s: float) -> Visit:
    """Go the way in a browser of its own."""
    with fresh_browser(playwright) as browser:
        page = open_page(browser, "about:blank")
        page.add_init_script(LISTEN)
        page.set_default_timeout(PATIENCE_MS)
        page.goto(url)
        status = page.get_by_role("status")
        expect(status).to_have_text("Ready", timeout=PATIENCE_MS)
        set_input_size(page, size)
        chosen = page.evaluate("performance.now() / 1000")
        page.get_by_label("Choose training folder").set_input_files(photos)
        expect(status).to_have_text(re.compile(r"^Ready: [\d,]+ photos"), timeout=PATIENCE_MS)
        page.wait_for_timeout(pause_s * 1000)
        page.evaluate("takeTimes()")
        pressed = page.evaluate("performance.now() / 1000")
        page.get_by_role("button", name="Train", exact=True).click()
        expect(status).to_have_text(re.compile("^Trained"), timeout=PATIENCE_MS)
        begun: float = page.evaluate("takeTimes()")["training"][0]
        return Visit(begun - pressed, begun - chosen - pause_s, peak_memory(browser, "renderer") / 1e6)


def told(name: str, visits: list[list[float]], unit: str) -> str:
    """Return a line: the median of each site, all its values, and the ratio of two."""
    medians = [statistics.median(values) for values in visits]
    parts = [
        f"{median:7.2f} {unit} ({', '.join(f'{value:.2f}' for value in values)})"
        for median, values in zip(medians, visits, strict=True)
    ]
    ratio = f"   ratio {medians[0] / medians[1]:.2f}" if len(medians) == 2 else ""
    return f"{name:28} " + "   against ".join(parts) + ratio


def main() -> None:
    """Visit the sites in turn."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--against", type=Path, metavar="DIR", help="another built site, to compare with")
    parser.add_argument("--photos", type=Path, help="folder of photos (default: the training ones of pexel-images)")
    parser.add_argument("--mixed", type=int, metavar="N", help="so many photos of mixed sizes, made for the occasion")
    parser.add_argument("--size", type=int, default=96, help="side of the network's input (default: 96)")
    parser.add_argument("--backend", default="wasm", choices=["webgpu", "webgl", "wasm", "cpu"])
    parser.add_argument("--pause", type=float, default=0, metavar="S", help="seconds before Train is pressed")
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    from fetch import fetch_file

    with (
        built_site(arguments.site) as site,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as temporary,
    ):
        if arguments.mixed:
            textures = {label: fetch_file(f"{label}.png") for label in LABELS}
            kept = arguments.photos or Path(temporary)
            paths = write_photos(textures, kept / "all", arguments.mixed)
            photos = link_all(paths, kept / "all", kept / str(arguments.mixed))
        else:
            photos = arguments.photos or shared_folder("data/pexel-images/training")
        sites = {"site": site} | ({"against": arguments.against} if arguments.against else {})
        visits: dict[str, list[Visit]] = {name: [] for name in sites}
        with serving_folders(sites) as url:
            for _ in range(arguments.repeat):
                for name, made in visits.items():
                    address = f"{url}{name}/?backend={arguments.backend}"
                    made.append(visit(playwright, address, photos, arguments.size, arguments.pause))
                    print(f"{name:8} {made[-1]}", flush=True)
    print(f"\n{photos}, {arguments.size} pixels, {arguments.backend}")
    print(told("from Train to first epoch", [[one.features_s for one in made] for made in visits.values()], "s"))
    print(told("from choosing, less pause", [[one.since_intake_s for one in made] for made in visits.values()], "s"))
    print(told("peak of the tab", [[one.tab_mb for one in made] for made in visits.values()], "MB"))


if __name__ == "__main__":
    main()
