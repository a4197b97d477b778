"""What Python tells people: each sentence by its code, in English in the package, in other languages on the page."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from pyclassifier import errors
from pyclassifier.sentences import ENGLISH

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("pyclassifier", "web/desks")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path != ROOT / "pyclassifier/sentences.py" and "convert" not in path.parts
]
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type) and issubclass(value, Exception)}
# What makes sentences, and what it puts into each of them itself.
MAKERS: dict[str, set[str]] = {**{name: set() for name in (*ERRORS, "Sentence")}, "engine_errors": {"error"}}
PAIR = re.compile(r'^ {2}"(.+?)":\s+"(.+?)",$', re.MULTILINE)


def said_in(tree: ast.AST) -> Iterator[tuple[ast.expr, set[str | None]]]:
    """What is given as a code, and the names of the values; None among them stands for several."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS and node.args:
            given = node.args[1 if node.func.id == "ImageDecodeError" else 0]
            names = {keyword.arg for keyword in node.keywords} | MAKERS[node.func.id]
            for code in (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,):
                yield code, names


def names_in(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_error_has_a_code_and_the_values_of_its_sentence(path: Path) -> None:
    for code, names in said_in(ast.parse(path.read_text(encoding="utf-8"))):
        place = f"line {code.lineno}"
        assert not isinstance(code, ast.JoinedStr), place
        if not isinstance(code, ast.Constant):
            continue  # A sentence that was made elsewhere, or one of several codes.
        assert code.value in ENGLISH, place
        if None in names:
            assert names - {None} <= names_in(ENGLISH[code.value]), place
        else:
            assert names == names_in(ENGLISH[code.value]), place


def test_each_sentence_is_said_somewhere() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES]
    texts = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert set(ENGLISH) - texts == set()


def translations(language: str) -> dict[str, str]:
    text = (ROOT / f"web/site/js/texts/{language}.js").read_text(encoding="utf-8")
    return dict(PAIR.findall(text.partition("export const sentences = {")[2]))


@pytest.mark.parametrize("language", ["en", "fr", "zh"])
def test_each_translation_is_of_a_sentence_and_has_all_of_its_values(language: str) -> None:
    found, plain = translations(language), translations("en")  # visitors are told less than programs
    assert len(found) > 40
    assert set(found) - set(ENGLISH) == set()
    for code, translated in found.items():
        values = set(re.findall(r"\{(\w+)\}", translated))
        assert values <= names_in(ENGLISH[code]), code
        assert language == "en" or values == names_in(plain.get(code, ENGLISH[code])), code


def test_the_languages_know_the_same_sentences() -> None:
    assert set(translations("fr")) == set(translations("zh"))
