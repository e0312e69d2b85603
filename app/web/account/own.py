"""What the pages of somebody's own account share."""

from __future__ import annotations

from app.operations.context import Context
from app.operations.sessions import Account
from app.operations.throttle import Try, begin_try, guest_of
from app.web.context import current_account, current_source, now, site
from app.web.errors import SignedOut


def own_context() -> Context:
    """Return the surroundings of whoever is signed in, also while they still owe a second factor."""
    return Context(site().store, own_account().actor, now())


def begin_own_try(account: Account) -> Try:
    """Count a try to show a password or code of one's own account.

    Raises:
        TooOften: there were too many.
    """
    return begin_try(site().store, guest_of(current_source(), f"own account {account.public_id}"), now())


def own_account() -> Account:
    """Return the account that is signed in, or raise SignedOut."""
    account = current_account()
    if account is None:
        raise SignedOut()
    return account
