"""What the build keeps: made anew where its code or its inputs have changed, else not."""

from __future__ import annotations

import sys

import caching
import pytest
from fetch import WEB

MODULES = {
    "maker.py": """
        import json, kitchen.recipes
        def make(folder):
            (folder / "cake").write_text(kitchen.recipes.DOUGH)
    """,
    "kitchen/__init__.py": "from . import cellar",
    "kitchen/recipes.py": "from .larder import DOUGH\ndef late():\n    from kitchen.shop import BUTTER",
    "kitchen/larder.py": "DOUGH = 'flour'",
    "kitchen/shop.py": "BUTTER = 1",
    "kitchen/cellar.py": "",
}


@pytest.fixture
def code(tmp_path, monkeypatch):
    """A folder of modules, which count as ours, and a cache."""
    code = tmp_path / "code"
    for name, text in MODULES.items():
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text(text.replace("\n        ", "\n"))
    monkeypatch.syspath_prepend(code)
    monkeypatch.setattr(caching, "OURS", (code,))
    monkeypatch.setattr(caching, "CACHE", tmp_path / "cache")
    yield code
    for name in [name for name in sys.modules if name.split(".")[0] in ("maker", "kitchen")]:
        del sys.modules[name]


def made(*inputs):
    import maker

    folder = caching.made_once("cakes", maker.make, *inputs)
    assert (folder / "cake").read_text() == "flour"
    return folder


def test_what_was_made_of_the_same_is_not_made_again(code):
    first = made("oven 2")
    (first / "candle").write_text("")
    assert (made("oven 2") / "candle").exists()


@pytest.mark.parametrize("module", ["maker.py", "kitchen/recipes.py", "kitchen/larder.py", "kitchen/shop.py"])
def test_a_change_in_a_module_that_is_imported_makes_it_anew(code, module):
    before = made()
    (code / module).write_text((code / module).read_text() + "\n# changed")
    assert made() != before


def test_a_change_elsewhere_does_not(code):
    before = made()
    (code / "kitchen/cellar.py").write_text("# what the package itself imports, of which nothing is taken")
    assert made() == before


def test_other_inputs_make_it_anew(code, tmp_path):
    (tmp_path / "sugar").write_text("white")
    before = made(tmp_path / "sugar", "oven 1")
    assert made(tmp_path / "sugar", "oven 2") != before
    (tmp_path / "sugar").write_text("brown")
    assert made(tmp_path / "sugar", "oven 1") != before


def test_what_fails_leaves_nothing(code):
    import maker

    def burn(folder):
        (folder / "smoke").write_text("")
        raise OSError("burnt")

    burn.__module__ = maker.__name__
    with pytest.raises(OSError, match="burnt"):
        caching.made_once("cakes", burn)
    assert list((caching.CACHE / "cakes").iterdir()) == []


def test_a_backbones_code_is_all_that_prepares_it():
    code = {path.relative_to(WEB.parent).as_posix() for path in caching.code_of("backbones")}
    assert {
        "web/backbones.py",
        "pyclassifier/backbones/cards.py",
        "convert/editing/padding.py",
        "convert/models/flat_graph.py",
    } <= code
    assert not {path for path in code if path.startswith((".venv", "pyclassifier/engines"))}


def test_two_processes_may_make_the_same_at_once(monkeypatch, tmp_path):
    monkeypatch.setattr(caching, "CACHE", tmp_path)

    def make(folder):
        (folder / "file").write_text("made")
        if waiting:
            waiting.pop()
            caching.made_once("thing", make, "input")  # the other process, which is quicker

    make.__module__ = "caching"
    waiting = ["one"]
    made = caching.made_once("thing", make, "input")
    assert not waiting and [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["file"]
    assert (made / "file").read_text() == "made"
