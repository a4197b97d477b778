"""The networks of keras.applications, built by Keras in a process of its own."""

from __future__ import annotations

import difflib
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from importlib.util import find_spec
from pathlib import Path

from pyclassifier.backbones import CATALOG

from ..errors import ConvertError
from ..formats import is_there
from ..running import run_python

_BUILDER = Path(__file__).parent / "build_application.py"
NAMES = (
    *(f"ConvNeXt{size}" for size in ("Base", "Large", "Small", "Tiny", "XLarge")),
    *(f"DenseNet{depth}" for depth in (121, 169, 201)),
    *(f"EfficientNetB{number}" for number in range(8)),
    *(f"EfficientNetV2{size}" for size in ("B0", "B1", "B2", "B3", "L", "M", "S")),
    *("InceptionResNetV2", "InceptionV3", "MobileNet", "MobileNetV2", "MobileNetV3Large", "MobileNetV3Small"),
    *("NASNetLarge", "NASNetMobile", "VGG16", "VGG19", "Xception"),
    *(f"ResNet{depth}{version}" for depth in (50, 101, 152) for version in ("", "V2")),
)


@dataclass(frozen=True)
class Architecture:
    """How to build a network of keras.applications; None is Keras's own choice.

    Parameters
    ----------
    alpha : float, optional
        Width, as a part of the published one's; MobileNets have it.
    input_size : int, optional
        Side of the square input in pixels.
    weights : str, optional
        "imagenet", which Keras fetches and verifies; "none" for random ones; or the path of a file with weights.
    include_top : bool, optional
        False leaves the classification out.
    pooling : {"avg", "max"}, optional
        What then follows the last feature map.
    seed : int, optional
        Of random weights; by default 0.
    """

    alpha: float | None = None
    input_size: int | None = None
    weights: str | None = None
    include_top: bool | None = None
    pooling: str | None = None
    seed: int | None = None

    def options(self) -> list[str]:
        """Return those of the command's options that were given."""
        names = {"include_top": "--no-top"}
        given = [field.name for field in fields(self) if getattr(self, field.name) is not None]
        return [names.get(name, f"--{name.replace('_', '-')}") for name in given]


@contextmanager
def named_source(
    source: Path, architecture: Architecture, from_format: str | None, on_progress: Callable[[str], None]
) -> Iterator[Path]:
    """Give a file of the network that a source names; a source that names none is given as it is.

    Raises ConvertError where there are options for a network and none is named, and where a name is nearly one.
    """
    there = is_there(source)
    name = None if from_format or there else {one.lower(): one for one in NAMES}.get(str(source).lower())
    given = architecture.options()
    if name is None and given:
        raise ConvertError(
            f"Expected a name in keras.applications, such as MobileNetV2, as the source for {given[0]}; got {source}."
        )
    if name is None:
        if not there and str(source) not in CATALOG:
            _check_spelling(str(source))
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        on_progress(f"Building {name} in Keras")
        path = Path(temporary) / f"{name}.keras"
        build_application(name, architecture, path)
        yield path


def _check_spelling(source: str) -> None:
    known = {name.lower(): name for name in (*CATALOG, *NAMES)}
    near = [known[name] for name in difflib.get_close_matches(source.lower(), known, 3, 0.7)]
    if near:
        raise ConvertError(f"Expected a model at {source}, found nothing. Names like it are {', '.join(near)}.")


def build_application(name: str, architecture: Architecture, path: Path) -> None:
    """Build a network of keras.applications and save it.

    Parameters
    ----------
    name : str
        One of `NAMES`.
    architecture : Architecture
    path : Path
        A .keras file to write.

    Raises
    ------
    ConvertError
        Keras is not installed, cannot fetch the weights, or has no such network.
    """
    if architecture.pooling and architecture.include_top is not False:
        raise ConvertError("Expected --no-top beside --pooling: with its classification, a network has a pooling.")
    if architecture.seed is not None and architecture.weights != "none":
        raise ConvertError("Expected --weights none beside --seed: other weights are not random.")
    if find_spec("keras") is None:
        raise ConvertError(f"Expected Keras to build {name}, it is not installed: pip install keras tensorflow.")
    try:
        run_python([str(_BUILDER), name, json.dumps(asdict(architecture)), str(path)], f"Keras to build {name}")
    except ConvertError as error:
        if "URL fetch failure" not in str(error):
            raise
        remedy = "Take --weights none for random ones, or fetch that file by other means: --weights FILE."
        raise ConvertError(f"{error}. {remedy}") from error
