"""How long the site's backbones take: ms per photo of their features parts in tf.js, in turns in one run.

`.venv/bin/python bench/backbone_speed.py`, after `make test`, which gets the browser. WebGL runs on the CPU in headless
Chromium.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path

import backbone_folding
from playwright.sync_api import sync_playwright
from testbed import fresh_browser, serving

# isort: split
import backbones

from pyclassifier.backbones import CATALOG
from pyclassifier.convert.sources import REGISTRY


def main() -> None:
    """Measure on WebAssembly and WebGL."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        backbone_folding.lay_out({}, folder)
        for name in REGISTRY:
            # The worker fuses those whose name says so.
            shutil.copytree(backbones.prepare(CATALOG[name], None) / "features", folder / "models" / f"{name}, fused")
        with serving(folder) as url, fresh_browser(playwright) as browser:
            page = browser.new_page()
            page.goto(url)
            for backend in ("wasm", "webgl"):
                job = {"backend": backend, "models": [f"{name}, fused" for name in REGISTRY], "size": 224}
                job |= {"batch": arguments.batch, "rounds": arguments.rounds}
                times = page.evaluate(backbone_folding.RUN_WORKER, job)["times"]
                print(f"\n{backend}, batch {arguments.batch}, median of {arguments.rounds}")
                for name in REGISTRY:
                    print(f"  {name:24} {statistics.median(times[f'{name}, fused']):7.1f} ms a photo")


if __name__ == "__main__":
    main()
