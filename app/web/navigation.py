"""The links of the staff's navigation, as far as the acting user may follow them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g, request, url_for

from app.access.actors import VISITOR, Actor
from app.access.decision import decide
from app.access.permissions import Permission


@dataclass(frozen=True, slots=True)
class Link:
    """One entry; ``is_here``: the page shown belongs to it."""

    label: str
    icon: str
    url: str
    is_here: bool


_ENTRIES = (
    ("calendar.day", "Calendar", "calendar3", Permission.SEE_FREEBUSY),
    ("bookings.index", "Bookings", "list-ul", Permission.SEE_DETAILS),
    ("requests.index", "Requests", "inbox", Permission.APPROVE),
    ("waiting.index", "Waiting list", "hourglass-split", Permission.SEE_CLIENTS),
    ("outbox.index", "Messages", "envelope", Permission.SEE_OUTBOX),
    ("setup.index", "Set-up", "gear", Permission.EDIT_SETUP),
)


def shown_actor() -> Actor:
    """Return who is signed in if this request has asked for that, else the visitor; never asks the database."""
    found: Actor = g.get("actor", VISITOR)
    return found


def navigation() -> list[Link]:
    """Return the links that the acting user may follow; none for visitors."""
    actor = shown_actor()
    if not actor.is_staff:
        return []
    here = request.blueprint
    return [
        Link(label, icon, url_for(endpoint), endpoint.partition(".")[0] == here)
        for endpoint, label, icon, permission in _ENTRIES
        if decide(actor, permission).allowed
    ]
