"""Cards of backbones: what has to be known about each of them to use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal, get_args

from ..data import known_fields

FitMode = Literal["crop", "pad", "stretch", "central"]
ChannelOrder = Literal["rgb", "bgr"]
Interpolation = Literal["bilinear", "bicubic"]
FIT_MODES: tuple[str, ...] = get_args(FitMode)
MAX_INPUT_SIZE = 1024
_MOST = 1e6  # Of mean and std: more is a slip, or an attack.


@dataclass(frozen=True)
class Preprocessing:
    """How a picture becomes the numbers that a backbone takes.

    Parameters
    ----------
    size : int
        Side S of the square input in pixels.
    fit_mode : {"crop", "pad", "stretch", "central"}
        ``crop`` takes the largest square in the middle, ``pad`` shows all of the picture between black bars,
        ``stretch`` ignores the aspect ratio, ``central`` stretches the middle of each side, as Google evaluated
        MobileNet (``inception_preprocessing.preprocess_for_eval`` of TF-Slim).
    mean, std : tuple of float
        Of the channels, in their order: values ``x`` in 0..255 go in as ``(x - mean) / std``.
    channel_order : {"rgb", "bgr"}
    interpolation : {"bilinear", "bicubic"}
        Both smooth where a picture becomes smaller, as Pillow's are.
    crop_share : float, optional
        Share of that square (``crop``), or of each side (``central``), in 0..1 (0 excluded); by default all of the
        square, and 87.5 % of the sides.

    Raises
    ------
    ValueError
        What cannot be computed with.

    Examples
    --------
    >>> Preprocessing(96, "pad").std
    (127.5, 127.5, 127.5)
    >>> Preprocessing(fit_mode="squash")
    Traceback (most recent call last):
    ValueError: Expected fit_mode to be one of crop, pad, stretch, central; got 'squash'.
    """

    size: int = 224
    fit_mode: FitMode = "crop"
    mean: tuple[float, float, float] = (127.5, 127.5, 127.5)
    std: tuple[float, float, float] = (127.5, 127.5, 127.5)
    channel_order: ChannelOrder = "rgb"
    interpolation: Interpolation = "bilinear"
    crop_share: float | None = None

    def __post_init__(self) -> None:
        if type(self.size) is not int or self.size < 1:
            raise ValueError(f"Expected a size of at least 1 pixel; got {self.size!r:.40}.")
        for name, known in (
            ("fit_mode", FIT_MODES),
            ("channel_order", get_args(ChannelOrder)),
            ("interpolation", get_args(Interpolation)),
        ):
            if getattr(self, name) not in known:
                raise ValueError(f"Expected {name} to be one of {', '.join(known)}; got {getattr(self, name)!r:.40}.")
        for name, least in (("mean", -_MOST), ("std", 0)):
            given = getattr(self, name)
            if not isinstance(given, tuple) or len(given) != 3 or not all(_is_number(x, least, _MOST) for x in given):
                raise ValueError(f"Expected {name} to be 3 numbers that pixels can be scaled by; got {given!r:.80}.")
        if self.crop_share is not None and not _is_number(self.crop_share, 0, 1):
            raise ValueError(f"Expected crop_share in 0..1 (0 excluded); got {self.crop_share!r:.40}.")

    @classmethod
    def scaled(cls, divisor: float, offset: float, **others: Any) -> Preprocessing:
        """Scale all channels alike, values ``x`` in 0..255 to ``x / divisor + offset``.

        Parameters
        ----------
        divisor, offset : float
        **others
            Other fields.

        Returns
        -------
        Preprocessing
        """
        return cls(mean=(0.0 - offset * divisor,) * 3, std=(divisor,) * 3, **others)

    @property
    def divisor_and_offset(self) -> tuple[float, float] | None:
        """The ``x / divisor + offset`` by which all channels are scaled; None where there is more to say than that."""
        if self != Preprocessing(self.size, self.fit_mode, (self.mean[0],) * 3, (self.std[0],) * 3):
            return None
        return self.std[0], 0.0 - self.mean[0] / self.std[0]


def _is_number(value: Any, least: float, most: float) -> bool:
    return type(value) in (int, float) and least < value <= most


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
    feature_channels : int
        Channels of the feature layer.
    preprocessing : Preprocessing
        What the backbone was trained with; its size and fit mode can be chosen otherwise.
    stride : int
        Pixels of input per cell of the feature map; other input sizes must be multiples of it.
    feature_layer : str
        The layer whose output, ``(N, S / stride, S / stride, feature_channels)`` float32, is the features.
    classification_layer : str
        The layer that holds the original classes' logits, class 0 being the first class (no background class).
    near_duplicate : float
        Cosine similarity of the averaged features from which on two photos are nearly the same.
    published_crop : tuple of (fit mode, float)
        Fit mode and crop share with which the accuracy of its original classes was published; see `as_published`.
    parts : tuple of ModelCard
        The backbones whose features stand side by side in this one's, in their order; see `side_by_side`.

    Examples
    --------
    >>> from pyclassifier import CATALOG
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
    preprocessing: Preprocessing = Preprocessing()
    stride: int = 32
    feature_layer: str = "conv_pw_13_relu"
    classification_layer: str = "conv_preds"
    # Measured with MobileNet v1 1.0 and 0.25, at 224 and 96 pixels, on 32 stock photos, 90 logos and 48 tiles of
    # textures. No two tiles of a texture come out as duplicates (the most similar ones have 0.9695), no two of the
    # stock photos, and nothing of two classes; of the stock photos' copies, those encoded anew (JPEG, quality 50) 97 to
    # 100 %, of half the size 100 %, darker by 15 % 97 to 100 %, brighter by 15 % 72 to 94 %, cropped by 5 % 75 to 81 %
    # at 224 pixels, 16 to 25 % at 96. (bench/near_duplicates.py)
    near_duplicate: float = 0.97
    published_crop: tuple[FitMode, float] = ("central", 0.875)
    parts: tuple[ModelCard, ...] = ()

    def __post_init__(self) -> None:
        for name in ("name", "title", "source", "licence", "feature_layer", "classification_layer"):
            if not isinstance(getattr(self, name), str):
                raise ValueError(f"Expected text as the card's {name}; got {getattr(self, name)!r:.40}.")
        for name, least in (("stride", 1), ("feature_channels", 0)):
            value = getattr(self, name)
            if type(value) is not int or value < least:
                raise ValueError(
                    f"Expected a whole number of at least {least} as the card's {name}; got {value!r:.40}."
                )
        if not _is_number(self.near_duplicate, 0, 1):
            raise ValueError(f"Expected near_duplicate in 0..1; got {self.near_duplicate!r:.40}.")
        if not isinstance(self.published_crop, tuple) or len(self.published_crop) != 2:
            raise ValueError(f"Expected a fit mode and a share as published_crop; got {self.published_crop!r:.40}.")
        fit_mode, crop_share = self.published_crop
        replace(self.preprocessing, fit_mode=fit_mode, crop_share=crop_share)  # It checks them.
        if self.parts and sum(part.feature_channels for part in self.parts) != self.feature_channels:
            got = [part.feature_channels for part in self.parts]
            raise ValueError(f"Expected parts of {self.feature_channels} feature channels together; got {got}.")

    @property
    def input_size(self) -> int:
        """Side of the square input in pixels."""
        return self.preprocessing.size

    @property
    def sizes(self) -> range:
        """Input sizes to choose from: from three cells of the feature map a side up to the card's own."""
        return range(3 * self.stride, self.input_size + 1, self.stride)

    def preprocessed(self, **changes: Any) -> ModelCard:
        """Return the same card with other preprocessing.

        Parameters
        ----------
        **changes
            Fields of `Preprocessing`.

        Returns
        -------
        ModelCard
        """
        parts = tuple(part.preprocessed(**changes) for part in self.parts)
        return replace(self, preprocessing=replace(self.preprocessing, **changes), parts=parts)

    def as_published(self) -> ModelCard:
        """Return the same card with pictures cut as for the accuracy that was published of it.

        Returns
        -------
        ModelCard
        """
        fit_mode, crop_share = self.published_crop
        return self.preprocessed(fit_mode=fit_mode, crop_share=crop_share)

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON.

        Returns
        -------
        dict
            In the fields that cards had from the beginning (``input_size``, ``divisor``, ``offset``) as far as these
            can say it: earlier versions read those and refuse any other.
        """
        told = asdict(self) | {"input_size": self.input_size, "parts": [part.to_dict() for part in self.parts]}
        preprocessing, plain = told.pop("preprocessing"), self.preprocessing.divisor_and_offset
        if plain and self.preprocessing.fit_mode == Preprocessing.fit_mode:
            told["divisor"], told["offset"] = plain
        else:
            told["preprocessing"] = {name: value for name, value in preprocessing.items() if name != "size"}
        for name in ("near_duplicate", "published_crop", "parts"):
            if getattr(self, name) == getattr(ModelCard, name):
                del told[name]
        return told

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ModelCard:
        """Make a card of plain data, which is not trusted.

        Parameters
        ----------
        data : mapping
            As any version of `to_dict` gave it, perhaps by way of JSON; a warning names fields that are not known here.

        Returns
        -------
        ModelCard

        Raises
        ------
        ValueError
            A field is missing, or cannot be computed with.
        """
        try:
            names = [field.name for field in fields(cls)]
            told = known_fields(data, [*names, "input_size", "divisor", "offset"], "a model card")
            size, scaling = told.pop("input_size", 224), (told.pop("divisor", 127.5), told.pop("offset", -1.0))
            names = [field.name for field in fields(Preprocessing) if field.name != "size"]
            given = known_fields(told.pop("preprocessing", {}), names, "a model card")
            sha256 = tuple((str(name), str(digest)) for name, digest in told.pop("sha256", ()))
            parts = tuple(cls.from_dict({**part, "parts": ()}) for part in told.pop("parts", ()))
            given, told = (
                {name: tuple(value) if isinstance(value, list) else value for name, value in one.items()}
                for one in (given, told)
            )
            preprocessing = replace(Preprocessing.scaled(*scaling, size=size), **given)
            return cls(**told, sha256=sha256, preprocessing=preprocessing, parts=parts)
        except (KeyError, TypeError, AttributeError, OverflowError) as error:
            raise ValueError(f"Expected a model card; got something else ({error}).") from error
