"""Photos -> features: decoded in batches while the engine works on the batch before, and remembered."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Sequence
from copy import copy
from dataclasses import asdict, dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..backbones import ModelCard, Pooling, Preprocessing, Views, see, views_of
from ..data import MAX_PIXELS, Problem, Sample, as_readable, find_digest, jpeg_decoder, open_image, read_size
from ..engines import Predictor
from ..errors import ImageDecodeError, StoppedError
from ..notebook import Brief
from ..progress import OnProgress, Progress, ShouldStop
from ..threads import beside, in_order, in_thread, n_processors
from .augmentation import Variation
from .cache import Facts, FeatureCache, MemoryCache
from .pixels import Pixels
from .preprocessing import load_image, make_batch
from .side_by_side import SideBySide, join_rows

BATCH_SIZE = 16
_MOST_READ = 4
Row = NDArray[np.float32]


@dataclass(frozen=True, repr=False)
class Features(Brief):
    """Features of a list of samples, and those of them that could not be read.

    Parameters
    ----------
    X : ndarray of shape (n_kept, n_features), float32
        One row per readable sample, in the samples' order.
    kept : tuple of int
        Indices of those samples.
    problems : tuple of Problem
        The others.
    plain : ndarray of shape (n_kept, n_features), float32, optional
        Features of the photos as they are, where X has the means over several views of them.
    """

    X: Row
    kept: tuple[int, ...]
    problems: tuple[Problem, ...]
    plain: Row | None = None

    def spread(self, rows: NDArray[np.float32], n_samples: int, n_columns: int) -> NDArray[np.float32]:
        """Rows of the kept samples -> rows of all of them, nan where there is none; of so many columns without any."""
        spread = np.full((n_samples, *(rows.shape[1:] if self.kept else (n_columns,))), np.nan, np.float32)
        if self.kept:
            spread[list(self.kept)] = rows
        return spread


def kind_of(card: ModelCard, pooling: Pooling, weights_id: str = "", view: str = "") -> str:
    """What tells features from others, by backbone, reading, pooling and what is seen of a photo.

    The text stands in projects and browsers.
    """
    how = card.preprocessing
    read = str(list(asdict(how).values()))
    if how.divisor_and_offset is not None:
        divisor, offset = how.divisor_and_offset
        read = f"{how.size}/{divisor}/{offset}/{how.fit_mode}"
    return f"{card.name}/{read}/{pooling}/{weights_id}" + (f"/{view}" if view else "")


def report(found: Sequence[Problem], problems: list[Problem] | None) -> None:
    """Add problems that were found to a list; raise the first one where there is no list."""
    if problems is not None:
        problems.extend(found)
    elif found:
        raise ImageDecodeError(found[0].path, found[0].reason)


@dataclass(frozen=True)
class _Pixels:
    """A decoded photo on its way to the engine."""

    digest: str
    pixels: NDArray[np.uint8]


class _Gates:
    """What few of the photos that are begun pass at a time: reading, so that the first are soon there, and more."""

    def __init__(self) -> None:
        self.reading = asyncio.Semaphore(max(_MOST_READ, n_processors() + 1))  # In a browser there is one processor.
        self.alone = asyncio.Lock()


_Decoded = tuple[int, _Pixels]
_Picture = tuple[NDArray[np.uint8], tuple[int, int]]
Found = dict[int, "list[Row] | Problem"]  # Of each photo, what is found of each view.


def pool_features(X: NDArray[np.float32], card: ModelCard) -> NDArray[np.float32]:
    """What photos are compared by: the mean over the feature map of each row; of several backbones, the first one's.

    Rows that are no map of the card's channels stay as they are.
    """
    channels = card.feature_channels
    if not channels or X.shape[1] % channels:
        return X
    mean: NDArray[np.float32] = X.reshape(len(X), -1, channels).mean(axis=1)
    return mean[:, : card.parts[0].feature_channels] if card.parts else mean


class FeatureExtractor:
    """Turns samples into features with a model that an engine holds.

    Parameters
    ----------
    model : Predictor
        (N, S, S, 3) -> (N, n_features).
    card : ModelCard
        Its preprocessing is how photos become the model's inputs.
    pooling : {"avg", "flatten"}
        How the model pools.
    cache : FeatureCache
    weights_id : str
        Tells models of the same card and other weights apart: the cache takes features of the same card, settings,
        weights and content for the same.
    max_pixels : int
        As in `pyclassifier.data.decode_image`.
    views : {"flip", "crop", "flip+crop"}, optional
        What is seen of each photo beside the photo itself: its features are then the mean over all of these views,
        each of which is remembered on its own.
    """

    def __init__(
        self,
        model: Predictor,
        card: ModelCard,
        *,
        pooling: Pooling,
        cache: FeatureCache,
        weights_id: str = "",
        max_pixels: int = MAX_PIXELS,
        views: Views | None = None,
    ) -> None:
        self.model = model
        self.card = card
        self.pooling: Pooling = pooling
        self.weights_id = weights_id
        self.cache = cache
        self.max_pixels = max_pixels
        self.views = views
        self.variation: Variation | None = None
        self._kinds = self._name_kinds()

    @property
    def kind(self) -> str:
        """What tells its features from those of others."""
        return kind_of(self.card, self.pooling, self.weights_id, self.views or "") + self._changed

    @property
    def _changed(self) -> str:
        return f"/{self.variation.kind}" if self.variation else ""

    def _name_kinds(self) -> dict[str, list[str]]:
        """What tells features of each view from others: those of all backbones side by side, and of each of them."""
        cards = (self.card, *self.card.parts)
        return {
            view: [kind_of(card, self.pooling, self.weights_id, view) + self._changed for card in cards]
            for view in views_of(self.views)
        }

    @property
    def _n_cells(self) -> int:
        """How many cells of the feature map there are in a row of features."""
        return 1 if self.pooling == "avg" else (self.card.input_size // self.card.stride) ** 2

    def varied(self, variation: Variation) -> FeatureExtractor:
        """The same model and cache, for copies of the photos that are changed at random.

        Parameters
        ----------
        variation : Variation
            How, and which copy of each.

        Returns
        -------
        FeatureExtractor
        """
        other = copy(self)
        other.variation = variation
        other._kinds = other._name_kinds()
        return other

    def seeing(self, views: Views | None) -> FeatureExtractor:
        """The same model and cache, for other views of the photos.

        Parameters
        ----------
        views : {"flip", "crop", "flip+crop"} or None

        Returns
        -------
        FeatureExtractor
            This one, if it sees these.
        """
        if views == self.views:
            return self
        other = copy(self)
        other.views = views
        other._kinds = other._name_kinds()
        return other

    def parts(self) -> list[FeatureExtractor]:
        """An extractor for each of the backbones that stand side by side; they share models and cache with this one."""
        if not isinstance(self.model, SideBySide):
            return []
        return [
            FeatureExtractor(
                model,
                card,
                pooling=self.pooling,
                cache=self.cache,
                weights_id=self.weights_id,
                max_pixels=self.max_pixels,
                views=self.views,
            )
            for model, card in zip(self.model.parts, self.card.parts, strict=True)
        ]

    def pooled(self, X: NDArray[np.float32]) -> NDArray[np.float32] | None:
        """What photos are compared by, see `pool_features`; None where the features are pixels, or no photo has any."""
        return None if isinstance(self.model, Pixels) or not X.size else pool_features(X, self.card)

    def forgetful(self) -> FeatureExtractor:
        """The same extractor, which remembers nothing of what it computes from now on, and nothing from before."""
        twin = copy(self)
        twin.cache = MemoryCache()
        return twin

    async def extract(
        self,
        samples: Sequence[Sample],
        *,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> Features:
        """Compute the features of samples; those of known content come from the cache.

        Parameters
        ----------
        samples : sequence of Sample
        on_progress : callable, optional
            Gets a `Progress` of stage "decoding" after each photo and of stage "features" after each batch.
        should_stop : callable, optional
            Asked before each photo.

        Returns
        -------
        Features

        Raises
        ------
        StoppedError
            ``should_stop()`` was true. What was computed stays in the cache.
        """
        tell = on_progress or (lambda progress: None)
        found: Found = {}
        computing: asyncio.Task[None] | None = None
        try:
            async for batch in self._decode(samples, found, tell, should_stop or (lambda: False)):
                # The engine gets its work before the result of the batch before is waited for, and before the next
                # batch is decoded, so that it never idles.
                before, computing = computing, asyncio.ensure_future(self._compute(batch, found))
                await asyncio.sleep(0)
                if before:
                    await before
                    tell(Progress("features", len(found), len(samples)))
        finally:
            if computing:
                await asyncio.wait([computing])
                computing.exception()  # Seen, so that it is not reported a second time where another one is raised.
        if computing:
            computing.result()
        tell(Progress("features", len(samples), len(samples)))
        rows = {i: row for i, row in sorted(found.items()) if not isinstance(row, Problem)}
        problems = tuple(row for _, row in sorted(found.items()) if isinstance(row, Problem))
        if not rows:
            return Features(np.zeros((0, 0), np.float32), (), problems)
        plain = np.stack([views[0] for views in rows.values()])
        if self.views:
            return Features(np.stack([_mean(views) for views in rows.values()]), tuple(rows), problems, plain)
        if isinstance(self.model, Pixels):
            plain = plain.reshape(-1, self.card.input_size, self.card.input_size, self.card.feature_channels)
        return Features(plain, tuple(rows), problems)

    async def _decode(
        self, samples: Sequence[Sample], found: Found, tell: OnProgress, should_stop: ShouldStop
    ) -> AsyncIterator[list[_Decoded]]:
        """Yield batches of what has to be computed; put what is known already, or unreadable, into ``found``."""
        batch: list[_Decoded] = []
        # Batches of one size: 90 photos are 6 times 15, not 5 times 16 and 10.
        size = math.ceil(len(samples) / math.ceil(len(samples) / BATCH_SIZE)) if samples else 0

        def go_on() -> None:
            if should_stop():
                raise StoppedError("stopped-reading")

        look_up = partial(self._look_up, gates=_Gates())
        async for i, known in in_order(samples, look_up, go_on):
            if isinstance(known, _Pixels):
                batch.append((i, known))
            else:
                found[i] = known
            tell(Progress("decoding", i + 1, len(samples)))
            if len(batch) == size:
                yield batch
                batch = []
        if batch:
            yield batch

    async def _look_up(self, sample: Sample, gates: _Gates) -> list[Row] | _Pixels | Problem:
        """The features of a photo where they are known, else its pixels to compute them from, or what is wrong."""
        try:
            return await self._features_or_pixels(sample, gates)
        except ImageDecodeError as error:
            return Problem(sample.path, error.reason)

    async def _features_or_pixels(self, sample: Sample, gates: _Gates) -> list[Row] | _Pixels:
        digest = self.cache.facts(sample).digest
        if digest and (rows := self._remembered(digest)):
            return rows
        async with gates.reading:
            data = await read_photo(sample)
            digest = await find_digest(data)
        self.cache.learn(sample, Facts(digest))
        if rows := self._remembered(digest):
            return rows
        try:
            pixels, size = await self._decode_one(data, sample.path, digest, gates)
            self.cache.learn(sample, Facts(digest, size))
        except ImageDecodeError as error:
            self.cache.learn(sample, Facts(digest, reason=error.reason))
            raise
        return _Pixels(digest, pixels)

    def _remembered(self, digest: str) -> list[Row] | None:
        """What is known of each view; None where something is missing."""
        rows = []
        for kinds in self._kinds.values():
            row = self._remembered_view(digest, kinds)
            if row is None:
                return None
            rows.append(row)
        return rows

    def _remembered_view(self, digest: str, kinds: list[str]) -> Row | None:
        row = self.cache.get(digest, kinds[0])
        if row is not None or len(kinds) == 1:
            return row
        parts = [row for kind in kinds[1:] if (row := self.cache.get(digest, kind)) is not None]
        return join_rows(parts, self._n_cells) if len(parts) == len(kinds) - 1 else None

    async def _decode_one(self, data: bytes, path: str, digest: str, gates: _Gates) -> _Picture:
        how = path, digest, self.card.preprocessing, self.max_pixels, self.variation
        async with gates.alone:  # What a browser makes of a photo that Pillow cannot read has all of its pixels.
            readable = await as_readable(data, path, max_pixels=self.max_pixels)
            if readable is not data:
                return await in_thread(_decode, readable, *how)
        return await beside(_decode, data, *how)

    async def load(self, sample: Sample, digest: str = "") -> NDArray[np.uint8]:
        """Read a photo as the model sees it, before scaling.

        Parameters
        ----------
        sample : Sample
        digest : str
            Hash of its content, by which changed copies are drawn.

        Returns
        -------
        ndarray of shape (S, S, 3), uint8
            RGB.

        Raises
        ------
        ImageDecodeError
            It cannot be read.
        """
        pixels, _ = await self._decode_one(await read_photo(sample), sample.path, digest, _Gates())
        return pixels

    async def embed(self, X: Row) -> Row:
        """Compute the features of pictures (N, S, S, 3), scaled as the card says; nothing of them is remembered."""
        return _mean([await self.model.predict(see(view, X)) for view in self._kinds])

    async def _compute(self, batch: list[_Decoded], found: Found) -> None:
        X = make_batch([decoded.pixels for _, decoded in batch], self.card.preprocessing)
        digests = [decoded.digest for _, decoded in batch]
        views = [await self._compute_view(view, digests, X) for view in self._kinds]
        found |= {i: list(rows) for (i, _), *rows in zip(batch, *views, strict=True)}
        self.cache.decoders.add(jpeg_decoder())

    async def _compute_view(self, view: str, digests: Sequence[str], X: Row) -> list[Row]:
        """The features of one view of photos; where it is remembered of all of them, nothing is computed."""
        kinds = self._kinds[view]
        known = [row for digest in digests if (row := self._remembered_view(digest, kinds)) is not None]
        if len(known) == len(digests):
            return known
        X = see(view, X)
        if not isinstance(self.model, SideBySide):
            return self._put(digests, kinds[0], await self.model.predict(X))
        parts: list[list[Row]] = []
        for k, kind in enumerate(kinds[1:]):
            known = [row for digest in digests if (row := self.cache.get(digest, kind)) is not None]
            if len(known) < len(digests):
                known = self._put(digests, kind, await self.model.predict_part(k, X))
            parts.append(known)
        return [join_rows(rows, self._n_cells) for rows in zip(*parts, strict=True)]

    def _put(self, digests: Sequence[str], kind: str, computed: Row) -> list[Row]:
        # Copies, in one row each: a view would keep the whole batch alive.
        rows = [row.flatten() for row in computed]
        for digest, row in zip(digests, rows, strict=True):
            self.cache.put(digest, kind, row)
        return rows


def _decode(
    data: bytes, path: str, digest: str, how: Preprocessing, max_pixels: int, variation: Variation | None
) -> _Picture:
    """A photo as the model sees it, before scaling, and its own size; what has to be known for that can be pickled."""
    if variation is None:
        pixels = load_image(data, path, how, max_pixels=max_pixels)
    else:
        image = open_image(data, path, max_pixels=max_pixels, min_side=how.size)
        pixels = variation.apply(image, digest, how)
    return pixels, read_size(data, path, max_pixels=max_pixels)


def _mean(views: Sequence[Row]) -> Row:
    if len(views) == 1:
        return views[0]
    mean: Row = np.stack(views).mean(axis=0)
    return mean


async def read_photo(sample: Sample) -> bytes:
    """Read a photo's file; that it cannot be read is an ImageDecodeError."""
    try:
        return await sample.read()
    except OSError as error:
        raise ImageDecodeError(sample.path, "unreadable-file", error=str(error)) from error
