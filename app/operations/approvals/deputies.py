"""Deputies: who decides approvals in somebody's place for a time. They lend no right, only the place in a step."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from peewee import ModelSelect

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.booking.values import Instant
from app.operations.approvals.approval_people import able_users
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.storage.approval_tables import Deputy
from app.storage.public_ids import new_public_id
from app.storage.tables import User
from app.texts import _

MOST_SECONDS = 366 * 86_400
MOST = 20


@dataclass(frozen=True, slots=True)
class DeputyDraft:
    """What a form says: the public ids of a user and of their deputy, and when, as ``[start, end)``."""

    user: str
    deputy: str
    start: Instant
    end: Instant


@dataclass(frozen=True, slots=True)
class DeputyView:
    """A time for which somebody has a deputy, with both names. ``problem``: why the deputy can decide nothing."""

    public_id: str
    user: str
    user_name: str
    deputy_name: str
    start: Instant
    end: Instant
    problem: str = ""


def name_deputy(context: Context, draft: DeputyDraft) -> str:
    """Let somebody decide in the place of a user for a time, and return the public id of that.

    Everybody does so for themselves, whoever manages users for anybody.

    Raises:
        InvalidInput: oneself, a circle, a time that cannot be, too many. NotAllowed, NotFound.
    """

    def work() -> str:
        _lock(context)
        user, deputy = _user(draft.user, "user"), _user(draft.deputy, "deputy")
        _check_may_name(context, user)
        _check(context, draft, user, deputy)
        stamps = {"public_id": new_public_id(), "created_at": context.now, "changed_at": context.now}
        times = {"start_at": draft.start, "end_at": draft.end}
        row = Deputy.create(user=user.id, deputy=deputy.id, **times, **stamps)
        who = {"user": user.public_id, "deputy": deputy.public_id, "start": draft.start, "end": draft.end}
        record(context, Action.MADE, Subject(Kind.DEPUTY, row.public_id), Change(after=who))
        return str(row.public_id)

    return context.store.write(work)


def _lock(context: Context) -> None:
    """Let nobody else name a deputy meanwhile, so that two who name each other are told."""
    if context.store.kind == "postgresql":
        context.store.run("LOCK TABLE deputy IN SHARE ROW EXCLUSIVE MODE")


def _user(public_id: str, field: str) -> User:
    row: User | None = User.get_or_none(User.public_id == public_id, User.active)
    if row is None:
        raise InvalidInput(field, _("Please choose somebody from the list."))
    return row


def _check_may_name(context: Context, user: User) -> None:
    if context.actor.user_id is None or context.actor.user_id != user.id:
        context.require(Permission.MANAGE_USERS, Target())


def _check(context: Context, draft: DeputyDraft, user: User, deputy: User) -> None:
    if user.id == deputy.id:
        raise InvalidInput("deputy", _("Nobody is their own deputy; please choose somebody else."))
    if not context.now < draft.end or draft.start >= draft.end:
        raise InvalidInput("last", _("The last day is over already or before the first; please correct one of them."))
    if draft.end - draft.start > MOST_SECONDS:
        raise InvalidInput("last", _("A deputy is named for a year at most; please choose an earlier last day."))
    if _open(context).where(Deputy.user == user.id).count() >= MOST:
        raise InvalidInput(
            "deputy", _("There are {number} times with a deputy already; please remove one first.", number=MOST)
        )
    if user.id in _reached(context, deputy.id, draft):
        names = {"deputy": deputy.name, "user": user.name}
        raise InvalidInput(
            "deputy",
            _("{deputy} is away in that time and would lead back to {user}; please choose another.", **names),
        )


def _reached(context: Context, user_id: int, draft: DeputyDraft) -> set[int]:
    """Return who decides for somebody in this time, who for these, and so on: that must not lead back."""
    found: set[int] = set()
    ahead = [user_id]
    while ahead:
        overlapping = _open(context).where(
            Deputy.user.in_(ahead), Deputy.start_at < draft.end, Deputy.end_at > draft.start
        )
        ahead = [one for one in {row.deputy_id for row in overlapping} if one not in found]
        found.update(ahead)
    return found


def _open(context: Context) -> ModelSelect:
    return Deputy.select().where(Deputy.end_at > context.now)


def end_deputy(context: Context, public_id: str) -> None:
    """Take a deputy away again; what they decided stays.

    Raises:
        NotFound: there is none of this id, or not one that the actor may end.
    """

    def work() -> None:
        row = Deputy.get_or_none(Deputy.public_id == public_id)
        try:
            if row is not None:
                _check_may_name(context, row.user)
        except NotAllowed:
            row = None
        if row is None:
            raise NotFound(kind="deputy", reference=public_id)
        who = {"user": row.user.public_id, "deputy": row.deputy.public_id, "start": row.start_at, "end": row.end_at}
        row.delete_instance()
        record(context, Action.REMOVED, Subject(Kind.DEPUTY, public_id), Change(before=who))

    context.store.write(work)


def list_deputies(context: Context) -> list[DeputyView]:
    """Return the deputies of whoever asks, of everybody for those who manage users; those of now and of later."""
    query = _open(context).order_by(Deputy.start_at, Deputy.id)
    if not context.may(Permission.MANAGE_USERS):
        query = query.where(Deputy.user == context.actor.user_id)
    return context.store.read(lambda: _views(query))


def list_places(context: Context) -> list[DeputyView]:
    """Return in whose place the actor may decide, now or later."""
    query = _open(context).where(Deputy.deputy == context.actor.user_id).order_by(Deputy.start_at, Deputy.id)
    return context.store.read(lambda: _views(query))


def _views(query: ModelSelect) -> list[DeputyView]:
    rows = list(query)
    ids = {one for row in rows for one in (row.user_id, row.deputy_id)}
    people = {one.id: one for one in User.select().where(User.id.in_(list(ids)))} if ids else {}
    able = able_users() if ids else frozenset()
    return [
        DeputyView(
            row.public_id,
            people[row.user_id].public_id,
            people[row.user_id].name,
            people[row.deputy_id].name,
            row.start_at,
            row.end_at,
            _problem(people[row.deputy_id], able),
        )
        for row in rows
    ]


def _problem(deputy: User, able: Collection[int]) -> str:
    if not deputy.active:
        return _("{deputy} is switched off, so nobody decides instead.", deputy=deputy.name)
    if deputy.id in able:
        return ""
    return _("{deputy} lacks the right Approve, so nobody decides instead.", deputy=deputy.name)


def possible_deputies(context: Context) -> dict[str, str]:
    """Return the names of all who may approve anything and sign in, by public id; for those who may do so, too.

    Raises:
        NotAllowed: the actor neither approves anything nor manages users.
    """
    if not context.may(Permission.MANAGE_USERS):
        context.require_anywhere(Permission.APPROVE)

    def work() -> dict[str, str]:
        query = User.select(User.public_id, User.name).where(User.active, User.id.in_(list(able_users())))
        return dict(query.order_by(User.name).tuples())

    return context.store.read(work)
