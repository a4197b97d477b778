"""Photos, however they come: where their bytes are, and what is known of them; nothing is decoded here."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..notebook import Brief

Split = Literal["training", "validation", "test"]
# Where a photo's bytes come from: ``await source()`` gives them, and fails with an OSError. Any async function is one;
# those of this package can be pickled, for other processes to read from.
PhotoSource = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class FileSource:
    """The source of a photo on the disk, or in Pyodide's file system.

    Parameters
    ----------
    path : Path
    """

    path: Path

    def now(self) -> bytes:
        """Read the file at once."""
        return self.path.read_bytes()

    async def __call__(self) -> bytes:
        """Read the photo's file."""
        return self.now()


@dataclass(frozen=True, repr=False)
class BytesSource(Brief):
    """The source of a photo whose file is in memory already.

    Parameters
    ----------
    data : bytes
    """

    data: bytes

    async def __call__(self) -> bytes:
        """Give the photo's file."""
        return self.data


@dataclass(frozen=True)
class Sample:
    """A photo: where its bytes come from, its class, and what it is for.

    Parameters
    ----------
    path : str
        Where it was found, ``/`` between the parts; only ever shown, never opened.
    source : callable
        ``await source()`` gives the file's bytes, always the same ones.
    label : str, optional
        Its class.
    split : {"training", "validation", "test"}, optional
        What it is for; None where that is still to be drawn.
    group : str, optional
        What it belongs to, such as one burst of a webcam: photos of a group are never parted by a split.
    id : str, optional
        What tells it from all other photos, those with the same bytes too; drawn where none is given.
        `dataclasses.replace` and pickling keep it: a sample with another label is the same photo.

    Examples
    --------
    >>> sample = Sample("cat/1.jpg", BytesSource(b"the bytes of a photo"), "cat")
    >>> await sample.read()  # doctest: +SKIP
    b'the bytes of a photo'
    >>> import dataclasses
    >>> dataclasses.replace(sample, label="dog").id == sample.id
    True
    """

    path: str
    source: PhotoSource = field(compare=False)
    label: str | None = None
    split: Split | None = None
    group: str | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)

    async def read(self) -> bytes:
        """Read the photo's file.

        Returns
        -------
        bytes

        Raises
        ------
        OSError
            It cannot be read.
        """
        return await self.source()


@dataclass(frozen=True)
class Problem:
    """A file that is not used, and why.

    Parameters
    ----------
    path : str
        The file.
    reason : str
        Why, for people: a `pyclassifier.sentences.Sentence`, or words that have no code.
    """

    path: str
    reason: str
