"""Which encoding words are in: on words that nobody chose for it, those of the page in its languages."""

import random
import re
import time
from pathlib import Path

import pytest

from pyclassifier.data.letters import OF_NAMES, OF_TEXTS, choose_letters

TEXTS = Path(__file__).resolve().parent.parent / "web/site/js/texts"
if not TEXTS.is_dir():
    pytest.skip("the texts of the page are not in the wheel", allow_module_level=True)


def words(language, letters):
    text = (TEXTS / f"{language}.js").read_text(encoding="utf-8")
    return sorted(word for word in set(re.findall(letters, text)) if not word.isascii())


@pytest.mark.parametrize(
    ("language", "letters", "encoding", "candidates"),
    [
        ("zh", "[\u4e00-\u9fff]{2,4}", "gbk", OF_NAMES),
        ("zh", "[\u4e00-\u9fff]{2,4}", "gbk", OF_TEXTS),
        ("zh", "[\u4e00-\u9fff]{2,4}", "utf-8", OF_NAMES),
        ("fr", "[A-Za-zÀ-ÿ]{3,}", "cp437", OF_NAMES),
        ("fr", "[A-Za-zÀ-ÿ]{3,}", "cp850", OF_NAMES),
        ("fr", "[A-Za-zÀ-ÿ]{3,}", "cp1252", OF_NAMES),
        ("fr", "[A-Za-zÀ-ÿ]{3,}", "cp1252", OF_TEXTS),
        ("fr", "[A-Za-zÀ-ÿ]{3,}", "utf-8", OF_TEXTS),
    ],
)
def test_two_words_tell_their_encoding(language, letters, encoding, candidates):
    rng = random.Random(0)
    known = words(language, letters)
    assert len(known) > 100
    n_right = n_unsure = n_tried = 0
    while n_tried < 300:
        pair = rng.sample(known, 2)
        try:
            pieces = [word.encode(encoding) for word in pair]
        except UnicodeEncodeError:  # cp437 has not all of them
            continue
        found = choose_letters(pieces, candidates)
        n_tried += 1
        n_right += [piece.decode(found.encoding) for piece in pieces] == pair
        n_unsure += bool(found.others)
    assert n_right >= 297 and n_unsure <= 6, (n_right, n_unsure)


def test_names_in_ascii_need_no_choice_and_any_bytes_give_none_or_one():
    assert choose_letters([b"cat", b"dog"], OF_NAMES).encoding == "utf-8"
    assert choose_letters([b"\xff\xfe\x81"], ["utf-8", "cp1252", "gbk"]) is None
    rng = random.Random(0)
    began = time.perf_counter()
    for size in (1, 7, 100, 1 << 20):
        for _ in range(20):
            pieces = [bytes(rng.randrange(128, 256) for _ in range(min(size, 1000)))] * (size // 1000 + 1)
            found = choose_letters(pieces, OF_NAMES)
            assert found is None or pieces[0].decode(found.encoding)
    assert time.perf_counter() - began < 20
