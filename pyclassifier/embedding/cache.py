"""What is remembered of photos, so that none is read or computed twice: facts of their files, and features."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..data import Sample

CACHE_BYTES = 1 << 29
Row = NDArray[np.float32]


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


class FeatureCache(Protocol):
    """Where facts and features of photos are kept: by a photo's id its content's hash, by that all the rest.

    `MemoryCache` is one; a class with these methods is another.

    Attributes
    ----------
    decoders : set of str
        The JPEG libraries whose pixels the features were made of, as far as it is known: several, where features were
        brought from another machine and others computed here.

    Examples
    --------
    >>> cache: FeatureCache = MemoryCache()
    >>> cache.put("the content's hash", "mean", np.zeros(10, np.float32))
    >>> cache.get("the content's hash", "mean").shape
    (10,)
    """

    decoders: set[str]

    def facts(self, sample: Sample) -> Facts:
        """Tell all that is known of a photo's file.

        Parameters
        ----------
        sample : Sample

        Returns
        -------
        Facts
            With a digest where its bytes were seen, so that it need not be read again, whatever label it has now.
        """

    def learn(self, sample: Sample, facts: Facts) -> None:
        """Remember what is known of a photo's file; size and reason hold for all photos of the same content.

        Parameters
        ----------
        sample : Sample
        facts : Facts
            With a digest. What else it does not say stays as it was.
        """

    def forget(self, samples: Sequence[Sample]) -> None:
        """Let go of photos; what belongs to their content stays, for the day they come back.

        Parameters
        ----------
        samples : sequence of Sample
        """

    def get(self, digest: str, kind: str) -> Row | None:
        """Look up the features of a photo.

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

    def put(self, digest: str, kind: str, row: Row) -> None:
        """Keep the features of a photo.

        Parameters
        ----------
        digest, kind : str
            As in `get`.
        row : ndarray of shape (n_features,), float32
        """

    def items(self) -> list[tuple[tuple[str, str], Row]]:
        """List all features that are kept.

        Returns
        -------
        list of ((str, str), ndarray)
            ((digest, kind), row).
        """


class MemoryCache:
    """A `FeatureCache` in memory, which drops the features that were not used for the longest time.

    Parameters
    ----------
    max_bytes : int
        Bytes of features to keep.

    Examples
    --------
    >>> cache = MemoryCache(max_bytes=100)
    >>> for digest in ("a", "b", "c"):
    ...     cache.put(digest, "mean", np.zeros(10, np.float32))
    >>> len(cache), cache.get("a", "mean") is None
    (2, True)
    """

    def __init__(self, max_bytes: int = CACHE_BYTES) -> None:
        self.max_bytes = max_bytes
        self.decoders: set[str] = set()
        self._rows: OrderedDict[tuple[str, str], Row] = OrderedDict()
        self._n_bytes = 0
        self._digests: dict[str, str] = {}  # by id
        self._seen: dict[str, Facts] = {}  # by content

    def __len__(self) -> int:
        return len(self._rows)

    def facts(self, sample: Sample) -> Facts:
        """As `FeatureCache.facts`."""
        digest = self._digests.get(sample.id)
        return self._seen.get(digest, Facts(digest)) if digest else Facts()

    def learn(self, sample: Sample, facts: Facts) -> None:
        """As `FeatureCache.learn`."""
        if facts.digest is None:
            raise ValueError("Expected the hash of a photo's content, got none.")
        self._digests[sample.id] = facts.digest
        if facts.size or facts.reason:
            self._seen[facts.digest] = facts

    def forget(self, samples: Sequence[Sample]) -> None:
        """As `FeatureCache.forget`."""
        for sample in samples:
            self._digests.pop(sample.id, None)

    def get(self, digest: str, kind: str) -> Row | None:
        """As `FeatureCache.get`."""
        row = self._rows.get((digest, kind))
        if row is not None:
            self._rows.move_to_end((digest, kind))
        return row

    def put(self, digest: str, kind: str, row: Row) -> None:
        """As `FeatureCache.put`."""
        replaced = self._rows.pop((digest, kind), None)
        self._n_bytes += row.nbytes - (0 if replaced is None else replaced.nbytes)
        self._rows[digest, kind] = row
        while self._n_bytes > self.max_bytes and len(self._rows) > 1:
            _, dropped = self._rows.popitem(last=False)
            self._n_bytes -= dropped.nbytes

    def items(self) -> list[tuple[tuple[str, str], Row]]:
        """As `FeatureCache.items`, those that were not used for the longest time first."""
        return list(self._rows.items())
