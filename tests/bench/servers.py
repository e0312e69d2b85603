"""Starting and ending gunicorn for a measurement or a race."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import LOOPBACK, Call, send_all

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running gunicorn; ``first_answer`` is the seconds from its start to its first answer."""

    port: int
    pid: int
    first_answer: float

    @property
    def origin(self) -> str:
        """What a browser sends as Origin."""
        return f"http://{LOOPBACK}:{self.port}"

    def workers(self) -> list[int]:
        """Return the processes that answer (Linux: proc(5))."""
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def memory(self) -> list[int]:
        """Return the resident memory of each worker in bytes (proc(5), VmRSS)."""
        return [_resident(pid) for pid in self.workers()]


def free_port() -> int:
    """Return a port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(
    app: str, environment: Mapping[str, str], workers: int, ready: str, options: Sequence[str] = (), port: int = 0
) -> Iterator[Server]:
    """Run ``app`` under gunicorn with sync workers; ``ready`` is the path that answers once it is up.

    Raises:
        RuntimeError: it did not answer in time, or ended by itself.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "gunicorn", *options, "--bind", f"{LOOPBACK}:{port}", "--workers", str(workers)]
    command += ["--worker-class", "sync", "--log-level", "warning", "--backlog", "2048", app]
    begun = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **environment}, cwd=ROOT)
    try:
        _wait(process, port, ready, begun + START_SECONDS)
        yield Server(port, process.pid, time.perf_counter() - begun)
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def _wait(process: subprocess.Popen[bytes], port: int, ready: str, until: float) -> None:
    while time.perf_counter() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended by itself with status {process.returncode}")
        if send_all(port, [Call("GET", ready)], 1).answers[0].status:
            return
        time.sleep(0.02)
    raise RuntimeError(f"the server did not answer within {START_SECONDS:.0f} s")


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {pid} tells no resident memory")
