"""The backbones that pyclassifier knows: the only truth about each of them, as plain data."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..errors import UnknownModelError


@dataclass(frozen=True)
class ModelCard:
    """What has to be known about a pretrained backbone to use it.

    Parameters
    ----------
    name : str
        Key in `CATALOG`; also the folder of the model on a built site.
    title : str
        Name to show to people.
    source : str
        Where the weights officially come from (URL).
    licence : str
        SPDX identifier.
    sha256 : tuple of (file name, hex digest)
        The published files that a build accepts. Empty where the official files could not be fetched to be
        measured; a build then says that it could not verify them.
    input_size : int
        Side of the square input in pixels, the size that the backbone was trained at.
    stride : int
        Pixels of input per cell of the feature map; other input sizes must be multiples of it.
    divisor, offset : float
        Pixels ``x`` in 0..255 go in as ``x / divisor + offset``.
    feature_layer : str
        The layer whose output, ``(N, S / stride, S / stride, feature_channels)`` float32, is the features.
    feature_channels : int
        Channels of the feature layer.
    classification_layer : str
        The layer that holds the original classes' logits, class 0 being the first class (no background class).

    Examples
    --------
    >>> card = CATALOG["mobilenet_v1_1.0_224"]
    >>> card.title, card.input_size, card.feature_channels
    ('MobileNet v1 1.0', 224, 1024)
    """

    name: str
    title: str
    source: str
    licence: str
    sha256: tuple[tuple[str, str], ...]
    feature_channels: int
    input_size: int = 224
    stride: int = 32
    divisor: float = 127.5
    offset: float = -1.0
    feature_layer: str = "conv_pw_13_relu"
    classification_layer: str = "conv_preds"


def _mobilenet_v1(alpha: str, channels: int, sha256: tuple[tuple[str, str], ...]) -> ModelCard:
    name = f"mobilenet_v1_{alpha}_224"
    return ModelCard(
        name=name,
        title=f"MobileNet v1 {alpha}",
        source=f"https://storage.googleapis.com/tfjs-models/tfjs/{name}/model.json",
        licence="Apache-2.0",
        sha256=sha256,
        feature_channels=channels,
    )


CATALOG: dict[str, ModelCard] = {
    card.name: card
    for card in (
        # The frozen graph that the site's build converts: bit-identical weights to Google's tf.js copy.
        _mobilenet_v1("1.0", 1024, ()),
        _mobilenet_v1("0.75", 768, ()),
        _mobilenet_v1("0.50", 512, ()),
        _mobilenet_v1(
            "0.25",
            256,
            (
                ("model.json", "97dc1a45209e4e9ee09909940057bd51c791330aeb7ef520265780113de5f1ae"),
                ("group1-shard1of1.bin", "eb49857447f6089e7e392f7991f3f4fdce1936efaf83d535f5eb8aaba9538e0b"),
            ),
        ),
    )
}

DEFAULT_BACKBONE = "mobilenet_v1_1.0_224"
MAX_INPUT_SIZE = 1024


def get_card(backbone: str | ModelCard, input_size: int | None = None) -> ModelCard:
    """Return the card of a backbone, at another input size where one is asked for.

    Parameters
    ----------
    backbone : str or ModelCard
        A name in `CATALOG`, or a card of your own.
    input_size : int, optional
        Side of the input in pixels, a multiple of the card's stride, at most 1024. Smaller is faster and less accurate.

    Returns
    -------
    ModelCard

    Raises
    ------
    UnknownModelError
        The name is not in the catalogue.
    ValueError
        An input size that cannot be used.
    """
    if isinstance(backbone, str):
        if backbone not in CATALOG:
            raise UnknownModelError("unknown-backbone", known=list(CATALOG), got=backbone)
        backbone = CATALOG[backbone]
    if input_size is None or input_size == backbone.input_size:
        return backbone
    if not isinstance(input_size, int) or not 0 < input_size <= MAX_INPUT_SIZE or input_size % backbone.stride:
        raise ValueError(
            f"Expected an input size that is a multiple of {backbone.stride} and at most {MAX_INPUT_SIZE}, "
            f"got {input_size!r}. Sizes that work: 96, 128, 160, 192, 224."
        )
    return replace(backbone, input_size=input_size)
