"""Taking clients out for good: after a service's days, and on request; bookings stay and count."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import cancel, complete, move
from app.operations.clients.client_archive import collect_client
from app.operations.clients.erasure import anonymise_old, erase_client
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.operations.look_up import get_booking, view_of
from app.operations.requests import (
    ClientDetails,
    MoveRequest,
    Reach,
    SeriesRequest,
    VisitPart,
    VisitRequest,
    WaitingRequest,
)
from app.operations.responsible import NOBODY, make_responsible
from app.operations.series import book_series
from app.operations.views import BookingView
from app.operations.visits import book_visit
from app.operations.waiting import join_waiting_list
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Attendee, Booking, Client, OutboxMessage, Series, WaitingEntry
from tests.cast import HOUR, Cast, change_row, one_provider, user
from tests.operations.approval_cast import Steps, rule
from tests.operations.helpers import ADA, BEN, TEN, client, staff, system, visitor, wish
from tests.operations.test_twice_at_once import twice

DAY = 86_400
AFTER = TEN + 31 * DAY
HEAD = Letterhead("https://booking.example.org", "Practice <practice@example.org>", b"a secret, long enough")
QUESTION = {"public_id": "why", "label": "Why?", "kind": "text", "required": False, "choices": []}


def keeping(store: Store, days: int | None = 30, **values: object) -> Cast:
    """An installation whose service keeps clients for so many days."""
    return one_provider(store, anonymise_after_days=days, questions=json.dumps([QUESTION]), **values)


def booked(cast: Cast, start: int = TEN, **changes: object) -> str:
    """Book with everything that a client can say."""
    texts: dict[str, Any] = {"comment": "by bike", "answers": {"why": "knee"}, "attendees": ("Carla",)}
    return book(visitor(cast), wish(cast, start, **{**texts, **changes})).public_id


def client_id(email: str = "ada@example.org") -> str:
    """The public id of a client."""
    return next(str(row.public_id) for row in Client.select() if row.email == email)


def facts_of(booking: str) -> tuple[object, ...]:
    """What is stored of a booking that could tell whose it is."""
    row = Booking.get(Booking.public_id == booking)
    names = [one.name for one in Attendee.select().where(Attendee.booking == row.id).order_by(Attendee.position)]
    return row.client_id, row.comment, row.answers, row.tzid, row.series_id, names


NOBODYS = (None, "", "{}", "", None, ["", ""])


def test_booking_older_than_its_service_keeps_clients_is_nobodys(store: Store) -> None:
    cast = keeping(store, capacity=5)
    old = booked(cast, seats=2)
    assert anonymise_old(system(cast, AFTER)) == 1
    assert facts_of(old) == NOBODYS
    assert (Client.select().count(), check_database(store)) == (0, [])


def test_booking_that_is_younger_stays_as_it_is(store: Store) -> None:
    cast = keeping(store)
    young = booked(cast)
    before = facts_of(young)
    assert anonymise_old(system(cast, TEN + 30 * DAY)) == 0
    assert facts_of(young) == before


def test_service_without_days_keeps_its_clients(store: Store) -> None:
    cast = keeping(store, None)
    kept = booked(cast)
    assert anonymise_old(system(cast, TEN + 9999 * DAY)) == 0
    assert facts_of(kept)[1] == "by bike"


def test_second_run_finds_nothing_more(store: Store) -> None:
    cast = keeping(store)
    booked(cast)
    assert [anonymise_old(system(cast, AFTER)) for _ in range(2)] == [1, 0]


def test_client_with_a_younger_booking_stays_known_by_that_one(store: Store) -> None:
    cast = keeping(store)
    old, young = booked(cast), booked(cast, TEN + 20 * DAY)
    assert anonymise_old(system(cast, AFTER)) == 1
    assert (facts_of(old), view_of(system(cast), young).client_name) == (NOBODYS, "Ada Client")


def test_many_bookings_are_done_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.operations.clients.erasure.AT_ONCE", 2)
    cast = keeping(store)
    old = [booked(cast, TEN + number * HOUR) for number in range(5)]
    assert anonymise_old(system(cast, AFTER)) == 5
    assert [facts_of(one) for one in old] == [NOBODYS] * 5


def test_series_is_kept_until_its_last_date_is_old_enough(store: Store) -> None:
    cast = keeping(store)
    first = wish(cast, comment="by bike", answers={"why": "knee"})
    series = book_series(system(cast), SeriesRequest(first, "FREQ=WEEKLY;COUNT=3"))
    assert anonymise_old(system(cast, TEN + 40 * DAY)) == 0
    assert anonymise_old(system(cast, TEN + 45 * DAY)) == 3
    assert [facts_of(one.booking.public_id)[:5] for one in series.occurrences if one.booking] == [NOBODYS[:5]] * 3
    assert (Series.select().count(), Client.select().count(), check_database(store)) == (0, 0, [])


def test_visit_is_nobodys_and_the_check_still_finds_nothing(store: Store) -> None:
    cast = keeping(store)
    parts = (VisitPart(cast.ids["Consultation"]), VisitPart(cast.ids["Consultation"]))
    book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN, ADA))
    assert anonymise_old(system(cast, AFTER)) == 2
    assert (Client.select().count(), check_database(store)) == (0, [])


def test_entries_of_the_waiting_list_go_with_their_day(store: Store) -> None:
    cast = keeping(store)
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + HOUR)
    join_waiting_list(visitor(cast), request)
    anonymise_old(system(cast, AFTER))
    assert (WaitingEntry.select().count(), Client.select().count()) == (0, 0)


def test_what_staff_wrote_and_what_waits_is_taken_out_of_messages(store: Store) -> None:
    cast = keeping(store)
    cancel(system(cast), booked(cast), "Ada is ill")
    anonymise_old(system(cast, AFTER))
    rows = list(OutboxMessage.select().order_by(OutboxMessage.id))
    assert [json.loads(row.payload).get("reason") for row in rows] == [None, ""]
    assert [(row.status, row.last_error) for row in rows] == [("given_up", "The client was erased before.")] * 2


def test_erased_client_is_gone_and_the_bookings_count(store: Store) -> None:
    cast = keeping(store, None)
    ended, other = booked(cast), booked(cast, TEN + HOUR, client=BEN)
    complete(system(cast, TEN + HOUR), ended)
    assert erase_client(system(cast, TEN + 2 * HOUR), client_id()) == 1
    assert (facts_of(ended), view_of(system(cast), ended).status) == (NOBODYS, "completed")
    assert [row.email for row in Client.select()] == ["ben@example.org"]
    assert (view_of(system(cast), other).client_name, check_database(store)) == ("Ben Client", [])


def test_erasing_a_client_with_a_series_leaves_no_rule_behind(store: Store) -> None:
    cast = keeping(store, None)
    series = book_series(system(cast), SeriesRequest(wish(cast), "FREQ=WEEKLY;COUNT=3"))
    first = series.occurrences[0].booking
    assert first is not None
    cancel(system(cast), first.public_id, reach=Reach.ALL)
    assert erase_client(system(cast), client_id()) == 3
    assert (Series.select().count(), Client.select().count(), check_database(store)) == (0, 0, [])


@pytest.mark.parametrize(
    ("count", "problem"),
    [
        (1, "This client has 1 booking that is not over yet; please cancel first what is not to take place."),
        (2, "This client has 2 bookings that are not over yet; please cancel first what is not to take place."),
    ],
)
def test_client_with_bookings_to_come_is_not_erased(store: Store, count: int, problem: str) -> None:
    cast = keeping(store)
    for number in range(count):
        booked(cast, TEN + number * HOUR)
    with pytest.raises(InvalidInput) as refused:
        erase_client(system(cast), client_id())
    assert refused.value.problem == problem
    assert Client.select().count() == 1


def test_erasing_somebody_with_an_account_hides_that_they_booked_it(store: Store) -> None:
    cast = keeping(store)
    store.write(lambda: cast.user("Sam", "front_desk"))
    actor = replace(user(ReadyMade.FRONT_DESK, name="Sam", user_id=cast.rows["Sam"]), email="sam@example.org")
    own = book(Context(store, actor, cast.now), wish(cast, client=ClientDetails(is_actor=True))).public_id
    make_responsible(system(cast), own, cast.ids["Sam"], NOBODY)
    erase_client(system(cast, AFTER), client_id("sam@example.org"))
    row = Booking.get(Booking.public_id == own)
    assert (row.created_by_id, row.responsible_id, Client.select().count()) == (None, None, 0)


@pytest.mark.parametrize("role", [one for one in ReadyMade if one is not ReadyMade.ADMINISTRATOR])
def test_only_who_answers_data_requests_erases_and_collects(store: Store, role: ReadyMade) -> None:
    cast = keeping(store)
    booked(cast)
    for act in (lambda: erase_client(staff(cast, role), client_id()), lambda: _collect(staff(cast, role))):
        with pytest.raises(NotAllowed):
            act()
    assert Client.select().count() == 1


def test_link_of_a_booking_that_is_nobodys_opens_nothing(store: Store) -> None:
    cast = keeping(store)
    old = booked(cast)
    anonymise_old(system(cast, AFTER))
    with pytest.raises(NotFound):
        get_booking(client(cast, old), old)


def test_of_two_who_erase_at_once_one_is_told_that_nobody_is_there(store: Store) -> None:
    cast = keeping(store)
    booked(cast)
    public_id = client_id()
    found = twice(store, *[lambda: erase_client(system(cast, AFTER), public_id)] * 2)
    assert sorted(repr(one) for one in found) == sorted(["1", repr(NotFound(kind="client", reference=public_id))])
    assert check_database(store) == []


@pytest.mark.parametrize("number", range(3))
def test_client_who_books_while_being_erased_keeps_that_booking(store: Store, number: int) -> None:
    cast = keeping(store)
    later = system(cast, TEN + 12 * HOUR)
    booked(cast, TEN + number * HOUR)
    public_id, again = client_id(), wish(cast, TEN + DAY)
    erased, new = twice(store, lambda: erase_client(later, public_id), lambda: book(later, again))
    assert isinstance(erased, int | InvalidInput)
    assert isinstance(new, BookingView)
    assert (view_of(later, new.public_id).client_name, check_database(store)) == ("Ada Client", [])


def _collect(context: Context) -> dict[str, Any]:
    return dict(collect_client(context, client_id(), HEAD).facts)


def test_archive_holds_all_that_is_kept_about_a_client(store: Store) -> None:
    cast = keeping(store, capacity=5)
    booking = booked(cast, seats=2)
    store.write(lambda: change_row(Client.get(), phone="030 1234", tzid="UTC"))
    booked(cast, TEN + HOUR, client=BEN)
    facts = _collect(system(cast))
    assert facts["client"] == {
        "id": client_id(),
        "name": "Ada Client",
        "email": "ada@example.org",
        "phone": "030 1234",
        "notes": "",
        "time_zone": "UTC",
        "language": "en",
        "known_since": "2030-01-04T00:00:00Z",
        "changed_at": "2030-01-04T00:00:00Z",
    }
    assert facts["bookings"] == [
        {
            "id": booking,
            "service": "Consultation",
            "location": "Centre",
            "start": "2030-01-07T10:00:00Z",
            "end": "2030-01-07T10:30:00Z",
            "status": "confirmed",
            "seats": 2,
            "time_zone": "Europe/Berlin",
            "series_rule": None,
            "comment": "by bike",
            "answers": [{"question": "Why?", "answer": "knee"}],
            "other_attendees": ["Carla"],
            "taken": [{"kind": "person", "name": "Ada", "is_extra": False}],
            "wished_changes": [],
            "approvals": [],
            "labels": [],
            "checked_in_at": None,
            "booked_at": "2030-01-04T00:00:00Z",
            "changed_at": "2030-01-04T00:00:00Z",
        }
    ]
    assert [one["kind"] for one in facts["messages"]] == ["confirmed"]


def test_archive_holds_wishes_approvals_check_in_waiting_letters_and_history(store: Store) -> None:
    cast = keeping(store)
    rule(cast, "Consultation", Steps())
    mine = booked(cast)
    approve(system(cast), mine)
    move(client(cast, mine), MoveRequest(mine, TEN + HOUR))
    store.write(lambda: change_row(Booking.get(), checked_in_at=TEN))
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], ADA, TEN, TEN + HOUR)
    entry = join_waiting_list(visitor(cast), request)
    join_waiting_list(visitor(cast), replace(request, client=BEN))
    facts = _collect(system(cast))
    booking = facts["bookings"][0]
    assert booking["checked_in_at"] == "2030-01-07T10:00:00Z"
    wish_of = {"start": "2030-01-07T11:00:00Z", "end": "2030-01-07T11:30:00Z", "status": "requested"}
    assert [{key: one[key] for key in wish_of} for one in booking["wished_changes"]] == [wish_of]
    steps = [(one["of_wished_change"], one["status"], one["decided_at"]) for one in booking["approvals"]]
    assert steps == [(False, "approved", "2030-01-04T00:00:00Z"), (True, "waiting", None)]
    assert [one["kind"] for one in facts["messages"] if one["about"] == entry.public_id] == ["waiting_joined"]
    assert [one["about"] for one in facts["messages"]].count(mine) == 3
    assert [(one["action"], one["about"], one["by"]) for one in facts["history"]] == [
        ("booked", mine, "visitor"),
        ("step_approved", mine, "system"),
        ("approved", mine, "system"),
        ("change_wished", mine, "client"),
        ("waiting_joined", entry.public_id, "visitor"),
    ]


def test_archive_has_the_bookings_for_a_calendar(store: Store) -> None:
    cast = keeping(store)
    booked(cast)
    calendar = collect_client(system(cast), client_id(), HEAD).calendar.decode()
    assert (calendar.count("BEGIN:VEVENT"), "SUMMARY:Consultation" in calendar) == (1, True)


def waiting_for_another_time(store: Store) -> tuple[Cast, str]:
    """A client whose booking is over while the wish for another time still waits."""
    cast = keeping(store, needs_approval=True, request_expiry_minutes=60 * 24 * 60)
    mine = booked(cast)
    approve(system(cast), mine)
    move(client(cast, mine), MoveRequest(mine, TEN + 40 * DAY))
    return cast, mine


def test_client_who_waits_for_another_time_is_not_erased(store: Store) -> None:
    cast, _ = waiting_for_another_time(store)
    with pytest.raises(InvalidInput) as refused:
        erase_client(system(cast, TEN + DAY), client_id())
    assert refused.value.problem == "This client still waits for another time; please decide about that wish first."


def test_booking_that_may_still_move_is_not_anonymised(store: Store) -> None:
    cast, mine = waiting_for_another_time(store)
    assert anonymise_old(system(cast, AFTER)) == 0
    assert facts_of(mine)[1] == "by bike"


def test_letters_about_the_waiting_list_keep_nothing_of_who_is_erased(store: Store) -> None:
    cast = keeping(store)
    request = WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], BEN, TEN, TEN + HOUR)
    join_waiting_list(visitor(cast), request)
    letter = OutboxMessage.get()
    letter.status, letter.last_error = "given_up", "550 ben@example.org unknown"
    store.write(letter.save)
    erase_client(system(cast), client_id("ben@example.org"))
    assert (OutboxMessage.get().last_error, Client.select().count()) == ("", 0)
