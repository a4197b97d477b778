"""vendor/: one tf.js module of what the site needs of TensorFlow.js, its WebAssembly binaries, and WebGPU apart."""

from __future__ import annotations

import re
from pathlib import Path

from bundles import NODE_MODULES, bundle
from fetch import BuildError

_WASM = NODE_MODULES / "@tensorflow/tfjs-backend-wasm/dist"
_THREADED = NODE_MODULES / "@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd"
_BANNER = "--banner:js=/* TensorFlow.js, Apache-2.0, github.com/tensorflow/tfjs */"
_OPTIONS = ("--minify", "--legal-comments=none", _BANNER)
# A thread that is gone leaves the others waiting for ever: its lock tells the page, see threads.js.
_LIFE_LOCK = "navigator.locks?.request(self.name, () => new Promise(() => {}));"


def vendor_files() -> dict[str, Path | bytes]:
    """Return the files of vendor/ that every page needs, by their names on the site."""
    tf, _ = bundle(".", "tf.js", options=_OPTIONS)
    names = ("tfjs-backend-wasm.wasm", "tfjs-backend-wasm-simd.wasm")
    return {**tf, **{name: _WASM / name for name in names}}


def threads_files() -> dict[str, Path | bytes]:
    """Return what tf.js's WebAssembly needs beside these to compute on several cores: threads.js loads it."""
    script = _THREADED.with_suffix(".js")
    # A text within a module, of which tf.js makes a blob. Its escapes are those of the script in it.
    source = _THREADED.with_suffix(".worker.js").read_text(encoding="utf-8")
    found = re.fullmatch(r"module\.exports\.wasmWorkerContents = `((?:[^`$\\]|\\n)*)`;\s*", source)
    if not found:
        raise BuildError(f"Expected the script of a thread as one text in {_THREADED.name}.worker.js, found otherwise.")
    return {
        f"{_THREADED.name}.wasm": _WASM / f"{_THREADED.name}.wasm",
        script.name: script,
        f"{_THREADED.name}.worker.js": f"{_LIFE_LOCK}\n{found[1]}".encode(),
    }


def webgpu_file() -> dict[str, Path | bytes]:
    """Return what makes tf.js compute on WebGPU, by its name in vendor/; it has no core of its own."""
    file, _ = bundle(".", "webgpu.js", options=(*_OPTIONS, "--alias:@tensorflow/tfjs-core=./global_tf.cjs"))
    return file
