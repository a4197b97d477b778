"""Photos come in, and small pictures of them go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from exchange import Data, Emit, File, Stop, listed, reader

from pyclassifier import Dataset, ImageDecodeError
from pyclassifier.images import make_thumbnail

if TYPE_CHECKING:
    from workbench import Workbench

MOST_PIXELS = 2048


async def add(bench: Workbench, split: str, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
    """Take labelled photos in; "training" leaves it to their folders to say otherwise."""
    readers = [reader(file) for file in files]
    positions = {read: i for i, read in enumerate(readers)}
    incoming = Dataset.from_files(
        [(str(file.path), read) for file, read in zip(files, readers, strict=True)],
        split="validation" if split == "validation" else None,
        label_by=bench.label_by,
    )
    ids = bench.album.add(incoming)
    return {
        "added": [
            {"index": positions[sample.read], "id": photo, "label": sample.label, "split": sample.split}
            for photo, sample in zip(ids, incoming.samples, strict=True)
        ],
        "problems": listed(bench.album.problems),
        **bench.describe(),
    }


async def picture(bench: Workbench, photo: int, size: int, *, emit: Emit, stop: Stop) -> bytes:
    """A JPEG of a photo, its longer side of `size` pixels at most."""
    if photo not in bench.album.samples:
        raise ValueError(f"Expected the id of a photo, got {photo}, which is none.")
    if not 1 <= size <= MOST_PIXELS:
        raise ValueError(f"Expected a size in 1..{MOST_PIXELS} pixels, got {size}.")
    sample = bench.album.samples[photo]
    try:
        data = await sample.read()
    except OSError as error:
        raise ImageDecodeError(sample.path, f"could not be read ({error}).") from error
    return make_thumbnail(data, sample.path, size)


METHODS: dict[str, Callable[..., Any]] = {"add": add, "picture": picture}
