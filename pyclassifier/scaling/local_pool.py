"""Several processes of this machine that compute parts of a table."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from ..data import Sample
from ..errors import EngineError
from .tables import FeatureTable
from .work import Compute, Settings, digest_samples, start_work

_TRIES = 3
# What the linear algebra below numpy reads when it is loaded: processes must not each take all processors.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_worker: list[Compute] = []  # Of a process that was started for this.

Numbered = tuple[int, list[Sample]]


class LocalPool:
    """Processes that compute parts; where one is killed, they are started anew and its part is computed again.

    Parameters
    ----------
    settings : TableSettings or PredictionSettings
    backend : str
        As in `pyclassifier.default_engine`.
    processes : int
    """

    def __init__(self, settings: Settings, backend: str, processes: int) -> None:
        self.settings = settings
        self.backend = backend
        self.processes = processes
        self._unset = [name for name in _THREADS if name not in os.environ]
        self.executor = self._start()

    def _start(self) -> ProcessPoolExecutor:
        threads = str(max(1, (os.cpu_count() or 1) // self.processes))
        os.environ |= dict.fromkeys(self._unset, threads)
        # Not forked: threads of the engine here would not be there, and their locks would be.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.processes, context, _start_worker, (self.settings, self.backend))

    def compute(self, todo: Iterable[Numbered]) -> Iterator[tuple[int, FeatureTable]]:
        """Yield the tables of parts as they are done."""
        waiting = iter(todo)
        running: dict[Future[FeatureTable], Numbered] = {}
        again: list[Numbered] = []
        tries = 0
        while True:
            while len(running) < 2 * self.processes and (one := again.pop() if again else next(waiting, None)):
                try:
                    running[self.executor.submit(_work, one[1])] = one
                except BrokenProcessPool:
                    again.append(one)
                    break
            if not running and not again:
                return
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            broken = not running
            for future in finished:
                one = running.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    again.append(one)
                    broken = True
                else:
                    yield one[0], future.result()
            if broken:
                tries += 1
                if tries == _TRIES:
                    raise EngineError("workers-ended", n=self.processes)
                again += running.values()
                running.clear()
                self.close()
                self.executor = self._start()

    def digest(self, samples: Sequence[Sample]) -> Iterator[str]:
        """Hashes of photos' contents, in their order: these processes have more to do than this one."""
        return digest_samples(samples)

    def close(self) -> None:
        """End the processes; what they are at is lost."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        for name in self._unset:
            os.environ.pop(name, None)


def _start_worker(settings: Settings, backend: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all of a terminal's processes; the first one decides.
    _worker.append(start_work(settings, backend))


def _work(part: list[Sample]) -> FeatureTable:
    return _worker[0](part)
