"""Delivering outbox messages: claimed in one transaction, sent outside of any, the result recorded in another.

Any number of workers may do this at once. A worker that dies in between leaves a claim that runs out; its message is
then sent again under the same delivery id, so a repeat can be told. Messages of one booking go out in their order.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from peewee import fn

from app.booking.values import Instant
from app.integrations.mail.smtp import send
from app.integrations.mail.values import Mail, PermanentMailError, SmtpSettings, TransientMailError
from app.operations import records
from app.operations.context import Context
from app.operations.letters.booking_letters import Letter, NoLetterError, write_letter
from app.operations.letters.letterhead import Letterhead
from app.operations.look import look_of
from app.operations.workflow import TO_OTHERS
from app.storage import outbox
from app.storage.tables import OutboxMessage
from app.texts import mark

LEASE_SECONDS = 300
"""How long a claim holds; longer than any one delivery may take."""

PAUSES = (60, 300, 900, 3600, 4 * 3600, 12 * 3600, 24 * 3600)
"""Seconds until the next attempt, after the first, second and so on; after the last of them a message is given up."""

MOST_ATTEMPTS = len(PAUSES) + 1
WORN_OUT = mark("Delivering was begun too often without coming to an end.")
_log = logging.getLogger(__name__)


class MessageStatus(StrEnum):
    """Where an outbox message is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Courier:
    """How letters leave: by this mail server, or (None) by being shown on the outbox page only."""

    head: Letterhead
    smtp: SmtpSettings | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One message that this worker alone delivers until the claim runs out; ``attempt`` counts from 1."""

    row_id: int
    delivery_id: str
    kind: str
    attempt: int


def deliver_next(context: Context, courier: Courier, clock: Callable[[], Instant]) -> bool:
    """Deliver the next message that is due; return False when none is.

    Args:
        context: the system, and the present time.
        courier: how.
        clock: asked again once the sending is over, as that takes its time.

    Raises:
        Unavailable: the database is away; a message that was sent just now may then be sent again.
    """
    claim = claim_next(context)
    if claim is None:
        return False
    try:
        _send(context, courier, claim)
    except NoLetterError as error:
        _give_up(context, claim, str(error))
    except PermanentMailError as error:
        _give_up(context, claim, str(error), error.brief)
    except TransientMailError as error:
        _put_off(context, claim, error, clock())
    else:
        _record(context, claim, status=MessageStatus.DELIVERED.value, last_error="", delivered_at=clock())
        _log.info("delivered %s, delivery %s, attempt %d", claim.kind, claim.delivery_id, claim.attempt)
    return True


def claim_next(context: Context) -> Claim | None:
    """Take the next message that is due for this worker alone."""
    claim = context.store.write(lambda: _claim(context.now))
    while claim is not None and claim.attempt > MOST_ATTEMPTS:
        _give_up(context, claim, WORN_OUT)
        claim = context.store.write(lambda: _claim(context.now))
    return claim


def _claim(now: Instant) -> Claim | None:
    earlier: Any = OutboxMessage.alias()
    blocked = earlier.select(earlier.id).where(
        earlier.booking == OutboxMessage.booking,
        earlier.id < OutboxMessage.id,
        earlier.status == MessageStatus.WAITING.value,
        earlier.kind.not_in(TO_OTHERS),
    )
    due = OutboxMessage.select().where(
        OutboxMessage.status == MessageStatus.WAITING.value,
        OutboxMessage.not_before <= now,
        OutboxMessage.claimed_until.is_null() | (OutboxMessage.claimed_until <= now),
        ~fn.EXISTS(blocked),
    )
    next_due = due.order_by(OutboxMessage.not_before, OutboxMessage.id).limit(1)
    row: OutboxMessage | None = records.locked(next_due, skip=True).first()
    if row is None:
        return None
    row.claimed_until, row.attempts = now + LEASE_SECONDS, row.attempts + 1
    row.save(only=("claimed_until", "attempts"))
    return Claim(row.id, row.public_id, row.kind, row.attempts)


def _send(context: Context, courier: Courier, claim: Claim) -> None:
    """Write the letter and hand it over; in the demo the outbox page is where letters are read."""
    letter = context.store.read(lambda: write_letter(context, OutboxMessage.get_by_id(claim.row_id), courier.head))
    if courier.smtp is not None:
        head = courier.head.called(look_of(context).name)
        send(courier.smtp, mail_of(letter, claim.delivery_id, head, context.now))


def mail_of(letter: Letter, delivery_id: str, head: Letterhead, now: Instant) -> Mail:
    """Return the mail that carries a letter."""
    return Mail(
        delivery_id=delivery_id,
        sender=head.sender,
        to_name=letter.to_name,
        to_email=letter.to_email,
        subject=letter.subject,
        text=letter.text,
        sent_at=now,
        attachment=letter.attachment,
    )


def _put_off(context: Context, claim: Claim, error: TransientMailError, now: Instant) -> None:
    if claim.attempt >= MOST_ATTEMPTS:
        _give_up(context, claim, str(error), error.brief)
        return
    pause = PAUSES[claim.attempt - 1]
    _record(context, claim, last_error=str(error), not_before=now + pause)
    _log.warning("not delivered %s, delivery %s, again in %d s: %s", claim.kind, claim.delivery_id, pause, error.brief)


def _give_up(context: Context, claim: Claim, problem: str, brief: str = "") -> None:
    """``brief``: the problem as the log has it, where that is another text."""
    _record(context, claim, status=MessageStatus.GIVEN_UP.value, last_error=problem)
    _log.error("gave up %s, delivery %s: %s", claim.kind, claim.delivery_id, brief or problem)


def _record(context: Context, claim: Claim, **changes: str | Instant) -> None:
    """Write what became of a claim, unless it ran out and somebody else has the message by now."""
    context.store.write(lambda: outbox.record(claim.row_id, claim.delivery_id, claim.attempt, changes))
