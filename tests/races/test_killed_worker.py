"""Web processes killed by signal 9 while bookings pour in: no promise is broken and the site goes on."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from pathlib import Path

import pytest

from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking
from tests.bench.load import send_all
from tests.bench.servers import Server
from tests.cast import pool_of
from tests.races import scene

pytestmark = pytest.mark.race

KILLS = 4
POOL = 10
CLIENTS = 16


def kill_some(server: Server, dice: random.Random) -> None:
    """Kill one worker after the other while they answer."""
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.3))
        os.kill(dice.choice(server.workers()), signal.SIGKILL)


def test_workers_killed_under_load_lose_no_acknowledged_booking(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}")
    cast = pool_of(store, POOL)
    site = scene.site_of(cast, database_url)
    starts = [scene.ten_o_clock(site, number % 40) + number // 40 * 1800 for number in range(400)]
    with scene.eight_workers(site, tmp_path) as server:
        calls = scene.wishes(server, site, starts)
        killer = threading.Thread(target=kill_some, args=(server, random.Random(seed)))
        killer.start()
        result = send_all(server.port, calls, CLIENTS)
        killer.join()
        after = send_all(server.port, scene.wishes(server, site, [scene.ten_o_clock(site, 50)]), 1)
    booked = Booking.select().where(Booking.status == "confirmed").count()
    assert set(result.statuses()) <= {0, 303}
    assert after.statuses() == {303: 1}
    assert result.count(303) + 1 <= booked <= result.count(303) + 1 + result.count(0)
    assert check_database(store) == []
