"""``check_database`` finds each fault that can be planted, and nothing in a database that is well."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from app.booking.values import Instant
from app.storage import allocations, approvals, idempotency, outbox, sessions
from app.storage.check import MOST, check_database
from app.storage.clients import add_client
from app.storage.invariants import INVARIANTS
from app.storage.statements import insert_row
from app.storage.store import Store
from tests.cast import NOW, Cast, Need
from tests.storage.helpers import HALF, TEN, add_booking, stamped

GUARDS = {
    "sqlite": ("DROP TRIGGER allocation_guard_insert", "DROP TRIGGER allocation_guard_update"),
    "postgresql": ("ALTER TABLE allocation DROP CONSTRAINT allocation_overlap",),
}


def installation(store: Store) -> Cast:
    """A place, two providers, a service of both at once, a group service, one confirmed booking, one group."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        ada, ben = cast.resources(["Ada", "Ben"])
        cast.service("Consultation", [Need([ada]), Need([ben])], ["Centre"])
        cast.service("Class", [Need([ada])], ["Centre"], capacity=2)
        plain(cast, "b1", TEN)
        group(cast, "b2", TEN + 2 * HALF)
        store.bump_catalog()

    store.write(fill)
    return cast


def plain(cast: Cast, name: str, start: Instant, status: str = "confirmed", told: bool = True, **values: int) -> int:
    """A booking with all its resources and its first message; returns its row id."""
    row_id = cast.rows[name] = add_booking(cast, start, status, public_id=name, **values)
    wished = [(cast.rows[person], start, start + HALF) for person in ("Ada", "Ben")]
    allocations.take(wished, booking_id=row_id, expires_at=values.get("expires_at"))
    if told:
        outbox.add_message("requested" if status == "requested" else "confirmed", row_id, {"sequence": 0}, NOW)
    return row_id


def group(cast: Cast, name: str, start: Instant) -> None:
    """A session with one booking of one seat."""
    service = cast.store.catalog().services[cast.rows["Class"]]
    session = cast.rows[f"session of {name}"] = sessions.add_session(
        service, cast.rows["Centre"], start, start + HALF, NOW
    )
    cast.store.run("UPDATE group_session SET public_id = %s WHERE id = %s", (f"s{session}", session))
    allocations.take([(cast.rows["Ada"], start, start + HALF)], session_id=session)
    row_id = cast.rows[name] = add_booking(cast, start, public_id=name, service_id=service.id, session_id=session)
    sessions.take_seats(session, row_id, 1)
    outbox.add_message("confirmed", row_id, {"sequence": 0}, NOW)


def change(cast: Cast, name: str, status: str = "requested", **values: int | str) -> int:
    """A change request of the first booking, holding an hour of Ada's."""
    row = {"booking_id": cast.rows["b1"], "start_at": TEN + 6 * HALF, "end_at": TEN + 7 * HALF, "resource_ids": "[]"}
    row |= {"status": status, "expires_at": NOW + 60, "public_id": name}
    return insert_row("change_request", stamped(**row | values))


def held_beside(cast: Cast, change_id: int, expires_at: Instant) -> None:
    wished = [(cast.rows["Ada"], TEN + 6 * HALF, TEN + 7 * HALF)]
    allocations.take(wished, booking_id=cast.rows["b1"], change_id=change_id, expires_at=expires_at)


def waiting(cast: Cast, status: str, offered: str | None = None) -> None:
    client = add_client(stamped(name="Ada Client", email="ada@example.org", phone=""))
    row = {"service_id": cast.rows["Class"], "location_id": cast.rows["Centre"], "client_id": client, "public_id": "w1"}
    row |= {"duration_minutes": 30, "earliest": NOW, "latest": TEN, "status": status}
    insert_row("waiting_entry", stamped(**row, offered_booking_id=cast.rows.get(offered or "")))


def series(cast: Cast, announced: int) -> None:
    """A series of one occurrence with as many first messages."""
    client = add_client(stamped(name="Ada Client", email="ada@example.org", phone=""))
    row = {"service_id": cast.rows["Consultation"], "location_id": cast.rows["Centre"], "client_id": client}
    texts = {"rrule": "FREQ=DAILY", "local_start": "2030-01-07T10:00", "tzid": "UTC"}
    row_id = insert_row("series", stamped(**row, **texts, duration_minutes=30, public_id="r1"))
    plain(cast, "b3", TEN + 20 * HALF, told=False, series_id=row_id)
    for number in range(announced):
        outbox.add_message("series_booked", cast.rows["b3"], {"number": number}, NOW)


def visit(cast: Cast, announced: int) -> None:
    """A visit of one part with as many first messages."""
    plain(cast, "b3", TEN + 20 * HALF, told=False)
    run("UPDATE booking SET visit = 'v1' WHERE id = {b3}")(cast)
    for number in range(announced):
        outbox.add_message("visit_booked", cast.rows["b3"], {"number": number}, NOW)


def part_with_a_letter(cast: Cast) -> None:
    visit(cast, 1)
    outbox.add_message("confirmed", cast.rows["b3"], {}, NOW)


def run(*statements: str) -> Callable[[Cast], None]:
    """A fault planted by SQL; ``{b1}`` and the like stand for row ids."""

    def plant(cast: Cast) -> None:
        names = {name.replace(" ", "_"): row_id for name, row_id in cast.rows.items()}
        for statement in statements:
            cast.store.run(statement.format(**names))

    return plant


def without_guard(statement: str) -> Callable[[Cast], None]:
    def plant(cast: Cast) -> None:
        run(*GUARDS[cast.store.kind], statement)(cast)

    return plant


def ended_with_allocation(cast: Cast) -> None:
    run("UPDATE booking SET status = 'cancelled' WHERE id = {b1}", "DELETE FROM allocation WHERE resource_id = {Ben}")(
        cast
    )


def answer(text: str, scope: str = "visitor:book") -> Callable[[Cast], None]:
    return lambda _: idempotency.store_answer(scope, "k1", "print", text, NOW)


_BATCH = "(number, first_id, last_id, entries, previous, digest, sealed_at) VALUES"
_ENTRY = "(at, actor, action, kind, batch) VALUES (0, 'user', 'moved', 'booking'"
_SEAT = "(session_id, number, booking_id) SELECT session_id, {}, booking_id FROM seat WHERE number = 1"
Plant = Callable[[Cast], object]
FAULTS: dict[str, tuple[Plant, Sequence[str]]] = {
    "overlap": (
        without_guard("UPDATE allocation SET start_at = start_at - 3540 WHERE session_id IS NOT NULL"),
        ["Allocation 3 of resource 1 begins before allocation 1 of the same resource has ended."],
    ),
    "half taken": (
        run("DELETE FROM allocation WHERE resource_id = {Ben}"),
        ["Booking b1 is confirmed and has 1 of the 2 resources that it needs."],
    ),
    "nothing taken": (
        run("DELETE FROM allocation WHERE booking_id = {b1}", "UPDATE service SET changed_at = changed_at + 1"),
        ["Booking b1 is confirmed and has 0 of the 2 resources that it needs."],
    ),
    "not taken long enough": (
        run("UPDATE allocation SET end_at = end_at - 60 WHERE resource_id = {Ben}"),
        ["Booking b1 lasts longer than what it has taken of its resources."],
    ),
    "allocation of an ended booking": (
        ended_with_allocation,
        ["Booking b1 is cancelled and still has an allocation of resource 1."],
    ),
    "seat of an ended booking": (
        run("UPDATE booking SET status = 'declined' WHERE id = {b2}"),
        ["Booking b2 is declined and still has seat 1 of session 1."],
    ),
    "hold without end": (
        lambda cast: plain(cast, "b3", TEN + 20 * HALF, "held", told=False),
        ["Booking b3 is held and has no time at which that expires."],
    ),
    "confirmed and expiring": (
        run("UPDATE booking SET expires_at = 1 WHERE id = {b2}"),
        ["Booking b2 is confirmed and would expire all the same."],
    ),
    "other expiry": (
        lambda cast: (
            plain(cast, "b3", TEN + 20 * HALF, "held", told=False, expires_at=NOW),
            run("UPDATE allocation SET expires_at = 1 WHERE booking_id = {b3} AND resource_id = {Ada}")(cast),
        ),
        ["Allocation 4 expires at another time than its booking b3."],
    ),
    "other expiry of a change": (
        lambda cast: held_beside(cast, change(cast, "c1"), NOW),
        ["Allocation 4 expires at another time than its change request c1."],
    ),
    "allocation of a closed change": (
        lambda cast: held_beside(cast, change(cast, "c1", "declined"), NOW + 60),
        ["Change request c1 is declined and still has allocation 4."],
    ),
    "change of an unconfirmed booking": (
        lambda cast: (
            change(cast, "c1"),
            run("UPDATE booking SET status = 'no_show' WHERE id = {b1}")(cast),
        ),
        ["Change request c1 waits for approval, but its booking b1 is no_show."],
    ),
    "two changes": (
        lambda cast: [change(cast, "c1"), change(cast, "c2")],
        ["Booking b1 has 2 change requests that wait for approval."],
    ),
    "offer of nothing": (
        lambda cast: waiting(cast, "offered", "b1"),
        ["Waiting entry w1 was offered booking b1, which is confirmed."],
    ),
    "too few seats": (
        run("UPDATE booking SET seats = 2 WHERE id = {b2}"),
        ["Booking b2 is confirmed and has 1 of its 2 seats."],
    ),
    "seats elsewhere": (
        run("INSERT INTO seat (session_id, number, booking_id) SELECT session_id, 2, {b1} FROM seat"),
        ["Booking b1 has seats in session 1, which is not its own."],
    ),
    "too many seats": (
        run("UPDATE booking SET seats = 3 WHERE id = {b2}", *(f"INSERT INTO seat {_SEAT.format(n)}" for n in (2, 3))),
        ["Group session s1 has 3 seats taken and a capacity of 2."],
    ),
    "session without seats": (
        run("DELETE FROM seat", "UPDATE booking SET status = 'cancelled' WHERE id = {b2}"),
        ["Group session s1 has nobody in it and is open all the same."],
    ),
    "seats in an ended session": (
        run("UPDATE group_session SET active = FALSE", "DELETE FROM allocation WHERE session_id IS NOT NULL"),
        ["Group session s1 has ended and seats are taken in it."],
    ),
    "allocation of an ended session": (
        run(
            "UPDATE group_session SET active = FALSE",
            "DELETE FROM seat",
            "UPDATE booking SET status = 'cancelled' WHERE id = {b2}",
        ),
        ["Group session s1 has ended and still has an allocation of resource 1."],
    ),
    "session without resources": (
        run("DELETE FROM allocation WHERE session_id IS NOT NULL"),
        ["Group session s1 has 0 of the 1 resources that it needs."],
    ),
    "lost message": (
        run("DELETE FROM outbox_message WHERE booking_id = {b1}"),
        ["Booking b1 is confirmed and has 0 first messages in the outbox instead of 1."],
    ),
    "another first message": (
        lambda cast: outbox.add_message("requested", cast.rows["b1"], {}, NOW),
        ["Booking b1 is confirmed and has 2 first messages in the outbox instead of 1."],
    ),
    "cancelled with two first messages": (
        lambda cast: (
            plain(cast, "b3", TEN + 20 * HALF),
            outbox.add_message("requested", cast.rows["b3"], {}, NOW),
            run("UPDATE booking SET status = 'cancelled' WHERE id = {b3}", "DELETE FROM allocation WHERE id > 3")(cast),
        ),
        ["Booking b3 is cancelled and has 2 first messages in the outbox instead of at most 1."],
    ),
    "announced hold": (
        lambda cast: plain(cast, "b3", TEN + 20 * HALF, "held", expires_at=NOW),
        ["Booking b3 is only held and has 1 first messages in the outbox already."],
    ),
    "silent series": (
        lambda cast: series(cast, 0),
        ["Series r1 has 0 first messages in the outbox instead of 1."],
    ),
    "silent visit": (
        lambda cast: visit(cast, 0),
        ["Visit v1 has 0 first messages in the outbox instead of 1."],
    ),
    "part of a visit with a letter of its own": (
        part_with_a_letter,
        ["Booking b3 is a part of visit v1 and has 1 first messages of its own in the outbox."],
    ),
    "doubled message": (
        lambda cast: [outbox.add_message("moved", cast.rows["b1"], {"sequence": 1}, NOW) for _ in "12"],
        ["Message 3 about booking b1 (moved) is in the outbox 2 times."],
    ),
    "step of what is confirmed": (
        lambda cast: approvals.add_steps(cast.rows["b1"], None, [(None, 1, NOW)], None),
        ["A step of an approval waits for booking b1, which is confirmed."],
    ),
    "step of a wish that is over": (
        lambda cast: approvals.add_steps(cast.rows["b1"], change(cast, "c1", "declined"), [(None, 1, NOW)], None),
        ["A step of an approval waits for change request c1, which is declined."],
    ),
    "step that nobody comes to": (
        lambda cast: approvals.add_steps(
            plain(cast, "b3", TEN + 20 * HALF, "requested", expires_at=NOW), None, [(None, 2, None)], None
        ),
        ["Booking b3 has 1 steps of an approval to come, and none that waits."],
    ),
    "client without an index": (
        lambda cast: (
            add_client(stamped(public_id="k1", name="Ada Client", email="ada@example.org", phone="")),
            cast.store.run("DELETE FROM client_index"),
        ),
        ["Client k1 cannot be found by their email address."],
    ),
    "unknown status of a booking": (
        run("UPDATE booking SET status = 'lost' WHERE id = {b2}"),
        ["Booking b2 has the unknown status lost."],
    ),
    "unknown status of a change": (
        lambda cast: change(cast, "c1", "lost"),
        ["Change request c1 has the unknown status lost."],
    ),
    "unknown status of a waiting entry": (
        lambda cast: waiting(cast, "lost"),
        ["Waiting entry w1 has the unknown status lost."],
    ),
    "lost answer": (
        answer("b1,b9"),
        ["The stored answer to request k1 promises booking b9, which does not exist."],
    ),
    "batch that continues none": (
        run(f"INSERT INTO audit_batch {_BATCH} (2, 1, 1, 1, 'x', 'y', 0)", f"INSERT INTO audit_entry {_ENTRY}, 2)"),
        ["Batch 2 of the audit log does not continue the batch before it."],
    ),
    "batch with too few entries": (
        run(f"INSERT INTO audit_batch {_BATCH} (1, 1, 2, 2, '0', 'y', 0)", f"INSERT INTO audit_entry {_ENTRY}, 1)"),
        ["Batch 1 of the audit log has 1 entries instead of 2."],
    ),
    "entry of no batch": (
        run(f"INSERT INTO audit_entry {_ENTRY}, 7)"),
        ["Entry 1 of the audit log is sealed in batch 7, which is missing."],
    ),
    "no counter": (run("DELETE FROM revision"), ["The counter of changes to the set-up is missing."]),
}


def test_check_of_a_database_that_is_well_finds_nothing(store: Store) -> None:
    installation(store)
    assert check_database(store) == []


@pytest.mark.parametrize("name", FAULTS)
def test_check_finds_a_planted(store: Store, name: str) -> None:
    cast = installation(store)
    plant, sentences = FAULTS[name]
    store.write(lambda: plant(cast))
    assert check_database(store) == list(sentences)


@pytest.mark.parametrize(
    "plant",
    [
        lambda cast: series(cast, 1),
        lambda cast: visit(cast, 1),
        lambda cast: held_beside(cast, change(cast, "c1"), NOW + 60),
        lambda cast: plain(cast, "b3", TEN + 20 * HALF, "requested", expires_at=NOW),
        lambda cast: plain(cast, "b3", TEN + 20 * HALF, "held", told=False, expires_at=NOW),
        lambda cast: waiting(cast, "waiting"),
        answer("b1,b2"),
        answer("anything else", "visitor:series"),
    ],
)
def test_check_accepts_what_is_allowed(store: Store, plant: Plant) -> None:
    cast = installation(store)
    store.write(lambda: plant(cast))
    assert check_database(store) == []


def test_check_knows_that_services_are_edited(store: Store) -> None:
    cast = installation(store)
    edit = "UPDATE service SET changed_at = changed_at + 1"
    store.write(lambda: run(edit, "DELETE FROM allocation WHERE resource_id = {Ben}")(cast))
    assert check_database(store) == []


def test_check_knows_since_when_the_outbox_is_complete(store: Store) -> None:
    cast = installation(store)
    store.write(lambda: run("DELETE FROM outbox_message")(cast))
    store.write(lambda: outbox.mark_complete_from(NOW + 1))
    store.write(lambda: outbox.mark_complete_from(NOW - 1))
    assert check_database(store) == []


def test_check_of_many_faults_tells_the_first_and_how_many(store: Store) -> None:
    cast = installation(store)

    def plant() -> None:
        for number in range(MOST + 5):
            plain(cast, f"x{number}", TEN + (20 + number) * HALF, told=False)

    store.write(plant)
    found = check_database(store)
    assert (len(found), found[-1]) == (MOST + 1, "... and 5 more of this kind.")


def test_check_has_a_test_for_each_rule() -> None:
    told = [sentence for _, sentences in FAULTS.values() for sentence in sentences]
    untested = {
        one.sentence
        for one in INVARIANTS
        if not any(sentence.startswith(one.sentence.split("{}")[0]) for sentence in told)
    }
    by_constraint = {one for one in untested if "end after it starts" in one or "delivery id" in one}
    assert untested == by_constraint
