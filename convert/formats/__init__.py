"""Files that models lie in: told apart, read and written."""

from .efficientnet_lite import read_efficientnet_lite0
from .es_modules import custom_files, custom_module, custom_modules, foreign_layers, parse_custom, read_module
from .frozen_graph import read_frozen_mobilenet
from .keras_files import read_keras
from .kinds import SOURCES, TARGETS, is_there, source_format, target_format
from .targets import check_target, check_target_file, holds, uninterrupted, write_files, write_folder
from .tfjs_reading import MAX_WEIGHT_BYTES, check_layers, check_path, read_tfjs
from .tfjs_writing import SHARD_SIZE, write_tfjs
from .torch_weights import read_torch_weights

__all__ = [
    "MAX_WEIGHT_BYTES", "SHARD_SIZE", "SOURCES", "TARGETS", "check_layers", "check_path", "check_target",
    "check_target_file", "custom_files", "custom_module", "custom_modules", "foreign_layers", "holds", "is_there",
    "parse_custom", "read_efficientnet_lite0", "read_frozen_mobilenet", "read_keras", "read_module", "read_tfjs",
    "read_torch_weights", "source_format", "target_format", "uninterrupted", "write_files", "write_folder",
    "write_tfjs",
]  # fmt: skip
