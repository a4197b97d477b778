"""How good a classifier is, and what may be wrong with photos: figures, predictions, explanations, checks."""

from .calibration import MAX_REFUSED, NONE_OF_THESE, Calibration, rejection_threshold
from .evaluation import Evaluation
from .explaining import HeatMap, explain
from .findings import Change, DatasetReport, Finding, FindingKind, Fix, find_faults, group_of_original
from .predictions import Comparison, Predictions, compare_right, is_rejected
from .reliability import ReliabilityCurve, reliability_curve

__all__ = [
    "MAX_REFUSED",
    "NONE_OF_THESE",
    "Calibration",
    "Change",
    "Comparison",
    "DatasetReport",
    "Evaluation",
    "Finding",
    "FindingKind",
    "Fix",
    "HeatMap",
    "Predictions",
    "ReliabilityCurve",
    "compare_right",
    "explain",
    "find_faults",
    "group_of_original",
    "is_rejected",
    "rejection_threshold",
    "reliability_curve",
]
