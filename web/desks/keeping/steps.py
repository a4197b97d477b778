"""The way back of an album as the browser keeps it: the last steps, each by what was otherwise before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args

from pyclassifier import Sample
from pyclassifier.data import Split

from ..album import Album, Arrangement, Category, Placement, Step
from ..bridge import Data

MOST_KEPT = 10  # Each takes a look at all photos, whenever something is written.

Steps = tuple[tuple[Step, Arrangement], ...]


def describe_steps(album: Album) -> Data:
    """The steps of an album that can be undone and redone, and the photos that only they know, as plain data."""
    kept = {"done": album.done[-MOST_KEPT:], "undone": album.undone[-MOST_KEPT:]}
    known = {photo for steps in kept.values() for _, arrangement in steps for photo in arrangement.photos}
    gone = sorted(known - set(album.now.photos))
    return {
        **{name: _differences(steps, album.now) for name, steps in kept.items()},
        "gone": [{"id": id, "path": album.samples[id].path, "group": album.samples[id].group} for id in gone],
    }


def with_steps(album: Album, stored: Data, gone: Mapping[int, Sample]) -> Album:
    """An album with its way back, as it was described; photos that are not to be had are left out of it.

    Raises
    ------
    KeyError, TypeError, ValueError
        The description is damaged.
    """
    samples = {**album.samples, **gone}
    return replace(
        album,
        samples={id: samples[id] for id in sorted(samples)},
        done=_read(stored["done"], album.now, samples),
        undone=_read(stored["undone"], album.now, samples),
    )


def _differences(steps: Steps, now: Arrangement) -> list[Data]:
    """The last step first: each by what its arrangement has otherwise than the one after it."""
    described = []
    for step, there in reversed(steps):
        described.append(
            {
                "step": step,
                "classes": [[key, category.label, category.enabled] for key, category in there.classes.items()],
                "photos": [
                    [id, place.key, place.split, place.group]
                    for id, place in there.photos.items()
                    if now.photos.get(id) != place
                ],
                "without": [id for id in now.photos if id not in there.photos],
            }
        )
        now = there
    return described


def _read(stored: Sequence[Data], now: Arrangement, samples: Mapping[int, Sample]) -> Steps:
    steps: list[tuple[Step, Arrangement]] = []
    for one in stored[:MOST_KEPT]:
        if one["step"] not in get_args(Step):
            raise ValueError(f"Expected a step that is known, got {one['step']!r:.40}.")
        classes = {int(key): Category(str(label), bool(enabled)) for key, label, enabled in one["classes"]}
        without = set(one["without"])
        photos = {id: place for id, place in now.photos.items() if id not in without}
        photos |= {id: _placement(*place) for id, *place in one["photos"] if id in samples}
        if not {place.key for place in photos.values()} <= set(classes):
            raise ValueError("Expected photos in the classes of their step.")
        now = Arrangement(classes, {id: photos[id] for id in sorted(photos)})
        steps.append((one["step"], now))
    return tuple(reversed(steps))


def _placement(key: Any, split: Any, group: Any = None) -> Placement:
    if split not in (None, *get_args(Split)):
        raise ValueError(f"Expected a side of the split, got {split!r:.40}.")
    return Placement(int(key), split, None if group is None else str(group))
