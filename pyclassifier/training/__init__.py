"""Features and labels -> a trained head, with all that is learned on the way."""

from .attempt import TUNING_EPOCHS
from .backbone_choice import BackboneScore, choose_backbone, choose_features, read_scores
from .drawn import DrawnSplit, read_split
from .fitting import learn
from .folds import Ints, StratifiedGroupKFold, StratifiedKFold
from .heads import train_head
from .learned import FineTuning, Learned, read_fine_tuning
from .lesson import Lesson
from .material import Embedded, Material, add_copies, gather
from .parts import LONG_RECORDING
from .record import read_calibration, read_evaluation, read_history, read_refit
from .settings import TrainSettings
from .snapshot import Snapshot
from .splitting import Leak, check_splittable, draw_validation, find_leaks, group_samples
from .trials import try_fold
from .tuning import retrained
from .tuning_cost import FineTuningCost, measure_fine_tuning
from .views import ViewsEffect, read_views_effect

__all__ = [
    "LONG_RECORDING",
    "TUNING_EPOCHS",
    "BackboneScore",
    "DrawnSplit",
    "Embedded",
    "FineTuning",
    "FineTuningCost",
    "Ints",
    "Leak",
    "Learned",
    "Lesson",
    "Material",
    "Snapshot",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "TrainSettings",
    "ViewsEffect",
    "add_copies",
    "check_splittable",
    "choose_backbone",
    "choose_features",
    "draw_validation",
    "find_leaks",
    "gather",
    "group_samples",
    "learn",
    "measure_fine_tuning",
    "read_calibration",
    "read_evaluation",
    "read_fine_tuning",
    "read_history",
    "read_refit",
    "read_scores",
    "read_split",
    "read_views_effect",
    "retrained",
    "train_head",
    "try_fold",
]
