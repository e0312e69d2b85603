"""Rows for the tests of the storage, written with as little as the tables allow."""

from __future__ import annotations

import threading
from collections.abc import Callable

from peewee import PeeweeException

from app.booking.refusals import Refusal
from app.booking.values import Instant
from app.storage import allocations, outbox
from app.storage.public_ids import new_public_id
from app.storage.statements import insert_row
from app.storage.store import Store
from tests.cast import MONDAY, NOW, Cast

TEN = MONDAY + 10 * 3600
HALF = 1800


def stamped(**values: object) -> dict[str, object]:
    """Add what every record has."""
    return {"public_id": new_public_id(), "created_at": NOW, "changed_at": NOW, **values}


def add_booking(cast: Cast, start: Instant = TEN, status: str = "confirmed", **values: object) -> int:
    """A booking row of the cast's service, without anything that belongs to it."""
    service, place = cast.rows["Consultation"], cast.rows["Centre"]
    row = {"service_id": service, "location_id": place, "start_at": start, "end_at": start + HALF, "status": status}
    return insert_row("booking", stamped(**row | values))


def booked(cast: Cast, start: Instant = TEN, resource: str = "Ada", end: Instant | None = None) -> int:
    """A whole confirmed booking: row, allocation, message."""

    def work() -> int:
        row_id = add_booking(cast, start, end_at=start + HALF if end is None else end)
        allocations.take([(cast.rows[resource], start, start + HALF if end is None else end)], booking_id=row_id)
        outbox.add_message("confirmed", row_id, {"sequence": 0}, NOW)
        return row_id

    return cast.store.write(work)


def at_once(*works: Callable[[], object]) -> list[object]:
    """Run each work in a thread of its own, all begun together; return results, errors among them, in order."""
    gate = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        gate.wait()
        try:
            results[place] = work()
        except (Refusal, PeeweeException, AssertionError) as error:
            results[place] = error

    threads = [threading.Thread(target=run, args=one) for one in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def closing(store: Store, work: Callable[[], object]) -> Callable[[], object]:
    """The same work, closing the thread's connection afterwards."""

    def run() -> object:
        try:
            return work()
        finally:
            store.close()

    return run
