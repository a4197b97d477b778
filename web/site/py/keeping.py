"""A desk's project in the browser's storage: written as it grows, and taken up again after a reload or a crash."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import desk_project
import kept_desk
import kept_runs
from exchange import Data, Emit, Reader, Stop, as_bytes, as_dict, listed
from kept_place import Place

from pyclassifier import AsyncImageClassifier
from pyclassifier.backbones import get_card
from pyclassifier.projects import FeatureRows, restore_project

if TYPE_CHECKING:
    from workbench import Workbench

PHOTOS_AT_ONCE = 50
SECONDS = 1.0
QUOTA = "QuotaExceededError"


class Keeper:
    """Writes what is new of a desk after each call, beside the calls that follow.

    Parameters
    ----------
    bench : Workbench
    place : Place
    """

    def __init__(self, bench: Workbench, place: Place) -> None:
        self.bench = bench
        self.place = place
        self.elsewhere = False  # Another tab has the project; nothing is written here.
        self._writing: asyncio.Task[None] | None = None
        self._again = False
        self._touched = 0.0
        self.forget()

    def forget(self) -> None:
        """Know of no project."""
        self.stored: set[int] = set()
        self.refused: dict[int, str] = {}  # Photos that cannot be stored, with the error's name.
        self.rows: set[tuple[str, str]] = set()
        self.runs: set[int] = set()
        self.description = ""
        self.model: bytes | None = None  # To be written.
        self.packed: Data | None = None  # What the page shows of the model that was written last, or is to be.
        self.state = ""
        self._seen: tuple[Any, ...] = ()

    async def look(self) -> None:
        """See whether a call changed something worth writing. No other call may run meanwhile: the model is packed."""
        bench = self.bench
        album, runs = bench.album, bench.runs.kept
        seen = (album.now, album.samples, bench.shown, bench.settings, bench.confirmed, runs)
        if self.elsewhere or (
            len(seen) == len(self._seen) and all(a is b for a, b in zip(seen, self._seen, strict=True))
        ):
            return
        self._seen = seen
        if bench.shown is not self.packed:
            self.packed = bench.shown
            if self.description:
                await self._tell("saving")  # Should this worker end now, the page knows that the model is not there.
            self.model = await bench.classifier.save() if bench.shown else b""
        self.touch()

    def grow(self) -> None:
        """Write features as they come, so that a training that is cut off need not compute them again."""
        if time.monotonic() - self._touched > SECONDS:
            self.touch()

    def touch(self) -> None:
        """Write what is new, beside the calls that follow."""
        if self.elsewhere:
            return
        self._touched = time.monotonic()
        self._again = True
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write_all())

    async def settle(self) -> None:
        """Wait until all is written."""
        if self._writing:
            await self._writing

    async def leave(self) -> None:
        """Write what is to be written, and let go of the project."""
        await self.settle()
        self.place.leave()
        self.elsewhere = False
        self.forget()
        await self._tell("")

    async def load(self, wanted: int, emit: Emit) -> Data | None:
        """Take a project up: the last one for 0. What the page shows of it; None where there is none."""
        await self.settle()
        self.forget()
        try:
            record = await self.place.load(wanted)
        except Exception as error:  # The browser's own: in a private window there may be no storage.
            await self._tell(f"unavailable: {error}")
            return None
        self.elsewhere = bool(record and record.elsewhere)
        if not record or self.elsewhere or not record.description:
            await self._tell("elsewhere" if self.elsewhere else "")
            return None
        description = json.loads(str(record.description))
        files = await self._files({entry["id"]: entry["path"] for entry in description["photos"]}, emit)
        reads = [Reader(files[entry["id"]]) if entry["id"] in files else None for entry in description["photos"]]
        features = await self._features()
        model = None if record.model is None else as_bytes(record.model)
        project = await restore_project(description, reads, features, model, AsyncImageClassifier, self.bench.engine)
        ids = [entry["id"] for entry in description["photos"] if entry["id"] in files]
        self.stored = set(ids)
        await self.place.dropPhotos(sorted(set(files) - self.stored))  # deleted ones, which nobody can bring back now
        runs = [as_bytes(run) for run in await self.place.runs()]
        kept_desk.take(self.bench, description, project, ids, runs)
        self.runs = {run.number for run in self.bench.runs.kept}
        self.packed = self.bench.shown
        self._seen = ()
        await self._tell("saved")
        return restored(self.bench)

    async def _files(self, paths: dict[int, str], emit: Emit) -> dict[int, Any]:
        files: dict[int, Any] = {}
        start = 0
        while True:
            some = list(await self.place.photos(start))
            if not some:
                return files
            files |= {int(file.id): file for file in some}
            start = max(files) + 1
            photos = [{"id": int(one.id), "path": paths.get(int(one.id), ""), "blob": one.blob} for one in some]
            emit({"stage": "restoring", "done": len(files), "total": max(len(paths), len(files)), "photos": photos})

    async def _features(self) -> list[FeatureRows]:
        rows: list[FeatureRows] = []
        for one in await self.place.features():
            digests = str(one.digests).split("\n")
            rows.append((str(one.kind), digests, as_bytes(one.rows)))
            self.rows |= {(digest, str(one.kind)) for digest in digests}
        return rows

    async def _write_all(self) -> None:
        while self._again:
            self._again = False
            try:
                problem = await self._write_photos() or await self._write_features() or await self._write_rest()
            except Exception as error:  # Nothing of what a storage does may end a desk.
                problem = f"{type(error).__name__}: {error}"
            if not self._again and (problem or self.description):
                await self._tell(_state(problem))

    async def _tell(self, state: str) -> None:
        unsaved = len(set(self.bench.album.now.photos) - self.stored)
        await self.place.tell(state, unsaved)
        self.state = state

    async def _write_photos(self) -> str:
        """The photos that are not there yet; the name of an error that speaks against writing more."""
        gone = self.stored - set(self.bench.album.samples)
        if gone and not await self.place.dropPhotos(sorted(gone)):
            self.stored -= gone
        waiting = [
            photo for photo in self.bench.album.samples if photo not in self.stored and photo not in self.refused
        ]
        problem = ""
        for i in range(0, len(waiting), PHOTOS_AT_ONCE):
            if self.state != "saving":
                await self._tell("saving")
            problem = await self._put_photos(waiting[i : i + PHOTOS_AT_ONCE])
            if problem:
                # The rest is small, and worth more without them than nothing.
                await self._write_rest()
                return problem
        return ""

    async def _put_photos(self, ids: list[int]) -> str:
        samples = self.bench.album.samples
        blobs = {}
        for photo in ids:
            if photo not in samples:
                continue  # cleared meanwhile
            source = samples[photo].source
            blob = getattr(source.file, "blob", None) if isinstance(source, Reader) else None
            try:
                blobs[photo] = blob or self.place.blob(await source())
            except OSError as error:
                self.refused[photo] = str(error)
        problem = await self.place.putPhotos(list(blobs), list(blobs.values())) if blobs else ""
        if not problem:
            self.stored |= set(blobs)
            return ""
        if len(blobs) == 1:
            if problem == QUOTA:
                return problem
            self.refused |= dict.fromkeys(blobs, problem)  # Such as a file that was moved: it alone is lost.
            return ""
        half = len(blobs) // 2
        return await self._put_photos(list(blobs)[:half]) or await self._put_photos(list(blobs)[half:])

    async def _write_features(self) -> str:
        cache = self.bench.classifier.cache
        digests = {cache.facts(sample).digest for sample in self.bench.album.samples.values()}
        new: dict[str, dict[str, bytes]] = {}
        for (digest, kind), row in cache.items():
            if digest in digests and (digest, kind) not in self.rows:
                new.setdefault(kind, {})[digest] = row.astype("<f4").tobytes()
        for kind, rows in new.items():
            problem = await self.place.putFeatures(kind, "\n".join(rows), b"".join(rows.values()))
            if problem:
                return problem
            self.rows |= {(digest, kind) for digest in rows}
        return ""

    async def _write_rest(self) -> str:
        """The model, then the rest, which speaks of it."""
        problem = ""
        if self.model is not None:
            model, self.model = self.model, None
            problem = await self.place.putModel(model or None)
            if problem:
                self.model = model
        if not self.stored and not self.description and not self.packed and not self.bench.album.now.classes:
            return problem  # Nothing worth a project.
        problem = problem or await self._write_runs()
        description = json.dumps(kept_desk.describe(self.bench))
        if description != self.description:
            failed = await self.place.putDescription(description, len(self.bench.album.now.photos))
            self.description = description if not failed else ""
            problem = problem or failed
        return problem

    async def _write_runs(self) -> str:
        runs = self.bench.runs.kept
        gone = self.runs - {run.number for run in runs}
        problem = await self.place.dropRuns(sorted(gone)) if gone else ""
        self.runs -= gone
        for run in runs:
            if not problem and run.number not in self.runs:
                problem = await self.place.putRun(run.number, kept_runs.pack(self.bench, run))
                self.runs |= set() if problem else {run.number}
        return problem


def _state(problem: str) -> str:
    if not problem:
        return "saved"
    return "full" if problem == QUOTA else f"unavailable: {problem}"


def restored(bench: Workbench) -> Data:
    """What the page shows of a project that was taken up."""
    return {
        **bench.describe(),
        "problems": listed(bench.album.problems),
        "settings": bench.settings,
        "model": bench.shown,
        "backbone": get_card(bench.classifier.backbone).name,
    }


async def resume(bench: Workbench, options: Any, *, emit: Emit, stop: Stop) -> Data | None:
    """Take up a project that is kept in the browser: the one used last, or another one."""
    if bench.keeper is None:
        return None
    return await bench.keeper.load(int(as_dict(options).get("project") or 0), emit)


async def start_anew(bench: Workbench, *, emit: Emit, stop: Stop) -> None:
    """Begin another project; what is kept of the one before stays where it is."""
    if bench.keeper:
        await bench.keeper.leave()
    desk_project.empty(bench)


async def keep_settings(bench: Workbench, settings: Any, *, emit: Emit, stop: Stop) -> None:
    """Remember what the page's fields say."""
    bench.settings = as_dict(settings)
    if bench.keeper:
        bench.keeper.touch()


METHODS: dict[str, Callable[..., Any]] = {
    "resume": resume,
    "startAnew": start_anew,
    "keepSettings": keep_settings,
}
