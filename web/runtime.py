"""pyodide/: the Pyodide core (npm), the wheels that we use, our own wheel, and a lock file of just these."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from bundles import NODE_MODULES
from caching import made_once
from fetch import fetch_package, fetch_pyodide_wheel, sources
from packaging.utils import canonicalize_name
from pyodide_lock import PackageSpec, PyodideLockSpec
from pyodide_lock.utils import add_wheels_to_spec
from wheels import build_wheel, files_below

# pyodide.js is what a classic worker loads, such as the one of JupyterLite's kernel.
CORE = ("pyodide.mjs", "pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_PYODIDE = NODE_MODULES / "pyodide"
_WHEEL_SOURCES = ("pyproject.toml", "README.md", "LICENSE", "pyclassifier")
# Half of the wheel would be what no browser runs.
_NOT_IN_BROWSERS = (("__main__.py",), ("cli",), ("convert",), ("scaling",), ("serving",))


def runtime_files() -> dict[str, Path | bytes]:
    """Return the files of pyodide/ by their names on the site."""
    official = PyodideLockSpec.from_json(_PYODIDE / "pyodide-lock.json")
    names = sources()["pyodide"]
    packages = with_dependencies([*names["packages"], *names["lab_packages"]], official.packages)
    wheels = [fetch_pyodide_wheel(spec.file_name, spec.sha256, official.info.version) for spec in packages.values()]
    lock = PyodideLockSpec(info=official.info, packages=packages)
    others = [fetch_package("comm"), browser_wheel()]
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


def browser_wheel() -> Path:
    """Build the wheel that browsers load, unless there is one of these very sources; return its path."""
    files = {
        name: path
        for name, path in files_below(*_WHEEL_SOURCES).items()
        if Path(name).parts[1:2] not in _NOT_IN_BROWSERS
    }
    inputs = [part for name, path in files.items() for part in (name, path)]

    def make(folder: Path) -> None:
        lines = files["pyproject.toml"].read_text(encoding="utf-8").splitlines(keepends=True)
        without = [*(f"pyclassifier.{name}" for (name,) in _NOT_IN_BROWSERS), "pyclassifier_convert"]
        kept = (line for line in lines if not any(name in line for name in without))
        build_wheel({**files, "pyproject.toml": "".join(kept).encode()}, folder)

    return next(made_once("wheels", make, *inputs).glob("*.whl"))
