"""py/: Python as it is once all that the page needs is imported, so that no visitor waits for that."""

from __future__ import annotations

import gzip
import subprocess
import tempfile
import zipfile
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

from bundles import NODE_MODULES
from caching import made_once
from fetch import WEB, BuildError

_PYODIDE = NODE_MODULES / "pyodide"
_SCRIPTS = (WEB / "snapshot.js", WEB / "site/js/python.js")
_DESKS = WEB / "desks"
_WHEELS = ("numpy-*.whl", "pillow-*.whl", "pyclassifier-*.whl")
# What nothing here imports: tests, tools to build and to test with, and Pillow's fonts, which would weigh most of all.
_UNUSED = (
    *("*/tests/*", "*.pyi", "*.pxd", "*.pyx", "*.h", "*.c", "*.a", "*.pc"),
    *("numpy/f2py/*", "numpy/distutils/*", "numpy/testing/*", "numpy/_pyinstaller/*", "numpy/*/lapack_lite.*"),
    *("numpy/_core/*_tests.*", "numpy/_core/_simd.*", "PIL/_imagingft.*", "PIL/_imagingtk.*"),
)
_USED = ("numpy/_core/_multiarray_tests.*",)  # which numpy documents when it is imported


def snapshot_files(runtime: Mapping[str, Path | bytes]) -> dict[str, Path | bytes]:
    """Return the files of py/ by their names on the site.

    Parameters
    ----------
    runtime
        The files of pyodide/.
    """
    wheels = [path for name, path in runtime.items() if isinstance(path, Path) and _fits(name, _WHEELS)]
    desks = sorted(_DESKS.rglob("*.py"))
    core = [_PYODIDE / name for name in ("pyodide.asm.js", "pyodide.asm.wasm", "pyodide.mjs", "python_stdlib.zip")]

    def make(folder: Path) -> None:
        with tempfile.TemporaryDirectory() as packages:
            for wheel in wheels:
                with zipfile.ZipFile(wheel) as file:
                    names = (name for name in file.namelist() if _fits(name, _USED) or not _fits(name, _UNUSED))
                    file.extractall(packages, names)
            for path in desks:
                copy = Path(packages) / path.relative_to(WEB)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
            memory = Path(packages) / "memory"
            _run(packages, memory)
            _pack(memory, folder / "python.pack")
        _pack(_PYODIDE / "pyodide.asm.wasm", folder / "wasm.pack")

    named = [part for path in desks for part in (path.relative_to(WEB).as_posix(), path)]
    made = made_once("snapshot", make, *wheels, *core, *_SCRIPTS, *named)
    return {name: made / name for name in ("python.pack", "wasm.pack")}


def _fits(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _run(packages: str, out: Path) -> None:
    command = ["node", str(WEB / "snapshot.js"), str(_PYODIDE), packages, str(out)]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise BuildError("Expected node on the PATH, found none. Use `make build`, which sees to it.") from None
    if done.returncode:
        # Before the error stands the line of Pyodide's script that it came from: all of it is one line.
        raise BuildError(f"Python could not be started in Node.js:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")


def _pack(source: Path, target: Path) -> None:
    """Compress a file; the name does not end in .gz, which some hosts have browsers unpack by themselves."""
    target.write_bytes(gzip.compress(source.read_bytes(), 9, mtime=0))
