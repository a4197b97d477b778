"""Folders of photos -> the class of each photo and what it is for: in one way, or in several where it is open."""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ..sentences import Sentence
from .names import LabelBy, label_in_name, readable
from .photos import Split
from .roles import Role, is_idle, split_of_role
from .tree import Folder, grow

_MOST_READINGS = 3
_DIGITS = re.compile(r"\d+")
_NO_CLASS = Sentence("no-class-folder")
_NO_CLASS_IN_NAME = Sentence("no-class-in-name")
UNLABELLED = Sentence("unlabelled-photo")
_MASK = Sentence("photo-of-mask")


@dataclass(frozen=True)
class Reading:
    """One way to read the folders of photos.

    Parameters
    ----------
    label_by : {"folder", "top", "path", "name"}
        What the class is named by; see `Dataset.from_files`.
    split_folders : bool or None
        Whether folders with a name such as "test" say what photos are for; None: those of which others say so, too.
    labels : tuple of (str or Sentence)
        Of each photo its class, or why it has none.
    roles : tuple of (str or None)
        What the folders of each photo say that it is for.
    folders : tuple of str
        Of each photo the folder that it lies in.
    """

    label_by: LabelBy
    split_folders: bool | None
    labels: tuple[str | Sentence, ...]
    roles: tuple[Role | None, ...]
    folders: tuple[str, ...]

    def count(self) -> dict[str, dict[str, int]]:
        """Number of photos by label and folder, the labels sorted."""
        counts: dict[str, dict[str, int]] = {}
        for label, folder in zip(self.labels, self.folders, strict=True):
            if not isinstance(label, Sentence):
                by_folder = counts.setdefault(label, {})
                by_folder[folder] = by_folder.get(folder, 0) + 1
        return dict(sorted(counts.items()))

    @property
    def splits(self) -> list[Split | None]:
        """What each photo is for."""
        return [split_of_role(role) for role in self.roles]

    @property
    def n_left_out(self) -> int:
        """How many photos have no class."""
        return sum(isinstance(label, Sentence) for label in self.labels)


@dataclass(frozen=True, eq=False)
class _Place:
    """A folder with photos in it, as its way tells."""

    folder: Folder
    chain: tuple[str, ...]  # the folders down to it that may be classes
    role: Role | None
    splitting: Folder | None  # around the split folders that it is in
    n_below: int  # of the chain, how many are in the split folder
    is_of_masks: bool


def read_folders(
    paths: Sequence[str], label_by: LabelBy = "auto", split_folders: bool | None = None
) -> tuple[Reading, ...]:
    """Read what the folders of photos say.

    Parameters
    ----------
    paths : sequence of str
    label_by : {"auto", "folder", "top", "path", "name"}
    split_folders : bool, optional
        See `Dataset.from_files`.

    Returns
    -------
    tuple of Reading
        The likelier first; several only where folders leave it open and nothing was said.
    """
    tree = grow(paths, split_folders)
    ways = [split_folders]
    if split_folders is None and any(folder.unsure for folder in tree.below()):
        ways = [False, True]
    readings: list[Reading] = []
    for way in ways:
        for reading in _read(tree if way == split_folders else grow(paths, way), paths, label_by, way):
            if all((reading.labels, reading.roles) != (other.labels, other.roles) for other in readings):
                readings.append(reading)
    return tuple(readings[:_MOST_READINGS])


def _read(tree: Folder, paths: Sequence[str], label_by: LabelBy, split_folders: bool | None) -> list[Reading]:
    places = [_place(folder) for folder in tree.below() if folder.photos]
    if label_by == "name" or (label_by == "auto" and _names_tell(places, paths)):
        return [_by_name(places, paths, split_folders)]
    whys, chains = _chains(places)
    ways = _likely(chains) if label_by == "auto" else [label_by]
    readings = []
    for way in ways:
        labels: list[str | Sentence] = [_NO_CLASS] * len(paths)
        for place in places:
            found = whys[place] if place in whys else _label(chains[place], way)
            for photo in place.folder.photos:
                labels[photo] = found
        known = {label for label in labels if not isinstance(label, Sentence)}
        for photo, label in enumerate(labels):
            named = label_in_name(paths[photo]) if isinstance(label, Sentence) and label is not _MASK else None
            if named and (named in known or not known):
                labels[photo] = named
        readings.append(_reading(way, split_folders, labels, places, paths))
    return readings


def _place(folder: Folder) -> _Place:
    chain: list[str] = []
    role: Role | None = None
    splitting: Folder | None = None
    n_below, inside, masks = 0, False, False
    for one in folder.way():
        if one.kind == "split":
            splitting = splitting if inside else one.parent
            role, n_below, inside = one.role, 0, True
        elif one.kind == "class":
            chain.append(one.name)
            n_below, inside = n_below + 1, False
        masks = masks or one.kind == "masks"
    return _Place(folder, tuple(chain), role, splitting, n_below, masks)


def _chains(places: Sequence[_Place]) -> tuple[dict[_Place, Sentence], dict[_Place, tuple[str, ...]]]:
    """Why places have no class; and of the others the folders that tell them apart, the innermost last."""
    whys = {place: _MASK for place in places if place.is_of_masks}
    inside = {place.splitting for place in places if place.splitting and place.n_below}
    for place in places:
        if place.splitting in inside and not place.n_below:
            whys[place] = _why_unlabelled(place)
    rest = [place for place in places if place not in whys]
    if any(place.chain for place in rest):
        whys |= {place: _why_unlabelled(place) for place in rest if not place.chain}
        rest = [place for place in rest if place.chain]
    chains = _without_common({place: place.chain for place in rest})
    strays = [place for place, chain in chains.items() if not chain]
    if len({chain[0] for chain in chains.values() if chain}) > 1:
        whys |= {place: _why_unlabelled(place) for place in strays}
    else:
        chains |= {place: place.chain[-1:] for place in strays}
    chains = {place: chain for place, chain in chains.items() if place not in whys}
    unknown = list(_without_classes(chains))
    whys |= dict.fromkeys(unknown, UNLABELLED)
    return whys, {place: chain for place, chain in chains.items() if place not in whys}


def _why_unlabelled(place: _Place) -> Sentence:
    if place.role in (None, "training"):
        return Sentence("beside-class-folders") if place.folder.parent else _NO_CLASS
    return UNLABELLED


def _without_common(chains: dict[_Place, tuple[str, ...]]) -> dict[_Place, tuple[str, ...]]:
    """Leave out what says nothing, since it is the same for all: folders around the classes, and a level in each."""
    found = list(chains.values())
    if len(set(found)) < 2:
        return {place: chain[-1:] for place, chain in chains.items()}
    shared = len(posixpath.commonprefix(found))
    chains = {place: chain[shared:] for place, chain in chains.items()}
    while all(len(chain) > 1 for chain in chains.values()) and len({chain[-1] for chain in chains.values()}) == 1:
        chains = {place: chain[:-1] for place, chain in chains.items()}
    return chains


def _without_classes(chains: dict[_Place, tuple[str, ...]]) -> Sequence[_Place]:
    """Places in the only folder of a split whose name is no class to train on: test/unknown."""
    trained = {chain for place, chain in chains.items() if place.role == "training"}
    others: dict[tuple[Folder | None, Role], dict[tuple[str, ...], list[_Place]]] = defaultdict(dict)
    for place, chain in chains.items():
        if place.role and place.role != "training":
            others[place.splitting, place.role].setdefault(chain, []).append(place)
    alone = [next(iter(found.items())) for found in others.values() if len(found) == 1]
    return [place for chain, found in alone for place in found if len(trained) > 1 and chain not in trained]


def _likely(chains: dict[_Place, tuple[str, ...]]) -> list[LabelBy]:
    """What the classes may be named by, the likelier first."""
    found = {chain for chain in chains.values() if chain}
    parents: dict[str | None, set[tuple[str, ...]]] = defaultdict(set)
    for chain in found:
        parents[readable(chain[-1])].add(chain[:-1])
    tops: dict[str, int] = defaultdict(int)
    for chain in found:
        tops[chain[0]] += len(chain) > 1
    leaves = {chain[-1] for chain in found}
    if len(tops) > 1 and min(tops.values()) and len({_DIGITS.sub("0", leaf) for leaf in leaves}) == 1:
        # Dates, sessions, parts; but digits alone may be what is written on the photos.
        return ["top", "path", "folder"] if not all(leaf.isdigit() for leaf in leaves) else ["folder", "path", "top"]
    several = [ways for ways in parents.values() if len(ways) > 1]
    if several:
        # 2023/cat and 2024/cat are the same thing, and more/cat beside cat or photos/cat; Tomato/healthy and
        # Potato/healthy are not.
        sources = {tuple(_DIGITS.sub("0", name) for name in chain[:-1]) for chain in found}
        is_same = len(sources) == 1 or any(all(map(is_idle, way)) for ways in several for way in ways)
        return ["folder", "path", "top"] if is_same else ["path", "folder", "top"]
    outer = {chain[:n] for chain in found for n in range(1, len(chain))} & found
    if outer:
        direct = sum(len(place.folder.photos) for place, chain in chains.items() if chain in outer)
        deeper = sum(len(place.folder.photos) for place, chain in chains.items() if len(chain) > 1)
        return ["top", "folder"] if direct >= deeper else ["folder", "top"]
    return ["folder", "top"] if len(tops) > 1 and min(tops.values()) > 1 else ["folder"]


def _label(chain: Sequence[str], label_by: LabelBy) -> str | Sentence:
    if not chain:
        return _NO_CLASS
    name = chain[0] if label_by == "top" else "/".join(chain) if label_by == "path" else chain[-1]
    return readable(name) or _NO_CLASS


def _names_tell(places: Sequence[_Place], paths: Sequence[str]) -> bool:
    """Whether the names of photos tell them apart and their folders do not.

    That is: all of them lie in the same folder, nine of ten names say a class, and classes have two photos on average.
    What is handed out without classes, beside such photos, is not looked at.
    """
    told = [place for place in places if not place.is_of_masks]
    told = [place for place in told if place.role in (None, "training", "validation")] or told
    if len({place.chain[-1:] for place in told}) != 1:
        return False
    photos = [photo for place in told for photo in place.folder.photos]
    named = [label for label in (label_in_name(paths[photo]) for photo in photos) if label]
    classes = set(named)
    return len(named) >= 0.9 * len(photos) and 2 <= len(classes) <= len(named) / 2


def _by_name(places: Sequence[_Place], paths: Sequence[str], split_folders: bool | None) -> Reading:
    labels: list[str | Sentence] = [_NO_CLASS_IN_NAME] * len(paths)
    for place in places:
        why = UNLABELLED if place.role in ("test", "unlabelled") else _NO_CLASS_IN_NAME
        for photo in place.folder.photos:
            labels[photo] = _MASK if place.is_of_masks else label_in_name(paths[photo]) or why
    return _reading("name", split_folders, labels, places, paths)


def _reading(
    label_by: LabelBy,
    split_folders: bool | None,
    labels: Sequence[str | Sentence],
    places: Sequence[_Place],
    paths: Sequence[str],
) -> Reading:
    roles: list[Role | None] = [None] * len(paths)
    folders = [""] * len(paths)
    for place in places:
        path = place.folder.path
        for photo in place.folder.photos:
            roles[photo], folders[photo] = place.role, path
    return Reading(label_by, split_folders, tuple(labels), tuple(roles), tuple(folders))
