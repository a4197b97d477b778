"""A dataset -> what a classifier learns of it: features, split, head, figures, record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .calibration import Calibration
from .datasets import Dataset, Problem, Sample
from .engines import Engine, FitConfig, History, Model
from .engines.base import Array, OnEpoch, ShouldStop
from .errors import DatasetError
from .features import FeatureExtractor, Features, OnProgress
from .heads import train_head
from .labels import LabelEncoder, compute_class_weight
from .metrics import Evaluation
from .predictions import Predictions
from .record import make_record
from .shapes import output_shapes
from .splitting import Leak, check_splittable, draw_validation, find_leaks, group_samples
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
    validation : Predictions or None
    calibration : Calibration or None
    leaks : tuple of Leak
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
    validation: Predictions | None = None
    calibration: Calibration | None = None
    leaks: tuple[Leak, ...] = ()
    problems: tuple[Problem, ...] = ()
    n_training: int = 0
    stopped: bool = False
    name: str = "pyclassifier model"

    def calibrated(self, calibration: Calibration) -> Learned:
        """The same, with what photos tell about its probabilities, in the record too."""
        validation = self.validation and replace(self.validation, threshold=calibration.threshold)
        record = {**self.record, "calibration": calibration.to_dict()}
        return replace(self, calibration=calibration, validation=validation, record=record)

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


def fit_config(params: dict[str, Any]) -> FitConfig:
    """How to train, of a classifier's parameters."""
    return FitConfig(**{config.name: params[config.name] for config in fields(FitConfig)})


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
    check_splittable(dataset, params["validation_split"])
    if params["topology"] is not None:
        _check_outputs(params["topology"], dataset.labels)
    features = await extractor.extract(
        dataset.samples, on_progress=callbacks.on_progress, should_stop=callbacks.should_stop
    )
    parted = _part(dataset, features, extractor, params)
    encoder = LabelEncoder()
    y = encoder.fit_transform([str(sample.label) for sample in parted.samples])
    head = await train_head(
        engine,
        parted.X,
        y,
        parted.n_training,
        fit_config(params),
        hidden_units=params["hidden_units"],
        topology=params["topology"],
        class_weight=compute_class_weight(
            params["class_weight"], classes=encoder.classes_.tolist(), y=y[: parted.n_training]
        ),
        on_epoch=callbacks.on_epoch,
        should_stop=callbacks.should_stop,
    )
    judged = parted.samples[parted.n_training :]
    validation = Predictions(judged, tuple(encoder.classes_.tolist()), head.y_proba) if judged else None
    evaluation = validation.evaluation if validation else None
    learned = Learned(
        extractor=extractor,
        head=head.model,
        classes=encoder.classes_,
        history=head.history,
        evaluation=evaluation,
        validation=validation,
        leaks=parted.leaks,
        problems=dataset.problems + features.problems,
        n_training=parted.n_training,
        stopped=len(head.history["loss"]) < params["epochs"] and not head.history.is_stale(params["patience"]),
        record=make_record(
            parameters={**params, "backbone": extractor.card.name, "engine": None},
            engine=engine,
            history=head.history,
            evaluation=evaluation,
            training=parted.digests[: parted.n_training],
            validation=parted.digests[parted.n_training :],
        ),
    )
    if validation:
        learned = learned.calibrated(Calibration.measure(validation.y_true, validation.y_proba))
    return learned, head.interruption


@dataclass(frozen=True)
class _Parted:
    """Readable samples and their features, those to learn from first."""

    samples: tuple[Sample, ...]
    digests: tuple[str, ...]
    X: Array
    n_training: int
    leaks: tuple[Leak, ...]


def _part(dataset: Dataset, features: Features, extractor: FeatureExtractor, params: dict[str, Any]) -> _Parted:
    samples = [dataset.samples[i] for i in features.kept]
    digests = [str(extractor.cache.digest(sample)) for sample in samples]
    # By content: the same photos give the same model, in whatever order they come.
    order = sorted(range(len(samples)), key=lambda i: (digests[i], str(samples[i].label)))
    samples, digests, X = [samples[i] for i in order], [digests[i] for i in order], features.X[order]
    groups = group_samples(samples, digests, extractor.pooled(X), params["duplicate_threshold"])
    marked = any(sample.split == "validation" for sample in dataset.samples)
    if marked:
        judged = np.array([sample.split == "validation" for sample in samples], dtype=bool)
    else:
        labels = [str(sample.label) for sample in samples]
        judged = draw_validation(labels, digests, groups, params["validation_split"], params["random_state"])
    rows = [*np.flatnonzero(~judged).tolist(), *np.flatnonzero(judged).tolist()]
    n_training = int((~judged).sum())
    _check_readable(dataset, [samples[i] for i in rows[:n_training]])
    return _Parted(
        samples=tuple(samples[i] for i in rows),
        digests=tuple(digests[i] for i in rows),
        X=X[rows],
        n_training=n_training,
        leaks=find_leaks(samples, digests, groups, judged),
    )


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
