"""Several processes of this machine that compute parts of a table."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ThreadPoolExecutor, wait
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from ..data import Sample
from ..errors import EngineError
from .tables import FeatureTable
from .work import Settings, digest_samples, start_work

_TRIES = 3
# What the linear algebra below numpy reads when it is loaded: processes must not each take all processors.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")

Numbered = tuple[int, list[Sample]]


class LocalPool:
    """Processes that compute parts; one that is killed is replaced, and computes its part again.

    Parameters
    ----------
    settings : TableSettings or PredictionSettings
    backend : str
        As in `pyclassifier.default_engine`.
    processes : int

    Notes
    -----
    Each process has a pipe of its own, which ends with it: of a pipe that several write to, nobody can tell that the
    rest of a message does not come any more, as in `concurrent.futures.ProcessPoolExecutor`.
    """

    def __init__(self, settings: Settings, backend: str, processes: int) -> None:
        self.settings = settings
        self.backend = backend
        self.processes = processes
        self._unset = [name for name in _THREADS if name not in os.environ]
        os.environ |= dict.fromkeys(self._unset, str(max(1, (os.cpu_count() or 1) // processes)))
        self._threads = ThreadPoolExecutor(processes)  # Each of them waits for a process of its own.
        self._own = threading.local()
        self._started: list[SpawnProcess] = []
        self._lock = threading.Lock()
        self._closed = False

    def compute(self, todo: Iterable[Numbered]) -> Iterator[tuple[int, FeatureTable]]:
        """Yield the tables of parts as they are done."""
        waiting = iter(todo)
        running: dict[Future[FeatureTable], int] = {}
        while True:
            while len(running) < 2 * self.processes and (one := next(waiting, None)):
                running[self._threads.submit(self._compute, one[1])] = one[0]
            if not running:
                return
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                yield running.pop(future), future.result()

    def digest(self, samples: Sequence[Sample]) -> Iterator[str]:
        """Hashes of photos' contents, in their order: these processes have more to do than this one."""
        return digest_samples(samples)

    def close(self) -> None:
        """End the processes; what they are at is lost."""
        with self._lock:
            self._closed = True
            for process in self._started:
                process.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for process in self._started:
            process.join()
        for name in self._unset:
            os.environ.pop(name, None)

    def _compute(self, part: list[Sample]) -> FeatureTable:
        """The table of a part, by the process of this thread."""
        for _ in range(_TRIES):
            if not hasattr(self._own, "connection"):
                self._own.connection = self._start()
            try:
                self._own.connection.send(part)
                answer: FeatureTable | Exception = self._own.connection.recv()
            except (EOFError, OSError):  # It was killed.
                del self._own.connection
            else:
                if isinstance(answer, Exception):
                    raise answer
                return answer
        raise EngineError("workers-ended", n=self.processes)

    def _start(self) -> Connection:
        here, there = multiprocessing.Pipe()
        # Not forked: threads of the engine here would not be there, and their locks would be.
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_work, args=(there, self.settings, self.backend), daemon=True)
        with self._lock:
            if self._closed:
                raise CancelledError
            process.start()
            self._started.append(process)
        there.close()
        return here


def _work(connection: Connection, settings: Settings, backend: str) -> None:
    """Answer each part with its table, or with the error that there was, until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all of a terminal's processes; the first one decides.
    try:
        compute = None
        while True:
            part = connection.recv()
            answer: FeatureTable | Exception
            try:
                compute = compute or start_work(settings, backend)
                answer = compute(part)
            except Exception as error:
                answer = error
            connection.send(answer)
    except (EOFError, OSError):
        return
