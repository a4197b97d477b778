"""A cluster of Ray whose machines compute parts of a table; this is the only module that knows Ray."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ..data import Sample
from ..errors import EngineError
from .local_pool import Numbered
from .tables import FeatureTable
from .work import Compute, Settings, digest_samples, start_work

_LOCAL = "local"
_OBJECT_BYTES = 1 << 28  # Parts on their way take a megabyte each.
_HASHED = 256  # Photos at a time.
_TRIES = 3
_started: dict[tuple[Settings, str], Compute] = {}  # Of a process of the cluster, which is used again.


class RayPool:
    """What computes parts on a cluster: tasks, which Ray gives to another machine where one is gone.

    Parameters
    ----------
    settings : TableSettings or PredictionSettings
    backend : str
        As in `pyclassifier.default_engine`.
    address : str
        "local" starts a cluster of this machine alone; else as `ray.init` takes it.
    processes : int
        How many a cluster of this machine has; 1 is one for each processor.
    gpus : float
        Graphics processors of each task.

    Raises
    ------
    EngineError
        Ray is not installed, or there is no such cluster.

    Notes
    -----
    Dask was measured beside it (bench/dask_or_ray.py: 480 photos on two machines of one processor each; nobody, a
    process that computes, a machine or the command killed): neither lost a photo or had one twice. A photo took 18 to
    21 ms of processors with Dask and 17 to 27 with Ray, all processes 1.0 and 1.8 GB. What tells them apart here is
    that Ray's clusters want a token before they compute anything for anybody, and give out graphics processors, or
    shares of one, to single tasks.
    """

    def __init__(self, settings: Settings, backend: str, address: str, processes: int, gpus: float) -> None:
        # Clusters want a token by default, and who enters them has to say that there is one. It is read when Ray is
        # loaded: said later, what it starts would want a token that this process does not send.
        if "ray" not in sys.modules:
            os.environ.setdefault("RAY_AUTH_MODE", "token")
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Nothing is told to anybody.
        try:
            import ray
        except ImportError as error:
            raise EngineError("no-ray") from error
        given: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
        if address == _LOCAL:
            n_cpus = processes if processes > 1 else os.cpu_count()
            given |= {"num_cpus": n_cpus, "include_dashboard": False, "object_store_memory": _OBJECT_BYTES}
        try:
            self._session = ray.init(address=address, **given)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise EngineError("no-ray-cluster", address=address, error=_first_line(error)) from error
        self._ray = ray
        self._settings = ray.put((settings, backend))
        tries = {"num_cpus": 1, "max_retries": _TRIES}
        self._embed = ray.remote(**tries, **({"num_gpus": gpus} if gpus else {}))(_embed)
        # Reading is waiting: it takes no processor away from what computes.
        self._digest = ray.remote(num_cpus=0, max_retries=_TRIES)(_digest)

    @property
    def _n_processors(self) -> int:
        """How many there are now."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def compute(self, todo: Iterable[Numbered]) -> Iterator[tuple[int, FeatureTable]]:
        """Yield the tables of parts as they are done."""
        waiting = iter(todo)
        running: dict[Any, int] = {}
        while True:
            while len(running) < 2 * self._n_processors and (one := next(waiting, None)):
                running[self._embed.remote(self._settings, one[1])] = one[0]
            if not running:
                return
            (done,), _ = self._ray.wait([*running], num_returns=1)
            yield running.pop(done), self._get(done)

    def digest(self, samples: Sequence[Sample]) -> Iterator[str]:
        """Yield the hashes of photos' contents, in their order."""
        running: deque[Any] = deque()
        for start in range(0, len(samples), _HASHED):
            running.append(self._digest.remote(samples[start : start + _HASHED]))
            if len(running) >= self._n_processors:  # Each one at work is a process.
                yield from self._get(running.popleft())
        while running:
            yield from self._get(running.popleft())

    def _get(self, reference: Any) -> Any:
        errors = self._ray.exceptions
        try:
            return self._ray.get(reference)
        except errors.RayTaskError as error:
            if isinstance(error.cause, EngineError):
                raise error.cause from error
            raise EngineError("ray-failed", error=str(error.cause)) from error
        except errors.RayError as error:
            raise EngineError("ray-failed", error=_first_line(error)) from error

    def close(self) -> None:
        """Leave the cluster; one of this machine alone ends."""
        self._ray.shutdown()


def _embed(given: tuple[Settings, str], part: list[Sample]) -> FeatureTable:
    if given not in _started:
        _started.clear()
        _started[given] = start_work(*given)
    return _started[given](part)


def _digest(samples: Sequence[Sample]) -> list[str]:
    return [*digest_samples(samples)]


def _first_line(error: Exception) -> str:
    """What Ray says in short: it goes on with traces, and where it ends in a colon, what it means comes last."""
    lines = str(error).strip().splitlines() or [""]
    return " ".join([lines[0], *lines[1:][-1:]]) if lines[0].endswith(":") else lines[0]
