from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator

import pytest

from app.demo import processes
from app.demo.folder import DemoError
from app.demo.processes import base_url, check_alive, check_port, family, wait_ready, web_line

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('x', flush=True); time.sleep(60)",
]


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that somebody listens at."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def _is_gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_port_taken_is_said_with_another_one(taken_port: int) -> None:
    with pytest.raises(DemoError, match=f"Port {taken_port} is taken.*--port {taken_port % 60000 + 1}"):
        check_port("127.0.0.1", taken_port)


def test_port_free_is_fine() -> None:
    check_port("127.0.0.1", 0)


@pytest.mark.parametrize("host", ["203.0.113.7", "nonsense.invalid"])
def test_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(DemoError, match=r"use 127\.0\.0\.1, or 0\.0\.0\.0"):
        check_port(host, 8000)


@pytest.mark.parametrize(
    ("host", "url"), [("127.0.0.1", "http://127.0.0.1:81"), ("::1", "http://[::1]:81"), ("desk", "http://desk:81")]
)
def test_base_url_of_one_address(host: str, url: str) -> None:
    assert base_url(host, 81) == url


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 compared, not bound
def test_base_url_of_all_addresses_names_one(host: str) -> None:
    assert "//0.0.0.0" not in base_url(host, 81)
    assert base_url(host, 81).endswith(":81")


def test_web_line_binds_ipv6_in_brackets() -> None:
    assert "[::1]:81" in web_line("::1", 81)


def test_family_ends_with_its_parent() -> None:
    with family(os.environ) as one:
        one.start("sleeper", SLEEP)
        check_alive(one.children)
        pid = one.children[0].process.pid
    assert _is_gone(pid)


def test_family_stubborn_child_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "END_SECONDS", 0.2)
    with family(os.environ) as one:
        one.start("stubborn", STUBBORN)
        time.sleep(0.5)
        child = one.children[0].process
    assert child.returncode in (-signal.SIGKILL, -signal.SIGTERM)


def test_child_that_died_is_named() -> None:
    with family(os.environ) as one:
        one.start("sleeper", SLEEP)
        one.children[0].process.kill()
        one.children[0].process.wait()
        with pytest.raises(DemoError, match="The sleeper process ended by itself by signal 9"):
            check_alive(one.children)


def test_site_that_ends_is_not_waited_for() -> None:
    with family(os.environ) as one:
        one.start("web", [sys.executable, "-c", "raise SystemExit(3)"])
        with pytest.raises(DemoError, match="with status 3"):
            wait_ready("http://127.0.0.1:9", one.children)


def test_site_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "START_SECONDS", 0.2)
    with pytest.raises(DemoError, match="did not answer"):
        wait_ready("http://127.0.0.1:9", [])
