"""What administrators say about accounts elsewhere: who may be linked to one, and who no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import Instant
from app.operations.accounts.sessions import end_sessions_of
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.grants import check_may_change, check_way_in_left
from app.operations.outside.ended import forget_end, note_end, was_ended
from app.operations.outside.values import Source
from app.operations.saving import edit, find_row, look
from app.storage.account_tables import ExternalIdentity
from app.storage.tables import User
from app.texts import _


@dataclass(frozen=True, slots=True)
class Link:
    """Where somebody may sign in besides here; ``seen_at`` None: they have not done so yet."""

    source: Source
    seen_at: Instant | None


def list_links(context: Context, public_id: str) -> Sequence[Link]:
    """Return where an account is linked to, or raise NotFound."""

    def work() -> Sequence[Link]:
        user = find_row(User, "user", public_id)
        rows = ExternalIdentity.select().where(ExternalIdentity.user == user.id).order_by(ExternalIdentity.source)
        return [Link(Source(row.source), row.seen_at) for row in rows]

    return look(context, work, Permission.MANAGE_USERS)


def list_ended(context: Context, public_id: str) -> Sequence[Source]:
    """Return where an account was linked to until an administrator ended that.

    Raises:
        NotAllowed.
    """
    return look(context, lambda: [one for one in Source if was_ended(public_id, one)], Permission.MANAGE_USERS)


def let_link(context: Context, public_id: str, source: Source) -> str:
    """Let whoever signs in there next with the email address of an account have it, and return the account's name.

    Raises:
        InvalidInput: it is linked already. NotFound, NotAllowed.
    """

    def work() -> str:
        user = find_row(User, "user", public_id)
        check_may_change(context, user)
        if _is_linked(user, source):
            raise InvalidInput("source", _("{user} is linked there already.", user=user.name))
        forget_end(public_id, source)
        ExternalIdentity.create(user=user.id, source=source.value, issuer="", created_at=context.now)
        allowed = Change(after={"sign_in_by": source.value})
        record(context, Action.CHANGED, Subject(Kind.USER, public_id), allowed)
        return str(user.name)

    return edit(context, work, Permission.MANAGE_USERS)


def unlink(context: Context, public_id: str, source: Source) -> str:
    """Let an account be signed in to from there no more, end its sessions, and return its name.

    It is linked again by ``let_link`` alone, also where the installation links all by their email address.

    Raises:
        InvalidInput: it is not linked there, or it is how the last administrator who can sign in
            does. NotFound, NotAllowed.
    """

    def work() -> str:
        user = find_row(User, "user", public_id)
        check_may_change(context, user)
        deleted = ExternalIdentity.delete().where(
            ExternalIdentity.user == user.id, ExternalIdentity.source == source.value
        )
        if not deleted.execute():
            raise InvalidInput("source", _("{user} is not linked there.", user=user.name))
        check_way_in_left(context, user.id)
        note_end(public_id, source)
        end_sessions_of(user.id)
        ended = Change(before={"sign_in_by": source.value})
        record(context, Action.CHANGED, Subject(Kind.USER, public_id), ended)
        return str(user.name)

    return edit(context, work, Permission.MANAGE_USERS)


def _is_linked(user: User, source: Source) -> bool:
    mine = ExternalIdentity.select().where(ExternalIdentity.user == user.id, ExternalIdentity.source == source.value)
    return bool(mine.exists())
