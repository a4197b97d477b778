"""The classifiers that people use, and cross-validation of them."""

from .checks import check_dataset
from .image import ImageClassifier
from .imagenet import ImageNetClassifier, Recognition
from .model_selection import CrossValidation, StratifiedGroupKFold, StratifiedKFold, cross_val_score, cross_validate
from .trained import TrainedClassifier

__all__ = [
    "CrossValidation",
    "ImageClassifier",
    "ImageNetClassifier",
    "Recognition",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "TrainedClassifier",
    "check_dataset",
    "cross_val_score",
    "cross_validate",
]
