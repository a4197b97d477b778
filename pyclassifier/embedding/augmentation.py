"""Changed copies of training photos, which teach what makes no difference."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance, ImageOps

from ..backbones import Preprocessing
from ..data import known_fields
from .preprocessing import fit_image

_MAX_COPIES = 20
_MAX_CROP = 0.9


@dataclass(frozen=True)
class Augmentation:
    """How copies of the training photos are changed, at random; validation photos never are.

    Parameters
    ----------
    flip : bool
        Whether half of the copies are mirrored, left to right.
    crop : float
        Largest share of both sides that is cut off, in 0..0.9.
    brightness, contrast, saturation : float
        Largest change, in 0..1: 0.2 is a factor of 0.8 to 1.2, as Pillow's `ImageEnhance` applies it.
    copies : int
        Changed copies of each training photo, beside the photo itself, in 1..20.

    Raises
    ------
    ValueError
        A figure out of range, or nothing to change.

    Examples
    --------
    >>> ImageClassifier(augmentation=Augmentation(flip=True, brightness=0.2))  # doctest: +SKIP
    >>> Augmentation(crop=2)
    Traceback (most recent call last):
    ValueError: Expected crop in 0..0.9, got 2.
    """

    flip: bool = False
    crop: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    copies: int = 1

    def __post_init__(self) -> None:
        for name in ("crop", "brightness", "contrast", "saturation"):
            value, most = getattr(self, name), _MAX_CROP if name == "crop" else 1
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
                raise ValueError(f"Expected {name} in 0..{most}, got {value!r}.")
        if not isinstance(self.flip, bool):
            raise ValueError(f"Expected flip to be True or False, got {self.flip!r:.40}.")
        if type(self.copies) is not int or not 1 <= self.copies <= _MAX_COPIES:
            raise ValueError(f"Expected copies to be a whole number in 1..{_MAX_COPIES}, got {self.copies!r}.")
        if not (self.flip or self.crop or self.brightness or self.contrast or self.saturation):
            raise ValueError("Expected something to change, got copies as they are. Set flip, crop or a colour figure.")

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Augmentation:
        """Make one of plain data.

        Parameters
        ----------
        data : mapping
            As `dataclasses.asdict` gives it; a warning names fields that are not known here.

        Returns
        -------
        Augmentation

        Raises
        ------
        ValueError
            A figure out of range, or nothing to change.
        """
        return cls(**known_fields(data, [field.name for field in fields(cls)], "an augmentation"))


@dataclass(frozen=True)
class Variation:
    """One of the copies of each photo.

    Parameters
    ----------
    augmentation : Augmentation
    seed : int
    copy : int
        Its number, from 0.
    """

    augmentation: Augmentation
    seed: int
    copy: int

    @property
    def kind(self) -> str:
        """What tells its features from those of others."""
        settings = {name: value for name, value in asdict(self.augmentation).items() if name != "copies"}
        return f"{json.dumps(settings)}/{self.seed}/{self.copy}"

    def apply(self, image: Image.Image, digest: str, preprocessing: Preprocessing) -> NDArray[np.uint8]:
        """Change a photo as its content, the seed and the number of the copy say.

        Parameters
        ----------
        image : PIL.Image.Image
            RGB.
        digest : str
            Hash of its content.
        preprocessing : Preprocessing
            As in `pyclassifier.embedding.fit_image`.

        Returns
        -------
        ndarray of shape (S, S, 3), uint8
            RGB.
        """
        how = self.augmentation
        seed = hashlib.sha256(f"{digest}/{self.seed}/{self.copy}".encode()).digest()
        # All drawn whatever is asked for: one setting does not change what another one does.
        rng = np.random.default_rng(np.frombuffer(seed, np.uint32))
        mirrored, scale, left, top, *colors = rng.random(7).tolist()
        if how.crop:
            width, height = ((1 - how.crop * scale) * side for side in image.size)
            x, y = left * (image.width - width), top * (image.height - height)
            image = image.crop((round(x), round(y), round(x) + max(1, round(width)), round(y) + max(1, round(height))))
        image = Image.fromarray(fit_image(image, preprocessing))
        if how.flip and mirrored < 0.5:
            image = ImageOps.mirror(image)
        enhancers = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)
        for enhancer, most, drawn in zip(
            enhancers, (how.brightness, how.contrast, how.saturation), colors, strict=True
        ):
            if most:
                image = enhancer(image).enhance(1 + most * (2 * drawn - 1))
        return np.asarray(image)
