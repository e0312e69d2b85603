"""A small load client: many connections at once, each request timed, answers kept.

It shares the machine with the server that it measures, so it is one loop over ready sockets and little else. Bounded in
count; it talks only to the loopback address.
"""

from __future__ import annotations

import selectors
import socket
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

LOOPBACK = "127.0.0.1"
TIMEOUT = 60.0
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Call:
    """One request to be sent."""

    method: str
    path: str
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def encode(self, port: int) -> bytes:
        """Return the request as bytes on the wire (HTTP/1.1, one request a connection)."""
        body = b"" if self.form is None else urlencode(self.form).encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: {LOOPBACK}:{port}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.form is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; status 0: the connection broke."""

    status: int
    body: bytes
    seconds: float
    head: bytes = b""

    def header(self, name: str) -> str:
        """Return the first header of this name, empty when there is none."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return ""


@dataclass(frozen=True, slots=True)
class Result:
    """All answers of one run, in the order of their calls, and how long it took."""

    answers: tuple[Answer, ...]
    seconds: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    @property
    def median(self) -> float:
        """Median seconds an answer."""
        return statistics.median(answer.seconds for answer in self.answers)

    def count(self, status: int) -> int:
        """How many answers had this status."""
        return sum(answer.status == status for answer in self.answers)

    def statuses(self) -> dict[int, int]:
        """How many answers had each status."""
        found = sorted({answer.status for answer in self.answers})
        return {status: self.count(status) for status in found}


@dataclass(slots=True)
class _Exchange:
    """One request under way."""

    number: int
    wire: socket.socket
    begun: float
    parts: list[bytes]


def _begin(port: int, number: int, request: bytes) -> _Exchange:
    begun = time.perf_counter()
    wire = socket.create_connection((LOOPBACK, port), timeout=TIMEOUT)
    wire.sendall(request)
    wire.setblocking(False)
    return _Exchange(number, wire, begun, [])


def _receive(exchange: _Exchange) -> Answer | None:
    """Take what has come; the answer once the server closed, None while more may come."""
    try:
        part = exchange.wire.recv(_CHUNK)
    except BlockingIOError:
        return None
    except ConnectionError:
        part = b""
    if part:
        exchange.parts.append(part)
        return None
    return _answer(exchange)


def _answer(exchange: _Exchange) -> Answer:
    seconds = time.perf_counter() - exchange.begun
    exchange.wire.close()
    head, _, body = b"".join(exchange.parts).partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0
    return Answer(status, body, seconds, head)


class _Loop:
    """Keeps ``clients`` requests under way until all were answered."""

    def __init__(self, port: int, requests: Sequence[bytes]) -> None:
        self.port = port
        self.waiting: Iterator[tuple[int, bytes]] = iter(enumerate(requests))
        self.answers: list[Answer] = [Answer(0, b"", 0.0)] * len(requests)
        self.selector = selectors.DefaultSelector()

    def begin_next(self) -> None:
        """Send the next request; one that is refused a connection is answered with status 0 at once."""
        for number, request in self.waiting:
            try:
                exchange = _begin(self.port, number, request)
            except OSError:
                continue
            self.selector.register(exchange.wire, selectors.EVENT_READ, exchange)
            return

    def run(self, clients: int) -> None:
        """Send everything.

        Raises:
            TimeoutError: nothing came for a minute.
        """
        for _ in range(clients):
            self.begin_next()
        while self.selector.get_map():
            ready = self.selector.select(TIMEOUT)
            if not ready:
                raise TimeoutError(f"no answer for {TIMEOUT:.0f} s")
            for key, _ in ready:
                self.step(key.data)
        self.selector.close()

    def step(self, exchange: _Exchange) -> None:
        """Read from one connection; when it is done, begin the next."""
        wire = exchange.wire
        descriptor = wire.fileno()
        answer = _receive(exchange)
        if answer is not None:
            self.selector.unregister(descriptor)
            self.answers[exchange.number] = answer
            self.begin_next()


def send_all(port: int, calls: Sequence[Call], clients: int) -> Result:
    """Send every call once, ``clients`` at a time."""
    loop = _Loop(port, [call.encode(port) for call in calls])
    begun = time.perf_counter()
    loop.run(clients)
    return Result(tuple(loop.answers), time.perf_counter() - begun)


def send_together(port: int, calls: Sequence[Call]) -> Result:
    """Send all calls at the same moment, each on its own connection."""
    return send_all(port, calls, len(calls))
