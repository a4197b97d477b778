"""How many photos a second `pyclassifier serve model.zip` recognises, and what becomes of four times as many.

A model is served by the real command. As many clients as it has threads ask one after the other: what it can take. Then
four times as many requests a second come in, whatever becomes of the ones before. Every photo is another one, and every
answer is compared with what Python says of that very photo: none may be lost, none mixed up, and what is too much is to
be refused by a 503.

    python bench/serve_load.py model.zip [--photos FOLDER] [--seconds 20]

Measured with MobileNet v1 1.0 at 224 pixels by onnxruntime on two cores, which other work used as well (a load of 16 to
19), photos of 640 x 480 pixels, 12 s each: 23 photos a second by four clients; of 92 a second that came in, 30 were
answered, all rightly, the others refused, and none was lost; half of the answers came within 1.2 s, 95 % within 1.6 s.
"""

from __future__ import annotations

import argparse
import http.client
import io
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

from pyclassifier import ImageClassifier

TOLERANCE = 1e-4  # Batches of other sizes add up in another order.


class Load:
    """Asks a server, and keeps what came back.

    Parameters
    ----------
    address : str
        Host and port.
    photos : list of bytes
    expected : ndarray of shape (n_photos, n_classes)
        What Python says.
    labels : list of str
    """

    def __init__(self, address: str, photos: list[bytes], expected: np.ndarray, labels: list[str]) -> None:
        self.address = address
        self.photos = photos
        self.expected = expected
        self.labels = labels
        self.lock = threading.Lock()
        self.outcomes: Counter[str] = Counter()
        self.seconds: list[float] = []

    def ask(self, number: int) -> None:
        """Send one photo, and compare the answer."""
        k = number % len(self.photos)
        began = time.perf_counter()
        try:
            connection = http.client.HTTPConnection(self.address, timeout=60)
            connection.request("POST", "/predict", self.photos[k])
            answer = connection.getresponse()
            data = answer.read()
            connection.close()
            outcome = self._judge(k, data) if answer.status == 200 else f"HTTP {answer.status}"
        except OSError as error:
            outcome = f"lost: {type(error).__name__}"
        with self.lock:
            self.outcomes[outcome] += 1
            if outcome == "right":
                self.seconds.append(time.perf_counter() - began)

    def _judge(self, k: int, data: bytes) -> str:
        classes = json.loads(data)["predictions"][0]["classes"]
        found = {one["label"]: one["probability"] for one in classes}
        difference = max(abs(found[label] - self.expected[k, i]) for i, label in enumerate(self.labels))
        return "right" if difference < TOLERANCE else "mixed up"


def measure_capacity(load: Load, n_clients: int, seconds: float) -> float:
    """Photos a second that so many clients get answers for, each asking one after the other."""
    end = time.perf_counter() + seconds

    def client(start: int) -> None:
        number = start
        while time.perf_counter() < end:
            load.ask(number)
            number += n_clients

    began = time.perf_counter()
    with ThreadPoolExecutor(n_clients) as clients:
        list(clients.map(client, range(n_clients)))
    return load.outcomes["right"] / (time.perf_counter() - began)


def overload(load: Load, rate: float, seconds: float) -> float:
    """Send so many photos a second, whatever becomes of them; return the rate that was reached."""
    n = int(rate * seconds)
    began = time.perf_counter()
    with ThreadPoolExecutor(256) as clients:
        for number in range(n):
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            clients.submit(load.ask, number)
        sent = time.perf_counter() - began
    return n / sent


def report(title: str, load: Load, rate: float) -> None:
    """Print what came of it."""
    p50, p95 = np.percentile(load.seconds or [np.nan], [50, 95])
    counts = ", ".join(f"{n} {outcome}" for outcome, n in load.outcomes.most_common())
    print(f"{title}: {rate:.1f} photos/s; {counts}; answers after {p50:.2f} s, 95 % within {p95:.2f} s", flush=True)


def read_photos(folder: Path | None, n: int) -> list[bytes]:
    """Photos of a folder, or pictures of noise of different colours."""
    if folder:
        return [path.read_bytes() for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".jpg", ".png")][:n]
    rng = np.random.default_rng(0)
    photos = []
    for _ in range(n):
        pixels = np.clip(rng.integers(0, 256, 3) + rng.normal(0, 30, (48, 64, 3)), 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).resize((640, 480)).save(buffer, "JPEG")
        photos.append(buffer.getvalue())
    return photos


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--photos", type=Path, help="default: made on the spot")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    photos = read_photos(asked.photos, 200)
    classifier = ImageClassifier.load(asked.model)
    expected, labels = classifier.predict_proba(photos, remember=False), classifier.classes_.tolist()
    classifier.close()
    command = [sys.executable, "-m", "pyclassifier", "serve", str(asked.model), "--port", "0", "--json"]
    server = subprocess.Popen([*command, "--threads", str(asked.threads)], stdout=subprocess.PIPE, text=True)
    assert server.stdout
    try:
        address = urlsplit(json.loads(server.stdout.readline())["url"]).netloc
        for n_clients in (1, asked.threads, 2 * asked.threads):
            steady = Load(address, photos, expected, labels)
            rate = measure_capacity(steady, n_clients, asked.seconds)
            report(f"{n_clients} clients", steady, rate)
        flood = Load(address, photos, expected, labels)
        reached = overload(flood, 4 * rate, asked.seconds)
        report(f"four times as many ({reached:.0f}/s came in)", flood, flood.outcomes["right"] / asked.seconds)
        wrong = [outcome for outcome in flood.outcomes if outcome not in ("right", "HTTP 503")]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()
    sys.exit(f"Expected right answers and refusals alone, got {wrong}" if wrong else 0)


if __name__ == "__main__":
    main()
