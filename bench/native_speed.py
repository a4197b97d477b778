"""Photos per second outside of a browser, files to features: ours, bare onnxruntime, Keras's and timm's own pipelines.

    python bench/native_speed.py [--photos ../shared/data/flowers] [--limit 200] [--repeat 3] [--keras] [--timm]

All of them read the same files and compute MobileNet v1 1.0 at 224 pixels, in this order again and again, so that other
work on the machine hits all alike. Bare onnxruntime is the graph that we write, run in batches over photos that a pool
of threads decodes with Pillow as we do: nothing is hashed, remembered or reported; "decoding alone" is that pool. Keras
is `image_dataset_from_directory` and `keras.applications.MobileNet` on TensorFlow; timm is its MobileNet v1 with its
own transforms, and PyTorch's DataLoader with a process for each processor. Ratios are of the medians. Where other work
keeps the machine busy, whoever has more threads gets more of it: the processor time, that of processes included, is
then what compares.
"""

from __future__ import annotations

import asyncio
import os
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from PIL import Image
from testbed import Row, arguments_parser, shared_folder, write_rows

from pyclassifier import Dataset
from pyclassifier.backbones import DEFAULT_BACKBONE, get_card, load_features
from pyclassifier.data import as_samples
from pyclassifier.embedding import BATCH_SIZE, FeatureExtractor, MemoryCache, load_image, make_batch
from pyclassifier.engines import Engine, default_engine
from pyclassifier.engines.numpy import NumpyModel
from pyclassifier.engines.onnx.graph import INPUT, OUTPUT, write_graph
from pyclassifier.threads import n_processors

CARD = get_card(DEFAULT_BACKBONE)


def our_own(engine: Engine) -> Callable[[Dataset], int]:
    """Files to features as `ImageClassifier.extract_features` does it, with an empty cache."""
    model = asyncio.run(_built(engine))

    def run(dataset: Dataset) -> int:
        extractor = FeatureExtractor(model, CARD, pooling="avg", cache=MemoryCache())
        return len(asyncio.run(extractor.extract(dataset.samples)).X)

    return run


async def _built(engine: Engine) -> Any:
    return await engine.build(*await load_features(engine.store, CARD, "avg"))


def decode(path: Path) -> Any:
    """A file to pixels, as we do it."""
    return load_image(path.read_bytes(), path.name, CARD.preprocessing)


def decoding_alone(paths: list[Path]) -> Callable[[Dataset], int]:
    """Files to pixels: what is left for processors where another one computes the network."""

    def run(dataset: Dataset) -> int:
        with ThreadPoolExecutor(n_processors() + 1) as pool:
            return sum(1 for _ in pool.map(decode, paths))

    return run


def bare_onnxruntime(paths: list[Path]) -> Callable[[Dataset], int]:
    """The same graph, batches of decoded photos, and nothing else."""
    model = asyncio.run(_built(default_engine(backend="numpy")))
    assert isinstance(model, NumpyModel)
    graph = write_graph(model._steps, model._parts, (CARD.input_size, CARD.input_size, 3))
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])

    def run(dataset: Dataset) -> int:
        n_done, batch = 0, []
        with ThreadPoolExecutor(n_processors() + 1) as pool:
            for pixels in pool.map(decode, paths):
                batch.append(pixels)
                if len(batch) == BATCH_SIZE:
                    n_done += len(session.run([OUTPUT], {INPUT: make_batch(batch, CARD.preprocessing)})[0])
                    batch = []
        if batch:
            n_done += len(session.run([OUTPUT], {INPUT: make_batch(batch, CARD.preprocessing)})[0])
        return n_done

    return run


def keras_pipeline(folder: Path, limit: int) -> Callable[[Dataset], int]:
    """Keras's reader of folders, and its MobileNet of the same size, for whose speed weights make no difference."""
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    network = keras.applications.MobileNet(weights=None, include_top=False, pooling="avg", input_shape=(224, 224, 3))

    def run(dataset: Dataset) -> int:
        files = keras.utils.image_dataset_from_directory(
            folder, labels=None, image_size=(224, 224), batch_size=BATCH_SIZE, shuffle=False, verbose=False
        )
        n_batches = -(-limit // BATCH_SIZE)
        rows = network.predict(files.map(lambda x: x / 127.5 - 1).take(n_batches), verbose=0)
        return len(rows[:limit])

    return run


def timm_pipeline(paths: list[Path]) -> Callable[[Dataset], int]:
    """The pipeline that timm makes of its model's own settings, of the same size and network."""
    import torch

    if "+cpu" in torch.__version__:  # The registry's torchvision cannot load its operators then, of which none is used.
        for name in ("nms", "qnms"):
            torch.library.define(f"torchvision::{name}", "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import timm

    network = timm.create_model("mobilenetv1_100", pretrained=False, num_classes=0).eval()
    transform = timm.data.create_transform(**timm.data.resolve_data_config({}, model=network))

    class Photos:  # What torch calls a map-style dataset.
        def __len__(self) -> int:
            return len(paths)

        def __getitem__(self, i: int) -> Any:
            with Image.open(paths[i]) as photo:
                return transform(photo.convert("RGB"))

    def run(dataset: Dataset) -> int:
        loader = torch.utils.data.DataLoader(Photos(), batch_size=BATCH_SIZE, num_workers=n_processors())
        with torch.inference_mode():
            return sum(len(network(batch)) for batch in loader)

    return run


def processor_seconds() -> float:
    """Of this process, and of those that it has started and that have ended."""
    own, others = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def main() -> None:
    """Measure and print a table."""
    parser = arguments_parser(__doc__, site=False)
    parser.add_argument("--photos", type=Path, help="a folder of folders (default: the flowers beside the project)")
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--keras", action="store_true", help="Keras's pipeline as well (TensorFlow)")
    parser.add_argument("--timm", action="store_true", help="timm's pipeline as well (PyTorch)")
    arguments = parser.parse_args()
    folder = arguments.photos or shared_folder("data/flowers")
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    paths = paths[: arguments.limit]
    dataset = Dataset(tuple(as_samples(paths)))
    contestants = {
        "pyclassifier, onnxruntime": our_own(default_engine(backend="cpu")),
        "bare onnxruntime": bare_onnxruntime(paths),
        "pyclassifier, numpy": our_own(default_engine(backend="numpy")),
        "decoding alone": decoding_alone(paths),
    }
    if arguments.keras:
        contestants["Keras on TensorFlow"] = keras_pipeline(folder, len(paths))
    if arguments.timm:
        contestants["timm on PyTorch"] = timm_pipeline(paths)
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    computed: dict[str, list[float]] = {name: [] for name in contestants}
    for turn in range(arguments.repeat + 1):
        for name, run in contestants.items():
            start, used = time.perf_counter(), processor_seconds()
            n_done = run(dataset)
            if n_done != len(paths):
                raise SystemExit(f"Expected {len(paths)} rows of {name}, got {n_done}.")
            if turn:  # The first one warms up.
                seconds[name].append(time.perf_counter() - start)
                computed[name].append(processor_seconds() - used)
    bare = statistics.median(seconds["bare onnxruntime"])
    print(f"{len(paths)} photos, {n_processors()} processors, numpy {np.__version__}, {onnxruntime.__version__=}")
    rows = []
    what = f"{len(paths)} photos to features outside of a browser, {CARD.name}"
    for name, taken in seconds.items():
        median = statistics.median(taken)
        rows.append(Row(what, name, f"{len(paths) / median:.0f} photos/s", median / bare))
        processor = statistics.median(computed[name]) / len(paths) * 1000
        print(
            f"{name:28} {len(paths) / median:7.1f} photos/s   {bare / median:.2f} of bare onnxruntime"
            f"   {processor:5.1f} ms of processor time a photo"
        )
    write_rows(arguments.rows, rows)


if __name__ == "__main__":
    main()
