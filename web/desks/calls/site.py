"""What is about no desk: the engine, and the published networks with their own classes."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from importlib.metadata import version
from typing import Literal, TypedDict, cast

import pyclassifier
from pyclassifier.backbones import AUTO, BUILT_IN
from pyclassifier.classifiers import Recognition
from pyclassifier.progress import OnProgress, ShouldStop

from ..bridge import File, RankedShare, Recognised, as_samples, call, unread
from ..desk import Desk
from ..site import Site

TOP_K = 3
_FAST_SIZE = 128  # A third of the pixels of 224.

Load = Literal["backbone", "network", "nothing"]


class Backbone(TypedDict):
    """A backbone that this site holds."""

    name: str
    title: str
    inputSize: int
    bytes: int


class Quality(TypedDict):
    """A choice between speed and accuracy."""

    name: Literal["fast", "balanced", "accurate", "chosen"]
    backbone: str  # as in TrainOptions
    inputSize: int
    bytes: int  # to load for it, all in all


class Versions(TypedDict):
    """Versions of what runs here."""

    pyclassifier: str
    python: str
    tfjs: str


class Backend(TypedDict):
    """What can compute here."""

    name: str
    kind: Literal["graphics", "compiled", "plain"]  # shaders, WebAssembly, JavaScript
    runsOn: str  # as the browser says
    addition: str  # the script in vendor/ that it is in, "" where tf.js has it


class Info(TypedDict):
    """What runs here."""

    backend: str
    kind: Literal["graphics", "compiled", "plain"]  # shaders, WebAssembly, JavaScript
    renderer: str  # what shaders run on, as the browser says
    software: bool  # which would be the CPU
    cores: int  # of the processor that compute; 1 on a graphics processor
    locks: list[str]  # that threads hold as long as they live: without one of them, what computes waits for ever
    backends: list[str]  # that are known to work here, the fastest on a graphics processor first
    backbones: list[Backbone]
    qualities: list[Quality]  # the fastest first
    versions: Versions


class NetworkOptions(TypedDict, total=False):
    """Which network, and what of it; each is optional."""

    backbone: str
    topK: int  # how many classes, 3 by default


class Layer(TypedDict):
    """A layer of a network."""

    name: str
    class_name: str
    output_shape: list[int | None] | None
    n_parameters: int
    n_trainable: int


class Network(TypedDict):
    """The layers of a backbone as published."""

    name: str
    title: str
    layers: list[Layer]
    cut_at: str | None  # the layer that features are taken from
    n_parameters: int
    n_trainable: int


class Memory(TypedDict):
    """What tf.js holds."""

    numTensors: int
    numBytes: int


@call("loadEngine")
async def load_engine(site: Site) -> None:
    """What computes is there."""
    await site.engine.load()


@call("connect")
async def connect(desk: Desk, load: Load = "backbone") -> Info:
    """What is used first is there: the default backbone, or the network with its own classes, or nothing yet."""
    if load == "backbone":
        await desk.classifier.load_backbone()
        await desk.site.engine.warm_up()
    elif load == "network":
        await desk.site.load_network(None)
    return _info(desk.site)


@call("findBackends", at_once=True)
async def find_backends(site: Site) -> list[Backend]:
    """All that can compute here; only what asks for this has to wait for what a browser takes to find it."""
    found = await site.engine.find_backends()
    return [
        {"name": one.name, "kind": one.kind, "runsOn": renderer, "addition": one.addition}
        for one, renderer in found.items()
    ]


@call("setBackend")
async def set_backend(site: Site, name: str) -> Info:
    """Another backend computes; tf.js moves what it holds when it is next used."""
    await site.engine.set_backend(name)
    return _info(site)


@call("recognise")
async def recognise(
    site: Site, options: NetworkOptions, *, files: Sequence[File], on_progress: OnProgress, should_stop: ShouldStop
) -> list[Recognised]:
    """What pictures show, among the 1000 classes of ImageNet, in the pictures' order."""
    classifier = await site.load_network(options.get("backbone"))
    samples = as_samples(files)
    problems: list[pyclassifier.Problem] = []
    found = await classifier.predict(
        samples,
        top_k=options.get("topK") or TOP_K,
        problems=problems,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    unreadable = iter(problems)  # In the samples' order, one for each empty list.
    return [
        _recognised(sample.path, best) if best else unread(next(unreadable))
        for sample, best in zip(samples, found, strict=True)
    ]


@call("network")
async def network(site: Site, options: NetworkOptions) -> Network:
    """The layers of a backbone as published."""
    classifier = await site.load_network(options.get("backbone"))
    summary = await classifier.summary()
    return cast(Network, {"title": site.find_card(options.get("backbone")).title, **summary.to_dict()})


@call("memory")
async def memory(site: Site) -> Memory:
    """What the engine holds."""
    return cast(Memory, dict(site.engine.memory()))


def qualities(site: Site) -> list[Quality]:
    """What the page offers: the site's default backbone, and both that are built in, where they are."""
    default, size = site.backbones[0]
    offered: list[Quality] = [
        {"name": "fast", "backbone": default.name, "inputSize": _FAST_SIZE, "bytes": size},
        {"name": "balanced", "backbone": default.name, "inputSize": default.input_size, "bytes": size},
    ]
    sizes = {card.name: n_bytes for card, n_bytes in site.backbones}
    if set(BUILT_IN) <= sizes.keys():
        both, n_bytes = "+".join(BUILT_IN), sum(sizes[name] for name in BUILT_IN)
        input_size = site.find_card(both).input_size
        offered.append({"name": "accurate", "backbone": both, "inputSize": input_size, "bytes": n_bytes})
        offered.append({"name": "chosen", "backbone": AUTO, "inputSize": input_size, "bytes": n_bytes})
    return offered


def _info(site: Site) -> Info:
    engine = site.engine
    return {
        "backend": engine.backend,
        "kind": engine.kind,
        "backends": engine.backends,
        "renderer": engine.renderer,
        "software": engine.software,
        "cores": engine.n_threads,
        "locks": list(engine.thread_locks),
        "backbones": [
            {"name": card.name, "title": card.title, "inputSize": card.input_size, "bytes": n_bytes}
            for card, n_bytes in site.backbones
        ],
        "qualities": qualities(site),
        "versions": {
            "pyclassifier": version("pyclassifier"),
            "python": platform.python_version(),
            "tfjs": engine.name.removeprefix("tfjs "),
        },
    }


def _recognised(path: str, best: list[Recognition]) -> Recognised:
    top: list[RankedShare] = [
        {"label": one.name, "probability": one.probability, "index": one.class_index, "wordnetId": one.wordnet_id}
        for one in best
    ]
    return {"path": path, "label": top[0]["label"], "probability": top[0]["probability"], "top": top}
