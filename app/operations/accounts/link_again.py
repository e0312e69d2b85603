"""Sending clients the link to their booking again: it is theirs alone, so staff never see it."""

from __future__ import annotations

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, InvalidTransition
from app.booking.statuses import MOVABLE, Status
from app.booking.values import MINUTE
from app.operations import records
from app.operations.announce import announce
from app.operations.audit.bookings import tell
from app.operations.audit.recording import Change
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.look_up import view_of
from app.operations.rights import target_of
from app.operations.views import BookingView
from app.storage.tables import Booking, OutboxMessage
from app.texts import _

PAUSE_MINUTES = 5
"""Nobody's mailbox is filled: so long after a message about a booking its link is not sent again."""

_KINDS = {Status.CONFIRMED: "confirmed", Status.REQUESTED: "requested"}


def send_link_again(context: Context, booking: str) -> BookingView:
    """Leave the client of a booking the letter that has their link, as it was when they booked.

    Raises:
        NotAllowed, NotFound. InvalidTransition: it is over or cancelled, so that the link is of no use.
        InvalidInput: the client has no email address, or was written to within the last minutes.
    """

    def work() -> None:
        row = records.get_locked(booking)
        for right in (Permission.MOVE, Permission.SEE_CONTACTS):
            context.require(right, target_of(row))
        status = Status(row.status)
        if status not in MOVABLE:
            raise InvalidTransition(old=status.value, new="moved")
        _check_can_get_it(context, row)
        announce(context, row, _KINDS[status])
        tell(context, Action.LINK_SENT, row, Change())

    context.store.write(work)
    return view_of(context, booking)


def _check_can_get_it(context: Context, row: Booking) -> None:
    if row.client_id is None or not row.client.email:
        raise InvalidInput("link", _("The booking has no client with an email address."))
    since = context.now - PAUSE_MINUTES * MINUTE
    if OutboxMessage.select().where(OutboxMessage.booking == row.id, OutboxMessage.created_at > since).exists():
        problem = _(
            "A message about this booking was written within the last {number} minutes; please wait a little.",
            number=PAUSE_MINUTES,
        )
        raise InvalidInput("link", problem)
