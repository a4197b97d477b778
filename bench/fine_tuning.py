"""What fine-tuning gains over the head alone, by our own engine in Chromium, and what it costs there.

On real photos (../shared/data/signs or flowers), of which 30 a class are learned from and all others judged by:
accuracy in percent of the head alone and of what `fine_tune` makes of it, in several draws, with the seconds of each.
A fifth of the photos that are learned from is set aside by the training itself, to choose the epoch by.

    .venv/bin/python bench/fine_tuning.py [--draws 3] [--set signs] [--blocks 7] [--backend wasm] [--site DIR]
    .venv/bin/python bench/fine_tuning.py --native [--draws 3]     the same by the engine of this machine
"""

from __future__ import annotations

import asyncio
import base64
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import sync_playwright
from testbed import arguments_parser, built_site, fresh_browser, open_page, serving, shared_folder

PER_CLASS = 30
# What one draw comes to, here as in the browser: `files` are names and bytes, by class.
DRAW = """
import random, time
from pyclassifier import AsyncImageClassifier, Dataset

def reading(data):
    async def read():
        return data
    return read

async def draw(files, per_class, seed, blocks, engine=None, tell=None):
    learned, others = [], []
    for label, photos in files.items():
        photos = [(f"{label}/{name}", reading(data)) for name, data in sorted(photos.items())]
        random.Random(seed).shuffle(photos)
        learned += photos[:per_class]
        others += photos[per_class:]
    learned, others = Dataset.from_files(learned), Dataset.from_files(others)
    classifier = AsyncImageClassifier(engine=engine)
    await classifier.extract_features(learned)
    started = time.perf_counter()
    await classifier.fit(learned)
    alone, of_head = (await classifier.evaluate(others)).accuracy, time.perf_counter() - started
    classifier.set_params(fine_tune=blocks)
    cost = await classifier.measure_fine_tuning(len(learned.samples))
    started = time.perf_counter()
    await classifier.fit(learned, on_epoch=tell)
    seconds = time.perf_counter() - started
    tuned, told = (await classifier.evaluate(others)).accuracy, classifier.fine_tuning_
    epochs = len(told.history["loss"])
    classifier.close()
    return [alone, tuned, of_head, seconds, cost.seconds, cost.n_bytes, epochs, told.kept]
"""
IN_BROWSER = """async ([url, backend, photos, code, perClass, seed, blocks]) => {
    const { loadPyodide } = await import(`${url}pyodide/pyodide.mjs`);
    globalThis.tf = await import(`${url}vendor/tf.js`);
    await tf.setBackend(backend);
    const pyodide = await loadPyodide({ indexURL: `${url}pyodide/`, packages: ["pyclassifier"] });
    const bytes = Uint8Array.from(atob(photos), (c) => c.charCodeAt(0));
    pyodide.unpackArchive(bytes, "zip", { extractDir: "/photos" });
    globalThis.job = [perClass, seed, blocks];
    globalThis.say = (text) => console.log(text);
    return (await pyodide.runPythonAsync(`${code}
from pathlib import Path
from js import job, say
folders = sorted(Path("/photos").iterdir())
files = {folder.name: {file.name: file.read_bytes() for file in folder.iterdir()} for folder in folders}
await draw(files, *job.to_py(), tell=lambda history: say(str({k: round(v[-1], 3) for k, v in history.items()})))
`)).toJs();
}"""


def read_files(folder: Path) -> dict[str, dict[str, bytes]]:
    """Return the photos of each class."""
    return {
        one.name: {file.name: file.read_bytes() for file in sorted(one.iterdir())}
        for one in sorted(folder.iterdir())
        if one.is_dir()
    }


def zipped(files: dict[str, dict[str, bytes]]) -> str:
    """Return the photos as a zip file, in base64."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for label, photos in files.items():
            for name, data in photos.items():
                file.writestr(f"{label}/{name}", data)
    return base64.b64encode(buffer.getvalue()).decode()


def in_browser(
    site: Path, backend: str, files: dict[str, dict[str, bytes]], seed: int, blocks: int | bool
) -> list[Any]:
    """Return what a draw comes to in a fresh Chromium."""
    with serving(site) as url, sync_playwright() as playwright, fresh_browser(playwright) as browser:
        page = open_page(browser, f"{url}favicon.svg")
        page.set_default_timeout(3_600_000)
        page.on("console", lambda message: print(f"  {message.text}", flush=True))
        job = [url, backend, zipped(files), DRAW, PER_CLASS, seed, blocks]
        return list(page.evaluate(IN_BROWSER, job))


def natively(files: dict[str, dict[str, bytes]], seed: int, blocks: int | bool) -> list[Any]:
    """Return what a draw comes to on this machine."""
    names: dict[str, Any] = {}
    exec(DRAW, names)
    return list(asyncio.run(names["draw"](files, PER_CLASS, seed, blocks)))


def main() -> None:
    """Draw, train, print the table."""
    parser = arguments_parser(__doc__)
    parser.add_argument("--draws", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="seed of the first draw")
    parser.add_argument("--set", default="signs", choices=["signs", "flowers"])
    parser.add_argument("--blocks", type=int, help="how many of the last blocks (default: the package's default)")
    parser.add_argument("--backend", default="wasm", choices=["wasm", "webgl", "cpu"])
    parser.add_argument("--native", action="store_true", help="by the engine of this machine instead of a browser")
    arguments = parser.parse_args()
    files, blocks = read_files(shared_folder(f"data/{arguments.set}")), arguments.blocks or True
    rows = []
    print(" draw   head  tuned  kept epochs  head s  tuned s  said s    MB")
    with built_site(arguments.site) as site:
        for seed in range(arguments.first, arguments.first + arguments.draws):
            started = time.perf_counter()
            if arguments.native:
                row = natively(files, seed, blocks)
            else:
                row = in_browser(site, arguments.backend, files, seed, blocks)
            alone, tuned, of_head, seconds, said, n_bytes, epochs, kept = row
            rows.append((alone, tuned))
            print(
                f"{seed:5} {100 * alone:6.1f} {100 * tuned:6.1f} {kept!s:>5} {epochs:6.0f} {of_head:7.1f} "
                f"{seconds:8.1f} {said:7.1f} {n_bytes / 1e6:5.0f}   {time.perf_counter() - started:.0f} s in all",
                flush=True,
            )
    alone, tuned = 100 * np.mean(rows, axis=0)
    print(f"mean {alone:6.1f} {tuned:6.1f}")


if __name__ == "__main__":
    main()
