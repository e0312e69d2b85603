"""What the pages of somebody's own account share."""

from __future__ import annotations

from app.booking.refusals import TooOften
from app.operations.accounts.sessions import Account
from app.operations.accounts.sign_in import tell_failed
from app.operations.accounts.throttle import Try, begin_try, forgive, guest_of
from app.operations.context import Context
from app.web.context import context_for, current_account, current_source, now, site
from app.web.errors import SignedOut
from app.web.security_log import Event, note


def own_context() -> Context:
    """Return the surroundings of whoever is signed in, also while they still owe a second factor."""
    return context_for(own_account().actor)


def begin_own_try(account: Account) -> Try:
    """Count a try to show a password or code of one's own account.

    Raises:
        TooOften: it is too early for another one.
    """
    try:
        return begin_try(site().store, guest_of(current_source(), f"own account {account.public_id}"), now())
    except TooOften:
        note(Event.SIGN_IN_REFUSED, account.email)
        raise


def succeed(tried: Try) -> None:
    """Forget a try after it has shown the right thing."""
    forgive(site().store, tried, now())


def fail(account: Account, shown: str) -> None:
    """Write down that a password, code or passkey (``shown``) of somebody's own account was wrong."""
    note(Event.SIGN_IN_FAILED, account.email)
    tell_failed(own_context(), account.email, shown)


def own_account() -> Account:
    """Return the account that is signed in, or raise SignedOut."""
    account = current_account()
    if account is None:
        raise SignedOut()
    return account
