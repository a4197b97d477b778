"""How good a classifier of few photos is: ours, what was its default before, Teachable Machine's, scikit-learn's.

Accuracy in percent on real photos (../shared/data/flowers and signs), of which 10 and 30 a class are learned from and
all others judged by: means of several draws. All contestants get the same features: MobileNet v1 1.0, average-pooled,
with the weights that the site has; "auto" and "both" get EfficientNet-Lite0's as well.

  ours           our default head, on all photos
  ours, auto     the same with backbone="auto": on one backbone or both, as folds of the photos to learn from say
  ours, both     the same on both backbones side by side
  ours, views    the same with views="flip+crop": the mean over each photo, its mirror image and its middle
  both, views    the same on both backbones side by side
  ours, hidden   the same with hidden_units=100
  before         our default of old: Dense(100) and softmax, 20 epochs of Adam, with a fifth held out to choose the best
  teachable      what @teachablemachine/image does: Dense(100) and softmax, 50 epochs of Adam, on all photos
  sklearn C=1    LogisticRegression
  sklearn CV     LogisticRegressionCV: C by the log loss in 5 folds

Means of 10 draws, as measured last:

    photos a class     ours  auto  both  ours, views  both, views  hidden  before  teachable  C=1    CV
    flowers     10     80.4  82.0  82.5     80.5         83.0        79.2    71.6       75.8  79.8  79.8
    flowers     30     86.1  88.2  88.2     86.8         89.5        85.5    81.9       83.5  86.0  85.9
    signs       10     83.8  85.5  86.5     88.0         88.5        82.5    78.7       82.2  82.8  83.0
    signs       30     92.7  94.1  94.1     95.3         96.0        91.0    90.0       92.0  91.6  91.7

Also the seconds that a training took. With --browser, instead: seconds of trainings of our head in Chromium, on
features drawn at random.

    .venv/bin/python bench/heads.py [--draws 10] [--site DIR] [--only ours] [--browser wasm]
"""

from __future__ import annotations

import asyncio
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from photo_features import Array, embed, find_photos
from playwright.sync_api import sync_playwright
from testbed import ROOT, arguments_parser, built_site, fresh_browser, open_page, serving, shared_folder

# isort: split
from numpy_engine import NumpyEngine  # testbed puts tests/ on the path

from pyclassifier.backbones import BUILT_IN, get_card, views_of
from pyclassifier.progress import Callbacks
from pyclassifier.training import Lesson, TrainSettings, choose_features, draw_validation, train_head

Ints = NDArray[np.int64]
# Features to learn from, class indices, features to judge by: as `read_set` has them.
Contestant = Callable[[list[Array], Ints, list[Array]], Ints]
SETS = ("flowers", "signs")
PER_CLASS = (10, 30)
INVERSE_STRENGTHS = 10.0 ** np.arange(-3, 2.5, 0.5)

# Photos, classes and features of the trainings that are timed in a browser.
SIZES = ((60, 3, 1024), (500, 2, 1024), (500, 10, 1024), (5000, 10, 1024))
TIME_IN_BROWSER = """async ([url, backend, clouds, sizes]) => {
    const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
    globalThis.tf = await import(`${url}vendor/tf.js`);
    await tf.setBackend(backend);
    const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
    pyodide.FS.writeFile("clouds.py", clouds);
    globalThis.sizes = sizes;
    return (await pyodide.runPythonAsync(`
        import time
        import numpy as np
        from clouds import draw_clouds
        from js import sizes
        from pyclassifier import default_engine
        from pyclassifier.progress import Callbacks
        from pyclassifier.training import Lesson, TrainSettings, train_head

        engine, seconds = await default_engine().load(), []
        for n, n_classes, n_features in sizes.to_py():
            X, y = draw_clouds([n // n_classes] * n_classes, n_features)
            lesson = Lesson(X, y, np.ones(len(y), np.float32), np.arange(len(y)), len(y))
            for settings in (TrainSettings(), TrainSettings(), TrainSettings(hidden_units=100, epochs=20)):
                started = time.perf_counter()
                head = await train_head(engine, lesson, settings, Callbacks())
                seconds.append([time.perf_counter() - started, len(head.history["loss"])])
                head.model.dispose()
        seconds
    `)).toJs();
}"""


def read_set(name: str) -> tuple[list[Array], Ints]:
    """Return features, of each backbone, of both side by side, with views of one and both, and class indices."""
    photos = find_photos(shared_folder(f"data/{name}"))
    classes = np.unique([path.parent.name for path in photos], return_inverse=True)[1]
    cards = get_card("+".join(BUILT_IN)).parts
    parts = [embed(photos, card) for card in cards]
    seen = [
        np.mean([part, *(embed(photos, card, view) for view in views_of("flip+crop") if view)], axis=0)
        for part, card in zip(parts, cards, strict=True)
    ]
    return [*parts, np.hstack(parts), seen[0], np.hstack(seen)], classes


def by_our_head(settings: TrainSettings, which: int = 0) -> Contestant:
    """Return what trains a head as our package does on some of the features, and predicts."""

    def predict(candidates: list[Array], y: Ints, to_judge: list[Array]) -> Ints:
        X, new = candidates[which], to_judge[which]
        held_out = np.zeros(len(y), np.bool_)
        if settings.chooses_epoch and settings.validation_split:
            names = [str(i) for i in range(len(y))]
            share, seed = settings.validation_split, settings.random_state
            held_out = draw_validation([str(k) for k in y], names, np.arange(len(y)), share, seed)
        order = np.argsort(held_out, kind="stable")
        n = int((~held_out).sum())
        lesson = Lesson(X[order], y[order], np.ones(n, np.float32), np.arange(n), n)

        async def train() -> Array:
            engine: Any = NumpyEngine()
            head = await train_head(engine, lesson, settings, Callbacks())
            return await head.model.predict(new)

        predicted: Ints = asyncio.run(train()).argmax(axis=1)
        return predicted

    return predict


def by_our_choice(candidates: list[Array], y: Ints, to_judge: list[Array]) -> Ints:
    """Choose among the backbones as our package does, train on the chosen one, and predict."""
    settings, groups = TrainSettings(), np.arange(len(y))
    engine: Any = NumpyEngine()
    best, *_ = asyncio.run(choose_features(engine, candidates[:3], y, groups, settings, Callbacks()))
    return by_our_head(settings, best)(candidates, y, to_judge)


def by_scikit_learn(choose: bool) -> Contestant:
    """Return what fits scikit-learn's logistic regression, and predicts."""
    from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
    from sklearn.model_selection import StratifiedKFold

    def predict(candidates: list[Array], y: Ints, to_judge: list[Array]) -> Ints:
        model = LogisticRegression(C=1, max_iter=1000)
        if choose:
            folds = StratifiedKFold(5, shuffle=True, random_state=0)
            model = LogisticRegressionCV(Cs=INVERSE_STRENGTHS, cv=folds, scoring="neg_log_loss", max_iter=1000)
        predicted: Ints = model.fit(candidates[0], y).predict(to_judge[0])
        return predicted

    return predict


CONTESTANTS: dict[str, Contestant] = {
    "ours": by_our_head(TrainSettings()),
    "ours, auto": by_our_choice,
    "ours, both": by_our_head(TrainSettings(), which=2),
    "ours, views": by_our_head(TrainSettings(), which=3),
    "both, views": by_our_head(TrainSettings(), which=4),
    "ours, hidden": by_our_head(TrainSettings(hidden_units=100)),
    "before": by_our_head(TrainSettings(hidden_units=100, epochs=20)),
    "teachable": by_our_head(TrainSettings(hidden_units=100, epochs=50, validation_split=0)),
    "sklearn C=1": by_scikit_learn(choose=False),
    "sklearn CV": by_scikit_learn(choose=True),
}


def race(name: str, features: list[Array], y: Ints, per_class: int, n_draws: int) -> tuple[NDArray[np.float64], float]:
    """Return a contestant's accuracy in each draw, and its mean seconds."""
    accuracies, started = [], time.perf_counter()
    for seed in range(n_draws):
        rng = np.random.default_rng(seed)
        drawn = np.concatenate([rng.permutation(np.flatnonzero(y == k))[:per_class] for k in np.unique(y)])
        others = np.setdiff1d(np.arange(len(y)), drawn)
        learned, new = [X[drawn] for X in features], [X[others] for X in features]
        accuracies.append(float((CONTESTANTS[name](learned, y[drawn], new) == y[others]).mean()))
    return np.array(accuracies), (time.perf_counter() - started) / n_draws


def time_in_browser(site: Path, backend: str) -> None:
    """Print how long our head trains in a browser, the first time and once more, and how long the default of old."""
    with serving(site) as url, sync_playwright() as playwright, fresh_browser(playwright) as browser:
        page = open_page(browser, f"{url}favicon.svg")
        page.set_default_timeout(600_000)
        job: list[Any] = [url, backend, (ROOT / "tests" / "clouds.py").read_text(), [list(size) for size in SIZES]]
        seconds = page.evaluate(TIME_IN_BROWSER, job)
    print(f"{'photos':>7} {'classes':>8} {'first':>7} {'again':>7} {'steps':>6} {'before':>7}")
    for k, (n, n_classes, _) in enumerate(SIZES):
        (first, _), (again, steps), (before, _) = seconds[3 * k : 3 * k + 3]
        print(f"{n:7} {n_classes:8} {first:6.2f}s {again:6.2f}s {steps:6.0f} {before:6.2f}s")


def main() -> None:
    """Race, print the table."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--draws", type=int, default=10, help="of photos to learn from (default: 10)")
    parser.add_argument("--only", action="append", choices=CONTESTANTS, help="only this contestant; may be repeated")
    parser.add_argument("--browser", choices=["wasm", "webgl", "cpu"], help="time our head in Chromium instead")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore", module="sklearn")
    if arguments.browser:
        with built_site(arguments.site) as site:
            time_in_browser(site, arguments.browser)
        return
    features = {name: read_set(name) for name in SETS}
    names = arguments.only or list(CONTESTANTS)
    print(f"{'photos a class':16} {' '.join(f'{name:>13}' for name in names)}")
    for name, (candidates, y) in features.items():
        for per_class in PER_CLASS:
            results = [race(contestant, candidates, y, per_class, arguments.draws) for contestant in names]
            accuracies = " ".join(f"{100 * accuracy.mean():13.1f}" for accuracy, _ in results)
            print(f"{name:10} {per_class:5} {accuracies}", flush=True)
            print(f"{'  seconds':16} {' '.join(f'{seconds:13.2f}' for _, seconds in results)}", flush=True)


if __name__ == "__main__":
    main()
