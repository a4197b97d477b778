"""A dataset -> what a classifier learns of it: features, split, head, figures, record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .datasets import Dataset, Problem, Sample
from .engines import Engine, FitConfig, History, Model
from .engines.base import OnEpoch, ShouldStop
from .errors import DatasetError
from .features import FeatureExtractor, OnProgress
from .heads import train_head
from .labels import LabelEncoder
from .metrics import Evaluation
from .record import make_record
from .shapes import output_shapes
from .topology import Topology


@dataclass(frozen=True)
class Learned:
    """What a fit leaves behind; `pyclassifier.ImageClassifier` tells what each part is.

    Parameters
    ----------
    extractor : FeatureExtractor
    head : Model
        What was trained on the extractor's features.
    classes : ndarray of shape (n_classes,), str
    history : History
    evaluation : Evaluation or None
    record : dict
    problems : tuple of Problem
    n_training : int
    stopped : bool
    name : str
    """

    extractor: FeatureExtractor
    head: Model
    classes: NDArray[np.str_]
    history: History
    evaluation: Evaluation | None
    record: dict[str, Any]
    problems: tuple[Problem, ...] = ()
    n_training: int = 0
    stopped: bool = False
    name: str = "pyclassifier model"

    def dispose(self) -> None:
        """Free what the engine holds."""
        self.head.dispose()
        self.extractor.model.dispose()


@dataclass(frozen=True)
class Callbacks:
    """Whom to tell how far it is, and whom to ask whether to stop."""

    on_progress: OnProgress | None = None
    on_epoch: OnEpoch | None = None
    should_stop: ShouldStop | None = None


async def learn(
    dataset: Dataset,
    extractor: FeatureExtractor,
    engine: Engine,
    params: dict[str, Any],
    callbacks: Callbacks,
) -> tuple[Learned, BaseException | None]:
    """Train a head on a dataset's features.

    Parameters
    ----------
    dataset : Dataset
    extractor : FeatureExtractor
    engine : Engine
    params : dict of str to value
        As `pyclassifier.ImageClassifier.get_params` gives them.
    callbacks : Callbacks

    Returns
    -------
    learned : Learned
    interruption : BaseException or None
        For the caller to raise once the head is in a safe place.

    Raises
    ------
    DatasetError, StoppedError, EngineError
        As `pyclassifier.ImageClassifier.fit` says; nothing of the head is left in the engine.
    """
    training, validation = dataset.train_validation_split(params["validation_split"], params["random_state"])
    samples = [*training, *validation]
    if params["topology"] is not None:
        _check_outputs(params["topology"], dataset.labels)
    features = await extractor.extract(samples, on_progress=callbacks.on_progress, should_stop=callbacks.should_stop)
    n_training = sum(i < len(training) for i in features.kept)
    kept = [samples[i] for i in features.kept]
    _check_readable(dataset, kept[:n_training])
    encoder = LabelEncoder()
    y = encoder.fit_transform([str(sample.label) for sample in kept])
    head = await train_head(
        engine,
        features.X,
        y,
        n_training,
        FitConfig(**{name: params[name] for name in ("epochs", "batch_size", "learning_rate", "random_state")}),
        hidden_units=params["hidden_units"],
        topology=params["topology"],
        on_epoch=callbacks.on_epoch,
        should_stop=callbacks.should_stop,
    )
    classes = encoder.classes_.tolist()
    evaluation = Evaluation.from_predictions(y[n_training:], head.y_pred, classes) if len(head.y_pred) else None
    digests = [extractor.cache.digest(sample) for sample in kept]
    learned = Learned(
        extractor=extractor,
        head=head.model,
        classes=encoder.classes_,
        history=head.history,
        evaluation=evaluation,
        problems=dataset.problems + features.problems,
        n_training=n_training,
        stopped=len(head.history["loss"]) < params["epochs"],
        record=make_record(
            parameters={**params, "backbone": extractor.card.name, "engine": None},
            engine=engine,
            history=head.history,
            evaluation=evaluation,
            training=digests[:n_training],
            validation=digests[n_training:],
        ),
    )
    return learned, head.interruption


def _check_outputs(topology: Topology, labels: Sequence[str]) -> None:
    (n_outputs,) = output_shapes(topology)[-1]
    if n_outputs != len(labels):
        raise ValueError(
            f"Expected a network with an output for each of the {len(labels)} classes, got one with {n_outputs}. "
            f"End it with layers.dense({len(labels)})."
        )


def _check_readable(dataset: Dataset, training: Sequence[Sample]) -> None:
    missing = [label for label in dataset.labels if label not in {sample.label for sample in training}]
    if missing:
        raise DatasetError(
            f"Expected readable training photos of each class, got none of {', '.join(map(repr, missing))}. "
            "See the list of problems, and add photos that can be read."
        )
