"""The photos of a desk in order: which classes there are, what is in them, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypedDict, get_args

from pyclassifier import Dataset, Problem, Project, Sample
from pyclassifier.data import Split
from pyclassifier.sentences import Sentence

Step = Literal[
    "add",
    "addClass",
    "renameClass",
    "enableClass",
    "mergeClasses",
    "deleteClass",
    "movePhotos",
    "keepTogether",
    "deletePhotos",
    "removeAll",
]

MOST_STEPS = 100
MOST_OFFERED = 100  # Of a model's classes: more of them than photos would be in the way.


class ClassCount(TypedDict):
    """A class and its photos."""

    key: int  # stays the same whatever the class is called
    label: str
    enabled: bool  # whether it takes part
    training: int  # photos that are not marked for validation or test
    validation: int
    test: int
    photos: list[int]  # ids of all of them
    marked: list[int]  # ids of those that are marked for validation
    tested: list[int]  # and for test


@dataclass(frozen=True)
class Category:
    """A class: what it is called, and whether it takes part."""

    label: str
    enabled: bool = True


@dataclass(frozen=True)
class Placement:
    """Where a photo is in an album: the key of its class, what it is marked for, and what is not parted from it."""

    key: int
    split: Split | None = None
    group: str | None = None  # other than its sample came with


@dataclass(frozen=True)
class Arrangement:
    """Classes by key and photos by id, both in order. Never changed: each edit makes another one.

    A class keeps its key whatever it is called, so that a trained model's outputs can follow a new name.
    """

    classes: Mapping[int, Category] = field(default_factory=dict)
    photos: Mapping[int, Placement] = field(default_factory=dict)

    def key(self, label: str) -> int:
        """The key of a class."""
        for key, category in self.classes.items():
            if category.label == label:
                return key
        raise ValueError(f"Expected one of the classes {self._known()}, got {label!r}.")

    def has(self, label: str) -> bool:
        """Whether there is a class of this name."""
        return any(category.label == label for category in self.classes.values())

    def names(self, keys: Sequence[int], before: Sequence[str]) -> list[str]:
        """What classes are called now; those that are gone as before."""
        return [self.classes[key].label if key in self.classes else old for key, old in zip(keys, before, strict=True)]

    def taking_part(self) -> dict[int, Placement]:
        """The photos of the classes that are switched on."""
        return {photo: place for photo, place in self.photos.items() if self.classes[place.key].enabled}

    def _known(self) -> str:
        return ", ".join(repr(category.label) for category in self.classes.values()) or "(none)"


@dataclass(frozen=True)
class Album:
    """Photos that were added, arranged into classes. Never changed: each edit makes another album, and can be undone.

    Parameters
    ----------
    samples : mapping of int to Sample
        All photos by id, as they came in, deleted ones too as long as that can be undone.
    now : Arrangement
    problems : tuple of Problem
    last_key, next_photo : int
        The last key of a class, and the next id of a photo: those that were deleted do not come again.
    done, undone : tuple of (str, Arrangement)
        Steps that can be undone and redone, with what was there before and after them.
    """

    samples: Mapping[int, Sample] = field(default_factory=dict)
    now: Arrangement = field(default_factory=Arrangement)
    problems: tuple[Problem, ...] = ()
    last_key: int = 0
    next_photo: int = 0
    done: tuple[tuple[Step, Arrangement], ...] = ()
    undone: tuple[tuple[Step, Arrangement], ...] = ()

    def dataset(self) -> Dataset:
        """The photos that take part, with the labels that they have now."""
        return self._labelled(self.now.taking_part())

    def whole(self) -> Dataset:
        """All photos, those of classes that are switched off too."""
        return self._labelled(self.now.photos)

    def sample(self, photo: int) -> Sample:
        """The photo with this id, a deleted one too."""
        if photo not in self.samples:
            raise ValueError(f"Expected the id of a photo, got {photo}, which is none.")
        return self.samples[photo]

    def ids(self) -> dict[str, int]:
        """Id by what tells a photo from all others, whatever its label."""
        return {sample.id: photo for photo, sample in self.samples.items()}

    def chosen(self, photos: Sequence[int]) -> set[int]:
        """The ids of photos that are there; ValueError for others."""
        chosen = {int(photo) for photo in photos}
        unknown = chosen - set(self.now.photos)
        if unknown:
            raise ValueError(f"Expected ids of photos, got {sorted(unknown)[:5]}, which are none or were deleted.")
        return chosen

    def add(self, incoming: Dataset) -> Album:
        """Photos that come in are put into the classes of their labels; their ids are the next ones, in their order."""
        album = replace(self, problems=self.problems + incoming.problems)
        if not incoming.samples:
            return album
        samples = dict(enumerate(incoming.samples, self.next_photo))
        classes = self._with_classes(str(sample.label) for sample in incoming.samples)
        keys = {category.label: key for key, category in classes.items()}
        photos = {photo: Placement(keys[str(sample.label)], sample.split) for photo, sample in samples.items()}
        album = replace(album, samples={**self.samples, **samples}, next_photo=self.next_photo + len(samples))
        return album._arranged("add", Arrangement(classes, {**self.now.photos, **photos}))

    def restore(self, project: Project[Any], ids: Sequence[int], class_keys: Sequence[int] | None = None) -> Album:
        """A project's photos instead of all that is here, under these ids; there is no way back."""
        numbers = range(self.last_key + 1, self.last_key + 1 + len(project.classes))
        keys = dict(zip(project.classes, class_keys or numbers, strict=True))
        classes = {keys[label]: Category(label, label not in project.disabled) for label in project.classes}
        samples = dict(zip(ids, project.photos.samples, strict=True))
        photos = {photo: Placement(keys[str(sample.label)], sample.split) for photo, sample in samples.items()}
        last_key, next_photo = max(classes, default=self.last_key), max(ids, default=-1) + 1
        return Album(samples, Arrangement(classes, photos), project.photos.problems, last_key, next_photo)

    def cleared(self) -> Album:
        """The album with nothing in it, the way back included."""
        return Album(last_key=self.last_key, next_photo=self.next_photo)

    def add_class(self, label: str) -> Album:
        """There is an empty class."""
        return self._arranged("addClass", replace(self.now, classes=self._with_classes([self._free(label)])))

    def offer_classes(self, labels: Sequence[str]) -> Album:
        """There is an empty class of each label that was none yet, in one step."""
        stripped = [label.strip() for label in labels if label.strip()]
        new = [label for label in stripped if not self.now.has(label)][:MOST_OFFERED]
        return self._arranged("addClass", replace(self.now, classes=self._with_classes(new))) if new else self

    def rename_class(self, label: str, to: str) -> Album:
        """A class is called otherwise."""
        key = self.now.key(label)
        return self if to.strip() == label else self._change_class("renameClass", key, label=self._free(to))

    def enable_class(self, label: str, enabled: bool) -> Album:
        """A class is switched on or off; its photos stay."""
        return self._change_class("enableClass", self.now.key(label), enabled=bool(enabled))

    def merge_classes(self, labels: Sequence[str], to: str) -> Album:
        """The photos of several classes are in one of them."""
        target = self.now.key(to)
        merged = {self.now.key(label) for label in labels} - {target}
        photos = {
            photo: replace(place, key=target) if place.key in merged else place
            for photo, place in self.now.photos.items()
        }
        return self._arranged("mergeClasses", Arrangement(_without(self.now.classes, merged), photos))

    def delete_class(self, label: str) -> Album:
        """A class is deleted with its photos."""
        key = self.now.key(label)
        photos = {photo: place for photo, place in self.now.photos.items() if place.key != key}
        return self._arranged("deleteClass", Arrangement(_without(self.now.classes, {key}), photos))

    def move_photos(self, photos: Sequence[int], to: str | None = None, split: str | None = None) -> Album:
        """Photos are in another class, which is made where there is none of that name, or on a side of the split.

        Parameters
        ----------
        photos : sequence of int
        to : str, optional
            Their new class; by default they stay where they are.
        split : {"training", "validation", "test", "drawn"}, optional
            What to mark them for; "drawn" removes the mark.
        """
        chosen = self.chosen(photos)
        if split not in (None, *get_args(Split), "drawn"):
            raise ValueError(f"Expected split to be training, validation, test or drawn; got {split!r}.")
        classes = self.now.classes
        changes: dict[str, Any] = {}
        if to is not None:
            if not self.now.has(to.strip()):
                classes = self._with_classes([self._free(to)])
            changes["key"] = next(key for key, category in classes.items() if category.label == to.strip())
        if split is not None:
            changes["split"] = None if split == "drawn" else split
        moved = {
            photo: replace(place, **changes) if photo in chosen else place for photo, place in self.now.photos.items()
        }
        return self._arranged("movePhotos", Arrangement(classes, moved))

    def keep_together(self, photos: Sequence[int], groups: Sequence[str]) -> Album:
        """Photos are in groups, each in the one with the same position, which splits do not part."""
        if len(photos) != len(groups):
            raise ValueError(f"Expected a group for each of {len(photos)} photos, got {len(groups)}.")
        self.chosen(photos)
        named = dict(zip(photos, groups, strict=True))
        kept = {
            photo: replace(place, group=str(named[photo])) if photo in named else place
            for photo, place in self.now.photos.items()
        }
        return self._arranged("keepTogether", replace(self.now, photos=kept))

    def delete_photos(self, photos: Sequence[int]) -> Album:
        """Photos are deleted."""
        chosen = self.chosen(photos)
        return self._arranged("deletePhotos", replace(self.now, photos=_without(self.now.photos, chosen)))

    def remove_all(self) -> Album:
        """There are no photos, no classes, and no problems with files."""
        return replace(self, problems=())._arranged("removeAll", Arrangement())

    def undo(self) -> Album:
        """The album before the last step."""
        if not self.done:
            raise ValueError("Expected something to undo; there is nothing.")
        *done, (step, before) = self.done
        return replace(self, now=before, done=tuple(done), undone=(*self.undone, (step, self.now)))

    def redo(self) -> Album:
        """The album after the last step that was undone."""
        if not self.undone:
            raise ValueError("Expected something to take again; there is nothing.")
        *undone, (step, after) = self.undone
        return replace(self, now=after, done=(*self.done, (step, self.now)), undone=tuple(undone))

    def counts(self) -> list[ClassCount]:
        """The classes with counts and ids of photos, in the order of their names, as a model's outputs are."""
        photos: dict[int, list[int]] = {key: [] for key in self.now.classes}
        marked: dict[int, list[int]] = {key: [] for key in self.now.classes}
        tested: dict[int, list[int]] = {key: [] for key in self.now.classes}
        for photo, place in self.now.photos.items():
            photos[place.key].append(photo)
            if place.split == "validation":
                marked[place.key].append(photo)
            elif place.split == "test":
                tested[place.key].append(photo)
        return [
            {
                "key": key,
                "label": category.label,
                "enabled": category.enabled,
                "training": len(photos[key]) - len(marked[key]) - len(tested[key]),
                "validation": len(marked[key]),
                "test": len(tested[key]),
                "photos": photos[key],
                "marked": marked[key],
                "tested": tested[key],
            }
            for key, category in sorted(self.now.classes.items(), key=lambda item: item[1].label)
        ]

    def _with_classes(self, labels: Iterable[str]) -> dict[int, Category]:
        """The classes, and new ones of those labels that are none yet."""
        new = [label for label in dict.fromkeys(labels) if not self.now.has(label)]
        return {**self.now.classes, **{key: Category(label) for key, label in enumerate(new, self.last_key + 1)}}

    def _free(self, label: str) -> str:
        label = label.strip()
        if not label:
            raise ValueError(Sentence("no-class-name"))
        if self.now.has(label):
            raise ValueError(Sentence("class-name-taken", label=label))
        return label

    def _labelled(self, places: Mapping[int, Placement]) -> Dataset:
        samples = (
            replace(
                self.samples[photo],
                label=self.now.classes[place.key].label,
                split=place.split,
                group=place.group if place.group is not None else self.samples[photo].group,
            )
            for photo, place in places.items()
        )
        return Dataset(tuple(samples), self.problems)

    def _change_class(self, step: Step, key: int, **changes: Any) -> Album:
        classes = {**self.now.classes, key: replace(self.now.classes[key], **changes)}
        return self._arranged(step, replace(self.now, classes=classes))

    def _arranged(self, step: Step, arrangement: Arrangement) -> Album:
        done = (*self.done, (step, self.now))[-MOST_STEPS:]
        last_key = max(self.last_key, *arrangement.classes, 0)
        return replace(self, now=arrangement, last_key=last_key, done=done, undone=())


def _without(mapping: Mapping[int, Any], keys: Collection[int]) -> dict[int, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
