"""What a classifier has learned: head and extractor that belong together, with figures and record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..data import Problem
from ..embedding import FeatureExtractor
from ..engines import Model, StoredModel
from ..history import History
from ..judging import Calibration, Evaluation, Predictions
from ..notebook import Brief
from .backbone_choice import BackboneScore
from .record import read_evaluation, read_history
from .splitting import Leak
from .views import ViewsEffect


@dataclass(frozen=True, repr=False)
class FineTuning(Brief):
    """What came of training the last blocks of the backbone, too.

    Parameters
    ----------
    n_blocks : int
        How many blocks were trained.
    layers : tuple of str
        Names of their layers.
    alone, tuned : Evaluation or None
        Figures on the validation photos of the head alone, and with the blocks trained; None where there were none.
    kept : bool
        Whether the trained blocks are in use: where the photos say that they do not help, the head is kept alone.
    history : History
        Of the epochs, whichever is in use.
    head : Learned, optional
        What was learned before, to come back to; not where it was loaded.
    """

    n_blocks: int
    layers: tuple[str, ...]
    alone: Evaluation | None
    tuned: Evaluation | None
    kept: bool
    history: History = field(default_factory=History)
    head: Learned | None = field(default=None, repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON, for `from_dict`."""
        return {
            "blocks": self.n_blocks,
            "layers": list(self.layers),
            "alone": self.alone and self.alone.to_dict(),
            "tuned": self.tuned and self.tuned.to_dict(),
            "kept": self.kept,
            "history": self.history,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], labels: Sequence[str]) -> FineTuning:
        """Read what `to_dict` told; KeyError, TypeError or ValueError where it makes no sense."""
        return cls(
            n_blocks=int(data["blocks"]),
            layers=tuple(map(str, data["layers"])),
            alone=read_evaluation({"evaluation": data["alone"]}, labels),
            tuned=read_evaluation({"evaluation": data["tuned"]}, labels),
            kept=bool(data["kept"]),
            history=read_history({"run": data}),
        )


@dataclass(frozen=True, repr=False)
class Learned(Brief):
    """What a fit leaves behind, or an archive holds; `pyclassifier.ImageClassifier` tells what each part is.

    Parameters
    ----------
    extractor : FeatureExtractor
    head : Model
        What was trained on the extractor's features.
    classes : ndarray of shape (n_classes,), str
    history : History
    evaluation : Evaluation or None
    record : dict
    validation : Predictions or None
    test_evaluation : Evaluation or None
    calibration : Calibration or None
    leaks : tuple of Leak
    problems : tuple of Problem
    n_training : int
    stopped : bool
    name : str
    fine_tuning : FineTuning or None
    views : ViewsEffect or None
    """

    extractor: FeatureExtractor
    head: Model
    classes: NDArray[np.str_]
    history: History
    evaluation: Evaluation | None
    record: dict[str, Any]
    validation: Predictions | None = None
    test_evaluation: Evaluation | None = None
    calibration: Calibration | None = None
    leaks: tuple[Leak, ...] = ()
    problems: tuple[Problem, ...] = ()
    n_training: int = 0
    stopped: bool = False
    name: str = "pyclassifier model"
    fine_tuning: FineTuning | None = None
    views: ViewsEffect | None = None

    def stored(self) -> Learned:
        """The same, with models outside of any engine and no features remembered: to be pickled."""
        extractor = self.extractor.forgetful()
        if extractor.model.topology:
            extractor.model = StoredModel(extractor.model.topology, extractor.model.weights())
        head = StoredModel(self.head.topology, self.head.weights())
        tuning = self.fine_tuning and replace(self.fine_tuning, head=None)
        return replace(self, extractor=extractor, head=head, fine_tuning=tuning)

    def on_chosen_backbone(self, scores: Sequence[BackboneScore]) -> Learned:
        """The same, with what the photos said of each backbone, where they chose it, in the record."""
        return replace(self, record={**self.record, "backbones": [one.to_dict() for one in scores]}) if scores else self

    def calibrated(self, calibration: Calibration) -> Learned:
        """The same, with what photos tell about its probabilities, in the record too."""
        record = {**self.record, "calibration": calibration.to_dict()}
        return replace(self, calibration=calibration, record=record).judged(self.validation)

    def calibrated_by(self, predictions: Predictions, max_refused: float) -> Learned:
        """The same, calibrated by predictions; see `pyclassifier.TrainedClassifier.calibrate`."""
        if list(predictions.classes) != self.classes.tolist():
            expected, got = ", ".join(self.classes), ", ".join(predictions.classes)
            raise ValueError(f"Expected predictions of the classes {expected}; got {got}.")
        used = predictions.is_judged
        if not used.any():
            raise ValueError("Expected photos of the classes that can be read, got none.")
        return self.calibrated(Calibration.measure(predictions.y_true[used], predictions.y_proba[used], max_refused))

    def rejecting_below(self, threshold: float | None) -> Learned:
        """The same, with a threshold of one's own; see `pyclassifier.TrainedClassifier.set_threshold`."""
        if self.calibration is None or self.validation is None:
            raise ValueError("Expected a model that was fitted here on photos with a validation; calibrate it instead.")
        used = self.validation.is_judged
        y_true, y_proba = self.validation.y_true[used], self.validation.y_proba[used]
        return self.calibrated(self.calibration.at(threshold, y_true, y_proba))

    def judged(self, validation: Predictions | None) -> Learned:
        """The same, with these predictions of its validation photos."""
        threshold = self.calibration.threshold if self.calibration else None
        return replace(self, validation=None if validation is None else replace(validation, threshold=threshold))

    def renamed(self, names: Sequence[str]) -> Learned:
        """The same, with classes of other names; see `pyclassifier.TrainedClassifier.rename_classes`."""
        if len(names) != len(self.classes) or len(set(names)) != len(names):
            raise ValueError(f"Expected {len(self.classes)} different names, got {list(names)}.")
        evaluation, test_evaluation = (
            found and replace(found, labels=tuple(names)) for found in (self.evaluation, self.test_evaluation)
        )
        record = {**self.record, "evaluation": evaluation and evaluation.to_dict()}
        if test_evaluation:
            record["test"] = test_evaluation.to_dict()
        return replace(
            self,
            classes=np.asarray(list(names), dtype=np.str_),
            evaluation=evaluation,
            test_evaluation=test_evaluation,
            validation=self.validation and self.validation.rename_classes(names),
            views=self.views and self.views.renamed(names),
            record=record,
        )


def read_fine_tuning(record: Mapping[str, Any], labels: Sequence[str]) -> FineTuning | None:
    """What a record tells about fine-tuning; None where there was none, or nothing that makes sense."""
    try:
        return FineTuning.from_dict(record["fineTuning"], labels)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None
