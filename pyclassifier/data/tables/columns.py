"""Which columns of a table name the photos, their classes, and what they are for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..formats import SUFFIXES as PHOTO_SUFFIXES
from ..names import suffix_of
from ..roles import plain, split_value
from .table import Table


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# As people write them in English, French and Chinese, without accents, spaces and the plural's s.
_FILE = _words(
    "file filename filepath fname path relativepath image imageid imagename imagefile imagepath img imgname imgpath id "
    "photo photoname picture fichier nomfichier nomdufichier nomdefichier chemin cheminfichier "
    "文件 文件名 文件名称 文件路径 路径 图片 图片名 图片名称 图片路径 图像 图像名 照片 照片名 编号"
)
_LABEL = _words(
    "label labelname labelid class classname classid category categorie categoryname categoryid target specie breed "
    "variety tag y diagnosi dx disease emotion "
    "etiquette classe espece cible race 标签 类别 类 分类 种类 物种 品种 类名 类别名"
)
_SPLIT = _words(
    "split set subset dataset partition fold usage phase ensemble sousensemble jeu jeudedonnee "
    "集合 数据集 子集 划分 拆分 用途"
)
_YES = frozenset({"1", "1.0", "true", "yes"})
_NO = frozenset({"0", "0.0", "false", "no", ""})
_N_EXAMPLES = 3


@dataclass(frozen=True)
class Columns:
    """Names of a table's columns.

    Parameters
    ----------
    file : str
    label : str or tuple of str
        Several: each is a class, and holds 1 for the photos of it.
    split : str, optional
    """

    file: str
    label: str | tuple[str, ...]
    split: str | None = None


@dataclass(frozen=True)
class Guess:
    """The columns that a table probably has, and how sure that is.

    Parameters
    ----------
    columns : Columns
    sure_of_file, sure_of_label : bool
        Whether no other column was as likely.
    """

    columns: Columns
    sure_of_file: bool
    sure_of_label: bool

    @property
    def is_sure(self) -> bool:
        """Whether nobody needs to be asked."""
        return self.sure_of_file and self.sure_of_label


@dataclass(frozen=True)
class MappingQuestion:
    """A table whose columns are not certain, for somebody to name them.

    Parameters
    ----------
    table : Table
    guess : Columns
    one_hot : tuple of str
        Columns that may be a class each.
    """

    table: Table
    guess: Columns
    one_hot: tuple[str, ...]

    def examples(self, column: str) -> list[str]:
        """The first different texts of a column, to tell what is in it."""
        return [text for text in dict.fromkeys(self.table.column(column)) if text][:_N_EXAMPLES]


def choose_columns(table: Table, fits: Callable[[Sequence[str]], bool]) -> Guess | None:
    """Choose the columns by their names and by what is in them.

    Parameters
    ----------
    table : Table
    fits : callable
        Whether these texts name photos that are here.

    Returns
    -------
    Guess or None
        None where no column names photos, or none is left that could be a class.
    """
    files = _having([name for name in table.columns if _known(name, _FILE)], table, fits)
    files = files or _having([name for name in table.columns if not _known(name, _FILE)], table, fits)
    if not files:
        return None
    rest = [name for name in table.columns if name not in files[:1]]
    split = next((name for name in rest if _known(name, _SPLIT) and _tells_split(table.column(name))), None)
    rest = [name for name in rest if name != split and name not in files]
    label, sure = _choose_label(table, rest)
    if label is None:
        return None
    # Numbers of any meaning may happen to be names of photos.
    in_words = len(files) == 1 and not all(_is_number(text) for text in table.column(files[0]))
    sure_of_file = in_words or _known(files[0], _FILE) or _are_files(table, files[0])
    return Guess(Columns(files[0], label, split), sure_of_file, sure)


def find_one_hot(table: Table, names: Sequence[str] | None = None) -> tuple[str, ...]:
    """Find the columns that hold nothing but yes and no, where nine of ten rows have a single yes among them."""
    values = {name: [text.lower() for text in table.column(name)] for name in names or table.columns}
    binary = [name for name, texts in values.items() if _YES & set(texts) and set(texts) <= _YES | _NO]
    singles = sum(sum(values[name][i] in _YES for name in binary) == 1 for i in range(len(table.rows)))
    return tuple(binary) if len(binary) > 1 and singles >= 0.9 * len(table.rows) else ()


def is_yes(text: str) -> bool:
    """Tell whether a cell of a one-hot column says yes."""
    return text.lower() in _YES


def _having(names: Sequence[str], table: Table, fits: Callable[[Sequence[str]], bool]) -> list[str]:
    # Whole file names first: a row's number may happen to be the name of another photo.
    return sorted((name for name in names if fits(table.column(name))), key=lambda name: not _are_files(table, name))


def _are_files(table: Table, name: str) -> bool:
    texts = table.column(name)
    return 2 * sum(suffix_of(text) in PHOTO_SUFFIXES for text in texts) >= len(texts)


def _choose_label(table: Table, rest: Sequence[str]) -> tuple[str | tuple[str, ...] | None, bool]:
    named = [name for name in rest if _known(name, _LABEL)]
    # Numbers beside names are the same classes once more.
    in_words = [name for name in named if not all(_is_number(text) for text in table.column(name))]
    if len(named) == 1 or len(in_words) == 1:
        label = (in_words or named)[0]
        return label, _repeats(table.column(label))
    one_hot = find_one_hot(table, rest) if rest else ()
    if one_hot and not named:
        return one_hot, len(one_hot) == len(rest)
    if len(rest) == 1:
        return rest[0], _repeats(table.column(rest[0]))
    likely = in_words or named or [name for name in rest if _repeats(table.column(name))] or list(rest)
    return (likely[0] if likely else None), False


def _repeats(texts: Sequence[str]) -> bool:
    """Whether texts come again, as classes do and captions do not."""
    return len(set(texts)) <= max(len(texts) / 2, 10)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).replace("-", "", 1).isdigit()


def _tells_split(texts: Sequence[str]) -> bool:
    return sum(split_value(text) is not None for text in texts) >= 0.9 * len(texts)


def _known(name: str, names: frozenset[str]) -> bool:
    name = plain(name)
    return name in names or name.removesuffix("s") in names
