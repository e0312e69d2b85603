"""What somebody may do with their own account needs no permission but to be signed in."""

from __future__ import annotations

from app.booking.refusals import NotAllowed
from app.operations.context import Context


def own_id(context: Context) -> int:
    """Return the row id of the account that acts.

    Raises:
        NotAllowed: nobody with an account does.
    """
    user_id = context.actor.user_id
    if user_id is None:
        raise NotAllowed(permission="own_account", reason="Please sign in: this is about your own account.")
    return user_id
