"""Where a classifier looked: a heat map over the photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ..backbones import Topology, lay_back, leaf_layers, see, views_of
from ..data import Sample
from ..embedding import FeatureExtractor, Pixels, make_batch
from ..engines import Model
from ..notebook import Shown
from ..sentences import Sentence

# Colours of the heat at 0, 1/3, 2/3 and 1: from what is hardly seen to what stands out on any photo.
_COLORS = np.array([(40, 0, 90), (190, 30, 110), (250, 120, 30), (255, 235, 80)], np.float32)


@dataclass(frozen=True)
class HeatMap(Shown):
    """Where in a photo a classifier found what speaks for a class.

    Parameters
    ----------
    heat : ndarray of shape (h, w), float32
        By cell of the feature map, in 0..1: 1 is where most speaks for the class; all 0 where nothing does.
    pixels : ndarray of shape (S, S, 3), uint8
        The photo as the classifier saw it, RGB.
    label : str
        The class.
    probability : float
        Its probability in 0..1.

    Examples
    --------
    >>> found = HeatMap(np.eye(2, dtype=np.float32), np.zeros((64, 64, 3), np.uint8), "cat", 0.9)
    >>> found.overlay().shape, bool(found.overlay()[0, 63].max() < found.overlay()[0, 0].max())
    ((64, 64, 3), True)
    """

    heat: NDArray[np.float32] = field(repr=False)
    pixels: NDArray[np.uint8] = field(repr=False)
    label: str
    probability: float

    def overlay(self, opacity: float = 0.7) -> NDArray[np.uint8]:
        """Lay the heat over the photo: the hotter, the brighter and the less transparent.

        Parameters
        ----------
        opacity : float
            Of the hottest place, in 0..1.

        Returns
        -------
        ndarray of shape (S, S, 3), uint8
            RGB.
        """
        height, width = self.pixels.shape[:2]
        heat = np.asarray(Image.fromarray(self.heat).resize((width, height), Image.Resampling.BILINEAR))[..., None]
        steps = np.linspace(0, 1, len(_COLORS))
        color = np.concatenate([np.interp(heat, steps, _COLORS[:, channel]) for channel in range(3)], axis=2)
        share = opacity * heat
        return np.asarray(self.pixels * (1 - share) + color * share).round().astype(np.uint8)


async def explain(
    extractor: FeatureExtractor, head: Model, classes: list[str], sample: Sample, label: str | None = None
) -> HeatMap:
    """Make the heat map of a photo; see `pyclassifier.ImageClassifier.explain`."""
    if isinstance(extractor.model, Pixels):
        raise ValueError(Sentence("nothing-to-explain"))
    if label is not None and label not in classes:
        raise ValueError(f"Expected one of the classes {', '.join(classes)}; got {label!r}.")
    pixels = await extractor.load(sample)
    X, views = make_batch([pixels], extractor.card.preprocessing), views_of(extractor.views)
    seen = [(await extractor.model.feature_map(see(view, X)))[0].astype(np.float64) for view in views]
    maps = np.mean(seen, axis=0)
    features = maps.mean(axis=(0, 1)) if extractor.pooling == "avg" else maps.reshape(-1)
    logits, jacobian = _differentiate(head.topology, head.weights(), features)
    y_proba = np.exp(logits - logits.max())
    y_proba /= y_proba.sum()
    k = classes.index(label) if label is not None else int(y_proba.argmax())
    # What all logits have in common makes no difference to the probabilities.
    gradient = jacobian[:, k] - jacobian.mean(axis=1)
    by_channel = gradient if extractor.pooling == "avg" else gradient.reshape(maps.shape).mean(axis=(0, 1))
    heat = np.maximum(sum(lay_back(view, one @ by_channel) for view, one in zip(views, seen, strict=True)), 0)
    if heat.max() > 0:
        heat /= heat.max()
    return HeatMap(heat.astype(np.float32), pixels, classes[k], float(y_proba[k]))


def _differentiate(
    head: Topology, weights: Mapping[str, NDArray[np.float32]], features: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Logits (n_classes,) of a head of dense layers, and their derivatives (n_features, n_classes)."""
    value, jacobian = features, np.zeros((0, 0))
    layers = [layer for layer in leaf_layers(head) if layer["class_name"] not in ("InputLayer", "Dropout")]
    for i, layer in enumerate(layers):
        config, last = layer["config"], i == len(layers) - 1
        if layer["class_name"] != "Dense" or config["activation"] not in (("softmax",) if last else ("relu", "linear")):
            raise ValueError(f"Expected a head of dense layers with relu, got {config.get('name')!r}.")
        kernel = weights[f"{config['name']}/kernel"].astype(np.float64)
        value = value @ kernel + (weights[f"{config['name']}/bias"] if config.get("use_bias", True) else 0)
        jacobian = jacobian @ kernel if i else kernel
        if config["activation"] == "relu":
            jacobian = jacobian * (value > 0)
            value = np.maximum(value, 0)
    return value, jacobian
