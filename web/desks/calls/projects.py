"""Projects: a desk's photos, classes and model as one file, and as this browser keeps them."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypedDict, get_args

from pyclassifier import Dataset, Progress, Project
from pyclassifier.aio import open_project, save_project
from pyclassifier.progress import OnProgress, ShouldStop

from ..album import MOST_OFFERED
from ..bridge import Emit, File, Problem, call, listed, open_slices
from ..desk import AlbumOverview, Desk, Opened
from ..keeping import How, Keeper, as_project, place_project
from ..trainings import Trained

PIECE_BYTES = 1 << 22


class ResumeOptions(TypedDict, total=False):
    """Which project to take up."""

    project: int  # by default the one used last
    how: How  # what to do where another tab has it: leave it alone (by default), take it over, or take a copy


class SaveOptions(TypedDict, total=False):
    """How to save a project."""

    name: str


class Saved(TypedDict):
    """What came of saving a project."""

    lost: int  # photos that could not be read


class Restored(AlbumOverview):
    """A project that is on the desk again."""

    problems: list[Problem]
    settings: dict[str, str | bool]  # what `keepSettings` was told
    model: Trained | Opened | None
    backbone: str  # name of the one in use
    planned: list[str]  # what `planClasses` was told


class ListedPhoto(TypedDict):
    """A photo by its id."""

    id: int
    path: str


class OpenedProject(Restored):
    """A project out of a file."""

    name: str
    photos: list[ListedPhoto]


class Pieces(io.RawIOBase):
    """A stream that is handed over piece by piece, so that it never lies in this memory as a whole."""

    def __init__(self, hand_over: Callable[[bytes], None]) -> None:
        self._hand_over = hand_over
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
        self._hand_over(bytes(self._held))
        self._held.clear()


@call("saveProject")
async def save(
    desk: Desk, options: SaveOptions, *, emit: Emit, on_progress: OnProgress, should_stop: ShouldStop
) -> Saved:
    """The project becomes a zip, whose pieces come as progress."""
    done, total = 0, len(desk.album.now.photos)

    def note(progress: Progress) -> None:
        nonlocal done
        done = progress.done
        on_progress(progress)

    stream: Any = Pieces(lambda piece: emit({"stage": "saving", "done": done, "total": total, "piece": piece}))
    project = as_project(desk, str(options.get("name") or ""))
    planned = tuple(label for label in desk.state.planned if label not in project.classes)
    project = replace(project, classes=(*project.classes, *planned))
    lost = await save_project(project, stream, on_progress=note, should_stop=should_stop)
    stream.pass_on()
    return {"lost": len(lost)}


@call("openProject")
async def open_file(desk: Desk, *, files: Sequence[File], keeper: Keeper | None) -> OpenedProject:
    """A project out of a file takes the place of the one on the desk, which stays in the browser."""
    if len(files) != 1:
        raise ValueError(f"Expected one project file, got {len(files)}.")
    project = await open_project(open_slices(files[0]), engine=desk.site.engine)
    if keeper:
        await keeper.leave()
    place_project(desk, project, range(len(project.photos.samples)))
    photos: list[ListedPhoto] = [{"id": photo, "path": sample.path} for photo, sample in desk.album.samples.items()]
    return {**_restored(desk), "name": project.name, "photos": photos}


@call("resume")
async def resume(desk: Desk, options: ResumeOptions, *, emit: Emit, keeper: Keeper | None) -> Restored | None:
    """A project that is kept in the browser is on the desk again; null where there is none."""
    wanted, how = int(options.get("project") or 0), options.get("how", "")
    if how not in get_args(How):
        raise ValueError(f"Expected how to be one of {get_args(How)}, got {how!r}.")
    return _restored(desk) if keeper and await keeper.load(wanted, how, emit) else None


@call("keepApart")
async def keep_apart(desk: Desk, *, keeper: Keeper | None) -> None:
    """What is on the desk becomes a project of its own, where the one that it was is gone, or another tab has it."""
    if keeper:
        await keeper.part()


@call("startAnew")
async def start_anew(desk: Desk, *, keeper: Keeper | None) -> None:
    """The desk is empty, for another project; what is kept of the one before stays where it is."""
    if keeper:
        await keeper.leave()
    place_project(desk, Project(Dataset(), desk.new_classifier()), [])


@call("keepSettings", at_once=True)
async def keep_settings(desk: Desk, settings: dict[str, str | bool], *, keeper: Keeper | None) -> None:
    """What the page's fields say is kept, also where a training is cut off."""
    desk.change(settings=settings)
    if keeper:
        keeper.touch()


@call("planClasses", at_once=True)
async def plan_classes(desk: Desk, labels: list[str], *, keeper: Keeper | None) -> None:
    """The names of classes that were made by hand and have no photo yet are kept."""
    desk.change(planned=tuple(str(label) for label in labels[:MOST_OFFERED]))
    if keeper:
        keeper.touch()


def _restored(desk: Desk) -> Restored:
    """What the page shows of a project that is on the desk again."""
    return {
        **desk.overview(),
        "problems": listed(desk.album.problems),
        "settings": {**desk.state.settings},
        "model": desk.state.model.told if desk.state.model else None,
        "backbone": desk.classifier.card_.name,
        "planned": list(desk.state.planned),
    }
