"""HDF5 files of unknown origin, read by h5py."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import ConvertError
from ...models import Array

_MAX_BYTES = 1 << 32
_MAX_RATIO = 1100  # What deflate reaches at best.


class Hdf5Reader:
    """An HDF5 file of unknown origin, read group by group, following hard links only.

    Parameters
    ----------
    source : Path or BytesIO
    """

    def __init__(self, source: Path | io.BytesIO) -> None:
        import h5py

        self._h5py = h5py
        self._file = h5py.File(source, "r")
        self._n_bytes = 0

    def __enter__(self) -> Hdf5Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def attributes(self, path: str) -> dict[str, Any]:
        """Return the attributes of a group; none where there is no such group."""
        group = self._find(path)
        return dict(group.attrs) if group is not None else {}

    def children(self, path: str) -> list[str]:
        """Return the names in a group; none where there is no such group."""
        group = self._find(path)
        return list(group) if isinstance(group, self._h5py.Group) else []

    def array(self, path: str) -> Array:
        """Return a dataset's values: whole numbers, booleans or floats."""
        data = self._find(path)
        if not isinstance(data, self._h5py.Dataset):
            raise ConvertError(f"Expected weights at {path!r} in the file, got none. The file is incomplete.")
        n_bytes = math.prod(data.shape) * data.dtype.itemsize
        self._n_bytes += n_bytes
        stored = data.id.get_storage_size()
        if data.is_virtual or data.external or self._n_bytes > _MAX_BYTES or n_bytes > _MAX_RATIO * stored + 4096:
            raise ConvertError(
                f"Expected weights within the file, got {path!r} of shape {data.shape}, which claims more than is "
                "stored. The file is damaged or not a usual model."
            )
        if data.dtype.kind not in "fiub":
            raise ConvertError(f"Expected numbers at {path!r}, got {data.dtype}. Save the model in float32.")
        return np.asarray(data[()])

    def _find(self, path: str) -> Any:
        item = self._file
        for part in filter(None, path.split("/")):
            if not isinstance(item, self._h5py.Group):
                return None
            link = item.get(part, getlink=True)
            if link is None:
                return None
            if not isinstance(link, self._h5py.HardLink):
                raise ConvertError(f"Expected weights within the file, got a link to elsewhere at {path!r}.")
            item = item[part]
        return item
