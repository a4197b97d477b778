"""Checking photos: what may be wrong with them, and the edits that mend it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from exchange import Data, Emit, Stop, as_dict, listed, reporter, stopper

from pyclassifier import Problem
from pyclassifier.aio import check_dataset
from pyclassifier.backbones import get_card
from pyclassifier.judging import Finding, Fix, find_faults

if TYPE_CHECKING:
    from workbench import Workbench

# So many photos are compared at once after a training, which has computed their features; more of them on demand.
COMPARED_AT_ONCE = 1000


async def check(bench: Workbench, options: Any, *, emit: Emit, stop: Stop) -> Data:
    """What may be wrong with the photos that take part.

    With the option ``whole`` they are all read and compared, by the backbone and at the size that the other options
    choose, as for `train`; without it, only what is known of them already counts, which is quick.
    """
    given = as_dict(options)
    whole = bool(given.pop("whole", False))
    if whole:
        bench.classifier.set_params(**bench.read_options(given), topology=None)
    dataset, classifier = bench.album.dataset(), bench.classifier
    if whole or _is_prepared(bench):
        report = await check_dataset(dataset, classifier, on_progress=reporter(emit), should_stop=stopper(stop))
        findings = report.findings
        facts = [classifier.cache.facts(sample) for sample in dataset.samples]
        found = zip(facts, report.groups or (), strict=False)
        bench.alike = {fact.digest: group for fact, group in found if fact.digest and group is not None}
    else:
        facts = [classifier.cache.facts(sample) for sample in dataset.samples]
        groups = [bench.alike.get(str(fact.digest)) for fact in facts]
        min_side = get_card(classifier.backbone, classifier.input_size).input_size // 2
        findings = find_faults(dataset.samples, facts, groups, min_side)
    ids = bench.album.ids()
    unreadable = [
        Problem(sample.path, fact.reason) for sample, fact in zip(dataset.samples, facts, strict=True) if fact.reason
    ]
    return {
        "findings": [_describe(finding, ids, unreadable) for finding in findings],
        "compared": all(fact.reason or fact.digest in bench.alike for fact in facts),
    }


def _is_prepared(bench: Workbench) -> bool:
    """Whether all photos were trained on, so that their features are there, and were not compared yet."""
    taking_part = bench.album.now.taking_part()
    if bench.outputs is None or bench.trained_on != taking_part or len(taking_part) > COMPARED_AT_ONCE:
        return False
    digests = {bench.classifier.cache.facts(bench.album.samples[photo]).digest for photo in taking_part}
    return not digests <= set(bench.alike)


def _describe(finding: Finding, ids: dict[Any, int], unreadable: Sequence[Problem]) -> Data:
    groups = [[ids[sample.id] for sample in group] for group in finding.groups]
    return {
        "kind": finding.kind,
        "labels": list(finding.labels),
        "numbers": dict(finding.numbers),
        "groups": groups,
        "problems": listed(unreadable) if finding.kind == "unreadable" else [],
        "fixes": [_edit(fix, ids) for fix in finding.fixes],
    }


def _edit(fix: Fix, ids: dict[Any, int]) -> Data:
    photos = [ids[sample.id] for sample in fix.samples]
    edit: Data = {"type": "deletePhotos", "photos": photos}
    if fix.change == "move to":
        edit = {"type": "movePhotos", "photos": photos, "to": fix.label}
    elif fix.change == "mark":
        edit = {"type": "movePhotos", "photos": photos, "split": fix.split}
    return {"change": fix.change, "label": fix.label, "split": fix.split, "edit": edit}


METHODS: dict[str, Callable[..., Any]] = {"check": check}
