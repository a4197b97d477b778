"""Where in a photo the model looked."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from ..bridge.exchange import Data, Emit, File, Stop, as_dict, as_samples

if TYPE_CHECKING:
    from ..desk import Workbench


async def explain(bench: Workbench, options: Any, files: Sequence[File], *, emit: Emit, stop: Stop) -> Data:
    """A picture (PNG) of a photo, of the album by its id or a file, under the heat of a class, or the likeliest one."""
    options = as_dict(options)
    photo = options.get("photo")
    sample = bench.album.sample(photo) if photo is not None else as_samples(files)[0]
    found = await bench.classifier.explain(sample, options.get("label"))
    buffer = io.BytesIO()
    Image.fromarray(found.overlay()).save(buffer, "PNG")
    return {"label": found.label, "probability": found.probability, "picture": buffer.getvalue()}


METHODS: dict[str, Callable[..., Any]] = {"explain": explain}
