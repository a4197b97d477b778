"""Photos at addresses, such as s3://bucket/photos, as the package fsspec reads them; only this module imports it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import DatasetError
from ..threads import in_thread
from .packs import Files


def is_address(place: object) -> bool:
    """Whether a place is an address rather than a folder: ``s3://bucket/photos``, ``zip://::s3://bucket/photos.zip``."""
    return isinstance(place, str) and "://" in place


@dataclass(frozen=True)
class RemoteSource:
    """The source of a photo at an address; what is wrong with it is an OSError.

    Parameters
    ----------
    files : fsspec.AbstractFileSystem
        It goes to other processes as what it was made of.
    path : str
        Of the photo in it.
    """

    files: Any
    path: str

    def now(self) -> bytes:
        """Read the file at once."""
        try:
            return bytes(self.files.cat_file(self.path))
        except OSError:
            raise
        except Exception as error:  # Each store has errors of its own.
            raise OSError(str(error)) from error

    async def __call__(self) -> bytes:
        """Read the photo's file, in a thread: others are waited for at the same time."""
        return await in_thread(self.now)


def list_remote(address: str) -> Files:
    """List the files below an address.

    Parameters
    ----------
    address : str
        As `fsspec.core.url_to_fs` takes it: of a folder, of a zip, or of one photo.

    Returns
    -------
    list of (str, RemoteSource)
        Path below the address, and what reads it; in the order of the paths.

    Raises
    ------
    DatasetError
        fsspec, or what it needs for this kind of address, is not installed; or nothing can be listed there.
    """
    try:
        from fsspec.core import url_to_fs

        files, root = url_to_fs(address)
        found = sorted(files.find(root))
    except ImportError as error:
        raise DatasetError("no-fsspec", address=address, error=str(error)) from error
    except Exception as error:  # Each store has errors of its own.
        raise DatasetError("unreadable-address", address=address, error=str(error)) from error
    start = root.strip("/")
    if [path.strip("/") for path in found] == [start]:
        if start.lower().endswith(".zip"):
            return list_remote(f"zip://::{address}")
        start = start.rpartition("/")[0]  # One photo is called by its own name.
    names = [path.strip("/").removeprefix(start).strip("/") for path in found]
    return [(name, RemoteSource(files, path)) for name, path in zip(names, found, strict=True)]
