"""One photo: where it comes from, what is known of it; nothing is decoded here."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

Split = Literal["training", "validation"]
Read = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, eq=False)
class Sample:
    """One photo.

    Parameters
    ----------
    path : str
        Where it was found, ``/`` between the parts; only ever shown, never opened.
    read : callable
        ``await read()`` gives the file's bytes.
    label : str, optional
        Its class.
    split : {"training", "validation"}, optional
        What it is for; None where that is still to be drawn.
    group : str, optional
        What it belongs to, such as one burst of a webcam: photos of a group are never parted by a split.
    """

    path: str
    read: Read
    label: str | None = None
    split: Split | None = None
    group: str | None = None


@dataclass(frozen=True)
class Problem:
    """One file that is not used.

    Parameters
    ----------
    path : str
        The file.
    reason : str
        Why, for people.
    """

    path: str
    reason: str
