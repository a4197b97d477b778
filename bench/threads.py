"""What several cores gain in the browser: a backbone's features in tf.js's WebAssembly, on all of them and on one.

`.venv/bin/python bench/threads.py [--name mobilenet_v1_1.0_224] [--rounds 8]`, after `make test`, which gets the
browser. Both take turns in one page; the ratio is the median of the pairs. The machine should do nothing else: a thread
that waits for a core keeps all others waiting. The processor time, of all the page's threads, is said too.
"""

from __future__ import annotations

import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright
from testbed import ROOT, Row, arguments_parser, fresh_browser, serving, write_rows

# isort: split
from backbones import prepare
from build import write_files
from vendor import threads_files, vendor_files

from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE

GOAL = 0.65
MOST_DIFFERENT = 1e-5

# Two workers that stay: `ask(i, message)` gives the answer of one.
_WORKERS = """() => {
    const workers = [0, 1].map(() => new Worker("threads_worker.js", { type: "module" }));
    globalThis.ask = (i, message) => new Promise((resolve, reject) => {
        workers[i].onmessage = ({ data }) => resolve({ ...data, values: data.values && Array.from(data.values) });
        workers[i].onerror = (error) => reject(new Error(error.message));
        workers[i].postMessage(message);
    });
    return crossOriginIsolated;
}"""


def lay_out(name: str, folder: Path) -> None:
    """Write a site of just tf.js, a backbone and the worker."""
    shutil.copytree(prepare(CATALOG[name], None) / "features", folder / "models" / name / "features")
    write_files({**vendor_files(), **threads_files()}, folder / "vendor")
    shutil.copy(ROOT / "bench" / "threads_worker.js", folder)
    (folder / "index.html").write_text("<!doctype html><title>bench</title>")


def processor_time(session: CDPSession) -> float:
    """Return the seconds that all pages of the browser have computed."""
    processes: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    return sum(float(process["cpuTime"]) for process in processes if process["type"] == "renderer")


def main() -> None:
    """Measure one backbone."""
    parser = arguments_parser(__doc__, site=False)
    parser.add_argument("--name", default=DEFAULT_BACKBONE, choices=sorted(CATALOG))
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=8)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        lay_out(asked.name, Path(temporary))
        with serving(Path(temporary)) as url, fresh_browser(playwright) as browser:
            page = browser.new_page()
            page.on("console", lambda message: print(message.text))
            page.goto(url)
            if not page.evaluate(_WORKERS):
                raise SystemExit("Expected the page to be isolated, it is not.")
            session = browser.new_browser_cdp_session()
            job = {"name": asked.name, "batch": asked.batch, "size": CATALOG[asked.name].input_size}
            all_cores, one = (
                page.evaluate("job => ask(job.threads ? 0 : 1, job)", job | {"threads": n}) for n in (1, 0)
            )
            spent: list[list[float]] = [[], []]
            took: list[list[float]] = [[], []]
            for _ in range(asked.rounds):
                for i in (0, 1):
                    before = processor_time(session)
                    took[i].append(page.evaluate("i => ask(i, {})", i)["ms"])
                    spent[i].append((processor_time(session) - before) * 1000 / asked.batch)
    print(f"{asked.name}, batches of {asked.batch}, {asked.rounds} pairs, ms a photo")
    medians = [statistics.median(times) for times in took]
    for i, started in enumerate((all_cores, one)):
        text = f"  {started['threads']} threads: {medians[i]:6.1f}"
        print(f"{text}, processor time {statistics.median(spent[i]):6.1f}, started in {started['startMs']:.0f} ms")
    ratios = [a / b for a, b in zip(*took, strict=True)]
    ratio = statistics.median(ratios)
    print(f"  ratio {ratio:.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
    difference = max(abs(a - b) for a, b in zip(all_cores["values"], one["values"], strict=True))
    print(f"  largest difference {difference:.2g}")
    what = f"A photo's features by WebAssembly, {asked.name}"
    reached = ratio <= GOAL and difference <= MOST_DIFFERENT
    goal = f"ratio {GOAL:g}, the same to {MOST_DIFFERENT:g}"
    rows = [
        Row(what, "one core", f"{medians[1]:.1f} ms", 1.0),
        Row(what, f"{all_cores['threads']} cores", f"{medians[0]:.1f} ms", ratio, goal, reached),
    ]
    write_rows(asked.rows, rows)


if __name__ == "__main__":
    main()
