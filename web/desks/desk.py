"""A desk: the photos, classifier and trainings that one page of the site works on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isnan
from typing import Any, TypedDict, cast

from pyclassifier import AsyncImageClassifier, Dataset, ModelCard, Predictions, Sample
from pyclassifier.archives import complaint
from pyclassifier.backbones import AUTO, Views
from pyclassifier.data import LabelBy
from pyclassifier.training import DrawnSplit, read_refit, read_split

from .album import Album, ClassCount, Placement, Step
from .bridge import Evaluation, History, describe_evaluation
from .site import Site
from .trainings import Trained, Training

OPENED = "opened"  # stands for the backbone of the model in use


class AlbumOverview(TypedDict):
    """The photos of a desk in order."""

    classes: list[ClassCount]  # in the order of their labels
    undo: Step | None  # what can be undone
    redo: Step | None
    modelClasses: list[str] | None  # what the classes of the model that was trained here are called now
    stale: bool  # the model was trained on other photos or classes than take part now


class Opened(TypedDict):
    """A model that was opened."""

    name: str
    classes: list[str]
    backbone: str
    inputSize: int
    views: Views | None  # what it sees of each photo beside the photo itself
    evaluation: Evaluation | None
    refit: bool  # it learned from the photos of its evaluation, too, after that
    test: Evaluation | None
    history: History | None
    deviation: float | None  # of probabilities computed here from those that the archive promises, at most
    computesOtherwise: bool  # it is more than it should be


@dataclass(frozen=True)
class Model:
    """What a desk knows of its classifier's model besides.

    Parameters
    ----------
    told : dict
        What the page got to know of it when it was trained or opened.
    outputs : sequence of int, optional
        Keys of its classes where it was trained on photos of the desk.
    photos : mapping of int to Placement
        Those photos.
    training : int, optional
        Number of the training that it comes from.
    """

    told: Trained | Opened
    outputs: Sequence[int] | None = None
    photos: Mapping[int, Placement] = field(default_factory=dict)
    training: int | None = None


@dataclass(frozen=True)
class Judgement:
    """Predictions of a desk's photos, with the keys of the classes predicted."""

    predictions: Predictions
    outputs: Sequence[int]


@dataclass(frozen=True)
class DeskState:
    """All that changes of a desk; `Desk.change` makes the next one.

    Parameters
    ----------
    classifier : AsyncImageClassifier
    revision : int
        How often the desk was changed.
    album : Album
    model : Model, optional
        Of the classifier. Another object is another model: the browser's storage goes by that.
    trainings : tuple of Training
        The last ones, the newest at the end.
    last_training : int
        Number of the last one; those that were forgotten do not come again.
    rejects : bool
        Whether a model may answer "none of these", where its threshold is known.
    crossed : Judgement, optional
        Of the last cross-validation.
    confirmed : mapping of int to int
        Photos that somebody said are in the right class, with the class's key.
    alike : mapping of str to int
        Number of the group of nearly the same photos by content, as compared last.
    digits : Dataset
        What the desk "digits" draws photos from.
    settings : mapping of str to value
        What the page's fields say.
    tried : mapping of int to Sample
        The last photos that the page had recognised, by numbers below 0: in the browser's storage they lie beside those
        of the album.
    planned : tuple of str
        Names of classes that were made by hand and have no photo yet: they come into the album with their first one.
    """

    classifier: AsyncImageClassifier
    revision: int = 0
    album: Album = field(default_factory=Album)
    model: Model | None = None
    trainings: tuple[Training, ...] = ()
    last_training: int = 0
    rejects: bool = True
    crossed: Judgement | None = None
    confirmed: Mapping[int, int] = field(default_factory=dict)
    alike: Mapping[str, int] = field(default_factory=dict)
    digits: Dataset = field(default_factory=Dataset)
    settings: Mapping[str, Any] = field(default_factory=dict)
    tried: Mapping[int, Sample] = field(default_factory=dict)
    planned: tuple[str, ...] = ()

    @property
    def trained(self) -> Model | None:
        """The model, where it was trained on photos of the desk."""
        return self.model if self.model and self.model.outputs is not None else None

    @property
    def stale(self) -> bool:
        """Whether the model was trained on other photos or classes than take part now."""
        return self.trained is not None and self.trained.photos != self.album.now.taking_part()

    @property
    def training_in_use(self) -> Training | None:
        """The training whose model is in use."""
        return next((one for one in self.trainings if self.model and one.number == self.model.training), None)


class Desk:
    """Photos and a classifier to train on them.

    Parameters
    ----------
    site : Site
    label_by : {"auto", "name"}
        What says the classes of its photos: their folders first, or their names, such as android-0.jpg.
    from_scratch : bool
        Whether its models are networks that were trained from scratch.
    """

    def __init__(self, site: Site, *, label_by: LabelBy = "auto", from_scratch: bool = False) -> None:
        self.site = site
        self.label_by: LabelBy = label_by
        self.from_scratch = from_scratch
        self.state = DeskState(self.new_classifier())

    @property
    def album(self) -> Album:
        """The photos in order."""
        return self.state.album

    @property
    def classifier(self) -> AsyncImageClassifier:
        """What is trained, or was opened."""
        return self.state.classifier

    def new_classifier(self) -> AsyncImageClassifier:
        """A classifier that has learned nothing yet."""
        return AsyncImageClassifier(self.site.find_card(None), engine=self.site.engine)

    @property
    def splits(self) -> list[DrawnSplit]:
        """How photos were drawn for the trainings before, the newest last: the next one keeps to that."""
        learned = [training.snapshot.learned.record for training in self.state.trainings]
        records = [self.classifier.record_, *learned] if self.state.model else learned
        return [split for split in map(read_split, records) if split]

    def change(self, **changes: Any) -> None:
        """Go on with other fields of the state, at the next revision: nothing of a desk changes in another way.

        A classifier that another one replaces is closed; the labels of a model follow the names of the classes.
        """
        before, self.state = self.state, replace(self.state, revision=self.state.revision + 1, **changes)
        if before.classifier is not self.classifier:
            before.classifier.close()
        if self.state.trained and changes.keys() & {"album", "model"}:
            labels = self.classifier.classes_.tolist()
            names = self.album.now.names(self.state.trained.outputs or (), labels)
            if names != labels and len(set(names)) == len(names):
                self.classifier.rename_classes(names)

    def find_backbone(self, name: str | None) -> str | ModelCard:
        """The card of a backbone's name; "opened" is the one that the model in use has, wherever it came from.

        Where photos are to choose, that is no card yet, but "auto".
        """
        if name == AUTO:
            return AUTO
        return self.classifier.card_ if name == OPENED else self.site.find_card(name)

    def overview(self) -> AlbumOverview:
        """The album for the page."""
        album = self.album
        return {
            "classes": album.counts(),
            "undo": album.done[-1][0] if album.done else None,
            "redo": album.undone[-1][0] if album.undone else None,
            "modelClasses": self.classifier.classes_.tolist() if self.state.trained else None,
            "stale": self.state.stale,
        }


def describe_opened(classifier: AsyncImageClassifier) -> Opened:
    """An opened classifier for the page."""
    card, evaluation, test = classifier.card_, classifier.evaluation_, classifier.test_evaluation_
    return {
        "name": classifier.name_,
        "classes": classifier.classes_.tolist(),
        "backbone": card.name,
        "inputSize": card.input_size,
        "views": classifier.views,
        "evaluation": describe_evaluation(evaluation) if evaluation else None,
        "refit": read_refit(classifier.record_),
        "test": describe_evaluation(test) if test else None,
        "history": cast(History, classifier.history_) or None,
        "deviation": None if isnan(classifier.deviation_) else classifier.deviation_,
        "computesOtherwise": complaint(classifier.deviation_) is not None,
    }
