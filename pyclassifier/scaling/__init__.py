"""Photos by the hundred thousand: their features, computed by several processes, in files that anyone reads."""

from .embedding import embed_photos
from .tables import FeatureTable, TableSettings, best_format, read_table

__all__ = ["FeatureTable", "TableSettings", "best_format", "embed_photos", "read_table"]
