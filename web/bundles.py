"""What esbuild puts together: the page's scripts and its styles, so that a first load is few files; TensorFlow.js."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from fetch import WEB, BuildError

NODE_MODULES = WEB / "node_modules"
# Loaded by their addresses: bundling these or not would make one copy too many.
_OUTSIDE = ("--external:../pyodide/*", "--external:../vendor/*")


def page_files() -> dict[str, Path | bytes]:
    """Return the files of js/ and the styles of the page, by their names on the site.

    Texts are apart from the page's script, which asks for the visitor's language only. What a page of another site may
    import (js/client.js and what that imports), and what imports nothing, is as it was written, with its documentation.
    """
    page, modules = bundle("site", "js/app.js", "css/page.css", options=("--splitting", *_OUTSIDE))
    worker, _ = bundle("site", "js/worker.js", "js/measurer.js", "js/decoder.js", options=_OUTSIDE)
    first, _ = bundle("site", "js/first.js", options=("--format=iife",))
    alone = ("thumbnailer.js", "remote.js")
    as_written = [*imported_by("site/js/client.js", modules), *(f"site/js/{name}" for name in alone)]
    return {**page, **worker, **first, **{path.removeprefix("site/"): WEB / path for path in as_written}}


def bundle(base: str, *entries: str, options: tuple[str, ...] = ()) -> tuple[dict[str, Path | bytes], dict[str, Any]]:
    """Bundle modules or styles of a folder of web/; return the files by their names, and what went into them.

    It takes a tenth of a second, and half a one for TensorFlow.js, so that nothing is kept from one build to the next.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        command = ["node", str(NODE_MODULES / "esbuild/bin/esbuild"), f"--outdir={out}", f"--outbase={base}"]
        command += ["--bundle", "--format=esm", "--target=es2022", "--chunk-names=js/[name]-[hash]"]
        command += [f"--metafile={folder}/meta.json", "--log-level=warning", *options]
        command += [f"{base}/{entry}" for entry in entries]
        try:
            # From one place, since the files name where each part of them comes from.
            done = subprocess.run(command, cwd=WEB, capture_output=True, text=True)
        except FileNotFoundError:
            raise BuildError("Expected node on the PATH, found none. Use `make build`, which sees to it.") from None
        if done.returncode:
            raise BuildError(f"esbuild could not bundle {' and '.join(entries)}:\n{done.stderr}")
        files: dict[str, Path | bytes] = {
            path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()
        }
        return files, json.loads((Path(folder) / "meta.json").read_text())["inputs"]


def imported_by(module: str, modules: dict[str, Any]) -> list[str]:
    """Return a module and all that it imports, of what esbuild says that went into a bundle."""
    found = [module]
    for one in found:  # It grows meanwhile.
        imports = (entry["path"] for entry in modules[one]["imports"] if not entry.get("external"))
        found += [path for path in imports if path not in found]
    return found
