"""docs/: the API reference that pdoc makes of the package's docstrings."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from fetch import CACHE, BuildError
from runtime import build_wheel

# Of the package itself and of its wings' faces, not of the rooms behind them, but for the one that is public as such;
# no search, which would be a script.
_WINGS = ("data", "backbones", "engines", "embedding", "judging", "training", "archives", "classifiers", "projects")
_PAGES = [f"pyclassifier.{page}" for page in (*_WINGS, "backbones.layers", "errors", "metrics")]
_MODULES = ("pyclassifier", "!pyclassifier.", *_PAGES)
_COMMAND = ("pdoc", *_MODULES, "--docformat=numpy", "--no-search", "--no-show-source")


def reference_files() -> dict[str, Path]:
    """Return the files of docs/ by their names on the site."""
    # The wheel's folder is named after the sources that it was made of.
    folder = CACHE / "docs" / f"{build_wheel().parent.name}-{version('pdoc')}"
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            made = Path(temporary) / "docs"
            command = [sys.executable, "-m", *_COMMAND, f"--output-directory={made}"]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode or not (made / "pyclassifier.html").exists():
                raise BuildError(f"pdoc could not make the API reference:\n{done.stdout}\n{done.stderr}")
            # The package's page is the one that people come to, rather than one that leads there.
            (made / "pyclassifier.html").replace(made / "index.html")
            for page in made.glob("*/**/*.html"):
                page.write_text(page.read_text(encoding="utf-8").replace("/pyclassifier.html", "/index.html"), "utf-8")
            made.replace(folder)
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}
