"""Approvals of the demo: a service that two people agree to, a room with an approver of its own, a request for each."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.permissions import ReadyMade
from app.booking.refusals import Refusal
from app.booking.values import Instant, OnTimeout
from app.demo.group import ACCOUNTS, CENTRE, PARK
from app.operations.book import book
from app.operations.context import Context
from app.operations.requests import BookingRequest, ClientDetails
from app.operations.rights import actor_of
from app.operations.setup.approvals import RuleDraft, StepDraft, save_rule
from app.operations.slots import find_slots
from app.storage.rights_tables import UserGroup
from app.storage.tables import User

TWO_STEPS, IN_ROOM, ROOM = "Case conference", "Health check with ECG", "Park consulting room"
DAY = 86_400
DAY_MINUTES = 1440
TRIES = 20
CLIENT = ClientDetails("Henrike Sommerfeld", "henrike.sommerfeld@example.org")


def add_approvals(context: Context) -> None:
    """Write the rules, and let staff ask for something under each."""
    services = {one.name: one.public_id for one in context.catalog.services.values()}
    rooms = {one.name: one.public_id for one in context.catalog.resources.values()}
    manager, administrator = (_account(role) for role in (ReadyMade.MANAGER, ReadyMade.ADMINISTRATOR))
    reception = UserGroup.get(UserGroup.name == "Reception")
    first = StepDraft((f"group:{reception.public_id}",), 2 * DAY_MINUTES, OnTimeout.ESCALATE.value)
    second = StepDraft((f"user:{manager.public_id}", f"user:{administrator.public_id}"), 5 * DAY_MINUTES)
    save_rule(context, RuleDraft(f"service:{services[TWO_STEPS]}", (first, second)))
    own = StepDraft((f"user:{manager.public_id}",), 3 * DAY_MINUTES, OnTimeout.ESCALATE.value)
    save_rule(context, RuleDraft(f"resource:{rooms[ROOM]}", (own,)))
    _ask(_acting(context, manager), services[TWO_STEPS], CENTRE)
    _ask(_acting(context, _account(ReadyMade.FRONT_DESK)), services[IN_ROOM], PARK)


def _account(role: ReadyMade) -> User:
    email = next(one.email for one in ACCOUNTS if one.role == role.value)
    row: User = User.get(User.email == email)
    return row


def _acting(context: Context, user: User) -> Context:
    """Return the surroundings of a user, on the set-up as it is now."""
    return Context(context.store, actor_of(user), context.now)


def _ask(context: Context, service: str, place: str) -> None:
    location = next(one.public_id for one in context.catalog.locations.values() if one.name == place)
    start = context.now + 4 * DAY
    _book_first(context, service, location, find_slots(context, service, location, start, start + 10 * DAY))


def _book_first(context: Context, service: str, location: str, starts: Iterable[Instant]) -> None:
    """Book the first time that can be had; a demo can do without when there is none."""
    for start in list(starts)[:TRIES]:
        try:
            book(context, BookingRequest(service, location, start, CLIENT))
        except Refusal:  # the next start may do
            continue
        return
