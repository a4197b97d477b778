"""lab/: JupyterLab in the browser (JupyterLite) with the example notebooks; its kernel runs on the site's pyodide/."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from fnmatch import fnmatch
from importlib.metadata import version
from pathlib import Path
from typing import Any

from caching import made_once
from fetch import WEB, BuildError

NOTEBOOKS = WEB / "notebooks"
_CONFIG = WEB / "jupyter-lite.json"
# --no-unused-shared-packages: what only JupyterLite's other apps (tree, repl, ...) load.
_OPTIONS = ("--apps=lab", "--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive")
# Fonts for browsers that cannot read woff2, and icons for an app to install: nothing here asks for them.
_UNUSED = ("*/fa-*.eot", "*/fa-*.svg", "*/fa-*.ttf", "*/fa-*.woff", "*/favicon.ico")
# The index of files needs a time, and one that makes equal sources an equal site.
_TIME = "2020-01-01T00:00:00Z"


def lab_files() -> dict[str, Path | bytes]:
    """Return the files of lab/ by their names on the site."""
    app = build_app()
    paths = {path.relative_to(app).as_posix(): path for path in app.rglob("*") if path.is_file()}
    notebooks = sorted(NOTEBOOKS.glob("*.ipynb"))
    return {
        **{name: path for name, path in paths.items() if not any(fnmatch(name, pattern) for pattern in _UNUSED)},
        **{f"files/{path.name}": path for path in notebooks},
        "api/contents/all.json": json.dumps(list_contents(notebooks), indent=1).encode(),
    }


def build_app() -> Path:
    """Let JupyterLite build the application, unless it has done so."""
    versions = [version(package) for package in ("jupyterlite-core", "jupyterlite-pyodide-kernel")]
    return made_once("lab", _build_app, *versions, _CONFIG)


def _build_app(out: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copyfile(_CONFIG, Path(folder) / _CONFIG.name)
        command = [sys.executable, "-m", "jupyterlite_core", "build", f"--lite-dir={folder}", f"--output-dir={out}"]
        done = subprocess.run([*command, *_OPTIONS], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"JupyterLite could not be built:\n{done.stdout}\n{done.stderr}")


def list_contents(notebooks: list[Path]) -> dict[str, Any]:
    """Return what Jupyter's contents API answers for the folder of these notebooks.

    JupyterLite would have this made by jupyter_server, which brings a web server and forty packages.
    """
    common = {"created": _TIME, "last_modified": _TIME, "mimetype": None, "writable": True}
    children = [
        {
            "name": path.name,
            "path": path.name,
            "type": "notebook",
            "format": None,
            "content": None,
            "size": path.stat().st_size,
            **common,
        }
        for path in notebooks
    ]
    return {"name": "", "path": "", "type": "directory", "format": "json", "content": children, "size": None, **common}
