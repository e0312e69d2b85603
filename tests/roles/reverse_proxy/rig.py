"""A real Caddy with the role's Caddyfile on ports of its own, in front of two slots that tests steer."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from eigenplan_outside.target import Answer, Call, Target, ask

from tests.roles.reverse_proxy.caddyfile import render

PROGRAM = shutil.which("caddy", path=f"{os.environ['PATH']}:/usr/bin")
SECONDS = 20.0
NAME = "bookings.test"


def free_ports(number: int) -> list[int]:
    """Return ports that nobody has at this moment."""
    sockets = [socket.socket() for _ in range(number)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Wait for something, and fail the test when it does not come about."""
    until = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < until, f"{what} did not come about"
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it reached a slot."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Slot:
    """A slot: ``ready`` is what it says on ``/readyz``; ``breaks``: it reads a request and hangs up."""

    port: int
    ready: bool = True
    breaks: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    seen: list[Seen] = field(default_factory=list)
    asked: int = 0

    @contextmanager
    def listening(self) -> Iterator[Slot]:
        """Serve for a while."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), _handler(self))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def _handler(slot: Slot) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Answers as the slot is told to."""

        server_version = "gunicorn"

        def do_GET(self) -> None:
            """Answer."""
            if self.path == "/readyz":
                slot.asked += 1
                self._answer(200 if slot.ready else 503, b"ready")
                return
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            names = {name.lower(): value for name, value in self.headers.items()}
            slot.seen.append(Seen(self.command, self.path, names, body))
            if not slot.breaks:
                self._answer(200, b"page " * 300)

        do_POST = do_GET  # noqa: N815 the name that the base class looks for

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            for name, value in {"Content-Type": "text/html", "Content-Length": str(len(body)), **slot.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler


@dataclass(frozen=True, slots=True)
class Proxy:
    """A Caddy that runs: its site as it is seen from outside, its two slots, and where its files are."""

    target: Target
    slots: tuple[Slot, Slot]
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        """What it has logged."""
        return (self.folder / "log").read_text()

    @property
    def socket(self) -> Path:
        """The socket of its admin endpoint."""
        return self.folder / "admin.sock"

    @property
    def caddyfile(self) -> Path:
        """Its configuration."""
        return self.folder / "Caddyfile"

    def ask(self, call: Call) -> Answer:
        """Ask as a visitor."""
        return ask(self.target, call)

    def settle(self) -> None:
        """Wait until it has asked both slots (those that listen) again after this moment."""
        before = [slot.asked for slot in self.slots]
        wait_for(lambda: any(slot.asked > old + 1 for slot, old in zip(self.slots, before, strict=True)), "a question")


def environment(folder: Path) -> dict[str, str]:
    """Return an environment in which Caddy writes only below a folder."""
    return {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}


@contextmanager
def running(folder: Path, slots: tuple[Slot, Slot] | None = None, **given: object) -> Iterator[Proxy]:
    """Run a Caddy with the role's Caddyfile, some of its variables replaced, and wait until it answers."""
    assert PROGRAM is not None
    http, https, first, second = free_ports(4)
    slots = slots or (Slot(first), Slot(second))
    values = {
        "__reverse_proxy_http_port": http,
        "__reverse_proxy_https_port": https,
        "__reverse_proxy_port_suffix": f":{https}",
        "__reverse_proxy_admin_socket": str(folder / "admin.sock"),
        "reverse_proxy_upstreams": [f"127.0.0.1:{slot.port}" for slot in slots],
        "reverse_proxy_health_seconds": 0.2,
        "reverse_proxy_wait_seconds": 2,
        **given,
    }
    (folder / "Caddyfile").write_text(render(**values))
    words = [PROGRAM, "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, env=environment(folder))
    target = Target(NAME, "127.0.0.1", (), https, http)
    try:
        proxy = Proxy(target, slots, folder, process)
        wait_for(lambda: "certificate obtained" in proxy.log or "loading existing" in proxy.log, "a certificate")
        yield proxy
    finally:
        process.terminate()
        process.wait(SECONDS)
