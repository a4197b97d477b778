"""A model's zip: what was learned <-> bytes that anyone's tf.js reads."""

from .archive import Archive, card_metadata, pack_files, read_archive, write_archive
from .costs import StorageCost, measure_costs
from .onnx_file import write_onnx
from .packing import deviation, pack, unpack
from .quantization import STORED_AS, StoredAs, choose_quantization, quantized
from .self_check import PATTERNS, TOLERANCE, complaint, draw_pattern, draw_patterns, largest_difference, read_promises

__all__ = [
    "PATTERNS",
    "STORED_AS",
    "TOLERANCE",
    "Archive",
    "StorageCost",
    "StoredAs",
    "card_metadata",
    "choose_quantization",
    "complaint",
    "deviation",
    "draw_pattern",
    "draw_patterns",
    "largest_difference",
    "measure_costs",
    "pack",
    "pack_files",
    "quantized",
    "read_archive",
    "read_promises",
    "unpack",
    "write_archive",
    "write_onnx",
]
