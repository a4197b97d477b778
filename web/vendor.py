"""vendor/: one tf.js module of what the site needs of TensorFlow.js, its WebAssembly binaries, and WebGPU apart."""

from __future__ import annotations

from pathlib import Path

from bundles import NODE_MODULES, bundle

_WASM = NODE_MODULES / "@tensorflow/tfjs-backend-wasm/dist"
_BANNER = "--banner:js=/* TensorFlow.js, Apache-2.0, github.com/tensorflow/tfjs */"
_OPTIONS = ("--minify", "--legal-comments=none", _BANNER)


def vendor_files() -> dict[str, Path | bytes]:
    """Return the files of vendor/ that every page needs, by their names on the site."""
    tf, _ = bundle(".", "tf.js", options=_OPTIONS)
    # The threaded binary is left out: tf.js says why.
    names = ("tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm")
    return {**tf, **{name: _WASM / name for name in names}}


def webgpu_file() -> dict[str, Path | bytes]:
    """Return what makes tf.js compute on WebGPU, by its name in vendor/; it has no core of its own."""
    file, _ = bundle(".", "webgpu.js", options=(*_OPTIONS, "--alias:@tensorflow/tfjs-core=./global_tf.cjs"))
    return file
