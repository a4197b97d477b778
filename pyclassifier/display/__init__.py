"""How things look in notebooks: HTML and inline SVG made of plain data, and a line for terminals.

Whatever comes from outside (labels, paths, reasons) is escaped where it is put into a page, by `markup.text`.
"""

from .charts import history_html
from .estimator import classifier_html, learned_rows
from .figures import evaluation_html
from .live import TrainingView, showing
from .markup import block, count, heading, table, text
from .photos import ShownPhoto, dataset_html, heat_map_html, predictions_html

__all__ = [
    "ShownPhoto",
    "TrainingView",
    "block",
    "classifier_html",
    "count",
    "dataset_html",
    "evaluation_html",
    "heading",
    "heat_map_html",
    "history_html",
    "learned_rows",
    "predictions_html",
    "showing",
    "table",
    "text",
]
