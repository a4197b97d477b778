"""Features and labels -> a trained head, with all that is learned on the way."""

from .fitting import learn
from .folds import Ints, StratifiedGroupKFold, StratifiedKFold
from .learned import Learned
from .material import Material, add_copies, batch_size, gather, train_on
from .record import read_calibration, read_evaluation, read_history
from .snapshot import Snapshot
from .splitting import Leak, check_splittable, draw_validation, find_leaks, group_samples

__all__ = [
    "Ints",
    "Leak",
    "Learned",
    "Material",
    "Snapshot",
    "StratifiedGroupKFold",
    "StratifiedKFold",
    "add_copies",
    "batch_size",
    "check_splittable",
    "draw_validation",
    "find_leaks",
    "gather",
    "group_samples",
    "learn",
    "read_calibration",
    "read_evaluation",
    "read_history",
    "train_on",
]
