"""pyodide/: the Pyodide core (npm), the wheels that we use, our own wheel, and a lock file of just these."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fetch import CACHE, WEB, BuildError, fetch_pyodide_wheel, sources
from pyodide_lock import PyodideLockSpec
from pyodide_lock.utils import add_wheels_to_spec
from vendor import NODE_MODULES

CORE = ("pyodide.mjs", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_PYODIDE = NODE_MODULES / "pyodide"
_ROOT = WEB.parent
_WHEEL_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "pyclassifier", "convert")
# Any fixed time later than zip's own 1980: equal sources then give an equal wheel.
_EPOCH = "1577836800"


def runtime_files() -> dict[str, Path | bytes]:
    """Return the files of pyodide/ by their names on the site."""
    official = PyodideLockSpec.from_json(_PYODIDE / "pyodide-lock.json")
    packages = {name: official.packages[name] for name in sources()["pyodide"]["packages"]}
    wheels = [fetch_pyodide_wheel(spec.file_name, spec.sha256, official.info.version) for spec in packages.values()]
    ours = build_wheel()
    trimmed = PyodideLockSpec(info=official.info, packages=packages)
    lock = add_wheels_to_spec(trimmed, [ours]).model_dump()
    return {
        **{name: _PYODIDE / name for name in CORE},
        **{wheel.name: wheel for wheel in (*wheels, ours)},
        "pyodide-lock.json": json.dumps(lock, indent=1, sort_keys=True).encode(),
    }


def build_wheel() -> Path:
    """Build our wheel, unless there is one of these very sources; return its path."""
    files = sorted(
        path
        for source in _WHEEL_SOURCES
        for path in [_ROOT / source, *(_ROOT / source).rglob("*")]
        if path.is_file() and "__pycache__" not in path.parts
    )
    digest = hashlib.sha256()
    for path in files:
        digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    folder = CACHE / "wheels" / digest.hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
            _build_wheel_of(files, Path(temporary)).parent.replace(folder)
    return next(folder.glob("*.whl"))


def _build_wheel_of(files: list[Path], temporary: Path) -> Path:
    # From a copy: setuptools leaves a build/ behind, and takes removed modules from it the next time.
    for path in files:
        copy = temporary / "source" / path.relative_to(_ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir=wheel", "source"]
    environment = os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}
    done = subprocess.run(command, cwd=temporary, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"The wheel of pyclassifier could not be built:\n{done.stdout}\n{done.stderr}")
    return next((temporary / "wheel").glob("*.whl"))
