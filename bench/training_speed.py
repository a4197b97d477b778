"""How long training takes: seconds from photos handed over to a trained model with known validation accuracy.

All contestants in one run, each in a new Chromium (WebGL on the CPU, by SwiftShader), on the same files held in
memory: 60 brand photos to train on, 30 to validate with, 20 epochs on MobileNet v1 0.25. Libraries are loaded before
the clock starts, and so are the others' base models; ours loads this backbone, which is not its default, within. Of
the stages printed for each run: the tutorial only queues its features, the wait for them falls into its training.

  tutorial      the TensorFlow.js transfer learning tutorial, tf.js 4.22 on the page's thread, WebGL
  teachable     @teachablemachine/image 0.8.5 with its tf.js 1.3.1, WebGL
  ours, webgl   web/site/js/client.js, defaults, WebGL forced
  ours, auto    the same, with the backend that it chooses

Also the longest piece of work that kept the page's thread from answering meanwhile. ml-classifier is left out: it
comes as a React application around a tf.js of its own, not as a pipeline that can be timed alone.

    .venv/bin/python bench/training_speed.py [--repeat 3] [--site DIR] [--only "ours, webgl"]
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import Playwright, sync_playwright
from testbed import (
    BACKBONE,
    BACKBONE_FOLDER,
    ROOT,
    arguments_parser,
    built_site,
    fresh_browser,
    open_page,
    serving_folders,
    shared_folder,
)

EPOCHS = 20
TRAINING_PER_CLASS = 20
MAX_BLOCKED_MS = 100
RACE = """async (job) => (await import("./race.js")).race(job)"""

_BASE = {"model": "/base/model.json", "epochs": EPOCHS}
_OURS = {"client": "/site/js/client.js", "backbone": BACKBONE, "epochs": EPOCHS}


@dataclass(frozen=True)
class Contestant:
    """Which module of contestants/ runs, with which options, and the ratio to the tutorial that it has to reach."""

    module: str
    options: dict[str, Any]
    goal: float | None = None


CONTESTANTS = {
    "tutorial": Contestant("tutorial", {"tfjs": "/npm/@tensorflow/tfjs/dist/tf.min.js", **_BASE}),
    "teachable": Contestant(
        "teachable",
        {
            "tfjs": "/npm/tfjs-1/dist/tf.min.js",
            "library": "/npm/@teachablemachine/image/dist/teachablemachine-image.min.js",
            **_BASE,
        },
    ),
    "ours, webgl": Contestant("ours", {"backend": "webgl", **_OURS}, goal=0.4),
    "ours, auto": Contestant("ours", {"backend": "auto", **_OURS}, goal=0.15),
}
Run = dict[str, Any]


def split_photos(folder: Path) -> dict[str, list[dict[str, str]]]:
    """Return label and URL of each photo; files are called label-N.jpg, the first ones of a label are for training."""
    named = sorted((path.stem.rpartition("-")[0], int(path.stem.rpartition("-")[2]), path) for path in folder.iterdir())
    photos: dict[str, list[dict[str, str]]] = {"training": [], "validation": []}
    for label, group in groupby(named, key=lambda one: one[0]):
        entries = [{"label": label, "url": f"/photos/{path.name}"} for _, _, path in group]
        photos["training"] += entries[:TRAINING_PER_CLASS]
        photos["validation"] += entries[TRAINING_PER_CLASS:]
    return photos


def run_once(playwright: Playwright, url: str, name: str, photos: dict[str, list[dict[str, str]]]) -> Run:
    """Run one contestant in a browser of its own."""
    contestant = CONTESTANTS[name]
    job = {"contestant": contestant.module, "options": contestant.options, **photos}
    with fresh_browser(playwright) as browser:
        # The site's policy stays for ours; tf.js's classic bundles ask for eval.
        page = open_page(browser, f"{url}contestants/blank.html", bypass_csp=contestant.module != "ours")
        run: Run = page.evaluate(RACE, job)
    details = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in run["details"].items())
    print(f"{name:12} {run['seconds']:6.2f} s on {run['backend']} ({details})", flush=True)
    return run


def race(names: list[str], repeat: int, url: str) -> dict[str, list[Run]]:
    """Run all contestants several times, every other time in reverse."""
    photos = split_photos(shared_folder("data/brand/train"))
    runs: dict[str, list[Run]] = {name: [] for name in names}
    print(f"{len(photos['training'])} training, {len(photos['validation'])} validation photos, {EPOCHS} epochs\n")
    with sync_playwright() as playwright:
        for number in range(repeat):
            for name in names if number % 2 == 0 else reversed(names):
                runs[name].append(run_once(playwright, url, name, photos))
    return runs


def report(runs: dict[str, list[Run]]) -> None:
    """Print the medians, and whether the goals are reached."""
    medians = {name: statistics.median(run["seconds"] for run in several) for name, several in runs.items()}
    reference = medians.get("tutorial")
    print(f"\n{'':12} {'seconds':>8} {'ratio':>6} {'validation':>11} {'page blocked':>13}  goals")
    for name, several in runs.items():
        worst = min(several, key=lambda run: run["correct"])
        accuracy = f"{worst['correct']} of {worst['total']}"
        blocked = max(run["longest"] for run in several)
        ratio = medians[name] / reference if reference else None
        verdicts = judge(CONTESTANTS[name], ratio, blocked)
        shown = f"{ratio:.3f}" if ratio else "-"
        print(f"{name:12} {medians[name]:8.2f} {shown:>6} {accuracy:>11} {blocked:>10.0f} ms  {verdicts}")
    print("\nMedian seconds, lowest accuracy and longest blocking of all repeats.")


def judge(contestant: Contestant, ratio: float | None, blocked: float) -> str:
    """Say which goals are reached; the others' pipelines have none."""
    if contestant.goal is None:
        return ""
    verdicts = [(f"page <= {MAX_BLOCKED_MS} ms", blocked <= MAX_BLOCKED_MS)]
    if ratio is not None:
        verdicts.insert(0, (f"ratio <= {contestant.goal:g}", ratio <= contestant.goal))
    return ", ".join(f"{goal}: {'reached' if good else 'NOT reached'}" for goal, good in verdicts)


def main() -> None:
    """Build or take the site, race, report."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each contestant (default: 1)")
    parser.add_argument("--only", action="append", choices=CONTESTANTS, help="only this contestant; may be repeated")
    arguments = parser.parse_args()
    photos = shared_folder("data/brand/train")
    shared_folder(f"models/{BACKBONE}/tfjs")
    with built_site(arguments.site, backbone=True) as site:
        folders = {
            "site": site,
            "contestants": ROOT / "bench" / "contestants",
            "npm": ROOT / "web" / "node_modules",
            "base": BACKBONE_FOLDER,
            "photos": photos,
        }
        with serving_folders(folders) as url:
            report(race(arguments.only or list(CONTESTANTS), arguments.repeat, url))


if __name__ == "__main__":
    main()
