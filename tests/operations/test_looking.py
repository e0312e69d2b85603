"""Looking for times, by people whose roles were given for one place: nothing is told of another place's people."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Scope, ScopeKind
from app.access.permissions import ReadyMade
from app.booking.refusals import NotAllowed, NotAvailable
from app.operations.book import book
from app.operations.context import Context
from app.operations.destinations import explain_destination, find_destinations
from app.operations.find_times import TimesQuery, find_times
from app.operations.slots import explain_time, find_slots
from app.storage.store import Store
from app.storage.tables import Service, TimeOff
from tests.cast import HOUR, NOW, Cast, Need, granted
from tests.operations.helpers import TEN, system, visitor, wish


@pytest.fixture
def cast(store: Store) -> Cast:
    """Ada gives consultations in the Centre's room; the Park is elsewhere."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        cast.location("Park")
        ada, room = cast.resource("Ada"), cast.resource("Room", "room", "Centre")
        cast.service("Consultation", [Need([ada]), Need([room])], ["Centre", "Park"])
        store.bump_catalog()

    store.write(fill)
    book(system(cast), wish(cast))
    return cast


def of_place(cast: Cast, role: ReadyMade, place: str) -> Context:
    """Somebody who has a role for one place only."""
    scope = Scope(ScopeKind.LOCATION, cast.rows[place], frozenset(), place)
    return Context(cast.store, Actor(ActorKind.USER, "Somebody", grants=(granted(role, scope),)), cast.now)


def asked(cast: Cast) -> tuple[str, str]:
    return cast.ids["Consultation"], cast.ids["Centre"]


def test_why_a_time_is_not_free_is_told_without_a_cause_to_those_of_another_place(cast: Cast) -> None:
    elsewhere = explain_time(of_place(cast, ReadyMade.VIEWER, "Park"), *asked(cast), TEN)
    here = explain_time(of_place(cast, ReadyMade.VIEWER, "Centre"), *asked(cast), TEN)
    assert (elsewhere.free, elsewhere.refusals) == (False, (NotAvailable(),))
    assert [reason.split(" from")[0] for reason in here.reasons] == ["Ada is booked", "Room is booked"]


def test_why_somebody_is_away_is_told_only_to_those_who_see_details(cast: Cast, store: Store) -> None:
    away = {"resource": cast.rows["Ada"], "start_at": TEN + HOUR, "end_at": TEN + 2 * HOUR, "reason": "Dentist"}
    store.write(lambda: TimeOff.create(**away, public_id="off", created_at=NOW, changed_at=NOW))
    store.write(store.bump_catalog)
    asking = [of_place(cast, role, "Centre") for role in (ReadyMade.VIEWER, ReadyMade.FRONT_DESK)]
    told = [" ".join(explain_time(one, *asked(cast), TEN + HOUR).reasons) for one in asking]
    assert [("is away" in one, "Dentist" in one) for one in told] == [(True, False), (True, True)]


def test_common_times_are_for_those_who_may_book_there(cast: Cast) -> None:
    query = TimesQuery(*asked(cast), (cast.ids["Ada"],), date(2030, 1, 7), 1)
    assert find_times(of_place(cast, ReadyMade.FRONT_DESK, "Centre"), query).count
    with pytest.raises(NotAllowed):
        find_times(of_place(cast, ReadyMade.FRONT_DESK, "Park"), query)


@pytest.mark.parametrize("visibility", ["public", "staff"])
def test_free_times_that_visitors_do_not_see_are_for_those_who_may_book_there(
    cast: Cast, store: Store, visibility: str
) -> None:
    store.write(Service.update(visibility=visibility, changed_at=NOW).execute)
    store.write(store.bump_catalog)
    here, elsewhere = (of_place(cast, ReadyMade.FRONT_DESK, place) for place in ("Centre", "Park"))
    found = find_slots(here, *asked(cast), TEN, TEN + HOUR)
    assert found[0] == TEN + 1800
    if visibility == "public":
        assert find_slots(visitor(cast), *asked(cast), TEN, TEN + HOUR) == found
        assert find_slots(elsewhere, *asked(cast), TEN, TEN + HOUR) == found
    else:
        with pytest.raises(NotAllowed):
            find_slots(elsewhere, *asked(cast), TEN, TEN + HOUR)


def test_booking_elsewhere_is_refused_before_it_tells_what_is_in_the_way(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        book(of_place(cast, ReadyMade.FRONT_DESK, "Park"), wish(cast))


def test_where_a_booking_may_go_is_told_to_those_who_may_move_it(cast: Cast) -> None:
    mine = book(system(cast), wish(cast, TEN + 2 * HOUR)).public_id
    here, elsewhere = (of_place(cast, ReadyMade.FRONT_DESK, place) for place in ("Centre", "Park"))
    assert set(find_destinations(here, mine, TEN, TEN + HOUR).starts) == {cast.ids["Ada"], cast.ids["Room"]}
    assert explain_destination(here, mine, cast.ids["Ada"], TEN).reasons[0].startswith("Ada is booked")
    with pytest.raises(NotAllowed):
        find_destinations(elsewhere, mine, TEN, TEN + HOUR)
    with pytest.raises(NotAllowed):
        explain_destination(elsewhere, mine, cast.ids["Ada"], TEN)
