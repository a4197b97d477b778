"""Photos whose names say that they are versions of one original, such as turned and cropped copies made beforehand."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath

from .photos import Sample

# "dog_jpg.rf.0a1b...": what Roboflow calls each version of dog.jpg.
_ROBOFLOW = re.compile(r"(.+)[_.](?:jpe?g|png|webp|bmp|tiff?)\.rf\.[0-9A-Za-z]{8,}", re.IGNORECASE)
_CHANGED = (
    r"aug(?:ment(?:ed|ation)?)?|blur(?:red|ry)?|bright(?:ness|er)?|colou?r|contrast|copy|crop(?:ped)?|dark(?:er)?|[hv]?flip"
    r"(?:ped)?|gray|grey|mirror(?:ed)?|noise|noisy|rot(?:at(?:e|ed|ion))?|scaled?|shear(?:ed)?|shift(?:ed)?|zoom(?:ed)?|v"
)
# "rot90", "flipped", "crop-2", "aug_3.1", "(2)" at the end of a name.
_TAIL = re.compile(rf"(.+?)[\s._-]+(?:(?:{_CHANGED})[\s._-]*(?:\d+(?:\.\d+)?)?|\(\d+\))", re.IGNORECASE | re.DOTALL)
# A plain number tells versions apart only where the name before it tells originals apart: "img12_3", not "cat_3".
_NUMBER = re.compile(r"(.*\d.*?)[\s._-]+\d{1,3}", re.DOTALL)

_LONGEST = 255  # of a file's name on any disk; a zip may claim longer ones, which would take their time
_MIN_SHARE = 0.5  # of all photos, in families of several
_MIN_FAMILIES = 2  # of a class with such families: else its name is all that they have in common


def name_of_original(path: str) -> str:
    """Return what the original of a photo is called, judging by the name: ``"a/img12_rot90.jpg"`` -> ``"img12"``."""
    name = PurePosixPath(path).stem
    if len(name) > _LONGEST:
        return name
    if found := _ROBOFLOW.fullmatch(name):
        return found[1]
    changed = False
    while found := _TAIL.fullmatch(name):
        name, changed = found[1], True
    if not changed and (found := _NUMBER.fullmatch(name)):
        return found[1]
    return name


def find_versions(samples: Sequence[Sample]) -> list[tuple[Sample, ...]]:
    """Find photos that by their names are versions of one original, where the names of a set look like that.

    Parameters
    ----------
    samples : sequence of Sample
        Each with a label.

    Returns
    -------
    list of tuple of Sample
        Families of two and more; none where only some photos, or all of a class, would be in one.
    """
    families: defaultdict[tuple[str | None, str, str, int], list[Sample]] = defaultdict(list)
    met: Counter[str] = Counter()
    for sample in samples:
        # Only within a folder: train/cat/1.jpg and val/cat/1.jpg are numbered apart. So are the photos of two folders
        # that were chosen one after the other, whose paths begin within them: the first and the second cat/1.jpg.
        folder = str(PurePosixPath(sample.path).parent)
        families[sample.label, folder, name_of_original(sample.path), met[sample.path]].append(sample)
        met[sample.path] += 1
    several = {key: family for key, family in families.items() if len(family) > 1}
    of_class = Counter(label for label, *_ in families)
    plausible = all(of_class[label] >= _MIN_FAMILIES for label, *_ in several)
    enough = sum(map(len, several.values())) >= _MIN_SHARE * len(samples)
    return [tuple(family) for family in several.values()] if plausible and enough else []
