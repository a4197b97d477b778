"""What decoding photos beside the engine gains: seconds from `train` to the first epoch, and the tab's peak of memory.

An empty page does it with js/client.js, so that it is decoding and features that are measured, and nothing is drawn
beside it; what a visitor of the page waits for, bench/prepared.py measures. Each time in a new Chromium. Visits take
turns with those of copies of the site: one without what decoders run, where the engine's worker decodes all by itself,
and one that has neither that nor the threads' WebAssembly, so that one core does all, as it was before there were any;
or with those of another built site. The first line of figures counts what comes before the first epoch: reading,
hashing and decoding the photos, and their features. The second one also counts the intake before. Decoders start with
the intake: --pause is how long somebody looks at the photos before they train.

    .venv/bin/python bench/beside_engine.py [--site web/dist] [--against DIR] [--mixed 500] [--repeat 3]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from many_photos import LABELS, write_photos
from photos_at_scale import PATIENCE_MS, link_all
from playwright.sync_api import Browser, Playwright, sync_playwright
from testbed import (
    ROOT,
    Row,
    arguments_parser,
    built_site,
    fresh_browser,
    open_page,
    peak_memory,
    serving_folders,
    shared_folder,
    write_rows,
)

# Of what it takes on one core: with the photos of pexel-images, and with mixed ones.
GOAL, GOAL_MIXED = 0.65, 0.7
GOAL_MEMORY = 1.3
DECODER, THREADS = "decoder.js", "tfjs-backend-wasm-threaded-simd.wasm"
WHO = {
    "site": "ours, with decoders",
    "no decoders": "without decoders",
    "one core": "on one core, without decoders",
    "against": "another site",
}

# Files as a visitor gives them: the browser reads them from the disk when they are wanted.
CHOOSE = """() => {
    const input = Object.assign(document.createElement("input"), { type: "file", webkitdirectory: true });
    document.body.append(input);
}"""
CONNECT = """async ([site, backend]) => {
    const { connect } = await import(`${site}js/client.js`);
    globalThis.client = await connect({ backend });
}"""
TRAIN = """async ([inputSize, pause]) => {
    const now = () => performance.now() / 1000;
    const chosen = now();
    await client.add("training", document.querySelector("input").files);
    const intake = now() - chosen;
    await new Promise((resolve) => setTimeout(resolve, pause * 1000));
    const pressed = now();
    let begun = 0;
    const onProgress = ({ stage }) => {
        if (stage === "training" && !begun) begun = now();
    };
    await client.train({ inputSize, onProgress });
    return [intake, begun - pressed];
}"""


@dataclass
class Visit:
    """What one visit took."""

    intake_s: float
    features_s: float
    tab_mb: float


def visit(browser: Browser, url: str, site: str, photos: Path, asked: argparse.Namespace) -> Visit:
    """Train from an empty page."""
    page = open_page(browser, f"{url}decoding/blank.html")
    page.set_default_timeout(PATIENCE_MS)
    page.evaluate(CHOOSE)
    page.locator("input").set_input_files(photos)
    page.evaluate(CONNECT, [f"{url}{site}/", asked.backend])
    intake, features = page.evaluate(TRAIN, [asked.size, asked.pause])
    return Visit(intake, features, peak_memory(browser, "renderer") / 1e6)


def told(visits: dict[str, list[float]], unit: str) -> str:
    """Return a line for each site: the median, its ratio to that of the last one, and all values."""
    medians = {name: statistics.median(values) for name, values in visits.items()}
    *_, reference = medians.values()
    return "\n".join(
        f"    {name:12} {medians[name]:8.2f} {unit}   ratio {medians[name] / reference:.2f}"
        f"   ({', '.join(f'{value:.2f}' for value in values)})"
        for name, values in visits.items()
    )


def measure(playwright: Playwright, sites: dict[str, Path], photos: Path, asked: argparse.Namespace) -> list[Row]:
    """Visit the sites in turn; print the figures, and return those of the one table."""
    visits: dict[str, list[Visit]] = {name: [] for name in sites}
    with serving_folders({**sites, "decoding": ROOT / "bench" / "decoding"}) as url:
        for _ in range(asked.repeat):
            for name, made in visits.items():
                with fresh_browser(playwright) as browser:
                    made.append(visit(browser, url, name, photos, asked))
                print(f"{name:8} {made[-1]}", flush=True)
    print(f"\n{photos}, {asked.size} pixels, {asked.backend}")
    features = {name: [one.features_s for one in made] for name, made in visits.items()}
    in_all = {name: [one.intake_s + one.features_s for one in made] for name, made in visits.items()}
    memory = {name: [one.tab_mb for one in made] for name, made in visits.items()}
    print(f"from train to first epoch\n{told(features, 's')}")
    print(f"with the intake before\n{told(in_all, 's')}")
    print(f"peak of the tab\n{told(memory, 'MB')}")
    n_photos = sum(path.is_file() for path in photos.rglob("*"))
    kind = "photos of mixed sizes" if asked.mixed else f"photos of {asked.photos or photos.parent.name}"
    what = f"{n_photos:,} {kind} to features at {asked.size} pixels on {asked.backend}"
    return [
        *compare(f"{what}, seconds", features, ".1f", "s", GOAL_MIXED if asked.mixed else GOAL),
        *compare(f"{what}, peak memory of the tab", memory, ".0f", "MB", GOAL_MEMORY),
    ]


def compare(what: str, visits: dict[str, list[float]], form: str, unit: str, goal: float) -> list[Row]:
    """Return the rows of a figure, ours last: the goal is its own."""
    medians = {WHO[name]: statistics.median(values) for name, values in reversed(visits.items())}
    reference, *_, ours = medians.values()
    *others, our_own = [Row(what, who, f"{value:{form}} {unit}", value / reference) for who, value in medians.items()]
    return [*others, replace(our_own, goal=f"ratio {goal:g}", reached=ours / reference <= goal)]


def without(site: Path, folder: Path, *names: str) -> Path:
    """Copy a site, but not these files of it."""
    return shutil.copytree(site, folder, ignore=shutil.ignore_patterns(*names, "lab", "docs"))


def main() -> None:
    """Visit the sites in turn."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--against", type=Path, metavar="DIR", help="another built site, to compare with")
    parser.add_argument("--photos", type=Path, help="folder of photos (default: the training ones of pexel-images)")
    parser.add_argument("--mixed", type=int, metavar="N", help="so many photos of mixed sizes, made for the occasion")
    parser.add_argument("--size", type=int, default=96, help="side of the network's input (default: 96)")
    parser.add_argument("--backend", default="wasm", choices=["webgpu", "webgl", "wasm", "cpu"])
    parser.add_argument("--pause", type=float, default=4, metavar="S", help="seconds before training (default: 4)")
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    from fetch import fetch_file

    with built_site(asked.site) as site, sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        if asked.mixed:
            textures = {label: fetch_file(f"{label}.png") for label in LABELS}
            kept = asked.photos or Path(temporary)
            photos = link_all(write_photos(textures, kept / "all", asked.mixed), kept / "all", kept / str(asked.mixed))
        else:
            photos = asked.photos or shared_folder("data/pexel-images/training")
        copies = Path(temporary) / "copies"
        others = (
            {"against": asked.against}
            if asked.against
            else {
                "no decoders": without(site, copies / "threads", DECODER),
                "one core": without(site, copies / "alone", DECODER, THREADS),
            }
        )
        sites = {"site": site, **others}
        write_rows(asked.rows, measure(playwright, sites, photos, asked))


if __name__ == "__main__":
    main()
