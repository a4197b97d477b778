"""The notebook site: JupyterLab in Chromium, WebGL forced, on the built site below a sub-path."""

from __future__ import annotations

import json
import re

import pytest
from browser_fixtures import opened_tab
from client import Client, encoded
from notebook import CellError, Notebook

# The notebooks take the backend that is in use already, and no GPU would make it WebAssembly.
USE_WEBGL = """
from pyclassifier import ImageClassifier, default_engine
engine = await default_engine(backend="webgl").load()
memory = engine.memory()
print(engine.backend, engine.renderer)
"""

PROBABILITIES = """
import json
opened = await ImageClassifier.load({archive!r})
rows = await opened.predict_proba(validation[::2])
labels = opened.classes_.tolist()
opened.close()
print(json.dumps([dict(zip(labels, row.tolist())) for row in rows]))
"""


TOOLS = """
from sklearn.linear_model import LogisticRegression
import pandas
opened = await AsyncImageClassifier.load("model.zip")
table = (await opened.predict_photos(validation)).to_pandas()
X = await opened.extract_features(validation)
labels = [sample.label for sample in validation]
print(len(table) == len(validation), LogisticRegression().fit(X, labels).score(X, labels))
opened.close()
"""


SEARCH = """
import gc
import js
from pyodide.ffi import create_proxy
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline
ticks = []
timer = js.setInterval(create_proxy(lambda: ticks.append(1)), 20)
estimator = ImageClassifier(input_size=96, cv=0, validation_split=0).as_sklearn()
accuracy = cross_val_score(estimator, dataset.samples, dataset.y, cv=2, error_score="raise").mean()
js.clearInterval(timer)
pipeline = make_pipeline(ImageClassifier(input_size=96).as_transformer(), LogisticRegression())
print(accuracy, pipeline.fit(dataset.samples, dataset.y).score(dataset.samples, dataset.y), len(ticks))
del estimator, pipeline  # What they hold of the engine is free once they are collected.
_ = gc.collect()
"""


@pytest.fixture
def tab(chromium, site):
    """A fresh tab, in which JupyterLite's service worker gives kernels the file browser's files."""
    with opened_tab(chromium, site, service_workers="allow") as tab:
        yield tab


@pytest.fixture(scope="module")
def quickstart(chromium, site):
    """The quickstart after all of its cells ran on WebGL, in a kernel that nothing was installed into."""
    with opened_tab(chromium, site, service_workers="allow") as tab:
        notebook = Notebook(tab, site)
        notebook.backend = notebook.execute(USE_WEBGL)
        notebook.cells = notebook.run_all()
        yield notebook


def test_the_page_links_to_the_quickstart(tab, site):
    tab.goto(site)
    with tab.context.expect_page() as opened:
        tab.get_by_role("link", name="Open in a notebook").click()
    opened.value.get_by_role("tab", name="quickstart.ipynb").wait_for()
    assert opened.value.url.startswith(f"{site}lab/")
    tab.goto(f"{site}lab/")  # What people type.
    tab.wait_for_url(f"{site}lab/lab/index.html*")


def test_a_fresh_kernel_installs_offline_and_sees_the_file_browsers_files(tab, site):
    notebook = Notebook(tab, site)
    assert notebook.execute("import sys\nprint('pyclassifier' in sys.modules)") == "False\n"
    notebook.execute("%pip install pyclassifier")
    code = "import importlib.metadata as m\nprint(*(m.version(n) for n in ('pyclassifier', 'numpy', 'pillow')))"
    assert notebook.execute(code).split()[1:] == ["2.0.2", "10.2.0"]
    with pytest.raises(CellError, match="nosuchpackage could not be installed: PyPI fallback is disabled"):
        notebook.execute("%pip install nosuchpackage")
    notebook.write_file("photo.bin", bytes(range(256)))
    notebook.execute("from pathlib import Path\nPath('copy.bin').write_bytes(Path('photo.bin').read_bytes() * 2)")
    assert notebook.read_file("copy.bin") == bytes(range(256)) * 2


@pytest.mark.full
def test_predictions_go_into_a_table_and_features_into_scikit_learn(quickstart):
    assert quickstart.execute(TOOLS).split() == ["True", "1.0"]


@pytest.mark.full
def test_scikit_learns_tools_wait_while_the_browser_goes_on(quickstart):
    accuracy, right, n_ticks = map(float, quickstart.execute(SEARCH).split())
    assert accuracy >= 0.8 and right == 1 and n_ticks >= 10


def test_quickstart_learns_the_sample_photos(quickstart):
    assert quickstart.backend.startswith("webgl ANGLE")
    assert float(quickstart.execute("print(classifier.evaluation_.accuracy)")) >= 0.95
    dataset, training, evaluation, predictions = (cell.html[-1] for cell in quickstart.cells if cell.html)
    assert "48 photos of 3 classes" in dataset and "tfjs 4.22.0 on webgl" in training
    assert "of 12 photos" in evaluation and predictions.count("<img") == 6


def test_closing_gives_back_every_tensor(quickstart):
    assert quickstart.execute("print(engine.backend, engine.memory() == memory)") == "webgl True\n"


def test_archives_give_the_same_probabilities_on_the_page_and_in_a_notebook(quickstart, dist, page, site):
    def photos(split):
        folder = dist / "samples" / split
        return encoded([(p.relative_to(folder).as_posix(), p.read_bytes()) for p in sorted(folder.rglob("*.png"))])

    def in_the_notebook(archive):
        return json.loads(quickstart.execute(PROBABILITIES.format(archive=archive)))

    def on_the_page():
        return [{top["label"]: top["probability"] for top in photo["top"]} for photo in client.predict(validation)]

    client = Client(page, site)
    validation = photos("validation")[::2]
    client.open_model(quickstart.read_file("model.zip"))
    assert_close(in_the_notebook("model.zip"), on_the_page())
    # With few epochs, so that not all probabilities are 0 or 1.
    client.add("training", photos("training")[::3])
    client.train({"inputSize": 96, "epochs": 2})
    quickstart.write_file("page.zip", client.export_model())
    assert_close(in_the_notebook("page.zip"), on_the_page())


def assert_close(here, there):
    assert len(here) == len(there) == 6
    for a, b in zip(here, there, strict=True):
        assert a == pytest.approx(b, abs=1e-4)


@pytest.mark.full
def test_your_photos_reports_what_it_cannot_use_and_what_is_misfiled(tab, site):
    shown = Notebook(tab, site, "your_photos.ipynb").run_all()
    text = "".join(cell.stdout for cell in shown)
    assert "learned from 48 photos, judged by 48" in text
    assert "photos/fruit/notes.txt: not an image (.txt)." in text and "photos/animal/broken.jpg: the image is" in text
    worst = next(cell.html[-1] for cell in reversed(shown) if cell.html)
    # The fruit in the folder vehicle is the worst mistake; there are few others.
    assert re.findall(r"photos/[\w/-]+\.png", worst)[0] == "photos/vehicle/misfiled.png"
    assert 1 <= worst.count("wrong: it is vehicle") <= worst.count("wrong: it is") < 6


@pytest.mark.full
def test_look_inside_compares_settings(tab, site):
    shown = Notebook(tab, site, "look_inside.ipynb").run_all()
    assert sum(cell.n_images for cell in shown) == 2
    text = "".join(cell.stdout for cell in shown)
    assert float(re.search(r"differ by (\S+) at most", text)[1]) < 1e-5
    assert len(re.findall(r"\| (?:96|128) \| \d+ \| \d+\.\d% ", text)) == 6


@pytest.mark.full
def test_move_it_around_opens_what_the_page_made(tab, site):
    notebook = Notebook(tab, site, "move_it_around.ipynb")
    text = "".join(cell.stdout for cell in notebook.run_all())
    assert float(re.search(r"differs by (\S+) from", text)[1]) < 1e-4
    assert notebook.read_file("for_the_page.zip").startswith(b"PK")
    assert all(float(notebook.execute(f"print({name}.accuracy)")) >= 0.95 for name in ("neighbours", "regression"))
