"""Train image classifiers in the browser and on your own machine, in Python: no upload, no account, honest figures.

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

What takes long returns when it is done; `AsyncImageClassifier` and `pyclassifier.aio` have the same to be awaited. In a
browser, whose only thread must not be kept waiting, the names here are those to be awaited, too.
"""

import sys

from . import aio
from .backbones import CATALOG, ModelCard, layers
from .blocking import blocking, use_waiter
from .classifiers import AsyncImageClassifier, AsyncImageNetClassifier
from .data import Dataset, Problem, Sample, decode_image
from .embedding import Augmentation
from .engines import default_engine
from .errors import PyClassifierError
from .judging import NONE_OF_THESE, Evaluation, Predictions
from .progress import Progress
from .projects import Project, open_for_blocking

if sys.platform == "emscripten":
    from .aio import check_dataset, cross_val_score, cross_validate, load_samples, open_project, save_project
    from .classifiers import AsyncImageClassifier as ImageClassifier
    from .classifiers import AsyncImageNetClassifier as ImageNetClassifier
    from .engines.tfjs import use_browser, wait

    use_browser()
    use_waiter(wait)
else:
    from .classifiers import ImageClassifier, ImageNetClassifier

    check_dataset = blocking(aio.check_dataset)
    cross_val_score = blocking(aio.cross_val_score)
    cross_validate = blocking(aio.cross_validate)
    load_samples = blocking(aio.load_samples)
    save_project = blocking(aio.save_project)
    open_project = blocking(open_for_blocking)

__all__ = [
    "CATALOG",
    "NONE_OF_THESE",
    "AsyncImageClassifier",
    "AsyncImageNetClassifier",
    "Augmentation",
    "Dataset",
    "Evaluation",
    "ImageClassifier",
    "ImageNetClassifier",
    "ModelCard",
    "Predictions",
    "Problem",
    "Progress",
    "Project",
    "PyClassifierError",
    "Sample",
    "aio",
    "check_dataset",
    "cross_val_score",
    "cross_validate",
    "decode_image",
    "default_engine",
    "layers",
    "load_samples",
    "open_project",
    "save_project",
]
