"""A folder of features: parts of some hundred photos each, whole or not there at all, and what made them.

``about.json`` says what the features are; each ``part-00000.parquet`` (or ``.npz``, for numpy alone) has a row per
photo: ``path``, ``label`` and ``split`` ("" without one), ``digest`` (SHA-256 of the file), ``features``, and
``problem``, which is "" or says why there are none (they are nan then). Of rows of the same path the last one counts.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from ..backbones import DEFAULT_BACKBONE, FitMode, ModelCard, get_card
from ..data import digest_of, jpeg_decoder
from ..judging import NONE_OF_THESE, is_rejected

Format = Literal["parquet", "npz"]
Dtype = Literal["float32", "float16"]
_ABOUT = "about.json"
_NUMBERS = ("features", "probabilities")
_TEXTS = ("path", "label", "split", "digest", "problem")


@dataclass(frozen=True)
class TableSettings:
    """What decides about features, and how they are kept.

    Parameters
    ----------
    backbone, input_size, fit_mode
        As in `pyclassifier.ImageClassifier`; by default the card's.
    dtype : {"float32", "float16"}
        Of the features in the files.
    format : {"parquet", "npz"}
        Parquet is written by the package pyarrow.
    """

    backbone: str = DEFAULT_BACKBONE
    input_size: int | None = None
    fit_mode: FitMode | None = None
    dtype: Dtype = "float32"
    format: Format = "npz"

    column: ClassVar[str] = _NUMBERS[0]

    @property
    def n_columns(self) -> int:
        """How many features a photo has."""
        return self.card.feature_channels

    @property
    def card(self) -> ModelCard:
        """The backbone's card."""
        return get_card(self.backbone, self.input_size, self.fit_mode)

    def to_dict(self) -> dict[str, Any]:
        """All that tells features of one kind from others.

        Returns
        -------
        dict of str to value
        """
        how = self.card.preprocessing
        given = {"backbone": self.backbone, "input_size": how.size, "fit_mode": how.fit_mode, "dtype": self.dtype}
        return {**given, "format": self.format, "decoder": jpeg_decoder()}


@dataclass(frozen=True)
class PredictionSettings:
    """What decides about predictions, and how they are kept.

    Parameters
    ----------
    model : bytes
        The zip of a model.
    classes : tuple of str
        Its labels.
    threshold : float, optional
        Probability below which a photo is called none of these.
    format : {"parquet", "npz"}
        As in `TableSettings`.
    """

    model: bytes = field(repr=False)
    classes: tuple[str, ...]
    threshold: float | None = None
    format: Format = "npz"
    dtype: ClassVar[Dtype] = "float32"
    column: ClassVar[str] = _NUMBERS[1]

    @property
    def n_columns(self) -> int:
        """How many probabilities a photo has."""
        return len(self.classes)

    def to_dict(self) -> dict[str, Any]:
        """All that tells predictions of one model from those of others.

        Returns
        -------
        dict of str to value
        """
        given = {"model": digest_of(self.model), "labels": list(self.classes), "threshold": self.threshold}
        return {**given, "format": self.format, "decoder": jpeg_decoder()}

    def name_rows(self, y_proba: NDArray[np.floating[Any]]) -> tuple[str, ...]:
        """What photos are taken for; "" where there are no probabilities."""
        best, there = y_proba.argmax(axis=1), ~np.isnan(y_proba).any(axis=1)
        labels = np.where(there, np.array(self.classes, np.str_)[best], "")
        rejected = is_rejected(y_proba.astype(np.float32), self.threshold) & there
        return tuple(np.where(rejected, NONE_OF_THESE, labels).tolist())


@dataclass(frozen=True)
class FeatureTable:
    """Photos and their features, a row each.

    Parameters
    ----------
    paths, labels, splits, digests, problems : tuple of str
        Of each photo; "" where there is none.
    X : ndarray of shape (N, n_features)
        nan where there is a problem. Of predictions, probabilities of the classes, and labels are what is predicted.
    """

    paths: tuple[str, ...]
    labels: tuple[str, ...]
    splits: tuple[str, ...]
    digests: tuple[str, ...]
    problems: tuple[str, ...]
    X: NDArray[np.floating[Any]]

    def __len__(self) -> int:
        return len(self.paths)


def best_format() -> Format:
    """Parquet where pyarrow is installed, else npz."""
    return "parquet" if find_spec("pyarrow") else "npz"


class TableFolder:
    """A folder of parts, which only grows.

    Parameters
    ----------
    folder : Path
    settings : TableSettings or PredictionSettings

    Raises
    ------
    ValueError
        It holds features of another kind, or other files.
    """

    def __init__(self, folder: Path, settings: TableSettings | PredictionSettings) -> None:
        self.folder = folder
        self.settings = settings
        about = settings.to_dict()
        try:
            held = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        except FileNotFoundError:
            if folder.is_dir() and any(folder.iterdir()):
                raise ValueError(f"Expected an empty folder, or one of features; {folder} has other files.") from None
            folder.mkdir(parents=True, exist_ok=True)
            _write_whole(folder / _ABOUT, json.dumps(about, indent=1).encode())
            held = about
        other = [
            f"{name} {held.get(name)!r} instead of {value!r}"
            for name, value in about.items()
            if held.get(name) != value
        ]
        if other:
            raise ValueError(
                f"Expected {settings.column} of the same kind in {folder}, got {'; '.join(other)}. "
                "Choose another folder."
            )

    def parts(self) -> list[Path]:
        """The parts, in order."""
        return sorted(self.folder.glob(f"part-*.{self.settings.format}"))

    def write(self, number: int, table: FeatureTable) -> None:
        """Write a part, whole or not at all."""
        path = self.folder / f"part-{number:05}.{self.settings.format}"
        part = path.with_suffix(".unfinished")
        X = table.X.astype(self.settings.dtype)
        columns = dict(zip(_TEXTS, _texts(table), strict=True))
        if self.settings.format == "npz":
            arrays: dict[str, Any] = {name: np.array(column, np.str_) for name, column in columns.items()}
            arrays[self.settings.column] = X
            with part.open("wb") as file:
                np.savez(file, **arrays)
        else:
            _write_parquet(part, columns, self.settings.column, X)
        part.replace(path)

    def next_number(self) -> int:
        """The number of the part that comes next."""
        return max((int(path.stem.removeprefix("part-")) for path in self.parts()), default=-1) + 1

    def read(self) -> Iterator[FeatureTable]:
        """Read the parts, one after the other."""
        return map(read_part, self.parts())

    def read_texts(self) -> Iterator[FeatureTable]:
        """Read the parts without their features, which are nearly all of their bytes."""
        return (read_part(path, with_features=False) for path in self.parts())


def read_part(path: Path, *, with_features: bool = True) -> FeatureTable:
    """Read one part; perhaps without features, whose rows are then empty."""
    columns: list[tuple[str, ...]]
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as held:
            n_rows = len(held["path"])
            columns = [tuple(held[name].tolist()) if name in held else ("",) * n_rows for name in _TEXTS]
            (numbers,) = (name for name in _NUMBERS if name in held)
            return _table(columns, held[numbers] if with_features else np.zeros((n_rows, 0), np.float32))
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        names = [name for name in (*_TEXTS, *_NUMBERS) if name in file.schema_arrow.names]
        table = file.read(names if with_features else [name for name in names if name in _TEXTS])
    # A table of before has no splits.
    columns = [tuple(table.column(name).to_pylist()) if name in names else ("",) * len(table) for name in _TEXTS]
    if not with_features:
        return _table(columns, np.zeros((len(table), 0), np.float32))
    lists = table.column(names[-1]).combine_chunks()
    return _table(columns, lists.flatten().to_numpy(zero_copy_only=False).reshape(len(table), lists.type.list_size))


def read_table(folder: str | Path) -> FeatureTable:
    """Read all features of a folder into memory.

    Parameters
    ----------
    folder : str or Path
        That `embed_photos` wrote.

    Returns
    -------
    FeatureTable
        Where a photo's file has changed meanwhile, its last row alone.

    Raises
    ------
    FileNotFoundError
        There are none.
    """
    found = [read_part(path) for path in list_parts(Path(folder))]
    if not found:
        raise no_features(folder)
    last = {path: (k, i) for k, part in enumerate(found) for i, path in enumerate(part.paths)}
    rows = list(last.values())
    texts = [_texts(part) for part in found]
    columns = [tuple(texts[k][column][i] for k, i in rows) for column in range(len(_TEXTS))]
    return _table(columns, np.stack([found[k].X[i] for k, i in rows]))


def no_features(folder: str | Path) -> FileNotFoundError:
    """The error of a folder that has no features."""
    return FileNotFoundError(f"Expected features in {folder}, found none. Make some: pyclassifier embed --help")


def list_parts(folder: Path) -> list[Path]:
    """List the parts of a folder, in order."""
    return sorted(path for path in folder.glob("part-*.*") if path.suffix in (".npz", ".parquet"))


def is_table(place: Path) -> bool:
    """Whether something is a folder of features."""
    return (place / _ABOUT).is_file() and bool(list_parts(place))


def read_settings(folder: Path) -> TableSettings:
    """Read how the features of a folder were computed.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    TableSettings

    Raises
    ------
    FileNotFoundError
        There are none.
    ValueError
        What says it is damaged.
    """
    if not is_table(folder):
        raise no_features(folder)
    try:
        held = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        return TableSettings(**{one.name: held[one.name] for one in fields(TableSettings)})
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"Expected {folder / _ABOUT} to say what the features are, it is damaged.") from error


def _texts(table: FeatureTable) -> tuple[tuple[str, ...], ...]:
    return table.paths, table.labels, table.splits, table.digests, table.problems


def _table(columns: Sequence[tuple[str, ...]], X: NDArray[np.floating[Any]]) -> FeatureTable:
    paths, labels, splits, digests, problems = columns
    return FeatureTable(paths, labels, splits, digests, problems, X)


def _write_parquet(path: Path, columns: dict[str, tuple[str, ...]], numbers: str, X: NDArray[np.floating[Any]]) -> None:
    import pyarrow
    from pyarrow import parquet

    lists = pyarrow.FixedSizeListArray.from_arrays(pyarrow.array(X.reshape(-1)), X.shape[1])
    arrays = {**{name: pyarrow.array(column, pyarrow.string()) for name, column in columns.items()}, numbers: lists}
    # Features have no values that come again, and hardly get smaller by compression.
    parquet.write_table(pyarrow.table(arrays), path, use_dictionary=["label", "split", "problem"], compression="none")


def _write_whole(path: Path, data: bytes) -> None:
    part = path.with_suffix(f".{os.getpid()}")
    part.write_bytes(data)
    part.replace(path)
