"""Who is responsible for a booking: staff choose somebody, and workflow rules do where nobody is.

It gives no rights, so only accounts that may see the booking can be it. Whoever becomes it is written to once.
"""

from __future__ import annotations

from collections.abc import Sequence

from peewee import ModelSelect, fn

from app.access.decision import allows
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound, StaleVersion
from app.booking.statuses import MOVABLE
from app.booking.workflow import least_busy
from app.booking.workflow_values import Assignable, Assigning, WorkflowRule
from app.operations import records
from app.operations.audit.recording import Change, Facts, Subject, record
from app.operations.audit.words import PASSED_OVER, RESPONSIBLE, Action, Kind
from app.operations.context import Context
from app.operations.labels import require_marking
from app.operations.letters.responsible_letters import ASSIGNED
from app.operations.look_up import view_of
from app.operations.rights import actor_of, actors_of, target_of
from app.operations.views import AccountView, BookingView
from app.operations.within import bookings_within
from app.storage import outbox
from app.storage.rights_tables import Role, RoleGrant, UserGroup, UserGroupMember
from app.storage.tables import Booking, User
from app.texts import _

NEEDED = Permission.SEE_TITLES
"""What somebody has to have on a booking to be responsible for it: they open its page."""

NOBODY = ""


def make_responsible(context: Context, booking: str, user: str, seen: str) -> BookingView:
    """Make an account (public id; ``NOBODY``) responsible for a booking; staff who may label it may do this.

    ``seen``: who was responsible when this was chosen, so that of two who choose at once the second is told.

    Raises:
        InvalidInput: the account may not see the booking, or is switched off. StaleVersion.
        NotFound: no such booking or account. NotAllowed.
    """

    def work() -> None:
        row = records.get_locked(booking)
        require_marking(context, row)
        before: User | None = row.responsible
        if user == _reference(before):
            return
        if seen != _reference(before):
            raise StaleVersion
        _write(context, row, before, None if user == NOBODY else _chosen(row, user))

    context.store.write(work)
    return view_of(context, booking)


def _reference(user: User | None) -> str:
    return NOBODY if user is None else str(user.public_id)


def _chosen(row: Booking, public_id: str) -> User:
    user: User | None = User.get_or_none(User.public_id == public_id)
    if user is None:
        raise NotFound(kind="user", reference=public_id)
    if not user.active or not allows(actor_of(user), NEEDED, target_of(row)):
        problem = _("{name} may not see this booking; please choose somebody who may.", name=user.name)
        raise InvalidInput("responsible", problem)
    return user


def _write(context: Context, row: Booking, before: User | None, after: User | None, told: Facts | None = None) -> None:
    """Exchange who is responsible, tell the log and whoever becomes it; nothing where somebody else was faster."""
    same = Booking.responsible.is_null() if before is None else Booking.responsible == before.id
    if not Booking.update(responsible=after).where(Booking.id == row.id, same).execute():
        return
    change = Change(_fact(before), _fact(after) | dict(told or {}))
    record(context, Action.ASSIGNED, Subject(Kind.BOOKING, row.public_id), change)
    if after is not None and after.id != context.actor.user_id:
        # Of no booking, as the change that a rule acted on may be undone, and who is responsible stays.
        outbox.add_message(ASSIGNED, None, {"user": after.public_id, "booking": row.public_id}, context.now)


def _fact(user: User | None) -> dict[str, object]:
    return {RESPONSIBLE: None if user is None else user.public_id}


def assign_by_rule(context: Context, rule: WorkflowRule, row: Booking) -> None:
    """Make whom a rule names responsible where nobody is, inside a write transaction, with the system acting.

    Of a group or role the account with the fewest open bookings; of two bookings made at one moment neither counts for
    the other. Accounts that are switched off or may not see the booking are passed over, and the log says so of those
    that the rule or its group names.
    """
    if Booking.select().where(Booking.id == row.id, Booking.responsible.is_null(False)).exists():
        return
    named = _named(rule.assigns)
    target = target_of(row)
    able = [
        user
        for user, actor in zip(named, actors_of(named), strict=True)
        if user.active and allows(actor, NEEDED, target)
    ]
    passed = [] if rule.assigns.role else [user.public_id for user in named if user not in able]
    told = {PASSED_OVER: passed} if passed else {}
    chosen = least_busy(_assignable(context, able))
    if chosen is not None:
        _write(context, row, None, next(user for user in able if user.id == chosen), told)
        return
    subject = Subject(Kind.BOOKING, row.public_id)
    record(context, Action.NOT_ASSIGNED, subject, Change(after={"rule": rule.name, **told}))


def _named(assigns: Assigning) -> Sequence[User]:
    """Return the accounts that are meant, switched off ones, too, by their age."""
    if assigns.user:
        condition = User.public_id == assigns.user
    elif assigns.group:
        condition = User.id.in_(_members().join(UserGroup).where(UserGroup.public_id == assigns.group))
    else:
        given = RoleGrant.select(RoleGrant.user).join(Role).where(Role.public_id == assigns.role)
        groups = RoleGrant.select(RoleGrant.group).join(Role).where(Role.public_id == assigns.role)
        condition = User.id.in_(given) | User.id.in_(_members().where(UserGroupMember.group.in_(groups)))
    return list(User.select().where(condition).order_by(User.id))


def _members() -> ModelSelect:
    return UserGroupMember.select(UserGroupMember.user)


def _assignable(context: Context, users: Sequence[User]) -> list[Assignable]:
    if len(users) < 2:  # nobody to compare with
        return [Assignable(one.id, 0) for one in users]
    count = (
        Booking.select(Booking.responsible, fn.COUNT(Booking.id))
        .where(
            Booking.responsible.in_([one.id for one in users]),
            Booking.status.in_([status.value for status in MOVABLE]),
            Booking.end_at > context.now,
        )
        .group_by(Booking.responsible)
    )
    found = dict(count.tuples())
    return [Assignable(one.id, found.get(one.id, 0)) for one in users]


def list_assignable(context: Context, booking: BookingView) -> list[AccountView]:
    """Return the accounts that can be made responsible for a booking, by name; a fixed number of queries."""

    def look() -> list[AccountView]:
        users = list(User.select().where(User.active).order_by(User.name, User.id))
        return [
            AccountView(user.public_id, user.name)
            for user, actor in zip(users, actors_of(users), strict=True)
            if allows(actor, NEEDED, booking.target)
        ]

    return context.store.read(look)


def list_responsible(context: Context) -> list[AccountView]:
    """Return the accounts that are responsible for any booking that the actor may see, by name; one query.

    Raises:
        NotAllowed: the actor may see no booking.
    """
    context.require_anywhere(NEEDED)
    within = bookings_within(context, NEEDED)
    theirs = Booking.select(Booking.id).where(Booking.responsible == User.id, *([] if within is None else [within]))
    query = User.select().where(fn.EXISTS(theirs))
    rows = context.store.read(lambda: list(query.order_by(User.name, User.id)))
    return [AccountView(row.public_id, row.name, row.active) for row in rows]
