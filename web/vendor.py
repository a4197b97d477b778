"""vendor/: one tf.js module of what the site needs of TensorFlow.js, and its WebAssembly binaries."""

from __future__ import annotations

from pathlib import Path

from bundles import NODE_MODULES, bundle

_WASM = NODE_MODULES / "@tensorflow/tfjs-backend-wasm/dist"
_BANNER = "--banner:js=/* TensorFlow.js, Apache-2.0, github.com/tensorflow/tfjs */"


def vendor_files() -> dict[str, Path | bytes]:
    """Return the files of vendor/ by their names on the site."""
    tf, _ = bundle(".", "tf.js", options=("--minify", "--legal-comments=none", _BANNER))
    # The threaded binary is left out: tf.js says why.
    names = ("tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm")
    return {**tf, **{name: _WASM / name for name in names}}
