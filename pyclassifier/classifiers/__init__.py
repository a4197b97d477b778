"""The classifiers that people use, each with two faces, and cross-validation and checks by them.

What waits is a coroutine here; `pyclassifier` and the classes without "Async" have it return when it is done.
"""

from .asynchronous import AsyncImageClassifier
from .base import BaseImageClassifier, keep_validation, open_classifier, weights_id
from .checks import check_dataset
from .image import ImageClassifier
from .imagenet import AsyncImageNetClassifier, ImageNetClassifier, Recognition
from .model_selection import CrossValidation, cross_val_score, cross_validate

__all__ = [
    "AsyncImageClassifier",
    "AsyncImageNetClassifier",
    "BaseImageClassifier",
    "CrossValidation",
    "ImageClassifier",
    "ImageNetClassifier",
    "Recognition",
    "check_dataset",
    "cross_val_score",
    "cross_validate",
    "keep_validation",
    "open_classifier",
    "weights_id",
]
