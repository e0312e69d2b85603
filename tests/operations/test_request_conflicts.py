"""What speaks against a request: told as far as whoever decides may see busy times, on both databases."""

from __future__ import annotations

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind
from app.access.permissions import Permission, all_of, completed
from app.operations.approvals.request_conflicts import conflicts_of
from app.operations.book import book
from app.operations.change import move
from app.operations.context import Context
from app.operations.look_up import list_requests
from app.operations.requests import MoveRequest
from app.storage.store import Store
from app.storage.tables import BusyTime, TimeOff
from tests.cast import HOUR, NOW, Cast
from tests.operations.approval_cast import Steps, acting, clinic, rule
from tests.operations.helpers import TEN, client, visitor, wish


def absent(cast: Cast, name: str, start: int, end: int, key: str) -> None:
    """Make somebody or something away, and busy by an imported calendar."""
    stamps = {"public_id": key, "created_at": NOW, "changed_at": NOW}

    def fill() -> None:
        TimeOff.create(resource=cast.rows[name], start_at=start, end_at=end, reason="Operation", **stamps)
        BusyTime.create(resource=cast.rows[name], start_at=start, end_at=end, source="x", title="Private")
        cast.store.bump_catalog()

    cast.store.write(fill)


def told_of(context: Context) -> tuple[str, ...]:
    """What speaks against the one request that waits."""
    (found,) = conflicts_of(context, list_requests(context)).values()
    return found


def approver_of_room_1(cast: Cast) -> Context:
    """Whoever approves for this room alone, and sees no other calendar."""
    extents = completed(all_of(Permission.APPROVE, Permission.DECLINE))
    scope = Scope(ScopeKind.RESOURCE, None, frozenset({cast.rows["Room 1"]}), "Room 1")
    actor = Actor(ActorKind.USER, "Desk", cast.rows["Desk"], grants=(Grant("Approver", extents, scope),))
    return Context(cast.store, actor, NOW)


def test_conflicts_of_others_than_one_may_see_are_told_without_name_and_times(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Room 1", Steps())
    book(visitor(cast), wish(cast, service="Operation"))
    assert told_of(approver_of_room_1(cast)) == ()
    absent(cast, "Ada", TEN - 5 * 24 * HOUR, TEN + 5 * 24 * HOUR, "t1")
    assert told_of(approver_of_room_1(cast)) == ("Not everything that this takes is free at that time.",)
    absent(cast, "Room 1", TEN - HOUR, TEN + 600, "t2")
    assert told_of(approver_of_room_1(cast)) == (
        "Not everything that this takes is free at that time.",
        "Room 1 is away from 10:00 to 10:10.",
        "Room 1 is busy by an entry of an imported calendar from 10:00 to 10:10.",
    )
    assert told_of(acting(cast, "Mona"))[0] == "Ada is away from 10:00 to 10:30."


def test_conflicts_are_those_of_what_is_wished(store: Store) -> None:
    cast = clinic(store)
    rule(cast, "Room 2", Steps())
    booking = book(visitor(cast), wish(cast, service="Scan", provider=cast.ids["Room 1"])).public_id
    move(client(cast, booking), MoveRequest(booking, TEN + HOUR, provider=cast.ids["Room 2"]))
    absent(cast, "Room 1", TEN - HOUR, TEN + 3 * HOUR, "t1")
    assert told_of(acting(cast, "Mona")) == ()
    absent(cast, "Room 2", TEN, TEN + 3 * HOUR, "t2")
    assert told_of(acting(cast, "Mona"))[0] == "Room 2 is away from 11:00 to 11:30."
