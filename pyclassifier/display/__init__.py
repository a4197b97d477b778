"""How things look in notebooks: HTML and inline SVG, and a line for terminals.

Whatever comes from outside (labels, paths, reasons) is escaped where it is put into a page, by `markup.text`.
"""

from .charts import history_html
from .estimator import classifier_html, learned_rows
from .figures import evaluation_html
from .live import STAGES, TrainingView, showing
from .page import page_html
from .photos import dataset_html, heat_map_html, predictions_html
from .report import report_html

__all__ = [
    "STAGES",
    "TrainingView",
    "classifier_html",
    "dataset_html",
    "evaluation_html",
    "heat_map_html",
    "history_html",
    "learned_rows",
    "page_html",
    "predictions_html",
    "report_html",
    "showing",
]
