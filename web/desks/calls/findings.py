"""Findings about a desk's photos: what may be wrong with them, and the edits that mend it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import TypedDict, cast

import pyclassifier
from pyclassifier import judging
from pyclassifier.aio import check_dataset
from pyclassifier.data import Split
from pyclassifier.judging import Change, FindingKind, find_faults, group_of_original
from pyclassifier.progress import OnProgress, ShouldStop

from ..bridge import Problem, call, listed
from ..desk import Desk
from ..options import TrainOptions, set_meanwhile
from .arranging import DeletePhotos, KeepTogether, MovePhotos

# So many photos are compared at once after a training, which has computed their features; more of them on demand.
COMPARED_AT_ONCE = 1000


class CheckOptions(TrainOptions, total=False):
    """How photos are checked."""

    whole: bool  # all are read and compared


class Fix(TypedDict):
    """A way to mend a finding."""

    change: Change
    label: str | None  # the class to keep them in, or to move them to
    split: Split | None  # what to mark them for
    edit: MovePhotos | KeepTogether | DeletePhotos  # that does it


class Numbers(TypedDict, total=False):
    """What the sentence about a finding says."""

    photos: int
    side: int  # pixels
    largest: int
    smallest: int
    originals: int


class Finding(TypedDict):
    """Something that may be wrong with the photos.

    Duplicates: the same bytes; alike: nearly the same picture; versions: of one original, by
    their names; both sides: to learn from and to be judged by.
    """

    kind: FindingKind
    labels: list[str]  # the classes that it is about; imbalance: the largest and the smallest
    numbers: Numbers
    groups: list[list[int]]  # ids of the photos; those of a group are the same, or alike
    problems: list[Problem]  # unreadable: why, of each photo of the only group
    fixes: list[Fix]  # any one of them mends it


class Checked(TypedDict):
    """What a check found."""

    findings: list[Finding]  # the gravest first
    compared: bool  # whether all photos were compared, so that those that are nearly the same are known


@call("check")
async def check(desk: Desk, options: CheckOptions, *, on_progress: OnProgress, should_stop: ShouldStop) -> Checked:
    """What may be wrong with the photos that take part: by what is known of them already, or of the `whole` of them.

    The other options choose the backbone and the size.
    """
    given = dict(options)
    whole = bool(given.pop("whole", False))
    dataset, known = desk.album.dataset(), not whole and _is_prepared(desk)
    # What a training has computed, it has by parameters of its own.
    with nullcontext(desk.classifier) if known else set_meanwhile(given, desk) as classifier:
        report = None
        if whole or known:
            report = await check_dataset(dataset, classifier, on_progress=on_progress, should_stop=should_stop)
        min_side = classifier.card_.input_size // 2
    facts = [classifier.cache.facts(sample) for sample in dataset.samples]
    if report is not None:
        findings = report.findings
        found = zip(facts, report.groups or (), strict=False)
        desk.change(alike={fact.digest: group for fact, group in found if fact.digest and group is not None})
    else:
        groups = [desk.state.alike.get(str(fact.digest)) for fact in facts]
        findings = find_faults(dataset.samples, facts, groups, min_side)
    ids = desk.album.ids()
    unreadable = [
        pyclassifier.Problem(sample.path, fact.reason)
        for sample, fact in zip(dataset.samples, facts, strict=True)
        if fact.reason
    ]
    return {
        "findings": [_describe(finding, ids, unreadable) for finding in findings],
        "compared": all(fact.reason or fact.digest in desk.state.alike for fact in facts),
    }


def _is_prepared(desk: Desk) -> bool:
    """Whether all photos were trained on, so that their features are there, and were not compared yet."""
    state, taking_part = desk.state, desk.album.now.taking_part()
    if not state.trained or state.trained.photos != taking_part or len(taking_part) > COMPARED_AT_ONCE:
        return False
    digests = {desk.classifier.cache.facts(desk.album.samples[photo]).digest for photo in taking_part}
    return not digests <= set(state.alike)


def _describe(finding: judging.Finding, ids: dict[str, int], unreadable: Sequence[pyclassifier.Problem]) -> Finding:
    groups = [[ids[sample.id] for sample in group] for group in finding.groups]
    return {
        "kind": finding.kind,
        "labels": list(finding.labels),
        "numbers": cast(Numbers, dict(finding.numbers)),
        "groups": groups,
        "problems": listed(unreadable) if finding.kind == "unreadable" else [],
        "fixes": [_fix(fix, ids) for fix in finding.fixes],
    }


def _fix(fix: judging.Fix, ids: dict[str, int]) -> Fix:
    photos = [ids[sample.id] for sample in fix.samples]
    edit: MovePhotos | KeepTogether | DeletePhotos = {"type": "deletePhotos", "photos": photos}
    if fix.change == "move to" and fix.label is not None:
        edit = {"type": "movePhotos", "photos": photos, "to": fix.label}
    elif fix.change == "keep together":
        edit = {"type": "keepTogether", "photos": photos, "groups": [group_of_original(one) for one in fix.samples]}
    elif fix.change == "mark" and fix.split is not None:
        edit = {"type": "movePhotos", "photos": photos, "split": fix.split}
    return {"change": fix.change, "label": fix.label, "split": fix.split, "edit": edit}
