"""Photos -> a folder of features or predictions, by several processes; a second run computes only what is new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np

from ..data import Sample
from ..progress import OnProgress, Progress
from .local_pool import LocalPool, Numbered
from .tables import FeatureTable, PredictionSettings, TableFolder
from .work import Settings, digest_samples, make_part, start_work

PART = 256  # Photos of a part: what is computed again after a crash.


def embed_photos(
    samples: Iterable[Sample],
    folder: str | Path,
    settings: Settings,
    *,
    backend: str = "auto",
    processes: int = 1,
    ray: str | None = None,
    gpus: float = 0,
    on_progress: OnProgress | None = None,
) -> int:
    """Compute features or predictions of photos into a folder of tables; what is in it already is not computed.

    What is done is there at once: after a crash, or Ctrl+C, the same call goes on where it ended.

    Parameters
    ----------
    samples : iterable of Sample
        Their paths tell them apart. With several processes, their sources have to be picklable, as those of this
        package are.
    folder : str or Path
        Of `pyclassifier.scaling.read_table`.
    settings : TableSettings or PredictionSettings
        For features, or for what a model says.
    backend : str
        As in `pyclassifier.default_engine`.
    processes : int
        1 computes in this one. With Ray on this machine, how many there are at most.
    ray : str, optional
        Computes on a cluster of Ray: its address, such as "ray://host:10001"; "auto" is the one that this machine
        belongs to, "local" starts one here. Files have to be where all machines find them.
    gpus : float
        How many graphics processors, or which share of one, a process of the cluster takes; ``backend`` says whether it
        computes on them.
    on_progress : callable, optional
        Gets `Progress` of the stage "features".

    Returns
    -------
    int
        How many photos were computed, those that could not be read included.

    Raises
    ------
    ValueError
        The folder holds features of another kind, or predictions of another model.
    EngineError
        The engine failed, processes ended again and again, or Ray is not there.
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

    with _pool(settings, backend, processes, ray, gpus) as pool:
        todo = ((number + k, part) for k, part in enumerate(_parts(listed, pool.digest(listed), known, tell)))
        for at, result in pool.compute(todo):
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
        held, *told = self.rows.get(sample.path, ("", "", ""))
        is_told = told == [sample.label or "", sample.split or ""]
        return bool(digest) and held == digest and (is_told or isinstance(self.table.settings, PredictionSettings))

    def copies(self) -> Iterator[FeatureTable]:
        """Rows of photos whose content was known, or came up more than once, out of the parts that have it."""
        found: list[tuple[Sample, str, str, np.ndarray]] = []
        for part in self.table.read() if self.waiting else ():
            for digest, problem, row in zip(part.digests, part.problems, part.X, strict=True):
                found += [(sample, digest, problem, row) for sample in self.waiting.pop(digest, ())]
            for start in range(0, len(found) - PART + 1, PART):
                yield make_part(found[start : start + PART], self.table.settings)
            found = found[len(found) // PART * PART :]
        if found:
            yield make_part(found, self.table.settings)


def _parts(
    samples: Sequence[Sample], digests: Iterator[str], known: _Known, tell: Callable[[int], None]
) -> Iterator[list[Sample]]:
    """Parts of what has to be computed. Hashing a file takes a hundredth of what its features take."""
    part: list[Sample] = []
    for sample, digest in zip(samples, digests, strict=True):
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


class _Pool(Protocol):
    """Who computes parts of a table."""

    def compute(self, todo: Iterable[Numbered]) -> Iterator[tuple[int, FeatureTable]]:
        """Yield the tables of parts as they are done."""

    def digest(self, samples: Sequence[Sample]) -> Iterator[str]:
        """Yield the hashes of photos' contents, in their order."""

    def close(self) -> None:
        """End what computes."""


class _Alone:
    """This process, which computes one part after the other."""

    def __init__(self, settings: Settings, backend: str) -> None:
        self._compute = start_work(settings, backend)

    def compute(self, todo: Iterable[Numbered]) -> Iterator[tuple[int, FeatureTable]]:
        return ((number, self._compute(part)) for number, part in todo)

    def digest(self, samples: Sequence[Sample]) -> Iterator[str]:
        return digest_samples(samples)

    def close(self) -> None:
        pass


@contextmanager
def _pool(settings: Settings, backend: str, processes: int, ray: str | None, gpus: float) -> Iterator[_Pool]:
    pool: _Pool
    if ray is not None:
        from .ray_pool import RayPool  # Its package comes with an extra.

        pool = RayPool(settings, backend, ray, processes, gpus)
    elif processes == 1:
        pool = _Alone(settings, backend)
    else:
        pool = LocalPool(settings, backend, processes)
    try:
        yield pool
    finally:
        pool.close()
