"""Taking a model away: in fewer bits, as a page of its own, into other programs, with its record."""

from __future__ import annotations

import html
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pyclassifier import Dataset

from .. import snippets
from ..bridge.exchange import Data, Emit, File, Stop, as_bytes, as_dict, reporter, stopper

if TYPE_CHECKING:
    from ..desk import Workbench


async def measure_storage(bench: Workbench, *, emit: Emit, stop: Stop) -> list[Data]:
    """What fewer bits cost on the held-out photos; without such, on the pictures of the self-check."""
    validation = getattr(bench.classifier, "validation_", None)  # There is none before the first model.
    costs = await bench.classifier.measure_storage(
        Dataset(validation.samples if validation else ()),
        on_progress=reporter(emit),
        should_stop=stopper(stop),
    )
    return [
        {
            "dtype": cost.dtype,
            "bytes": cost.n_bytes,
            "evaluation": cost.evaluation.to_dict() if cost.evaluation else None,
            "largestChange": cost.largest_change,
        }
        for cost in costs
    ]


async def take_away(bench: Workbench, *, emit: Emit, stop: Stop) -> Data:
    """What goes with the archive: the record of its training, and code that uses it."""
    record = bench.classifier.record_
    return {"record": record, "javascript": snippets.javascript(record), "python": snippets.python(record)}


async def export_page(bench: Workbench, options: Any, files: Sequence[File], *, emit: Emit, stop: Stop) -> bytes:
    """A page that recognises pictures by itself, zipped.

    Its parts come as files from js/readypage.js; texts, such as ``unserved``, in the visitor's language.
    """
    given = as_dict(options)
    texts = {str(name): str(text) for name, text in as_dict(given.get("texts")).items()}
    name = str(given.get("name") or bench.classifier.name_)
    archive = await bench.classifier.save(name=name, dtype=given.get("dtype") or "float32")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as page:
        for file in files:
            data = as_bytes(await file.read())
            if file.path == "index.html":
                data = data.replace(b"{unserved}", html.escape(texts["unserved"]).encode())
            page.writestr(str(file.path), data)
        page.writestr("texts.json", json.dumps(texts, ensure_ascii=False, indent=1))
        page.writestr("README.txt", texts["readme"] + "\n")
        with zipfile.ZipFile(io.BytesIO(archive)) as model:
            for part in model.namelist():
                page.writestr(f"model/{part}", model.read(part))
    return buffer.getvalue()


METHODS: dict[str, Callable[..., Any]] = {
    "measureStorage": measure_storage,
    "takeAway": take_away,
    "exportPage": export_page,
}
