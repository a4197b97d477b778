"""JavaScript parts from npm: one tf.js module, its WebAssembly binaries, the chart library."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

from fetch import CACHE, WEB, BuildError

NODE_MODULES = WEB / "node_modules"
_WASM = NODE_MODULES / "@tensorflow/tfjs-backend-wasm/dist"
_UPLOT = NODE_MODULES / "uplot/dist"


def vendor_files() -> dict[str, Path]:
    """Return the files of vendor/ by their names on the site."""
    return {
        "tf.js": bundle_tfjs(),
        # The threaded binary is left out: tf.js says why.
        "tfjs-backend-wasm.wasm": _WASM / "tfjs-backend-wasm.wasm",
        "tfjs-backend-wasm-simd.wasm": _WASM / "tfjs-backend-wasm-simd.wasm",
        "uPlot.esm.js": _UPLOT / "uPlot.esm.js",
        "uPlot.min.css": _UPLOT / "uPlot.min.css",
    }


def bundle_tfjs() -> Path:
    """Bundle web/tf.js with esbuild, unless that has been done for this entry and these packages."""
    entry = WEB / "tf.js"
    sources = (entry, WEB / "fuse.js", WEB / "gradients.js", WEB / "package-lock.json")
    key = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    bundle = CACHE / "bundles" / key / "tf.js"
    if bundle.exists():
        return bundle
    command = ["node", str(NODE_MODULES / "esbuild/bin/esbuild"), str(entry), f"--outfile={bundle}"]
    command += ["--bundle", "--format=esm", "--minify", "--target=es2022", "--legal-comments=none"]
    command += [
        "--banner:js=/* TensorFlow.js, Apache-2.0, github.com/tensorflow/tfjs */",
        "--log-level=warning",
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise BuildError("Expected node on the PATH, found none. Use `make build`, which sees to it.") from None
    if done.returncode:
        raise BuildError(f"esbuild could not bundle web/tf.js:\n{done.stderr}")
    return bundle
