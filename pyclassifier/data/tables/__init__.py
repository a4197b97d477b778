"""Tables that tell the classes of photos: reading them, choosing their columns, matching their rows with files."""

from .columns import Columns, MappingQuestion, choose_columns, find_one_hot
from .rows import PhotoIndex, match_rows
from .table import Table, read_table

__all__ = [
    "Columns",
    "MappingQuestion",
    "PhotoIndex",
    "Table",
    "choose_columns",
    "find_one_hot",
    "match_rows",
    "read_table",
]
