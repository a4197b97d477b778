"""How long a training takes once features are known: the first, one after a label was changed, and by old defaults.

All of `fit` but features: photos are grouped, drawn, judged by folds where they are few, learned from, and all of them
learned from again. Features are drawn at random, in clouds that overlap. Each is the median of several runs, in turn.

  now        the defaults
  changed    the same after the label of one photo was changed
  one draw   the defaults, judged by one draw
  old        the defaults of before: a hidden layer of 100 units, 20 epochs, one draw, and nothing fitted again
  ratio      of "now" and of "one draw" to "old"

As measured last (2 busy cores, Chromium, wasm): 500 photos of 2 or 10 classes took 0.7 and 0.8 s after a label was
changed, 0.44 and 0.71 of the time of the old defaults; 60 to 300 photos, which 10 or 5 folds judge, 0.7 to 1.5 of it,
and by one draw 0.15 to 0.63.

    .venv/bin/python bench/retraining.py [--repeat 3]
    .venv/bin/python bench/retraining.py --browser wasm [--site DIR]     the same in Chromium
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright
from testbed import ROOT, arguments_parser, built_site, fresh_browser, open_page, serving

from pyclassifier import default_engine

# Photos and classes. The last one: "a retrain after a label change under 3 s for 500 photos".
SIZES = ((60, 3), (150, 5), (300, 10), (500, 2), (500, 10))
DRAW = {"cv": 0}
OLD = {"hidden_units": 100, "epochs": 20, "cv": 0, "refit": False}
TIMED = """
import statistics, time
from dataclasses import replace
import numpy as np
from clouds import draw_clouds
from pyclassifier import AsyncImageClassifier, Dataset, Sample
from pyclassifier.data import BytesSource
from pyclassifier.data import digest_of
from pyclassifier.embedding import Facts, kind_of

async def measure(sizes, draw, old, repeat, engine=None):
    rows = []
    for n, n_classes in sizes:
        classifier = AsyncImageClassifier(engine=engine)
        kind = kind_of(classifier.card_, "avg")
        X, y = draw_clouds([n // n_classes] * n_classes, classifier.card_.feature_channels)
        samples = [Sample(f"{i}.jpg", BytesSource(str(i).encode()), f"class {k}") for i, k in enumerate(y)]
        for sample, row in zip(samples, X):
            digest = digest_of(await sample.read())
            classifier.cache.learn(sample, Facts(digest))
            classifier.cache.put(digest, kind, np.ascontiguousarray(row, np.float32))
        changed = [replace(samples[0], label=samples[-1].label), *samples[1:]]
        classifier.cache.learn(changed[0], Facts(digest_of(await samples[0].read())))
        found = {}
        await classifier.load_backbone()
        for _ in range(repeat):
            kinds = (("now", {}, samples), ("changed", {}, changed), ("draw", draw, samples), ("old", old, samples))
            for name, params, photos in kinds:
                before = classifier.get_params()
                started = time.perf_counter()
                await classifier.set_params(**params).fit(Dataset(tuple(photos)), verbose=False)
                found.setdefault(name, []).append(time.perf_counter() - started)
                folds = classifier.evaluation_.n_splits or 0
                classifier.set_params(**before)
                if name == "now":
                    judged = folds
        classifier.close()
        rows.append([n, n_classes, judged, *(statistics.median(seconds) for seconds in found.values())])
    return rows
"""
IN_BROWSER = """async ([url, backend, clouds, code, sizes, draw, old, repeat]) => {
    const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
    globalThis.tf = await import(`${url}vendor/tf.js`);
    await tf.setBackend(backend);
    const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
    pyodide.FS.writeFile("clouds.py", clouds);
    globalThis.job = { sizes, draw, old, repeat };
    const run = "from js import job\\nawait measure(job.sizes.to_py(), job.draw.to_py(), job.old.to_py(), job.repeat)";
    return (await pyodide.runPythonAsync(`${code}\\n${run}`)).toJs();
}"""


def in_browser(site: Path, backend: str, repeat: int) -> list[list[float]]:
    """Measure in Chromium."""
    with serving(site) as url, sync_playwright() as playwright, fresh_browser(playwright) as browser:
        page = open_page(browser, f"{url}favicon.svg")
        page.set_default_timeout(600_000)
        clouds = (ROOT / "tests" / "clouds.py").read_text()
        job: list[Any] = [url, backend, clouds, TIMED, [list(size) for size in SIZES], DRAW, OLD, repeat]
        rows: list[list[float]] = page.evaluate(IN_BROWSER, job)
        return rows


def main() -> None:
    """Measure, print the table."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="trainings of each kind (default: 3)")
    parser.add_argument("--browser", choices=["wasm", "webgl", "cpu"], help="measure in Chromium instead")
    arguments = parser.parse_args()
    if arguments.browser:
        with built_site(arguments.site) as site:
            rows = in_browser(site, arguments.browser, arguments.repeat)
    else:
        names: dict[str, Any] = {}
        exec(TIMED, names)
        engine = default_engine(backend="numpy", site_url=arguments.site)
        rows = asyncio.run(names["measure"](SIZES, DRAW, OLD, arguments.repeat, engine))
    columns = ("now", "changed", "one draw", "old")
    print(f"{'photos':>7} {'classes':>8} {'folds':>6} {' '.join(f'{name:>8}' for name in columns)}  ratio")
    for n, n_classes, folds, *seconds in rows:
        now, _, draw, old = seconds
        shown = " ".join(f"{one:7.2f}s" for one in seconds)
        print(f"{n:7.0f} {n_classes:8.0f} {folds:6.0f} {shown}  {now / old:.2f}, {draw / old:.2f}")


if __name__ == "__main__":
    main()
