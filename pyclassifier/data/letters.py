"""Names and tables that do not say what encoding they are in: the most plausible one for all of them together.

No detector that others keep decides well here: charset-normalizer, which is made for pages of text, takes 苹果 and 香蕉
in GBK for Korean, and "chêne, hêtre" in cp850 for Big5, also where it is given the candidates.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .scripts import cost_of

# What Windows, DOS, macOS and Excel write where people read these languages.
OF_NAMES = ("utf-8", "cp437", "cp850", "cp1252", "gbk", "cp950", "cp932", "cp949", "cp866", "cp1251")
OF_TEXTS = ("utf-8", "cp1252", "gbk", "cp950", "cp932", "cp949", "mac_roman", "cp850", "cp1251")
_MOST_BYTES = 1 << 13  # That many tell; more cost time.
_SURE = 3.0  # How much likelier than any other: e to the power of this.
_EARLIER = 0.5  # What stands earlier in the list is a little likelier.
_UNICODE = 3.0  # What can be read as UTF-8 mostly is.


@dataclass(frozen=True)
class Letters:
    """An encoding that was chosen.

    Parameters
    ----------
    encoding : str
        As Python calls it.
    others : tuple of str
        Those that are nearly as plausible and read otherwise.
    """

    encoding: str
    others: tuple[str, ...] = ()


def check_encoding(encoding: str) -> str:
    """Return an encoding that somebody named; ValueError where there is none of that name."""
    try:
        b"a".decode(encoding)
    except LookupError as error:
        raise ValueError(f"Expected an encoding that Python knows, such as gbk or cp1252; got {encoding!r}.") from error
    return encoding


def choose_letters(pieces: Iterable[bytes], candidates: Sequence[str]) -> Letters | None:
    """Choose the encoding in which all of some pieces of text are most plausible.

    Parameters
    ----------
    pieces : iterable of bytes
        Names, or lines; those in ASCII alone tell nothing.
    candidates : sequence of str
        Encodings that come into question, the likelier first.

    Returns
    -------
    Letters or None
        None where the pieces can be read in none of them.
    """
    telling, size = [], 0
    for piece in dict.fromkeys(pieces):
        if size < _MOST_BYTES and not piece.isascii():
            telling.append(piece[:_MOST_BYTES])
            size += len(piece)
    scores: dict[str, tuple[float, str]] = {}
    for place, encoding in enumerate(candidates):
        try:
            text = "\n".join(piece.decode(encoding) for piece in telling)
        except UnicodeDecodeError:
            continue
        bonus = _UNICODE if encoding == "utf-8" else 0.0
        scores[encoding] = cost_of(text, encoding) + _EARLIER * place - bonus, text
    if not scores:
        return None
    best, *rest = sorted(scores, key=lambda encoding: scores[encoding][0])
    cost, text = scores[best]
    texts = {text}
    others = []
    for encoding in rest:
        other_cost, other = scores[encoding]
        if other_cost < cost + _SURE and other not in texts:
            texts.add(other)
            others.append(encoding)
    return Letters(best, tuple(others))
