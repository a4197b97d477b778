"""What all desks of a page share: the engine, the backbones of this site, and a network with classes of its own."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pyclassifier import AsyncImageNetClassifier, ModelCard
from pyclassifier.backbones import named_cards


@dataclass(frozen=True)
class Pace:
    """Seconds that a photo costs here.

    Parameters
    ----------
    reading : float
        To decode it.
    computing : float
        Its features by the site's default backbone, at that one's own size.
    """

    reading: float
    computing: float


class Site:
    """The engine and the backbones that a page computes with.

    Parameters
    ----------
    engine : Engine
        With ``set_backend`` and what else `pyclassifier.engines.tfjs.TfjsEngine` has.
    index : str
        JSON of the site's ``models/index.json``; the first backbone is the default.
    """

    def __init__(self, engine: Any, index: str) -> None:
        self.engine = engine
        self.backbones = [(ModelCard.from_dict(entry["card"]), int(entry["bytes"])) for entry in json.loads(index)]
        self.paces: dict[str, Pace] = {}  # by backend
        self._network: AsyncImageNetClassifier | None = None

    def find_card(self, name: str | None) -> ModelCard:
        """The card of a backbone that this site holds, or of several joined by "+"; else of the default one."""
        return named_cards(name, self._find_one) if name else self.backbones[0][0]

    def _find_one(self, name: str) -> ModelCard:
        for card, _ in self.backbones:
            if card.name == name:
                return card
        known = ", ".join(card.name for card, _ in self.backbones)
        raise ValueError(f"Expected one of this site's backbones ({known}), got {name!r}.")

    async def load_network(self, name: str | None) -> AsyncImageNetClassifier:
        """The network of a backbone with its own classes. One at a time: another one takes its place."""
        card = self.find_card(name)
        if self._network is None or self._network.backbone != card:
            loaded = await AsyncImageNetClassifier(card, engine=self.engine).load()
            if self._network:
                self._network.close()
            self._network = loaded
        return self._network
