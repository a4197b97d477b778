"""Training in a real notebook: what it shows, what its errors are like, and that it gives all memory back."""

from __future__ import annotations

import pytest
from browser_fixtures import opened_tab
from notebook import EXECUTE, Notebook

LOAD = """
from pyclassifier import ImageClassifier, load_samples
dataset = await load_samples()
engine_before = ImageClassifier().engine_.memory()
classifier = ImageClassifier(input_size=96, epochs=6)
"""


@pytest.fixture(scope="module")
def notebook(chromium, site):
    """One kernel for all of these tests."""
    with opened_tab(chromium, site, service_workers="allow") as tab:
        notebook = Notebook(tab, site)
        notebook.execute(LOAD)
        yield notebook


def types(outputs):
    return [output["output_type"] for output in outputs]


def test_training_in_a_cell(notebook):
    outputs = notebook.tab.evaluate(EXECUTE, "await classifier.fit(dataset)")
    shown = [output for output in outputs if output["output_type"] == "display_data"]
    updates = [output["data"]["text/html"] for output in outputs if output["output_type"] == "update_display_data"]
    assert len(shown) == 2 and "<button" in shown[1]["data"]["text/html"] and len(updates) >= 3
    assert updates.pop(-2) == "<span></span>", "the button is gone"
    assert any("Computing features" in html or "Reading photos" in html for html in updates)
    assert "6 of 6 epochs, done" in updates[-1] and "validation 1.000" in updates[-1]
    (result,) = [output for output in outputs if output["output_type"] == "execute_result"]
    assert "validation accuracy" in result["data"]["text/html"] and "tfjs 4.22.0 on wasm" in result["data"]["text/html"]
    assert types(notebook.tab.evaluate(EXECUTE, "await classifier.fit(dataset, verbose=False);")) == []

    for thing in ("dataset", "classifier.history_", "classifier.evaluation_"):
        (result,) = notebook.tab.evaluate(EXECUTE, thing)
        assert result["data"]["text/html"].startswith("<style>")
    (result,) = notebook.tab.evaluate(EXECUTE, "await classifier.predict_photos(dataset)")
    assert result["data"]["text/html"].count("<img") == 24 and "and 24 more photos" in result["data"]["text/html"]
    memory = "print(engine_before == classifier.engine_.memory() == {'numTensors': 0, 'numBytes': 0})"
    assert notebook.execute(f"classifier.close()\n{memory}") == "True\n"


def test_an_error_of_a_callback_is_an_ordinary_one_and_comes_once(notebook):
    notebook.execute("def fail(*_):\n    raise ValueError('mine')")
    for callback in ("on_epoch", "on_progress", "should_stop"):
        code = f"await classifier.fit(dataset, {callback}=fail)"
        outputs = notebook.tab.evaluate(EXECUTE, code)
        errors = [output for output in outputs if output["output_type"] in ("error", "stream")]
        # JupyterLite's kernel gives the class itself as the name.
        assert [error["evalue"] for error in errors] == ["mine"] and "ValueError" in errors[0]["ename"]
    caught = """
try:
    await classifier.fit(dataset, verbose=False, on_epoch=fail)
except ValueError as error:
    print(error)
"""
    streams = {(output["output_type"], output.get("name")) for output in notebook.tab.evaluate(EXECUTE, caught)}
    assert streams == {("stream", "stdout")}, "a caught one leaves no trace"


def test_stopping_and_cancelling_keep_what_was_learned(notebook):
    stop = "n = []\nawait classifier.fit(dataset, on_epoch=n.append, should_stop=lambda: len(n) == 2)"
    notebook.execute(stop)
    assert notebook.execute("print(classifier.stopped_, len(classifier.history_['loss']))") == "True 2\n"
    cancel = """
import asyncio
n = []
classifier.set_params(epochs=10_000)
training = asyncio.ensure_future(classifier.fit(dataset, on_epoch=n.append))
while len(n) < 3:
    await asyncio.sleep(0.05)
training.cancel()
try:
    await training
except asyncio.CancelledError:
    print("cancelled", classifier.stopped_, len(classifier.history_["loss"]) >= 3)
print((await classifier.predict(dataset.samples[:1])).tolist())
classifier.close()
print(classifier.engine_.memory()["numTensors"])
"""
    assert notebook.execute(cancel) == "cancelled True True\n['animal']\n0\n"


START = """
(code) => {
  globalThis.future = kernel.requestExecute({ code });
  globalThis.shown = [];
  future.onIOPub = ({ content }) => content.data && shown.push(content.data["text/html"]);
}
"""


def test_a_button_stops_a_training(notebook):
    tab = notebook.tab
    tab.evaluate(START, "await classifier.set_params(epochs=10_000).fit(dataset)")
    tab.wait_for_function("shown.some((html) => html?.includes('of 10,000 epochs'))")
    tab.evaluate(
        """
        const box = document.createElement("div");
        box.style = "position: fixed; inset: 0 auto auto 0; z-index: 99999";
        box.innerHTML = shown.find((html) => html?.includes("<button"));
        document.body.append(box);
        """
    )
    tab.click("button:text('Stop and keep what is learned')")
    tab.evaluate("future.done.then(() => null)")
    assert notebook.execute("print(classifier.stopped_, classifier.evaluation_.accuracy)") == "True 1.0\n"
