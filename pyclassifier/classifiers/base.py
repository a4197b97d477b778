"""What both faces of the image classifier are made of: parameters, what was learned, and all that need not wait."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..archives import StoredAs, card_metadata, complaint, deviation, pack, read_archive, unpack, write_onnx
from ..backbones import (
    AUTO,
    BUILT_IN,
    DEFAULT_BACKBONE,
    FitMode,
    ModelCard,
    Pooling,
    Topology,
    Views,
    get_card,
    side_by_side,
    views_of,
)
from ..data import Dataset, Photos, Problem, as_samples, without_nan
from ..display import classifier_html, learned_rows
from ..embedding import (
    Augmentation,
    FeatureCache,
    FeatureExtractor,
    MemoryCache,
    Pixels,
    build_extractor,
    kind_of,
    pixels_card,
    report,
)
from ..engines import Engine, Predictor, StoredModel, default_engine
from ..errors import NotFittedError
from ..history import History
from ..judging import MAX_REFUSED, Calibration, Evaluation, Predictions
from ..progress import Callbacks, OnProgress, ShouldStop
from ..sentences import Sentence
from ..training import (
    BackboneScore,
    DrawnSplit,
    Embedded,
    FineTuning,
    Leak,
    Learned,
    Snapshot,
    TrainSettings,
    ViewsEffect,
    choose_backbone,
    learn,
    read_scores,
    read_split,
)

if TYPE_CHECKING:
    from .for_sklearn import ImageFeatures, SKLearnClassifier

Opened = TypeVar("Opened", bound="BaseImageClassifier")


class BaseImageClassifier:
    """Parameters of an image classifier, what it has learned, and what can be done without waiting for an engine."""

    classes_: NDArray[np.str_]
    evaluation_: Evaluation | None
    test_evaluation_: Evaluation | None
    validation_: Predictions | None
    calibration_: Calibration | None
    name_: str = "pyclassifier model"
    history_: History
    leaks_: tuple[Leak, ...]
    problems_: tuple[Problem, ...]
    n_training_: int
    stopped_: bool
    best_epoch_: int
    fine_tuning_: FineTuning | None = None
    views_: ViewsEffect | None = None
    deviation_: float = math.nan

    def __init__(
        self,
        backbone: str | ModelCard = DEFAULT_BACKBONE,
        *,
        input_size: int | None = None,
        fit_mode: FitMode | None = None,
        pooling: Pooling = "avg",
        views: Views | None = None,
        hidden_units: int = 0,
        l2: float | None = None,
        epochs: int | None = None,
        batch_size: int | None = None,
        learning_rate: float = 1e-3,
        patience: int | None = None,
        class_weight: Literal["balanced"] | dict[str, float] | None = None,
        validation_split: float = 0.2,
        split_recordings: bool = False,
        cv: int | Literal["auto"] = "auto",
        refit: bool = True,
        duplicate_threshold: float | Literal["auto"] | None = "auto",
        random_state: int = 0,
        augmentation: Augmentation | None = None,
        topology: Topology | None = None,
        fine_tune: int | bool | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.backbone = backbone
        self.input_size = input_size
        self.fit_mode = fit_mode
        self.pooling = pooling
        self.views = views
        self.hidden_units = hidden_units
        self.l2 = l2
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.patience = patience
        self.class_weight = class_weight
        self.validation_split = validation_split
        self.split_recordings = split_recordings
        self.cv = cv
        self.refit = refit
        self.duplicate_threshold = duplicate_threshold
        self.random_state = random_state
        self.augmentation = augmentation
        self.topology = topology
        self.fine_tune = fine_tune
        self.engine = engine
        self._engine: Engine | None = None
        self._cache = MemoryCache()
        self._learned: Learned | None = None
        self._extractor: FeatureExtractor | None = None

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

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Parameters, as given to the constructor or to `set_params`.

        Parameters
        ----------
        deep : bool
            Makes no difference: it is there for scikit-learn, whose estimators may hold others.

        Returns
        -------
        dict of str to value
        """
        return {name: getattr(self, name) for name in self._defaults()}

    @classmethod
    def _defaults(cls) -> dict[str, Any]:
        return {name: parameter.default for name, parameter in inspect.signature(cls).parameters.items()}

    def set_params(self, **params: Any) -> Self:
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

    def as_sklearn(self) -> SKLearnClassifier:
        """Make an estimator of scikit-learn of it, which learns from lists of photos, for `cross_val_score` and so on.

        It has the same parameters, by the same names, and what was learned; from then on they have nothing to do with
        each other, but that each remembers the features that the other has computed. Where scikit-learn judges from
        outside, ``cv=0`` and ``validation_split=0`` leave out the judging within each `fit`.

        Returns
        -------
        SKLearnClassifier
            With ``fit(X, y)``, ``predict(X)``, ``predict_proba(X)`` and ``score(X, y)``; X are photos as `predict`
            takes lists of them, y labels of any kind. Its ``classifier_`` is the `ImageClassifier` that has learned.

        Raises
        ------
        ImportError
            scikit-learn is not installed.

        Notes
        -----
        It returns when it is done. In a browser that takes one which can suspend Python meanwhile (JavaScript Promise
        Integration, as Chrome and Edge have it); others raise an EngineError: there, give scikit-learn what
        `extract_features` gives.
        Several processes (``n_jobs``) compute the features of photos each for itself, so that one is often quicker.

        Examples
        --------
        >>> from sklearn.model_selection import cross_val_score  # doctest: +SKIP
        >>> estimator = ImageClassifier(cv=0, validation_split=0).as_sklearn()  # doctest: +SKIP
        >>> cross_val_score(estimator, ["1.jpg", "2.jpg", ...], ["cat", "dog", ...])  # doctest: +SKIP
        """
        from .for_sklearn import SKLearnClassifier  # It imports scikit-learn.

        made: SKLearnClassifier = SKLearnClassifier.of(self)
        return made

    def as_transformer(self) -> ImageFeatures:
        """Make a transformer of scikit-learn that turns photos into features, for a pipeline with a head of one's own.

        Returns
        -------
        ImageFeatures
            Of the backbone, as it was published, that the parameters ask for.

        Raises
        ------
        ImportError
            scikit-learn is not installed.
        ValueError
            A `topology`, which has no backbone.

        Notes
        -----
        In a browser as `as_sklearn`.

        Examples
        --------
        >>> from sklearn.linear_model import LogisticRegression  # doctest: +SKIP
        >>> from sklearn.pipeline import make_pipeline  # doctest: +SKIP
        >>> make_pipeline(ImageClassifier().as_transformer(), LogisticRegression()).fit(photos, y)  # doctest: +SKIP
        """
        from .for_sklearn import ImageFeatures  # It imports scikit-learn.

        return ImageFeatures.of(self)

    @property
    def settings(self) -> TrainSettings:
        """The parameters that the training of a head hangs on."""
        return TrainSettings(**{field.name: getattr(self, field.name) for field in fields(TrainSettings)})

    @property
    def card_(self) -> ModelCard:
        """The card of the backbone that the parameters ask for; where photos choose it, of the one that they chose.

        Before they did, it is the first one.
        """
        card = self._wanted_card()
        if not self._chooses:
            return card
        cards, current = (*card.parts, card), self._extractor
        return current.card if current and current.card in cards else cards[0]

    @property
    def backbones_(self) -> tuple[BackboneScore, ...]:
        """What the photos said of each backbone; empty where ``backbone`` was not "auto"."""
        return read_scores(self._fitted().record)

    @property
    def split_(self) -> DrawnSplit | None:
        """Which photos were drawn to judge by, for another `fit` to keep to; None where they were marked."""
        return read_split(self._fitted().record)

    @property
    def threshold_(self) -> float | None:
        """Probability, in 0..1, below which a photo is none of the classes; None where too few photos could tell."""
        return self.calibration_.threshold if self.calibration_ else None

    def calibrate(self, predictions: Predictions, *, max_refused: float = MAX_REFUSED) -> Self:
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
        self._show(self._fitted().calibrated_by(predictions, max_refused))
        return self

    def set_threshold(self, threshold: float | None) -> Self:
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
        self._show(self._fitted().rejecting_below(threshold))
        return self

    def rename_classes(self, names: Sequence[str]) -> Self:
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
        self._show(self._fitted().renamed(names))
        return self

    @property
    def record_(self) -> dict[str, Any]:
        """How the model came about, as plain data for JSON.

        Name, labels, card and fit mode; of a training ``run``: parameters (with the seed), versions, backend,
        renderer, history, whether it was fitted again (``refit``), and the photos as hashes of their content (SHA-256);
        its ``evaluation``, and ``test`` where photos were marked for that.
        """
        learned = self._fitted()
        about = {"name": self.name_, "labels": self.classes_.tolist(), **card_metadata(learned.extractor.card)}
        training = {name: value for name, value in learned.record.items() if name != "selfCheck"}
        return without_nan({**about, **training})

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
        return Snapshot.take(self.get_params(), self._fitted())

    def snapshot_before_fine_tuning(self) -> Snapshot | None:
        """Remember what was learned before the backbone was trained further, to come back to it by `restore`.

        Returns
        -------
        Snapshot or None
            None where there was no fine-tuning, where it was not kept, or where the model was loaded.
        """
        tuning = self._fitted().fine_tuning
        if tuning is None or tuning.head is None:
            return None
        return Snapshot.take({**self.get_params(), "fine_tune": None}, tuning.head)

    def close(self) -> None:
        """Free what the engine holds. What was learned is gone; `fit` learns anew."""
        if self._learned:
            self._learned.head.dispose()
        self._learned = None
        self._keep_extractor(None)

    def _repr_html_(self) -> str:
        parameters = self.get_params()
        if isinstance(self.backbone, ModelCard):
            parameters["backbone"] = self.backbone.name
        state = (
            learned_rows(
                self.classes_.tolist(),
                self.n_training_,
                self.history_,
                self.stopped_,
                self.evaluation_,
                self.test_evaluation_,
                self.engine_,
                self.backbones_,
            )
            if self._learned
            else []
        )
        return classifier_html(type(self).__name__, state, parameters, self._defaults(), getattr(self, "problems_", ()))

    def __repr__(self) -> str:
        defaults = self._defaults()
        changed = {name: value for name, value in self.get_params().items() if value != defaults[name]}
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in changed.items())})"

    def __sklearn_clone__(self) -> Self:
        return type(self)(**self.get_params())  # An engine is shared: it is no parameter to copy.

    def __getstate__(self) -> dict[str, Any]:
        state = {**self.__dict__, "_engine": None, "_extractor": None, "_cache": MemoryCache(self._cache.max_bytes)}
        if self._learned:
            state["_learned"] = self._learned.stored()
        return state

    def _show(self, learned: Learned) -> None:
        """Hold what was learned, and let the attributes tell of it."""
        self._learned = learned
        self.classes_, self.evaluation_ = learned.classes, learned.evaluation
        self.validation_, self.calibration_ = learned.validation, learned.calibration
        self.fine_tuning_, self.views_ = learned.fine_tuning, learned.views
        self.test_evaluation_ = learned.test_evaluation

    def _take(self, learned: Learned) -> None:
        """Hold what was learned instead of what was before, which is disposed of."""
        if self._learned:
            self._learned.head.dispose()
        self._keep_extractor(learned.extractor)
        self._show(learned)
        self.history_, self.best_epoch_, self.stopped_ = learned.history, learned.history.best_epoch, learned.stopped
        self.leaks_, self.problems_, self.n_training_ = learned.leaks, learned.problems, learned.n_training
        self.deviation_ = math.nan

    def _fitted(self) -> Learned:
        """Extractor and head that belong together, whatever the parameters say now."""
        if self._learned is None:
            raise NotFittedError("not-trained")
        return self._learned

    async def _ready(self) -> Learned:
        """What was learned, with its models in an engine: after unpickling they are built anew."""
        learned = self._fitted()
        if isinstance(learned.head, StoredModel):
            extractor, head = learned.extractor, learned.head
            if isinstance(extractor.model, StoredModel):
                extractor.model = await self.engine_.build(extractor.model.topology, extractor.model.weights())
            extractor.cache = self._cache
            self._extractor = extractor
            learned = replace(learned, head=await self.engine_.build(head.topology, head.weights()))
            self._learned = learned
        return learned

    @classmethod
    async def _open(
        cls,
        source: bytes | str | Path,
        engine: Engine | None,
        weights_id: str | None = None,
        labels: Sequence[str] | None = None,
        scaling: tuple[float, float] | None = None,
    ) -> Self:
        """A classifier of an archive; ``weights_id`` as in `open_classifier`."""
        data = source if isinstance(source, bytes) else Path(source).read_bytes()
        self = cls(engine=engine)
        learned = await unpack(data, self.engine_, self._cache, weights_id, labels, scaling)
        extractor = learned.extractor
        self.set_params(fit_mode=extractor.card.preprocessing.fit_mode, views=extractor.views)
        if isinstance(extractor.model, Pixels):
            self.set_params(topology=learned.head.topology)
        else:
            self.set_params(backbone=extractor.card, pooling=extractor.pooling)
        self._take(learned)
        self.name_ = learned.name
        self.deviation_ = await deviation(learned)
        if complaint(self.deviation_):
            warnings.warn(str(complaint(self.deviation_)), RuntimeWarning, stacklevel=3)
        return self

    async def _save(self, name: str | None = None, dtype: StoredAs = "float32", *, as_onnx: bool = False) -> bytes:
        data = await pack(await self._ready(), name or self.name_, self.engine_, dtype)
        return write_onnx(read_archive(data)) if as_onnx else data

    async def _predict_proba(
        self,
        photos: Photos,
        problems: list[Problem] | None,
        remember: bool = True,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> NDArray[np.float32]:
        learned = await self._ready()
        samples = as_samples(photos)
        extractor = learned.extractor if remember else learned.extractor.forgetful()
        features = await extractor.extract(samples, on_progress=on_progress, should_stop=should_stop)
        self._cache.forget(samples)
        report(features.problems, problems)
        rows = await learned.head.predict(features.X) if features.kept else features.X
        return features.spread(rows, len(samples), len(self.classes_))

    async def _predict_photos(
        self,
        photos: Photos,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Predictions:
        self._fitted()
        samples = as_samples(photos)
        problems: list[Problem] = []
        y_proba = await self._predict_proba(samples, problems, True, on_progress, should_stop)
        classes = tuple(self.classes_.tolist())
        return Predictions(tuple(samples), classes, y_proba, tuple(problems), threshold=self.threshold_)

    async def _extract_features(
        self,
        photos: Photos,
        problems: list[Problem] | None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
        *,
        plain: bool = False,
    ) -> NDArray[np.float32]:
        """Features of photos; ``plain`` ones are those of the photos as they are, whatever views are asked for."""
        samples = as_samples(photos)
        try:
            async with self._borrowed_extractor() as extractor:
                used = extractor.seeing(None) if plain else extractor
                features = await used.extract(samples, on_progress=on_progress, should_stop=should_stop)
        finally:
            if not isinstance(photos, Dataset):
                self._cache.forget(samples)
        report(features.problems, problems)
        return features.spread(features.X, len(samples), features.X.shape[1])

    @asynccontextmanager
    async def _borrowed_extractor(self) -> AsyncIterator[FeatureExtractor]:
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

    def _wanted_card(self) -> ModelCard:
        """The card that the parameters ask for; where photos are to choose, that of all backbones side by side."""
        if self.topology is not None:
            return pixels_card(self.topology, self.fit_mode or "crop")
        if self.backbone != AUTO:
            return get_card(self.backbone, self.input_size, self.fit_mode)
        return get_card(side_by_side(*map(get_card, BUILT_IN)), self.input_size, self.fit_mode)

    @property
    def _chooses(self) -> bool:
        """Whether photos are to choose the backbone."""
        return self.backbone == AUTO and self.topology is None

    async def _get_extractor(self, kind: str | None = None) -> FeatureExtractor:
        """The extractor that the parameters ask for: the one in use, or another one, to keep or to dispose of.

        Where photos are to choose the backbone, it is the one that they chose, or else the first one; or that whose
        features are of a kind.
        """
        if self._learned:
            await self._ready()
        current, card = self._extractor, self.card_
        if self._chooses and kind is not None:
            wanted = self._wanted_card()
            cards, view = (*wanted.parts, wanted), self.views or ""
            card = next((one for one in cards if kind_of(one, self.pooling, view=view) == kind), card)
        if current and (current.card, current.pooling) == (card, self.pooling):
            return current.seeing(self.views)
        return await self._build_extractor(card)

    async def _build_extractor(self, card: ModelCard) -> FeatureExtractor:
        model: Predictor
        views_of(self.views)  # It checks them.
        if self.topology is None:
            model = await build_extractor(self.engine_, card, self.pooling)
        elif self.views is None:
            model = Pixels(card.feature_channels)
        else:
            raise ValueError("Expected views=None with a topology: their mean is one of features, not of pixels.")
        return FeatureExtractor(model, card, pooling=self.pooling, cache=self._cache, views=self.views)

    async def _choose_extractor(
        self, dataset: Dataset, callbacks: Callbacks, before: Sequence[DrawnSplit]
    ) -> tuple[FeatureExtractor, tuple[BackboneScore, ...], dict[str, int] | None]:
        """The extractor to train on; where photos were to choose it, what they said of each, and their groups."""
        if self.fine_tune and self.topology is None and self._wanted_card().parts:
            raise ValueError(Sentence("one-to-fine-tune"))
        if not self._chooses:
            return await self._get_extractor(), (), None
        pair = await self._build_extractor(self._wanted_card())
        chosen = pair
        try:
            card, scores, groups = await choose_backbone(dataset, pair, self.engine_, self.settings, callbacks, before)
            chosen = next((one for one in pair.parts() if one.card == card), pair)
        except BaseException:
            pair.model.dispose()
            raise
        for one in pair.parts() if chosen is not pair else ():
            if one.model is not chosen.model:
                one.model.dispose()
        return chosen, scores, groups

    def _check_features(self, features: Embedded) -> None:
        asked = {name: getattr(self, name) for name in ("topology", "augmentation", "fine_tune", "views")}
        reading = [name for name, value in asked.items() if value] + (["backbone='auto'"] if self._chooses else [])
        if reading:
            raise ValueError(f"Expected parameters that need no photos, got {', '.join(reading)}. Fit photos instead.")
        card = self.card_
        n_cells = 1 if self.pooling == "avg" else (card.input_size // card.stride) ** 2
        expected, got = card.feature_channels * n_cells, features.X.shape[1]
        if got != expected and len(features.samples):
            raise ValueError(f"Expected {expected} features of {card.name} for each photo, got {got}.")

    async def _learn(
        self,
        dataset: Dataset,
        callbacks: Callbacks,
        split: DrawnSplit | Sequence[DrawnSplit] | None,
        features: Embedded | None = None,
    ) -> None:
        before = () if split is None else (split,) if isinstance(split, DrawnSplit) else tuple(split)
        extractor, scores, groups = await self._choose_extractor(dataset, callbacks, before)
        try:
            learned, interruption = await learn(
                dataset, extractor, self.engine_, self.settings, callbacks, features, groups, before
            )
        except BaseException:
            self._let_go(extractor)
            raise
        self._take(learned.on_chosen_backbone(scores))
        self._let_go(extractor)  # Where the one in use was trained further.
        if interruption:
            raise interruption

    def _keep_extractor(self, extractor: FeatureExtractor | None) -> None:
        if self._extractor and not (extractor and extractor.model is self._extractor.model):
            self._extractor.model.dispose()
        self._extractor = extractor

    def _let_go(self, extractor: FeatureExtractor) -> None:
        """Dispose of an extractor, if its model is not the one in use."""
        if not (self._extractor and extractor.model is self._extractor.model):
            extractor.model.dispose()


async def open_classifier(make: type[Opened], data: bytes, *, engine: Engine | None, weights_id: str) -> Opened:
    """Open the archive of a classifier that was kept with its photos' features, so that these go on counting.

    Parameters
    ----------
    make : type
        Which face it gets.
    data : bytes
        The archive.
    engine : Engine, optional
        As in `pyclassifier.ImageClassifier`.
    weights_id : str
        What `weights_id` gave for it.

    Returns
    -------
    BaseImageClassifier
        Of the given type.

    Raises
    ------
    ArchiveError, EngineError
        As `pyclassifier.ImageClassifier.load` says.
    """
    return await make._open(data, engine, weights_id)


def keep_validation(classifier: BaseImageClassifier, validation: Predictions) -> None:
    """Give a classifier that was opened the ``validation_`` that was kept beside its archive."""
    classifier._show(classifier._fitted().judged(validation))


def weights_id(classifier: BaseImageClassifier) -> str:
    """What tells the backbone that a classifier uses from others of the same card; "" for the published one."""
    return classifier._extractor.weights_id if classifier._extractor else ""
