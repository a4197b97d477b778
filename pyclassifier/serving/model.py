"""A model that answers over HTTP: `POST /predict` with photos, `GET /health`, and a page to try it.

Imported when it is asked for: starlette and uvicorn come with the extra ``serve``.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..classifiers import ImageClassifier
from ..data import BytesSource, Problem, Sample
from ..errors import PyClassifierError
from ..judging import is_rejected
from .limits import Limits
from .site import LOOPBACK, free_port_asked_for

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# The page is the one that the site makes of a model to take away, whose worker asks here instead of computing itself.
_PAGE = {"page.css": "text/css", "page.js": "text/javascript", "parts.js": "text/javascript"}
_DISCARD_SECONDS = 5.0
_LANGUAGES = ("en", "fr", "zh")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Answering:
    """What answers requests by a model: it reads them within limits, and predicts in threads.

    Parameters
    ----------
    classifier : ImageClassifier
        Fitted.
    limits : Limits
    """

    def __init__(self, classifier: ImageClassifier, limits: Limits) -> None:
        self.classifier = classifier
        self.limits = limits
        self.n_inside = 0  # Requests that are read, wait or are worked on; changed by the event loop's thread only.
        self._threads = ThreadPoolExecutor(limits.threads, thread_name_prefix="predict")

    async def predict(self, request: Request) -> Response:
        """Answer `POST /predict`."""
        limits = self.limits
        if self.n_inside >= limits.threads + limits.queue:
            # Before anything is kept of it: so many photos at most are in memory.
            await _discard(request.receive)
            raise HTTPException(503, "Expected fewer requests at the same time. Try again later.", {"Retry-After": "1"})
        self.n_inside += 1
        try:
            top = _read_top(request)
            try:
                async with asyncio.timeout(limits.seconds):
                    samples = await self._read(request)
            except TimeoutError:
                raise HTTPException(408, f"Expected the photos within {limits.seconds:g} seconds.") from None
            answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._answer, samples, top)
        finally:
            self.n_inside -= 1
        return JSONResponse({"predictions": answer})

    async def health(self, request: Request) -> Response:
        """Answer `GET /health`."""
        return JSONResponse(
            {
                "status": "ok",
                "model": self.classifier.name_,
                "labels": self.classifier.classes_.tolist(),
                "threshold": self.classifier.threshold_,
                "deviation": None if np.isnan(self.classifier.deviation_) else self.classifier.deviation_,
                "inside": self.n_inside,
                "room": self.limits.threads + self.limits.queue,
            }
        )

    def _answer(self, samples: Sequence[Sample], top: int | None) -> list[dict[str, Any]]:
        problems: list[Problem] = []
        y_proba = self.classifier.predict_proba(samples, problems=problems, remember=False)
        if problems:
            raise HTTPException(400, f"{problems[0].path}: {problems[0].reason}")
        labels, threshold = self.classifier.classes_.tolist(), self.classifier.threshold_
        rejected = is_rejected(y_proba, threshold)
        answers = []
        for sample, row, none in zip(samples, y_proba, rejected.tolist(), strict=True):
            order = np.argsort(-row, kind="stable")[:top].tolist()
            classes = [{"label": labels[i], "probability": float(row[i])} for i in order]
            answers.append({"photo": sample.path, **classes[0], "none_of_these": none, "classes": classes})
        return answers

    async def _read(self, request: Request) -> list[Sample]:
        """The photos of a request: a form's files, or its whole body."""
        bounded = Request(
            request.scope, _bounded(request.receive, request.headers.get("content-length", ""), self.limits.max_bytes)
        )
        try:
            if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
                samples = await self._read_form(bounded)
            else:
                samples = [Sample("photo", BytesSource(await bounded.body()))]
        except _TooLongError:
            most = f"{self.limits.max_bytes:,}"
            raise HTTPException(413, f"Expected at most {most} bytes, got more. Send smaller photos.") from None
        except ClientDisconnect:
            raise HTTPException(400, "The request ended before it was complete.") from None
        if not samples or not all(sample.source.data for sample in samples if isinstance(sample.source, BytesSource)):
            raise HTTPException(400, "Expected a photo as the body, or photos as the files of a form; got none.")
        return samples

    async def _read_form(self, request: Request) -> list[Sample]:
        most = self.limits.max_photos
        try:
            async with request.form(max_files=most, max_fields=most, max_part_size=1 << 16) as form:
                parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
                return [Sample(part.filename or "photo", BytesSource(await part.read())) for part in parts]
        except HTTPException as error:
            raise HTTPException(400, f"Expected a form with at most {most} photos: {error.detail}") from error


def _read_top(request: Request) -> int | None:
    asked = request.query_params.get("top")
    if asked is not None and not (asked.isascii() and asked.isdecimal() and 0 < len(asked) < 7 and int(asked)):
        raise HTTPException(400, f"Expected top to be a whole number from 1 on, got {asked[:20]!r}.")
    return int(asked) if asked else None


class _TooLongError(Exception):
    """A request is longer than it may be."""


def _bounded(receive: Receive, length: str, max_bytes: int) -> Receive:
    """What gives a request's body and ends one that is too long: by what it says of itself, else by what comes."""
    is_too_long = length.isascii() and length.isdecimal() and int(length[:15]) > max_bytes
    n_received = 0

    async def receive_bounded() -> Message:
        nonlocal n_received
        if is_too_long:
            await _discard(receive)
            raise _TooLongError
        message = await receive()
        n_received += len(message.get("body", b""))
        if n_received > max_bytes:
            if message.get("more_body"):
                await _discard(receive)
            raise _TooLongError
        return message

    return receive_bounded


async def _discard(receive: Receive) -> None:
    """Read what a request still sends: whoever is cut off in the middle of sending may never see the answer."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DISCARD_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass


def model_app(classifier: ImageClassifier, limits: Limits, hosts: Sequence[str] = ("*",)) -> Starlette:
    """Make the application of a model's server.

    Parameters
    ----------
    classifier : ImageClassifier
        Fitted.
    limits : Limits
    hosts : sequence of str
        Names that it answers to: where only this machine asks, no page of another site that pretends to be on it.

    Returns
    -------
    Starlette
    """
    answering = Answering(classifier, limits)
    page = files(__package__)

    async def index(request: Request) -> Response:
        text = (page / "page" / "index.html").read_text(encoding="utf-8").replace("{unserved}", "")
        return Response(text, media_type="text/html")

    async def texts(request: Request) -> Response:
        return _file(page / "page" / "texts" / f"{_language(request)}.json", "application/json")

    async def worker(request: Request) -> Response:
        return _file(page / "worker.js", "text/javascript")

    async def part(request: Request) -> Response:
        name = request.url.path.rpartition("/")[2]
        return _file(page / "page" / name, _PAGE[name])

    return Starlette(
        routes=[
            Route("/", index),
            Route("/texts.json", texts),
            Route("/worker.js", worker),
            *(Route(f"/{name}", part) for name in _PAGE),
            Route("/health", answering.health),
            Route("/predict", answering.predict, methods=["POST"]),
        ],
        middleware=[Middleware(_WithHeaders), Middleware(TrustedHostMiddleware, allowed_hosts=[*hosts])],
        exception_handlers={HTTPException: _refuse, PyClassifierError: _fail},
    )


def _file(path: Traversable, media_type: str) -> Response:
    return Response(path.read_bytes(), media_type=media_type)


def _language(request: Request) -> str:
    """The first language of the visitor's that there are texts in."""
    asked = (part.strip()[:2].lower() for part in request.headers.get("accept-language", "").split(","))
    return next((language for language in asked if language in _LANGUAGES), _LANGUAGES[0])


async def _refuse(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return JSONResponse({"error": error.detail}, error.status_code, error.headers)


async def _fail(request: Request, error: Exception) -> Response:
    return JSONResponse({"error": str(error)}, 500)


class _WithHeaders:
    """Adds to every answer what keeps browsers from misusing it."""

    def __init__(self, app: Callable[[Message, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class ModelServer:
    """A model's server.

    Parameters
    ----------
    classifier : ImageClassifier
        Fitted.
    port : int
        0 takes a free one.
    host : str
        Who can ask: by default this machine alone.
    limits : Limits, optional

    Raises
    ------
    OSError
        The port cannot be had.
    """

    def __init__(
        self, classifier: ImageClassifier, port: int = 0, host: str = LOOPBACK, limits: Limits | None = None
    ) -> None:
        with free_port_asked_for(port):
            self._socket = socket.create_server((host, port), backlog=512)
        self.port: int = self._socket.getsockname()[1]
        hosts = ("localhost", LOOPBACK) if host in ("localhost", LOOPBACK) else ("*",)
        app = model_app(classifier, limits or Limits(), hosts)
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, lifespan="off")
        )

    def run(self) -> None:
        """Answer until Ctrl+C; requests that are being worked on are answered still."""
        with contextlib.suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._socket])

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Answer from a thread while a context lasts.

        Yields
        ------
        str
            The server's address.
        """
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield f"http://127.0.0.1:{self.port}/"
        finally:
            self._server.should_exit = True
            thread.join()
