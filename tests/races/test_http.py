"""Fifty visitors at once over the real HTTP server: as many get a booking as there is room for, the others are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, OutboxMessage
from tests.bench.load import Result, send_together
from tests.bench.sites import Site
from tests.cast import Cast, one_provider, pool_of
from tests.races import scene

pytestmark = pytest.mark.race

TIMES = 10
POOL = 10
TOLD = ("This time has just been taken", "10:30", "10:45", "11:00")


def rush(cast: Cast, site: Site, folder: Path, days: range) -> list[Result]:
    """Let fifty visitors ask for ten o'clock of each day, all at the same moment."""
    results = []
    with scene.eight_workers(site, folder) as server:
        for day in days:
            calls = scene.wishes(server, site, [scene.ten_o_clock(site, day)] * scene.VISITORS)
            results.append(send_together(server.port, calls))
    return results


def test_last_slot_asked_for_by_fifty_at_once_goes_to_one(store: Store, database_url: str, tmp_path: Path) -> None:
    cast = one_provider(store)
    results = rush(cast, scene.site_of(cast, database_url), tmp_path, range(TIMES))
    assert [result.statuses() for result in results] == [{303: 1, 409: scene.VISITORS - 1}] * TIMES
    assert (Booking.select().count(), Allocation.select().count(), OutboxMessage.select().count()) == (TIMES,) * 3
    assert check_database(store) == []


def test_those_who_came_too_late_are_told_and_shown_the_next_times(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    cast = one_provider(store)
    (result,) = rush(cast, scene.site_of(cast, database_url), tmp_path, range(1))
    pages = [answer.body.decode() for answer in result.answers if answer.status == 409]
    assert [[words in page for words in TOLD] for page in pages] == [[True] * len(TOLD)] * (scene.VISITORS - 1)


def test_pool_of_ten_asked_by_fifty_at_once_gives_ten(store: Store, database_url: str, tmp_path: Path) -> None:
    cast = pool_of(store, POOL)
    results = rush(cast, scene.site_of(cast, database_url), tmp_path, range(3))
    assert [result.statuses() for result in results] == [{303: POOL, 409: scene.VISITORS - POOL}] * 3
    assert Booking.select().count() == OutboxMessage.select().count() == 3 * POOL
    assert check_database(store) == []
