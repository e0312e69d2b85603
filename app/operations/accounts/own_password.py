"""Changing one's own password."""

from __future__ import annotations

from app.booking.refusals import InvalidInput, StaleVersion
from app.operations.accounts.new_passwords import check_new_password
from app.operations.accounts.own_account import own_id, own_subject
from app.operations.accounts.sessions import end_sessions_of, note_proof
from app.operations.accounts.sign_in import is_password_of, make_hash
from app.operations.audit.recording import record
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.letters.account_news import tell_account
from app.storage.tables import User
from app.texts import _, mark

WRONG = mark("This is not your present password; please type it again.")


def has_password(context: Context) -> bool:
    """Whether whoever acts signs in with a password of ours."""
    return bool(context.store.read(lambda: User.get_by_id(own_id(context))).password_hash)


def check_own_password(context: Context, password: str) -> bool:
    """Whether this is the password of whoever acts."""
    return is_password_of(context.store.read(lambda: User.get_by_id(own_id(context))), password)


def change_password(context: Context, session: int, old: str, new: str) -> None:
    """Give whoever acts a new password; all sessions but this one end, and a mail tells them.

    Raises:
        InvalidInput: the old password is wrong, or the new one cannot be used.
        StaleVersion: somebody else changed it at the same time.
    """
    user = context.store.read(lambda: User.get_by_id(own_id(context)))
    if not is_password_of(user, old):
        raise InvalidInput("old", _(WRONG))
    new_hash = make_hash(check_new_password(new, user.name, user.email))

    def work() -> None:
        same = (User.id == user.id) & (User.password_hash == user.password_hash)
        values = {"password_hash": new_hash, "changed_at": context.now, "version": User.version + 1}
        if User.update(values).where(same).execute() != 1:
            raise StaleVersion()
        end_sessions_of(user.id, besides=session)
        note_proof(session, context.now)
        record(context, Action.PASSWORD_CHANGED, own_subject(context))
        tell_account(user, "password", context.now)

    context.store.write(work)
