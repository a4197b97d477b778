"""What may be wrong with labelled photos, judged by what is known of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, overload

from ..data import Dataset, Sample, Split, find_versions, name_of_original
from ..embedding import Facts, join_groups
from ..notebook import Brief, Shown

FindingKind = Literal[
    "unreadable", "duplicates", "alike", "versions", "two classes", "both sides", "small", "few", "imbalance"
]
Change = Literal["delete", "keep first", "keep in", "move to", "mark", "keep together"]
Samples = tuple[Sample, ...]

FEW = 10  # photos of a class, below which figures and training are a matter of luck
IMBALANCE = 3.0  # times as many photos in the largest class as in the smallest


@dataclass(frozen=True, repr=False)
class Fix(Brief):
    """A change that mends a finding.

    Parameters
    ----------
    change : {"delete", "keep first", "keep in", "move to", "mark", "keep together"}
        "keep first" and "keep in" delete the others; "keep together" makes those of one original a group that no split
        parts.
    samples : tuple of Sample
        Those that are deleted, moved, marked or kept together.
    label : str, optional
        The class to keep them in, or to move them to.
    split : {"training", "validation", "test"}, optional
        What to mark them for.

    Examples
    --------
    >>> for finding in await check_dataset(dataset):  # doctest: +SKIP
    ...     dataset = finding.fixes[0].apply(dataset)
    """

    change: Change
    samples: Samples
    label: str | None = None
    split: Split | None = None

    def apply(self, dataset: Dataset) -> Dataset:
        """Mend a dataset.

        Parameters
        ----------
        dataset : Dataset
            What was checked.

        Returns
        -------
        Dataset
        """
        concerned = {sample.id for sample in self.samples}

        def changed(sample: Sample) -> Sample:
            if self.change == "keep together":
                return replace(sample, group=group_of_original(sample))
            if self.change == "move to":
                return replace(sample, label=self.label)
            return replace(sample, split=self.split)

        deletes = self.change in ("delete", "keep first", "keep in")
        samples = [
            changed(sample) if sample.id in concerned else sample
            for sample in dataset.samples
            if not (deletes and sample.id in concerned)
        ]
        return Dataset(tuple(samples), dataset.problems)


@dataclass(frozen=True, repr=False)
class Finding(Brief):
    """Something that may be wrong with photos of a dataset, and what would mend it.

    Parameters
    ----------
    kind : str
        "unreadable", "duplicates" (the same bytes), "alike" (nearly the same), "versions" (of one original, by their
        names, and in no group), "two classes" (the same photo in both), "both sides" (the same photo to learn from and
        to be judged by), "small", "few" or "imbalance".
    groups : tuple of tuple of Sample
        The photos that it is about; those of a group are the same, or alike.
    fixes : tuple of Fix
        What can be done, any one of them.
    labels : tuple of str
        The classes that it is about.
    numbers : mapping of str to float
        What the sentence says: ``photos``, ``side`` (pixels), ``largest`` and ``smallest`` (photos of a class),
        ``originals``.

    Examples
    --------
    >>> Finding("unreadable", numbers={"photos": 3}).message
    '3 photos cannot be read, and take no part.'
    """

    kind: FindingKind
    groups: tuple[Samples, ...] = ()
    fixes: tuple[Fix, ...] = ()
    labels: tuple[str, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The finding as a sentence for people."""
        n, names = self.numbers, ", ".join(repr(label) for label in self.labels)
        return {
            "unreadable": "{photos} photos cannot be read, and take no part.",
            "duplicates": "{photos} photos are copies of others in the same class. They count more than once.",
            "alike": "{photos} photos are nearly the same as others in the same class. They tell little that is new.",
            "versions": "{photos} photos seem to be versions of {originals} originals, by their names. Where one "
            "original is learned from and judged by, figures are too good: keep its versions together.",
            "two classes": f"{{photos}} photos are in several classes ({names}) at once. A model cannot learn both.",
            "both sides": "{photos} photos are learned from and judged by, themselves or near-duplicates of them. "
            "Figures with them are too good.",
            "small": "{photos} photos have a side below {side} pixels. They are enlarged, and look blurred to a model.",
            "few": f"Classes with fewer than {FEW} photos ({names}): whether a model learns them is a matter of luck.",
            "imbalance": f"The largest class ({{largest}} photos) has more than {IMBALANCE:g} times as many as the "
            f"smallest ({{smallest}}; {names}). A model prefers large classes; class_weight='balanced' evens that out.",
        }[self.kind].format(**n)


@dataclass(frozen=True, repr=False)
class DatasetReport(Brief, Shown, Sequence[Finding]):
    """What `check_dataset` found, the gravest first; a notebook shows it as a table.

    Parameters
    ----------
    findings : tuple of Finding
    n_samples : int
        Number of photos that were checked.
    groups : tuple of int or None, optional
        Number of the group of nearly the same photos that each sample belongs to, where features were compared; None
        for one that cannot be read.

    Examples
    --------
    >>> print(DatasetReport((), n_samples=20))
    20 photos: nothing found.
    """

    findings: tuple[Finding, ...]
    n_samples: int
    groups: tuple[int | None, ...] | None = None

    def __len__(self) -> int:
        return len(self.findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    @overload
    def __getitem__(self, index: int) -> Finding: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Finding, ...]: ...

    def __getitem__(self, index: int | slice) -> Finding | tuple[Finding, ...]:
        return self.findings[index]

    def __str__(self) -> str:
        return "\n".join(finding.message for finding in self.findings) or f"{self.n_samples} photos: nothing found."


def find_faults(
    samples: Sequence[Sample],
    facts: Sequence[Facts],
    groups: Sequence[int | None] | None = None,
    min_side: int | None = None,
) -> tuple[Finding, ...]:
    """Find what may be wrong with photos.

    Parameters
    ----------
    samples : sequence of Sample
        Each with a label.
    facts : sequence of Facts
        Of each one, as far as they are known.
    groups : sequence of int or None, optional
        Number of the group of nearly the same photos that each one belongs to; None says nothing.
    min_side : int, optional
        Pixels below which a side is small.

    Returns
    -------
    tuple of Finding
        The gravest first.
    """
    unreadable = [sample for sample, fact in zip(samples, facts, strict=True) if fact.reason]
    readable = [i for i, fact in enumerate(facts) if not fact.reason]
    copies = _together((samples[i], facts[i].digest) for i in readable)
    joined = join_groups([fact.digest for fact in facts], groups or [None] * len(samples)).tolist()
    alike = _together((samples[i], joined[i]) for i in readable)
    digests = {sample: fact.digest for sample, fact in zip(samples, facts, strict=True)}
    same = [group for group in copies if _is_one_class(group)]
    nearly = [group for group in alike if _is_one_class(group) and len({digests[sample] for sample in group}) > 1]
    found = [
        *_concerning_all("unreadable", unreadable),
        *_in_two_classes(alike, digests),
        *_on_both_sides(alike),
        *_repeated("duplicates", same),
        *_repeated("alike", nearly),
        *_versions(samples),
    ]
    if min_side:
        small = [samples[i] for i in readable if min(facts[i].size or (min_side,)) < min_side]
        found += _concerning_all("small", small, side=min_side)
    return (*found, *_counted(samples))


def _together(keyed: Iterable[tuple[Sample, object]]) -> list[Samples]:
    """Samples of the same key, where there are several."""
    groups: defaultdict[object, list[Sample]] = defaultdict(list)
    for sample, key in keyed:
        if key is not None:
            groups[key].append(sample)
    return [tuple(group) for group in groups.values() if len(group) > 1]


def _is_one_class(group: Samples) -> bool:
    return len({sample.label for sample in group}) == 1


def _concerning_all(kind: FindingKind, samples: Sequence[Sample], **numbers: int) -> list[Finding]:
    if not samples:
        return []
    chosen = tuple(samples)
    return [Finding(kind, (chosen,), (Fix("delete", chosen),), numbers={"photos": len(chosen), **numbers})]


def _repeated(kind: FindingKind, groups: Sequence[Samples]) -> list[Finding]:
    # What has all of the others' bytes already is a matter of "duplicates" alone.
    others = tuple(sample for group in groups for sample in group[1:])
    if not others:
        return []
    return [Finding(kind, tuple(groups), (Fix("keep first", others),), numbers={"photos": len(others)})]


def _versions(samples: Sequence[Sample]) -> list[Finding]:
    families = find_versions(samples)
    loose = tuple(sample for family in families for sample in family if sample.group is None)
    if not loose:
        return []
    numbers = {"photos": sum(map(len, families)), "originals": len(families)}
    return [Finding("versions", tuple(families), (Fix("keep together", loose),), numbers=numbers)]


def group_of_original(sample: Sample) -> str:
    """Name the group of the versions of one original."""
    return f"versions of {sample.path.rpartition('/')[0]}/{name_of_original(sample.path)}"


def _in_two_classes(groups: Sequence[Samples], digests: Mapping[Sample, str | None]) -> list[Finding]:
    by_labels: defaultdict[tuple[str, ...], list[Samples]] = defaultdict(list)
    for group in groups:
        if not _is_one_class(group):
            by_labels[tuple(sorted({str(sample.label) for sample in group}))].append(group)
    return [
        Finding(
            "two classes",
            tuple(same),
            tuple(_put_into(label, same, digests) for label in labels),
            labels,
            {"photos": sum(len(group) for group in same)},
        )
        for labels, same in sorted(by_labels.items())
    ]


def _put_into(label: str, groups: Sequence[Samples], digests: Mapping[Sample, str | None]) -> Fix:
    others = tuple(sample for group in groups for sample in group if sample.label != label)
    # Copies are not needed twice; photos that are only nearly the same are.
    copies = all(len({digests[sample] for sample in group}) == 1 for group in groups)
    return Fix("keep in" if copies else "move to", others, label)


def _on_both_sides(groups: Sequence[Samples]) -> list[Finding]:
    """Where photos are marked, the marks decide; otherwise such photos are never parted by the draw."""
    parted = [group for group in groups if len({sample.split or "training" for sample in group}) > 1]
    if not parted:
        return []
    fixes = [Fix("mark", _others(parted, "training"), split="training")]
    for_test = [group for group in parted if any(sample.split == "test" for sample in group)]
    for_validation = [group for group in parted if group not in for_test]
    if for_validation:
        fixes.append(Fix("mark", _others(for_validation, "validation"), split="validation"))
    if for_test:
        fixes.append(Fix("mark", _others(for_test, "test"), split="test"))
    return [Finding("both sides", tuple(parted), tuple(fixes), numbers={"photos": sum(map(len, parted))})]


def _others(groups: Sequence[Samples], split: Split) -> Samples:
    """Those that are for something else."""
    return tuple(sample for group in groups for sample in group if (sample.split or "training") != split)


def _counted(samples: Sequence[Sample]) -> list[Finding]:
    counts = Counter(str(sample.label) for sample in samples)
    found = []
    few = sorted(label for label, n in counts.items() if n < FEW)
    if few:
        found.append(Finding("few", labels=tuple(few), numbers={"photos": sum(counts[label] for label in few)}))
    if len(counts) > 1 and max(counts.values()) > IMBALANCE * min(counts.values()):
        by_count = sorted(counts, key=lambda label: (-counts[label], label))
        largest, smallest = by_count[0], by_count[-1]
        numbers = {"largest": counts[largest], "smallest": counts[smallest]}
        found.append(Finding("imbalance", labels=(largest, smallest), numbers=numbers))
    return found
