"""A live process that tests steer, and somebody who listens to it through Caddy."""

from __future__ import annotations

import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

from tests.roles.reverse_proxy.rig import Proxy

KIND = "text/event-stream; charset=utf-8"
SECONDS = 20.0


@dataclass(slots=True)
class Streams:
    """``asked``: the paths that came; ``tell``: lets the next piece go; ``left``: is set when a listener has gone."""

    port: int
    asked: list[str] = field(default_factory=list)
    tell: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    left: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def listening(self) -> Iterator[Streams]:
        """Serve for a while."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), type("Handler", (_Handler,), {"streams": self}))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield self
        finally:
            self.over.set()
            server.shutdown()
            server.server_close()
            thread.join()
            self.over.clear()


class _Handler(BaseHTTPRequestHandler):
    """Sends a piece at once and one more whenever it is told to, until its listener goes."""

    protocol_version = "HTTP/1.1"
    streams: ClassVar[Streams]

    def do_GET(self) -> None:
        """Answer."""
        self.streams.asked.append(self.path)
        self.send_response(200)
        for name, value in {"Content-Type": KIND, "Transfer-Encoding": "chunked"}.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(b"id: first\n\n")
        while not (self.streams.over.is_set() or self._is_left()):
            if self.streams.tell.acquire(timeout=0.05):
                self._send(b"id: next\n\n")
        self.close_connection = True

    def _send(self, piece: bytes) -> None:
        self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))

    def _is_left(self) -> bool:
        if select.select([self.connection], [], [], 0)[0]:
            self.streams.left.set()
        return self.streams.left.is_set()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def stream(proxy: Proxy) -> Iterator[HTTPResponse]:
    """Open a stream as a browser does that would take it compressed; it is open when this returns."""
    with proxy.target.secured(proxy.target.context(verify=False)) as connection:
        connection.settimeout(SECONDS)
        head = f"GET /live?token=x HTTP/1.1\r\nHost: {proxy.target.host}\r\nAccept-Encoding: gzip, zstd\r\n\r\n"
        connection.sendall(head.encode())
        response = HTTPResponse(connection)
        response.begin()
        try:
            yield response
        finally:
            response.close()  # else it would keep the connection
