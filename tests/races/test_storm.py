"""A storm of random requests from eight processes, some killed by signal 9, leaves a database without a fault."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from app.booking.statuses import Status
from app.storage.check import check_database
from app.storage.migrate import migrate
from app.storage.store import Store
from app.storage.tables import Booking, OutboxMessage
from tests.cast import Cast, Need
from tests.keys import open_store

pytestmark = pytest.mark.race

PROCESSES = 8
ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("EIGENPLAN_TEST_TIER") == "full"
REQUESTS, KILLS = (20_000, 60) if FULL else (2_000, 12)


def installation(store: Store) -> None:
    """Twenty resources, pools that overlap, several of them at once, a group, an approval."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        people = cast.resources(f"Person {number}" for number in range(10))
        rooms = cast.resources((f"Room {number}" for number in range(6)), "room")
        devices = cast.resources((f"Device {number}" for number in range(4)), "device")
        cast.service("Talk", [Need(people)], ["Centre"], buffer_after_minutes=10)
        cast.service("Overlap", [Need(people[:6]), Need(people[4:])], ["Centre"])
        cast.service("Treatment", [Need(people), Need(rooms), Need(devices)], ["Centre"], durations=[45, 30])
        cast.service("Class", [Need(rooms)], ["Centre"], capacity=5, buffer_before_minutes=15)
        cast.service("Request", [Need(people[:2])], ["Centre"], needs_approval=True)
        store.bump_catalog()

    store.write(fill)


class Storm:
    """The processes of one storm, restarted when they are killed until all requests were sent."""

    def __init__(self, url: str, folder: Path, dice: random.Random) -> None:
        self.url, self.folder, self.dice, self.started = url, folder, dice, 0

    def start(self, count: int) -> subprocess.Popen[bytes]:
        """Start one process with a seed and a journal of its own."""
        self.started += 1
        journal = self.folder / f"journal-{self.started}"
        arguments = [self.url, str(journal), str(self.dice.randrange(2**31)), str(count)]
        return subprocess.Popen([sys.executable, "-m", "tests.races.storm", *arguments], cwd=ROOT)

    def run(self) -> None:
        """Send all requests, killing a random process at random moments."""
        share = REQUESTS // PROCESSES
        running = [self.start(share) for _ in range(PROCESSES)]
        for _ in range(KILLS):
            time.sleep(self.dice.uniform(0.2, 1.0))
            place = self.dice.randrange(PROCESSES)
            running[place].send_signal(signal.SIGKILL)
            running[place].wait()
            running[place] = self.start(share // 2)
        assert [process.wait(timeout=900) for process in running] == [0] * PROCESSES

    def promises(self) -> list[dict[str, Any]]:
        """All answers that clients were given; a line cut off by a kill was given to nobody."""
        lines = [line for path in self.folder.glob("journal-*") for line in path.read_text().split("\n")]
        return [json.loads(line) for line in lines if line.endswith("}")]


def broken_promises(promises: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Promises that the database does not keep: a missing booking, or an older state than was told."""
    latest: dict[str, dict[str, Any]] = {}
    for promise in promises:
        if "booking" in promise and promise["sequence"] >= latest.get(promise["booking"], promise)["sequence"]:
            latest[promise["booking"]] = promise
    rows = {row.public_id: row for row in Booking.select()}
    return [promise for booking, promise in latest.items() if not _is_kept(rows.get(booking), promise)]


def _is_kept(row: Booking | None, promise: dict[str, Any]) -> bool:
    if row is None or row.sequence < promise["sequence"]:
        return False
    same = (row.status, row.start_at) == (promise["status"], promise["start"])
    return same or row.sequence > promise["sequence"]


def lost_or_doubled_messages() -> list[str]:
    """Bookings whose messages are not exactly one for each state that the booking has been in."""
    told: dict[int, list[int]] = defaultdict(list)
    for message in OutboxMessage.select():
        told[message.booking_id].append(json.loads(message.payload)["sequence"])
    return [row.public_id for row in Booking.select() if sorted(told[row.id]) != list(range(row.sequence + 1))]


def test_storm_with_kills_leaves_nothing_to_find(database_url: str, tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**31)
    print(f"seed {seed}, {REQUESTS} requests")
    store = open_store(database_url)
    migrate(store)
    installation(store)
    storm = Storm(database_url, tmp_path, random.Random(seed))
    storm.run()
    promises = storm.promises()
    booked = [promise for promise in promises if promise.get("status") == Status.CONFIRMED]
    assert check_database(store) == []
    assert broken_promises(promises) == []
    assert lost_or_doubled_messages() == []
    assert len(booked) > REQUESTS // 10
    store.close()
