"""The report of a training: what the page shows of it, as one HTML file."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version

from .. import Dataset, ImageClassifier, check_dataset
from ..display import dataset_html, evaluation_html, history_html, page_html, predictions_html, report_html
from ..judging import DatasetReport


def training_report(
    classifier: ImageClassifier, dataset: Dataset, name: str, faults: DatasetReport | None = None
) -> str:
    """Make the report of a training.

    Parameters
    ----------
    classifier : ImageClassifier
        Just trained.
    dataset : Dataset
        What it was trained on.
    name : str
        Of the model.
    faults : DatasetReport, optional
        What may be wrong with the photos; by default it is looked for.

    Returns
    -------
    str
        An HTML document: figures with their intervals, confusion matrix, worst mistakes with their photos, curves,
        findings about the photos, and the settings.
    """
    evaluation, test, validation = classifier.evaluation_, classifier.test_evaluation_, classifier.validation_
    mistakes = validation.mistakes() if validation else None
    found = check_dataset(dataset, classifier) if faults is None else faults
    when = datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z")
    return page_html(
        name,
        f"Trained by pyclassifier {version('pyclassifier')}, {when}.",
        [
            ("Photos it had not seen", evaluation_html(evaluation) if evaluation else ""),
            ("Photos marked for test", evaluation_html(test) if test else ""),
            ("Mistakes, the worst first", predictions_html(mistakes) if mistakes else ""),
            ("Training", history_html(classifier.history_)),
            (
                "What may be wrong with the photos",
                report_html(found),
            ),
            ("Photos", dataset_html(dataset)),
            ("The model", classifier._repr_html_()),
        ],
    )
