"""The image classifier for where one awaits: pages, workers and notebooks in a browser, and asynchronous programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray

from ..archives import STORED_AS, StorageCost, StoredAs, deviation, measure_costs
from ..data import Dataset, Photo, Photos, Problem, as_sample, is_address
from ..display import showing
from ..embedding import FeatureExtractor
from ..engines import Engine
from ..errors import DatasetError
from ..judging import NONE_OF_THESE, Evaluation, HeatMap, Predictions, explain, is_rejected
from ..progress import Callbacks, OnEpoch, OnProgress, ShouldStop
from ..sentences import Sentence
from ..training import DrawnSplit, Embedded, FineTuningCost, Snapshot, measure_fine_tuning, retrained
from .base import BaseImageClassifier


class AsyncImageClassifier(BaseImageClassifier):
    """Image classifier whose methods are awaited where they take time; else the same as `ImageClassifier`.

    In a browser, whose only thread must not be kept waiting, `pyclassifier.ImageClassifier` is this class.

    Parameters
    ----------
    backbone, input_size, fit_mode, pooling, views, hidden_units, l2, epochs, batch_size, learning_rate, patience
        As in `ImageClassifier`.
    class_weight, validation_split, split_recordings, cv, refit, duplicate_threshold, random_state, augmentation
        As in `ImageClassifier`.
    topology, engine
        As in `ImageClassifier`.

    Examples
    --------
    >>> classifier = AsyncImageClassifier(input_size=96)
    >>> await classifier.fit(Dataset.from_folder("photos"))  # doctest: +SKIP
    >>> await classifier.predict("new.jpg")  # doctest: +SKIP
    """

    async def load_backbone(self) -> Self:
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
        split: DrawnSplit | Sequence[DrawnSplit] | None = None,
        verbose: bool | Literal["auto"] = "auto",
        on_progress: OnProgress | None = None,
        on_epoch: OnEpoch | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Self:
        """Train. Features of photos seen before are remembered; what was learned before is replaced at the end.

        Parameters
        ----------
        dataset : Dataset
        split : DrawnSplit or sequence of DrawnSplit, optional
            Of trainings before, the newest last, such as ``split_`` has it: photos that are there again are held out,
            or in the fold, as they were then, whatever class they are in now, so that figures before and after labels
            were mended are those of the same photos. New photos are drawn, and groups are not parted, as
            `pyclassifier.training.draw_validation` says. Another ``validation_split``, ``random_state`` or number of
            folds than it was drawn with draws anew.
        verbose : bool or "auto"
            Whether to show how far it is: a bar and curves in a notebook, in the browser with a button that stops, else
            a line on the standard output. "auto" shows them in notebooks only.
        on_progress : callable, optional
            Gets `Progress` of the stages "decoding" and "features", "choosing" where photos choose the backbone,
            "augmenting" where there is an augmentation, "judging" where there are folds, in folds, and "refitting", in
            epochs.
        on_epoch : callable, optional
            Gets the history so far after each epoch.
        should_stop : callable, optional
            Once true, training ends after the running epoch and keeps what is learned; while it is judged by folds, or
            fitted again, what was learned before that.

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
        with showing(verbose, self.settings.n_epochs, Callbacks(on_progress, on_epoch, should_stop)) as callbacks:
            await self._learn(dataset, callbacks, split)
        return self

    async def fit_features(
        self,
        features: Embedded,
        *,
        split: DrawnSplit | Sequence[DrawnSplit] | None = None,
        verbose: bool | Literal["auto"] = "auto",
        on_progress: OnProgress | None = None,
        on_epoch: OnEpoch | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Self:
        """Train on features that were computed before, without reading a photo; else as `fit`.

        Parameters
        ----------
        features : Embedded
            Of the backbone that the parameters ask for, such as `pyclassifier.scaling.open_features` gives: as many as
            a disk holds.
        split, verbose, on_progress, on_epoch, should_stop
            As in `fit`.

        Returns
        -------
        ImageClassifier
            Itself.

        Raises
        ------
        ValueError
            Features of another backbone, or parameters for which photos have to be read: a `topology`, an
            augmentation, ``views``, ``fine_tune``, or "auto" as the backbone.
        DatasetError, StoppedError, EngineError, KeyboardInterrupt, asyncio.CancelledError
            As in `fit`.
        """
        self._check_features(features)
        with showing(verbose, self.settings.n_epochs, Callbacks(on_progress, on_epoch, should_stop)) as callbacks:
            await self._learn(features.dataset, callbacks, split, features)
        return self

    async def predict_proba(
        self,
        photos: Photos,
        *,
        problems: list[Problem] | None = None,
        remember: bool = True,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> NDArray[np.float32]:
        """Give each photo a probability per class.

        Parameters
        ----------
        photos : photo, folder, Dataset, or sequence of photos
            As `pyclassifier.data.as_samples` takes them: paths, bytes of image files, Pillow images, pixels (uint8) of
            shape (H, W, 3) (RGB) or (H, W) (grey), samples.
        problems : list of Problem, optional
            Where given, unreadable photos are added to it and their rows are nan; else the first one raises.
        remember : bool
            Whether to keep features for photos that come again; frames of a camera never do.
        on_progress, should_stop : callable, optional
            As in `ImageClassifier.fit`.

        Returns
        -------
        ndarray of shape (n_photos, n_classes), float32
            Rows sum to 1; columns as in ``classes_``.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ImageDecodeError
            A photo cannot be read, and no list for problems was given.
        """
        return await self._predict_proba(photos, problems, remember, on_progress, should_stop)

    async def predict(self, photos: Photos, *, reject: bool = False) -> NDArray[np.str_]:
        """Give each photo its most probable label.

        Parameters
        ----------
        photos
            As in `predict_proba`.
        reject : bool
            Whether to call a photo whose highest probability is below ``threshold_`` `NONE_OF_THESE` ("none of these").

        Returns
        -------
        ndarray of shape (n_photos,), str

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
        y_proba = await self._predict_proba(photos, None)
        labels = np.asarray(self.classes_[y_proba.argmax(axis=1)])
        return np.where(is_rejected(y_proba, self.threshold_), NONE_OF_THESE, labels) if reject else labels

    async def predict_photos(
        self,
        photos: Photos,
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
        return await self._predict_photos(photos, on_progress, should_stop)

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
        learned = await self._ready()
        return await explain(learned.extractor, learned.head, learned.classes.tolist(), as_sample(photo, 0), label)

    async def evaluate(
        self,
        dataset: Dataset | str | Path,
        *,
        problems: list[Problem] | None = None,
        on_progress: OnProgress | None = None,
    ) -> Evaluation:
        """Compare predictions with the labels of photos that were not trained on.

        Parameters
        ----------
        dataset : Dataset, or str or Path of a folder or zip, or address of a folder
            Where some of its photos are marked for test, these are used alone; else all are, whatever their split.
        problems : list of Problem, optional
            Gets the files that could not be used, unknown labels included.
        on_progress : callable, optional
            As in `fit`.

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
        if not isinstance(dataset, Dataset):
            is_folder = is_address(dataset) or Path(dataset).is_dir()
            dataset = Dataset.from_folder(dataset) if is_folder else Dataset.from_zip(dataset)
        classes = self.classes_.tolist()
        problems = [] if problems is None else problems
        problems.extend(dataset.problems)
        samples = [sample for sample in dataset.samples if sample.split == "test"] or dataset.samples
        known = [sample for sample in samples if sample.label in classes]
        for sample in samples:
            if sample.label not in classes:
                problems.append(Problem(sample.path, Sentence("unknown-class", label=str(sample.label))))
        predictions = await self._predict_photos(known, on_progress)
        problems.extend(predictions.problems)
        evaluation = predictions.evaluation
        if not evaluation.n_samples:
            raise DatasetError("no-known-photos", classes=classes)
        return evaluation

    async def extract_features(
        self,
        photos: Photos,
        *,
        problems: list[Problem] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> NDArray[np.float32]:
        """Turn photos into what a head is trained on, to train one of your own; needs no `fit`.

        Parameters
        ----------
        photos : photo, folder, Dataset, or sequence of photos
            As those of `predict_proba`.
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
        return await self._extract_features(photos, problems, on_progress, should_stop)

    async def measure_fine_tuning(self, n_photos: int) -> FineTuningCost:
        """Measure what fine-tuning, as the parameters say it, would cost here, by trying a step.

        Parameters
        ----------
        n_photos : int
            How many would take part.

        Returns
        -------
        FineTuningCost
            Memory and seconds.

        Raises
        ------
        ValueError
            A backbone that cannot be cut so, or more photos than there is memory for.

        Examples
        --------
        >>> cost = await classifier.set_params(fine_tune=True).measure_fine_tuning(300)  # doctest: +SKIP
        >>> print(cost.n_bytes, cost.seconds)  # doctest: +SKIP
        """
        async with self._borrowed_extractor() as extractor:
            return await measure_fine_tuning(extractor, self.engine_, self.settings, n_photos)

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
        learned = await self._ready()
        samples = [sample for sample in dataset.samples if sample.label in self.classes_.tolist()]
        return await measure_costs(learned, self.engine_, samples, dtypes, Callbacks(on_progress, None, should_stop))

    async def save(
        self, path: str | Path | None = None, *, name: str | None = None, dtype: StoredAs = "float32"
    ) -> bytes:
        """Pack what was learned into a zip that anyone's tf.js reads, or into an ONNX file.

        Parameters
        ----------
        path : str or Path, optional
            Where to write it as well; a name that ends with ``.onnx`` makes it an ONNX file.
        name : str, optional
            What to call the model; by default ``name_``.
        dtype : {"float32", "float16", "uint16", "uint8"}
            How the weights are stored. "uint16" is half as large and nearly as exact, "float16" as small and less
            exact (and TensorFlow.js before 2.0 does not read it); "uint8" takes 8 bits for the kernels that bear it
            and 16 for the others. `measure_storage` tells what that costs.

        Returns
        -------
        bytes
            The zip file, see `pyclassifier.archives`; or the ONNX file, see `pyclassifier.archives.write_onnx`.

        Raises
        ------
        NotFittedError
            Nothing was learned or loaded yet.
        ValueError
            An unknown dtype.
        EngineError
            A layer that ONNX files have no operator for.
        """
        data = await self._save(name, dtype, as_onnx=path is not None and Path(path).suffix.lower() == ".onnx")
        if path is not None:
            Path(path).write_bytes(data)
        return data

    @classmethod
    async def load(
        cls,
        source: bytes | str | Path,
        *,
        engine: Engine | None = None,
        labels: Sequence[str] | None = None,
        scaling: tuple[float, float] | None = None,
    ) -> Self:
        """Open a zip that `save` or Teachable Machine wrote, or one of a tf.js layers model of others.

        Parameters
        ----------
        source : bytes, str or Path
            The zip file, or where it is.
        engine : Engine, optional
            As in the constructor.
        labels : sequence of str, optional
            Names of the classes, in the order of the model's outputs, where its files do not tell them.
        scaling : (divisor, offset), optional
            What the network is given is ``pixel / divisor + offset``, where its files do not tell that: (127.5, -1) for
            MobileNet and its like, (255, 0) for pixels in 0..1, (1, 0) for 0..255.

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
        return await cls._open(source, engine, labels=labels, scaling=scaling)

    async def restore(self, snapshot: Snapshot) -> Self:
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
            extractor = await self._extractor_of(snapshot)
            head = await self.engine_.build(snapshot.topology, snapshot.weights)
        except BaseException:
            self.set_params(**current)
            if extractor:
                self._let_go(extractor)
            raise
        self._take(replace(snapshot.learned, extractor=extractor, head=head))
        return self

    async def _extractor_of(self, snapshot: Snapshot) -> FeatureExtractor:
        """The backbone that a model was trained on: the one in use, or the parameters', perhaps trained further."""
        if self._extractor and self._extractor.kind == snapshot.kind:
            return self._extractor
        extractor = await self._get_extractor(snapshot.published_kind or snapshot.kind)
        if extractor.kind == snapshot.kind:
            return extractor
        try:
            if not snapshot.trained or extractor.kind != snapshot.published_kind:
                raise ValueError("Expected the backbone that the model was trained on; open its archive instead.")
            return await retrained(extractor, snapshot.trained, self.engine_)
        finally:
            self._let_go(extractor)

    async def self_check(self) -> float:
        """Compare what is computed here with what the archive promises.

        Returns
        -------
        float
            Largest difference between two probabilities, in 0..1; nan where nothing was promised.
        """
        return await deviation(await self._ready())
