"""The streams by which open calendars learn of changes, through a real Caddy with the role's Caddyfile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from eigenplan_outside.target import Call

from tests.conftest import need
from tests.roles.reverse_proxy.caddyfile import render, variables
from tests.roles.reverse_proxy.rig import PROGRAM, Proxy, free_ports, running
from tests.roles.reverse_proxy.streams import KIND, Streams, stream

GONE_SECONDS = 10.0
"""Less than the 15 s after which the live process would send a sign of life, and so would see it by itself."""


@pytest.fixture(scope="module")
def streams() -> Streams:
    return Streams(free_ports(1)[0])


@pytest.fixture(scope="module")
def proxy(streams: Streams, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    need(PROGRAM is not None, "Caddy", "caddy")
    upstream = f"127.0.0.1:{streams.port}"
    folder = tmp_path_factory.mktemp("streams")
    with running(folder, reverse_proxy_live_upstream=upstream, reverse_proxy_wait_seconds=5) as proxy:
        yield proxy


@pytest.fixture(autouse=True)
def nothing_seen(proxy: Proxy, streams: Streams) -> None:
    streams.asked.clear()
    streams.left.clear()
    for slot in proxy.slots:
        slot.seen.clear()


def test_each_piece_comes_at_once_and_as_it_was_sent(proxy: Proxy, streams: Streams) -> None:
    with streams.listening(), stream(proxy) as response:
        names = ("Content-Type", "Content-Encoding", "X-Content-Type-Options")
        assert [response.getheader(name) for name in names] == [KIND, None, "nosniff"]
        assert response.read(11) == b"id: first\n\n"
        streams.tell.release()
        assert response.read(10) == b"id: next\n\n"


def test_page_that_goes_ends_its_stream_at_once(proxy: Proxy, streams: Streams) -> None:
    with streams.listening():
        with stream(proxy) as response:
            response.read(11)
        assert streams.left.wait(GONE_SECONDS)
    assert "http.handlers.reverse_proxy" not in proxy.log  # it happens whenever somebody leaves a page


def test_page_that_comes_while_the_process_changes_waits_for_the_new_one(proxy: Proxy, streams: Streams) -> None:
    statuses: list[int] = []

    def come() -> None:
        with stream(proxy) as response:
            statuses.append(response.status)

    waiting = threading.Thread(target=come)
    waiting.start()
    time.sleep(0.5)
    with streams.listening():
        waiting.join()
    assert statuses == [200]


def test_process_that_is_away_leaves_pages_alone(proxy: Proxy) -> None:
    with proxy.slots[0].listening() as slot:
        away, page = proxy.ask(Call("/live?token=x")), proxy.ask(Call("/"))
    assert (away.status, away.first("retry-after"), page.status) == (502, "10", 200)
    assert [one.path for one in slot.seen] == ["/"]


def test_limits_hold_for_it_too(proxy: Proxy, streams: Streams) -> None:
    calls = [Call("/live", "POST", headers={"Content-Length": "2000000"}), Call("/live", plain=True)]
    calls += [Call("/live", host="other.test"), Call("/live", headers={"X-Long": "x" * 40_000})]
    with streams.listening():
        statuses = [proxy.ask(call).status for call in calls]
    assert (statuses, streams.asked) == ([413, 308, 421, 431], [])


def test_its_other_pages_are_not_reached_from_outside(proxy: Proxy, streams: Streams) -> None:
    with streams.listening(), proxy.slots[0].listening() as slot:
        found = [proxy.ask(Call(path)).status for path in ("/healthz", "/liveness", "/readyz")]
    assert (found, [one.path for one in slot.seen], streams.asked) == ([200, 200, 404], ["/healthz", "/liveness"], [])


def test_site_without_it_is_as_before() -> None:
    assert variables(booking_app_live=False)["reverse_proxy_live_upstream"] == ""
    text = render(booking_app_live=False)
    assert ("/live" in text, "\n\tencode zstd gzip\n" in text) == (False, True)
