"""What the live process answers: the streams (Server-Sent Events, WHATWG HTML 9.2), and whether it is well."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.config import Config
from app.live.hub import FullError, Hub, Stream
from app.operations.calendars.live_pass import Pass, PassError, read_pass

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

STREAM_SECONDS = (40.0, 55.0)
"""A stream ends after a time between these, by itself, as our reverse proxy lets no answer last longer than a minute.

The browser is back at once, misses nothing, and is refused when its pass is too old: then its page asks for a new one.
"""

TOO_OLD = "This pass is too old; load the page again."
NOT_OURS = "This is no pass of this site; load the page again."
MOST_OF_YOURS = "You listen in too many pages at once; close some of them."
FULL = "Too many pages listen already; this one asks once a minute instead."
ENDING = "This process is just ending; please come back in a moment."
NOTHING = "There is nothing here."

_log = logging.getLogger(__name__)
_chance = secrets.SystemRandom()


@dataclass(frozen=True, slots=True)
class Answer:
    """A short answer in words."""

    status: HTTPStatus
    text: str
    headers: Headers = field(default_factory=list)


@dataclass(slots=True)
class Live:
    """The application that the server calls (ASGI).

    Args:
        hub: the streams.
        config: the options of the site.
        trouble: returns why changes cannot be told now; empty where they can.
    """

    hub: Hub
    config: Config
    trouble: Callable[[], str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        found = self._find(scope)
        if isinstance(found, Stream):
            await self._stream(found, self._headers(scope), receive, send)
        else:
            await _say(found, self._headers(scope), send)

    def _find(self, scope: Scope) -> Stream | Answer:
        if scope["method"] != "GET":
            return Answer(HTTPStatus.METHOD_NOT_ALLOWED, NOTHING, [(b"allow", b"GET")])
        path = scope["path"]
        if path == "/live":
            return self._open(scope)
        if path == "/healthz":
            return Answer(HTTPStatus.OK, "alive")
        if path == "/readyz":
            trouble = self.trouble()
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE if trouble else HTTPStatus.OK, trouble or "ready")
        return Answer(HTTPStatus.NOT_FOUND, NOTHING)

    def _open(self, scope: Scope) -> Stream | Answer:
        try:
            given = self._read_pass(scope)
            if self.hub.is_closed:
                return Answer(HTTPStatus.SERVICE_UNAVAILABLE, ENDING)
            return self.hub.open(given, _header(scope, b"last-event-id"))
        except PassError as error:
            if error.is_old:
                return Answer(HTTPStatus.UNAUTHORIZED, TOO_OLD)
            return Answer(HTTPStatus.FORBIDDEN, NOT_OURS)
        except FullError as error:
            if error.of_one:
                return Answer(HTTPStatus.TOO_MANY_REQUESTS, MOST_OF_YOURS)
            _log.warning("%d streams are open, as many as may be; a page was sent away", self.hub.count)
            return Answer(HTTPStatus.SERVICE_UNAVAILABLE, FULL)

    def _read_pass(self, scope: Scope) -> Pass:
        query = parse_qs(scope["query_string"].decode("latin-1"))
        return read_pass(self.config.secret_key, query.get("token", [""])[0])

    def _headers(self, scope: Scope) -> Headers:
        """Return what every answer has; where pages have another origin than this process, it is named to them."""
        headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"), (b"vary", b"Origin")]
        parts = urlsplit(self.config.base_url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if _header(scope, b"origin") == origin:
            headers.append((b"access-control-allow-origin", origin.encode()))
        return headers

    async def _stream(self, stream: Stream, headers: Headers, receive: Receive, send: Send) -> None:
        """Send what waits until the page goes, the stream ends, or its time is over."""
        loop = asyncio.get_running_loop()
        ends = loop.call_later(_chance.uniform(*STREAM_SECONDS), stream.renew)
        gone = asyncio.create_task(_until_gone(receive))
        gone.add_done_callback(lambda _: stream.end())
        kind = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"x-accel-buffering", b"no")]
        try:
            await send({"type": "http.response.start", "status": HTTPStatus.OK, "headers": [*headers, *kind]})
            while True:
                part, is_last = await stream.take(), stream.is_ended
                await send({"type": "http.response.body", "body": part, "more_body": not is_last})
                if is_last:
                    return
        finally:
            ends.cancel()
            gone.cancel()
            self.hub.leave(stream)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _say(answer: Answer, headers: Headers, send: Send) -> None:
    body = f"{answer.text}\n".encode()
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    start = {"type": "http.response.start", "status": answer.status, "headers": [*headers, *answer.headers, *kind]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
