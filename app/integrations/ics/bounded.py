"""Reading foreign files in a process of its own, so that none takes more time or memory than it is given.

Calendar rules can be written that no library follows in reasonable time. A reading that says nothing for a while is
ended; the event it was at is left out, and the rest is read again.
"""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self

from app.integrations.ics.busy import read_busy
from app.integrations.ics.values import Problem, Reading, Window

MEBIBYTE = 1024 * 1024
READY = 0
_FAREWELL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: bytes, seconds of one event and of all, bytes of memory, events left out as too slow."""

    size: int = 10 * MEBIBYTE
    event_seconds: float = 5.0
    seconds: float = 120.0
    memory: int = 1024 * MEBIBYTE
    skipped: int = 3


def _serve(connection: Connection, memory: int) -> None:
    """Read what comes until the other end closes; runs in the process of its own."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection.send(READY)
    while True:
        try:
            data, window, skip = connection.recv()
        except EOFError:
            return
        answer: Reading | None
        try:
            answer = read_busy(data, window, skip, connection.send)
        except MemoryError:
            answer = None
        connection.send(answer or Reading(problems=(Problem(1, "Reading this file needs too much memory."),)))


class BoundedReader:
    """Reads one file after the other; use it as a context manager. Not for several threads at once."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def read_file(self, path: Path, window: Window) -> Reading:
        """Return the busy time of a file by its path; a file that cannot be opened is a problem in the result."""
        try:
            with path.open("rb") as file:
                data = file.read(self._limits.size + 1)
        except OSError as error:
            return Reading(problems=(Problem(1, f"The file cannot be opened: {error.strerror}."),), opened=False)
        return self.read(data, window)

    def read(self, data: bytes, window: Window) -> Reading:
        """Return the busy time of a file; too slow or too big is a problem in the result, never an exception."""
        if len(data) > self._limits.size:
            return Reading(problems=(Problem(1, f"The file is larger than {self._limits.size // MEBIBYTE} MB."),))
        skip: list[int] = []
        ends = monotonic() + self._limits.seconds
        while len(skip) < self._limits.skipped and monotonic() < ends:
            answer = self._ask(data, window, skip, ends)
            if isinstance(answer, Reading):
                return answer
            skip.append(answer)
        return Reading(problems=tuple(Problem(line, "Reading took too long from here on.") for line in skip[-1:]))

    def _ask(self, data: bytes, window: Window, skip: Iterable[int], ends: float) -> Reading | int:
        """Return the reading, or the line that it did not get over."""
        at = 1
        try:
            connection = self._start()
            connection.send((data, window, tuple(skip)))
            while connection.poll(max(0.0, min(self._limits.event_seconds, ends - monotonic()))):
                answer = connection.recv()
                if isinstance(answer, Reading):
                    return answer
                at = int(answer)
        except (EOFError, OSError):  # the process was ended by the system, most likely for want of memory
            self.stop(at_once=True)
            return Reading(problems=(Problem(at, "Reading broke off here."),))
        self.stop(at_once=True)
        return at

    def _start(self) -> Connection:
        if self._connection is None:
            context = multiprocessing.get_context("spawn")
            self._connection, other = context.Pipe()
            self._process = context.Process(target=_serve, args=(other, self._limits.memory), daemon=True)
            self._process.start()
            other.close()
            if not self._connection.poll(self._limits.seconds):
                raise EOFError
            self._connection.recv()
        return self._connection

    def stop(self, *, at_once: bool = False) -> None:
        """End the process; the next file starts another."""
        if self._process is not None and self._connection is not None:
            self._connection.close()
            self._process.join(0 if at_once else _FAREWELL_SECONDS)
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None
