"""Folders of photos as a tree: which of them say what photos are for, which say nothing, which may be classes.

A name such as "train" decides only where the folders beside it or in it say so: beside bus and car it is a class, too.
"""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .names import readable
from .roles import Role, is_idle, is_of_masks, parting, role_of

_NAMELESS = ("", ".", "..")
Kind = Literal["class", "split", "idle", "masks"]


@dataclass(eq=False)
class Folder:
    """A folder that holds photos, or folders of them.

    Parameters
    ----------
    name : str
    parent : Folder, optional
    children : dict of str to Folder
    photos : list of int
        Positions of those that lie in it directly.
    kind : {"class", "split", "idle", "masks"}
        "idle": its name says nothing. "masks": of pictures that belong to photos beside it.
    role : str, optional
        What a split folder says that photos are for.
    unsure : bool
        It may as well be a split folder.
    """

    name: str = ""
    parent: Folder | None = None
    children: dict[str, Folder] = field(default_factory=dict)
    photos: list[int] = field(default_factory=list)
    kind: Kind = "class"
    role: Role | None = None
    unsure: bool = False

    def below(self) -> Iterator[Folder]:
        """The folder, and all below it."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            yield folder
            waiting += reversed(folder.children.values())

    @property
    def has_classes(self) -> bool:
        """Whether there are folders in it that may be classes."""
        return any(not is_idle(name) and role_of(name) is None for name in self.children)

    @property
    def path(self) -> str:
        """Names of the folders down to it."""
        return "/".join(folder.name for folder in self.way())

    def way(self) -> list[Folder]:
        """The folders down to it, the outermost first."""
        way = []
        folder: Folder | None = self
        while folder is not None and folder.parent is not None:
            way.append(folder)
            folder = folder.parent
        return way[::-1]


def grow(paths: Sequence[str], split_folders: bool | None = None) -> Folder:
    """Make the tree of the folders of photos.

    Parameters
    ----------
    paths : sequence of str
    split_folders : bool, optional
        Whether folders with such a name say what photos are for; by default those do of which others say so, too.

    Returns
    -------
    Folder
        The one around all.
    """
    root = Folder()
    known: dict[str, Folder] = {}
    for i, path in enumerate(paths):
        way = posixpath.normpath(path).rpartition("/")[0]
        if way not in known:
            known[way] = _find(root, way)
        known[way].photos.append(i)
    for folder in root.below():
        _tell_kinds(list(folder.children.values()), split_folders)
    return root


def _find(root: Folder, way: str) -> Folder:
    folder = root
    for name in way.split("/"):
        if name not in _NAMELESS:
            folder = folder.children.setdefault(name, Folder(name, folder))
    return folder


def _tell_kinds(siblings: Sequence[Folder], split_folders: bool | None) -> None:
    roles = _roles(siblings)
    for folder, role in zip(siblings, roles, strict=True):
        folder.role = role
    named = [folder for folder in siblings if folder.role]
    plain = [folder for folder in siblings if not (folder.role or is_idle(folder.name) or is_of_masks(folder.name))]
    sure = set(_sure_splits(named, plain))
    sure_roles = {folder.role for folder in sure}
    for folder in named:
        is_split = folder in sure or bool(sure_roles - {folder.role})
        if split_folders is None:
            # Photos to train on are of no use without classes; others are handed out so.
            folder.unsure = not is_split and folder.role != "training" and not folder.children
        else:
            is_split = split_folders
        folder.kind = "split" if is_split else "class"
    if not plain and all(folder.kind == "split" for folder in named):
        idle = [folder for folder in siblings if not folder.role and is_idle(folder.name)]
        for folder in siblings:
            if not folder.role:
                folder.kind = "idle" if folder in idle else "masks" if idle else "class"


def _roles(siblings: Sequence[Folder]) -> list[Role | None]:
    """The role of each, also by another one whose name differs from its own in nothing but the word for it."""
    parted = [parting(folder.name) for folder in siblings]
    by_rest: dict[tuple[str, ...], set[Role]] = defaultdict(set)
    for rest, role in filter(None, parted):
        by_rest[rest].add(role)
    return [
        role_of(folder.name) or (one[1] if one and len(by_rest[one[0]]) > 1 else _role_around(folder))
        for folder, one in zip(siblings, parted, strict=True)
    ]


def _role_around(folder: Folder) -> Role | None:
    """The role of the folder around it, if that is called the same: unpacking makes set_test/set_test."""
    around = folder.parent
    return around.role if around and around.kind == "split" and around.name == folder.name else None


def _sure_splits(named: Sequence[Folder], plain: Sequence[Folder]) -> Iterator[Folder]:
    """Those of which the folders beside them or in them say that they are no classes."""
    classes = {readable(folder.name) for folder in plain}
    deep = [folder.has_classes for folder in plain]
    deeper = {readable(name) for folder in plain for name in folder.children if role_of(name) is None}
    in_roles: dict[Role | None, set[str | None]] = defaultdict(set)
    for folder in named:
        in_roles[folder.role] |= {readable(name) for name in folder.children}
    for folder in named:
        mine = {readable(name) for name in folder.children}
        if (
            not plain
            or mine & (classes | deeper)
            or any(role != folder.role and mine & labels for role, labels in in_roles.items())
            or (folder.has_classes and not any(deep))
            or (all(deep) and folder.role != "training" and not folder.children)
        ):
            yield folder
