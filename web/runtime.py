"""pyodide/: the Pyodide core (npm), the wheels that we use, our own wheel, and a lock file of just these."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bundles import NODE_MODULES
from caching import made_once
from fetch import WEB, BuildError, fetch_package, fetch_pyodide_wheel, sources
from packaging.utils import canonicalize_name
from pyodide_lock import PackageSpec, PyodideLockSpec
from pyodide_lock.utils import add_wheels_to_spec

# pyodide.js is what a classic worker loads, such as the one of JupyterLite's kernel.
CORE = ("pyodide.mjs", "pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_PYODIDE = NODE_MODULES / "pyodide"
_ROOT = WEB.parent
_WHEEL_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "pyclassifier")
# Any fixed time later than zip's own 1980: equal sources then give an equal wheel.
_EPOCH = "1577836800"


def runtime_files() -> dict[str, Path | bytes]:
    """Return the files of pyodide/ by their names on the site."""
    official = PyodideLockSpec.from_json(_PYODIDE / "pyodide-lock.json")
    names = sources()["pyodide"]
    packages = with_dependencies([*names["packages"], *names["lab_packages"]], official.packages)
    wheels = [fetch_pyodide_wheel(spec.file_name, spec.sha256, official.info.version) for spec in packages.values()]
    lock = PyodideLockSpec(info=official.info, packages=packages)
    others = [fetch_package("comm"), build_wheel()]
    for wheel in others:  # One by one, for they lie in different folders.
        lock = add_wheels_to_spec(lock, [wheel])
    return {
        **{name: _PYODIDE / name for name in CORE},
        **{wheel.name: wheel for wheel in (*wheels, *others)},
        "pyodide-lock.json": json.dumps(lock.model_dump(), indent=1, sort_keys=True).encode(),
    }


def with_dependencies(names: list[str], packages: Mapping[str, PackageSpec]) -> dict[str, PackageSpec]:
    """Return the packages of these names, and all that they depend on, by the names that the lock file has."""
    found: dict[str, PackageSpec] = {}
    waiting = list(names)
    while waiting:
        name = canonicalize_name(waiting.pop())
        if name not in found:
            found[name] = packages[name]
            waiting += packages[name].depends
    return found


def build_wheel() -> Path:
    """Build our wheel without the converter, unless there is one of these very sources; return its path."""
    files = sorted(
        path
        for source in _WHEEL_SOURCES
        for path in [_ROOT / source, *(_ROOT / source).rglob("*")]
        if path.is_file() and "__pycache__" not in path.parts
    )
    inputs = [part for path in files for part in (str(path.relative_to(_ROOT)), path)]

    def make(folder: Path) -> None:
        # From a copy: setuptools leaves a build/ behind, and takes removed modules from it the next time.
        with tempfile.TemporaryDirectory() as source:
            for path in files:
                copy = source / path.relative_to(_ROOT)
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
            # Half of the wheel would be the converter, which no browser runs.
            settings = source / Path("pyproject.toml")
            lines = settings.read_text(encoding="utf-8").splitlines(keepends=True)
            settings.write_text("".join(line for line in lines if not re.search("pyclassifier.convert", line)), "utf-8")
            command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", f"--outdir={folder}", source]
            environment = os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}
            done = subprocess.run(command, env=environment, capture_output=True, text=True)
        if done.returncode:
            raise BuildError(f"The wheel of pyclassifier could not be built:\n{done.stdout}\n{done.stderr}")

    return next(made_once("wheels", make, *inputs).glob("*.whl"))
