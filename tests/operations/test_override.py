"""Rules are set aside only in the part that this right was given for: a place, a device, one's own bookings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, ReadyMade, own_of
from app.booking.refusals import NotAllowed
from app.operations.book import book
from app.operations.change import move
from app.operations.context import Context
from app.operations.requests import BookingRequest, ClientDetails, MoveRequest, SeriesRequest
from app.operations.series import book_series
from app.storage.store import Store
from app.storage.tables import Booking
from tests.cast import HOUR, MONDAY, Cast, Need, granted
from tests.operations.helpers import TEN, system, wish

NIGHT = MONDAY + 3 * HOUR
DAILY = "FREQ=DAILY;COUNT=2"


@pytest.fixture
def cast(store: Store) -> Cast:
    """Ada and Ben give consultations at the Centre and the Park; a laser is used in both."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        cast.location("Park")
        people = cast.resources(["Ada", "Ben"])
        cast.resource("Laser", "device")
        cast.service("Consultation", [Need(people)], ["Centre", "Park"])
        cast.user("Uma", "provider", "Ada")
        store.bump_catalog()

    store.write(fill)
    return cast


def desk_and(cast: Cast, grant: Grant) -> Context:
    """Ada, who works at the front desk of everything and has a grant besides."""
    grants = (granted(ReadyMade.FRONT_DESK), grant)
    actor = Actor(ActorKind.USER, "Uma", cast.rows["Uma"], grants=grants, resource_id=cast.rows["Ada"])
    return Context(cast.store, actor, cast.now)


def manages(cast: Cast, kind: ScopeKind, name: str) -> Context:
    """Ada, who manages one part besides."""
    row = cast.rows[name]
    resources = frozenset([row] if kind is ScopeKind.RESOURCE else [])
    return desk_and(cast, granted(ReadyMade.MANAGER, Scope(kind, row, resources, name)))


def overrides_own(cast: Cast) -> Context:
    """Ada, who may override rules for bookings of her own."""
    return desk_and(cast, Grant("Own times", own_of(Permission.OVERRIDE_RULES)))


def at_night(cast: Cast, place: str = "Centre", person: str = "Ben") -> BookingRequest:
    request = wish(cast, NIGHT, location=cast.ids[place], provider=cast.ids[person])
    return replace(request, override=True, override_reason="Agreed by phone")


def moved_to_night(booking: str, provider: str | None = None, start: int = NIGHT) -> MoveRequest:
    return MoveRequest(booking, start, provider=provider, override=True, override_reason="Agreed by phone")


def test_rules_of_a_place_are_for_those_who_may_override_there(cast: Cast) -> None:
    context = manages(cast, ScopeKind.LOCATION, "Park")
    elsewhere = at_night(cast, "Centre")
    with pytest.raises(NotAllowed, match="only for Park"):
        book(context, elsewhere)
    with pytest.raises(NotAllowed, match="only for Park"):
        book_series(context, SeriesRequest(elsewhere, DAILY))
    assert Booking.select().count() == 0
    assert book(context, at_night(cast, "Park")).start == NIGHT
    later = replace(at_night(cast, "Park"), start=NIGHT + HOUR)
    assert [one.refusal for one in book_series(context, SeriesRequest(later, DAILY)).occurrences] == [None, None]


def test_booking_moves_to_the_night_only_where_its_rules_may_be_overridden(cast: Cast) -> None:
    context = manages(cast, ScopeKind.LOCATION, "Park")
    there = book(system(cast), wish(cast, provider=cast.ids["Ben"])).public_id
    with pytest.raises(NotAllowed, match="only for Park"):
        move(context, moved_to_night(there))
    here = book(system(cast), wish(cast, TEN + HOUR, location=cast.ids["Park"], provider=cast.ids["Ben"])).public_id
    assert move(context, moved_to_night(here)).start == NIGHT


def test_override_of_ones_own_is_for_what_one_gives(cast: Cast) -> None:
    context = overrides_own(cast)
    with pytest.raises(NotAllowed, match="bookings of your own"):
        book(context, at_night(cast))
    others = book(system(cast), wish(cast, provider=cast.ids["Ben"])).public_id
    with pytest.raises(NotAllowed, match="bookings of your own"):
        move(context, moved_to_night(others))
    assert move(context, moved_to_night(others, provider=cast.ids["Ada"])).start == NIGHT
    assert book(context, replace(at_night(cast, person="Ada"), start=NIGHT + HOUR)).start == NIGHT + HOUR


def test_override_of_ones_own_is_for_what_is_made_for_oneself(cast: Cast) -> None:
    context = overrides_own(cast)
    mine = book(context, replace(at_night(cast), client=ClientDetails(is_actor=True))).public_id
    assert move(context, moved_to_night(mine, start=NIGHT + HOUR)).start == NIGHT + HOUR


def test_device_that_is_added_gives_no_right_over_the_others(cast: Cast) -> None:
    context = manages(cast, ScopeKind.RESOURCE, "Laser")
    with pytest.raises(NotAllowed, match="only for Laser"):
        book(context, replace(at_night(cast), together=(cast.ids["Laser"],)))
    of_ben = manages(cast, ScopeKind.RESOURCE, "Ben")
    with pytest.raises(NotAllowed, match="only for Ben"):
        book(of_ben, replace(at_night(cast), together=(cast.ids["Laser"],)))
    assert book(of_ben, at_night(cast)).start == NIGHT
