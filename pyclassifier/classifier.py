"""The classifier: photos in, labels and honest figures out. Orchestration only; each step lives in its module."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from .augmentation import Augmentation
from .batches import FitMode
from .calibration import MAX_REFUSED, NONE_OF_THESE, Calibration
from .catalog import DEFAULT_BACKBONE, ModelCard, get_card
from .costs import StorageCost, measure_costs
from .datasets import Dataset, Problem, Sample
from .display.live import showing
from .duplicates import NEAR_DUPLICATE
from .engines import Engine, History, default_engine
from .engines.base import OnEpoch, Predictor, ShouldStop
from .errors import DatasetError, NotFittedError
from .explaining import HeatMap, explain
from .features import FeatureCache, FeatureExtractor, OnProgress, Photo, Pixels, as_sample, report
from .fitting import Learned, learn
from .material import Callbacks
from .metrics import Evaluation
from .predictions import Predictions
from .quantization import STORED_AS, StoredAs
from .saving import deviation, pack, unpack
from .self_check import complaint
from .shapes import pixels_card
from .snapshot import Snapshot
from .splitting import Leak
from .topology import Pooling, Topology


class ImageClassifier:
    """Image classifier by transfer learning: a pretrained backbone's features, and a small head trained on them.

    Parameters
    ----------
    backbone : str or ModelCard
        A name in `pyclassifier.CATALOG`.
    input_size : int, optional
        Side of the backbone's input in pixels, a multiple of 32; by default the card's. Smaller is faster and less
        accurate.
    fit_mode : {"crop", "pad", "stretch", "central"}
        How photos become square.
    pooling : {"avg", "flatten"}
        Train on the mean of the feature map, or on all of it.
    hidden_units : int
        Units of the head's hidden layer.
    epochs, batch_size, learning_rate, patience
        As in `pyclassifier.FitConfig`.
    class_weight : {"balanced"} or dict of str to float, optional
        Weight of the photos of each class in training: "balanced" makes up for classes with few photos, a dict gives
        the weights by label, 1 where it has none.
    validation_split : float
        Share of each class to judge by, in 0..1, where the photos are not marked already. Drawn by content: the same
        photos and seed give the same draw, and photos that belong together (duplicates, near-duplicates, a
        `Sample.group`) stay on one side.
    duplicate_threshold : float, optional
        Cosine similarity of features, in 0..1 (0 excluded), from which on two photos are near-duplicates (see
        `pyclassifier.near_duplicates`); None lets only files of the same content count.
    random_state : int
        Seed of split, initial weights and order.
    augmentation : Augmentation, optional
        Changed copies of the training photos to train on as well; by default none.
    topology : dict, optional
        A network to train from scratch, without a backbone: `pyclassifier.layers.small_cnn` or one of your own. It
        gets the pixels in 0..1 at its own size, grey ones where it has one channel.
    engine : Engine, optional
        What does the tensor arithmetic; by default the platform's.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), str
        Labels in the order of the outputs.
    history_ : History
        ``loss``, ``accuracy``, ``val_loss``, ``val_accuracy``, one value per epoch.
    evaluation_ : Evaluation or None
        Figures on the validation photos, None where there were none.
    validation_ : Predictions or None
        The validation photos with what they were taken for: ``validation_.mistakes()`` are the wrong ones, the worst
        first, ``validation_.select("cat", "dog")`` those of a cell of the confusion matrix. None where there were none,
        or where it was loaded.
    calibration_ : Calibration or None
        What the validation photos tell about the probabilities: reliability curve, and the threshold of "none of
        these".
    leaks_ : tuple of Leak
        Photos marked for validation that have a duplicate, a near-duplicate or one of their group among the training
        photos.
    problems_ : tuple of Problem
        Files that were not used.
    n_training_ : int
        Number of photos it was trained on.
    stopped_ : bool
        Whether training was stopped before its last epoch, otherwise than by ``patience``.
    best_epoch_ : int
        Number of the epoch, from 1, whose weights were kept: the one with the lowest ``val_loss``, or the last one
        where there were no validation photos. As it is chosen by the photos that it is judged by, the figures are a
        little too good; `pyclassifier.cross_validate` is free of that.
    name_ : str
        What the model is called in an archive.
    deviation_ : float
        As `self_check` found it when the model was loaded; nan for one that was trained here.

    Notes
    -----
    ``pooling="flatten", learning_rate=1e-4, epochs=20`` is the head of the TensorFlow.js transfer learning tutorial.

    Examples
    --------
    >>> classifier = ImageClassifier(epochs=10)
    >>> await classifier.fit(from_folder("photos"))  # doctest: +SKIP
    >>> await classifier.predict([Path("new.jpg").read_bytes()])  # doctest: +SKIP
    """

    classes_: NDArray[np.str_]
    history_: History
    evaluation_: Evaluation | None
    validation_: Predictions | None
    calibration_: Calibration | None
    leaks_: tuple[Leak, ...]
    problems_: tuple[Problem, ...]
    n_training_: int
    stopped_: bool
    best_epoch_: int
    name_: str = "pyclassifier model"
    deviation_: float = math.nan

    def __init__(
        self,
        backbone: str | ModelCard = DEFAULT_BACKBONE,
        *,
        input_size: int | None = None,
        fit_mode: FitMode = "crop",
        pooling: Pooling = "avg",
        hidden_units: int = 100,
        epochs: int = 20,
        batch_size: int = 16,
        learning_rate: float = 1e-3,
        patience: int | None = None,
        class_weight: Literal["balanced"] | dict[str, float] | None = None,
        validation_split: float = 0.2,
        duplicate_threshold: float | None = NEAR_DUPLICATE,
        random_state: int = 0,
        augmentation: Augmentation | None = None,
        topology: Topology | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.backbone = backbone
        self.input_size = input_size
        self.fit_mode = fit_mode
        self.pooling = pooling
        self.hidden_units = hidden_units
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.class_weight = class_weight
        self.validation_split = validation_split
        self.duplicate_threshold = duplicate_threshold
        self.random_state = random_state
        self.augmentation = augmentation
        self.topology = topology
        self.engine = engine
        self._engine: Engine | None = None
        self._cache = FeatureCache()
        self._extractor: FeatureExtractor | None = None
        self._learned: Learned | None = None

    @property
    def engine_(self) -> Engine:
        """The engine in use: the one that was given, or the platform's."""
        if self._engine is None:
            self._engine = self.engine or default_engine()
        return self._engine

    @property
    def cache(self) -> FeatureCache:
        """Features of the photos seen so far."""
        return self._cache

    @property
    def weights_id(self) -> str:
        """What tells the backbone in use from others of the same card; "" for the published one."""
        return self._extractor.weights_id if self._extractor else ""

    def get_params(self) -> dict[str, Any]:
        """Parameters, as given to the constructor or to `set_params`.

        Returns
        -------
        dict of str to value
        """
        return {name: getattr(self, name) for name in inspect.signature(type(self)).parameters}

    def set_params(self, **params: Any) -> ImageClassifier:
        """Change parameters for the next `fit`; what was learned stays.

        Parameters
        ----------
        **params
            As in the constructor.

        Returns
        -------
        ImageClassifier
            Itself.

        Raises
        ------
        ValueError
            An unknown name.
        """
        known = self.get_params()
        for name, value in params.items():
            if name not in known:
                raise ValueError(f"Expected parameters among {', '.join(known)}; got {name!r}.")
            setattr(self, name, value)
        return self

    async def load_backbone(self) -> ImageClassifier:
        """Load the backbone now, so that the first `fit` need not.

        Returns
        -------
        ImageClassifier
            Itself.
        """
        if self._extractor is None:
            self._extractor = await self._get_extractor()
        return self

    async def fit(
        self,
        dataset: Dataset,
        *,
        verbose: bool | Literal["auto"] = "auto",
        on_progress: OnProgress | None = None,
        on_epoch: OnEpoch | None = None,
        should_stop: ShouldStop | None = None,
    ) -> ImageClassifier:
        """Train. Features of photos seen before are remembered; what was learned before is replaced at the end.

        Parameters
        ----------
        dataset : Dataset
        verbose : bool or "auto"
            Whether to show how far it is: a bar and curves in a notebook, in the browser with a button that stops, else
            a line on the standard output. "auto" shows them in notebooks only.
        on_progress : callable, optional
            Gets `Progress` of the stages "decoding" and "features", and "augmenting" where there is an augmentation.
        on_epoch : callable, optional
            Gets the history so far after each epoch.
        should_stop : callable, optional
            Once true, training ends after the running epoch and keeps what is learned.

        Returns
        -------
        ImageClassifier
            Itself.

        Raises
        ------
        DatasetError
            Fewer than two classes, or a class without readable training photos.
        StoppedError
            Stopped before training began; what was learned before stays.
        EngineError
            The engine failed.
        KeyboardInterrupt, asyncio.CancelledError
            Interrupted. What was learned in the epochs before is kept, as after ``should_stop``.
        """
        with showing(verbose, self.epochs, on_progress, on_epoch, should_stop) as callbacks:
            await self._fit(dataset, Callbacks(*callbacks))
        return self

    async def _fit(self, dataset: Dataset, callbacks: Callbacks) -> None:
        extractor = await self._get_extractor()
        try:
            learned, interruption = await learn(dataset, extractor, self.engine_, self.get_params(), callbacks)
        except BaseException:
            if extractor is not self._extractor:
                extractor.model.dispose()
            raise
        self._take(learned)
        if interruption:
            raise interruption

    def _take(self, learned: Learned) -> None:
        """Go on with what was learned, instead of what was before."""
        if self._learned:
            self._learned.head.dispose()
        self._keep_extractor(learned.extractor)
        self._learned = learned
        self.classes_, self.history_, self.evaluation_ = learned.classes, learned.history, learned.evaluation
        self.validation_, self.calibration_, self.leaks_ = learned.validation, learned.calibration, learned.leaks
        self.problems_, self.n_training_, self.stopped_ = learned.problems, learned.n_training, learned.stopped
        self.best_epoch_ = learned.history.best_epoch
        self.deviation_ = math.nan

    async def extract_features(
        self,
        photos: Dataset | Sequence[Photo],
        *,
        problems: list[Problem] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> NDArray[np.float32]:
        """Turn photos into what a head is trained on, to train one of your own; needs no `fit`.

        Parameters
        ----------
        photos : Dataset, or sequence of Sample, bytes (an image file) or ndarray of shape (H, W, 3), uint8 (RGB)
        problems : list of Problem, optional
            Where given, unreadable photos are added to it and their rows are nan; else the first one raises.
        on_progress, should_stop : callable, optional
            As in `fit`.

        Returns
        -------
        ndarray of shape (N, n_features), float32
            One row per photo, in their order: the backbone's features as the parameters say. They are remembered,
            so that the next `fit` need not compute them.

        Raises
        ------
        ImageDecodeError
            A photo cannot be read, and no list for problems was given.
        StoppedError
            ``should_stop()`` was true.
        EngineError
            The engine failed.

        Examples
        --------
        >>> X, y = await classifier.extract_features(dataset), dataset.y  # doctest: +SKIP
        """
        samples = _as_samples(photos)
        try:
            async with self.borrowed_extractor() as extractor:
                features = await extractor.extract(samples, on_progress=on_progress, should_stop=should_stop)
        finally:
            if not isinstance(photos, Dataset):
                self._cache.forget(samples)
        report(features.problems, problems)
        return features.spread(features.X, len(samples), features.X.shape[1])

    @asynccontextmanager
    async def borrowed_extractor(self) -> AsyncIterator[FeatureExtractor]:
        """What computes the features that the parameters ask for, which need not be those of what was learned.

        Yields
        ------
        FeatureExtractor
            It is not to be used after the context.
        """
        extractor = await self._get_extractor()
        try:
            yield extractor
        finally:
            if self._learned is None:
                self._keep_extractor(extractor)
            elif extractor is not self._extractor:
                extractor.model.dispose()

    async def predict_proba(
        self,
        photos: Sequence[Photo],
        *,
        problems: list[Problem] | None = None,
        remember: bool = True,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> NDArray[np.float32]:
        """Give each photo a probability per class.

        Parameters
        ----------
        photos : sequence of Sample, bytes (an image file) or ndarray of shape (H, W, 3), uint8 (RGB)
        problems : list of Problem, optional
            Where given, unreadable photos are added to it and their rows are nan; else the first one raises.
        remember : bool
            Whether to keep features for photos that come again; frames of a camera never do.
        on_progress, should_stop : callable, optional
            As in `fit`.

        Returns
        -------
        ndarray of shape (len(photos), n_classes), float32
            Rows sum to 1; columns as in ``classes_``.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ImageDecodeError
            A photo cannot be read, and no list for problems was given.
        """
        learned = self._fitted()
        samples = _as_samples(photos)
        extractor = learned.extractor if remember else learned.extractor.forgetful()
        features = await extractor.extract(samples, on_progress=on_progress, should_stop=should_stop)
        self._cache.forget(samples)
        report(features.problems, problems)
        rows = await learned.head.predict(features.X) if features.kept else features.X
        return features.spread(rows, len(samples), len(self.classes_))

    async def predict(self, photos: Sequence[Photo], *, reject: bool = False) -> NDArray[np.str_]:
        """Give each photo its most probable label.

        Parameters
        ----------
        photos
            As in `predict_proba`.
        reject : bool
            Whether to call a photo whose highest probability is below ``threshold_`` `NONE_OF_THESE` ("none of these").

        Returns
        -------
        ndarray of shape (len(photos),), str

        Raises
        ------
        ValueError
            Asked to reject without a threshold.
        NotFittedError, ImageDecodeError
            As in `predict_proba`.
        """
        self._fitted()
        if reject and self.threshold_ is None:
            got = f"{self.calibration_.n_right} of {self.calibration_.n_needed}" if self.calibration_ else "none"
            raise ValueError(
                "Expected enough photos that were not trained on and are recognised right, to know when to reject; got "
                f"{got}. Add photos, or calibrate by the predictions of cross_validate."
            )
        y_proba = await self.predict_proba(photos)
        labels = np.asarray(self.classes_[y_proba.argmax(axis=1)])
        below = y_proba.max(axis=1).astype(np.float64) < (self.threshold_ or 0)
        return np.where(below, NONE_OF_THESE, labels) if reject else labels

    def calibrate(self, predictions: Predictions, *, max_refused: float = MAX_REFUSED) -> ImageClassifier:
        """Choose anew below which probability a photo is none of the classes; `fit` does it on the validation photos.

        Parameters
        ----------
        predictions : Predictions
            Of photos of the classes that were not trained on: `predict_photos` of others, or those of
            `pyclassifier.cross_validate`, which are as many as there are photos.
        max_refused : float
            As in `pyclassifier.rejection_threshold`.

        Returns
        -------
        ImageClassifier
            Itself, with another ``calibration_``.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ValueError
            Predictions of other classes, or without any readable photo of the classes.
        """
        learned = self._fitted()
        if list(predictions.classes) != self.classes_.tolist():
            expected, got = ", ".join(self.classes_), ", ".join(predictions.classes)
            raise ValueError(f"Expected predictions of the classes {expected}; got {got}.")
        used = predictions.is_judged
        if not used.any():
            raise ValueError("Expected photos of the classes that can be read, got none.")
        measured = Calibration.measure(predictions.y_true[used], predictions.y_proba[used], max_refused)
        self._learned = learned.calibrated(measured)
        self.calibration_, self.validation_ = measured, self._learned.validation
        return self

    def set_threshold(self, threshold: float | None) -> ImageClassifier:
        """Choose by hand below which probability a photo is none of the classes; it is saved with the model.

        Parameters
        ----------
        threshold : float or None
            In 0..1; None gives every photo one of the classes.

        Returns
        -------
        ImageClassifier
            Itself, with another ``calibration_``.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ValueError
            A threshold out of range, or there were no photos to measure what it does.
        """
        learned = self._fitted()
        if learned.calibration is None or learned.validation is None:
            raise ValueError("Expected a model that was fitted here on photos with a validation; calibrate it instead.")
        used = learned.validation.is_judged
        y_true, y_proba = learned.validation.y_true[used], learned.validation.y_proba[used]
        self._learned = learned.calibrated(learned.calibration.at(threshold, y_true, y_proba))
        self.calibration_, self.validation_ = self._learned.calibration, self._learned.validation
        return self

    @property
    def threshold_(self) -> float | None:
        """Probability, in 0..1, below which a photo is none of the classes; None where too few photos could tell."""
        return self.calibration_.threshold if self.calibration_ else None

    async def predict_photos(
        self,
        photos: Dataset | Sequence[Photo],
        *,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Predictions:
        """Predict, to look at: a notebook shows the photos beside their most probable classes.

        Parameters
        ----------
        photos
            As in `extract_features`.
        on_progress, should_stop : callable, optional
            As in `fit`.

        Returns
        -------
        Predictions
            With the photos that cannot be read among its problems.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        """
        samples = _as_samples(photos)
        problems: list[Problem] = []
        y_proba = await self.predict_proba(samples, problems=problems, on_progress=on_progress, should_stop=should_stop)
        return Predictions(
            tuple(samples), tuple(self.classes_.tolist()), y_proba, tuple(problems), threshold=self.threshold_
        )

    async def explain(self, photo: Photo, label: str | None = None) -> HeatMap:
        """Show where in a photo the classifier found what speaks for a class.

        Parameters
        ----------
        photo
            As those of `predict_proba`.
        label : str, optional
            The class; by default the most probable one.

        Returns
        -------
        HeatMap
            A notebook shows it laid over the photo.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ValueError
            An unknown class, or a network that was trained from scratch.
        ImageDecodeError
            The photo cannot be read.

        Notes
        -----
        R. R. Selvaraju, M. Cogswell, A. Das, R. Vedantam, D. Parikh and D. Batra (2017), "Grad-CAM: Visual explanations
        from deep networks via gradient-based localization", ICCV (arXiv:1610.02391): the channels of the feature map
        before pooling, weighted by the gradient of the class's logit (against the mean of all logits, which the
        probabilities do not see) and added up; what speaks against the class counts 0. As fine as the feature map: 7 x
        7 cells at 224 pixels.

        Examples
        --------
        >>> (await classifier.explain(photo)).heat.shape  # doctest: +SKIP
        (7, 7)
        """
        return await explain(self._fitted(), as_sample(photo, 0), label)

    async def evaluate(self, dataset: Dataset, *, problems: list[Problem] | None = None) -> Evaluation:
        """Compare predictions with the labels of photos that were not trained on.

        Parameters
        ----------
        dataset : Dataset
            All of its samples are used, whatever their split.
        problems : list of Problem, optional
            Gets the files that could not be used, unknown labels included.

        Returns
        -------
        Evaluation

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        DatasetError
            No photo could be used.
        """
        self._fitted()
        classes = self.classes_.tolist()
        problems = [] if problems is None else problems
        problems.extend(dataset.problems)
        known = [sample for sample in dataset.samples if sample.label in classes]
        for sample in dataset.samples:
            if sample.label not in classes:
                problems.append(Problem(sample.path, f"the model does not know the class {sample.label!r}."))
        predictions = await self.predict_photos(known)
        problems.extend(predictions.problems)
        evaluation = predictions.evaluation
        if not evaluation.n_samples:
            raise DatasetError(f"Expected readable photos of the classes {', '.join(classes)}; got none.")
        return evaluation

    def rename_classes(self, names: Sequence[str]) -> ImageClassifier:
        """Call the classes otherwise; nothing is learned anew.

        Parameters
        ----------
        names : sequence of str
            A new name for each of ``classes_``, in their order.

        Returns
        -------
        ImageClassifier
            Itself.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ValueError
            Not one name per class, or a name twice.
        """
        learned = self._fitted()
        if len(names) != len(self.classes_) or len(set(names)) != len(names):
            raise ValueError(f"Expected {len(self.classes_)} different names, got {list(names)}.")
        record, evaluation = learned.record, learned.evaluation
        if evaluation:
            evaluation = replace(evaluation, labels=tuple(names))
            record = {**record, "evaluation": evaluation.to_dict()}
        validation = learned.validation and learned.validation.rename_classes(names)
        classes = np.asarray(list(names), dtype=np.str_)
        self._learned = replace(learned, classes=classes, evaluation=evaluation, validation=validation, record=record)
        self.classes_, self.evaluation_, self.validation_ = classes, evaluation, validation
        return self

    def learn_validation(self, validation: Predictions) -> ImageClassifier:
        """Take ``validation_`` from somebody who kept it, such as a project.

        Parameters
        ----------
        validation : Predictions
            Of the classes of this classifier.

        Returns
        -------
        ImageClassifier
            Itself.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        """
        self._learned = replace(self._fitted(), validation=validation)
        self.validation_ = validation
        return self

    def snapshot(self) -> Snapshot:
        """Remember what was learned, to come back to it after another `fit`; take it right after the fit.

        Returns
        -------
        Snapshot
            Small: the backbone's weights are not in it.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        """
        learned = self._fitted()
        head = learned.head
        return Snapshot(self.get_params(), learned, head.topology, {**head.weights()}, learned.extractor.kind)

    async def restore(self, snapshot: Snapshot) -> ImageClassifier:
        """Come back to what was learned before, parameters included. Features are still remembered.

        Parameters
        ----------
        snapshot : Snapshot
            Of this classifier, or of another one with the same backbones.

        Returns
        -------
        ImageClassifier
            Itself.

        Raises
        ------
        ValueError
            It was trained on a backbone that came out of an archive, which is no longer there.
        EngineError
            The engine failed; what was learned stays.
        """
        current = self.get_params()
        self.set_params(**snapshot.parameters)
        extractor = await self._get_extractor()
        if extractor.kind != snapshot.kind:
            self.set_params(**current)
            if extractor is not self._extractor:
                extractor.model.dispose()
            raise ValueError("Expected the backbone that the model was trained on; open its archive instead.")
        head = await self.engine_.build(snapshot.topology, snapshot.weights)
        self._take(replace(snapshot.learned, extractor=extractor, head=head))
        return self

    async def save(
        self, path: str | Path | None = None, *, name: str | None = None, dtype: StoredAs = "float32"
    ) -> bytes:
        """Pack what was learned into a zip that anyone's tf.js reads.

        Parameters
        ----------
        path : str or Path, optional
            Where to write it as well.
        name : str, optional
            What to call the model; by default ``name_``.
        dtype : {"float32", "float16", "uint16", "uint8"}
            How the weights are stored. "uint16" is half as large and nearly as exact, "float16" as small and less
            exact (and TensorFlow.js before 2.0 does not read it); "uint8" takes 8 bits for the kernels that bear it
            and 16 for the others. `measure_storage` tells what that costs.

        Returns
        -------
        bytes
            The zip file; see `pyclassifier.archive`.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ValueError
            An unknown dtype.
        """
        data = await pack(self._fitted(), name or self.name_, self.engine_, dtype)
        if path is not None:
            Path(path).write_bytes(data)
        return data

    async def measure_storage(
        self,
        dataset: Dataset,
        *,
        dtypes: Sequence[StoredAs] = STORED_AS,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[StorageCost]:
        """Measure what it costs to save with fewer bits: all is computed anew with the weights as a reader has them.

        Parameters
        ----------
        dataset : Dataset
            Labelled photos that were not trained on; those of classes that the model does not know are left out.
        dtypes : sequence of {"float32", "float16", "uint16", "uint8"}
        on_progress : callable, optional
            Gets `Progress` of the stage "measuring".
        should_stop : callable, optional
            Asked before each photo.

        Returns
        -------
        list of StorageCost
            One for each dtype.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        StoppedError
            ``should_stop()`` was true.

        Examples
        --------
        >>> for cost in await classifier.measure_storage(held_out):  # doctest: +SKIP
        ...     print(cost.dtype, cost.n_bytes, cost.evaluation.accuracy, cost.largest_change)
        """
        learned = self._fitted()
        samples = [sample for sample in dataset.samples if sample.label in self.classes_.tolist()]
        return await measure_costs(learned, self.engine_, samples, dtypes, Callbacks(on_progress, None, should_stop))

    @classmethod
    async def load(
        cls, source: bytes | str | Path, *, engine: Engine | None = None, weights_id: str | None = None
    ) -> ImageClassifier:
        """Open a zip that `save` or Teachable Machine wrote.

        Parameters
        ----------
        source : bytes, str or Path
            The zip file, or where it is.
        engine : Engine, optional
            As in the constructor.
        weights_id : str, optional
            What tells its backbone from others (`weights_id` of the classifier that was saved), so that features known
            from then count; by default the archive's hash.

        Returns
        -------
        ImageClassifier
            Fitted: it predicts, and can be trained anew on the same backbone. It has checked itself: where this
            machine computes otherwise than the archive promises, there is a RuntimeWarning; see ``deviation_``.

        Raises
        ------
        ArchiveError
            It is no such archive.
        EngineError
            The engine cannot build the model in it.
        """
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        self = cls(engine=engine)
        learned = await unpack(data, self.engine_, self._cache, weights_id)
        extractor = learned.extractor
        if isinstance(extractor.model, Pixels):
            self.set_params(fit_mode=extractor.fit_mode, topology=learned.head.topology)
        else:
            self.set_params(backbone=extractor.card, fit_mode=extractor.fit_mode, pooling=extractor.pooling)
        self._take(learned)
        self.name_ = learned.name
        self.deviation_ = await self.self_check()
        if complaint(self.deviation_):
            warnings.warn(str(complaint(self.deviation_)), RuntimeWarning, stacklevel=2)
        return self

    def _repr_html_(self) -> str:
        from .display.estimator import classifier_html, learned

        parameters = self.get_params()
        defaults = {name: p.default for name, p in inspect.signature(type(self)).parameters.items()}
        if isinstance(self.backbone, ModelCard):
            parameters["backbone"] = self.backbone.name
        state = (
            learned(
                self.classes_.tolist(), self.n_training_, self.history_, self.stopped_, self.evaluation_, self.engine_
            )
            if self._learned
            else []
        )
        problems = [(problem.path, problem.reason) for problem in getattr(self, "problems_", ())]
        return classifier_html(type(self).__name__, state, parameters, defaults, problems)

    async def self_check(self) -> float:
        """Compare what is computed here with what the archive promises.

        Returns
        -------
        float
            Largest difference between two probabilities, in 0..1; nan where nothing was promised.
        """
        return await deviation(self._fitted())

    def forget(self, samples: Sequence[Sample]) -> None:
        """Let go of photos that will not be used again.

        Parameters
        ----------
        samples : sequence of Sample
        """
        self._cache.forget(samples)

    def close(self) -> None:
        """Free what the engine holds. What was learned is gone; `fit` learns anew."""
        if self._learned:
            self._learned.head.dispose()
        self._learned = None
        self._keep_extractor(None)

    async def _get_extractor(self) -> FeatureExtractor:
        """The extractor that the parameters ask for: the one in use, or another one, to keep or to dispose of."""
        card = get_card(self.backbone, self.input_size) if self.topology is None else pixels_card(self.topology)
        current = self._extractor
        if current and (current.card, current.pooling, current.fit_mode) == (card, self.pooling, self.fit_mode):
            return current
        model: Predictor
        if self.topology is None:
            model = await self.engine_.load_backbone(card, self.pooling)
        else:
            model = Pixels(card.feature_channels)
        return FeatureExtractor(model, card, fit_mode=self.fit_mode, pooling=self.pooling, cache=self._cache)

    def _keep_extractor(self, extractor: FeatureExtractor | None) -> None:
        if self._extractor and self._extractor is not extractor:
            self._extractor.model.dispose()
        self._extractor = extractor

    def _fitted(self) -> Learned:
        """Extractor and head that belong together, whatever the parameters say now."""
        if self._learned is None:
            raise NotFittedError("Expected a trained model; train one or open one first.")
        return self._learned


def _as_samples(photos: Dataset | Sequence[Photo]) -> list[Sample]:
    listed = photos.samples if isinstance(photos, Dataset) else photos
    return [as_sample(photo, i) for i, photo in enumerate(listed)]
