"""Names of classes: out of a file, or ImageNet's 1000 in the order of networks' outputs, out of a PyPI package."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from pyclassifier.data import unnumbered

from ..errors import ConvertError
from .pip_packages import Package, PackagedFile, fetch_packaged

_MAX_BYTES = 1 << 24
_TIMM = Package(
    "timm==1.0.20", "f6e62f780358476691996c47aa49de87b95cc507edf923c3042f74a07e45b7fe", ("--only-binary=:all:",)
)
SYNSETS = PackagedFile(
    _TIMM,
    "timm/data/_info/imagenet_synsets.txt",
    "70002b0ff5de60a3a17a82dbfcff291931f96225ddf941ad2e182fc39e183d15",
)
LEMMAS = PackagedFile(
    _TIMM,
    "timm/data/_info/imagenet_synset_to_lemma.txt",
    "1b8babda187421a4bde0c9c5a197c36f6bdda962f7ca11ffb2813806cbb2178f",
)
_N_CLASSES = 1000


def read_classes(synsets: Path, lemmas: Path) -> list[tuple[str, str]]:
    """Return WordNet id and name of each class: ``("n03249569", "drum, membranophone, tympan")``."""
    ids = synsets.read_text(encoding="utf-8").split()
    names = dict(line.split("\t", 1) for line in lemmas.read_text(encoding="utf-8").splitlines())
    missing = [one for one in ids if one not in names]
    if len(ids) != _N_CLASSES or missing:
        raise ConvertError(
            f"Expected {_N_CLASSES} ImageNet classes with names, got {len(ids)}, {len(missing)} nameless."
        )
    return [(one, names[one]) for one in ids]


def fetch_labels() -> tuple[str, ...]:
    """Fetch the names of ImageNet's classes.

    Returns
    -------
    tuple of str

    Raises
    ------
    ConvertError
        pip cannot get the package.
    """
    with tempfile.TemporaryDirectory(prefix="pyclassifier-convert-") as temporary:
        classes = read_classes(*(fetch_packaged(file, Path(temporary)) for file in (SYNSETS, LEMMAS)))
    return tuple(name for _, name in classes)


def read_labels(path: Path) -> tuple[str, ...]:
    """Read names of classes: one a line, with numbers from 0 or without, a JSON list, or a metadata.json with `labels`.

    Parameters
    ----------
    path : Path
        Where there is no file "imagenet", that means ImageNet's 1000 classes, fetched from PyPI.

    Returns
    -------
    tuple of str

    Raises
    ------
    ConvertError
        It cannot be read, or holds no names.
    """
    if str(path) == "imagenet" and not path.exists():
        return fetch_labels()
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ConvertError(f"{path}: Expected labels of at most {_MAX_BYTES:,} bytes.")
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConvertError(f"{path}: Expected a text file of labels, one a line ({error}).") from error
    labels: object = unnumbered([line.strip() for line in text.splitlines() if line.strip()])
    if text.lstrip()[:1] in ("[", "{"):
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConvertError(f"{path}: Expected a JSON list of labels, got damaged JSON ({error}).") from error
        labels = content.get("labels") if isinstance(content, dict) else content
    if not isinstance(labels, list) or not labels or not all(isinstance(label, str) for label in labels):
        raise ConvertError(f"{path}: Expected names of classes, got {str(labels)[:100]}.")
    return tuple(labels)
