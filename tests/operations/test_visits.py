"""Several services in one visit, on both databases."""

from __future__ import annotations

import pytest

from app.booking.refusals import InvalidInput, JustTaken, LimitReached
from app.operations.approvals.approve import approve
from app.operations.book import book
from app.operations.change import cancel
from app.operations.letters.booking_letters import NoLetterError
from app.operations.requests import VisitPart, VisitRequest
from app.operations.visits import book_visit, find_visit_slots
from app.storage.check import check_database
from app.storage.store import Store
from app.storage.tables import Booking, Service, WeeklyHours
from tests.cast import HOUR, MONDAY, Cast, Need, one_provider
from tests.operations.helpers import ADA, BEN, TEN, client, message_kinds, system, visitor, wish
from tests.operations.letter_helpers import HEAD, in_calendar, letters


def twice(cast: Cast, start: int = TEN, **changes: object) -> VisitRequest:
    """Two consultations, one after the other."""
    part = VisitPart(cast.ids["Consultation"])
    return VisitRequest((part, part), cast.ids["Centre"], start, ADA, **changes)  # type: ignore[arg-type]


def two_services(store: Store) -> Cast:
    """Massage by Ada or Ben, then talk by Ada alone, each with ten minutes after it."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        ada, ben = cast.resources(["Ada", "Ben"])
        cast.service("Massage", [Need([ada, ben])], ["Centre"], buffer_after_minutes=10)
        cast.service("Consultation", [Need([ada])], ["Centre"], buffer_after_minutes=10)
        store.bump_catalog()

    store.write(fill)
    return cast


def test_visit_books_services_one_after_the_other(store: Store) -> None:
    cast = one_provider(store)
    parts = (VisitPart(cast.ids["Consultation"]), VisitPart(cast.ids["Consultation"]))
    views = book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN, ADA))
    assert [(view.start, view.visit) for view in views] == [(TEN, views[0].visit), (TEN + 1800, views[0].visit)]


def test_visit_with_one_taken_part_books_nothing(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, TEN + 1800, client=BEN))
    parts = (VisitPart(cast.ids["Consultation"]), VisitPart(cast.ids["Consultation"]))
    with pytest.raises(JustTaken):
        book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN, ADA))
    assert Booking.select().count() == 1


def test_visit_assigns_the_parts_together_not_one_by_one(store: Store) -> None:
    cast = two_services(store)
    parts = (VisitPart(cast.ids["Massage"]), VisitPart(cast.ids["Consultation"]))
    views = book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN, ADA))
    assert [[one.name for one in view.resources] for view in views] == [["Ben"], ["Ada"]]
    assert check_database(store) == []


def test_visit_slots_are_those_that_can_be_booked(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    part = VisitPart(cast.ids["Consultation"])
    found = find_visit_slots(visitor(cast), (part, part), cast.ids["Centre"], TEN - 900, TEN + 2 * HOUR)
    assert found == [TEN - 900, TEN, TEN + HOUR + 1800, TEN + HOUR + 2700]


def test_visit_just_taken_names_the_next_starts_of_the_whole_visit(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, TEN + 1800, client=BEN))
    with pytest.raises(JustTaken) as refusal:
        book_visit(visitor(cast), twice(cast))
    assert refusal.value.next_free == (TEN + HOUR, TEN + HOUR + 900, TEN + HOUR + 1800)


def test_visit_same_key_twice_books_once(store: Store) -> None:
    cast = one_provider(store)
    first = book_visit(visitor(cast), twice(cast, key="v1"))
    assert book_visit(visitor(cast), twice(cast, key="v1")) == first
    assert (Booking.select().count(), message_kinds()) == (2, ["visit_booked"])


@pytest.mark.parametrize("parts", [0, 9])
def test_visit_with_too_few_or_many_parts_is_refused(store: Store, parts: int) -> None:
    cast = one_provider(store)
    wished = (VisitPart(cast.ids["Consultation"]),) * parts
    with pytest.raises(InvalidInput):
        book_visit(visitor(cast), VisitRequest(wished, cast.ids["Centre"], TEN, ADA))


def test_visit_with_a_group_session_is_refused(store: Store) -> None:
    cast = one_provider(store, capacity=3)
    with pytest.raises(InvalidInput):
        book_visit(visitor(cast), twice(cast))


DAY = 24 * HOUR


def visit_slots(cast: Cast, names: tuple[str, ...], days: int) -> list[int]:
    parts = tuple(VisitPart(cast.ids[name]) for name in names)
    return find_visit_slots(visitor(cast), parts, cast.ids["Centre"], MONDAY, MONDAY + days * DAY)


@pytest.mark.parametrize(("limit", "free"), [("limit_per_day", TEN + DAY), ("limit_per_week", TEN + 7 * DAY)])
def test_visit_slots_leave_out_days_and_weeks_whose_limit_is_reached(store: Store, limit: str, free: int) -> None:
    cast = two_services(store)
    store.write(lambda: Service.update({limit: 1}).where(Service.name == "Consultation").execute())
    store.write(store.bump_catalog)
    names = ("Massage", "Consultation")
    assert visit_slots(cast, names, 1)[0] == TEN - 2 * HOUR
    book(visitor(cast), wish(cast, TEN + 7 * HOUR, client=BEN))
    assert visit_slots(cast, names, 14)[0] == free - 2 * HOUR
    assert visit_slots(cast, ("Massage",), 1)[0] == TEN - 2 * HOUR


def test_visit_slots_count_the_parts_of_the_visit_for_the_limit(store: Store) -> None:
    cast = one_provider(store, limit_per_day=2)
    names = ("Consultation", "Consultation")
    assert TEN in visit_slots(cast, names, 1)
    assert visit_slots(cast, (*names, "Consultation"), 1) == []
    book(visitor(cast), wish(cast, TEN + HOUR, client=BEN))
    assert visit_slots(cast, names, 1) == []
    with pytest.raises(LimitReached):
        book_visit(visitor(cast), twice(cast))


def test_visit_over_midnight_counts_each_part_on_its_own_day(store: Store) -> None:
    cast = one_provider(store, limit_per_day=1)
    store.write(lambda: WeeklyHours.delete().execute())
    store.write(store.bump_catalog)
    found = visit_slots(cast, ("Consultation", "Consultation"), 2)
    assert [start - MONDAY - DAY for start in found] == [-1800, -900, DAY - 1800, DAY - 900]
    assert len(book_visit(visitor(cast), twice(cast, found[0]))) == 2


def asked_visit(store: Store) -> tuple[Cast, list[str]]:
    """A massage that is confirmed at once, then a consultation that has to be approved."""
    cast = two_services(store)
    store.write(lambda: Service.update(needs_approval=True).where(Service.name == "Consultation").execute())
    store.write(store.bump_catalog)
    parts = (VisitPart(cast.ids["Massage"]), VisitPart(cast.ids["Consultation"]))
    views = book_visit(visitor(cast), VisitRequest(parts, cast.ids["Centre"], TEN, ADA))
    return cast, [view.public_id for view in views]


def test_visit_letter_has_every_part_with_its_link_and_state(store: Store) -> None:
    cast, bookings = asked_visit(store)
    letter = letters(cast)["visit_booked"]
    assert (letter.subject, letter.to_email) == ("Your visit: Monday 7 January 2030, 11:00", "ada@example.org")
    assert letter.links == tuple(map(HEAD.manage_link, bookings))
    _, massage, consultation = letter.text.split("What:")
    assert [word in massage for word in ("Massage", "11:00 to 11:30", "Ben", "Status:        Confirmed")] == [True] * 4
    assert [word in consultation for word in ("11:30 to 12:00", "Ada", "Not confirmed yet")] == [True] * 3
    assert letter.attachment is not None
    assert (letter.attachment.method, letter.attachment.content.count(b"BEGIN:VEVENT")) == ("PUBLISH", 2)
    assert [word in letter.attachment.content for word in (b"SUMMARY:Massage", b"SUMMARY:Consultation")] == [True] * 2
    assert check_database(store) == []


def test_visit_part_is_approved_by_a_letter_of_its_own(store: Store) -> None:
    cast, bookings = asked_visit(store)
    approve(system(cast), bookings[1])
    assert message_kinds() == ["visit_booked", "approved"]
    assert in_calendar(letters(cast)["approved"]) == [TEN + 1800]
    assert "Not confirmed yet" not in letters(cast)["visit_booked"].text
    assert check_database(store) == []


def test_visit_letter_leaves_out_what_was_cancelled_before_it_left(store: Store) -> None:
    cast, bookings = asked_visit(store)
    cancel(client(cast, bookings[0]), bookings[0])
    assert letters(cast)["visit_booked"].links == (HEAD.manage_link(bookings[1]),)
    cancel(client(cast, bookings[1]), bookings[1])
    with pytest.raises(NoLetterError, match="None of the parts"):
        letters(cast)
