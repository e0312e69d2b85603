"""What somebody may do with their own account needs no permission but to be signed in."""

from __future__ import annotations

from app.booking.refusals import NotAllowed
from app.operations.audit.recording import Subject
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.storage.tables import User
from app.texts import _


def own_id(context: Context) -> int:
    """Return the row id of the account that acts.

    Raises:
        NotAllowed: nobody with an account does.
    """
    user_id = context.actor.user_id
    if user_id is None:
        raise NotAllowed(permission="own_account", reason=_("Please sign in: this is about your own account."))
    return user_id


def own_subject(context: Context) -> Subject:
    """Return the account that acts as what the audit log is told of, within a transaction."""
    return Subject(Kind.USER, User.get_by_id(own_id(context)).public_id)
