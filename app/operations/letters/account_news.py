"""Mails to people with an account, about it: left in the transaction that changes it, so that nobody does so unseen."""

from __future__ import annotations

from app.booking.values import Instant
from app.storage import outbox
from app.storage.tables import User

CHANGED, MAIL_TEST = "account_changed", "mail_test"
INVITATION, RESET, ELSEWHERE = "invitation", "password_reset", "password_elsewhere"


def tell_account(user: User, what: str, now: Instant) -> None:
    """Leave a mail that says what was changed of an account, within the running transaction.

    Args:
        user: whose.
        what: a key of ``account_letters.CHANGES``.
        now: when.
    """
    outbox.add_message(CHANGED, None, {"user": user.public_id, "what": what}, now)


def tell_old_address(user: User, address: str, now: Instant) -> None:
    """Leave a mail to the address that an account had until now, within the running transaction."""
    outbox.add_message(CHANGED, None, {"user": user.public_id, "what": "address", "to": address}, now)
