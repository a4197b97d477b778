"""What a server takes on at most."""

from __future__ import annotations

import os
from dataclasses import dataclass, field


def _processors() -> int:
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Limits:
    """What a model's server takes on at most; what is more is refused at once, so that nothing waits for long.

    Parameters
    ----------
    max_bytes : int
        Of a request.
    max_photos : int
        Of a request.
    threads : int
        Requests that are worked on at the same time.
    queue : int
        Requests that wait for a thread, or are still coming in.
    seconds : float
        That a request may take to come in.
    """

    max_bytes: int = 16 << 20
    max_photos: int = 16
    threads: int = field(default_factory=_processors)
    queue: int = 32
    seconds: float = 30.0
