"""How time and memory of the page grow with the number of photos: 500, 1,000, 2,000 and 5,000 of mixed sizes.

A visitor's way on the built page: choosing a folder, training, moving photos to another class, training again. Photos
are made for the occasion (many_photos.py; with --photos they are kept in a folder). The peaks of memory are those of
the process that has the page and its workers, and of the one that drives the graphics processor (VmHWM of their /proc,
so on Linux only; where WebGL is computed without a graphics processor, its textures are in the latter). The longest
task of the page's own thread is told in time on the clock, which is only right on a machine that does nothing else,
and for all steps but the first training, too long for a trace, in processor time. Network inputs are of 96 pixels by
default, since most machines that run this have no GPU.

    .venv/bin/python bench/photos_at_scale.py [--sizes 500 1000] [--backend wasm] [--photos DIR] [--site DIR]
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from many_photos import LABELS, write_photos
from page_thread import LONGEST_SINCE, SETTLE_MS
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from testbed import arguments_parser, built_site, fresh_browser, open_page, peak_memory, serving

PATIENCE_MS = 3_600_000
MAX_BLOCKED_MS = 100
# Photos that are moved to another class before the second training.
MOVED = 3

# Runs before the page's own scripts: from then on ask(method, ...args) asks its worker what js/client.js would ask it,
# and takeTimes() gives when the stages of a training reported first and last, and when it was over.
LISTEN = """{
    const Original = Worker;
    let times = {};
    let client = null;
    globalThis.Worker = class extends Original {
        constructor(url, options) {
            super(url, options);
            if (!String(url).endsWith("/worker.js")) return;
            client = this;
            this.addEventListener("message", ({ data: { progress, result } }) => {
                const stage = progress?.stage ?? (Object.hasOwn(result ?? {}, "seconds") ? "over" : "other");
                const now = performance.now() / 1000;
                times[stage] = [times[stage]?.[0] ?? now, now];
            });
        }
    };
    globalThis.takeTimes = () => {
        const taken = times;
        times = {};
        return taken;
    };
    globalThis.ask = (method, ...args) => new Promise((resolve, reject) => {
        const id = `bench ${performance.now()}`;
        client.addEventListener("message", function listen({ data }) {
            if (data.id !== id || "progress" in data) return;
            client.removeEventListener("message", listen);
            if (data.error) reject(new Error(data.error.message));
            else resolve(data.result);
        });
        client.postMessage({ id, method, args, desk: "photos" });
    });
}"""


@dataclass
class Step:
    """What a step took."""

    seconds: float
    longest_ms: float = 0
    longest_cpu_ms: float = 0


def row(n_photos: int, steps: dict[str, Step], facts: dict[str, Any]) -> str:
    """Return a line of the table."""
    cells = [f"{n_photos:6}", *(f"{step.seconds:8.1f}" for step in steps.values())]
    cells += [f"{facts[name]:>8}" for name in FACTS]
    return " ".join([*cells, f"{max(step.longest_cpu_ms for step in steps.values()):8.0f}"])


STEPS = ("intake", "train", "relabel", "retrain")
# Of the first training: until the end of the first epoch, which the features come before; the other epochs; and what
# comes after them (figures, calibration, the record). Then the peaks of the tab and of the GPU's process, and what
# tensors there are in the end.
FACTS = ("features", "epochs", "judge", "tab MB", "GPU MB", "tensors", "MB")
HEAD = " ".join([f"{'photos':>6}", *(f"{name:>8}" for name in (*STEPS, *FACTS, "block ms"))])


def open_listening(browser: Browser, url: str) -> Page:
    """Open the page with what `LISTEN` adds, and wait until it is ready."""
    page = open_page(browser, "about:blank")
    page.add_init_script(LISTEN)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    expect(page.get_by_role("status")).to_have_text("Ready", timeout=PATIENCE_MS)
    return page


def measure(playwright: Playwright, url: str, folder: Path, n_photos: int, input_size: int) -> str:
    """Go the way in a browser of its own; return the line of the table."""
    with fresh_browser(playwright) as browser:
        page = open_listening(browser, url)
        status = page.get_by_role("status")
        steps = {}

        def step(name: str, act: Any, until: re.Pattern[str], *, traced: bool = True) -> None:
            if traced:
                browser.start_tracing(categories=["toplevel"])
            begun = page.evaluate("performance.now()")
            act()
            expect(status).to_have_text(until, timeout=PATIENCE_MS)
            seconds = (page.evaluate("performance.now()") - begun) / 1000
            page.wait_for_timeout(SETTLE_MS)
            longest_cpu_ms = longest_task(browser.stop_tracing()) if traced else 0
            steps[name] = Step(seconds, page.evaluate(LONGEST_SINCE, begun), longest_cpu_ms)

        folder_input = page.get_by_label("Choose training folder")
        step("intake", lambda: folder_input.set_input_files(folder), re.compile(r"^Ready: [\d,]+ photos"))
        set_input_size(page, input_size)
        train = page.get_by_role("button", name="Train", exact=True)
        page.evaluate("takeTimes()")
        step("train", train.click, re.compile("^Trained"), traced=False)
        times = page.evaluate("takeTimes()")
        begun = time.perf_counter()
        ids = page.evaluate("ask('album')")["classes"][0]["photos"][:MOVED]
        page.evaluate("(edit) => ask('edit', edit)", {"type": "movePhotos", "photos": ids, "to": LABELS[1]})
        steps["relabel"] = Step(time.perf_counter() - begun)
        step("retrain", train.click, re.compile("^Trained"))
        memory = page.evaluate("ask('memory')")
        shown = {
            "features": f"{times['training'][0] - times['decoding'][0]:.1f}",
            "epochs": f"{times['training'][1] - times['training'][0]:.1f}",
            "judge": f"{times['over'][0] - times['training'][1]:.1f}",
            "tab MB": f"{peak_memory(browser, 'renderer') / 1e6:.0f}",
            "GPU MB": f"{peak_memory(browser, 'GPU') / 1e6:.0f}",
            "tensors": memory["numTensors"],
            "MB": f"{memory['numBytes'] / 1e6:.1f}",
        }
        for name, taken in steps.items():
            longest = f"longest task {taken.longest_ms:.0f} ms, {taken.longest_cpu_ms:.0f} ms of the processor"
            print(f"  {name:8} {taken.seconds:8.1f} s   {longest}", flush=True)
        return row(n_photos, {name: steps[name] for name in STEPS}, shown)


def longest_task(trace: bytes) -> float:
    """Return the longest task of a page's thread in ms of processor time; an empty page's are short."""
    events = json.loads(trace)["traceEvents"]
    pages = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = (event for event in events if "RunTask" in event["name"] and (event["pid"], event["tid"]) in pages)
    return max((event.get("tdur", 0) / 1000 for event in tasks), default=0)


def link_all(paths: list[Path], top: Path, folder: Path) -> Path:
    """Put these files, and no others, into a folder as they lie below another one; return it."""
    shutil.rmtree(folder, ignore_errors=True)
    for path in paths:
        link = folder / path.relative_to(top)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.hardlink_to(path)  # Playwright passes symbolic links over.
    return folder


def set_input_size(page: Page, size: int) -> None:
    """Choose the size of the network's input."""
    page.locator("summary", has_text="Advanced").first.click()
    page.get_by_label("Input size", exact=True).first.select_option(str(size))


def main() -> None:
    """Measure each size."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 1000, 2000, 5000])
    parser.add_argument("--backend", default="wasm", choices=["webgl", "wasm", "cpu"])
    parser.add_argument("--input-size", type=int, default=96)
    parser.add_argument("--photos", type=Path, help="folder for the photos; those in it are used again")
    arguments = parser.parse_args()
    from fetch import fetch_file

    textures = {label: fetch_file(f"{label}.png") for label in LABELS}
    lines = [HEAD]
    with (
        built_site(arguments.site) as site,
        serving(site) as url,
        sync_playwright() as playwright,
        tempfile.TemporaryDirectory() as temporary,
    ):
        kept = arguments.photos or Path(temporary)
        for n_photos in arguments.sizes:
            chosen = link_all(write_photos(textures, kept / "all", n_photos), kept / "all", kept / str(n_photos))
            print(f"{n_photos} photos on {arguments.backend}", flush=True)
            address = f"{url}?backend={arguments.backend}"
            lines.append(measure(playwright, address, chosen, n_photos, arguments.input_size))
            print("\n".join(lines), flush=True)


if __name__ == "__main__":
    main()
