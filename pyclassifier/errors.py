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

Their messages are written for the person at the screen: what was expected, what came, what to do. Each is a
`pyclassifier.sentences.Sentence`: a code and values, of which the English words are made, and those of other languages.

A value that does not fit is a plain ValueError. Where people meet it who do not program, because their page hands over
what they chose, it holds a `Sentence` too; where only a program can be wrong, such as by a parameter out of its range,
it holds English words and no code.
"""

from __future__ import annotations

from collections.abc import Mapping

from .sentences import Sentence, Value


class PyClassifierError(Exception):
    """Base of all errors of this package.

    Parameters
    ----------
    code : str
        Of a sentence in `pyclassifier.sentences.ENGLISH`; or a `Sentence`; or words that have no code.
    **values
        What stands for the names in the sentence.

    Examples
    --------
    >>> error = DatasetError("one-class", label="cat")
    >>> print(error)
    Expected photos of at least 2 classes, got 1 ('cat'). Add a folder for each class.
    >>> error.code, error.values
    ('one-class', {'label': 'cat'})
    """

    def __init__(self, code: str, /, **values: Value) -> None:
        self.sentence = code if isinstance(code, Sentence) else Sentence(code, **values)
        super().__init__(self.sentence)

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def code(self) -> str:
        """Of its sentence; "" where that has none."""
        return self.sentence.code

    @property
    def values(self) -> Mapping[str, Value]:
        """What stands in its sentence."""
        return self.sentence.values


class DatasetError(PyClassifierError):
    """The photos as a whole cannot be used for training or evaluation."""


class ImageDecodeError(PyClassifierError):
    """One file cannot be read as an image.

    Parameters
    ----------
    name : str
        The file's name or path.
    reason : str
        What is wrong with it, and what to do: as the code of the others.
    **values
        What stands for the names in the sentence.
    """

    def __init__(self, name: str, reason: str, **values: Value) -> None:
        self.name = name
        self.reason = reason if isinstance(reason, Sentence) else Sentence(reason, **values)
        super().__init__("about-file", path=name, reason=self.reason)
        self.args = self.name, self.reason  # So that the error can be pickled.


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


def sentence_of(error: Exception) -> str:
    """The words of an error, with their code where they have one."""
    said = (error.sentence,) if isinstance(error, PyClassifierError) else error.args
    return next((words for words in said if isinstance(words, Sentence)), str(error))
