"""Wheels of the package and of the built site, for any computer with pip: `python web/wheels.py` fills dist/."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

from caching import made_once
from fetch import WEB, BuildError

ROOT = WEB.parent
# Any fixed time later than zip's own 1980: equal sources then give an equal wheel.
_EPOCH = "1577836800"
_SOURCES = (
    "pyproject.toml",
    "README.md",
    "LICENSE",
    "pyclassifier",
    "pyclassifier_convert.py",
    "convert",
    "web/site/ready",
)
_SITE_SETTINGS = """\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "pyclassifier_site"
version = "{version}"
description = "The built site of pyclassifier, for `pyclassifier serve`: nothing is fetched, no checkout is needed."
license = "Apache-2.0"
requires-python = ">=3.11"
dependencies = ["pyclassifier=={version}"]

[tool.setuptools]
packages = ["pyclassifier_site"]

[tool.setuptools.package-data]
pyclassifier_site = ["site/*", "site/**/*"]
"""


def build_wheel(files: Mapping[str, Path | bytes], out: Path) -> Path:
    """Build the wheel of a project's files, by their paths in it; return where it lies in the folder."""
    before = set(out.glob("*.whl"))
    # From a copy: setuptools leaves a build/ behind, and takes removed modules from it the next time.
    with tempfile.TemporaryDirectory() as source:
        for name, data in files.items():
            copy = Path(source) / name
            copy.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, bytes):
                copy.write_bytes(data)
            else:
                shutil.copyfile(data, copy)
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", f"--outdir={out}", source]
        environment = os.environ | {"SOURCE_DATE_EPOCH": _EPOCH}
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise BuildError(f"The wheel could not be built:\n{done.stdout}\n{done.stderr}")
    (made,) = set(out.glob("*.whl")) - before
    return made


def files_below(*sources: str) -> dict[str, Path]:
    """Return files of the checkout, and those below folders of it, by their paths; links are not followed."""
    return {
        path.relative_to(ROOT).as_posix(): path
        for source in sources
        for path in sorted([ROOT / source, *(ROOT / source).rglob("*")])
        if path.is_file() and "__pycache__" not in path.parts
    }


def package_wheel() -> Path:
    """Build the wheel of the whole package, unless there is one of these very sources; return its path."""
    files = files_below(*_SOURCES)

    def make(folder: Path) -> None:
        build_wheel(files, folder)

    return next(made_once("packages", make, *(part for item in files.items() for part in item)).glob("*.whl"))


def dist_files(site: Path, out: Path) -> list[Path]:
    """Build both wheels into a folder, from which older ones go; return them."""
    out.mkdir(parents=True, exist_ok=True)
    for old in out.glob("pyclassifier*.whl"):
        old.unlink()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    content: dict[str, Path | bytes] = {
        f"pyclassifier_site/site/{path.relative_to(site).as_posix()}": path
        for path in site.rglob("*")
        if path.is_file()
    }
    content["pyclassifier_site/__init__.py"] = (
        b'"""The built site of pyclassifier, which `pyclassifier serve` opens."""\n'
    )
    content["pyproject.toml"] = _SITE_SETTINGS.format(version=version).encode()
    return [Path(shutil.copy2(package_wheel(), out)), build_wheel(content, out)]


def main() -> None:
    """Build the wheels."""
    parser = argparse.ArgumentParser(description="Build the wheels of the package and of the built site.")
    parser.add_argument("--site", type=Path, default=WEB / "dist", help="default: web/dist")
    parser.add_argument("--out", type=Path, default=ROOT / "dist", help="default: dist")
    arguments = parser.parse_args()
    if not (arguments.site / "index.html").is_file():
        sys.exit(f"Expected a built site in {arguments.site}, found none. Build it: make build")
    try:
        wheels = dist_files(arguments.site, arguments.out)
    except BuildError as error:
        sys.exit(f"web/wheels.py: {error}")
    for wheel in wheels:
        print(f"{wheel}: {wheel.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
