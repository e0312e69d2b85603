"""The live process: one loop with the streams, one thread that looks at the database."""

from __future__ import annotations

import asyncio
import logging
import resource
import signal
import socket
import traceback
from contextlib import suppress
from typing import NoReturn

import uvicorn

from app import clock
from app.config import Config
from app.live.hub import Hub
from app.live.serving import Live
from app.live.watch import Watch
from app.operations.installation.readiness import Store

END_SECONDS = 10
BACKLOG = 1024
SPARE = 200
"""Connections beside the streams: those that ask about health, and those that are told there is no room."""
UNTAKEN_MILLISECONDS = 30_000
"""For so long a connection may take nothing of what was sent, then the kernel ends it."""

_log = logging.getLogger(__name__)


class Server(uvicorn.Server):
    """Ends the streams before it waits for connections to end."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End everything."""
        self._hub.close()
        await super().shutdown(sockets)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises:
        OSError: the address is taken, or not of this machine.
    """
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNTAKEN_MILLISECONDS)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def serve(config: Config, store: Store, listener: socket.socket) -> None:
    """Hold the streams until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)  # the server catches them, and hands them on to nobody when it has ended
    _allow_files(config.live_streams + 2 * SPARE)
    asyncio.run(_run(config, store, listener))


async def _run(config: Config, store: Store, listener: socket.socket) -> None:
    hub = Hub(config.live_streams, clock.now())
    watch = Watch(store, hub, clock.now)
    app = Live(hub, config, lambda: watch.trouble)
    await watch.once()  # so that nobody is here before it is known where to begin, if the database can be asked
    watching = asyncio.create_task(watch.run())
    server = Server(options(app, config.live_streams), hub)
    watching.add_done_callback(lambda _: setattr(server, "should_exit", True))
    _log.info("live started, for %d streams", config.live_streams)
    await server.serve([listener])
    if watching.done():
        _end_as_broken(watching.exception())
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    _log.info("live stopped")


def _end_as_broken(error: BaseException | None) -> NoReturn:
    """End, to be started anew, because of what nobody foresaw; its text, which might quote a record, is not logged."""
    trace = "" if error is None else "".join(traceback.format_tb(error.__traceback__))
    _log.error("looking broke off by %s; ending\n%s", type(error).__name__, trace)
    raise SystemExit(1)


def options(app: Live, most: int) -> uvicorn.Config:
    """Return how requests are served: HTTP/1.1 in plain Python, no more than we need, no line for each request."""
    return uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=most + SPARE,
        backlog=BACKLOG,
        timeout_graceful_shutdown=END_SECONDS,
        h11_max_incomplete_event_size=16 * 1024,
    )


def _allow_files(wanted: int) -> None:
    """Let this process have as many connections as it shall hold, where the host allows it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
