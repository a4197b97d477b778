"""Features that were computed before, by content of the photo."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..data import Sample

CACHE_BYTES = 1 << 29


@dataclass(frozen=True)
class Facts:
    """What is known of a photo's file.

    Parameters
    ----------
    digest : str, optional
        Hash (SHA-256, hex) of its bytes.
    size : tuple of (int, int), optional
        Width and height in pixels.
    reason : str, optional
        Why it cannot be read.
    """

    digest: str | None = None
    size: tuple[int, int] | None = None
    reason: str | None = None


class FeatureCache:
    """Features by content hash, the least recently used dropped first.

    Parameters
    ----------
    max_bytes : int
        Bytes of features to keep.

    Examples
    --------
    >>> cache = FeatureCache(max_bytes=100)
    >>> for digest in ("a", "b", "c"):
    ...     cache.put(digest, "mean", np.zeros(10, np.float32))
    >>> len(cache), cache.get("a", "mean") is None
    (2, True)
    """

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self._rows: OrderedDict[tuple[str, str], NDArray[np.float32]] = OrderedDict()
        self._n_bytes = 0
        # A sample's bytes never change, so a photo that was hashed once need not even be read again, whatever label
        # it has now.
        self._digests: dict[str, str] = {}
        self._seen: dict[str, tuple[int, int] | str] = {}  # by content: size, or why it cannot be read

    def __len__(self) -> int:
        return len(self._rows)

    def digest(self, sample: Sample) -> str | None:
        """Say what is known of a sample's content.

        Parameters
        ----------
        sample : Sample

        Returns
        -------
        str or None
            Its hash (SHA-256, hex); None where its bytes were not seen yet.
        """
        return self._digests.get(sample.id)

    def remember(self, sample: Sample, data: bytes) -> str:
        """Hash a sample's bytes.

        Parameters
        ----------
        sample : Sample
        data : bytes
            What its file holds.

        Returns
        -------
        str
            SHA-256, hex.
        """
        digest = self._digests[sample.id] = hashlib.sha256(data).hexdigest()
        return digest

    def learn(self, sample: Sample, digest: str) -> None:
        """Take a sample's hash from somebody who hashed its bytes before.

        Parameters
        ----------
        sample : Sample
        digest : str
            SHA-256, hex.
        """
        self._digests[sample.id] = digest

    def items(self) -> list[tuple[tuple[str, str], NDArray[np.float32]]]:
        """List all that is kept.

        Returns
        -------
        list of ((str, str), ndarray)
            ((digest, kind), row), the least recently used first.
        """
        return list(self._rows.items())

    def see(self, digest: str, seen: tuple[int, int] | str) -> None:
        """Note a content's width and height, or why it cannot be read as an image.

        Parameters
        ----------
        digest : str
        seen : tuple of (int, int), or str
        """
        self._seen[digest] = seen

    def facts(self, sample: Sample) -> Facts:
        """Tell all that is known of a sample's file.

        Parameters
        ----------
        sample : Sample

        Returns
        -------
        Facts
        """
        digest = self.digest(sample)
        seen = self._seen.get(digest) if digest else None
        return Facts(digest, None, seen) if isinstance(seen, str) else Facts(digest, seen)

    def forget(self, samples: Sequence[Sample]) -> None:
        """Let go of samples; their features stay, for the day they come back.

        Parameters
        ----------
        samples : sequence of Sample
        """
        for sample in samples:
            self._digests.pop(sample.id, None)

    def get(self, digest: str, kind: str) -> NDArray[np.float32] | None:
        """Look features up.

        Parameters
        ----------
        digest : str
            Hash of the content.
        kind : str
            What computed them: backbone and its weights, size, scaling, fit mode, pooling, and how a copy was changed.

        Returns
        -------
        ndarray of shape (n_features,), float32, or None
        """
        row = self._rows.get((digest, kind))
        if row is not None:
            self._rows.move_to_end((digest, kind))
        return row

    def put(self, digest: str, kind: str, row: NDArray[np.float32]) -> None:
        """Keep a row of features.

        Parameters
        ----------
        digest, kind : str
            As in `get`.
        row : ndarray of shape (n_features,), float32
        """
        replaced = self._rows.pop((digest, kind), None)
        self._n_bytes += row.nbytes - (0 if replaced is None else replaced.nbytes)
        self._rows[digest, kind] = row
        while self._n_bytes > self.max_bytes and len(self._rows) > 1:
            _, dropped = self._rows.popitem(last=False)
            self._n_bytes -= dropped.nbytes
