"""Photos by the hundred thousand: features in files that anyone reads, computed by many, and what learns from them."""

from .alike import MOST_EXACT, find_alike, near_pairs
from .embedding import embed_photos
from .learning import MAX_BYTES, classifier_for, find_faults_of, open_features
from .tables import FeatureTable, PredictionSettings, TableSettings, best_format, is_table, read_table

__all__ = [
    "MAX_BYTES",
    "MOST_EXACT",
    "FeatureTable",
    "PredictionSettings",
    "TableSettings",
    "best_format",
    "classifier_for",
    "embed_photos",
    "find_alike",
    "find_faults_of",
    "is_table",
    "near_pairs",
    "open_features",
    "read_table",
]
