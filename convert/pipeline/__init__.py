"""A whole conversion, from what is asked to what was done; and backbones, from where they are to how they are kept."""

from .backbones import PARTS, SUMMARY, prepare_backbone, prepared_parts, write_backbone, write_classes, write_part
from .conversion import convert
from .conversion_report import Report
from .request import Options, Progress

__all__ = [
    "PARTS", "SUMMARY", "Options", "Progress", "Report", "convert", "prepare_backbone", "prepared_parts",
    "write_backbone", "write_classes", "write_part",
]  # fmt: skip
