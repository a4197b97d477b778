"""Errors of the converter: each says what was expected, what came and what to do.

::

    PyClassifierError
    └── ConvertError                a model cannot be read, converted, written or verified
        └── UnsupportedLayerError   one layer cannot be expressed exactly in the target format
"""

from __future__ import annotations

from pyclassifier.errors import PyClassifierError

# What code that reads a damaged or hostile file trips over.
BROKEN = (ArithmeticError, AttributeError, LookupError, RecursionError, StopIteration, TypeError, ValueError)
_LONGEST, _END = 1000, 250  # Characters of a message; and of its end, which says what to do.


class ConvertError(PyClassifierError):
    """A model cannot be read, converted, written or verified."""

    def __str__(self) -> str:
        return _one_line(super().__str__())


def _one_line(text: str) -> str:
    """Return a message as one line of bounded length: what it quotes comes from files."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - _END - 5]} ... {text[-_END:]}"


class UnsupportedLayerError(ConvertError):
    """One layer cannot be expressed exactly in the target format.

    Parameters
    ----------
    layer : str
        What it is, class name and the setting at fault: ``"UpSampling2D with interpolation='bicubic'"``.
    path : str
        Where it is in the model: ``"outer/inner/layer"``.
    remedy : str
        What the reader can do about it; a sentence.
    """

    def __init__(self, layer: str, path: str, remedy: str) -> None:
        super().__init__(f"Expected layers that the target can express exactly, got {layer} at {path!r}. {remedy}")
        self.args = layer, path, remedy  # As they came, so that the error can be pickled.
        self.layer = layer
        self.path = path
        self.remedy = remedy
