"""A visitor behind a proxy that asks /readyz every second of the host's time, as Caddy does, and retries dials only."""

from __future__ import annotations

import threading
import time
from http.client import HTTPConnection
from types import TracebackType

from eigenplan_host import slots
from eigenplan_host.site import SLOTS

from .thread_host import SPEED, ThreadHost

PATIENCE_SECONDS = 2 / SPEED
"""How long the proxy tries to get a connection to anybody."""


class Visitor:
    """Visits all the time while it is entered; ``failed`` are the answers that a visitor must not get."""

    def __init__(self, host: ThreadHost) -> None:
        self.host = host
        self.healthy: set[str] = set()
        self.visits = 0
        self.failed: list[str] = []
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._probe, self._visit)]

    def __enter__(self) -> Visitor:
        self._look()
        for one in self._threads:
            one.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for one in self._threads:
            one.join()

    def _look(self) -> None:
        site = self.host.site()
        self.healthy = {slot for slot in SLOTS if slots.ask_slot(site, slot, "/readyz").status == 200}

    def _probe(self) -> None:
        while not self._ended.wait(1 / SPEED):
            self._look()

    def _visit(self) -> None:
        while not self._ended.wait(0.004):
            self.visits += 1
            answer = self._get()
            if answer != "200":
                self.failed.append(answer)

    def _get(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            for slot in sorted(self.healthy):
                connection = HTTPConnection("127.0.0.1", self.host.ports[slot], timeout=5)
                try:
                    connection.connect()
                except OSError:
                    continue
                return _send(connection)
            time.sleep(0.002)
        return "nobody serves"


def _send(connection: HTTPConnection) -> str:
    try:
        connection.request("GET", "/")
        return str(connection.getresponse().status)
    except OSError as error:
        return type(error).__name__
    finally:
        connection.close()
