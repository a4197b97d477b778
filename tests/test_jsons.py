"""JSON that is not trusted, such as 32 MB that a zip of some KB holds: parsed or refused, in time that grows so."""

import json
import time

import pytest

from pyclassifier.data.jsons import parse_json


@pytest.mark.parametrize(
    "text",
    [
        "[" * (1 << 22),
        "[]" * (1 << 22),
        ("[" * 64 + "]" * 64 + ",") * (1 << 17),
        '"' * ((1 << 24) + 1),
        '"' + "\\" * ((1 << 23) + 1),
        '{"a":' * 65 + "1" + "}" * 65,
        "[" * 65 + "]" * 65,
        "[}" * (1 << 20),
        "]" * 99 + "[" * 99,
        "]]]][[[[",
    ],
    ids=range(10),
)
def test_what_is_deep_or_endless_is_refused_soon(text):
    began = time.perf_counter()
    with pytest.raises(ValueError):
        parse_json(text)
    assert time.perf_counter() - began < 15, "40 s once, for 33 KB of a zip"


@pytest.mark.parametrize(
    "value",
    [[], {}, 1.5, 'a[{"\\', ["]", {"}": '\\"'}], json.loads("[" * 64 + "]" * 64), {"[": ["{" * 100]}, "文字 é 🐱"],
)
def test_what_is_not_is_parsed(value):
    for ascii in (True, False):
        assert parse_json(json.dumps(value, ensure_ascii=ascii)) == value
