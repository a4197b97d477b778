"""What all desks of a page share: the engine, the backbones of this site, and a network with classes of its own."""

from __future__ import annotations

import json
from typing import Any

from pyclassifier import AsyncImageNetClassifier, ModelCard


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
        self._network: AsyncImageNetClassifier | None = None

    def find_card(self, name: str | None) -> ModelCard:
        """The card of a backbone that this site holds; of the default one where none is named."""
        if not name:
            return self.backbones[0][0]
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
