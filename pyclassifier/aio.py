"""What waits, to be awaited: the functions of the same names in `pyclassifier` return when they are done.

Examples
--------
>>> from pyclassifier import aio
>>> project = await aio.open_project("project.zip")  # doctest: +SKIP
"""

from .classifiers import AsyncImageClassifier, AsyncImageNetClassifier, check_dataset, cross_val_score, cross_validate
from .projects import open_project, save_project
from .samples import load_samples

__all__ = [
    "AsyncImageClassifier",
    "AsyncImageNetClassifier",
    "check_dataset",
    "cross_val_score",
    "cross_validate",
    "load_samples",
    "open_project",
    "save_project",
]
