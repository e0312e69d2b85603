"""Which of the eight hues a booking has in a calendar: by its service, or by who gives it.

The hue is an aid beside the words, never the only sign, and is the same on every page until something new is set up.
"""

from __future__ import annotations

from collections.abc import Callable

from app.booking.values import Catalog, ResourceKind
from app.operations.views import BookingView

HUES = 8


def hues(catalog: Catalog, colour: str) -> Callable[[BookingView], str]:
    """Return what gives a booking's class, such as ``hue-3``; empty where it keeps the colour of its status."""
    if colour == "service":
        by_service = {one.public_id: _class(one.id) for one in catalog.services.values()}
        return lambda booking: by_service.get(booking.service, "")
    if colour == "person":
        by_person = {
            one.public_id: _class(one.id) for one in catalog.resources.values() if one.kind is ResourceKind.PERSON
        }
        return lambda booking: next(
            (by_person[one.public_id] for one in booking.resources if one.public_id in by_person), ""
        )
    return lambda _: ""


def _class(row_id: int) -> str:
    return f"hue-{row_id % HUES}"
