"""Fills a database with the demo, and fills it up again when the demo has grown old."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from app.access.actors import SYSTEM
from app.booking.statuses import Status
from app.booking.values import Instant, Interval
from app.demo import write
from app.demo.board import DAY
from app.demo.extras import add_extras
from app.demo.generator import Generator, Known
from app.demo.settle import add_year, settle
from app.operations.context import Context
from app.operations.installation.upkeep import release_expired
from app.storage.invariants import OUTBOX_COMPLETE_FROM
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, ChangeRequest, Setting

SEED = 4
PAST_DAYS = 2 * 365
AHEAD_DAYS = 28
REFRESH_BELOW_DAYS = 21
KEY = "demo"
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class State:
    """What the database remembers: the dice's seed, the years that have holidays, the last day with bookings."""

    seed: int
    years: tuple[int, ...]
    until: date


def load_demo(
    store: Store, now: Instant, password: str, *, scale: float = 1, seed: int = SEED, say: Say = print
) -> None:
    """Fill an empty, migrated database.

    Args:
        store: the database.
        now: the present time; two years before it and four weeks after it get bookings.
        password: of every account.
        scale: how many times as many bookings, for measurements: the past gets longer, its days stay as full.
        seed: of the dice; the same seed and time give the same demo, but for ids.
        say: is told each step.
    """
    context = Context(store, SYSTEM, now)
    say("writing locations, people, rooms, devices and services")
    store.write(lambda: settle(context, password))
    today = _day(now)
    first, last = today - timedelta(days=round(PAST_DAYS * scale)), today + timedelta(days=AHEAD_DAYS)
    state = State(seed, (), today)
    state = store.write(lambda: _with_years(store, now, state, range(first.year, last.year + 2)))
    say(f"inventing bookings since {first:%B %Y}")
    _invent(store, now, state, (first, last))
    extras = Context(store, SYSTEM, now)
    store.write(lambda: add_extras(extras, random.Random(seed)))


def refresh_demo(store: Store, now: Instant, *, say: Say = print) -> bool:
    """Make bookings again when fewer than three weeks of them lie ahead; return whether anything was done.

    What people booked in the demo themselves stays, and nothing is put over it.
    """
    known, today = load_state(store), _day(now)
    if known is None or (known.until - today).days >= REFRESH_BELOW_DAYS:
        return False
    say("inventing bookings for the weeks ahead")
    first, last = min(known.until - timedelta(days=AHEAD_DAYS), today), today + timedelta(days=AHEAD_DAYS)
    state = store.write(lambda: _with_years(store, now, known, range(first.year, last.year + 2)))
    while release_expired(Context(store, SYSTEM, now)):
        pass
    store.write(lambda: _close_past(now))
    _invent(store, now, state, (first, last))
    return True


def load_state(store: Store) -> State | None:
    """Return what the database remembers of its demo; None when it has none, or a loading did not come to its end."""
    row = store.read(lambda: Setting.get_or_none(Setting.key == KEY))
    if row is None:
        return None
    values = json.loads(row.value)
    return State(values["seed"], tuple(values["years"]), date.fromisoformat(values["until"]))


def _day(now: Instant) -> date:
    return datetime.fromtimestamp(now, UTC).date()


def _with_years(store: Store, now: Instant, state: State, years: Iterable[int]) -> State:
    """Write the holidays of years that have none yet; a long past for measurements has them for its last years only."""
    missing = [year for year in years if year not in state.years][-4:]
    for year in missing:
        add_year(Context(store, SYSTEM, now), year, state.seed)
    return State(state.seed, (*state.years, *missing), state.until)


def _invent(store: Store, now: Instant, state: State, days: tuple[date, date]) -> None:
    catalog = store.catalog()

    def work() -> None:
        store.database.lift_limits()
        dice = random.Random(f"{state.seed}-{days[0]}")
        invented = Generator(catalog, now, dice, _known(days)).run(*days)
        write.write_all(store, invented, now, dice)
        value = json.dumps({"seed": state.seed, "years": state.years, "until": days[1].isoformat()})
        _put_setting(KEY, value)
        _put_setting(OUTBOX_COMPLETE_FROM, str(now))

    store.write(work)
    if store.kind == "postgresql":  # so many new rows are planned for at once, not when its own upkeep comes by
        store.write(lambda: store.run("ANALYZE"))


def _put_setting(key: str, value: str) -> None:
    Setting.delete().where(Setting.key == key).execute()
    Setting.create(key=key, value=value)


def _known(days: tuple[date, date]) -> Known:
    """Return what is booked already between two days."""
    start, end = (int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) for day in days)
    end += DAY
    taken: dict[int, list[Interval]] = defaultdict(list)
    rows = Allocation.select(Allocation.resource, Allocation.start_at, Allocation.end_at).where(Allocation.active)
    for resource_id, since, until in rows.where(Allocation.start_at < end, Allocation.end_at > start).tuples():
        taken[resource_id].append((since, until))
    booked = Booking.select(Booking.service, Booking.location, Booking.start_at)
    there = booked.where(Booking.start_at >= start, Booking.start_at < end).tuples()
    counts = Counter((service_id, location_id, since // DAY) for service_id, location_id, since in there)
    return Known(taken, counts)


def _close_past(now: Instant) -> None:
    """Mark as completed what nobody marked while the demo lay still."""
    asked = ChangeRequest.select(ChangeRequest.booking).where(ChangeRequest.status == "requested")
    over = (Booking.status == Status.CONFIRMED.value) & (Booking.end_at <= now) & Booking.id.not_in(asked)
    values = {"status": Status.COMPLETED.value, "changed_at": Booking.end_at, "version": Booking.version + 1}
    Booking.update(**values).where(over).execute()
