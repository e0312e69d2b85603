"""Links to choose a password by that go out by mail: to whoever is new here, and to whoever forgot theirs."""

from __future__ import annotations

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import Instant
from app.operations.accounts import link_records
from app.operations.accounts.sign_in import find_active
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.grants import check_may_change
from app.operations.letters.account_news import ELSEWHERE, INVITATION, RESET, tell_old_address
from app.operations.saving import edit
from app.storage import outbox
from app.storage.account_tables import ExternalIdentity
from app.storage.public_ids import new_public_id
from app.storage.tables import OutboxMessage, Setting, User
from app.texts import _

SECONDS = {INVITATION: 7 * 86_400, RESET: 3600}
PAUSE_SECONDS = 300
"""Who asks for a link again sooner gets no second mail: nobody's mailbox is filled by strangers."""


def ask_reset(context: Context, email: str) -> None:
    """Mail a link to choose a new password to whoever signs in with this address, if anybody does.

    Who asks learns nothing, also not from the time that it takes: an unknown address has the same rows written, and
    then taken away.

    Raises:
        Unavailable: nothing can be written now.
    """

    def work() -> None:
        user = find_active(email)
        if user is None or not _may_reset(user, context.now):
            _pretend(context)
        elif is_elsewhere(user):
            _tell_elsewhere(context, user)
        else:
            _leave(context, user, RESET)

    context.store.write(work)


def _leave(context: Context, user: User, purpose: str) -> None:
    now = context.now
    link_id, expires_at = new_public_id(), now + SECONDS[purpose]
    link_records.add(link_records.mailed(link_id), user, purpose, expires_at, now)
    outbox.add_message(purpose, None, {"user": user.public_id, "link": link_id, "until": expires_at}, now)
    _tell(context, purpose, user.public_id)


def _tell(context: Context, purpose: str, public_id: str) -> None:
    record(context, Action.LINK_MADE, Subject(Kind.USER, public_id), Change(after={"purpose": purpose}))


def is_elsewhere(user: User) -> bool:
    """Whether an account has no password here, as its owner shows elsewhere who they are; within a transaction."""
    linked = (ExternalIdentity.user == user.id) & ExternalIdentity.subject.is_null(False)
    return not user.password_hash and bool(ExternalIdentity.select().where(linked).exists())


def _tell_elsewhere(context: Context, user: User) -> None:
    """Mail that there is nothing to choose here, with rows written and taken away as for all others."""
    _pretend(context)
    outbox.add_message(ELSEWHERE, None, {"user": user.public_id}, context.now)


def _pretend(context: Context) -> None:
    """Do as ``_leave`` does, for nobody; that somebody asked stays written down in the audit log."""
    link_id, now = new_public_id(), context.now
    link_records.has_open(0, RESET, now)
    Setting.create(key=link_records.key_of(link_id), value="{}")
    delivery_id = outbox.add_message(RESET, None, {"user": "", "link": link_id, "until": now}, now)
    Setting.delete().where(Setting.key == link_records.key_of(link_id)).execute()
    OutboxMessage.delete().where(OutboxMessage.public_id == delivery_id).execute()
    record(context, Action.LINK_REFUSED, Subject(Kind.USER), Change(after={"purpose": RESET}))


def _may_reset(user: User, now: Instant) -> bool:
    return not link_records.has_open(user.id, RESET, now + SECONDS[RESET] - PAUSE_SECONDS)


def leave_invitation(context: Context, user: User) -> None:
    """Mail a link to a new account, within the running transaction."""
    _leave(context, user, INVITATION)


def follow_address(context: Context, user: User, before: str) -> None:
    """Let links that went to the address before open nothing, within the transaction that gives an account another one.

    Who has a password is told at the address before; who never chose one is invited at the new one instead.
    """
    link_records.end_all(user.id)
    if user.password_hash:
        tell_old_address(user, before, context.now)
    elif user.active and not is_elsewhere(user):
        leave_invitation(context, user)


def invite_again(context: Context, public_id: str) -> str:
    """Mail a new link to an account, and return its email address; earlier links become worthless.

    Raises:
        NotFound: no such account. InvalidInput: it is switched off, or has its password elsewhere. NotAllowed.
    """

    def work() -> str:
        user = User.get_or_none(User.public_id == public_id)
        if user is None:
            raise NotFound(kind="user", reference=public_id)
        check_may_change(context, user)
        if not user.active:
            raise InvalidInput("active", _("This account is switched off; please let it sign in first."))
        if is_elsewhere(user):
            raise InvalidInput("email", _("{user} signs in elsewhere; please end that link first.", user=user.name))
        leave_invitation(context, user)
        return str(user.email)

    return edit(context, work, Permission.MANAGE_USERS)
