"""How long training takes: seconds from photos handed over to a trained model with known validation accuracy.

All contestants in one run, each in a new Chromium, on the same files (which pages hold in memory): 60 brand photos to
train on, 30 to validate with, 20 epochs on MobileNet v1 0.25; where these are not beside the project, the site's own
samples and its default backbone. Libraries are loaded before the clock starts, and so are the others' base models; ours
loads its backbone within. Of the stages printed for each run: the tutorial only queues its features, the wait for them
falls into its training. WebGL and WebGPU compute on the graphics processor, or on the CPU (SwiftShader) without one.

  tutorial      the TensorFlow.js transfer learning tutorial, tf.js 4.22 on the page's thread, WebGL
  teachable     @teachablemachine/image 0.8.5 with its tf.js 1.3.1, WebGL
  ml-classifier ml-classifier 0.5.1 with tf.js 0.12.7, WebGL
  ours, webgl   web/site/js/client.js, defaults, WebGL forced; the same with wasm and webgpu
  ours, auto    the same, with the backend that it chooses
  ours, native  pyclassifier on CPython, by onnxruntime

Also the longest piece of work that kept the page's thread from answering meanwhile, and, on Linux, the peaks of memory
of the page with its workers and of the process that drives the graphics processor. ml-classifier knows MobileNet 0.25
only, and is left out where that is not beside the project.

    .venv/bin/python bench/training_speed.py [--repeat 3] [--site DIR] [--only "ours, webgl"]
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Playwright, sync_playwright
from testbed import (
    BACKBONE,
    BACKBONE_FOLDER,
    ROOT,
    SHARED,
    Row,
    arguments_parser,
    built_site,
    fresh_browser,
    open_page,
    peak_memory,
    serving_folders,
    write_rows,
)

from pyclassifier import Dataset, ImageClassifier
from pyclassifier.backbones import DEFAULT_BACKBONE
from pyclassifier.convert.sources import extract_member
from pyclassifier.data import FileSource, Split
from pyclassifier.engines import default_engine

EPOCHS = 20
TRAINING_PER_CLASS = 20
MAX_BLOCKED_MS = 100
RACE = """async (job) => (await import("./race.js")).race(job)"""

_BASE = {"model": "/base/model.json", "epochs": EPOCHS}
_OURS = {"client": "/site/js/client.js", "epochs": EPOCHS}


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
    "ml-classifier": Contestant(
        "ml_classifier", {"tfjs": "/fetched/tfjs-0.js", "library": "/fetched/ml-classifier.js", **_BASE}
    ),
    "ours, webgl": Contestant("ours", {"backend": "webgl", **_OURS}, goal=0.4),
    "ours, wasm": Contestant("ours", {"backend": "wasm", **_OURS}),
    "ours, webgpu": Contestant("ours", {"backend": "webgpu", **_OURS}),
    "ours, auto": Contestant("ours", {"backend": "auto", **_OURS}, goal=0.15),
    "ours, native": Contestant("", {}),
}
# Of npm packages in web/sources.toml, what ml-classifier is run from.
FETCHED = {"tfjs-0": "package/dist/tf.min.js", "ml-classifier": "package/dist/index.js"}
Run = dict[str, Any]
SPLITS: tuple[Split, ...] = ("training", "validation")
Photos = dict[Split, list[tuple[str, Path]]]


@dataclass(frozen=True)
class Job:
    """What all of them train on: label and file of each photo, all below one folder, and the network."""

    folder: Path
    photos: Photos
    backbone: str
    base: Path
    site: Path

    def for_page(self, name: str) -> dict[str, Any]:
        """Return what contestants/race.js takes."""
        contestant = CONTESTANTS[name]
        photos: dict[str, Any] = {
            split: [
                {"label": label, "url": f"/photos/{path.relative_to(self.folder).as_posix()}"} for label, path in some
            ]
            for split, some in self.photos.items()
        }
        return {
            "contestant": contestant.module,
            "options": {**contestant.options, "backbone": self.backbone},
            **photos,
        }


def find_job(site: Path) -> Job:
    """Take the photos and the backbone beside the project, else the site's own."""
    folder = SHARED / "data" / "brand" / "train"
    if folder.is_dir():
        photos = split_photos(folder)
    else:
        folder = site / "samples"
        photos = {split: labelled(folder / split) for split in SPLITS}
    if BACKBONE_FOLDER.is_dir():
        return Job(folder, photos, BACKBONE, BACKBONE_FOLDER, site)
    return Job(folder, photos, DEFAULT_BACKBONE, site / "models" / DEFAULT_BACKBONE / "features", site)


def labelled(folder: Path) -> list[tuple[str, Path]]:
    """Return label and file of the photos in a folder of folders."""
    return [(path.parent.name, path) for path in sorted(folder.glob("*/*.png"))]


def split_photos(folder: Path) -> Photos:
    """Return label and file of each photo; files are called label-N.jpg, the first ones of a label are for training."""
    named = sorted((path.stem.rpartition("-")[0], int(path.stem.rpartition("-")[2]), path) for path in folder.iterdir())
    photos: Photos = {split: [] for split in SPLITS}
    for label, group in groupby(named, key=lambda one: one[0]):
        entries = [(label, path) for _, _, path in group]
        photos["training"] += entries[:TRAINING_PER_CLASS]
        photos["validation"] += entries[TRAINING_PER_CLASS:]
    return photos


def fetch_files(folder: Path) -> None:
    """Put the files of `FETCHED` into a folder; where they cannot be had, the race tells."""
    from fetch import BuildError, fetch_npm

    try:
        for name, member in FETCHED.items():
            extract_member(fetch_npm(name), member, folder / f"{name}.js")
    except BuildError as error:
        print(error, file=sys.stderr)


def run_in_browser(playwright: Playwright, url: str, name: str, job: Job) -> Run:
    """Run one contestant in a browser of its own."""
    with fresh_browser(playwright) as browser:
        # The site's policy stays for ours; tf.js's classic bundles ask for eval.
        ours = CONTESTANTS[name].module == "ours"
        page = open_page(browser, f"{url}contestants/blank.html", bypass_csp=not ours)
        run: Run = page.evaluate(RACE, job.for_page(name))
        if sys.platform == "linux":
            run["megabytes"] = [peak_memory(browser, kind) / 1e6 for kind in ("renderer", "GPU")]
    return run


def run_natively(job: Job) -> Run:
    """Train on CPython, from files, with nothing remembered."""
    dataset = sum(
        (
            Dataset.from_files([(f"{label}/{path.name}", FileSource(path)) for label, path in some], split=split)
            for split, some in job.photos.items()
        ),
        start=Dataset(()),
    )
    classifier = ImageClassifier(job.backbone, epochs=EPOCHS, engine=default_engine(site_url=str(job.site)))
    backend = classifier.engine_.backend
    start = time.perf_counter()
    evaluation = classifier.fit(dataset).evaluation_
    seconds = time.perf_counter() - start
    assert evaluation is not None, "there are photos for validation"
    result: Run = {"correct": evaluation.n_correct, "total": evaluation.n_samples, "backend": backend}
    return {**result, "seconds": seconds, "details": {}, "longest": None}


def race(names: Sequence[str], repeat: int, url: str, job: Job) -> dict[str, list[Run]]:
    """Run all contestants several times, every other time in reverse; one that fails is out of the race."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    print(f"{described(job)}\n")
    with sync_playwright() as playwright:
        for number in range(repeat):
            for name in names if number % 2 == 0 else reversed(names):
                if name not in runs:
                    continue
                try:
                    run = run_in_browser(playwright, url, name, job) if CONTESTANTS[name].module else run_natively(job)
                except Error as error:
                    print(f"{name:13} failed: {error}", file=sys.stderr, flush=True)
                    del runs[name]
                    continue
                details = ", ".join(f"{stage} {seconds:.2f}" for stage, seconds in run["details"].items())
                print(f"{name:13} {run['seconds']:6.2f} s on {run['backend']} ({details})", flush=True)
                runs[name].append(run)
    return runs


def described(job: Job) -> str:
    """Say what is trained."""
    n_training, n_validation = (len(job.photos[split]) for split in SPLITS)
    return f"{n_training} + {n_validation} photos to a judged model, {job.backbone}, {EPOCHS} epochs"


def report(runs: dict[str, list[Run]], job: Job) -> list[Row]:
    """Print the medians, and whether the goals are reached; return them for the one table."""
    medians = {name: statistics.median(run["seconds"] for run in several) for name, several in runs.items()}
    reference = medians.get("tutorial")
    rows = []
    print(f"\n{'':13} {'seconds':>8} {'ratio':>6} {'validation':>11} {'page blocked':>13}  goals")
    for name, several in runs.items():
        worst = min(several, key=lambda run: run["correct"])
        accuracy = f"{worst['correct']} of {worst['total']}"
        ratio, goal = medians[name] / reference if reference else None, CONTESTANTS[name].goal
        blocked = max(run["longest"] for run in several) if several[0]["longest"] is not None else None
        verdicts = judge(goal, ratio, blocked)
        shown = f"{ratio:.3f}" if ratio else "-"
        page = "-" if blocked is None else f"{blocked:.0f} ms"
        print(f"{name:13} {medians[name]:8.2f} {shown:>6} {accuracy:>11} {page:>13}  {verdicts}")
        who = f"{name} ({several[0]['backend']})" if name in ("ours, auto", "ours, native") else name
        reached = None if goal is None or ratio is None else ratio <= goal
        result = f"{medians[name]:.2f} s, {accuracy} right"
        rows.append(Row(described(job), who, result, ratio, f"ratio {goal:g}" if goal else "", reached))
    print("\nMedian seconds, lowest accuracy and longest blocking of all repeats.")
    return [*rows, *memory_rows(runs)]


def memory_rows(runs: dict[str, list[Run]]) -> list[Row]:
    """Print the peaks of memory of those that ran in a browser, where they are known, and return them as rows."""
    peaks = {
        name: [statistics.median(values) for values in zip(*(run["megabytes"] for run in several), strict=True)]
        for name, several in runs.items()
        if "megabytes" in several[0]
    }
    what = "Peak memory meanwhile, of the page with its workers + of the browser's graphics process"
    rows = []
    for name, (tab, graphics) in peaks.items():
        print(f"{name:13} {tab:5.0f} MB + {graphics:4.0f} MB of the process that drives the graphics processor")
        ratio = (tab + graphics) / sum(peaks["tutorial"]) if "tutorial" in peaks else None
        rows.append(Row(what, name, f"{tab:.0f} + {graphics:.0f} MB", ratio))
    return rows


def judge(goal: float | None, ratio: float | None, blocked: float | None) -> str:
    """Say which goals are reached; the others' pipelines have none."""
    verdicts = []
    if goal is not None and ratio is not None:
        verdicts.append((f"ratio <= {goal:g}", ratio <= goal))
    if goal is not None and blocked is not None:
        verdicts.append((f"page <= {MAX_BLOCKED_MS} ms", blocked <= MAX_BLOCKED_MS))
    return ", ".join(f"{goal}: {'reached' if good else 'NOT reached'}" for goal, good in verdicts)


def main() -> None:
    """Build or take the site, race, report."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--repeat", type=int, default=1, help="runs of each contestant (default: 1)")
    parser.add_argument("--only", action="append", choices=CONTESTANTS, help="only this contestant; may be repeated")
    arguments = parser.parse_args()
    with (
        built_site(arguments.site, backbone=BACKBONE_FOLDER.is_dir()) as site,
        tempfile.TemporaryDirectory() as fetched,
    ):
        job = find_job(site)
        names = arguments.only or [name for name in CONTESTANTS if name != "ml-classifier" or job.backbone == BACKBONE]
        if "ml-classifier" in names:
            fetch_files(Path(fetched))
        folders = {
            "site": site,
            "contestants": ROOT / "bench" / "contestants",
            "npm": ROOT / "web" / "node_modules",
            "base": job.base,
            "fetched": Path(fetched),
            "photos": job.folder,
        }
        with serving_folders(folders) as url:
            runs = race(names, arguments.repeat, url, job)
        write_rows(arguments.rows, report(runs, job))
    if failed := [name for name in names if name not in runs]:
        sys.exit(f"Failed, see above: {'; '.join(failed)}")


if __name__ == "__main__":
    main()
