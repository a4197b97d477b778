"""The photos of a desk in order: which classes there are, what is in them, and the way back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pyclassifier import Dataset, Problem, Project, Sample
from pyclassifier.data import Split
from pyclassifier.sentences import Sentence

MOST_STEPS = 100
MOST_OFFERED = 100  # Of a model's classes: more of them than photos would be in the way.


@dataclass(frozen=True)
class Category:
    """A class: what it is called, and whether it takes part."""

    label: str
    enabled: bool = True


@dataclass(frozen=True)
class Place:
    """Where a photo is: the key of its class, and what it is marked for."""

    key: int
    split: Split | None = None


@dataclass(frozen=True)
class Arrangement:
    """Classes by key and photos by id, both in order. Never changed: each edit makes another one.

    A class keeps its key whatever it is called, so that a trained model's outputs can follow a new name.
    """

    classes: Mapping[int, Category] = field(default_factory=dict)
    photos: Mapping[int, Place] = field(default_factory=dict)

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

    def taking_part(self) -> dict[int, Place]:
        """The photos of the classes that are switched on."""
        return {photo: place for photo, place in self.photos.items() if self.classes[place.key].enabled}

    def _known(self) -> str:
        return ", ".join(repr(category.label) for category in self.classes.values()) or "(none)"


class Album:
    """Photos that were taken in, arranged into classes; every edit can be undone.

    Attributes
    ----------
    samples : dict of int to Sample
        All photos by id, as they came in, deleted ones too as long as that can be undone.
    now : Arrangement
    problems : tuple of Problem
    """

    def __init__(self) -> None:
        self.samples: dict[int, Sample] = {}
        self.now = Arrangement()
        self.problems: tuple[Problem, ...] = ()
        self._next_key = 0
        self._next_photo = 0
        self._done: list[tuple[str, Arrangement]] = []
        self._undone: list[tuple[str, Arrangement]] = []

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

    def add(self, incoming: Dataset) -> list[int]:
        """Take photos in, into the classes of their labels; their ids, in their order."""
        classes, photos = dict(self.now.classes), dict(self.now.photos)
        keys = {category.label: key for key, category in classes.items()}
        ids = []
        for sample in incoming.samples:
            label = str(sample.label)
            if label not in keys:
                keys[label] = self._new_key()
                classes[keys[label]] = Category(label)
            ids.append(self._next_photo)
            self.samples[self._next_photo] = sample
            photos[self._next_photo] = Place(keys[label], sample.split)
            self._next_photo += 1
        self.problems += incoming.problems
        if ids:
            self._go("add", Arrangement(classes, photos))
        return ids

    @property
    def counters(self) -> tuple[int, int]:
        """The last key of a class, and the next id of a photo: those that were deleted do not come again."""
        return self._next_key, self._next_photo

    @counters.setter
    def counters(self, counters: tuple[int, int]) -> None:
        self._next_key, self._next_photo = counters

    def restore(self, project: Project[Any], ids: Sequence[int], class_keys: Sequence[int] | None = None) -> None:
        """Take a project's photos instead of all that is here, under these ids; there is no way back."""
        self.clear()
        keys = dict(zip(project.classes, class_keys or [self._new_key() for _ in project.classes], strict=True))
        classes = {keys[label]: Category(label, label not in project.disabled) for label in project.classes}
        samples = project.photos.samples
        places = {i: Place(keys[str(s.label)], s.split) for i, s in zip(ids, samples, strict=True)}
        self.samples = dict(zip(ids, samples, strict=True))
        self.now, self.problems = Arrangement(classes, places), project.photos.problems
        self._next_photo = max(ids, default=-1) + 1

    def add_class(self, label: str) -> None:
        """Make an empty class."""
        label = self._free(label)
        self._go("addClass", replace(self.now, classes={**self.now.classes, self._new_key(): Category(label)}))

    def offer_classes(self, labels: Sequence[str]) -> None:
        """Make an empty class of each label that is none yet, in one step."""
        new = [label for label in labels if label.strip() and not self.now.has(label.strip())][:MOST_OFFERED]
        if new:
            made = {self._new_key(): Category(label.strip()) for label in dict.fromkeys(new)}
            self._go("addClass", replace(self.now, classes={**self.now.classes, **made}))

    def rename_class(self, label: str, to: str) -> None:
        """Call a class otherwise."""
        key = self.now.key(label)
        if to.strip() != label:
            self._change_class("renameClass", key, label=self._free(to))

    def enable_class(self, label: str, enabled: bool) -> None:
        """Switch a class on or off; its photos stay."""
        self._change_class("enableClass", self.now.key(label), enabled=bool(enabled))

    def merge_classes(self, labels: Sequence[str], to: str) -> None:
        """Put the photos of several classes into one of them."""
        target = self.now.key(to)
        merged = {self.now.key(label) for label in labels} - {target}
        photos = {
            photo: replace(place, key=target) if place.key in merged else place
            for photo, place in self.now.photos.items()
        }
        self._go("mergeClasses", Arrangement(_without(self.now.classes, merged), photos))

    def delete_class(self, label: str) -> None:
        """Delete a class with its photos."""
        key = self.now.key(label)
        photos = {photo: place for photo, place in self.now.photos.items() if place.key != key}
        self._go("deleteClass", Arrangement(_without(self.now.classes, {key}), photos))

    def move_photos(self, photos: Sequence[int], to: str | None = None, split: str | None = None) -> None:
        """Put photos into another class, which is made where there is none of that name, or onto a side of the split.

        Parameters
        ----------
        photos : sequence of int
        to : str, optional
            Their new class; by default they stay where they are.
        split : {"training", "validation", "drawn"}, optional
            What to mark them for; "drawn" removes the mark.
        """
        chosen = self.check(photos)
        if split not in (None, "training", "validation", "drawn"):
            raise ValueError(f"Expected split to be training, validation or drawn; got {split!r}.")
        classes = dict(self.now.classes)
        changes: dict[str, Any] = {}
        if to is not None:
            if not self.now.has(to.strip()):
                classes[self._new_key()] = Category(self._free(to))
            changes["key"] = next(key for key, category in classes.items() if category.label == to.strip())
        if split is not None:
            changes["split"] = None if split == "drawn" else split
        moved = {
            photo: replace(place, **changes) if photo in chosen else place for photo, place in self.now.photos.items()
        }
        self._go("movePhotos", Arrangement(classes, moved))

    def delete_photos(self, photos: Sequence[int]) -> None:
        """Delete photos."""
        self._go("deletePhotos", replace(self.now, photos=_without(self.now.photos, self.check(photos))))

    def undo(self) -> None:
        """Go back by one step."""
        self._step(self._done, self._undone, "undo")

    def redo(self) -> None:
        """Take the last step that was undone again."""
        self._step(self._undone, self._done, "take again")

    def clear(self) -> list[Sample]:
        """Forget everything, the way back included; the samples that were there."""
        samples = list(self.samples.values())
        self.samples, self.now, self.problems = {}, Arrangement(), ()
        self._done, self._undone = [], []
        return samples

    def describe(self) -> dict[str, Any]:
        """What the page shows: classes with counts and ids of photos, and what can be undone."""
        photos: dict[int, list[int]] = {key: [] for key in self.now.classes}
        marked: dict[int, list[int]] = {key: [] for key in self.now.classes}
        for photo, place in self.now.photos.items():
            photos[place.key].append(photo)
            if place.split == "validation":
                marked[place.key].append(photo)
        # In the order of names, as a model's outputs are.
        ordered = sorted(self.now.classes.items(), key=lambda item: item[1].label)
        return {
            "classes": [
                {
                    "key": key,
                    "label": category.label,
                    "enabled": category.enabled,
                    "training": len(photos[key]) - len(marked[key]),
                    "validation": len(marked[key]),
                    "photos": photos[key],
                    "marked": marked[key],
                }
                for key, category in ordered
            ],
            "undo": self._done[-1][0] if self._done else None,
            "redo": self._undone[-1][0] if self._undone else None,
        }

    def _new_key(self) -> int:
        self._next_key += 1
        return self._next_key

    def _free(self, label: str) -> str:
        label = label.strip()
        if not label:
            raise ValueError(Sentence("no-class-name"))
        if self.now.has(label):
            raise ValueError(Sentence("class-name-taken", label=label))
        return label

    def check(self, photos: Sequence[int]) -> set[int]:
        """The ids of photos that are there; ValueError for others."""
        chosen = {int(photo) for photo in photos}
        unknown = chosen - set(self.now.photos)
        if unknown:
            raise ValueError(f"Expected ids of photos, got {sorted(unknown)[:5]}, which are none or were deleted.")
        return chosen

    def _labelled(self, places: Mapping[int, Place]) -> Dataset:
        samples = (
            replace(self.samples[photo], label=self.now.classes[place.key].label, split=place.split)
            for photo, place in places.items()
        )
        return Dataset(tuple(samples), self.problems)

    def _change_class(self, name: str, key: int, **changes: Any) -> None:
        classes = {**self.now.classes, key: replace(self.now.classes[key], **changes)}
        self._go(name, replace(self.now, classes=classes))

    def _go(self, name: str, arrangement: Arrangement) -> None:
        self._done = [*self._done, (name, self.now)][-MOST_STEPS:]
        self._undone = []
        self.now = arrangement

    def _step(self, source: list[tuple[str, Arrangement]], target: list[tuple[str, Arrangement]], what: str) -> None:
        if not source:
            raise ValueError(f"Expected something to {what}; there is nothing.")
        name, arrangement = source.pop()
        target.append((name, self.now))
        self.now = arrangement


def _without(mapping: Mapping[int, Any], keys: Collection[int]) -> dict[int, Any]:
    return {key: value for key, value in mapping.items() if key not in keys}
