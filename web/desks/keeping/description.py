"""A desk as the browser keeps it: unlike a file, it knows photos and classes by ids and keys, and the trainings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from pyclassifier import AsyncImageClassifier, Project, Sample
from pyclassifier.errors import ArchiveError, NotFittedError
from pyclassifier.projects import describe_project, reading

from ..bridge import Data
from ..desk import Desk
from .packing import unpack
from .project import as_project, place_project
from .steps import describe_steps, with_steps


def describe(desk: Desk) -> Data:
    """The desk as plain data, without what lies beside it."""
    state, album = desk.state, desk.album
    description = describe_project(as_project(desk))
    for photo, entry in zip(album.now.photos, description["photos"], strict=True):
        entry["id"] = photo
    for key, entry in zip(album.now.classes, description["classes"], strict=True):
        entry["key"] = key
    description["desk"] = {
        "next": [album.last_key, album.next_photo],
        "confirmed": list(state.confirmed.items()),
        "rejects": state.rejects,
        "planned": list(state.planned),
        "tried": [[number, sample.path] for number, sample in state.tried.items()],
        "run": state.model.training if state.model else None,
        "steps": describe_steps(album),
    }
    return description


def place(
    desk: Desk,
    description: Data,
    project: Project[AsyncImageClassifier],
    ids: Sequence[int],
    gone: Mapping[int, Sample],
    tried: Mapping[int, Sample],
    trainings: Sequence[bytes],
) -> None:
    """Put a project on the desk that was described so, its photos under these ids, with its trainings as packed.

    Photos that are gone, and can be brought back, and those that were recognised come beside it.
    """
    stored = description.get("desk")
    place_project(desk, project, ids, [entry["key"] for entry in description["classes"]] if stored else None)
    if not stored:
        return  # kept by an earlier version of this site
    last_key, next_photo = stored["next"]
    album = replace(desk.album, last_key=last_key, next_photo=next_photo)
    with suppress(KeyError, TypeError, ValueError):  # Of an earlier version or a later one: there is no way back.
        album = with_steps(album, stored["steps"], gone)
    changes: dict[str, Any] = {
        "album": album,
        "confirmed": {photo: key for photo, key in stored["confirmed"] if photo in desk.album.samples},
        "rejects": stored["rejects"],
        "tried": tried,
        "planned": tuple(stored.get("planned", ())),
    }
    with suppress(NotFittedError, ArchiveError), reading():  # Without a model, or as a later version wrote them.
        base = desk.classifier.snapshot()
        unpacked = {one.number: one for one in (unpack(desk, data, base) for data in trainings)}
        changes |= {"trainings": tuple(unpacked.values()), "last_training": max(unpacked, default=0)}
        if desk.state.model:
            in_use, model = unpacked.get(stored["run"]), replace(desk.state.model, training=stored["run"])
            changes["model"] = replace(model, outputs=in_use.outputs, photos=in_use.photos) if in_use else model
    desk.change(**changes)
