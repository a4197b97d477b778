"""docs/: the API reference, one page that pdoc makes of the package's docstrings."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

from fetch import CACHE, BuildError
from runtime import build_wheel

# Of the package itself and what it exports, not page after page of its modules; no search, which would be a script.
_COMMAND = ("pdoc", "pyclassifier", "!pyclassifier.", "--docformat=numpy", "--no-search", "--no-show-source")


def reference_files() -> dict[str, Path]:
    """Return the files of docs/ by their names on the site."""
    # The wheel's folder is named after the sources that it was made of.
    page = CACHE / "docs" / f"{build_wheel().parent.name}-{version('pdoc')}.html"
    if not page.exists():
        page.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=page.parent) as temporary:
            command = [sys.executable, "-m", *_COMMAND, f"--output-directory={temporary}"]
            done = subprocess.run(command, capture_output=True, text=True)
            made = Path(temporary) / "pyclassifier.html"
            if done.returncode or not made.exists():
                raise BuildError(f"pdoc could not make the API reference:\n{done.stdout}\n{done.stderr}")
            made.replace(page)
    return {"index.html": page}
