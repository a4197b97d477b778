"""Runs in Pyodide: one photo through the steps that lead to a batch, in ms each; called by worker.js."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from PIL import Image

from pyclassifier.backbones import CATALOG, DEFAULT_BACKBONE, Preprocessing
from pyclassifier.data import images
from pyclassifier.embedding import fit_image, load_image, make_batch

HASHES = ("sha256", "sha1", "md5", "blake2b", "blake2s")


def timed(work: Callable[..., Any], *args: Any, **options: Any) -> tuple[float, Any]:
    """Return the ms that a call took, and its result."""
    start = time.perf_counter()
    result = work(*args, **options)
    return (time.perf_counter() - start) * 1000, result


def measure(buffer: Any, name: str, size: int, gaps: Any) -> dict[str, Any]:
    """Measure one photo: the whole way, its steps, the hashes, and other settings of how much the decoder keeps."""
    how = replace(CATALOG[DEFAULT_BACKBONE].preprocessing, size=size)
    taking, data = timed(buffer.to_bytes)
    loading, pixels = timed(load_image, data, name, how)
    batching, _ = timed(make_batch, [pixels], how)
    opening, image = timed(images.open_image, data, name, min_side=size)
    fitting, _ = timed(fit_image, image, how)
    with Image.open(io.BytesIO(data)) as header:
        width, height = header.size
    return {
        "name": name,
        "megapixels": width * height / 1e6,
        "megabytes": len(data) / 1e6,
        "steps": {"take": taking, "decode": opening, "fit": fitting, "batch": batching},
        "total": loading + batching,
        "hash": {algorithm: timed(lambda a=algorithm: hashlib.new(a, data).digest())[0] for algorithm in HASHES},
        "gaps": compare_gaps(data, name, size, [float(gap) for gap in gaps]),
    }


def compare_gaps(data: bytes, name: str, size: int, gaps: list[float]) -> dict[str, dict[str, float]]:
    """Decode keeping at least each multiple of the wanted size; compare with all of the photo, resized at once."""
    full_ms, full = timed(images.open_image, data, name)
    side = min(full.size)
    left, top = (full.width - side) / 2, (full.height - side) / 2
    box = (left, top, left + side, top + side)
    resize_ms, exact = timed(full.resize, (size, size), Image.Resampling.BILINEAR, box=box)
    results = {"all": {"ms": full_ms + resize_ms, "mean": 0.0, "high": 0.0, "max": 0.0}}
    for gap in gaps:
        # open_image keeps REDUCING_GAP times what it is asked for.
        opening, image = timed(images.open_image, data, name, min_side=round(size * gap / images.REDUCING_GAP))
        fitting, fitted = timed(fit_image, image, Preprocessing(size))
        difference = np.abs(np.asarray(fitted, np.int16) - np.asarray(exact, np.int16))
        results[f"{gap:g}x"] = {
            "ms": opening + fitting,
            "mean": float(difference.mean()),
            "high": float(np.percentile(difference, 99)),
            "max": float(difference.max()),
        }
    return results
