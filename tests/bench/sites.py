"""The installation that is measured, and the same bookings for the reference.

Fifty providers and three pools of ten at one place that is open from 8 to 18 o'clock UTC. In the thirty days that are
asked for each resource has a hundred bookings; all further bookings lie in the past, as in a site used for years.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.storage.base import database_proxy
from app.storage.migrate import migrate
from app.storage.public_ids import new_public_id
from app.storage.tables import Allocation, Booking, Client
from tests.bench import reference
from tests.bench.databases import settle
from tests.cast import Cast, Need
from tests.keys import open_store

DAY = 86_400
SLOT = 1800
PROVIDERS = 50
POOL = 10
AHEAD_DAYS = 30
AHEAD_EACH = 100
SLOTS_A_DAY = 20
_BATCH = 1000

Row = tuple[int, int, int]
"""Number of the resource, start, end."""


@dataclass(frozen=True, slots=True)
class Site:
    """A filled database of ours: public ids by name, those of the fifty providers, the key that signs its forms."""

    url: str
    base: int
    location: str
    services: Mapping[str, str]
    providers: Sequence[str]
    secret: bytes = field(default_factory=lambda: secrets.token_hex(32).encode())


def bookings_ahead(resources: int, base: int) -> list[Row]:
    """Return a hundred bookings for each resource within the thirty days from ``base``; the same every time."""
    dice = random.Random(4)
    rows: list[Row] = []
    for number in range(resources):
        for place in sorted(dice.sample(range(AHEAD_DAYS * SLOTS_A_DAY), AHEAD_EACH)):
            start = slot_start(base, place)
            rows.append((number, start, start + SLOT))
    return rows


def slot_start(base: int, place: int) -> int:
    """Return when the half hour number ``place`` since ``base`` begins, twenty a day."""
    day, number = divmod(place, SLOTS_A_DAY)
    return base + day * DAY + reference.OPEN + number * SLOT


def fill_ours(url: str, base: int, bookings: int) -> Site:
    """Make our installation with this many bookings in it."""
    store = open_store(url)
    migrate(store)
    cast = Cast(store, base - 2 * DAY)
    providers = store.write(lambda: _set_up(cast))
    store.write(lambda: _fill_ahead(cast, providers[0], base))
    store.write(lambda: _fill_past(cast, providers[0], base, bookings - Booking.select().count()))
    store.close()
    settle(url)
    names = [cast.ids[f"Provider {number}"] for number in range(PROVIDERS)]
    return Site(url, base, cast.ids["Centre"], dict(cast.ids), names)


def _set_up(cast: Cast) -> list[int]:
    cast.location("Centre")
    providers = cast.resources(f"Provider {number}" for number in range(PROVIDERS))
    pools = [
        Need(cast.resources((f"{kind} {number}" for number in range(POOL)), kind))
        for kind in ("person", "room", "device")
    ]
    cast.service("One", [Need(providers[:1])], ["Centre"], booking_window_days=4000)
    cast.service("Fifty", [Need(providers)], ["Centre"], booking_window_days=4000)
    cast.service("Three", pools, ["Centre"], booking_window_days=4000)
    cast.store.bump_catalog()
    return providers


def _client(cast: Cast) -> int:
    stamps = {"public_id": new_public_id(), "created_at": cast.now, "changed_at": cast.now}
    return int(Client.create(name="Bench Client", email="bench@example.org", **stamps).id)


def _fill_ahead(cast: Cast, first: int, base: int) -> None:
    rows, client = bookings_ahead(PROVIDERS + 3 * POOL, base), _client(cast)
    for begin in range(0, len(rows), _BATCH):
        part = rows[begin : begin + _BATCH]
        Booking.insert_many([_booking(cast, client, begin + place, row) for place, row in enumerate(part)]).execute()
    ids = {row.public_id: row.id for row in Booking.select(Booking.id, Booking.public_id)}
    taken = [
        {"resource": first + number, "start_at": start, "end_at": end, "booking": ids[f"ahead-{place}"]}
        for place, (number, start, end) in enumerate(rows)
    ]
    for begin in range(0, len(taken), _BATCH):
        Allocation.insert_many(taken[begin : begin + _BATCH]).execute()


def _booking(cast: Cast, client: int, place: int, row: Row) -> dict[str, object]:
    return {
        "public_id": f"ahead-{place}",
        "created_at": cast.now,
        "changed_at": cast.now,
        "service": cast.rows["Fifty"],
        "location": cast.rows["Centre"],
        "client": client,
        "start_at": row[1],
        "end_at": row[2],
        "status": "confirmed",
    }


_PAST_BOOKINGS = """
    WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < {last})
    INSERT INTO booking (public_id, version, created_at, changed_at, service_id, location_id, client_id, start_at,
                         end_at, status, seats, comment, answers, tzid, sequence)
    SELECT 'past-' || i, 1, at, at, {service}, {location}, {client}, at, at + 1800, 'completed', 1, '', '{{}}', '', 0
    FROM (SELECT i, {base} - 86400 * (1 + i / 1000) + 28800 + 1800 * (i / 50 - i / 1000 * 20) AS at
          FROM numbers) AS times"""

_PAST_ALLOCATIONS = """
    INSERT INTO allocation (resource_id, start_at, end_at, booking_id, active)
    SELECT {first} + i - i / 50 * 50, start_at, end_at, id, {true}
    FROM (SELECT id, start_at, end_at, CAST(substr(public_id, 6) AS INTEGER) AS i
          FROM booking WHERE substr(public_id, 1, 5) = 'past-') AS past"""


def _fill_past(cast: Cast, first: int, base: int, count: int) -> None:
    """Let the database itself make the past: a million rows in seconds. Every provider's day is full."""
    cast.store.database.lift_limits()  # a million rows take longer than any page may
    if count <= 0:
        return
    client = Client.get().id
    values = {"service": cast.rows["Fifty"], "location": cast.rows["Centre"], "client": client, "base": base}
    execute = database_proxy.execute_sql
    execute(_PAST_BOOKINGS.format(last=count - 1, **values))
    execute(_PAST_ALLOCATIONS.format(first=first, true="1" if cast.store.kind == "sqlite" else "true"))


def fill_reference(url: str, base: int, bookings: int) -> None:
    """Make the reference's database with the same bookings of the fifty providers."""
    rows = [(number + 1, start, end) for number, start, end in bookings_ahead(PROVIDERS, base)]
    for i in range(max(0, bookings - len(rows) - 3 * POOL * AHEAD_EACH)):
        start = base - DAY * (1 + i // 1000) + reference.OPEN + SLOT * (i // PROVIDERS % SLOTS_A_DAY)
        rows.append((1 + i % PROVIDERS, start, start + SLOT))
    reference.prepare(url, rows)
    settle(url)
