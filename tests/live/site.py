"""A live process on a database, and somebody who listens to it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.operations.calendars.live_pass import sign_pass
from tests.bench.servers import free_port
from tests.keys import VARIABLE

ROOT = Path(__file__).parents[2]
KEY = b"k" * 40
BASE_URL = "http://bookings.example.org"
SECONDS = 90.0


@dataclass
class LiveProcess:
    """A running process and where it listens."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    listeners: list[Listener] = field(default_factory=list)

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
        """Return status, body and headers of a short answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        connection.request(method, path, headers={name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        found = answer.status, answer.read().decode(), {name.lower(): text for name, text in answer.getheaders()}
        connection.close()
        return found

    def listen(self, location: str, token: str = "", **headers: str) -> Listener:
        """Open a stream; it is open when this returns."""
        token = token or sign_pass(KEY, location, 1)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)
        wanted = {name.replace("_", "-"): text for name, text in headers.items()}
        connection.request("GET", f"/live?token={token}", headers=wanted)
        self.listeners.append(Listener(connection, connection.getresponse()))
        return self.listeners[-1]

    def wait_for(self, text: str) -> None:
        """Wait until the log has a text."""
        until = time.monotonic() + SECONDS
        while text not in self.log.read_text():
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.02)

    def end(self) -> int:
        """Ask the process to end, and return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SECONDS)


@dataclass
class Listener:
    """A stream as a browser reads it."""

    connection: http.client.HTTPConnection
    answer: http.client.HTTPResponse

    def close(self) -> None:
        """Leave, as a closed tab does."""
        self.answer.close()
        self.connection.close()

    def message(self) -> dict[str, str]:
        """Return the next message that a browser would hand to the page; empty at the end of the stream."""
        found: dict[str, str] = {}
        while line := self.answer.readline():
            name, _, text = line.decode().rstrip("\n").partition(": ")
            if name:
                found[name] = text
            elif "data" in found:
                return {key: found[key] for key in ("event", "data")} | {"id": found["id"]}
            else:
                found = {}
        return {}


def options(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process on a database."""
    key = folder / "key"
    key.write_bytes(KEY)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("EIGENPLAN_") or name == VARIABLE}
    given = {"DATABASE_URL": url, "SECRET_KEY_FILE": str(key), "BASE_URL": BASE_URL, "DEMO": "yes", **more}
    return kept | {f"EIGENPLAN_{name}": value for name, value in given.items()}


@contextmanager
def live_process(environment: Mapping[str, str], folder: Path, port: int = 0) -> Iterator[LiveProcess]:
    """Run a live process until the end of the block."""
    port, log = port or free_port(), folder / "live.log"
    words = [sys.executable, "-m", "app.commands", "live", "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as file:
        process = subprocess.Popen(words, cwd=ROOT, env={**os.environ, **environment}, stdout=file, stderr=file)
    running = LiveProcess(process, port, log)
    try:
        running.wait_for("live started")
        yield running
    finally:
        for listener in running.listeners:
            listener.close()
        process.kill()
        process.wait()
