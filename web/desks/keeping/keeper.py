"""A desk's project in the browser's storage: written as it grows, and taken up again after a reload or a crash."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, Literal

from pyclassifier import AsyncImageClassifier, Progress, Sample
from pyclassifier.progress import OnProgress
from pyclassifier.projects import FeatureRows, restore_project

from ..bridge import Emit, Reader, RestoredPhoto, as_bytes
from ..desk import Desk, Model
from .description import describe, place
from .packing import pack
from .storage import GONE, Storage

PHOTOS_AT_ONCE = 50
SECONDS = 1.0
QUOTA = "QuotaExceededError"

How = Literal["", "take over", "copy"]


class Keeper:
    """Writes what is new of a desk after each call, beside the calls that follow.

    Parameters
    ----------
    desk : Desk
    storage : Storage
    """

    def __init__(self, desk: Desk, storage: Storage) -> None:
        self.desk = desk
        self.storage = storage
        self._writing: asyncio.Task[None] | None = None
        self._again = False
        self._touched = 0.0
        self.forget()

    @property
    def elsewhere(self) -> bool:
        """Whether another tab has the project: nothing is written here then."""
        return self.storage.lost()

    def forget(self) -> None:
        """Know of no project."""
        self.stored: set[int] = set()
        self.refused: dict[int, str] = {}  # Photos that cannot be stored, with the error's name.
        self.tried: set[int] = set()  # Photos that were recognised, and are stored.
        self.rows: set[tuple[str, str]] = set()
        self.trainings: set[int] = set()
        self.description = ""
        self.model: bytes | None = None  # To be written.
        self.packed: Model | None = None  # The model that was written last, or is to be.
        self.state = ""
        self._seen: int | None = None  # The desk's revision.

    async def look(self) -> None:
        """See whether a call changed something worth writing. No other call may run meanwhile: the model is packed."""
        desk = self.desk.state
        if self.state == "gone":
            self.storage.leave()
            self.forget()  # All of it is new.
        if self.elsewhere or desk.revision == self._seen:
            return
        self._seen = desk.revision
        if desk.model is not self.packed:
            self.packed = desk.model
            if self.description:
                await self._tell("saving")  # Should this worker end now, the page knows that the model is not there.
            self.model = await desk.classifier.save() if desk.model else b""
        self.touch()

    def listening(self, on_progress: OnProgress) -> OnProgress:
        """Progress for the page, by which features are written as they come: a training that is cut off leaves them."""

        def listen(progress: Progress) -> None:
            on_progress(progress)
            is_late = time.monotonic() - self._touched > SECONDS
            if progress.stage in ("features", "augmenting") and (is_late or progress.done == progress.total):
                self.touch()

        return listen

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
        self.storage.leave()
        self.forget()
        await self._tell("")

    async def part(self) -> None:
        """Keep what is here as a project of its own, where the one that it was is gone, or another tab has it."""
        gone = await self.storage.gone()
        if gone:
            await self._tell("gone")
        state = self.desk.state
        has_more = state.revision != self._seen and bool(self.desk.album.samples or state.model)
        if not gone and not (self.elsewhere and has_more):
            return
        await self.leave()
        await self.look()
        await self.settle()

    async def load(self, wanted: int, how: How, emit: Emit) -> bool:
        """Put a project on the desk that is kept, the one used last for 0; whether there is one.

        Where another tab has it, it is left alone, taken over from that tab, or copied.
        """
        await self.settle()
        await self.part()
        self.forget()
        try:
            record = await self.storage.load(wanted, how)
        except Exception as error:  # The browser's own: in a private window there may be no storage.
            await self._tell(f"unavailable: {error}")
            return False
        if not record or self.elsewhere or not record.description:
            await self._tell("elsewhere" if self.elsewhere else "")
            return False
        description = json.loads(str(record.description))
        steps = description.get("desk", {}).get("steps")
        gone = steps["gone"] if isinstance(steps, dict) and "gone" in steps else []
        tried = dict(description.get("desk", {}).get("tried", ()))
        paths = {entry["id"]: entry["path"] for entry in [*description["photos"], *gone]} | tried
        files = await self._files(paths, min(tried, default=0), emit)
        reads = [Reader(files[entry["id"]]) if entry["id"] in files else None for entry in description["photos"]]
        features = await self._features()
        model = None if record.model is None else as_bytes(record.model)
        engine = self.desk.site.engine
        project = await restore_project(description, reads, features, model, AsyncImageClassifier, engine)
        ids = [entry["id"] for entry in description["photos"] if entry["id"] in files]
        trainings = [as_bytes(run) for run in await self.storage.runs()]
        known = {number: Sample(path, Reader(files[number])) for number, path in tried.items() if number in files}
        place(self.desk, description, project, ids, _samples(gone, files), known, trainings)
        self.stored, self.tried = set(self.desk.album.samples), set(known)
        self.trainings = {training.number for training in self.desk.state.trainings}
        self.packed = self.desk.state.model
        if how == "copy":
            await self.leave()  # All of it is new then.
            return True
        # Deleted ones, which nobody can bring back now.
        await self.storage.dropPhotos(sorted(set(files) - self.stored - self.tried))
        await self._tell("saved")
        return True

    async def _files(self, paths: dict[int, str], start: int, emit: Emit) -> dict[int, Any]:
        files: dict[int, Any] = {}
        while True:
            some = list(await self.storage.photos(start))
            if not some:
                return files
            files |= {int(file.id): file for file in some}
            start = max(files) + 1
            photos: list[RestoredPhoto] = [
                {"id": int(one.id), "path": paths.get(int(one.id), ""), "blob": one.blob} for one in some
            ]
            emit({"stage": "restoring", "done": len(files), "total": max(len(paths), len(files)), "photos": photos})

    async def _features(self) -> list[FeatureRows]:
        rows: list[FeatureRows] = []
        for one in await self.storage.features():
            digests = str(one.digests).split("\n")
            rows.append((str(one.kind), digests, as_bytes(one.rows)))
            self.rows |= {(digest, str(one.kind)) for digest in digests}
        return rows

    async def _write_all(self) -> None:
        while self._again:
            self._again = False
            try:
                problem = await self._write_photos() or await self._write_features() or await self._write_rest()
                problem = problem or await self._write_tried()
            except Exception as error:  # Nothing of what a storage does may end a desk.
                problem = f"{type(error).__name__}: {error}"
            if not self._again and (problem or self.description):
                await self._tell(_state(problem))

    async def _tell(self, state: str) -> None:
        state = "elsewhere" if self.elsewhere else state
        unsaved = len(set(self.desk.album.now.photos) - self.stored)
        await self.storage.tell(state, unsaved)
        self.state = state

    async def _write_photos(self) -> str:
        """The photos that are not there yet; the name of an error that speaks against writing more."""
        gone = self.stored - set(self.desk.album.samples)
        if gone and not await self.storage.dropPhotos(sorted(gone)):
            self.stored -= gone
        waiting = [photo for photo in self.desk.album.samples if photo not in self.stored and photo not in self.refused]
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
        samples = self.desk.album.samples
        blobs = {}
        for photo in ids:
            if photo not in samples:
                continue  # cleared meanwhile
            try:
                blobs[photo] = await self._blob(samples[photo])
            except OSError as error:
                self.refused[photo] = str(error)
        problem = await self.storage.putPhotos(list(blobs), list(blobs.values())) if blobs else ""
        if not problem:
            self.stored |= set(blobs)
            return ""
        if problem == GONE or (problem == QUOTA and len(blobs) == 1):
            return problem
        if len(blobs) == 1:
            self.refused |= dict.fromkeys(blobs, problem)  # Such as a file that was moved: it alone is lost.
            return ""
        half = len(blobs) // 2
        return await self._put_photos(list(blobs)[:half]) or await self._put_photos(list(blobs)[half:])

    async def _write_tried(self) -> str:
        """The photos that were recognised, which nobody misses where there is no room for them."""
        tried = self.desk.state.tried
        gone = self.tried - set(tried)
        if gone and not await self.storage.dropPhotos(sorted(gone)):
            self.tried -= gone
        new = sorted(set(tried) - self.tried)
        try:
            blobs = [await self._blob(tried[number]) for number in new]
        except OSError:
            return ""  # The file was moved meanwhile.
        if new and not await self.storage.putPhotos(new, blobs):
            self.tried |= set(new)
        return ""

    async def _blob(self, sample: Sample) -> Any:
        source = sample.source
        blob = getattr(source.file, "blob", None) if isinstance(source, Reader) else None
        return blob or self.storage.blob(await source())

    async def _write_features(self) -> str:
        cache = self.desk.classifier.cache
        digests = {cache.facts(sample).digest for sample in self.desk.album.samples.values()}
        new: dict[str, dict[str, bytes]] = {}
        for (digest, kind), row in cache.items():
            if digest in digests and (digest, kind) not in self.rows:
                new.setdefault(kind, {})[digest] = row.astype("<f4").tobytes()
        for kind, rows in new.items():
            problem = await self.storage.putFeatures(kind, "\n".join(rows), b"".join(rows.values()))
            if problem:
                return problem
            self.rows |= {(digest, kind) for digest in rows}
        return ""

    async def _write_rest(self) -> str:
        """The model, then the rest, which speaks of it."""
        problem = ""
        if self.model is not None:
            model, self.model = self.model, None
            problem = await self.storage.putModel(model or None)
            if problem:
                self.model = model
        state = self.desk.state
        if not (self.stored or self.description or self.packed or state.album.now.classes or state.planned):
            return problem  # Nothing worth a project.
        problem = problem or await self._write_trainings()
        description = json.dumps(describe(self.desk))
        if description != self.description:
            failed = await self.storage.putDescription(description, len(self.desk.album.now.photos))
            self.description = description if not failed else ""
            problem = problem or failed
        return problem

    async def _write_trainings(self) -> str:
        trainings = self.desk.state.trainings
        gone = self.trainings - {training.number for training in trainings}
        problem = await self.storage.dropRuns(sorted(gone)) if gone else ""
        self.trainings -= gone
        for training in trainings:
            if not problem and training.number not in self.trainings:
                problem = await self.storage.putRun(training.number, pack(self.desk, training))
                self.trainings |= set() if problem else {training.number}
        return problem


def _samples(entries: list[Any], files: dict[int, Any]) -> dict[int, Sample]:
    """Photos that were deleted, whose files are there still."""
    return {
        entry["id"]: Sample(str(entry["path"]), Reader(files[entry["id"]]), group=entry["group"])
        for entry in entries
        if entry["id"] in files
    }


def _state(problem: str) -> str:
    if not problem:
        return "saved"
    if problem == GONE:
        return "gone"
    return "full" if problem == QUOTA else f"unavailable: {problem}"
