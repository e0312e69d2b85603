"""A small load client: many connections at once, each request timed, answers kept.

Bounded in count; it talks only to the loopback address that it is given.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

LOOPBACK = "127.0.0.1"
TIMEOUT = 60.0


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


@dataclass(frozen=True, slots=True)
class Result:
    """All answers of one run and how long it took."""

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


async def _send(port: int, call: Call) -> Answer:
    begun = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.write(call.encode(port))
        raw = await asyncio.wait_for(reader.read(), TIMEOUT)
        writer.close()
    except (OSError, TimeoutError):
        return Answer(0, b"", time.perf_counter() - begun)
    head, _, body = raw.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0
    return Answer(status, body, time.perf_counter() - begun)


async def _run(port: int, calls: Sequence[Call], clients: int) -> Result:
    waiting = iter(enumerate(calls))
    answers: list[Answer | None] = [None] * len(calls)

    async def client() -> None:
        for number, call in waiting:
            answers[number] = await _send(port, call)

    begun = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - begun
    return Result(tuple(answer for answer in answers if answer is not None), seconds)


def send_all(port: int, calls: Sequence[Call], clients: int) -> Result:
    """Send every call once, ``clients`` at a time."""
    return asyncio.run(_run(port, calls, clients))
