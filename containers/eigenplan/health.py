"""What Docker asks the container about its health: exit status 0 is healthy, 1 is not.

A container with web processes is healthy while ``/healthz`` answers, and so is one with the live process. One without
either, such as the worker, is healthy while it runs: when its process ends it ends itself, and everything it waits for
has a time limit.
"""

from __future__ import annotations

import http.client
import sys
from pathlib import Path

PORT = 8000
LIVE_PORT = 8010
SECONDS = 4.0
SERVING = b"app.wsgi:app"
"""What gunicorn is told to serve: a word of its command line."""

LIVE = [b"app.commands", b"live"]
"""What stands behind each other in the command line of the live process."""


def serves_web(processes: Path) -> bool:
    """Say whether one of the processes (``/proc``) serves pages."""
    return any(SERVING in _words(one) for one in processes.glob("[0-9]*/cmdline"))


def holds_streams(processes: Path) -> bool:
    """Say whether one of the processes (``/proc``) is the live process."""
    lines = (_words(one) for one in processes.glob("[0-9]*/cmdline"))
    return any(line[at : at + 2] == LIVE for line in lines for at in range(len(line)))


def _words(command_line: Path) -> list[bytes]:
    try:
        return command_line.read_bytes().split(b"\0")
    except OSError:  # it ended while we looked, or it is somebody else's
        return []


def find_trouble(port: int) -> str:
    """Return why ``/healthz`` at a port of this container is not as it should be; empty when it is."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"/healthz does not answer: {error or type(error).__name__}"
    finally:
        connection.close()
    return "" if status == http.client.OK else f"/healthz answers {status}"


def main(processes: Path = Path("/proc"), port: int = PORT, live_port: int = LIVE_PORT) -> int:
    """Look, say what is wrong, and return the exit status."""
    trouble = find_trouble(port) if serves_web(processes) else ""
    if holds_streams(processes):
        trouble = trouble or find_trouble(live_port)
    print(trouble or "healthy")
    return 1 if trouble else 0


if __name__ == "__main__":
    sys.exit(main())
