"""A short tour of the first page for each role: stops that point at a part of the page and say what it is for.

Whether somebody has taken it is kept by their browser alone (``static/tour.js``), never here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import request, url_for

from app.access.actors import Actor
from app.access.decision import decide
from app.access.permissions import Permission
from app.texts import _, mark
from app.web.navigation import shown_actor


@dataclass(frozen=True, slots=True)
class Stop:
    """``target``: a selector of what is lit up, empty for nothing; a stop whose target is not shown is left out."""

    target: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Tour:
    """``page``: the endpoint on which it takes place."""

    key: str
    page: str
    stops: Sequence[Stop]


_NAVIGATION = Stop(
    ".site-nav",
    mark("The navigation"),
    mark("It shows what your roles let you do, and nothing else. Here you are now."),
)
_HELP = Stop(
    "#help-open",
    mark("Help"),
    mark("Guides about the page that you are on, and a search over all of them. This tour can be taken again there."),
)
_DESK = Stop(
    "[aria-labelledby=desk]",
    mark("The desk"),
    mark("Who is expected, what has begun and is not marked yet, and the next free times: choose one to book it."),
)
_CALENDAR = Stop(
    ".site-nav a[href*='/calendar/']",
    mark("Calendar"),
    mark("Choose a free time to book it, a booking to open it. One line above it books, too: who, what and when."),
)
_SETUP = Stop(
    ".site-nav a[href*='/setup/']",
    mark("Set-up"),
    mark("Locations, people, services, hours and time off. What you change counts at once."),
)
_REQUESTS = Stop(
    ".site-nav a[href*='/requests/']",
    mark("Requests"),
    mark("What waits for a yes. Each keeps its time until somebody decides, or until it expires."),
)
_ACCOUNT = Stop(
    ".who-name",
    mark("Your account"),
    mark("Password, second factor, language, and your bookings in the calendar of your phone."),
)

TOURS: Sequence[tuple[Tour, Permission | None]] = (
    (
        Tour(
            "administrator",
            "today.index",
            (
                _NAVIGATION,
                Stop(
                    "[aria-labelledby=left]",
                    mark("Left to set up"),
                    mark("What is missing until the first booking, in the order in which it is needed."),
                ),
                _SETUP,
                Stop(
                    "[aria-labelledby=messages]",
                    mark("Messages"),
                    mark("Mails that wait, and those that could not be delivered: somebody was not told then."),
                ),
                Stop(
                    ".site-nav a[href*='/audit/']",
                    mark("Audit log"),
                    mark("Who changed what, and who looked at confidential details."),
                ),
                _HELP,
            ),
        ),
        Permission.MANAGE_USERS,
    ),
    (
        Tour(
            "manager",
            "today.index",
            (
                _NAVIGATION,
                _DESK,
                Stop(
                    "[aria-labelledby=figures]",
                    mark("Figures"),
                    mark("The last eight weeks of this location: bookings, no-shows, and how well hours are used."),
                ),
                _REQUESTS,
                _SETUP,
                _HELP,
            ),
        ),
        Permission.MANAGE_RESOURCES,
    ),
    (
        Tour(
            "provider",
            "today.index",
            (
                _NAVIGATION,
                Stop(
                    "[aria-labelledby=mine]",
                    mark("My day"),
                    mark("What is on now, what comes next, and the gaps within your hours."),
                ),
                _CALENDAR,
                _ACCOUNT,
                _HELP,
            ),
        ),
        None,
    ),
    (
        Tour(
            "front_desk",
            "today.index",
            (
                _NAVIGATION,
                _DESK,
                _CALENDAR,
                Stop(
                    ".site-nav a[href*='/clients/']",
                    mark("Clients"),
                    mark("Found by words of their name, or by the whole email address or phone number."),
                ),
                _HELP,
            ),
        ),
        Permission.BOOK_FOR_OTHERS,
    ),
    (
        Tour(
            "viewer",
            "calendar.day",
            (
                _NAVIGATION,
                Stop(
                    ".calendar-head",
                    mark("Days and views"),
                    mark("The arrows go to other days; a week, a month, a timeline and a list show the same bookings."),
                ),
                Stop(
                    "main form.toolbar",
                    mark("Who and what"),
                    mark("Choose whose time is shown; the address of the page keeps it."),
                ),
                Stop(
                    "#calendar-part",
                    mark("The table"),
                    mark("Each pattern has its word. Choose what is not free to read why."),
                ),
                _HELP,
            ),
        ),
        Permission.SEE_BUSY,
    ),
    (
        Tour(
            "auditor",
            "audit.index",
            (
                _NAVIGATION,
                Stop(
                    "main form.toolbar",
                    mark("Searching"),
                    mark("By dates, by who did it, and by what was done to what. The address of the page keeps it."),
                ),
                Stop(
                    "table.audit",
                    mark("The entries"),
                    mark("The newest first. Choose an id to see all about that one thing or person."),
                ),
                Stop(".who-name", mark("Your account"), mark("Password, second factor and language.")),
                _HELP,
            ),
        ),
        Permission.READ_AUDIT,
    ),
)
"""Tours with the permission that they are for, the widest first; None: for those who give services."""


def tour_of(actor: Actor) -> Tour | None:
    """Return the tour for somebody; None for whoever may do nothing that has one."""
    fitting = (tour for tour, permission in TOURS if _is_for(actor, permission))
    return next(fitting, None) if actor.is_staff else None


def _is_for(actor: Actor, permission: Permission | None) -> bool:
    if permission is None:
        return actor.resource_id is not None and decide(actor, Permission.SEE_TITLES).allowed
    return decide(actor, permission).allowed


def tour_here() -> Tour | None:
    """Return the tour that the page of this request offers."""
    tour = tour_of(shown_actor())
    return tour if tour is not None and tour.page == request.endpoint else None


def tour_url(actor: Actor) -> str:
    """Return the address at which somebody's tour begins by itself; empty: there is none."""
    tour = tour_of(actor)
    return url_for(tour.page, tour="1") if tour is not None else ""


def stops_text(tour: Tour) -> str:
    """Return the stops in the language spoken, as JSON for the attribute of a tag."""
    said = [{"target": one.target, "title": _(one.title), "text": _(one.text)} for one in tour.stops]
    return json.dumps(said, ensure_ascii=False)
