"""A desk's project as a file to take along, and back from one; models that come as loose files."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import desk_project
from exchange import Data, Emit, File, Reader, Stop, as_dict, open_slices, reporter, stopper
from keeping import restored

from pyclassifier import AsyncImageClassifier
from pyclassifier.aio import open_project, save_project
from pyclassifier.archives import pack_files

if TYPE_CHECKING:
    from workbench import Workbench

PIECE_BYTES = 1 << 22


class Pieces(io.RawIOBase):
    """A stream that is handed over piece by piece, so that it never lies in this memory as a whole."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        if len(self._held) >= PIECE_BYTES:
            self.pass_on()
        return len(data)

    def pass_on(self) -> None:
        """Hand over what is held."""
        self._take(bytes(self._held))
        self._held.clear()


async def save(bench: Workbench, options: Any, *, emit: Emit, stop: Stop) -> Data:
    """The project as a zip, whose pieces come as progress; how many photos could not be read."""
    total = len(bench.album.now.photos)
    done = 0

    def on_progress(progress: Any) -> None:
        nonlocal done
        done = progress.done
        reporter(emit)(progress)

    def take(piece: bytes) -> None:
        emit({"stage": "saving", "done": done, "total": total, "piece": piece})

    stream: Any = Pieces(take)
    project = desk_project.project(bench, str(as_dict(options).get("name") or ""))
    lost = await save_project(project, stream, on_progress=on_progress, should_stop=stopper(stop))
    stream.pass_on()
    return {"lost": len(lost)}


async def open_file(bench: Workbench, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
    """Take a project up from a file; what was here before stays in the browser."""
    if len(files) != 1:
        raise ValueError(f"Expected one project file, got {len(files)}.")
    project = await open_project(open_slices(files[0]), engine=bench.engine)
    if bench.keeper:
        await bench.keeper.leave()
    ids = range(len(project.photos.samples))
    desk_project.take(bench, project, ids)
    paths = [{"id": photo, "path": sample.path} for photo, sample in bench.album.samples.items()]
    return {**restored(bench), "name": project.name, "photos": paths}


async def open_loose(bench: Workbench, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
    """Take a model that lies in three files, as Teachable Machine hosts it, for the trained one."""
    contents = {str(file.path).rpartition("/")[2]: await Reader(file)() for file in files}
    return bench.keep(await AsyncImageClassifier.load(pack_files(contents), engine=bench.engine))


METHODS: dict[str, Callable[..., Any]] = {"saveProject": save, "openProject": open_file, "openLooseModel": open_loose}
