"""Photos -> features: preprocessing, augmentation, the extractor, its cache, and what features tell of duplicates."""

from .augmentation import Augmentation, Variation
from .cache import CACHE_BYTES, Facts, FeatureCache, MemoryCache
from .duplicates import NearDuplicates, draw_directions, join_groups, join_pairs, near_duplicates, unit_rows
from .features import BATCH_SIZE, FeatureExtractor, kind_of, pool_features, read_photo, report
from .pixels import Pixels, pixels_card
from .preprocessing import fit_image, load_image, make_batch
from .side_by_side import SideBySide, build_extractor

__all__ = [
    "BATCH_SIZE",
    "CACHE_BYTES",
    "Augmentation",
    "Facts",
    "FeatureCache",
    "FeatureExtractor",
    "MemoryCache",
    "NearDuplicates",
    "Pixels",
    "SideBySide",
    "Variation",
    "build_extractor",
    "draw_directions",
    "fit_image",
    "join_groups",
    "join_pairs",
    "kind_of",
    "load_image",
    "make_batch",
    "near_duplicates",
    "pixels_card",
    "pool_features",
    "read_photo",
    "report",
    "unit_rows",
]
