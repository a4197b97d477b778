"""A whole conversion, from what is asked to what was done."""

from .conversion import convert
from .conversion_report import Report
from .request import Options, Progress

__all__ = ["Options", "Progress", "Report", "convert"]
