"""Labelled photos, and how they are split.

Nothing is decoded here. A sample knows how to read its bytes; whoever needs them reads them.
"""

from __future__ import annotations

import reprlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from ..notebook import Shown, make_table
from . import intake, local
from .names import LabelBy
from .photos import PhotoSource, Problem, Sample, Split

_MOST_SHOWN = 8
_COLUMNS = ("path", "label", "split", "group")


@dataclass(frozen=True)
class Dataset(Shown):
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
    >>> dataset = Dataset((Sample("cat/1.jpg", read, "cat"), Sample("dog/2.jpg", read, "dog")))
    >>> dataset.labels, dataset.y.tolist()
    (['cat', 'dog'], ['cat', 'dog'])
    """

    samples: tuple[Sample, ...] = ()
    problems: tuple[Problem, ...] = ()

    @classmethod
    def from_files(
        cls,
        files: Iterable[tuple[str, PhotoSource]],
        *,
        split: Split | None = None,
        label: str | None = None,
        label_by: LabelBy = "auto",
        split_folders: bool | None = None,
        group: str | None = None,
    ) -> Dataset:
        """Make a dataset from a list of files: the folder that holds a file is its label.

        In a flat folder the file's name is: ``android-0.jpg`` shows "android". So it is where all files lie in one
        folder and their names tell several classes apart.

        Folders named such as ``train``, ``valid``, ``test_set``, ``val2017``, ``entraînement`` or ``验证集``, at any
        depth, say what the files below them are for instead, where the folders beside them or in them say so, too:
        ``photos/val/cat/1.jpg`` and ``photos/cat/val/1.jpg`` are both validation photos of a cat, but beside ``bus``
        and ``car`` a ``train`` is a class. A folder whose name says nothing, such as ``images`` in ``cat/images``, is
        skipped. Photos in a split folder beside folders of classes (``test/1.jpg``) are unlabelled; they, hidden and
        system files, and files that are no images become problems.

        Parameters
        ----------
        files : iterable of (str, callable)
            Relative path, and a `PhotoSource`, such as an async function that gives the bytes.
        split : {"training", "validation", "test"}, optional
            What all of these files are for, whatever their folders say.
        label : str, optional
            The class of all of these files, whatever their folders say.
        label_by : {"auto", "folder", "top", "path", "name"}
            What names the class: "folder", the innermost folder; "top", the outermost that tells photos apart; "path",
            all from there on (``Tomato/healthy``); "name", the name before the number. With "auto" it is what the
            folders suggest; where they can be read in several ways, a warning says what was assumed.
        split_folders : bool, optional
            True: each folder with such a name says what photos are for; False: none does, they are classes.
        group : str, optional
            What all of these files belong to, such as one burst of a webcam: a split never parts them.

        Returns
        -------
        Dataset

        Examples
        --------
        >>> async def read():
        ...     return b"the bytes of a photo"
        >>> dataset = Dataset.from_files([("cat/1.jpg", read), ("val/cat/2.jpg", read)])
        >>> [(sample.label, sample.split) for sample in dataset.samples]
        [('cat', None), ('cat', 'validation')]
        >>> Dataset.from_files([("android-0.jpg", read), ("train/windows_12.png", read)]).labels
        ['android', 'windows']
        """
        return cls(
            *intake.from_files(
                files, split=split, label=label, label_by=label_by, split_folders=split_folders, group=group
            )
        )

    @classmethod
    def from_folder(
        cls,
        folder: str | Path,
        *,
        split: Split | None = None,
        label: str | None = None,
        label_by: LabelBy = "auto",
        split_folders: bool | None = None,
    ) -> Dataset:
        """Make a dataset from a folder on disk (or in Pyodide's file system), as `from_files`.

        Parameters
        ----------
        folder : str or Path
            Its sub-folders are the labels; its own name is none. A zip or tar in it counts as a folder. Tables in it
            (CSV, TSV, JSON, JSON Lines, VOC's XML) that name the photos for certain give them their labels instead,
            unless `label` or `label_by` say otherwise. An address, such as ``s3://bucket/photos``, is read by the
            package fsspec, where it is installed.
        split, label, label_by, split_folders
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
        >>> dataset = Dataset.from_folder("photos")  # photos/cat/1.jpg, photos/dog/2.jpg, ...  # doctest: +SKIP
        """
        return cls(*local.from_folder(folder, split=split, label=label, label_by=label_by, split_folders=split_folders))

    @classmethod
    def from_zip(
        cls,
        source: bytes | str | Path,
        *,
        encoding: str | None = None,
        split: Split | None = None,
        label: str | None = None,
        label_by: LabelBy = "auto",
        split_folders: bool | None = None,
    ) -> Dataset:
        """Make a dataset from a zip or tar file of folders of photos, as `from_folder`. Nothing is unpacked to disk.

        Parameters
        ----------
        source : bytes, str or Path
            The zip, tar or tar.gz file, or where it is. It is not trusted: paths in it are names and no more, and
            photos are read one at a time, of at most 256 MB each.
        encoding : str, optional
            Of names that do not say theirs, such as "gbk" or "cp850"; by default the most plausible one for all of them
            together, and where another is nearly as plausible, a warning says what was assumed.
        split, label, label_by, split_folders
            As in `from_files`.

        Returns
        -------
        Dataset
            Photos that are damaged, encrypted or too large become problems once they are read.

        Raises
        ------
        DatasetError
            It is no such file, or there is no such file, or it holds more than 100,000 files or 16 GB.

        Examples
        --------
        >>> import io, zipfile
        >>> buffer = io.BytesIO()
        >>> with zipfile.ZipFile(buffer, "w") as file:
        ...     file.writestr("photos/cat/1.jpg", b"the bytes of a photo")
        >>> Dataset.from_zip(buffer.getvalue()).labels
        ['cat']
        """
        return cls(
            *local.from_zip(
                source, encoding=encoding, split=split, label=label, label_by=label_by, split_folders=split_folders
            )
        )

    @classmethod
    def from_csv(
        cls,
        table: bytes | str | Path,
        photos: str | Path | bytes | Iterable[tuple[str, PhotoSource]],
        *,
        file_column: str | None = None,
        label_column: str | Sequence[str] | None = None,
        split_column: str | None = None,
        encoding: str | None = None,
        split: Split | None = None,
    ) -> Dataset:
        """Make a dataset of photos whose classes stand in a table.

        Columns that are not given are found by their names, in English, French or Chinese, and by what is in them.
        Rows name photos by path, the end of it, file name, or file name without suffix. Rows without a photo, photos
        without a row, and what could mean several photos become problems.

        Parameters
        ----------
        table : bytes, str or Path
            The file, or where it is: CSV (, ; | or tab), JSON (a list of records, or the label of each file), JSON
            Lines, or annotations with a class for each photo (COCO, CreateML, FiftyOne).
        photos : str, Path, bytes or iterable of (str, callable)
            A folder, a zip file or its bytes, or files as in `from_files`.
        file_column : str, optional
            Which column names the files.
        label_column : str or sequence of str, optional
            Which column names the classes. Several are a class each, and hold 1 for the photos of it (one-hot).
        split_column : str, optional
            Which column says "train", "val" or "test".
        encoding : str, optional
            Of the table; by default UTF-8 or UTF-16, else the most plausible of those that Excel writes.
        split : {"training", "validation", "test"}, optional
            What all of the photos are for, whatever the table says.

        Returns
        -------
        Dataset

        Raises
        ------
        DatasetError
            It is no table, a column is not there, or the columns are not certain; then the message names likely ones.

        Examples
        --------
        >>> async def read():
        ...     return b"the bytes of a photo"
        >>> table = b"id,species\\n1,cat\\n2,dog"
        >>> Dataset.from_csv(table, [("photos/1.jpg", read), ("photos/2.jpg", read)]).labels
        ['cat', 'dog']
        """
        return cls(
            *local.from_csv(
                table,
                photos,
                file_column=file_column,
                label_column=label_column,
                split_column=split_column,
                encoding=encoding,
                split=split,
            )
        )

    def __repr__(self) -> str:
        counts = self.count()
        lines = [f"Dataset(photos={len(self.samples):,}, problems={len(self.problems):,}, classes={len(counts):,}"]
        for label, by_split in list(counts.items())[:_MOST_SHOWN]:
            marked = [f", {by_split[split]:,} for {split}" for split in get_args(Split) if by_split[split]]
            lines.append(f"  {reprlib.repr(label)}: {by_split.total():,}{''.join(marked)}")
        if len(counts) > _MOST_SHOWN:
            lines.append(f"  and {len(counts) - _MOST_SHOWN:,} more")
        return "\n".join(lines) + ")"

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

    def to_pandas(self) -> Any:
        """Make a table of the samples, one row a photo.

        Returns
        -------
        pandas.DataFrame
            Columns ``path``, ``label``, ``split`` and ``group``.

        Raises
        ------
        ImportError
            pandas is not installed.

        Examples
        --------
        >>> Dataset.from_folder("photos").to_pandas().value_counts("label")  # doctest: +SKIP
        """
        return make_table({name: [getattr(one, name) for one in self.samples] for name in _COLUMNS})

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
