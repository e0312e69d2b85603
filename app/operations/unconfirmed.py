"""Whether a visitor is asked to confirm by mail what they book, and how much of that one address may have."""

from __future__ import annotations

from collections.abc import Iterable

from app.access.actors import ActorKind
from app.booking.confirming import check_unconfirmed, held_until
from app.booking.values import Instant, Service
from app.operations.context import Context
from app.storage.counts import count_unconfirmed


def asked_until(context: Context, services: Iterable[Service], start: Instant) -> Instant | None:
    """Return until when a booking is held for whoever books to confirm it; None where they are not asked.

    Visitors alone are: whoever is signed in, or has the link of a booking, is known by their email address already.
    """
    return held_until(services, start, context.now) if context.actor.kind is ActorKind.VISITOR else None


def limited_email(email: str, until: Instant | None) -> str:
    """Return whose bookings count for the limit per client while it is booked: nobody's where they are asked.

    Anybody can type an address, and a refusal would tell them what its owner has booked. It is decided, and told, when
    they confirm it.
    """
    return email if until is None else ""


def check_few_unconfirmed(context: Context, until: Instant | None, email: str) -> None:
    """Go on only if the address has few unconfirmed bookings, the one just made included; ``until``: as asked.

    Inside the booking's transaction, after it was counted: the row of the address is locked then, so of two at once
    the second sees the first.

    Raises:
        TooManyUnconfirmed: it has too many.
    """
    if until is not None:
        check_unconfirmed(count_unconfirmed(email, context.now))
