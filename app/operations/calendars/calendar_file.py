"""One booking as an iCalendar file that its client takes into a calendar of their own."""

from __future__ import annotations

from app.booking.statuses import Status
from app.integrations.ics.write import BookingEvent, Person, write_bookings
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.operations.look import look_of
from app.operations.look_up import get_booking
from app.operations.names import place_of

METHOD = "PUBLISH"
"""A file that somebody fetches is no invitation (RFC 5546 section 3.2.1)."""


def write_calendar_file(context: Context, booking: str, head: Letterhead) -> bytes:
    """Return the file of a booking (its public id); the entry is the one that mails carry, by the same UID.

    Raises:
        NotFound: no such booking, or not one that the actor may know of.
    """
    view = get_booking(context, booking)
    event = BookingEvent(
        uid=head.uid(booking),
        sequence=view.sequence,
        status=Status(view.status),
        start=view.start,
        end=view.end,
        stamped_at=context.now,
        summary=view.service_name,
        location=place_of(context.catalog, view),
        organizer=head.called(look_of(context).name).organizer,
        attendee=Person(view.client_name, view.client_email),
        url=head.manage_link(booking, view.link_number),
    )
    return write_bookings([event], METHOD)
