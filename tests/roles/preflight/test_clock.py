"""The clock: what the kernel says, or else time servers, one of which is played here."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ansible.module_utils import eigenplan_clock
from ansible.module_utils.eigenplan_clock import SINCE_1900, ask_server, check_clock


def silent(server: str) -> float:
    raise TimeoutError("timed out")


def test_clock_that_is_synchronised_needs_no_server() -> None:
    assert check_clock(True, ["ntp.test"], silent).state == "good"


def test_clock_that_nothing_keeps_right_is_a_shortfall() -> None:
    assert check_clock(False, []).state == "short"


@pytest.mark.parametrize(("behind", "state"), [(0.2, "good"), (-0.9, "good"), (90.0, "short"), (-90.0, "short")])
def test_clock_may_be_right_by_the_servers_of_the_inventory(behind: float, state: str) -> None:
    assert check_clock(False, ["ntp.test"], lambda server: behind).state == state


def test_clock_whose_servers_are_silent_names_them() -> None:
    found = check_clock(False, ["a.test", "b.test"], silent)
    assert (found.state, found.found) == ("short", "a.test does not answer; b.test does not answer")


@contextmanager
def time_server(answer: bytes) -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def serve() -> None:
            _, sender = server.recvfrom(512)
            server.sendto(answer, sender)

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_server_tells_how_far_we_are_behind() -> None:
    wanted = time.time() + 100
    stamp = struct.pack("!II", int(wanted) + SINCE_1900, int(wanted % 1 * 2**32))
    with time_server(40 * b"\0" + stamp) as port:
        assert ask_server("127.0.0.1", port) == pytest.approx(100, abs=5)


def test_server_that_answers_with_something_else_is_none() -> None:
    with time_server(b"?") as port, pytest.raises(OSError, match="too short"):
        ask_server("127.0.0.1", port)


def test_server_that_is_silent_is_waited_for_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eigenplan_clock, "TIMEOUT", 0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        with pytest.raises(TimeoutError):
            ask_server("127.0.0.1", server.getsockname()[1])
