"""docs/: the API reference that pdoc makes of the package's docstrings."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from caching import made_once
from fetch import BuildError
from guide import TEMPLATES
from runtime import browser_wheel

# Of the package itself and of its wings' faces, not of the rooms behind them, but for the one that is public as such;
# no search, which would be a script.
_WINGS = ("data", "backbones", "engines", "embedding", "judging", "training", "archives", "classifiers", "projects")
_PAGES = [f"pyclassifier.{page}" for page in (*_WINGS, "backbones.layers", "errors", "metrics")]
_MODULES = ("pyclassifier", "!pyclassifier.", *_PAGES)
_COMMAND = ("pdoc", *_MODULES, "--docformat=numpy", "--no-search", "--no-show-source")


def reference_files() -> dict[str, Path]:
    """Return the files of docs/ by their names on the site, without its first page, which is the guide's."""
    # The wheel's folder is named after the sources that it was made of.
    templates = sorted(TEMPLATES.iterdir())
    folder = made_once("docs", _make_reference, browser_wheel().parent.name, version("pdoc"), *templates)
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}
    return {name: path for name, path in files.items() if name != "index.html"}


def _make_reference(folder: Path) -> None:
    places = (f"--template-directory={TEMPLATES}", f"--output-directory={folder}")
    done = subprocess.run([sys.executable, "-m", *_COMMAND, *places], capture_output=True, text=True)
    if done.returncode or not (folder / "pyclassifier.html").exists():
        raise BuildError(f"pdoc could not make the API reference:\n{done.stdout}\n{done.stderr}")
