"""Image classifiers as scikit-learn's estimators, over the same training: it is imported when one is asked for."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from functools import cached_property, update_wrapper
from os import PathLike
from typing import Any, Self
from weakref import finalize

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..backbones import AUTO, DEFAULT_BACKBONE, FitMode, ModelCard, Pooling, Views
from ..data import Dataset, Photo, Sample, as_samples
from ..embedding import MemoryCache
from ..engines import Engine, Predictor
from .base import BaseImageClassifier
from .image import ImageClassifier

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.utils import column_or_1d
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_consistent_length, check_is_fitted
except ImportError as error:
    raise ImportError(
        "Expected scikit-learn 1.6 or newer, whose estimators these are. Install it: pip install "
        '"pyclassifier[sklearn]"; in a notebook in the browser `import sklearn` loads it.'
    ) from error


class _OfPhotos(BaseEstimator):
    """An estimator whose samples are photos, and whose clones remember the features that one of them has computed."""

    @cached_property
    def _cache(self) -> MemoryCache:
        fitted: ImageClassifier | None = vars(self).get("classifier_")
        return fitted._cache if fitted else MemoryCache()

    def __sklearn_clone__(self) -> Self:
        shared = {id(one): one for one in (self._cache, self.engine)}
        unlearned = {name: value for name, value in vars(self).items() if not name.endswith("_")}
        made = type(self).__new__(type(self))
        made.__dict__.update(deepcopy(unlearned, shared))
        return made

    def __getstate__(self) -> dict[str, Any]:
        # Another process gets photos, not what is remembered of them.
        return {name: value for name, value in super().__getstate__().items() if name != "_cache"}

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # It takes lists: of paths, for one,
        tags.input_tags.string = True
        tags.input_tags.three_d_array = True  # and of pixels.
        return tags

    def _new_classifier(self) -> ImageClassifier:
        """A classifier of these parameters."""
        parameters = self.get_params(deep=False)
        weights = parameters.get("class_weight")
        if isinstance(weights, dict):
            parameters["class_weight"] = {str(label): weight for label, weight in weights.items()}
        made = ImageClassifier(**parameters)
        made._cache = self._cache
        return made


class SKLearnClassifier(ClassifierMixin, _OfPhotos):
    """Image classifier as an estimator of scikit-learn, which `ImageClassifier.as_sklearn` makes.

    It learns from lists of photos, and labels of any kind that scikit-learn's classifiers take; parameters are those of
    `ImageClassifier`. Its clones share the features that they compute: each photo's are computed once in a search by
    `sklearn.model_selection.GridSearchCV`, but for the copies in other processes (``n_jobs``).

    Parameters
    ----------
    backbone, input_size, fit_mode, pooling, views, hidden_units, l2, epochs, batch_size, learning_rate, patience
        As in `ImageClassifier`.
    validation_split, split_recordings, cv, refit, duplicate_threshold, random_state, augmentation, topology, fine_tune
        As in `ImageClassifier`.
    engine : Engine, optional
        As in `ImageClassifier`.
    class_weight : {"balanced"} or dict, optional
        As in `ImageClassifier`; the keys of a dict are labels as in ``y``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels, sorted; of the kind of ``y``.
    classifier_ : ImageClassifier
        What has learned: to save, to explain, and for figures (``classifier_.evaluation_``). Its labels are str.

    Notes
    -----
    Weights of single samples are not supported (`fit` has no ``sample_weight``); ``class_weight`` is. `score` is the
    accuracy. Unreadable photos are left out in `fit` (``classifier_.problems_``), and elsewhere refused.

    Examples
    --------
    >>> from sklearn.model_selection import GridSearchCV  # doctest: +SKIP
    >>> search = GridSearchCV(ImageClassifier(cv=0).as_sklearn(), {"hidden_units": [0, 50]})  # doctest: +SKIP
    >>> search.fit(photos, y).best_estimator_.classifier_.save("model.zip")  # doctest: +SKIP
    """

    classes_: NDArray[Any]
    classifier_: ImageClassifier

    def __init__(self, *given: Any, **named: Any) -> None:
        bound = inspect.signature(ImageClassifier).bind(*given, **named)
        bound.apply_defaults()
        for name, value in bound.arguments.items():
            setattr(self, name, value)

    @classmethod
    def of(cls, classifier: BaseImageClassifier) -> Self:
        """Make an estimator of a classifier: with its parameters, its features, and with what it has learned."""
        made: Self = cls(**classifier.get_params())
        made._cache = classifier._cache
        if classifier._learned:
            made.classes_ = np.sort(classifier.classes_)
            # Beside it, not the same one: what either learns from now on is its own.
            made.classifier_ = ImageClassifier()
            vars(made.classifier_).update(classifier.__getstate__())
        return made

    def fit(self, X: Sequence[Photo], y: ArrayLike) -> Self:
        """Train, on nothing but these photos; what was learned before is forgotten.

        Parameters
        ----------
        X : sequence of photos
            Paths, bytes of image files, Pillow images, pixels (uint8) of shape (H, W, 3) (RGB) or (H, W) (grey), or
            samples, whose marks for validation and test do not count; also an array of paths, or of shape (N, H, W, 3)
            or (N, H, W), and a column of a table.
        y : array_like of shape (n_photos,)
            Label of each.

        Returns
        -------
        SKLearnClassifier
            Itself.

        Raises
        ------
        ValueError
            Not one label per photo, or pixels of another kind.
        TypeError
            Something else than photos.
        DatasetError
            Fewer than two classes, or a class without readable photos to learn from.
        """
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None.")
        samples, labels = _samples(X), column_or_1d(y, warn=True)
        check_consistent_length(samples, labels)
        check_classification_targets(labels)
        classes = np.unique(labels)
        if len(classes) < 2:
            raise ValueError(f"Expected photos of at least 2 classes, got 1 class ({classes[0]!r}).")
        pairs = zip(samples, labels.tolist(), strict=True)
        dataset = Dataset(tuple(replace(sample, label=str(label), split=None) for sample, label in pairs))
        classifier = self._new_classifier()
        try:
            classifier.fit(dataset, verbose=False)
        finally:
            self._cache.forget(samples)
        self.classes_, self.classifier_ = classes, classifier
        _tie(classifier, classifier._fitted().head)
        return self

    def predict_proba(self, X: Sequence[Photo]) -> NDArray[np.float32]:
        """Give each photo a probability per class.

        Parameters
        ----------
        X : sequence of photos
            As in `fit`.

        Returns
        -------
        ndarray of shape (n_photos, n_classes), float32
            Rows sum to 1; columns as in ``classes_``.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            Nothing was learned yet.
        ImageDecodeError
            A photo cannot be read.
        """
        check_is_fitted(self)
        places = {label: i for i, label in enumerate(self.classifier_.classes_.tolist())}
        y_proba = self.classifier_.predict_proba(_samples(X))
        return y_proba[:, [places[str(label)] for label in self.classes_.tolist()]]

    def predict(self, X: Sequence[Photo]) -> NDArray[Any]:
        """Give each photo its most probable label.

        Parameters
        ----------
        X : sequence of photos
            As in `fit`.

        Returns
        -------
        ndarray of shape (n_photos,)
            Of the kind of the labels in `fit`.

        Raises
        ------
        sklearn.exceptions.NotFittedError, ImageDecodeError
            As in `predict_proba`.
        """
        check_is_fitted(self)
        y_proba = self.predict_proba(X)
        return np.asarray(self.classes_[y_proba.argmax(axis=1)])


# By its signature scikit-learn knows the parameters.
update_wrapper(SKLearnClassifier.__init__, ImageClassifier.__init__)


class ImageFeatures(ClassNamePrefixFeaturesOutMixin, TransformerMixin, _OfPhotos):
    """Photos -> a pretrained backbone's features, for scikit-learn; `ImageClassifier.as_transformer` makes it.

    It learns nothing from photos. Its clones share the features that they compute, as those of `SKLearnClassifier`.

    Parameters
    ----------
    backbone, input_size, fit_mode, pooling, views, engine
        As in `ImageClassifier`, but for "auto" as the backbone.

    Attributes
    ----------
    classifier_ : ImageClassifier
        What computes them.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression  # doctest: +SKIP
    >>> from sklearn.pipeline import make_pipeline  # doctest: +SKIP
    >>> pipeline = make_pipeline(ImageClassifier().as_transformer(), LogisticRegression())  # doctest: +SKIP
    >>> pipeline.fit(photos, y).predict(["new.jpg"])  # doctest: +SKIP
    """

    classifier_: ImageClassifier

    def __init__(
        self,
        backbone: str | ModelCard = DEFAULT_BACKBONE,
        *,
        input_size: int | None = None,
        fit_mode: FitMode | None = None,
        pooling: Pooling = "avg",
        views: Views | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.backbone = backbone
        self.input_size = input_size
        self.fit_mode = fit_mode
        self.pooling = pooling
        self.views = views
        self.engine = engine

    @classmethod
    def of(cls, classifier: BaseImageClassifier) -> Self:
        """Make a transformer of a classifier: with its parameters, and the features that it remembers."""
        if classifier.topology is not None:
            raise ValueError(
                "Expected a pretrained backbone, got a topology, which has none: it is trained from scratch."
            )
        asked = {name: getattr(classifier, name) for name in inspect.signature(cls).parameters}
        made = cls(**{**asked, "backbone": classifier.card_ if classifier.backbone == AUTO else classifier.backbone})
        made._cache = classifier._cache
        return made

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = []  # Features are float32, whatever photos are.
        return tags

    def fit(self, X: Sequence[Photo], y: object = None) -> Self:
        """Load the backbone, and try it on the first photo; nothing is learned from them.

        Parameters
        ----------
        X : sequence of photos
            As in `SKLearnClassifier.fit`.
        y : object
            Not used.

        Returns
        -------
        ImageFeatures
            Itself.

        Raises
        ------
        ValueError
            "auto" as the backbone, which only photos with labels choose.
        UnknownModelError, EngineError
            There is no such backbone, or it cannot be loaded.
        ImageDecodeError
            That photo cannot be read.
        """
        if self.backbone == AUTO:
            raise ValueError(
                'Expected the name of a backbone, got "auto": fit an ImageClassifier to let photos choose.'
            )
        classifier = self._new_classifier()
        self._n_features_out = classifier.extract_features(_samples(X)[:1]).shape[1]
        self.classifier_ = classifier
        _tie(classifier)
        return self

    def transform(self, X: Sequence[Photo]) -> NDArray[np.float32]:
        """Compute the features of photos.

        Parameters
        ----------
        X : sequence of photos
            As in `SKLearnClassifier.fit`.

        Returns
        -------
        ndarray of shape (n_photos, n_features), float32

        Raises
        ------
        sklearn.exceptions.NotFittedError
            `fit` was not called.
        ImageDecodeError
            A photo cannot be read.
        """
        check_is_fitted(self)
        return self.classifier_.extract_features(_samples(X))


def _tie(classifier: ImageClassifier, *models: Predictor) -> None:
    """Have an engine free the models of a classifier that is gone: clones are many, and nobody closes them."""
    extractor = classifier._extractor
    for model in (*models, *([extractor.model] if extractor else [])):
        finalize(classifier, model.dispose)


def _samples(X: Any) -> list[Sample]:
    """Photos of a list of them. A single one is refused: rows and labels would no longer be of the same photos."""
    if isinstance(X, str | bytes | PathLike):
        raise TypeError(f"Expected a list of photos, got {X!r:.60} ({type(X).__name__}). Make it a list.")
    # The rows of an array are photos, of whatever shape it is.
    samples = as_samples([*X] if isinstance(X, np.ndarray) else X)
    if not samples:
        raise ValueError("Expected at least 1 photo, got none.")
    return samples
