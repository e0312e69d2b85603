"""What the container says about its health."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from containers.eigenplan import health
from tests.bench.servers import free_port

WEB = b"python\0-m\0gunicorn\0--bind\x000.0.0.0:8000\0app.wsgi:app\0"
WORKER = b"python\0-m\0app.commands\0worker\0"
LIVE = b"python\0-m\0app.commands\0live\0--bind\x000.0.0.0:8010\0"


class Well(BaseHTTPRequestHandler):
    """Answers ``/healthz``."""

    status = 200

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status if self.path == "/healthz" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class Ill(Well):
    """Answers that something is wrong."""

    status = 500


@contextmanager
def site(handler: type[Well]) -> Iterator[int]:
    """A site at the port it gives."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_port
        server.shutdown()


def processes(folder: Path, *command_lines: bytes) -> Path:
    """A folder such as ``/proc``."""
    for number, line in enumerate(command_lines, 1):
        (folder / str(number)).mkdir()
        (folder / str(number) / "cmdline").write_bytes(line)
    return folder


@pytest.mark.parametrize(
    ("lines", "serves"), [((WEB,), True), ((b"docker-init\0--\0" + WEB, WEB), True), ((WORKER,), False), ((), False)]
)
def test_web_is_told_by_what_runs(tmp_path: Path, lines: tuple[bytes, ...], serves: bool) -> None:
    assert health.serves_web(processes(tmp_path, *lines)) is serves


def test_process_that_ends_meanwhile_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "cmdline").mkdir()  # as hard to read as one that is gone
    assert health.serves_web(processes(tmp_path)) is False


@pytest.mark.parametrize(("handler", "status", "said"), [(Well, 0, "healthy\n"), (Ill, 1, "/healthz answers 500\n")])
def test_web_is_as_healthy_as_its_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], handler: type[Well], status: int, said: str
) -> None:
    with site(handler) as port:
        found = health.main(processes(tmp_path, WEB), port)
    assert (found, capsys.readouterr().out) == (status, said)


def test_web_that_does_not_answer_is_ill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = health.main(processes(tmp_path, WEB), free_port())
    assert (status, capsys.readouterr().out) == (1, "/healthz does not answer: [Errno 111] Connection refused\n")


@pytest.mark.parametrize(("handler", "status", "said"), [(Well, 0, "healthy\n"), (Ill, 1, "/healthz answers 500\n")])
def test_live_process_is_as_healthy_as_its_answer_at_its_own_port(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], handler: type[Well], status: int, said: str
) -> None:
    with site(handler) as port:
        found = health.main(processes(tmp_path, LIVE), free_port(), port)
    assert (found, capsys.readouterr().out) == (status, said)


def test_worker_is_healthy_while_it_runs(tmp_path: Path) -> None:
    assert health.main(processes(tmp_path, WORKER), free_port()) == 0
