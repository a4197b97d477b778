"""Train image classifiers in the browser, in Python: no upload, no account, honest figures."""

from . import layers
from .augmentation import Augmentation
from .cache import FeatureCache
from .calibration import NONE_OF_THESE, Calibration, rejection_threshold
from .catalog import CATALOG, DEFAULT_BACKBONE, ModelCard
from .checks import DatasetReport, check_dataset
from .classifier import ImageClassifier
from .costs import StorageCost
from .datasets import Dataset, Problem, Sample
from .duplicates import NearDuplicates, near_duplicates
from .engines import FitConfig, default_engine
from .errors import (
    ArchiveError,
    DatasetError,
    EngineError,
    ImageDecodeError,
    NotFittedError,
    PyClassifierError,
    StoppedError,
    UnknownModelError,
)
from .evaluation import Evaluation
from .explaining import HeatMap
from .findings import Finding, Fix
from .history import History
from .imagenet import ImageNetClassifier, Recognition
from .images import decode_image
from .labels import LabelEncoder, compute_class_weight, one_hot
from .layers import small_cnn
from .manifest import Project
from .metrics import accuracy_score, confusion_matrix, mcnemar_test, precision_recall_f1, wilson_interval
from .model_selection import CrossValidation, StratifiedGroupKFold, StratifiedKFold, cross_val_score, cross_validate
from .predictions import Comparison, Predictions
from .progress import Progress
from .project import open_project, save_project
from .reliability import ReliabilityCurve, reliability_curve
from .samples import load_samples
from .snapshot import Snapshot
from .splitting import Leak
from .summary import LayerSummary, NetworkSummary
from .trained import TrainedClassifier

__all__ = [
    "CATALOG",
    "DEFAULT_BACKBONE",
    "NONE_OF_THESE",
    "ArchiveError",
    "Augmentation",
    "Calibration",
    "Comparison",
    "CrossValidation",
    "Dataset",
    "DatasetError",
    "DatasetReport",
    "EngineError",
    "Evaluation",
    "FeatureCache",
    "Finding",
    "FitConfig",
    "Fix",
    "HeatMap",
    "History",
    "ImageClassifier",
    "ImageDecodeError",
    "ImageNetClassifier",
    "LabelEncoder",
    "LayerSummary",
    "Leak",
    "ModelCard",
    "NearDuplicates",
    "NetworkSummary",
    "NotFittedError",
    "Predictions",
    "Problem",
    "Progress",
    "Project",
    "PyClassifierError",
    "Recognition",
    "ReliabilityCurve",
    "Sample",
    "Snapshot",
    "StoppedError",
    "StorageCost",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "TrainedClassifier",
    "UnknownModelError",
    "accuracy_score",
    "check_dataset",
    "compute_class_weight",
    "confusion_matrix",
    "cross_val_score",
    "cross_validate",
    "decode_image",
    "default_engine",
    "layers",
    "load_samples",
    "mcnemar_test",
    "near_duplicates",
    "one_hot",
    "open_project",
    "precision_recall_f1",
    "rejection_threshold",
    "reliability_curve",
    "save_project",
    "small_cnn",
    "wilson_interval",
]
