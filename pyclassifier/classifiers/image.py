"""The classifier: labelled photos in, something that recognises new ones out, with honest figures."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..archives import complaint, unpack
from ..backbones import DEFAULT_BACKBONE, FitMode, ModelCard, Pooling, Topology, get_card, load_features
from ..data import Dataset, Photo, Problem, as_samples
from ..display import classifier_html, learned_rows, showing
from ..embedding import Augmentation, FeatureExtractor, Pixels, pixels_card, report
from ..engines import Engine, Predictor
from ..history import History
from ..progress import Callbacks, OnEpoch, OnProgress, ShouldStop
from ..training import Leak, Learned, Snapshot, TrainSettings, learn
from .trained import TrainedClassifier


class ImageClassifier(TrainedClassifier):
    """Image classifier by transfer learning: a pretrained backbone's features, and a small head trained on them.

    Parameters
    ----------
    backbone : str or ModelCard
        A name in `pyclassifier.CATALOG`.
    input_size : int, optional
        Side of the backbone's input in pixels, a multiple of 32; by default the card's. Smaller is faster and less
        accurate.
    fit_mode : {"crop", "pad", "stretch", "central"}, optional
        How photos become square, see `pyclassifier.backbones.Preprocessing`; by default as the card says.
    pooling : {"avg", "flatten"}
        Train on the mean of the feature map, or on all of it.
    hidden_units : int
        Units of the head's hidden layer.
    epochs, learning_rate, patience
        As in `pyclassifier.FitConfig`.
    batch_size : int, optional
        Photos per step; by default 16, and more where an epoch of many photos would have more than 50 steps.
    class_weight : {"balanced"} or dict of str to float, optional
        Weight of the photos of each class in training: "balanced" makes up for classes with few photos, a dict gives
        the weights by label, 1 where it has none.
    validation_split : float
        Share of each class to judge by, in 0..1, where the photos are not marked already. Drawn by content: the same
        photos and seed give the same draw, and photos that belong together (duplicates, near-duplicates, a
        `Sample.group`) stay on one side.
    duplicate_threshold : float, "auto" or None
        Cosine similarity of features, in 0..1 (0 excluded), from which on two photos are near-duplicates (see
        `pyclassifier.near_duplicates`), "auto" as the card says; None lets only files of the same content count.
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

    history_: History
    leaks_: tuple[Leak, ...]
    problems_: tuple[Problem, ...]
    n_training_: int
    stopped_: bool
    best_epoch_: int
    deviation_: float = math.nan

    def __init__(
        self,
        backbone: str | ModelCard = DEFAULT_BACKBONE,
        *,
        input_size: int | None = None,
        fit_mode: FitMode | None = None,
        pooling: Pooling = "avg",
        hidden_units: int = 100,
        epochs: int = 20,
        batch_size: int | None = None,
        learning_rate: float = 1e-3,
        patience: int | None = None,
        class_weight: Literal["balanced"] | dict[str, float] | None = None,
        validation_split: float = 0.2,
        duplicate_threshold: float | Literal["auto"] | None = "auto",
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
        super().__init__(engine)
        self._extractor: FeatureExtractor | None = None

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

    @property
    def settings(self) -> TrainSettings:
        """The parameters that the training of a head hangs on."""
        return TrainSettings(**{field.name: getattr(self, field.name) for field in fields(TrainSettings)})

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
        with showing(verbose, self.epochs, Callbacks(on_progress, on_epoch, should_stop)) as callbacks:
            await self._fit(dataset, callbacks)
        return self

    async def _fit(self, dataset: Dataset, callbacks: Callbacks) -> None:
        extractor = await self._get_extractor()
        try:
            learned, interruption = await learn(dataset, extractor, self.engine_, self.settings, callbacks)
        except BaseException:
            self._let_go(extractor)
            raise
        self._take(learned)
        if interruption:
            raise interruption

    def _take(self, learned: Learned) -> None:
        """Go on with what was learned, instead of what was before."""
        if self._learned:
            self._learned.head.dispose()
        self._keep_extractor(learned.extractor)
        self._show(learned)
        self.history_, self.best_epoch_, self.stopped_ = learned.history, learned.history.best_epoch, learned.stopped
        self.leaks_, self.problems_, self.n_training_ = learned.leaks, learned.problems, learned.n_training
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
        samples = as_samples(photos)
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
            else:
                self._let_go(extractor)

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
            The engine failed; what was learned stays, and the parameters.
        """
        current, extractor = self.get_params(), None
        self.set_params(**snapshot.parameters)
        try:
            extractor = await self._get_extractor()
            if extractor.kind != snapshot.kind:
                raise ValueError("Expected the backbone that the model was trained on; open its archive instead.")
            head = await self.engine_.build(snapshot.topology, snapshot.weights)
        except BaseException:
            self.set_params(**current)
            if extractor:
                self._let_go(extractor)
            raise
        self._take(replace(snapshot.learned, extractor=extractor, head=head))
        return self

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
        self.set_params(fit_mode=extractor.card.preprocessing.fit_mode)
        if isinstance(extractor.model, Pixels):
            self.set_params(topology=learned.head.topology)
        else:
            self.set_params(backbone=extractor.card, pooling=extractor.pooling)
        self._take(learned)
        self.name_ = learned.name
        self.deviation_ = await self.self_check()
        if complaint(self.deviation_):
            warnings.warn(str(complaint(self.deviation_)), RuntimeWarning, stacklevel=2)
        return self

    def _repr_html_(self) -> str:
        parameters = self.get_params()
        defaults = {name: p.default for name, p in inspect.signature(type(self)).parameters.items()}
        if isinstance(self.backbone, ModelCard):
            parameters["backbone"] = self.backbone.name
        state = (
            learned_rows(
                self.classes_.tolist(), self.n_training_, self.history_, self.stopped_, self.evaluation_, self.engine_
            )
            if self._learned
            else []
        )
        return classifier_html(type(self).__name__, state, parameters, defaults, getattr(self, "problems_", ()))

    def close(self) -> None:
        """Free what the engine holds. What was learned is gone; `fit` learns anew."""
        if self._learned:
            self._learned.head.dispose()
        self._learned = None
        self._keep_extractor(None)

    async def _get_extractor(self) -> FeatureExtractor:
        """The extractor that the parameters ask for: the one in use, or another one, to keep or to dispose of."""
        if self.topology is None:
            card = get_card(self.backbone, self.input_size, self.fit_mode)
        else:
            card = pixels_card(self.topology, self.fit_mode or "crop")
        current = self._extractor
        if current and (current.card, current.pooling) == (card, self.pooling):
            return current
        model: Predictor
        if self.topology is None:
            model = await self.engine_.build(*await load_features(self.engine_.store, card, self.pooling))
        else:
            model = Pixels(card.feature_channels)
        return FeatureExtractor(model, card, pooling=self.pooling, cache=self._cache)

    def _keep_extractor(self, extractor: FeatureExtractor | None) -> None:
        if self._extractor and self._extractor is not extractor:
            self._extractor.model.dispose()
        self._extractor = extractor

    def _let_go(self, extractor: FeatureExtractor) -> None:
        """Dispose of an extractor, if it is not the one in use."""
        if extractor is not self._extractor:
            extractor.model.dispose()
