"""Putting photos in order: every reply is the album as it is then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NotRequired, TypedDict

from ..album import Album
from ..bridge import call
from ..desk import AlbumOverview, Desk


class AddClass(TypedDict):
    """Make an empty class."""

    type: Literal["addClass"]
    label: str


class RenameClass(TypedDict):
    """Call a class otherwise."""

    type: Literal["renameClass"]
    label: str
    to: str


class EnableClass(TypedDict):
    """Switch a class on or off; its photos stay."""

    type: Literal["enableClass"]
    label: str
    enabled: bool


class MergeClasses(TypedDict):
    """Put the photos of several classes into one of them."""

    type: Literal["mergeClasses"]
    labels: list[str]
    to: str


class DeleteClass(TypedDict):
    """Delete a class with its photos."""

    type: Literal["deleteClass"]
    label: str


class DeletePhotos(TypedDict):
    """Delete photos."""

    type: Literal["deletePhotos"]
    photos: list[int]


class MovePhotos(TypedDict):
    """Put photos into a class, which is made where there is none of that name, or onto a side of the split."""

    type: Literal["movePhotos"]
    photos: list[int]
    to: NotRequired[str]
    split: NotRequired[Literal["training", "validation", "test", "drawn"]]


class KeepTogether(TypedDict):
    """Put photos into groups that splits do not part."""

    type: Literal["keepTogether"]
    photos: list[int]
    groups: list[str]  # of each of them


class RemoveAll(TypedDict):
    """Delete all classes with their photos."""

    type: Literal["removeAll"]


Edit = (
    AddClass
    | RenameClass
    | EnableClass
    | MergeClasses
    | DeleteClass
    | MovePhotos
    | KeepTogether
    | DeletePhotos
    | RemoveAll
)

# By the type of an edit, whose other fields are the parameters.
EDITS: dict[str, Callable[..., Album]] = {
    "addClass": Album.add_class,
    "renameClass": Album.rename_class,
    "enableClass": Album.enable_class,
    "mergeClasses": Album.merge_classes,
    "deleteClass": Album.delete_class,
    "movePhotos": Album.move_photos,
    "keepTogether": Album.keep_together,
    "deletePhotos": Album.delete_photos,
    "removeAll": Album.remove_all,
}


@call("album")
async def album(desk: Desk) -> AlbumOverview:
    """The photos in order."""
    return desk.overview()


@call("edit")
async def edit(desk: Desk, edit: Edit) -> AlbumOverview:
    """Photos and classes are arranged otherwise; nothing is embedded anew for that."""
    fields: dict[str, Any] = {**edit}
    kind = fields.pop("type", None)
    if kind not in EDITS:
        raise ValueError(f"Expected an edit among {', '.join(EDITS)}; got {kind!r}.")
    try:
        desk.change(album=EDITS[kind](desk.album, **fields))
    except TypeError as error:
        raise ValueError(f"Expected the fields of the edit {kind!r} ({error}).") from error
    return desk.overview()


@call("undo")
async def undo(desk: Desk) -> AlbumOverview:
    """The last step of the album is taken back."""
    desk.change(album=desk.album.undo())
    return desk.overview()


@call("redo")
async def redo(desk: Desk) -> AlbumOverview:
    """The last step that was undone is done again."""
    desk.change(album=desk.album.redo())
    return desk.overview()


@call("clear")
async def clear(desk: Desk) -> None:
    """All photos are forgotten, and there is no way back; the model stays."""
    desk.classifier.cache.forget(list(desk.album.samples.values()))
    desk.change(album=desk.album.cleared(), confirmed={}, crossed=None)
