"""The page "Recognise": pretrained networks with their own 1000 classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from exchange import Data, Emit, File, Stop, as_dict, as_samples, reporter, stopper, unread

from pyclassifier import AsyncImageNetClassifier, ModelCard, Problem
from pyclassifier.classifiers import Recognition

TOP_K = 3


class Recogniser:
    """One network at a time; another one is loaded when it is asked for.

    Parameters
    ----------
    engine : Engine
    """

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.classifier: AsyncImageNetClassifier | None = None

    async def load(self, card: ModelCard) -> AsyncImageNetClassifier:
        """Return the classifier of a backbone, loaded."""
        if self.classifier is None or self.classifier.backbone != card:
            loaded = await AsyncImageNetClassifier(card, engine=self.engine).load()
            if self.classifier:
                self.classifier.close()
            self.classifier = loaded
        return self.classifier

    async def recognise(self, card: ModelCard, options: Any, files: Sequence[File], emit: Emit, stop: Stop) -> Any:
        """Give each picture its most probable classes, in the pictures' order."""
        classifier = await self.load(card)
        samples = as_samples(files)
        problems: list[Problem] = []
        found = await classifier.predict(
            samples,
            top_k=as_dict(options).get("topK") or TOP_K,
            problems=problems,
            on_progress=reporter(emit),
            should_stop=stopper(stop),
        )
        reasons = iter(problems)  # In the samples' order, one for each empty list.
        return [
            _recognised(sample.path, best) if best else unread(next(reasons))
            for sample, best in zip(samples, found, strict=True)
        ]

    async def network(self, card: ModelCard) -> Data:
        """The layers of a backbone as published."""
        classifier = await self.load(card)
        return {"title": card.title, **(await classifier.summary()).to_dict()}


def _recognised(path: str, best: list[Recognition]) -> Data:
    top = [
        {"label": one.name, "probability": one.probability, "index": one.class_index, "wordnetId": one.wordnet_id}
        for one in best
    ]
    return {"path": path, "label": top[0]["label"], "probability": top[0]["probability"], "top": top}
