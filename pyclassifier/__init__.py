"""Train image classifiers in the browser, in Python: no upload, no account, honest figures.

What is used most stands here. The rest is found in its wing, each of which imports only from those below it:

- `pyclassifier.projects`: photos, classes and model together, as one zip
- `pyclassifier.classifiers`: what people use, and cross-validation
- `pyclassifier.archives`: a model's zip
- `pyclassifier.training`: features and labels -> a trained head
- `pyclassifier.judging`: figures, predictions, explanations, checks
- `pyclassifier.embedding`: photos -> features
- `pyclassifier.engines`: what does the tensor arithmetic
- `pyclassifier.backbones`: pretrained networks as plain data; `pyclassifier.backbones.layers`: networks of one's own
- `pyclassifier.metrics`, `pyclassifier.errors`
- `pyclassifier.data`: files, folders, zips and tables -> labelled photos
"""

from .archives import StorageCost
from .backbones import CATALOG, DEFAULT_BACKBONE, LayerSummary, ModelCard, NetworkSummary, layers, small_cnn
from .classifiers import (
    CrossValidation,
    ImageClassifier,
    ImageNetClassifier,
    Recognition,
    StratifiedGroupKFold,
    StratifiedKFold,
    TrainedClassifier,
    check_dataset,
    cross_val_score,
    cross_validate,
)
from .data import Dataset, LabelEncoder, Problem, Sample, compute_class_weight, decode_image, one_hot
from .embedding import Augmentation, FeatureCache, NearDuplicates, near_duplicates
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
from .history import History
from .judging import (
    NONE_OF_THESE,
    Calibration,
    Comparison,
    DatasetReport,
    Evaluation,
    Finding,
    Fix,
    HeatMap,
    Predictions,
    ReliabilityCurve,
    rejection_threshold,
    reliability_curve,
)
from .metrics import accuracy_score, confusion_matrix, mcnemar_test, precision_recall_f1, wilson_interval
from .progress import Progress
from .projects import Project, open_project, save_project
from .samples import load_samples
from .training import Leak, Snapshot

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
