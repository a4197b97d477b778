"""Sample photos to start with: those that come with a built site."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote, unquote

from .backbones import UserStore
from .data import BytesSource, Dataset, Split
from .errors import DatasetError, EngineError, sentence_of
from .sentences import Sentence

_REMEDY = Sentence("check-site")


async def load_samples(site_url: str | None = None) -> Dataset:
    """Make a dataset of the sample photos of a built site: 48 of animals, fruit and vehicles.

    Parameters
    ----------
    site_url : str, optional
        Address of the site, or outside of a browser its folder; by default the one that this runs on, or that the
        environment names in ``PYCLASSIFIER_SITE``.

    Returns
    -------
    Dataset
        36 photos for training and 12 for validation, all fetched at once (0.2 MB).

    Raises
    ------
    DatasetError
        There is no such site.

    Examples
    --------
    >>> dataset = await load_samples()  # doctest: +SKIP
    >>> dataset.labels  # doctest: +SKIP
    ['animal', 'fruit', 'vehicle']
    """
    site_url = site_url or await _find_site()
    if site_url is None:
        raise DatasetError("no-samples-here")
    folder = site_url.rstrip("/") + "/samples/"
    try:
        index: dict[Split, list[str]] = json.loads(await _fetch(folder + "index.json"))
        parts = [await _load_split(f"{folder}{split}/", paths, split) for split, paths in index.items()]
    except OSError as error:
        raise DatasetError("no-samples", folder=folder, error=sentence_of(error)) from error
    return sum(parts, Dataset())


async def _load_split(folder: str, paths: Sequence[str], split: Split) -> Dataset:
    photos = await asyncio.gather(*(_fetch(folder + quote(path)) for path in paths))
    return Dataset.from_files(zip(paths, map(BytesSource, photos), strict=True), split=split)


async def _find_site() -> str | None:
    if sys.platform != "emscripten":
        return UserStore().site or None
    from .engines.tfjs import find_site

    return await find_site()


async def _fetch(url: str) -> bytes:
    if sys.platform != "emscripten":
        return await asyncio.to_thread(_download, url)
    from .engines.tfjs import fetch

    try:
        return await fetch(url, _REMEDY)
    except EngineError as error:
        raise OSError(error.sentence) from error


def _download(url: str) -> bytes:
    if "://" not in url:
        return Path(unquote(url)).read_bytes()
    from urllib.error import URLError  # With ssl, a third of the package's time to import.
    from urllib.request import urlopen

    try:
        with urlopen(url) as response:
            return bytes(response.read())
    except (URLError, ValueError) as error:
        raise OSError(Sentence("did-not-load", url=url, error=str(error), remedy=_REMEDY)) from error
