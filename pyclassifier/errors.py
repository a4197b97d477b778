"""Every error that pyclassifier raises on purpose.

::

    PyClassifierError
    ├── DatasetError        the photos as a whole cannot be used: too few classes, an empty class
    ├── ImageDecodeError    one file cannot be read as an image
    ├── ArchiveError        a model archive, or a project, cannot be read
    ├── UnknownModelError   no backbone of that name
    ├── NotFittedError      the classifier has not been trained or loaded yet
    ├── StoppedError        stopped on request before there was anything to keep
    └── EngineError         the tensor engine (TensorFlow.js, Keras) failed

Their messages are written for the person at the screen: what was expected, what came, what to do.
"""

from __future__ import annotations


class PyClassifierError(Exception):
    """Base of all errors of this package."""


class DatasetError(PyClassifierError):
    """The photos as a whole cannot be used for training or evaluation."""


class ImageDecodeError(PyClassifierError):
    """One file cannot be read as an image.

    Parameters
    ----------
    name : str
        The file's name or path.
    reason : str
        What is wrong with it, and what to do.
    """

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)  # As they came, so that the error can be pickled.
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


class ArchiveError(PyClassifierError):
    """A model archive, or a project, cannot be read, or what is in it does not fit together."""


class UnknownModelError(PyClassifierError):
    """No backbone of that name is known here."""


class NotFittedError(PyClassifierError):
    """The classifier has not been trained or loaded yet."""


class StoppedError(PyClassifierError):
    """Stopped on request before there was anything to keep."""


class EngineError(PyClassifierError):
    """The tensor engine failed; the message holds its own words."""
