"""What notebooks and terminals show; tests/browser/test_notebook_display.py shows it in a real notebook."""

from __future__ import annotations

import asyncio
import math
from html.parser import HTMLParser

import numpy as np
import pytest
from numpy_engine import NumpyEngine
from photos import COLORS, Reader, color_dataset, color_files, encode, noisy

from pyclassifier import AsyncImageClassifier, Dataset, Evaluation, Predictions, Problem, Sample
from pyclassifier.display import TrainingView, history_html
from pyclassifier.history import History

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


class Page(HTMLParser):
    """Elements and text of a page, as a browser would read them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()
        assert self.open == [], "every element is closed"

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in ("img", "meta"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data + " "

    def find(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page(thing) -> Page:
    return Page(thing._repr_html_())


async def fitted(dataset=None, **params):
    params = {"input_size": 32, "learning_rate": 0.01, "epochs": 5, "engine": NumpyEngine(), **params}
    return await AsyncImageClassifier(**params).fit(dataset or color_dataset(6))


async def test_hostile_names_never_become_elements():
    files = [
        *color_files(4),
        *[(f"p/{HOSTILE.replace('/', '∕')}/{i}.png", read) for i, (_, read) in enumerate(color_files(2))],
    ]
    dataset = Dataset.from_files([*files, (f"{HOSTILE}/notes.txt", Reader(b""))])
    classifier = await fitted(dataset)
    predictions = await classifier.predict_photos(dataset)
    things = [dataset, classifier, predictions, predictions.mistakes(), classifier.evaluation_]
    problem = Problem(HOSTILE, HOSTILE)
    things += [
        Dataset((), (problem,)),
        Evaluation((HOSTILE, "b"), np.eye(2, dtype=np.int64)),
        Predictions((Sample(HOSTILE, Reader(b"no")),), (HOSTILE,), np.ones((1, 1), np.float32), (problem,)),
    ]
    for thing in things:
        shown = page(thing)
        assert not shown.find("script")
        assert not [a for _, attributes in shown.elements for a in attributes if a.startswith("on")]
        assert all(image["src"].startswith("data:image/jpeg;base64,") for image in shown.find("img"))
    assert "<script>" in page(dataset).text, "they are there, as text"


async def test_a_dataset_shows_counts_thumbnails_and_problems():
    dataset = color_dataset(8) + Dataset.from_files(
        [*color_files(2, prefix="val/"), ("p/red/no.png", Reader(b"no")), ("p/x.txt", Reader(b""))]
    )
    shown = page(dataset)
    assert "31 photos of 3 classes" in shown.text and "1 file not used" in shown.text
    assert "blue 8 2 green 8 2 red 9 2" in " ".join(shown.text.split())
    assert len(shown.find("img")) == 18, "six of each class"
    assert page(color_dataset(40)).text.count("40") == 3, "one column where nothing is marked"
    assert page(Dataset()).text.split() == ["Dataset", "0", "photos", "of", "0", "classes"]


async def test_photos_that_must_be_waited_for_have_no_preview():
    async def slow():
        await asyncio.sleep(0)
        return encode(noisy(COLORS["red"], 1))

    shown = page(Dataset.from_files([("p/red/1.png", slow), ("p/red/2.png", Reader(b"no")), *color_files(1)]))
    assert len(shown.find("img")) == 3
    assert [svg["aria-label"] for svg in shown.find("svg")] == ["no preview"] * 2


def test_a_history_shows_its_curves_and_last_values():
    history = History(
        loss=[0.9, 0.5, 0.25], accuracy=[0.5, 0.75, 1.0], val_loss=[1.0, math.nan, 0.3], val_accuracy=[0, 0, 0.5]
    )
    shown = page(history)
    assert "training 0.250" in shown.text and "validation 0.300" in shown.text and "3 epochs" in shown.text
    loss, _ = shown.find("svg")
    assert loss["aria-label"] == "loss by epoch: training 0.250, validation 0.300"
    paths = [path["d"] for path in shown.find("path")]
    assert len(paths) == 4 and paths[1].count("M") == 2, "nan interrupts a curve"
    # Between the axis' ends: 0.9, 0.5 and 0.25 of 1 at the first, middle and last epoch.
    assert paths[0] == "M38.0 20.2L165.0 69.0L292.0 99.5"
    assert history == {**history} and history.copy() == history and history.copy()["loss"] is not history["loss"]
    assert "no epoch yet" in page(History()).text
    for values in ([], [0.0], [math.nan], [math.inf, 1e30], [-1.0]):
        Page(history_html({"loss": values, "accuracy": values}))


def test_an_evaluation_shows_matrix_figures_and_interval():
    evaluation = Evaluation(("cat", "dog"), np.array([[8, 2], [0, 0]]))
    shown = page(evaluation)
    low, high = evaluation.interval
    assert "Accuracy 80.0 %" in shown.text and f"interval {100 * low:.1f} % to {100 * high:.1f} %" in shown.text
    assert "8 of 10 photos" in shown.text
    assert "cat 100.0 % 80.0 % 88.9 % 10 dog 0.0 % – 0.0 % 0" in " ".join(shown.text.split())
    assert shown.text.count("never judged: dog") == 1
    assert "never judged" not in page(Evaluation(("cat", "dog"), np.eye(2, dtype=np.int64))).text
    assert "too large" in page(Evaluation(tuple(map(str, range(40))), np.eye(40, dtype=np.int64))).text
    assert "–" in page(Evaluation(("a", "b"), np.zeros((2, 2), np.int64))).text


async def test_predictions_show_photos_with_bars_and_what_is_right():
    classifier = await fitted(color_dataset(8, labels=("blue", "red")), epochs=15)
    wrong = ("p/red/blue.png", Reader(encode(noisy(COLORS["blue"], 50))))
    dataset = Dataset.from_files([*color_files(2, labels=("blue", "red")), wrong, ("p/red/no.png", Reader(b"no"))])
    predictions = await classifier.predict_photos(dataset)
    assert predictions.y_pred == ["blue", "blue", "red", "red", "blue", None] and len(predictions) == 6
    shown = page(predictions)
    assert shown.text.count("✓") == 4 and "wrong: it is red" in shown.text and "could not be read" in shown.text
    assert len(shown.find("img")) == 5 and "1 file not used" in shown.text
    assert [sample.path for sample in predictions.mistakes().samples] == ["p/red/blue.png"]
    unlabelled = await classifier.predict_photos([noisy(COLORS["red"], 3)] * 30)
    assert "✓" not in page(unlabelled).text and "and 6 more photos" in page(unlabelled).text
    assert "y_proba" not in repr(unlabelled)


async def test_a_classifier_shows_its_parameters_and_its_state():
    fresh = page(AsyncImageClassifier(epochs=7))
    assert "not trained yet" in fresh.text and "validation_split 0.2" in " ".join(fresh.text.split())
    assert len(fresh.find("b")) == 1, "what is not the default stands out"
    classifier = await fitted(color_dataset(6))
    text = " ".join(page(classifier).text.split())
    assert "classes 3: blue, green, red" in text and "trained on 18 photos, 5 epochs" in text
    assert "validation accuracy 100.0 % over 6 folds, 95 % interval" in text and "test accuracy" not in text
    assert f"engine numpy {np.__version__} on numpy" in text and "not trained yet" not in text
    opened = await AsyncImageClassifier.load(await classifier.save(), engine=NumpyEngine())
    assert "validation accuracy" in page(opened).text
    classifier.close()
    assert "not trained yet" in page(classifier).text


@pytest.mark.parametrize("verbose", [False, "auto", True])
async def test_a_terminal_gets_one_line_where_it_is_asked_for(verbose, capsys):
    classifier = AsyncImageClassifier(input_size=32, learning_rate=0.01, epochs=5, engine=NumpyEngine())
    await classifier.fit(color_dataset(6), verbose=verbose)
    written = capsys.readouterr()
    if verbose is not True:
        assert (written.out, written.err) == ("", "")
        return
    assert written.out.count("\n") == 1 and written.out.startswith("\r")
    last = written.out.rstrip("\n").split("\r")[-1].rstrip()
    h = classifier.history_
    assert last == f"Epoch 5/5  loss {h['loss'][-1]:.4f}  accuracy {h['accuracy'][-1]:.4f}  " + (
        f"val_loss {h['val_loss'][-1]:.4f}  val_accuracy {h['val_accuracy'][-1]:.4f}"
    )


async def test_as_many_epochs_as_it_takes_have_no_total(capsys):
    classifier = AsyncImageClassifier(input_size=32, engine=NumpyEngine())
    await classifier.fit(color_dataset(6), verbose=True)
    last = capsys.readouterr().out.rstrip("\n").split("\r")[-1]
    assert last.startswith(f"Epoch {len(classifier.history_['loss'])}  loss ")
    view = TrainingView(epochs=None)
    view.epoch(History(loss=[0.5, 0.4], accuracy=[0.5, 0.6]))
    assert "2 epochs" in page(view).text and {"style": "width:0.0%"} in page(view).find("div")
    view.end("done")
    assert "2 epochs, done" in page(view).text and {"style": "width:100.0%"} in page(view).find("div")


async def test_the_line_ends_where_training_fails(capsys):
    classifier = AsyncImageClassifier(input_size=32, engine=NumpyEngine())

    def fail(history):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await classifier.fit(color_dataset(6), verbose=True, on_epoch=fail)
    assert capsys.readouterr().out.endswith("\n")


def test_a_running_training_is_a_bar_then_curves():
    view = TrainingView(epochs=10)
    view.progress("features", 12, 48)
    assert str(view) == "Computing features 12/48" and "12 of 48 photos" in page(view).text
    assert page(view).find("svg") == []
    view.epoch(History(loss=[0.5], accuracy=[0.5]))
    shown = page(view)
    assert "1 of 10 epochs" in shown.text and len(shown.find("svg")) == 2
    assert {"style": "width:10.0%"} in shown.find("div")
