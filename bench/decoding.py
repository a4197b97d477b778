"""How long large photos take from bytes to the batch: ms per photo of our Python in Pyodide, in Chromium's worker.

  total    pyclassifier.embedding.load_image + make_batch, what the goal is about
  read     Blob to ArrayBuffer, in JavaScript
  take     ArrayBuffer to Python's bytes
  decode   images.open_image: JPEGs at 1/2, 1/4 or 1/8 scale where enough pixels remain
  fit      batches.fit_image: crop and resize
  batch    batches.make_batch of one
  hash     what the feature cache's key costs, by algorithm

Then how many times the wanted size the decoder should keep at least: the time it takes, and how far the resulting
pixels (0..255) are from those of the whole photo decoded and resized in one step.

    .venv/bin/python bench/decoding.py [--photos ../shared/data/pexel-images] [--size 224] [--gaps 1 1.5 2 3]
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import sync_playwright
from testbed import (
    ROOT,
    Row,
    arguments_parser,
    built_site,
    fresh_browser,
    open_page,
    serving_folders,
    shared_folder,
    write_rows,
)

GOAL_MS = 60
SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
RUN_WORKER = """job => new Promise((resolve, reject) => {
    const worker = new Worker("worker.js", { type: "module" });
    worker.onmessage = ({ data }) => data.results && (worker.terminate(), resolve(data.results));
    worker.onerror = (error) => reject(new Error(error.message ?? "the worker could not be loaded"));
    worker.postMessage(job);
})"""
Result = dict[str, Any]


def line(name: str, values: Iterable[float]) -> str:
    """Return a row of the table."""
    numbers = list(values)
    mean, most = statistics.mean(numbers), max(numbers)
    return f"  {name:18} {statistics.median(numbers):8.1f} {mean:8.1f} {most:8.1f}"


def columns(results: list[Result], part: Callable[[Result], dict[str, float]]) -> None:
    """Print a row for each key of a part."""
    for name in part(results[0]):
        print(line(name, (part(result)[name] for result in results)))


def report_photos(results: list[Result]) -> None:
    """Print each photo's own figures."""
    for result in sorted(results, key=lambda one: -one["total"]):
        steps = "  ".join(f"{name} {ms:.1f}" for name, ms in result["steps"].items())
        size = f"{result['megapixels']:5.1f} Mpx {result['megabytes']:5.1f} MB"
        print(f"  {result['total']:6.1f} ms  {size}  {steps}  {result['name']}")


def report(results: list[Result]) -> Row:
    """Print the tables; return what the one table tells of them."""
    n, pixels = len(results), statistics.mean(result["megapixels"] for result in results)
    print(f"\n{n} photos, {pixels:.1f} megapixels on average; ms per photo")
    print(f"  {'':18} {'median':>8} {'mean':>8} {'max':>8}")
    print(line("total", (result["total"] for result in results)))
    columns(results, lambda result: result["steps"])
    print("hash")
    columns(results, lambda result: result["hash"])
    print("\nThe decoder keeps at least: ms per photo, difference of pixels from the exact way (0..255)")
    print(f"  {'':18} {'median':>8} {'mean':>8} {'max':>8}   mean, 99 % below, largest")
    for gap in results[0]["gaps"]:
        figures = [result["gaps"][gap] for result in results]
        mean, high = (statistics.mean(one[key] for one in figures) for key in ("mean", "high"))
        most = max(one["max"] for one in figures)
        print(f"{line(gap, (one['ms'] for one in figures))}   {mean:.2f}, {high:.1f}, {most:.0f}")
    mean = statistics.mean(result["total"] for result in results)
    verdict = "reached" if mean <= GOAL_MS else "NOT reached"
    print(f"\nmean of total {mean:.1f} ms; goal at most {GOAL_MS} ms a photo: {verdict}")
    what = f"A photo of {pixels:.0f} megapixels to pixels, by one worker"
    return Row(what, "ours, in the browser", f"{mean:.0f} ms", None, f"at most {GOAL_MS} ms", mean <= GOAL_MS)


def main() -> None:
    """Measure all photos of a folder."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--photos", type=Path, help="folder of photos (default: the shared pexel-images)")
    parser.add_argument("--size", type=int, default=224, help="side of the batch's pictures (default: 224)")
    parser.add_argument("--gaps", type=float, nargs="+", default=[1, 1.5, 2, 3], help="settings to compare")
    parser.add_argument("--each", action="store_true", help="also print each photo's figures")
    arguments = parser.parse_args()
    folder = arguments.photos or shared_folder("data/pexel-images")
    paths = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES)
    photos = [f"/photos/{quote(path.as_posix())}" for path in paths]
    with built_site(arguments.site) as site, sync_playwright() as playwright:
        folders = {"site": site, "decoding": ROOT / "bench" / "decoding", "photos": folder}
        with serving_folders(folders) as url, fresh_browser(playwright) as browser:
            page = open_page(browser, f"{url}decoding/blank.html")
            job = {"site": f"{url}site/", "photos": photos, "size": arguments.size, "gaps": arguments.gaps}
            results = page.evaluate(RUN_WORKER, job)
    if arguments.each:
        report_photos(results)
    write_rows(arguments.rows, [report(results)])


if __name__ == "__main__":
    main()
