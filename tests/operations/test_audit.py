"""What is done to bookings stands in the audit log, in the same transaction, without a word of what clients said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.access.actors import COMMAND_LINE, waiting_client_of
from app.access.permissions import Permission, ReadyMade
from app.booking.refusals import InvalidInput, JustTaken, NotAllowed
from app.operations.approvals.approve import approve, decline
from app.operations.book import accept_offer, book, hold
from app.operations.change import cancel, complete, mark_no_show, move
from app.operations.context import Context
from app.operations.installation.upkeep import release_expired
from app.operations.requests import (
    BookingRequest,
    HoldRequest,
    MoveRequest,
    SeriesRequest,
    VisitPart,
    VisitRequest,
    WaitingRequest,
)
from app.operations.series import book_series
from app.operations.visits import book_visit
from app.operations.waiting import join_waiting_list, leave_waiting_list
from app.storage.audit_tables import AuditEntry
from app.storage.store import Store
from tests.cast import HOUR, Cast, one_provider
from tests.operations.helpers import ADA, BEN, TEN, client, holding, staff, system, visitor, wish

DAY = 86_400
Told = tuple[str, str, str, dict[str, object], dict[str, object], str]


def told(since: int = 0) -> list[Told]:
    """All entries after the first so many: who, what, to which booking, before, after, why."""
    rows = AuditEntry.select().order_by(AuditEntry.id)
    found = [
        (row.actor, row.action, row.object, json.loads(row.before), json.loads(row.after), row.reason) for row in rows
    ]
    return found[since:]


def when(cast: Cast, start: int, *resources: str) -> dict[str, object]:
    taken = [cast.ids[name] for name in resources or ("Ada",)]
    return {"start": start, "end": start + HOUR // 2, "resources": taken}


def made(cast: Cast, start: int = TEN, status: str = "confirmed", **more: object) -> dict[str, object]:
    about = {"service": cast.ids["Consultation"], "location": cast.ids["Centre"], "client": "masked"}
    return {"status": status, **about, **when(cast, start), **more}


def test_booking_is_told_without_what_the_client_said(store: Store) -> None:
    cast = one_provider(store)
    context = replace(visitor(cast), address="192.0.2.7")
    mine = book(context, wish(cast, comment="I am afraid of needles"))
    assert told() == [("visitor", "booked", mine.public_id, {}, made(cast, comment="masked"), "")]
    row = AuditEntry.get()
    assert (row.at, row.user_id, row.address, row.kind, row.batch) == (cast.now, None, "192.0.2.7", "booking", None)


def test_booking_that_is_refused_leaves_no_entry(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    with pytest.raises(JustTaken):
        book(visitor(cast), wish(cast, client=BEN))
    assert len(told()) == 1


def test_booking_sent_twice_is_told_once(store: Store) -> None:
    cast = one_provider(store)
    request = wish(cast, key="k" * 20)
    assert book(visitor(cast), request) == book(visitor(cast), request)
    assert len(told()) == 1


def test_hold_is_told_when_it_becomes_a_booking(store: Store) -> None:
    cast = one_provider(store)
    held = hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    assert told() == []
    book(visitor(cast), wish(cast, hold=held.public_id))
    assert told() == [("visitor", "booked", held.public_id, {}, made(cast), "")]


def test_hold_that_runs_out_is_not_told(store: Store) -> None:
    cast = one_provider(store)
    hold(visitor(cast), HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], TEN))
    assert (release_expired(system(cast, cast.now + DAY)), told()) == (1, [])


@pytest.mark.parametrize(("reason", "more"), [("", {}), ("You are ill", {"reason": "masked"})])
def test_cancelling_is_told_with_the_client_as_actor(store: Store, reason: str, more: dict[str, object]) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast)).public_id
    cancel(client(cast, mine), mine, reason)
    after = {"status": "cancelled", **more}
    assert told(1) == [("client", "cancelled", mine, {"status": "confirmed"}, after, "")]


@pytest.mark.parametrize(("act", "action"), [(complete, "completed"), (mark_no_show, "no_show")])
def test_end_of_a_booking_is_told(store: Store, act: Callable[[Context, str], object], action: str) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast)).public_id
    act(staff(cast, ReadyMade.MANAGER, now=TEN + HOUR), mine)
    assert told(1) == [("user", action, mine, {"status": "confirmed"}, {"status": action}, "")]


def test_move_is_told_with_what_changed(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast)).public_id
    move(client(cast, mine), MoveRequest(mine, TEN + HOUR))
    times = [{"start": start, "end": start + HOUR // 2} for start in (TEN, TEN + HOUR)]
    assert told(1) == [("client", "moved", mine, *times, "")]


def test_wished_change_is_told_from_the_wish_to_the_decision(store: Store) -> None:
    cast = one_provider(store, needs_approval=True)
    manager = staff(cast, ReadyMade.MANAGER)
    mine = book(visitor(cast), wish(cast)).public_id
    approve(manager, mine)
    for decide in (approve, decline):
        now = TEN if decide is approve else TEN + HOUR
        move(client(cast, mine), MoveRequest(mine, now + HOUR))
        decide(manager, mine)
    old, new, newest = ({"start": start, "end": start + HOUR // 2} for start in (TEN, TEN + HOUR, TEN + 2 * HOUR))
    assert told() == [
        ("visitor", "booked", mine, {}, made(cast, status="requested"), ""),
        ("user", "approved", mine, {"status": "requested"}, {"status": "confirmed"}, ""),
        ("client", "change_wished", mine, old, new, ""),
        ("user", "change_approved", mine, old, new, ""),
        ("client", "change_wished", mine, new, newest, ""),
        ("user", "change_declined", mine, {}, {}, ""),
    ]


def test_request_is_told_when_it_is_declined_or_runs_out(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    first, second = (book(visitor(cast), wish(cast, TEN + one * HOUR)).public_id for one in (0, 1))
    decline(staff(cast, ReadyMade.MANAGER), first, "Not this week")
    release_expired(system(cast, cast.now + HOUR))
    before = {"status": "requested"}
    assert told(2) == [
        ("user", "declined", first, before, {"status": "declined", "reason": "masked"}, ""),
        ("system", "request_expired", second, before, {"status": "declined"}, ""),
    ]


def test_wished_change_is_told_when_it_runs_out(store: Store) -> None:
    cast = one_provider(store, needs_approval=True, request_expiry_minutes=60)
    mine = book(staff(cast, ReadyMade.MANAGER), wish(cast)).public_id
    move(client(cast, mine), MoveRequest(mine, TEN + HOUR))
    release_expired(system(cast, cast.now + HOUR))
    assert told(2) == [("system", "change_expired", mine, {}, {}, "")]


def test_every_occurrence_of_a_series_is_told(store: Store) -> None:
    cast = one_provider(store)
    result = book_series(staff(cast, ReadyMade.MANAGER), SeriesRequest(wish(cast), "FREQ=DAILY;COUNT=3"))
    ids = [one.booking.public_id for one in result.occurrences if one.booking]
    assert told() == [("user", "booked", one, {}, made(cast, TEN + number * DAY), "") for number, one in enumerate(ids)]


def test_every_part_of_a_visit_is_told(store: Store) -> None:
    cast = one_provider(store)
    part = VisitPart(cast.ids["Consultation"])
    parts = book_visit(visitor(cast), VisitRequest((part, part), cast.ids["Centre"], TEN, ADA))
    assert [(action, one) for _, action, one, *_ in told()] == [("booked", one.public_id) for one in parts]


def test_waiting_list_is_told_from_joining_to_the_accepted_offer(store: Store) -> None:
    cast = one_provider(store)
    mine = book(visitor(cast), wish(cast)).public_id
    asked = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + HOUR // 2)
    entry = join_waiting_list(visitor(cast), asked).public_id
    cancel(client(cast, mine), mine)
    offered = str(store.rows("SELECT public_id FROM booking WHERE status = 'held'")[0][0])
    accept_offer(client(cast, offered), offered)
    place = {"service": cast.ids["Consultation"], "location": cast.ids["Centre"], "client": "masked"}
    assert told(1) == [
        ("visitor", "waiting_joined", entry, {}, {**place, "earliest": TEN, "latest": TEN + HOUR // 2}, ""),
        ("client", "cancelled", mine, {"status": "confirmed"}, {"status": "cancelled"}, ""),
        ("client", "offer_accepted", offered, {"status": "held"}, {"status": "confirmed"}, ""),
    ]


def test_leaving_the_waiting_list_is_told(store: Store) -> None:
    cast = one_provider(store)
    asked = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + HOUR)
    entry = join_waiting_list(visitor(cast), asked).public_id
    leave_waiting_list(Context(store, waiting_client_of(entry), cast.now), entry)
    assert told(1) == [("client", "waiting_left", entry, {}, {}, "")]


def by_override(cast: Cast, reason: str, start: int = TEN + 10 * HOUR) -> BookingRequest:
    return wish(cast, start, override=True, override_reason=reason)


def test_override_is_told_with_its_reason(store: Store) -> None:
    cast = one_provider(store)
    mine = book(staff(cast, ReadyMade.MANAGER), by_override(cast, "  An emergency ")).public_id
    assert told() == [("user", "booked", mine, {}, made(cast, TEN + 10 * HOUR), "An emergency")]
    later = MoveRequest(mine, TEN + 11 * HOUR, override=True, override_reason="Still one")
    move(staff(cast, ReadyMade.MANAGER), later)
    assert told(1)[0][-1] == "Still one"


@pytest.mark.parametrize("reason", ["", "   "])
def test_override_without_a_reason_is_refused(store: Store, reason: str) -> None:
    cast = one_provider(store)
    manager = staff(cast, ReadyMade.MANAGER)
    mine = book(visitor(cast), wish(cast)).public_id
    anywhere = MoveRequest(mine, TEN + 11 * HOUR, override=True, override_reason=reason)
    for act in (
        lambda: book(manager, by_override(cast, reason)),
        lambda: book_series(manager, SeriesRequest(by_override(cast, reason), "FREQ=DAILY;COUNT=2")),
        lambda: move(manager, anywhere),
    ):
        with pytest.raises(InvalidInput) as refused:
            act()
        said = "Please say why the rules are overridden; the audit log keeps the reason."
        assert (refused.value.field, refused.value.problem) == ("override_reason", said)
    assert len(told()) == 1


def test_reason_gives_no_right_to_override(store: Store) -> None:
    cast = one_provider(store)
    with pytest.raises(NotAllowed):
        book(holding(cast, Permission.BOOK_FOR_OTHERS), by_override(cast, "Because"))
    assert told() == []


def test_reason_without_override_is_not_kept(store: Store) -> None:
    cast = one_provider(store)
    book(staff(cast, ReadyMade.MANAGER), wish(cast, override_reason="Nothing was overridden"))
    assert [reason for *_, reason in told()] == [""]


def test_command_line_is_told_from_the_worker(store: Store) -> None:
    cast = one_provider(store)
    for actor in (COMMAND_LINE, system(cast).actor):
        one = book(Context(store, actor, cast.now), wish(cast, TEN + len(told()) * HOUR)).public_id
        assert told()[-1][0:3] == ("command" if actor is COMMAND_LINE else "system", "booked", one)
