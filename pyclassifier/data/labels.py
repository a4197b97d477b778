"""Labels (names) <-> class indices <-> one-hot rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..errors import NotFittedError

_NUMBERED = re.compile(r"(?P<number>\d{1,9})(?:\s*[:;,)]\s*|\.?\s+)(?P<name>.+)")


def unnumbered(lines: Sequence[str]) -> list[str]:
    """Names without numbers, in the numbers' order, where all are numbered from 0, as Teachable Machine writes them.

    Parameters
    ----------
    lines : sequence of str

    Returns
    -------
    list of str

    Examples
    --------
    >>> unnumbered(["0 dog", "1 cat"])
    ['dog', 'cat']
    >>> unnumbered(["1 euro", "2 euro"])
    ['1 euro', '2 euro']
    """
    found = [_NUMBERED.fullmatch(line) for line in lines]
    names = {int(one["number"]): one["name"] for one in found if one}
    in_order = [names[number] for number in range(len(lines)) if number in names]
    return in_order if len(in_order) == len(lines) else list(lines)


class LabelEncoder:
    """Labels to class indices and back, with the behaviour of `sklearn.preprocessing.LabelEncoder`.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,), str
        Sorted by code point, so that the same labels always give the same order.

    Examples
    --------
    >>> encoder = LabelEncoder()
    >>> encoder.fit_transform(["dog", "cat", "dog"]).tolist()
    [1, 0, 1]
    >>> encoder.classes_.tolist(), encoder.inverse_transform([0]).tolist()
    (['cat', 'dog'], ['cat'])
    """

    classes_: NDArray[np.str_]

    def fit(self, y: Sequence[str]) -> LabelEncoder:
        """Learn the classes.

        Parameters
        ----------
        y : sequence of str
            Labels; repeated ones count once.

        Returns
        -------
        LabelEncoder
            Itself.
        """
        self.classes_ = np.unique(np.asarray(y, dtype=np.str_))
        return self

    def transform(self, y: Sequence[str]) -> NDArray[np.int64]:
        """Give each label its class index.

        Parameters
        ----------
        y : sequence of str

        Returns
        -------
        ndarray of shape (len(y),), int64

        Raises
        ------
        ValueError
            A label that `fit` has not seen.
        """
        index = {label: i for i, label in enumerate(self._known().tolist())}
        unseen = sorted({label for label in y if label not in index})
        if unseen:
            raise ValueError(f"Expected labels among {list(index)}, got the unseen {unseen}.")
        return np.array([index[label] for label in y], dtype=np.int64)

    def fit_transform(self, y: Sequence[str]) -> NDArray[np.int64]:
        """`fit`, then `transform`, on the same labels.

        Parameters
        ----------
        y : sequence of str

        Returns
        -------
        ndarray of shape (len(y),), int64
        """
        return self.fit(y).transform(y)

    def inverse_transform(self, indices: ArrayLike) -> NDArray[np.str_]:
        """Give each class index its label.

        Parameters
        ----------
        indices : array_like of int
            In 0..n_classes-1.

        Returns
        -------
        ndarray of str, same shape

        Raises
        ------
        ValueError
            An index outside the classes, or no whole number.
        """
        return self._known()[as_indices(indices, len(self._known()))]

    def _known(self) -> NDArray[np.str_]:
        if not hasattr(self, "classes_"):
            raise NotFittedError("unfitted-encoder")
        return self.classes_


def one_hot(indices: ArrayLike, n_classes: int) -> NDArray[np.float32]:
    """Class indices -> one-hot rows, as `keras.utils.to_categorical`.

    Parameters
    ----------
    indices : array_like of int, shape (N,)
        In 0..n_classes-1.
    n_classes : int

    Returns
    -------
    ndarray of shape (N, n_classes), float32
        1.0 in the class's column, 0.0 elsewhere.

    Raises
    ------
    ValueError
        An index outside the classes, or no whole number.

    Examples
    --------
    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    array = as_indices(indices, n_classes)
    rows = np.zeros((len(array), n_classes), dtype=np.float32)
    rows[np.arange(len(array)), array] = 1.0
    return rows


def compute_class_weight(
    class_weight: Literal["balanced"] | Mapping[str, float] | None, *, classes: Sequence[str], y: ArrayLike
) -> NDArray[np.float64]:
    """Weight of each class, as `sklearn.utils.class_weight.compute_class_weight`.

    Parameters
    ----------
    class_weight : {"balanced"}, mapping of str to float, or None
        "balanced" gives each class the same weight in all: n_samples / (n_classes * n_samples of the class). A mapping
        gives the weights of labels, 1 where it has none. None is 1 for all.
    classes : sequence of str
    y : array_like of int, shape (N,)
        Class indices.

    Returns
    -------
    ndarray of shape (n_classes,), float64

    Raises
    ------
    ValueError
        A label that is no class, or a weight that is negative or not finite.

    Examples
    --------
    >>> compute_class_weight("balanced", classes=["cat", "dog"], y=[0, 0, 0, 1]).round(3).tolist()
    [0.667, 2.0]
    """
    if class_weight is None:
        return np.ones(len(classes))
    if isinstance(class_weight, str):
        if class_weight != "balanced":
            raise ValueError(
                f'Expected class_weight to be "balanced", a weight for each label, or None, got {class_weight!r}.'
            )
        counts = np.bincount(as_indices(y, len(classes)).astype(np.intp), minlength=len(classes))
        return np.asarray(counts.sum() / (len(classes) * np.maximum(counts, 1)), dtype=np.float64)
    unknown = [label for label in class_weight if label not in classes]
    if unknown:
        raise ValueError(f"Expected class weights for the classes {', '.join(classes)}; got one for {unknown[0]!r}.")
    for label, weight in class_weight.items():
        if not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
            raise ValueError(f"Expected class weights of at least 0, got {weight!r} for {label!r}.")
    return np.array([class_weight.get(label, 1) for label in classes], dtype=np.float64)


def as_indices(indices: ArrayLike, n_classes: int) -> NDArray[np.int64]:
    """Check class indices: whole numbers (0.7 is none, though numpy would make it 0) in 0..n_classes-1."""
    array = np.asarray(indices)
    if array.size and array.dtype.kind not in "iu":
        raise ValueError(f"Expected class indices, which are whole numbers; got {array.dtype}.")
    if array.size and (array.min() < 0 or array.max() >= n_classes):
        raise ValueError(f"Expected class indices in 0..{n_classes - 1}, got {array.min()}..{array.max()}.")
    return array.astype(np.int64)
