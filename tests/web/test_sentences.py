"""The page's translations of Python's sentences: each is of a sentence that Python says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAIR = re.compile(r'^ {2}"(.+?)":\s+"(.+?)",$', re.MULTILINE)


def said_by_python() -> set[str]:
    """All texts in the code, with {} for what is put into them."""
    sources = [*(ROOT / "pyclassifier").rglob("*.py"), *(ROOT / "web/desks").rglob("*.py")]
    return {text for path in sources for text in texts_in(ast.parse(path.read_text(encoding="utf-8")))}


def texts_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def translations(language: str) -> dict[str, str]:
    text = (ROOT / f"web/site/js/texts/{language}.js").read_text(encoding="utf-8")
    return dict(PAIR.findall(text.partition("export const sentences = {")[2]))


@pytest.mark.parametrize("language", ["fr", "zh"])
def test_each_is_a_sentence_of_pythons_with_all_that_varies(language: str) -> None:
    found = translations(language)
    assert len(found) > 20
    assert set(found) - said_by_python() == set()
    for english, translated in found.items():
        assert set(re.findall(r"\{(\d)\}", translated)) <= {str(i) for i in range(english.count("{}"))}, english


def test_the_languages_know_the_same_sentences() -> None:
    assert set(translations("fr")) == set(translations("zh"))
