"""Putting photos in order: every reply is the album as it is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..album import Album
from ..bridge.exchange import Data, Emit, Stop, as_dict

if TYPE_CHECKING:
    from ..desk import Workbench

# By the "type" of an edit in js/protocol.js; its other fields are the parameters.
EDITS: dict[str, Callable[..., None]] = {
    "addClass": Album.add_class,
    "renameClass": Album.rename_class,
    "enableClass": Album.enable_class,
    "mergeClasses": Album.merge_classes,
    "deleteClass": Album.delete_class,
    "movePhotos": Album.move_photos,
    "deletePhotos": Album.delete_photos,
}


async def album(bench: Workbench, *, emit: Emit, stop: Stop) -> Data:
    """The photos in order."""
    return bench.describe()


async def edit(bench: Workbench, change: Any, *, emit: Emit, stop: Stop) -> Data:
    """Change the order of things; nothing is embedded anew for that."""
    change = as_dict(change)
    kind = change.pop("type", None)
    if kind not in EDITS:
        raise ValueError(f"Expected an edit among {', '.join(EDITS)}; got {kind!r}.")
    try:
        EDITS[kind](bench.album, **change)
    except TypeError as error:
        raise ValueError(f"Expected the fields of the edit {kind!r} ({error}).") from error
    return bench.rearranged()


async def undo(bench: Workbench, *, emit: Emit, stop: Stop) -> Data:
    """Take the last edit back."""
    bench.album.undo()
    return bench.rearranged()


async def redo(bench: Workbench, *, emit: Emit, stop: Stop) -> Data:
    """Do what was undone once more."""
    bench.album.redo()
    return bench.rearranged()


METHODS: dict[str, Callable[..., Any]] = {"album": album, "edit": edit, "undo": undo, "redo": redo}
