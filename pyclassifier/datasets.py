"""Labelled photos: where they come from, what they are called, how they are split.

Nothing is decoded here. A sample knows how to read its bytes; whoever needs them reads them.
"""

from __future__ import annotations

import io
import posixpath
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .errors import DatasetError
from .zips import ZIP_ERRORS, read_member

Split = Literal["training", "validation"]
Read = Callable[[], Awaitable[bytes]]

SUFFIXES = frozenset({".jpg", ".jpeg", ".jfif", ".png", ".apng", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
SPLIT_FOLDERS: dict[str, Split] = {
    "train": "training",
    "training": "training",
    "val": "validation",
    "validation": "validation",
    "test": "validation",
}
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_MAX_LABEL_LENGTH = 200
LabelBy = Literal["folder", "name"]
_NUMBERED = re.compile(r"(.*?[^\W\d_])[\s._-]+\d+", re.DOTALL)  # android-0, mountain bike_12
_CAMERA_NAMES = frozenset({"img", "dsc", "dscn", "dscf", "pxl", "image", "photo", "picture", "screenshot"})
_NO_LABEL = {
    "folder": "not inside a folder that names its class. Put it into one, such as cat/photo.jpg.",
    "name": "its name does not say its class. Call it by its class and a number, such as android-0.jpg.",
}
# Of a zip that somebody else made: files in it, bytes of one photo, bytes of all of them.
_MAX_ZIP_FILES = 100_000
_MAX_PHOTO_BYTES = 1 << 28
_MAX_ZIP_BYTES = 1 << 34


@dataclass(frozen=True, eq=False)
class Sample:
    """One photo.

    Parameters
    ----------
    path : str
        Where it was found, ``/`` between the parts; only ever shown, never opened.
    read : callable
        ``await read()`` gives the file's bytes.
    label : str, optional
        Its class.
    split : {"training", "validation"}, optional
        What it is for; None where that is still to be drawn.
    """

    path: str
    read: Read
    label: str | None = None
    split: Split | None = None


@dataclass(frozen=True)
class Problem:
    """One file that is not used.

    Parameters
    ----------
    path : str
        The file.
    reason : str
        Why, for people.
    """

    path: str
    reason: str


@dataclass(frozen=True)
class Dataset:
    """Labelled samples, and the files that could not become one.

    Parameters
    ----------
    samples : tuple of Sample
        Each with a label.
    problems : tuple of Problem

    Examples
    --------
    >>> async def read():
    ...     return b"the bytes of a photo"
    >>> dataset = from_files([("cat/1.jpg", read), ("dog/2.jpg", read), ("dog/notes.txt", read)])
    >>> dataset.labels, dataset.y.tolist()
    (['cat', 'dog'], ['cat', 'dog'])
    >>> dataset.problems[0].reason
    'not an image (.txt). Expected JPEG, PNG, WebP, GIF, BMP or TIFF.'
    """

    samples: tuple[Sample, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __add__(self, other: Dataset) -> Dataset:
        return Dataset(self.samples + other.samples, self.problems + other.problems)

    @property
    def labels(self) -> list[str]:
        """Labels of the samples, each once, sorted."""
        return sorted({str(sample.label) for sample in self.samples})

    @property
    def y(self) -> NDArray[np.str_]:
        """Label of each sample, in their order: shape (n_samples,)."""
        return np.array([str(sample.label) for sample in self.samples], dtype=np.str_)

    def count(self) -> dict[str, Counter[Split | None]]:
        """Number of samples per label and split.

        Returns
        -------
        dict of str to Counter
            By label, the labels sorted; None counts those whose split is still to be drawn.
        """
        counts: dict[str, Counter[Split | None]] = {label: Counter() for label in self.labels}
        for sample in self.samples:
            counts[str(sample.label)][sample.split] += 1
        return counts

    def _repr_html_(self) -> str:
        from .display.photos import dataset_html

        counts = {label: (n.total(), n["validation"]) for label, n in self.count().items()}
        photos: dict[str, list[tuple[str, Read]]] = {label: [] for label in counts}
        for sample in self.samples:
            photos[str(sample.label)].append((sample.path, sample.read))
        return dataset_html(counts, photos, [(problem.path, problem.reason) for problem in self.problems])

    def train_validation_split(
        self, validation_split: float = 0.2, random_state: int = 0
    ) -> tuple[list[Sample], list[Sample]]:
        """Part the samples into those to learn from and those to be judged by.

        Where any sample is marked for validation, the marks decide and all others are for training. Otherwise
        the validation samples are drawn per class, so that each class keeps its share.

        Parameters
        ----------
        validation_split : float
            Share of each class to draw, in 0..1 (1 excluded), rounded, at least one photo of each class that has
            two, never all of them. 0 draws none.
        random_state : int
            Seed of the draw.

        Returns
        -------
        training, validation : list of Sample

        Raises
        ------
        DatasetError
            Fewer than two classes, or a class without training photos.
        ValueError
            A share outside 0..1.
        """
        if not 0 <= validation_split < 1:
            raise ValueError(f"Expected validation_split in 0..1 (1 excluded), got {validation_split}.")
        self._check_classes()
        if any(sample.split == "validation" for sample in self.samples):
            return (
                [sample for sample in self.samples if sample.split != "validation"],
                [sample for sample in self.samples if sample.split == "validation"],
            )
        drawn = self._draw(validation_split, random_state)
        return (
            [sample for i, sample in enumerate(self.samples) if i not in drawn],
            [sample for i, sample in enumerate(self.samples) if i in drawn],
        )

    def _draw(self, share: float, random_state: int) -> set[int]:
        rng = np.random.default_rng(random_state)
        drawn: set[int] = set()
        for label in self.labels:
            members = np.array([i for i, sample in enumerate(self.samples) if sample.label == label])
            wanted = max(round(len(members) * share), 1) if share else 0
            drawn.update(rng.permutation(members)[: min(wanted, len(members) - 1)].tolist())
        return drawn

    def _check_classes(self) -> None:
        if len(self.labels) < 2:
            got = f"1 ({self.labels[0]!r})" if self.labels else "none"
            raise DatasetError(f"Expected photos of at least 2 classes, got {got}. Add a folder for each class.")
        for label, counts in self.count().items():
            if counts.total() == counts["validation"]:
                raise DatasetError(
                    f"Expected training photos of each class, got none of {label!r} ({counts.total()} for "
                    f"validation). Add some, or remove {label!r} from the validation photos."
                )


def from_files(
    files: Iterable[tuple[str, Read]], *, split: Split | None = None, label_by: LabelBy = "folder"
) -> Dataset:
    """Make a dataset from a list of files: the folder that holds a file is its label.

    In a flat folder the file's name is: ``android-0.jpg`` shows "android".

    Folders named ``train``, ``training``, ``val``, ``validation`` or ``test``, at any depth, say what the files
    below them are for instead: ``photos/val/cat/1.jpg`` and ``photos/cat/val/1.jpg`` are both validation photos
    of a cat. Hidden and system files and files that are no images become problems.

    Parameters
    ----------
    files : iterable of (str, callable)
        Relative path, and an async function that reads the bytes.
    split : {"training", "validation"}, optional
        What all of these files are for, whatever their folders say.
    label_by : {"folder", "name"}
        With "name", the name before the number is the label whatever folder a file is in.

    Returns
    -------
    Dataset

    Examples
    --------
    >>> async def read():
    ...     return b"the bytes of a photo"
    >>> dataset = from_files([("cat/1.jpg", read), ("val/cat/2.jpg", read)])
    >>> [(sample.label, sample.split) for sample in dataset.samples]
    [('cat', None), ('cat', 'validation')]
    >>> from_files([("android-0.jpg", read), ("train/windows_12.png", read)]).labels
    ['android', 'windows']
    """
    samples: list[Sample] = []
    problems: list[Problem] = []
    for path, read in files:
        reason = why_skip(path)
        label = None if reason else _label(path, label_by)
        if reason or label is None:
            reason = reason or _NO_LABEL[label_by]
            problems.append(Problem(path, reason))
        else:
            samples.append(Sample(path, read, label, split or _split(path)))
    return Dataset(tuple(samples), tuple(problems))


def from_folder(folder: str | Path, *, split: Split | None = None) -> Dataset:
    """Make a dataset from a folder on disk (or in Pyodide's file system), as `from_files`.

    Parameters
    ----------
    folder : str or Path
        Its sub-folders are the labels; its own name is none.
    split : {"training", "validation"}, optional
        As in `from_files`.

    Returns
    -------
    Dataset

    Raises
    ------
    DatasetError
        There is no such folder.

    Examples
    --------
    >>> dataset = from_folder("photos")  # photos/cat/1.jpg, photos/dog/2.jpg, ...  # doctest: +SKIP
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise DatasetError(f"Expected a folder of labelled photos, got {str(folder)!r}, which is not a folder.")
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return from_files([(path.relative_to(folder).as_posix(), _reader(path)) for path in found], split=split)


def from_zip(source: bytes | str | Path, *, split: Split | None = None) -> Dataset:
    """Make a dataset from a zip file of folders of photos, as `from_files`. Nothing is unpacked to the disk.

    Parameters
    ----------
    source : bytes, str or Path
        The zip file, or where it is. It is not trusted: paths in it are names and no more, and photos are read one
        at a time, of at most 256 MB each.
    split : {"training", "validation"}, optional
        As in `from_files`.

    Returns
    -------
    Dataset
        Photos that are damaged, encrypted or too large become problems once they are read.

    Raises
    ------
    DatasetError
        It is no zip file, or there is no such file, or it holds more than 100,000 files or 16 GB.

    Examples
    --------
    >>> import io, zipfile
    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as file:
    ...     file.writestr("photos/cat/1.jpg", b"the bytes of a photo")
    >>> from_zip(buffer.getvalue()).labels
    ['cat']
    """
    try:
        file = zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source)
    except ZIP_ERRORS as error:
        raise DatasetError(f"Expected a zip file of folders of photos, got something else ({error}).") from error
    members = [member for member in file.infolist() if not member.is_dir()]
    n_bytes = sum(member.file_size for member in members)
    if len(members) > _MAX_ZIP_FILES or n_bytes > _MAX_ZIP_BYTES:
        raise DatasetError(
            f"Expected at most {_MAX_ZIP_FILES:,} files of {_MAX_ZIP_BYTES:,} bytes in the zip, got {len(members):,} "
            f"of {n_bytes:,}. Split it into several ones."
        )
    return from_files([(member.filename, _member_reader(file, member)) for member in members], split=split)


def _member_reader(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> Read:
    async def read() -> bytes:
        try:
            return read_member(file, member, _MAX_PHOTO_BYTES)
        except ZIP_ERRORS as error:
            raise OSError(str(error)) from error

    return read


def _reader(path: Path) -> Read:
    async def read() -> bytes:
        return path.read_bytes()

    return read


def why_skip(path: str) -> str | None:
    """Why a file of this name is no photo to look at, or None."""
    parts = _parts(path)
    name = parts[-1] if parts else ""
    if any(part.startswith(".") and part != ".." for part in parts):
        return "a hidden file."
    if name.lower() in _SYSTEM_FILES or "__MACOSX" in parts:
        return "a file of the operating system, not a photo."
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in (".heic", ".heif", ".avif"):
        return f"{suffix[1:].upper()} photos cannot be read here. Export it as JPEG."
    if suffix and suffix not in SUFFIXES:
        return f"not an image ({suffix}). Expected JPEG, PNG, WebP, GIF, BMP or TIFF."
    return None


def _parts(path: str) -> tuple[str, ...]:
    # cat/../1.jpg lies beside the folder cat, not in it.
    return PurePosixPath(posixpath.normpath(path)).parts


def _split(path: str) -> Split | None:
    # The innermost folder decides: test/train/cat/1.jpg was put into "train" by somebody who meant it.
    for part in reversed(_parts(path)[:-1]):
        if part.lower() in SPLIT_FOLDERS:
            return SPLIT_FOLDERS[part.lower()]
    return None


def _label(path: str, label_by: LabelBy) -> str | None:
    *folders, name = _parts(path) or ("",)
    if label_by == "folder":
        for part in reversed(folders):
            if part.lower() not in SPLIT_FOLDERS and part not in ("/", "//", ".."):
                return _readable(part)
    numbered = _NUMBERED.fullmatch(PurePosixPath(name).stem)
    if numbered is None or numbered[1].lower() in _CAMERA_NAMES:
        return None
    return _readable(numbered[1])


def _readable(name: str) -> str | None:
    # macOS spells names in decomposed form; elsewhere the same name would be another class.
    name = unicodedata.normalize("NFC", name)
    visible = "".join(c for c in name if unicodedata.category(c)[0] != "C").strip()
    return visible[:_MAX_LABEL_LENGTH] or None
