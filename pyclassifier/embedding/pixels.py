"""What networks trained from scratch have instead of a backbone: the pixels themselves, and a card for them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..backbones import FitMode, ModelCard, Preprocessing, Topology, input_shape


def pixels_card(topology: Topology, fit_mode: FitMode = "crop") -> ModelCard:
    """The card of a network that is trained from scratch: its pictures' size, and pixels in 0..1.

    Raises
    ------
    ValueError
        The first layer states no size.
    """
    size, _, channels = input_shape(topology)
    return ModelCard(
        name="pixels",
        title="Trained from scratch",
        source="",
        licence="",
        sha256=(),
        feature_channels=channels,
        preprocessing=Preprocessing.scaled(255.0, 0.0, size=size, fit_mode=fit_mode),
        stride=1,
        feature_layer="",
        classification_layer="",
    )


class Pixels:
    """The extractor of networks that are trained from scratch: their features are the pixels.

    Parameters
    ----------
    channels : int
        3 for RGB, 1 for grey.
    """

    topology: Topology

    def __init__(self, channels: int) -> None:
        self.topology = {}
        self._channels = channels

    async def predict(self, X: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (N, S, S, 3) to (N, S, S, channels); grey as Pillow makes it (ITU-R 601-2)."""
        if self._channels == 3:
            return X
        return (X @ np.array([0.299, 0.587, 0.114], np.float32))[..., None]

    async def feature_map(self, X: NDArray[np.float32]) -> NDArray[np.float32]:
        """The same pixels, which no layer comes after."""
        return await self.predict(X)

    def weights(self) -> dict[str, NDArray[np.float32]]:
        """No weights: pixels need none."""
        return {}

    def dispose(self) -> None:
        """Do nothing: pixels hold nothing that could be freed."""
