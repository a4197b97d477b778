"""Models as files: opened, and taken into other programs, in fewer bits, as a page of their own, with their record."""

from __future__ import annotations

import html
import io
import json
import zipfile
from base64 import b64encode
from collections.abc import Sequence
from typing import Any, Literal, TypedDict

from pyclassifier import AsyncImageClassifier, Dataset
from pyclassifier.archives import StoredAs, pack_files, read_archive, write_onnx
from pyclassifier.data import unnumbered
from pyclassifier.progress import OnProgress, ShouldStop
from pyclassifier.sentences import Sentence

from .. import snippets
from ..bridge import Evaluation, File, Reader, call, describe_evaluation
from ..desk import AlbumOverview, Desk, Model, Opened, describe_opened


class OpenedModel(Opened):
    """A model that was opened, and the album, to which its classes were added."""

    album: AlbumOverview


class ModelOptions(TypedDict, total=False):
    """How a model is saved."""

    name: str
    dtype: StoredAs  # how weights are stored; uint8: where a kernel bears it, else uint16
    format: Literal["tfjs", "onnx"]  # by default the zip for tf.js


class OpenOptions(TypedDict, total=False):
    """What a model's files do not tell, as errors of the codes "needs-labels" and "needs-scaling" ask for it."""

    labels: list[str]  # in the order of the outputs, numbered or not
    scaling: tuple[float, float]  # divisor and offset: what the network is given is pixel / divisor + offset


class PageOptions(ModelOptions):
    """How a page with a model is saved."""

    texts: dict[str, str]  # in the visitor's language, as web/site/ready/texts/ has them


class StorageCost(TypedDict):
    """What an archive weighs and gives whose weights are stored in so many bits."""

    dtype: StoredAs
    bytes: int
    evaluation: Evaluation | None  # on the held-out photos; null where there are none
    largestChange: float  # of a probability, 0..1: on those photos, else on pictures of the self-check


class TakeAway(TypedDict):
    """What goes with a model: how it came about, and code that uses it."""

    record: dict[str, Any]
    html: str
    javascript: str
    python: str


@call("openModel")
async def open_model(desk: Desk, data: bytes, options: OpenOptions | None = None) -> OpenedModel:
    """A zip's model takes the place of the one in use; the photos stay."""
    opened = await _load(desk, data, options)
    if desk.from_scratch and opened.topology is None:
        opened.close()
        raise ValueError(Sentence("not-a-digits-network"))
    return _use(desk, opened)


@call("openLooseModel")
async def open_loose(desk: Desk, options: OpenOptions | None = None, *, files: Sequence[File]) -> OpenedModel:
    """A model in files, as Teachable Machine hosts and converters write it, takes the place of the one in use."""
    contents = {str(file.path): await Reader(file)() for file in files}
    return _use(desk, await _load(desk, pack_files(contents), options))


async def _load(desk: Desk, data: bytes, options: OpenOptions | None) -> AsyncImageClassifier:
    told = options or {}
    labels, scaling = told.get("labels"), told.get("scaling")
    return await AsyncImageClassifier.load(
        data,
        engine=desk.site.engine,
        labels=None if labels is None else unnumbered([str(label) for label in labels]),
        scaling=None if scaling is None else (float(scaling[0]), float(scaling[1])),
    )


def _use(desk: Desk, opened: AsyncImageClassifier) -> OpenedModel:
    told = describe_opened(opened)
    # What it knows is offered as classes, to add photos to and to train on.
    album = desk.album.offer_classes(told["classes"])
    desk.change(classifier=opened, model=Model(told), album=album)
    return {**told, "album": desk.overview()}


@call("exportModel")
async def export_model(desk: Desk, options: ModelOptions) -> bytes:
    """The trained model as a zip for tf.js, or as an ONNX file."""
    name = str(options.get("name") or desk.classifier.name_)
    archive = await desk.classifier.save(name=name, dtype=options.get("dtype") or "float32")
    return write_onnx(read_archive(archive)) if options.get("format") == "onnx" else archive


@call("measureStorage")
async def measure_storage(desk: Desk, *, on_progress: OnProgress, should_stop: ShouldStop) -> list[StorageCost]:
    """What fewer bits cost on the held-out photos; without such, on the pictures of the self-check."""
    validation = getattr(desk.classifier, "validation_", None)  # There is none before the first model.
    dataset = Dataset(validation.samples if validation else ())
    costs = await desk.classifier.measure_storage(dataset, on_progress=on_progress, should_stop=should_stop)
    return [
        {
            "dtype": cost.dtype,
            "bytes": cost.n_bytes,
            "evaluation": describe_evaluation(cost.evaluation) if cost.evaluation else None,
            "largestChange": cost.largest_change,
        }
        for cost in costs
    ]


@call("takeAway")
async def take_away(desk: Desk) -> TakeAway:
    """What goes with the archive: the record of its training, and code that uses it."""
    record = desk.classifier.record_
    return {
        "record": record,
        "html": snippets.html(record),
        "javascript": snippets.javascript(record),
        "python": snippets.python(record),
    }


@call("exportPage")
async def export_page(desk: Desk, options: PageOptions, *, files: Sequence[File]) -> bytes:
    """A page that recognises pictures by itself; its parts come as files from js/readypage.js.

    Zipped, or one file where they are but "page.html", which has all but the model and the texts in it.
    """
    texts = {str(name): str(text) for name, text in options["texts"].items()}
    parts = {"texts.json": json.dumps(texts, ensure_ascii=False, indent=1).encode()}
    with zipfile.ZipFile(io.BytesIO(await export_model(desk, options))) as model:
        parts |= {f"model/{name}": model.read(name) for name in model.namelist()}
    contents = {str(file.path): await Reader(file)() for file in files}
    if one_file := contents.get("page.html"):
        inside = "".join(f', "{path}": "{b64encode(data).decode()}"' for path, data in parts.items())
        return one_file.replace(b"{inside}", inside.encode())
    contents["index.html"] = contents["index.html"].replace(b"{unserved}", html.escape(texts["unserved"]).encode())
    contents["README.txt"] = (texts["readme"] + "\n").encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as page:
        for path, data in (contents | parts).items():
            page.writestr(path, data)
    return buffer.getvalue()
