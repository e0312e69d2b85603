"""Timed work that the worker asks for: what has run out is given back and offered to those who wait."""

from __future__ import annotations

from app.operations.accounts.sessions import forget_ended
from app.operations.accounts.throttle import forget_drained
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.letters.approval_mails import tell_approvers
from app.storage import idempotency

KEEP_ANSWERS_SECONDS = 7 * 86_400


def release_expired(context: Context) -> int:
    """Give back expired holds, requests, changes and offers; return how many."""
    return context.store.write(lambda: expire(context))


def tell_about_approvals(context: Context) -> int:
    """Write to those who were given something to decide; return how many steps they were told of."""
    return tell_approvers(context)


def forget_old_tries(context: Context) -> int:
    """Forget those whose tries have run out, so that they are not limited any more; return how many."""
    return forget_drained(context.store, context.now)


def forget_old_answers(context: Context) -> int:
    """Forget answers of idempotency keys after a week, and sessions of long ago; return how many answers."""
    forget_ended(context)
    return context.store.write(lambda: idempotency.purge(context.now - KEEP_ANSWERS_SECONDS))
