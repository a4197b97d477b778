"""Recognise anything: pretrained networks with the 1000 classes of ImageNet that they were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from ..backbones import DEFAULT_BACKBONE, FitMode, ModelCard, Network, NetworkSummary, get_card, load_network
from ..blocking import blocking_method, chained_method
from ..data import Photos, Problem, as_samples
from ..embedding import FeatureExtractor, MemoryCache, report
from ..engines import Engine, default_engine
from ..errors import EngineError
from ..progress import OnProgress, ShouldStop


@dataclass(frozen=True)
class Recognition:
    """One of the classes that a picture may show.

    Parameters
    ----------
    name : str
        Such as "drum, membranophone, tympan".
    class_index : int
        In 0..999, in ImageNet's order.
    wordnet_id : str
        Such as "n03249569".
    probability : float
        In 0..1.
    """

    name: str
    class_index: int
    wordnet_id: str
    probability: float


class _BaseImageNetClassifier:
    """Network, parameters and the core of predicting: what both faces of the classifier are made of."""

    def __init__(
        self,
        backbone: str | ModelCard = DEFAULT_BACKBONE,
        *,
        input_size: int | None = None,
        fit_mode: FitMode | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.backbone = backbone
        self.input_size = input_size
        self.fit_mode: FitMode | None = fit_mode
        self.engine = engine
        self._network: Network | None = None
        self._extractor: FeatureExtractor | None = None

    def close(self) -> None:
        """Free what the engine holds; the next `predict` loads the network anew."""
        if self._extractor:
            self._extractor.model.dispose()
        self._network = self._extractor = None

    async def _predict_proba(
        self,
        photos: Photos,
        problems: list[Problem] | None,
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> NDArray[np.float32]:
        network, extractor = await self._loaded()
        samples = as_samples(photos)
        found = await extractor.extract(samples, on_progress=on_progress, should_stop=should_stop)
        extractor.cache.forget(samples)
        report(found.problems, problems)
        if found.kept and found.X.shape[1] != len(network.classes):
            raise EngineError("other-network", expected=len(network.classes), got=found.X.shape[1])
        return found.spread(found.X, len(samples), len(network.classes))

    async def _loaded(self) -> tuple[Network, FeatureExtractor]:
        if self._network is None or self._extractor is None:
            card = get_card(self.backbone, self.input_size, self.fit_mode)
            card = card if self.fit_mode else card.as_published()
            engine = self.engine or default_engine()
            network = await load_network(engine.store, card)
            model = await engine.build(network.topology, network.read_weights)
            # The probabilities are to it what features are to a classifier with a head: one row per picture.
            self._extractor = FeatureExtractor(model, card, pooling="avg", cache=MemoryCache(), weights_id="network")
            self._network = network
        return self._network, self._extractor


class AsyncImageNetClassifier(_BaseImageNetClassifier):
    """`ImageNetClassifier` whose methods are awaited; in a browser, `pyclassifier.ImageNetClassifier` is this class.

    Parameters
    ----------
    backbone, input_size, fit_mode, engine
        As in `ImageNetClassifier`.

    Examples
    --------
    >>> [best, *others] = (await AsyncImageNetClassifier().predict([drum]))[0]  # doctest: +SKIP
    """

    async def load(self) -> Self:
        """Load the network now, so that the first `predict` need not.

        Returns
        -------
        ImageNetClassifier
            Itself.

        Raises
        ------
        EngineError
            The network cannot be had.
        """
        await self._loaded()
        return self

    async def predict_proba(
        self,
        photos: Photos,
        *,
        problems: list[Problem] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> NDArray[np.float32]:
        """Give each picture a probability per class.

        Parameters
        ----------
        photos : photo, folder, Dataset, or sequence of photos
            As `pyclassifier.data.as_samples` takes them: paths, bytes of image files, Pillow images, pixels (uint8) of
            shape (H, W, 3) (RGB) or (H, W) (grey), samples.
        problems : list of Problem, optional
            Where given, unreadable pictures are added to it and their rows are nan; else the first one raises.
        on_progress : callable, optional
            Gets `Progress` of the stages "decoding" and "features".
        should_stop : callable, optional
            Asked before each picture.

        Returns
        -------
        ndarray of shape (n_photos, 1000), float32
            Rows sum to 1.

        Raises
        ------
        ImageDecodeError
            A picture cannot be read, and no list for problems was given.
        StoppedError
            ``should_stop()`` was true.
        EngineError
            The engine failed.
        """
        return await self._predict_proba(photos, problems, on_progress, should_stop)

    async def predict(
        self,
        photos: Photos,
        *,
        top_k: int = 3,
        problems: list[Problem] | None = None,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> list[list[Recognition]]:
        """Give each picture its most probable classes.

        Parameters
        ----------
        photos, problems, on_progress, should_stop
            As in `predict_proba`.
        top_k : int
            How many classes, in 1..1000.

        Returns
        -------
        list of list of Recognition
            The most probable first; an empty list for a picture that went to ``problems``.

        Raises
        ------
        ValueError
            ``top_k`` out of range.
        ImageDecodeError, StoppedError, EngineError
            As in `predict_proba`.
        """
        network, _ = await self._loaded()
        n_classes = len(network.classes)
        if not isinstance(top_k, int) or not 1 <= top_k <= n_classes:
            raise ValueError(f"Expected top_k to be a whole number in 1..{n_classes}, got {top_k!r}.")
        y_proba = await self._predict_proba(photos, problems, on_progress, should_stop)
        return [[] if np.isnan(row[0]) else _best(row, network.classes, top_k) for row in y_proba]

    async def summary(self) -> NetworkSummary:
        """The layers of the network as published, and where it is cut for training.

        Returns
        -------
        NetworkSummary
            Print it for a table such as Keras's ``model.summary()``.

        Raises
        ------
        EngineError
            The network cannot be had.
        """
        return (await self._loaded())[0].summary


class ImageNetClassifier(_BaseImageNetClassifier):
    """What a picture shows, among the 1000 classes of ImageNet; nothing is trained.

    Parameters
    ----------
    backbone : str or ModelCard
        A name in `pyclassifier.CATALOG`.
    input_size : int, optional
        Side of the network's input in pixels, a multiple of 32; by default the card's.
    fit_mode : {"central", "crop", "pad", "stretch"}, optional
        How pictures become square, see `pyclassifier.backbones.Preprocessing`; by default as the card's accuracy was
        published.
    engine : Engine, optional
        What does the tensor arithmetic; by default the platform's.

    Notes
    -----
    Classes and their order are those of ILSVRC 2012 (Russakovsky et al. 2015, arXiv:1409.0575).

    Examples
    --------
    >>> classifier = ImageNetClassifier()
    >>> [best, *others] = classifier.predict([drum])[0]  # doctest: +SKIP
    >>> best.name, best.class_index  # doctest: +SKIP
    ('drum, membranophone, tympan', 541)
    >>> print(classifier.summary())  # doctest: +SKIP
    """

    load = chained_method(AsyncImageNetClassifier.load)
    predict_proba = blocking_method(AsyncImageNetClassifier.predict_proba)
    predict = blocking_method(AsyncImageNetClassifier.predict)
    summary = blocking_method(AsyncImageNetClassifier.summary)


def _best(row: NDArray[np.float32], classes: Sequence[tuple[str, str]], top_k: int) -> list[Recognition]:
    best = np.argsort(-row, kind="stable")[:top_k]
    return [Recognition(classes[i][1], int(i), classes[i][0], float(row[i])) for i in best]
