"""Tables that tell the classes of photos: reading them, choosing their columns, matching their rows with files."""

from .choice import check_columns, choose_tables
from .columns import Columns, MappingQuestion, choose_columns
from .rows import PhotoIndex, match_rows
from .table import Table, letters_of, read_table, read_xml

__all__ = [
    "Columns",
    "MappingQuestion",
    "PhotoIndex",
    "Table",
    "check_columns",
    "choose_columns",
    "choose_tables",
    "letters_of",
    "match_rows",
    "read_table",
    "read_xml",
]
