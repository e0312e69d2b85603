"""What a container does by itself: serve pages, by as many processes as it is told."""

from __future__ import annotations

import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.commands import cli, web
from app.storage.migrate import migrate
from containers.eigenplan import health
from tests.bench.servers import free_port
from tests.keys import open_store
from tests.static.sizes import ROOT

CONFIG = ROOT / "app" / "gunicorn.conf.py"


def workers() -> int:
    """How many web processes gunicorn would start now."""
    count: int = runpy.run_path(str(CONFIG))["workers"]
    return count


def test_web_processes_are_as_many_as_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", "5")
    assert workers() == 5


@pytest.mark.parametrize(("processors", "processes"), [(None, 2), (1, 2), (3, 6), (64, 8)])
def test_web_processes_are_two_for_each_processor(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, processes: int
) -> None:
    monkeypatch.delenv("WEB_CONCURRENCY", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    assert workers() == processes


@pytest.mark.parametrize("given", ["0", "65", "two", "-1", "²", "1.5"])
def test_web_processes_of_no_sensible_number_are_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("WEB_CONCURRENCY", given)
    with pytest.raises(SystemExit, match="WEB_CONCURRENCY must be a whole number from 1 to 64, not "):
        workers()


def test_signs_of_life_are_kept_in_memory() -> None:
    settings = runpy.run_path(str(CONFIG))
    assert settings["worker_tmp_dir"] == settings["SHARED_MEMORY"]


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The options of a site; returns the database's URL."""
    (tmp_path / "key").write_text("k" * 64)
    url = f"sqlite:///{tmp_path / 'site.db'}"
    monkeypatch.setenv("EIGENPLAN_DATABASE_URL", url)
    monkeypatch.setenv("EIGENPLAN_SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("EIGENPLAN_BASE_URL", "https://bookings.example.org")
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    return url


def test_web_gives_its_place_to_gunicorn(options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(os, "execv", lambda program, words: started.append([program, *words]))
    CliRunner().invoke(web.command, ["--bind", "0.0.0.0:8000"], catch_exceptions=False)
    python, config = sys.executable, str(CONFIG)
    gunicorn = [python, "-m", "gunicorn", "--config", config, "--bind", "0.0.0.0:8000", "app.wsgi:app"]
    assert started == [[python, *gunicorn]]


def test_web_with_wrong_options_says_all_once(options: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EIGENPLAN_COLOUR", "green")
    monkeypatch.delenv("EIGENPLAN_BASE_URL")
    result = CliRunner().invoke(web.command)
    named = [one in result.output for one in ("The options cannot be used", "EIGENPLAN_COLOUR", "EIGENPLAN_BASE_URL")]
    assert (result.exit_code, named) == (1, [True] * 3)


def start_web(port: int) -> subprocess.Popen[str]:
    """Start the site, as a container does."""
    words = [sys.executable, "-m", "app.commands", "web", "--bind", f"127.0.0.1:{port}"]
    return subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True)


@pytest.mark.gate
def test_web_serves_until_it_is_asked_to_end(options: str) -> None:
    store = open_store(options)
    migrate(store)
    store.close()
    port = free_port()
    with start_web(port) as process:
        until = time.monotonic() + 60
        while health.find_trouble(port) and time.monotonic() < until:
            time.sleep(0.1)
        answer, is_web = health.find_trouble(port), health.serves_web(Path("/proc"))
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert (answer, is_web, process.returncode) == ("", True, 0)


@pytest.mark.gate
def test_web_on_an_empty_database_ends_instead_of_trying_for_ever(options: str) -> None:
    with start_web(free_port()) as process:
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.count("eigenplan database migrate")) == (3, 1)


def test_commands_that_an_image_lacks_are_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(cli.COMMANDS, "missing", "Is not here.")
    offered = CliRunner().invoke(cli.cli, ["--help"]).output
    refused = CliRunner().invoke(cli.cli, ["missing"])
    assert ("release" in offered, "missing" in offered, refused.exit_code) == (True, False, 2)
    assert "No such command 'missing'" in refused.output


def test_log_of_gunicorn_holds_no_address_of_what_took_too_long_or_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\n\n\ndef app(environ, start_response):\n    time.sleep(60)\n")
    port, log = free_port(), tmp_path / "log"
    words = [sys.executable, "-m", "gunicorn", "--config", str(CONFIG), "--bind", f"127.0.0.1:{port}"]
    with log.open("wb") as out:
        running = subprocess.Popen(
            [*words, "--timeout", "1", "--workers", "1", "--chdir", str(tmp_path), "slow:app"], stdout=out, stderr=out
        )
    try:
        for line in ("GET /clients/?text=Nora+Client HTTP/1.1", "GET /manage/a secret link HTTP/1.1"):
            say(port, line)
    finally:
        running.terminate()
        running.wait(timeout=30)
    said = log.read_text()
    assert ["Error handling request\n" in said, "Invalid request from ip=127.0.0.1\n" in said] == [True, True]
    assert [one for one in ("Nora", "/clients", "secret", "/manage") if one in said] == []


def say(port: int, line: str) -> None:
    """Send a request with this first line, once somebody listens, and wait until the connection ends."""
    until = time.monotonic() + 30
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as link:
                link.sendall(f"{line}\r\nHost: localhost\r\n\r\n".encode())
                while link.recv(4096):
                    pass
                return
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
