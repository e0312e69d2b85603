"""What the letters of a series and of a visit say of each date and part.

Each changes by itself later, so each has a link of its own, and a code where clients check in.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.booking.doors import shown_code
from app.booking.statuses import Status
from app.booking.values import ResourceKind
from app.operations.check_in_codes import code_for
from app.operations.letters.letter_facts import DateFacts, PartFacts
from app.operations.letters.letterhead import Letterhead
from app.operations.views import BookingView
from app.storage.tables import Booking


def code_in(booking: BookingView | Booking, head: Letterhead) -> str:
    """Return the code to check in to a booking by, as its letter shows it; empty while it is not confirmed."""
    is_settled = booking.status == Status.CONFIRMED
    return head.own(shown_code(code_for(head.secret_key, booking.public_id))) if is_settled else ""


def dates_of(rows: Iterable[Booking], head: Letterhead, *, has_code: bool) -> tuple[DateFacts, ...]:
    """Return the dates of a series; ``has_code``: clients check in there."""
    return tuple(
        DateFacts(
            time=(row.start_at, row.end_at),
            link=head.manage_link(row.public_id, row.link_number),
            code=code_in(row, head) if has_code else "",
        )
        for row in rows
    )


def parts_of(views: Iterable[BookingView], head: Letterhead, *, has_code: bool) -> tuple[PartFacts, ...]:
    """Return the parts of a visit; ``has_code``: clients check in there."""
    return tuple(
        PartFacts(
            service=view.service_name,
            time=(view.start, view.end),
            link=head.manage_link(view.public_id, view.link_number),
            people=names_of(view, ResourceKind.PERSON),
            rooms=names_of(view, ResourceKind.ROOM),
            waits_until=view.expires_at,
            code=code_in(view, head) if has_code else "",
        )
        for view in views
    )


def names_of(view: BookingView, kind: ResourceKind) -> tuple[str, ...]:
    """Return the names of the people or rooms that a booking takes."""
    return tuple(one.name for one in view.resources if one.kind == kind.value)
