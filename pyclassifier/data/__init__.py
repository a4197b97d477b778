"""Photos and their labels: files, folders, zips and tables -> labelled samples; bytes -> pixels."""

from .datasets import Dataset
from .digests import digest_of, find_digest, use_digest
from .formats import SUFFIXES, use_decoder
from .given import Photo, Photos, as_sample, as_samples
from .images import (
    MAX_PIXELS,
    REDUCING_GAP,
    as_readable,
    decode_image,
    encode_bmp,
    encode_jpeg,
    jpeg_decoder,
    make_thumbnail,
    open_image,
    read_size,
)
from .intake import FoldersQuestion, Intake, Question, from_files, from_set, part
from .jsons import MAX_JSON_BYTES, known_fields, read_json_object, without_nan
from .labels import LabelEncoder, as_indices, compute_class_weight, one_hot, unnumbered
from .local import list_files, list_samples
from .mnist import center_digit, draw_samples, examples, from_idx, from_sprite, read_idx
from .names import LabelBy, is_packed, is_table, why_skip
from .packs import Files, NamesQuestion, unpack
from .photos import BytesSource, FileSource, PhotoSource, Problem, Sample, Split
from .readings import Reading
from .remote import is_address
from .tables import Columns, MappingQuestion
from .versions import find_versions, name_of_original
from .zips import ZIP_ERRORS, OpenZip, ZipSource, read_member

__all__ = [
    "MAX_JSON_BYTES",
    "MAX_PIXELS",
    "REDUCING_GAP",
    "SUFFIXES",
    "ZIP_ERRORS",
    "BytesSource",
    "Columns",
    "Dataset",
    "FileSource",
    "Files",
    "FoldersQuestion",
    "Intake",
    "LabelBy",
    "LabelEncoder",
    "MappingQuestion",
    "NamesQuestion",
    "OpenZip",
    "Photo",
    "PhotoSource",
    "Photos",
    "Problem",
    "Question",
    "Reading",
    "Sample",
    "Split",
    "ZipSource",
    "as_indices",
    "as_readable",
    "as_sample",
    "as_samples",
    "center_digit",
    "compute_class_weight",
    "decode_image",
    "digest_of",
    "draw_samples",
    "encode_bmp",
    "encode_jpeg",
    "examples",
    "find_digest",
    "find_versions",
    "from_files",
    "from_idx",
    "from_set",
    "from_sprite",
    "is_address",
    "is_packed",
    "is_table",
    "jpeg_decoder",
    "known_fields",
    "list_files",
    "list_samples",
    "make_thumbnail",
    "name_of_original",
    "one_hot",
    "open_image",
    "part",
    "read_idx",
    "read_json_object",
    "read_member",
    "read_size",
    "unnumbered",
    "unpack",
    "use_decoder",
    "use_digest",
    "why_skip",
    "without_nan",
]
