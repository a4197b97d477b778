"""A desk as the browser keeps it: unlike a file, it knows photos and classes by their ids and keys, and the runs."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import desk_project
import kept_runs
from exchange import Data

from pyclassifier import Project
from pyclassifier.errors import ArchiveError, NotFittedError
from pyclassifier.projects import describe_project, reading

if TYPE_CHECKING:
    from workbench import Workbench


def describe(bench: Workbench) -> Data:
    """The desk as plain data, without what lies beside it."""
    description = describe_project(desk_project.project(bench))
    for photo, entry in zip(bench.album.now.photos, description["photos"], strict=True):
        entry["id"] = photo
    for key, entry in zip(bench.album.now.classes, description["classes"], strict=True):
        entry["key"] = key
    description["desk"] = {
        "next": bench.album.counters,
        "confirmed": list(bench.confirmed.items()),
        "rejects": bench.rejects,
        "run": bench.runs.current,
    }
    return description


def take(bench: Workbench, description: Data, project: Project[Any], ids: Sequence[int], runs: Sequence[bytes]) -> None:
    """Go on with a project that was described so, its photos under these ids, and with its runs as they were packed."""
    keys = [entry["key"] for entry in description["classes"]] if "desk" in description else None
    desk_project.take(bench, project, ids, keys)
    desk = description.get("desk")
    if not desk:
        return  # kept by an earlier version of this site
    bench.album.counters = tuple(desk["next"])
    bench.confirmed = {photo: key for photo, key in desk["confirmed"] if photo in bench.album.samples}
    bench.rejects = desk["rejects"]
    with suppress(NotFittedError, ArchiveError), reading():  # Without a model, or as a later version wrote them.
        base = bench.classifier.snapshot()
        bench.runs.take([kept_runs.unpack(bench, run, base) for run in runs], desk["run"])
    run = bench.runs.in_use
    if run:
        bench.outputs, bench.trained_on = run.outputs, run.places
