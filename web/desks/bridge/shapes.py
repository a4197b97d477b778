"""Plain data that several calls give: dicts under these names in Python, objects in JavaScript."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict, cast

from pyclassifier import judging, sentences

Blob = Any  # JavaScript's


class Coded(TypedDict, total=False):
    """What a sentence is made of, where it is not somebody else's."""

    code: str
    values: dict[str, Value]


class Clause(Coded):
    """A sentence within another one."""

    text: str


Value = str | int | float | list[str] | Clause  # of a sentence


class Problem(Coded):
    """A file that is not used."""

    path: str
    reason: str


class Share(TypedDict):
    """The probability of a class."""

    label: str
    probability: float  # 0..1


class RankedShare(Share):
    """A class among the most probable ones."""

    index: NotRequired[int]  # only of ImageNet's classes, as the next one
    wordnetId: NotRequired[str]


class Recognised(Coded):
    """A photo that was recognised."""

    path: str
    error: NotRequired[str]  # why the photo cannot be read; then the rest is missing
    label: NotRequired[str]
    probability: NotRequired[float]  # 0..1
    rejected: NotRequired[bool]  # too little for an answer: none of the classes
    top: NotRequired[list[RankedShare]]  # most probable first


class History(TypedDict):
    """One value per finished epoch."""

    loss: list[float]
    accuracy: list[float]  # 0..1
    val_loss: NotRequired[list[float]]
    val_accuracy: NotRequired[list[float]]


class ClassFigures(TypedDict):
    """Figures of a class; null where one is undefined, such as the precision of a class that was never predicted."""

    label: str
    precision: float | None
    recall: float | None
    recallInterval: tuple[float, float]  # 95 % interval of the recall, as that of the accuracy
    f1: float | None
    support: int


class Evaluation(TypedDict):
    """Figures on labelled photos."""

    correct: int
    total: int
    accuracy: float | None  # 0..1
    interval: tuple[float, float]  # 95 % interval of the accuracy: Wilson's, wider where other models judged
    folds: int | None  # of a cross-validation, each of whose photos was judged once; null: one model judged all
    learned: int | None  # photos that it had learned from, where the model in use learned from more in the end
    labels: list[str]
    unjudged: NotRequired[list[str]]  # labels of which no photo was judged; older figures do not tell
    confusion: list[list[int]]  # rows: true class, columns: predicted class
    perClass: list[ClassFigures]


class RestoredPhoto(TypedDict):
    """A photo that comes out of the browser's storage."""

    id: int  # below 0: one that was recognised
    path: str
    blob: Blob


class Progress(TypedDict):
    """How far a call is."""

    stage: str  # decoding, features, augmenting, training, judging, refitting, measuring, ...; see also js/protocol.js
    done: int
    total: int  # 0: nobody knows
    epoch: NotRequired[int]
    epochs: NotRequired[int | None]  # null: as many as it takes
    history: NotRequired[History]
    photos: NotRequired[list[RestoredPhoto]]  # while restoring: some of the project's
    piece: NotRequired[bytes]  # while saving: the next bytes of the project's zip


def describe_evaluation(evaluation: judging.Evaluation) -> Evaluation:
    """Figures for the page."""
    return cast(Evaluation, evaluation.to_dict())


def coded(sentence: str) -> Coded:
    """Code and values of a sentence for the page; nothing of a text that has none."""
    return cast(Coded, sentences.coded(sentence))
