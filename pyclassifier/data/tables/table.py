"""Tables that tell the classes of photos: CSV, TSV and JSON files, not trusted, -> columns and rows of text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...errors import DatasetError
from ...notebook import Brief
from ..formats import SUFFIXES as PHOTO_SUFFIXES
from ..jsons import parse_json
from ..letters import OF_TEXTS, Letters, check_encoding, choose_letters
from ..names import is_spreadsheet, suffix_of
from .annotations import read_annotations, read_voc

MAX_BYTES = 1 << 26
MAX_ROWS = 1_000_000
_DELIMITERS = ",;\t|"
_N_LOOKED_AT = 50
_N_BYTES = 4096
_CELL_ENDS = re.compile(rb"[,;\t]")  # No | : it is half a letter in some encodings.


@dataclass(frozen=True, repr=False)
class Table(Brief):
    """A table of photos as text: its columns and rows.

    Parameters
    ----------
    name : str
        Path of its file.
    columns : tuple of str
        Their names, each once.
    rows : tuple of tuple of str
        Each as long as `columns`, without white space around the texts.
    first_row : int
        What its file counts the first row as.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    first_row: int = 1

    @property
    def folder(self) -> str:
        """The one that its file lies in."""
        return self.name.rpartition("/")[0]

    def column(self, name: str) -> list[str]:
        """The texts of a column."""
        i = self.columns.index(name)
        return [row[i] for row in self.rows]


def read_table(data: bytes, name: str, encoding: str | None = None) -> Table:
    """Read the table of photos and classes that a CSV or JSON file holds.

    Parameters
    ----------
    data : bytes
        CSV with any of the delimiters , ; | and tab, whose first line names the columns, or holds a row where it
        names files; or JSON: a list of records, one a line (JSON Lines), or an object that gives each file its label;
        or annotations in JSON, see `read_annotations`.
    name : str
        Path of the file.
    encoding : str, optional
        By default UTF-8 or UTF-16, or the most plausible of those that Excel writes, such as cp1252 and GBK.

    Returns
    -------
    Table

    Raises
    ------
    DatasetError
        It is no such table, or larger than 64 MB.
    """
    if len(data) > MAX_BYTES:
        raise DatasetError("large-table", most=MAX_BYTES, got=len(data), table=name)
    if is_spreadsheet(name):
        raise DatasetError("spreadsheet-table", table=name)
    text = _decode(data, name, encoding)
    if suffix_of(name) in (".json", ".jsonl", ".ndjson") or text.lstrip()[:1] in ("{", "["):
        return _read_json(text, name)
    return _read_csv(text, name)


def letters_of(data: bytes) -> Letters | None:
    """Return the encoding of a table that is in none of Unicode, the most plausible one; None where it needs no guess.

    Parameters
    ----------
    data : bytes

    Returns
    -------
    Letters or None
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:_N_BYTES] or len(data) > MAX_BYTES:
        return None
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        cells = (cell for line in data.splitlines() if not line.isascii() for cell in _CELL_ENDS.split(line))
        return choose_letters(cells, [one for one in OF_TEXTS if one != "utf-8" and _can_decode(data, one)])
    return None


def _can_decode(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _decode(data: bytes, name: str, encoding: str | None) -> str:
    letters = letters_of(data) if encoding is None else Letters(check_encoding(encoding))
    if letters:
        encoding = letters.encoding
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif b"\0" in data[:_N_BYTES]:  # what Windows calls Unicode, without the mark at its start
        encoding = "utf-16-le" if data[1:_N_BYTES:2].count(0) else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise DatasetError("not-unicode", table=name, error=error.reason) from error


def read_xml(files: Mapping[str, bytes], name: str) -> Table | None:
    """Read the table that files of Pascal VOC in one folder are together; None where they are other XML."""
    rows = read_voc(files, name)
    return _make_table(name, ["file", "label"], rows, 1) if rows else None


def _read_csv(text: str, name: str) -> Table:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), skipinitialspace=True))
    except csv.Error as error:
        raise DatasetError("not-csv", table=name, error=str(error)) from error
    rows = [[cell.strip() for cell in line] for line in lines]
    while rows and not any(rows[0]):
        rows.pop(0)
    if not rows:
        raise DatasetError("empty-table", table=name)
    headless = any(_names_a_file(cell) for cell in rows[0])
    head = [f"column {i + 1}" for i in range(len(rows[0]))] if headless else rows.pop(0)
    return _make_table(name, head, [row for row in rows if any(row)], 1 if headless else 2)


def _delimiter(text: str) -> str:
    """Choose the delimiter that parts the first lines into the most columns, as many in each.

    `csv.Sniffer` guesses by letters that come as often in each line, such as the full stop of file names.
    """

    def score(delimiter: str) -> tuple[int, int]:
        lines = text[: 1 << 16].splitlines()[:_N_LOOKED_AT]
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual), usual) if usual > 1 else (0, 0)

    return max(_DELIMITERS, key=score)


def _names_a_file(cell: str) -> bool:
    return suffix_of(cell) in PHOTO_SUFFIXES


def _read_json(text: str, name: str) -> Table:
    try:
        value = _parse(text, name)
    except ValueError as error:
        raise DatasetError("table-not-json", table=name, error=str(error)) from error
    annotations = read_annotations(value, name)
    if annotations is not None:
        return _make_table(name, ["file", "label"], annotations, 1)
    if isinstance(value, Mapping) and value and not any(isinstance(label, list | dict) for label in value.values()):
        return _make_table(name, ["file", "label"], [[file, _as_text(label)] for file, label in value.items()], 1)
    if not isinstance(value, list) or not value or not all(isinstance(record, Mapping) for record in value):
        raise DatasetError("not-records", table=name)
    head = list(dict.fromkeys(key for record in value for key in record))
    return _make_table(name, head, [[_as_text(record.get(key)) for key in head] for record in value], 1)


def _parse(text: str, name: str) -> object:
    """Parse JSON, or JSON Lines, which some call .json too."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    is_lines = len(lines) > 1 and all(line[0] == "{" and line[-1] == "}" for line in lines)
    if is_lines or suffix_of(name) in (".jsonl", ".ndjson"):
        if len(lines) > MAX_ROWS:
            raise ValueError(f"more than {MAX_ROWS} lines")
        return [parse_json(line) for line in lines]
    return parse_json(text)


def _as_text(value: object) -> str:
    if value is None or isinstance(value, list | dict):
        return ""
    return str(value).strip()


def _make_table(name: str, head: Sequence[str], rows: Sequence[Sequence[str]], first_row: int) -> Table:
    columns: list[str] = []
    for i, title in enumerate(head):
        title = title.strip() or f"column {i + 1}"
        columns.append(title if title not in columns else f"{title} ({i + 1})")
    n = len(columns)
    return Table(name, tuple(columns), tuple((*row[:n], *[""] * (n - len(row))) for row in rows), first_row)
