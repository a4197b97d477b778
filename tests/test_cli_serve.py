"""A model's server: answers, refusals, limits; many at once, none lost and none mixed up."""

from __future__ import annotations

import http.client
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from photos import SHAPES, encode, shape, write_shapes
from PIL import Image

from pyclassifier import Dataset, ImageClassifier
from pyclassifier.serving import Limits

pytest.importorskip("starlette", reason="the extra serve is not installed")
from pyclassifier.serving.model import ModelServer

LIMITS = Limits(max_bytes=200_000, max_photos=3, threads=2, queue=2, seconds=1.5)


@pytest.fixture(scope="module")
def model(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    dataset = Dataset.from_folder(write_shapes(folder / "photos", 12))
    # Held down, so that the probabilities of one photo are not those of the next.
    ImageClassifier(input_size=96, l2=0.01).fit(dataset).save(folder / "model.zip", name="Shapes")
    return folder / "model.zip"


@pytest.fixture(scope="module")
def address(model):
    with ModelServer(ImageClassifier.load(model), limits=LIMITS).running() as url:
        yield urlsplit(url).netloc


def ask(address, method="GET", path="/health", body=None, **headers):
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        data = answer.read()
        is_json = answer.headers.get_content_type() == "application/json"
        return answer.status, json.loads(data) if is_json else data.decode(), answer.headers
    finally:
        connection.close()


def photo(kind: str, seed: int = 100) -> bytes:
    return encode(shape(kind, seed))


def form(*photos: bytes) -> tuple[bytes, str]:
    parts = b"".join(
        b'--limit\r\nContent-Disposition: form-data; name="photo"; filename="%d.png"\r\n\r\n%s\r\n' % (i, data)
        for i, data in enumerate(photos)
    )
    return parts + b"--limit--\r\n", "multipart/form-data; boundary=limit"


def test_a_photo_gets_labels_and_probabilities(address, model):
    status, answer, _ = ask(address, "POST", "/predict", photo("stripes"))
    (only,) = answer["predictions"]
    assert status == 200 and only["label"] == "stripes" and only["none_of_these"] is False
    assert [one["probability"] for one in only["classes"]] == sorted(
        (one["probability"] for one in only["classes"]), reverse=True
    )
    expected = ImageClassifier.load(model).predict_proba([photo("stripes")])[0]
    found = {one["label"]: one["probability"] for one in only["classes"]}
    assert [found[label] for label in SHAPES] == pytest.approx(expected.tolist(), abs=1e-6)
    (only,) = ask(address, "POST", "/predict?top=2", photo("checks"))[1]["predictions"]
    assert len(only["classes"]) == 2 and only["label"] == "checks"


def test_the_photos_of_a_form_keep_their_order(address):
    body, kind = form(photo("discs"), photo("checks"))
    _, answer, _ = ask(address, "POST", "/predict", body, Content_Type=kind)
    assert [(one["photo"], one["label"]) for one in answer["predictions"]] == [("0.png", "discs"), ("1.png", "checks")]


@pytest.mark.parametrize("body", [b"", b"hello", photo("stripes")[:60], b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_image_is_refused_with_a_reason(body, address):
    status, answer, _ = ask(address, "POST", "/predict", body)
    assert status == 400 and len(answer["error"]) > 10
    assert ask(address, "POST", "/predict", photo("stripes"))[0] == 200


def test_a_picture_that_would_fill_the_memory_is_refused(address):
    huge = encode(Image.new("1", (30_000, 30_000)))
    assert len(huge) < LIMITS.max_bytes
    status, answer, _ = ask(address, "POST", "/predict", huge)
    assert status == 400 and "pixels" in answer["error"]


@pytest.mark.parametrize("query", ["top=0", "top=x", "top=-1", "top=99999999", "top=²"])
def test_a_wrong_question_is_refused(query, address):
    status, answer, _ = ask(address, "POST", "/predict?" + query.replace("²", "%C2%B2"), photo("stripes"))
    assert status == 400 and "top" in answer["error"]


def test_broken_and_crowded_forms_are_refused(address):
    body, kind = form(*[photo("stripes")] * 4)
    status, answer, _ = ask(address, "POST", "/predict", body, Content_Type=kind)
    assert status == 400 and "at most 3 photos" in answer["error"]
    body, _ = form(photo("stripes"))
    for wrong, broken in ((body, "multipart/form-data"), (b"x" * 100, kind), (b"--limit--\r\n", kind)):
        status, answer, _ = ask(address, "POST", "/predict", wrong, Content_Type=broken)
        assert status == 400 and answer["error"]


@pytest.mark.parametrize("told", [True, False])
def test_too_much_is_refused_whether_it_says_so_or_not(told, address):
    body = bytes(LIMITS.max_bytes + 1)
    sent = body if told else (body[i : i + 50_000] for i in range(0, len(body), 50_000))  # in chunks, of unknown length
    status, answer, _ = ask(address, "POST", "/predict", sent)
    assert status == 413 and "200,000 bytes" in answer["error"]
    body, kind = form(body)
    assert ask(address, "POST", "/predict", body, Content_Type=kind)[0] == 413


def test_other_addresses_and_methods_are_refused(address):
    assert ask(address, "GET", "/nonsense")[0] == 404
    assert ask(address, "GET", "/predict")[0] == 405
    assert ask(address, "GET", "/page/../model.py")[0] == 404
    assert ask(address, "GET", "/pixels.js")[0] == 404, "only what the page needs"


def test_pages_of_other_sites_cannot_pretend_to_be_here(address):
    assert ask(address, "GET", "/health", Host="evil.example")[0] == 400
    assert ask(address, "GET", "/health", Host="localhost:8000")[0] == 200


@pytest.mark.parametrize(("method", "path"), [("GET", "/"), ("GET", "/health"), ("POST", "/predict"), ("GET", "/none")])
def test_every_answer_keeps_browsers_from_misusing_it(method, path, address):
    headers = ask(address, method, path)[2]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"] and "Server" not in headers


def test_its_health_tells_of_the_model(address):
    status, health, _ = ask(address)
    assert status == 200 and (health["status"], health["model"]) == ("ok", "Shapes")
    assert health["labels"] == [*SHAPES] and (health["inside"], health["room"]) == (0, 4)


@pytest.mark.parametrize(("asked", "lang"), [("fr-CH,en;q=0.5", "fr"), ("zh-CN", "zh-Hans"), ("de, pt", "en-GB")])
def test_the_page_speaks_the_visitors_language(asked, lang, address):
    assert ask(address, "GET", "/texts.json", Accept_Language=asked)[1]["lang"] == lang


def test_the_page_and_its_parts_are_there(address):
    page = ask(address, "GET", "/")[1]
    assert "{unserved}" not in page
    for part in re.findall(r'(?:src|href)="([^":]+)"', page):
        assert ask(address, "GET", f"/{part}")[0] == 200, part


def test_the_texts_of_all_languages_have_the_same_names():
    folder = Path(__file__).parents[1] / "web/site/ready/texts"
    names = {path.name: [*json.loads(path.read_text())] for path in folder.iterdir()}
    assert (
        sorted(names) == ["en.json", "fr.json", "zh.json"] and names["fr.json"] == names["zh.json"] == names["en.json"]
    )


def start_slowly(address) -> socket.socket:
    """A client that begins to send and goes on for ever."""
    host, port = address.split(":")
    client = socket.create_connection((host, int(port)))
    client.sendall(b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
    return client


def wait_for(condition) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_who_sends_too_slowly_takes_a_place_for_some_time_only(address):
    slow = [start_slowly(address) for _ in range(4)]
    wait_for(lambda: ask(address)[1]["inside"] == 4)
    status, answer, headers = ask(address, "POST", "/predict", photo("stripes"))
    assert (status, headers["Retry-After"]) == (503, "1") and "Try again" in answer["error"]
    replies = [client.recv(1000) for client in slow]
    assert all(reply.startswith(b"HTTP/1.1 408") for reply in replies)
    for client in slow:
        client.close()
    wait_for(lambda: ask(address)[1]["inside"] == 0)
    assert ask(address, "POST", "/predict", photo("stripes"))[0] == 200


def test_who_leaves_in_the_middle_frees_the_place(address):
    for client in [start_slowly(address) for _ in range(4)]:
        client.close()
    wait_for(lambda: ask(address)[1]["inside"] == 0)
    assert ask(address, "POST", "/predict", photo("stripes"))[0] == 200


def test_many_at_once_are_all_answered_by_their_own_photo(address, model):
    """Four times as many as there is room for: who is refused comes back, and gets the answer to its own photo."""
    photos = [photo(SHAPES[i % 3], seed=1000 + i) for i in range(60)]
    expected = ImageClassifier.load(model).predict_proba(photos)
    assert len({tuple(row.round(4)) for row in expected}) > 50, "answers to other photos are other ones"

    def one(i: int) -> int:
        n_refused = 0
        while (answer := ask(address, "POST", "/predict", photos[i]))[0] == 503:
            n_refused += 1
            time.sleep(0.1)
        found = {one["label"]: one["probability"] for one in answer[1]["predictions"][0]["classes"]}
        assert [found[label] for label in SHAPES] == pytest.approx(expected[i].tolist(), abs=1e-4)
        return n_refused

    with ThreadPoolExecutor(16) as clients:
        assert sum(clients.map(one, range(len(photos)))) > 0
    assert ask(address)[1]["inside"] == 0


def test_the_command_serves_until_ctrl_c(model):
    root = str(Path(__file__).parents[1])
    command = [sys.executable, "-m", "pyclassifier", "serve", str(model), "--port", "0", "--json"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    address = urlsplit(json.loads(process.stdout.readline())["url"]).netloc
    assert ask(address, "POST", "/predict", photo("checks"))[1]["predictions"][0]["label"] == "checks"
    second = subprocess.run(
        [*command[:5], "--port", address.split(":")[1]],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": root},
    )
    assert second.returncode == 1 and second.stderr.startswith(f"pyclassifier: Port {address.split(':')[1]} is taken")
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) == 0


def test_a_picture_is_turned_and_read_as_python_reads_it(address, model):
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    shape("stripes", 400).resize((150, 96)).save(buffer, "JPEG", exif=exif, quality=95)
    (answer,) = ask(address, "POST", "/predict", buffer.getvalue())[1]["predictions"]
    expected = ImageClassifier.load(model).predict_proba([buffer.getvalue()]).max()
    assert answer["probability"] == pytest.approx(float(expected), abs=1e-6)
