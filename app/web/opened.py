"""The booking that a manage link opens, and what may be done with it now."""

from __future__ import annotations

from dataclasses import dataclass

from app.booking.refusals import LinkSpent
from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant, Service, Visibility
from app.operations.context import Context
from app.operations.links import Link, read_manage_token
from app.operations.look_up import get_booking
from app.operations.views import BookingView
from app.texts import _, mark
from app.web.context import client_context
from app.web.guessing import read_link

LINK_SECONDS = 30 * 86_400
"""How long a link still shows a booking that is over: clients look up what was, and who made no show may book anew.

After that it would only tell whoever comes by an old mail, or the history of a browser, who was where.
"""
_ENDED = (Status.CANCELLED, Status.DECLINED)
STATUS_WORDS = {
    Status.HELD: mark("Kept for you"),
    Status.REQUESTED: mark("Waiting for our confirmation"),
    Status.CONFIRMED: mark("Confirmed"),
    Status.DECLINED: mark("Declined"),
    Status.CANCELLED: mark("Cancelled"),
    Status.COMPLETED: mark("Completed"),
    Status.NO_SHOW: mark("Missed"),
}


@dataclass(frozen=True, slots=True)
class Opened:
    """One booking seen by the client who holds its link."""

    token: str
    context: Context
    booking: BookingView
    service: Service

    @property
    def tzid(self) -> str:
        """The zone in which the client reads times."""
        return self.booking.client_tzid or self.booking.tzid

    @property
    def status(self) -> Status:
        """The status as a value of its own."""
        return Status(self.booking.status)

    @property
    def status_words(self) -> str:
        """The status in words for the client."""
        return _(STATUS_WORDS[self.status])

    @property
    def latest_change(self) -> Instant:
        """Until when the client may move or cancel."""
        return self.booking.start - self.service.change_notice_minutes * MINUTE

    @property
    def is_offer(self) -> bool:
        """Whether this is a slot that the waiting list keeps for the client right now."""
        expires = self.booking.expires_at
        is_kept = self.status is Status.HELD and expires is not None and expires > self.context.now
        return is_kept and not self.booking.unconfirmed

    @property
    def may_cancel(self) -> bool:
        """Whether the rules let the client cancel now."""
        return self.status in (Status.REQUESTED, Status.CONFIRMED) and self.context.now <= self.latest_change

    @property
    def may_move(self) -> bool:
        """Whether the rules let the client move now; services for staff only are moved by staff."""
        return self.may_cancel and self.service.active and self.service.visibility is not Visibility.STAFF


def open_booking(token: str) -> Opened:
    """Return the booking of a manage link.

    Raises:
        werkzeug.exceptions.NotFound: not one of our links.
        TooOften: too many from this address were not.
        NotFound: the booking is gone.
        LinkSpent: it has been over for long, or the link went to a former email address.
    """
    link = read_link(read_manage_token, token)
    context = client_context(link.public_id)
    booking = get_booking(context, link.public_id)
    require_open(link, booking, context.now)
    service = next(one for one in context.catalog.services.values() if one.public_id == booking.service)
    return Opened(token, context, booking, service)


def require_open(link: Link, booking: BookingView, now: Instant) -> None:
    """Go on only with a link that still counts, to a booking that is not over for long.

    Raises:
        LinkSpent: it has been over for long, or the link went to a former email address.
    """
    link.require_present(booking.link_number)
    if is_long_over(booking, now):
        raise LinkSpent("over")


def is_long_over(booking: BookingView, now: Instant) -> bool:
    """Whether a booking has been over for so long that links show it no more."""
    return now >= _over_since(booking) + LINK_SECONDS


def _over_since(booking: BookingView) -> Instant:
    """Return when the booking was over, or will be."""
    return booking.changed_at if booking.status in _ENDED else booking.end
