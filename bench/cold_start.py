"""How long a first visit takes: seconds from navigation to "Ready" on the built page.

Each time in a new Chromium with an empty profile, served from this machine, so that it is the machine's work and not
the network's. The stages are what the page's status line said meanwhile; the last column is the longest piece of
work that kept the page's thread from answering. With another built site, visits take turns, and the ratio is told. In
the end second visits, with a browser that was ended in between: first from this machine, then over a line that lets
through so many megabits a second (its delay is not imitated), as only a first visit needs the network.

    .venv/bin/python bench/cold_start.py [--repeat 5] [--backend auto] [--site web/dist] [--against DIR] [--mbit 50]
"""

from __future__ import annotations

import contextlib
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright
from testbed import (
    Row,
    arguments_parser,
    browser_flags,
    built_site,
    executable,
    fresh_browser,
    open_in,
    open_page,
    serving_folders,
    write_rows,
)

from pyclassifier.serving.site import LOOPBACK, SiteHandler, SiteServer

GOAL_S = 6.0
GOAL_SECOND = 0.5

# Notes what the status line says, and when, until it says "Ready"; times count from navigation.
WATCH_STATUS = """(patience) => new Promise((resolve, reject) => {
    const status = document.querySelector('[role="status"]');
    const said = [];
    const note = () => {
        const text = status.textContent.trim();
        if (text && text !== said.at(-1)?.text) said.push({ text, at: performance.now() });
        if (text !== "Ready") return;
        const longest = Math.max(0, ...longTasks().map(({ duration }) => duration));
        resolve({ said, longest, script: performance.getEntriesByType("navigation")[0].domContentLoadedEventStart });
    };
    new MutationObserver(note).observe(status, { childList: true, characterData: true, subtree: true });
    setTimeout(() => reject(new Error(`still not "Ready" but "${status.textContent}"`)), patience);
    note();
})"""
PATIENCE_MS = 60_000

Visit = dict[str, Any]


def visit(playwright: Playwright, url: str) -> Visit:
    """Open the page in a new browser; return what it said."""
    with fresh_browser(playwright) as browser:
        made: Visit = open_page(browser, url).evaluate(WATCH_STATUS, PATIENCE_MS)
        return made


@contextlib.contextmanager
def serving_by_line(site: Path, mbit: float) -> Iterator[str]:
    """Serve a site over one line for all of its connections; yield the URL."""
    lock, free = threading.Lock(), time.monotonic()

    class Handler(SiteHandler):
        def copyfile(self, source: Any, outputfile: Any) -> None:
            nonlocal free
            while chunk := source.read(1 << 14):
                with lock:
                    free = max(free, time.monotonic()) + len(chunk) * 8 / (mbit * 1e6)
                    through = free
                time.sleep(max(0.0, through - time.monotonic()))
                outputfile.write(chunk)

    with SiteServer((LOOPBACK, 0), partial(Handler, directory=str(site))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


def visit_twice(playwright: Playwright, url: str) -> list[float]:
    """Visit, wait until the site is kept, end the browser, and visit again; return both times in seconds."""
    seconds = []
    with tempfile.TemporaryDirectory() as profile:
        for _ in range(2):
            context = playwright.chromium.launch_persistent_context(
                profile, executable_path=executable(), args=browser_flags()
            )
            page = open_in(context, url)
            seconds.append(page.evaluate(WATCH_STATUS, PATIENCE_MS)["said"][-1]["at"] / 1000)
            page.locator("#offline").wait_for()
            context.close()
    return seconds


def count_requests(playwright: Playwright, url: str) -> int:
    """Return what a visit asks the server for; a visit of its own, since counting takes time."""
    requests: list[str] = []
    with fresh_browser(playwright) as browser:
        page = open_page(browser, "about:blank")
        page.context.on("request", lambda request: requests.append(request.url))
        page.goto(url)
        page.evaluate(WATCH_STATUS, PATIENCE_MS)
    return len(requests)


def report(visits: list[Visit]) -> float:
    """Print each visit, the median, and the stages of the visit in the middle; return the median."""
    seconds: list[float] = [visit["said"][-1]["at"] / 1000 for visit in visits]
    for number, (visit, took) in enumerate(zip(visits, seconds, strict=True), 1):
        print(f"visit {number}: {took:5.2f} s   longest task of the page's thread {visit['longest']:4.0f} ms")
    median = statistics.median(seconds)
    middle = min(visits, key=lambda visit: abs(visit["said"][-1]["at"] / 1000 - median))
    print(f"\nWhat the page said, in the visit nearest to the median (its script ran at {middle['script']:.0f} ms):")
    for line in middle["said"]:
        print(f"  {line['at'] / 1000:5.2f} s  {line['text']}")
    verdict = "reached" if median <= GOAL_S else "NOT reached"
    print(f"\nmedian {median:.2f} s of {len(visits)}; goal at most {GOAL_S:g} s: {verdict}")
    return median


def compare(source: str, first: float, second: float) -> list[Row]:
    """Print what a first and a second visit took, and return their rows."""
    what, ratio = f"Visits with a profile on disk, over {source}", second / first
    print(f"\n{what}: first {first:.2f} s, second {second:.2f} s, {ratio:.2f}")
    return [
        Row(what, "first", f"{first:.2f} s", 1.0),
        Row(what, "second", f"{second:.2f} s", ratio, f"ratio {GOAL_SECOND:g}", ratio <= GOAL_SECOND),
    ]


def main() -> None:
    """Visit the page several times."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--backend", default="auto", choices=["auto", "webgl", "wasm", "cpu"])
    parser.add_argument("--against", type=Path, metavar="DIR", help="another built site, to compare with")
    parser.add_argument("--mbit", type=float, default=50, help="of the line, in a second (default: 50)")
    arguments = parser.parse_args()
    query = "" if arguments.backend == "auto" else f"?backend={arguments.backend}"
    with built_site(arguments.site) as site, sync_playwright() as playwright:
        sites = {"site": site} | ({"against": arguments.against} if arguments.against else {})
        visits: dict[str, list[Visit]] = {name: [] for name in sites}
        with serving_folders(sites) as url:
            requests = {name: count_requests(playwright, f"{url}{name}/{query}") for name in sites}
            for _ in range(arguments.repeat):
                for name, made in visits.items():
                    made.append(visit(playwright, f"{url}{name}/{query}"))
            pairs = {"no network": [visit_twice(playwright, f"{url}site/{query}") for _ in range(arguments.repeat)]}
        line = f"{arguments.mbit:g} Mbit/s"
        with serving_by_line(site, arguments.mbit) as url:
            pairs[line] = [visit_twice(playwright, f"{url}{query}") for _ in range(arguments.repeat)]
    medians = []
    for name, made in visits.items():
        print(f"\n{sites[name]}: {requests[name]} requests")
        medians.append(report(made))
    if arguments.against:
        print(f"\n{medians[0] / medians[1]:.2f} times as long as {arguments.against}")
    rows = [
        Row(
            "A visit, from its address to Ready",
            "first",
            f"{medians[0]:.2f} s",
            1.0,
            f"at most {GOAL_S:g} s",
            medians[0] <= GOAL_S,
        )
    ]
    for name, twice in pairs.items():
        rows += compare(name, *(statistics.median(times) for times in zip(*twice, strict=True)))
    write_rows(arguments.rows, rows)


if __name__ == "__main__":
    main()
