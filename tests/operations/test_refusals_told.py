"""What a refusal says of others: whoever may not see their calendars learns only that a time cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant
from app.access.permissions import Permission, all_of, own_of
from app.booking.refusals import Conflict, JustTaken, NotAvailable, Refusal, ResourceAway
from app.operations.book import book, hold
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import HoldRequest, MoveRequest, SeriesRequest, VisitPart, VisitRequest
from app.operations.series import book_series
from app.operations.visits import book_visit
from app.storage.store import Store
from app.storage.tables import TimeOff
from tests.cast import HOUR, NOW, Cast, Need
from tests.operations.helpers import ADA, BEN, TEN, client, system, visitor, wish

NOON, ONE, TWO = TEN + 2 * HOUR, TEN + 3 * HOUR, TEN + 4 * HOUR
NEXT = tuple(TWO + 900 * number for number in range(3))
AWAY = ResourceAway("Ben", "", ONE, TWO)


@pytest.fixture
def cast(store: Store) -> Cast:
    """Ada and Ben give consultations; Ben is booked from noon until one, and away from then until two."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        cast.service("Consultation", [Need(cast.resources(["Ada", "Ben"]))], ["Centre"], durations=[30, 60])
        away = {"resource": cast.rows["Ben"], "start_at": ONE, "end_at": TWO, "reason": "Dentist"}
        TimeOff.create(public_id="off", created_at=NOW, changed_at=NOW, **away)
        store.bump_catalog()

    store.write(fill)
    book(system(cast), wish(cast, NOON, provider=cast.ids["Ben"], duration_minutes=60, client=BEN))
    return cast


def ada(cast: Cast, *everywhere: Permission) -> Context:
    """Ada, who may book and move what is her own, and these everywhere."""
    own = own_of(Permission.BOOK_FOR_OTHERS, Permission.MOVE, Permission.SEE_TITLES, Permission.SEE_BUSY)
    grants = (Grant("Own", own), Grant("More", all_of(*everywhere)))
    return Context(cast.store, Actor(ActorKind.USER, "Ada", 1, grants=grants, resource_id=cast.rows["Ada"]), cast.now)


def with_ben(cast: Cast, start: int) -> MoveRequest:
    """What asks for Ben at a time, of a booking of Ada's two hours earlier."""
    mine = book(system(cast), wish(cast, start - 2 * HOUR, provider=cast.ids["Ada"])).public_id
    return MoveRequest(mine, start, provider=cast.ids["Ben"])


def moving(context: Context, cast: Cast, start: int) -> object:
    return move(context, with_ben(cast, start))


def booking(context: Context, cast: Cast, start: int) -> object:
    return book(context, wish(cast, start, provider=cast.ids["Ben"]))


def holding(context: Context, cast: Cast, start: int) -> object:
    slot = HoldRequest(cast.ids["Consultation"], cast.ids["Centre"], start, provider=cast.ids["Ben"])
    return hold(context, slot)


def overriding(context: Context, cast: Cast, start: int) -> object:
    return book(context, wish(cast, start, provider=cast.ids["Ben"], override=True, override_reason="Urgent"))


def visiting(context: Context, cast: Cast, start: int) -> object:
    part = VisitPart(cast.ids["Consultation"], provider=cast.ids["Ben"])
    return book_visit(context, VisitRequest((part,), cast.ids["Centre"], start, ADA))


def refused(work: Callable[[Context, Cast, int], object], context: Context, cast: Cast, start: int) -> Refusal:
    with pytest.raises(Refusal) as found:
        work(context, cast, start)
    return found.value


WAYS: Mapping[str, Callable[[Context, Cast, int], object]] = {
    "book": booking,
    "hold": holding,
    "move": moving,
    "visit": visiting,
}


@pytest.mark.parametrize("way", WAYS)
def test_colleague_who_may_not_look_is_told_only_that_it_is_not_available(cast: Cast, way: str) -> None:
    found = [refused(WAYS[way], ada(cast), cast, start) for start in (NOON, ONE)]
    assert found == [NotAvailable(next_free=NEXT)] * 2


def test_colleague_who_sets_rules_aside_is_not_told_what_takes_somebody(cast: Cast) -> None:
    assert refused(overriding, ada(cast, Permission.OVERRIDE_RULES), cast, NOON) == NotAvailable(next_free=NEXT)


def test_colleague_learns_nothing_from_a_series(cast: Cast) -> None:
    first = wish(cast, NOON, provider=cast.ids["Ben"])
    found = book_series(ada(cast), SeriesRequest(first, "FREQ=DAILY;COUNT=1"))
    assert [one.refusal for one in found.occurrences] == [NotAvailable()]


@pytest.mark.parametrize("way", WAYS)
def test_who_sees_calendars_is_told_what_is_in_the_way(cast: Cast, way: str) -> None:
    sees = ada(cast, Permission.SEE_BUSY)
    found = [refused(WAYS[way], sees, cast, start) for start in (NOON, ONE)]
    assert found == [JustTaken((Conflict("Ben", NOON, ONE),), NEXT), AWAY]


def test_one_who_is_booked_themselves_is_told_so(cast: Cast) -> None:
    book(system(cast), wish(cast, provider=cast.ids["Ada"]))
    with pytest.raises(JustTaken) as found:
        book(ada(cast), wish(cast))
    assert found.value.conflicts == (Conflict("Ada", TEN, TEN + 1800),)


@pytest.mark.parametrize("start", [NOON, ONE])
def test_visitors_and_clients_are_told_only_that_it_has_been_taken(cast: Cast, start: int) -> None:
    request = with_ben(cast, start)
    with pytest.raises(JustTaken) as found:
        move(client(cast, request.booking), request)
    assert (found.value, refused(booking, visitor(cast), cast, start)) == (JustTaken((), NEXT), JustTaken((), NEXT))
