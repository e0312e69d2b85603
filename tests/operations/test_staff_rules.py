"""Without notice, window and grid things are moved only where the actor may book for others, not wherever they move."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, all_of
from app.booking.refusals import NotAllowed, NotOnGrid
from app.operations.book import book
from app.operations.change import move
from app.operations.context import Context
from app.operations.destinations import explain_destination, find_destinations
from app.operations.displaced import find_displaced
from app.operations.requests import MoveRequest
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.operations.slots import find_slots
from app.storage.store import Store
from tests.cast import HOUR, Cast, pool_of
from tests.operations.helpers import TEN, system, wish

ODD = TEN + HOUR + 7 * 60
MOVES = all_of(Permission.MOVE, Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.MANAGE_HOURS)


@pytest.fixture
def cast(store: Store) -> Cast:
    """Three providers whose clients book at whole hours."""
    return pool_of(store, 3, slot_interval_minutes=60)


def books_for(cast: Cast, name: str) -> Context:
    """Somebody who may move everything, and book for others what one provider gives."""
    scope = Scope(ScopeKind.RESOURCE, None, frozenset([cast.rows[name]]), name)
    one = Grant("Desk of one", all_of(Permission.BOOK_FOR_OTHERS, Permission.SEE_BUSY), scope)
    own = Grant("For oneself", all_of(Permission.BOOK_FOR_SELF))
    return Context(cast.store, Actor(ActorKind.USER, "Uma", grants=(Grant("Mover", MOVES), one, own)), cast.now)


def booked(cast: Cast, name: str, start: int = TEN) -> str:
    return book(system(cast), wish(cast, start, provider=cast.ids[name])).public_id


def test_move_off_the_grid_is_for_what_one_books_for_others(cast: Cast) -> None:
    context = books_for(cast, "Provider 0")
    mine, others = booked(cast, "Provider 0"), booked(cast, "Provider 1")
    for booking in (mine, others):
        with pytest.raises(NotOnGrid):
            move(context, MoveRequest(booking, ODD, provider=cast.ids["Provider 2"]))
    assert move(context, MoveRequest(others, ODD, provider=cast.ids["Provider 0"])).start == ODD
    assert move(context, MoveRequest(mine, TEN + HOUR, provider=cast.ids["Provider 1"])).start == TEN + HOUR


def test_calendar_offers_starts_off_the_grid_for_what_one_books_for_others(cast: Cast) -> None:
    context = books_for(cast, "Provider 0")
    starts = find_destinations(context, booked(cast, "Provider 1"), TEN, TEN + HOUR).starts
    offered = {name: starts[cast.ids[name]] for name in ("Provider 0", "Provider 1", "Provider 2")}
    quarters = [TEN + number * HOUR // 4 for number in range(4)]
    assert offered == {"Provider 0": quarters, "Provider 1": [TEN], "Provider 2": [TEN]}


def test_why_not_tells_of_the_grid_where_it_counts(cast: Cast) -> None:
    context, booking = books_for(cast, "Provider 0"), booked(cast, "Provider 1")
    found = [explain_destination(context, booking, cast.ids[f"Provider {number}"], ODD).free for number in range(3)]
    assert found == [True, False, False]


def test_who_stands_in_off_the_grid_is_who_one_books_for(cast: Cast) -> None:
    booked(cast, "Provider 1", ODD)
    off = save_time_off(system(cast), TimeOffDraft(cast.ids["Provider 1"], TEN, TEN + 4 * HOUR, "Ill"))
    found = find_displaced(books_for(cast, "Provider 0"), off).bookings
    assert [[other.name for other in one.others] for one in found] == [["Provider 0"]]


def test_extras_are_asked_about_for_oneself_where_one_books_for_nobody_else(cast: Cast, store: Store) -> None:
    store.write(lambda: cast.resource("Laser", "device"))
    store.write(lambda: cast.location("North"))
    store.write(store.bump_catalog)
    context = books_for(cast, "Laser")
    elsewhere = replace(context.actor.grants[1], scope=Scope(ScopeKind.LOCATION, cast.rows["North"], name="North"))
    grants = (context.actor.grants[0], elsewhere, context.actor.grants[2])
    actor = replace(context.actor, grants=grants)
    asked = (cast.ids["Consultation"], cast.ids["Centre"], TEN, TEN + HOUR)
    assert find_slots(Context(store, actor, cast.now), *asked, together=[cast.ids["Laser"]]) == [TEN]
    with pytest.raises(NotAllowed):
        find_slots(Context(store, replace(actor, grants=grants[:2]), cast.now), *asked, together=[cast.ids["Laser"]])
