"""The page's calls: what Python declares and what JavaScript calls are the same, name by name."""

from __future__ import annotations

import re

import desks.calls  # noqa: F401  # whose handlers declare themselves
import pytest
from browser_fixtures import ROOT
from declare import Declarations
from desks.bridge import CALLS, call

JS = ROOT / "web/site/js"
BY_THE_WORKER = {"connect", "loadEngine"}


def called_by(name: str, pattern: str) -> list[str]:
    return re.findall(pattern, (JS / name).read_text(encoding="utf-8"))


def test_each_call_has_one_caller_and_each_caller_a_call():
    callers = called_by("desk.js", r'this\.#call\("(\w+)"') + called_by("client.js", r'this\.call\("(\w+)"')
    assert sorted(callers) == sorted(set(CALLS) - BY_THE_WORKER | {"connect"})
    assert set(called_by("worker.js", r'callPython\("(\w+)"')) == BY_THE_WORKER


@pytest.mark.parametrize("name", sorted(set(CALLS) - BY_THE_WORKER))
def test_files_go_with_the_calls_that_take_them(name):
    (wrapper,) = (match for module in ("desk.js", "client.js") for match in called_by(module, wrapper_of(name)))
    assert ("files" in wrapper) == ("files" in CALLS[name].wants)


def wrapper_of(name: str) -> str:
    """The method around a call, from its head to its end."""
    return rf'(?s)\n  (?:async )?\w+\([^\n]*\{{\n(?:(?!\n  \}}\n).)*call\("{name}"(?:(?!\n  \}}\n).)*'


def test_types_for_javascript_name_every_call():
    types = Declarations().text()
    calls = types.partition("export type Calls = {")[2]
    assert sorted(re.findall(r"^  (\w+): \[\[", calls, re.MULTILINE)) == sorted(CALLS)
    assert "  trainDigits: [[options: DigitOptions], Trained];" in calls
    assert '  results: [[judgement?: "validation" | "cross"], Judged | null];' in calls
    assert "export type RankedShare = Share & {" in types and "  val_loss?: number[];" in types
    named = set(re.findall(r"export type (\w+)", types))
    assert {"Split", "Edit", "Progress", "TrainOptions"} < named


def test_a_name_is_declared_once():
    async def handler(desk):
        return None

    with pytest.raises(ValueError, match="one handler of the call 'train', got two"):
        call("train")(handler)
