"""Taking a model away, on CPython with the numpy double."""

from __future__ import annotations

import io
import json
import zipfile
from types import SimpleNamespace

import pytest
from conftest import IN_PYODIDE
from photos import color_files

if IN_PYODIDE:
    pytest.skip("session.py is not in the wheel; the browser tests run it", allow_module_level=True)

from session_page import FAST, Page, files


async def trained():
    page = Page()
    await page.call("add", "training", files(color_files(6)))
    await page.call("add", "validation", files(color_files(3, prefix="others/")))
    await page.call("train", FAST)
    return page


async def test_fewer_bits_are_measured_on_the_held_out_photos():
    page = await trained()
    page.events.clear()
    costs = await page.call("measureStorage")
    assert [cost["dtype"] for cost in costs] == ["float32", "float16", "uint16", "uint8"]
    assert all(cost["evaluation"]["total"] == 9 for cost in costs) and costs[0]["largestChange"] == 0
    assert page.events[-1] == {"stage": "measuring", "done": 45, "total": 45}
    page.stop.requested = True
    assert (await page.try_call("measureStorage"))["error"]["name"] == "AbortError"
    opened = Page()
    await opened.call("openModel", await page.call("exportModel", {}))
    costs = await opened.call("measureStorage")
    assert costs[3]["evaluation"] is None and costs[3]["largestChange"] > 0
    assert "train one or open one" in (await Page().try_call("measureStorage"))["error"]["message"]


async def test_the_record_says_how_the_model_came_about():
    page = await trained()
    await page.call("edit", {"type": "renameClass", "label": "blue", "to": 'sky "blue"'})
    away = await page.call("takeAway")
    record = away["record"]
    assert set(record["labels"]) == {"green", "red", 'sky "blue"'}
    run = record["run"]
    assert run["parameters"]["random_state"] == 0 and run["parameters"]["epochs"] == 15
    assert run["versions"]["backend"] == "numpy" and run["versions"]["renderer"] == ""
    assert len(run["files"]["training"]) == 27 and len(run["files"]["validation"]) == 9 and run["refit"]
    assert all(len(digest) == 64 for digest in run["files"]["training"])
    assert len(run["history"]["loss"]) == 15 and record["evaluation"]["total"] == 9
    assert record["card"]["input_size"] == 32 and record["fitMode"] == "crop"


async def test_code_holds_the_labels_however_they_are_written():
    page = await trained()
    hostile = '"]; alert(1) // {size} \\ 猫 🐱 </script><b>'
    await page.call("edit", {"type": "renameClass", "label": "red", "to": hostile})
    away = await page.call("takeAway")
    compile(away["python"], "snippet.py", "exec")
    for code in (away["javascript"], away["python"]):
        (line,) = [line for line in code.splitlines() if "labels = " in line]
        assert json.loads(line.split(" = ", 1)[1].rstrip(";")) == away["record"]["labels"]
    assert "</script><b>" not in away["html"] and away["html"].count("</script>") == 1
    assert "[32, 32]" in away["javascript"] and 'size=32, fit_mode="crop"' in away["python"].replace("'", '"')


def part(path, data):
    async def read():
        return data

    return SimpleNamespace(path=path, read=read)


async def test_the_page_is_zipped_with_its_parts_its_texts_and_the_model():
    page = await trained()
    texts = {"unserved": "<b> & a server", "readme": "How to", "lang": "fr"}
    parts = [part("index.html", b"<p>{unserved}</p>"), part("vendor/tf.js", b"js")]
    data = await page.call("exportPage", {"name": "my model", "dtype": "uint16", "texts": texts}, parts)
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = file.namelist()
        assert file.read("index.html") == b"<p>&lt;b&gt; &amp; a server</p>" and file.read("vendor/tf.js") == b"js"
        assert json.loads(file.read("texts.json")) == texts and file.read("README.txt") == b"How to\n"
        assert json.loads(file.read("model/metadata.json"))["modelName"] == "my model"
        entries = json.loads(file.read("model/model.json"))["weightsManifest"][0]["weights"]
        assert entries[0]["quantization"]["dtype"] == "uint16"
    assert len(names) == 7
