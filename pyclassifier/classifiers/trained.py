"""What can be done with what was learned: predicting, explaining, judging, saving."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..archives import STORED_AS, StorageCost, StoredAs, card_metadata, deviation, measure_costs, pack
from ..data import Dataset, Photo, Problem, Sample, as_sample, as_samples, without_nan
from ..embedding import FeatureCache, report
from ..engines import Engine, default_engine
from ..errors import DatasetError, NotFittedError
from ..judging import MAX_REFUSED, NONE_OF_THESE, Calibration, Evaluation, HeatMap, Predictions, explain, is_rejected
from ..progress import Callbacks, OnProgress, ShouldStop
from ..training import Learned

_Classifier = TypeVar("_Classifier", bound="TrainedClassifier")


class TrainedClassifier:
    """What an `ImageClassifier` can do once it has learned, or was loaded.

    Parameters
    ----------
    engine : Engine, optional
        What does the tensor arithmetic; by default the platform's.

    Attributes
    ----------
    classes_, evaluation_, validation_, calibration_, name_
        As in `ImageClassifier`.

    Examples
    --------
    >>> classifier = await ImageClassifier.load("model.zip")  # doctest: +SKIP
    >>> await classifier.predict([Path("new.jpg").read_bytes()])  # doctest: +SKIP
    """

    classes_: NDArray[np.str_]
    evaluation_: Evaluation | None
    validation_: Predictions | None
    calibration_: Calibration | None
    name_: str = "pyclassifier model"

    def __init__(self, engine: Engine | None = None) -> None:
        self.engine = engine
        self._engine: Engine | None = None
        self._cache = FeatureCache()
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
            As in `ImageClassifier.fit`.

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
        samples = as_samples(photos)
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
        return np.where(is_rejected(y_proba, self.threshold_), NONE_OF_THESE, labels) if reject else labels

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
            As in `ImageClassifier.extract_features`.
        on_progress, should_stop : callable, optional
            As in `ImageClassifier.fit`.

        Returns
        -------
        Predictions
            With the photos that cannot be read among its problems.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        """
        samples = as_samples(photos)
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
        learned = self._fitted()
        return await explain(learned.extractor, learned.head, learned.classes.tolist(), as_sample(photo, 0), label)

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

    def calibrate(self: _Classifier, predictions: Predictions, *, max_refused: float = MAX_REFUSED) -> _Classifier:
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
        TrainedClassifier
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

    def set_threshold(self: _Classifier, threshold: float | None) -> _Classifier:
        """Choose by hand below which probability a photo is none of the classes; it is saved with the model.

        Parameters
        ----------
        threshold : float or None
            In 0..1; None gives every photo one of the classes.

        Returns
        -------
        TrainedClassifier
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

    @property
    def threshold_(self) -> float | None:
        """Probability, in 0..1, below which a photo is none of the classes; None where too few photos could tell."""
        return self.calibration_.threshold if self.calibration_ else None

    def rename_classes(self: _Classifier, names: Sequence[str]) -> _Classifier:
        """Call the classes otherwise; nothing is learned anew.

        Parameters
        ----------
        names : sequence of str
            A new name for each of ``classes_``, in their order.

        Returns
        -------
        TrainedClassifier
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

    def learn_validation(self: _Classifier, validation: Predictions) -> _Classifier:
        """Take ``validation_`` from somebody who kept it, such as a project.

        Parameters
        ----------
        validation : Predictions
            Of the classes of this classifier.

        Returns
        -------
        TrainedClassifier
            Itself.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        """
        self._show(self._fitted().judged(validation))
        return self

    @property
    def record_(self) -> dict[str, Any]:
        """How the model came about, as plain data for JSON.

        Name, labels, card and fit mode; of a training ``run``: parameters (with the seed), versions, backend,
        renderer, history, and the photos as hashes of their content (SHA-256); its ``evaluation``.
        """
        learned = self._fitted()
        about = {"name": self.name_, "labels": self.classes_.tolist(), **card_metadata(learned.extractor.card)}
        training = {name: value for name, value in learned.record.items() if name != "selfCheck"}
        return without_nan({**about, **training})

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

    def _show(self, learned: Learned) -> None:
        """Go on with this."""
        self._learned = learned
        self.classes_, self.evaluation_ = learned.classes, learned.evaluation
        self.validation_, self.calibration_ = learned.validation, learned.calibration

    def _fitted(self) -> Learned:
        """Extractor and head that belong together, whatever the parameters say now."""
        if self._learned is None:
            raise NotFittedError("Expected a trained model; train one or open one first.")
        return self._learned
