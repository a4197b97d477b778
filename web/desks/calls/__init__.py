"""What the page calls, by what it is about. A handler declares itself by `bridge.call`; importing these is enough."""

from . import adding, arranging, costs, digits, findings, judging, models, predicting, projects, site, training

__all__ = [
    "adding",
    "arranging",
    "costs",
    "digits",
    "findings",
    "judging",
    "models",
    "predicting",
    "projects",
    "site",
    "training",
]
