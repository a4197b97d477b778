"""What preparing a backbone gains: ms per image of its features part, all variants in turns in one run.

`.venv/bin/python bench/backbone_folding.py [--model DIR]`, after `make test`, which gets the browser. Ratios are to the
first variant, the layers as they were published. WebGL runs on the CPU in headless Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from testbed import ROOT, fresh_browser, serving  # also puts web/ on the path

# isort: split
from build import write_files
from fetch import fetch_packaged
from vendor import vendor_files

from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE
from pyclassifier.convert import LayersModel, absorb_padding, cut_at, fold_batchnorm, read_tfjs
from pyclassifier.convert.sources import REGISTRY, read_packaged, write_part

RUN_WORKER = """job => new Promise((resolve, reject) => {
    const worker = new Worker("backbone_worker.js", { type: "module" });
    worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
    worker.onerror = (error) => reject(new Error(error.message));
    worker.postMessage(job);
})"""


def variants(model: LayersModel) -> dict[str, LayersModel]:
    """Return the features parts to compare; the worker fuses the ones whose name says so."""
    card = CATALOG[DEFAULT_BACKBONE]
    folded = fold_batchnorm(model, keep=(card.feature_layer,))
    unpadded = absorb_padding(folded)
    parts = {"published": model, "folded": folded, "folded, no padding": unpadded, "prepared, fused": unpadded}
    return {name: cut_at(part, card.feature_layer) for name, part in parts.items()}


def lay_out(parts: dict[str, LayersModel], folder: Path) -> None:
    """Write a site of just tf.js, the models and the worker."""
    for name, part in parts.items():
        write_part(part, folder / "models" / name)
    write_files(vendor_files(), folder / "vendor")
    shutil.copy(ROOT / "bench" / "backbone_worker.js", folder)
    (folder / "index.html").write_text("<!doctype html><title>bench</title>")


def measure(page: Page, names: list[str], backend: str, batch: int, rounds: int) -> None:
    """Print the medians of one backend."""
    job: dict[str, Any] = {"backend": backend, "models": names, "size": 224, "batch": batch, "rounds": rounds}
    result = page.evaluate(RUN_WORKER, job)
    medians = {name: statistics.median(times) for name, times in result["times"].items()}
    print(f"\n{backend}, batch {batch}, median of {rounds}")
    for name, ms in medians.items():
        ratio, difference = ms / medians[names[0]], result["differences"][name]
        print(f"  {name:20} {ms:7.1f} ms/image  ratio {ratio:.3f}  largest difference {difference:.3f}")


def main() -> None:
    """Measure on WebGL and WebAssembly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, help="folder of a tf.js MobileNet v1 (default: the built-in 1.0)")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.model:
        model = read_tfjs(arguments.model)
    else:
        model = read_packaged(DEFAULT_BACKBONE, fetch_packaged(REGISTRY[DEFAULT_BACKBONE]))
    parts = variants(model)
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        lay_out(parts, Path(temporary))
        with serving(Path(temporary)) as url, fresh_browser(playwright) as browser:
            page = browser.new_page()
            page.goto(url)
            for backend in ("webgl", "wasm"):
                measure(page, list(parts), backend, arguments.batch, arguments.rounds)


if __name__ == "__main__":
    main()
