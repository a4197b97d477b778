"""Annotations as programs for marking photos write them, -> rows of file and label, where a photo has one class.

COCO and CreateML (JSON), FiftyOne's ``labels.json``, Pascal VOC (a file of XML for each photo). Most of them mark
several things in a photo; such a file is no table of classes, and is called by its name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

from ...errors import DatasetError

Rows = list[tuple[str, str]]
_MOST_XML_BYTES = 1 << 20
_MOST_MIXED = 0.5  # Of the photos with marks, how many may show things of several classes.


def read_annotations(value: object, name: str) -> Rows | None:
    """Rows of file and label that parsed JSON holds in one of these formats.

    Parameters
    ----------
    value : object
    name : str
        Path of the file.

    Returns
    -------
    list of (str, str) or None
        A row for each class that a photo shows; None where it is none of these formats.

    Raises
    ------
    DatasetError
        It is one of them, and marks several things in most photos, or no classes.
    """
    if isinstance(value, Mapping):
        if isinstance(value.get("images"), list) and isinstance(value.get("annotations"), list):
            return _single(_coco(value, name), name, "COCO")
        if isinstance(value.get("labels"), Mapping):
            return _single(_fiftyone(value), name, "FiftyOne")
    if isinstance(value, list) and value and all(isinstance(one, Mapping) and "annotations" in one for one in value):
        return _single(_createml(value), name, "CreateML")
    if isinstance(value, list) and any(isinstance(one, Mapping) and "objects" in one for one in value):
        raise DatasetError("table-of-objects", table=name, kind="JSON Lines")
    return None


def read_voc(files: Mapping[str, bytes], name: str) -> Rows:
    """Rows of file and label that files of Pascal VOC hold, one for each photo.

    Parameters
    ----------
    files : mapping of str to bytes
        By their paths.
    name : str
        What to call all of them.

    Returns
    -------
    list of (str, str)
        Empty where they are other XML.

    Raises
    ------
    DatasetError
        They mark several things in most photos.
    """
    rows: Rows = []
    for path, data in files.items():
        # What declares entities could grow without end.
        if len(data) > _MOST_XML_BYTES or b"<!" in data.replace(b"<!--", b""):
            continue
        try:
            root = ElementTree.fromstring(data)
        except (ElementTree.ParseError, ValueError, LookupError):
            continue
        if root.tag == "annotation":
            file = root.findtext("filename") or PurePosixPath(path).stem
            rows += [(file, label) for label in _once(one.findtext("name") for one in root.iter("object"))]
    return _single(rows, name, "Pascal VOC")


def _coco(value: Mapping[str, Any], name: str) -> Rows:
    if not isinstance(value.get("categories"), list):
        raise DatasetError("table-of-objects", table=name, kind="COCO")
    files = {_text(one.get("id")): _text(one.get("file_name")) for one in _mappings(value["images"])}
    labels = {_text(one.get("id")): _text(one.get("name")) for one in _mappings(value["categories"])}
    marks = _mappings(value["annotations"])
    pairs = ((files.get(_text(one.get("image_id"))), labels.get(_text(one.get("category_id")))) for one in marks)
    return list(dict.fromkeys((file, label) for file, label in pairs if file and label))


def _fiftyone(value: Mapping[str, Any]) -> Rows:
    listed = value.get("classes")
    classes = listed if isinstance(listed, list) else []

    def label_of(one: object) -> str:
        if isinstance(one, Mapping):
            one = one.get("label")
        if isinstance(one, int) and 0 <= one < len(classes):
            return _text(classes[one])
        return _text(one)

    rows: Rows = []
    for file, found in value["labels"].items():
        several = found if isinstance(found, list) else [found]
        rows += [(file, label) for label in _once(map(label_of, several))]
    return rows


def _createml(value: Sequence[Mapping[str, Any]]) -> Rows:
    rows: Rows = []
    for one in value:
        marks = one["annotations"] if isinstance(one["annotations"], list) else [one["annotations"]]
        file = _text(one.get("image") or one.get("imagefilename") or one.get("file_name"))
        labels = (_text(mark.get("label")) if isinstance(mark, Mapping) else _text(mark) for mark in marks)
        rows += [(file, label) for label in _once(labels)]
    return rows


def _single(rows: Rows, name: str, kind: str) -> Rows:
    """The rows of a file in which most photos show one class."""
    labels: dict[str, int] = {}
    for file, _ in rows:
        labels[file] = labels.get(file, 0) + 1
    mixed = sum(n > 1 for n in labels.values())
    if mixed > _MOST_MIXED * len(labels):
        raise DatasetError("table-of-objects", table=name, kind=kind)
    return rows


def _once(labels: Iterable[str | None]) -> list[str]:
    return [label for label in dict.fromkeys(labels) if label]


def _mappings(values: Iterable[object]) -> Iterable[Mapping[str, Any]]:
    return (one for one in values if isinstance(one, Mapping))


def _text(value: object) -> str:
    return "" if value is None or isinstance(value, list | dict) else str(value).strip()
