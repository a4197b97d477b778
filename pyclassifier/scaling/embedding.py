"""Photos -> a folder of features, by several processes; a second run computes only what is new."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ..blocking import run
from ..classifiers import ImageClassifier
from ..data import BytesSource, Problem, Sample
from ..embedding import MemoryCache, digest_of, read_photo
from ..engines import default_engine
from ..errors import EngineError, ImageDecodeError
from ..progress import OnProgress, Progress
from .tables import FeatureTable, TableFolder, TableSettings

PART = 256  # Photos of a part: what is computed again after a crash.
_AT_ONCE = 32  # Photos whose files are in a process's memory at once.
_TRIES = 3
# What the linear algebra below numpy reads when it is loaded: processes must not each take all processors.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_worker: list[tuple[ImageClassifier, TableSettings]] = []  # Of a process that was started for this.


def embed_photos(
    samples: Iterable[Sample],
    folder: str | Path,
    settings: TableSettings,
    *,
    backend: str = "auto",
    processes: int = 1,
    on_progress: OnProgress | None = None,
) -> int:
    """Compute the features of photos into a folder of tables; those whose content is in it already are not computed.

    What is done is there at once: after a crash, or Ctrl+C, the same call goes on where it ended.

    Parameters
    ----------
    samples : iterable of Sample
        Their paths tell them apart. With several processes, their sources have to be picklable, as those of this
        package are.
    folder : str or Path
        Of `pyclassifier.scaling.read_table`.
    settings : TableSettings
    backend : str
        As in `pyclassifier.default_engine`.
    processes : int
        1 computes in this one.
    on_progress : callable, optional
        Gets `Progress` of the stage "features".

    Returns
    -------
    int
        How many photos were computed, those that could not be read included.

    Raises
    ------
    ValueError
        The folder holds features of another kind.
    EngineError
        The engine failed, or processes ended again and again.
    """
    listed = list(samples)
    table = TableFolder(Path(folder), settings)
    known = _Known(table)
    number, n_computed = table.next_number(), 0
    done = 0

    def tell(n: int) -> None:
        nonlocal done
        done += n
        if on_progress:
            on_progress(Progress("features", done, len(listed)))

    todo = ((number + k, part) for k, part in enumerate(_parts(listed, known, tell)))
    with _computing(settings, backend, processes) as compute:
        for at, result in compute(todo):
            table.write(at, result)
            n_computed += len(result)
            tell(len(result))
    for copies in known.copies():
        table.write(table.next_number(), copies)
    return n_computed


class _Known:
    """What a folder has already, by content; and the photos that are the same under another path."""

    def __init__(self, table: TableFolder) -> None:
        self.table = table
        self.rows: dict[str, tuple[str, str, str]] = {}
        for part in table.read_texts():
            told = zip(part.digests, part.labels, part.splits, strict=True)
            self.rows |= dict(zip(part.paths, told, strict=True))
        self.digests = {digest for digest, _, _ in self.rows.values()} - {""}
        self.waiting: dict[str, list[Sample]] = {}

    def is_same(self, sample: Sample, digest: str) -> bool:
        """Whether its row is there already, and says what there is to say now."""
        return bool(digest) and self.rows.get(sample.path) == (digest, sample.label or "", sample.split or "")

    def copies(self) -> Iterator[FeatureTable]:
        """Rows of photos whose content was known, or came up more than once, out of the parts that have it."""
        found: list[tuple[Sample, str, str, np.ndarray]] = []
        for part in self.table.read() if self.waiting else ():
            for digest, problem, row in zip(part.digests, part.problems, part.X, strict=True):
                found += [(sample, digest, problem, row) for sample in self.waiting.pop(digest, ())]
            for start in range(0, len(found) - PART + 1, PART):
                yield _as_table(found[start : start + PART])
            found = found[len(found) // PART * PART :]
        if found:
            yield _as_table(found)


def _as_table(rows: Sequence[tuple[Sample, str, str, np.ndarray]]) -> FeatureTable:
    return FeatureTable(
        tuple(sample.path for sample, *_ in rows),
        tuple(sample.label or "" for sample, *_ in rows),
        tuple(sample.split or "" for sample, *_ in rows),
        tuple(digest for _, digest, *_ in rows),
        tuple(problem for *_, problem, _ in rows),
        np.stack([row for *_, row in rows]),
    )


def _parts(samples: Sequence[Sample], known: _Known, tell: Callable[[int], None]) -> Iterator[list[Sample]]:
    """Parts of what has to be computed. Hashing a file takes a hundredth of what its features take."""
    part: list[Sample] = []
    for sample in samples:
        digest = _digest(sample)
        if known.is_same(sample, digest):
            tell(1)
        elif digest in known.digests:
            known.waiting.setdefault(digest, []).append(sample)
            tell(1)
        else:
            part.append(sample)
            known.digests |= {digest} - {""}
        if len(part) == PART:
            yield part
            part = []
    if part:
        yield part


def _digest(sample: Sample) -> str:
    try:
        return digest_of(run(read_photo(sample)))
    except ImageDecodeError:
        return ""  # It is tried again each time, and its reason told.


Numbered = tuple[int, list[Sample]]
Compute = Callable[[Iterable[Numbered]], Iterator[tuple[int, FeatureTable]]]


@contextmanager
def _computing(settings: TableSettings, backend: str, processes: int) -> Iterator[Compute]:
    """What computes parts: this process, or several ones."""
    if processes == 1:
        classifier = _classifier(settings, backend)
        yield lambda todo: ((number, _embed(classifier, settings, part)) for number, part in todo)
        return
    pool = _Pool(settings, backend, processes)
    try:
        yield pool.compute
    finally:
        pool.close()


class _Pool:
    """Processes that compute parts; where one is killed, they are started anew and its part is computed again."""

    def __init__(self, settings: TableSettings, backend: str, processes: int) -> None:
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

    def close(self) -> None:
        """End the processes; what they are at is lost."""
        self.executor.shutdown(wait=True, cancel_futures=True)
        for name in self._unset:
            os.environ.pop(name, None)


def _start_worker(settings: TableSettings, backend: str) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all of a terminal's processes; the first one decides.
    _worker.append((_classifier(settings, backend), settings))


def _work(part: list[Sample]) -> FeatureTable:
    return _embed(*_worker[0], part)


def _classifier(settings: TableSettings, backend: str) -> ImageClassifier:
    classifier = ImageClassifier(settings.card, engine=default_engine(backend=backend))
    if isinstance(classifier.cache, MemoryCache):
        classifier.cache.max_bytes = 0  # What is done is in its file.
    return classifier


def _embed(classifier: ImageClassifier, settings: TableSettings, part: Sequence[Sample]) -> FeatureTable:
    """The rows of some photos, each of which is read once."""
    digests, problems = [""] * len(part), [""] * len(part)
    X = np.full((len(part), settings.card.feature_channels), np.nan, np.float32)
    for start in range(0, len(part), _AT_ONCE):
        read: dict[int, Sample] = {}
        for i in range(start, min(start + _AT_ONCE, len(part))):
            try:
                data = run(read_photo(part[i]))
            except ImageDecodeError as error:
                problems[i] = str(error.reason)
            else:
                digests[i] = digest_of(data)
                read[i] = Sample(str(i), BytesSource(data))
        unreadable: list[Problem] = []
        rows = classifier.extract_features([*read.values()], problems=unreadable)
        if len(unreadable) < len(read):
            X[[*read]] = rows
        for one in unreadable:
            problems[int(one.path)] = str(one.reason)
    return _as_table([*zip(part, digests, problems, X, strict=True)])
