"""The cast of approvals: people with accounts, and rules written straight into the tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.booking.values import Instant
from app.operations.context import Context
from app.operations.rights import actor_of
from app.storage.approval_tables import Approval, ApprovalPerson, ApprovalRule, ApprovalStep, Deputy
from app.storage.public_ids import new_public_id
from app.storage.rights_tables import UserGroup, UserGroupMember
from app.storage.store import Store
from app.storage.tables import User
from tests.cast import NOW, Cast, Need

HOUR_MINUTES = 60


@dataclass(frozen=True, slots=True)
class Steps:
    """A step of a rule: names of users and groups (``None``: anybody), and what follows when nobody decides."""

    approvers: tuple[str, ...] | None = None
    minutes: int = HOUR_MINUTES
    on_timeout: str = "decline"
    next_ones: tuple[str, ...] = ()


def clinic(store: Store, **values: object) -> Cast:
    """Make one place with Ada, Room 1 and Room 2; a Consultation takes Ada, an Operation Ada and Room 1, a Scan a room.

    Mona, Nils and Olga are managers, Desk is the front desk, Root the administrator.
    """
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        ada, one = cast.resource("Ada"), cast.resource("Room 1", "room", "Centre")
        two = cast.resource("Room 2", "room", "Centre")
        cast.service("Consultation", [Need([ada])], ["Centre"], **values)
        cast.service("Operation", [Need([ada]), Need([one])], ["Centre"])
        cast.service("Scan", [Need([one, two])], ["Centre"])
        for name in ("Mona", "Nils", "Olga"):
            cast.user(name, "manager", password_hash="set")
        cast.user("Desk", "front_desk")
        cast.user("Root", "administrator")
        store.bump_catalog()

    store.write(fill)
    return cast


def group(cast: Cast, name: str, *members: str) -> None:
    """Add a group of users."""

    def fill() -> None:
        row = UserGroup.create(name=name, public_id=new_public_id(), created_at=NOW, changed_at=NOW)
        for member in members:
            UserGroupMember.create(group=row.id, user=cast.rows[member])
        cast.rows[name], cast.ids[name] = -row.id, row.public_id

    cast.store.write(fill)


def rule(cast: Cast, about: str, *steps: Steps, allows_own: bool = False) -> int:
    """Give a service or a resource a rule; returns its row id."""

    def fill() -> int:
        service = cast.rows[about] if about in ("Consultation", "Operation", "Approval") else None
        resource = None if service else cast.rows[about]
        stamps = {"public_id": new_public_id(), "created_at": NOW, "changed_at": NOW}
        row = ApprovalRule.create(service=service, resource=resource, allows_own=allows_own, **stamps)
        for number, one in enumerate(steps, 1):
            _add_step(cast, row.id, number, one)
        cast.store.bump_catalog()
        return int(row.id)

    return cast.store.write(fill)


def _add_step(cast: Cast, rule_id: int, number: int, one: Steps) -> None:
    step = ApprovalStep.create(
        rule=rule_id,
        number=number,
        minutes=one.minutes,
        on_timeout=one.on_timeout,
        by_anybody=one.approvers is None,
    )
    for purpose, names in (("approver", one.approvers or ()), ("next", one.next_ones)):
        for name in names:
            row_id = cast.rows[name]
            named = {"user": row_id} if row_id > 0 else {"group": -row_id}
            ApprovalPerson.create(step=step.id, purpose=purpose, **named)


def deputy(cast: Cast, user: str, instead: str, start: Instant = NOW - 60, end: Instant = NOW + 86_400) -> None:
    """Let somebody take the place of a user."""
    stamps = {"public_id": new_public_id(), "created_at": NOW, "changed_at": NOW}
    values = {"user": cast.rows[user], "deputy": cast.rows[instead], "start_at": start, "end_at": end}
    cast.store.write(lambda: Deputy.create(**stamps, **values))


def acting(cast: Cast, name: str, now: Instant = NOW) -> Context:
    """Return the surroundings of a user of the cast, as a request of theirs has them."""
    actor = cast.store.read(lambda: actor_of(User.get_by_id(cast.rows[name])))
    return Context(cast.store, actor, now)


def stands(names: Iterable[str] = ("number", "status")) -> list[tuple[object, ...]]:
    """Return how all steps stand, in their order: these columns of each."""
    return [tuple(getattr(row, name) for name in names) for row in Approval.select().order_by(Approval.id)]
