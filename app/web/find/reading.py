"""What the page is asked for, as its address says it; a form that books sends the same fields along."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import url_for
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.values import Location, Service
from app.booking.wall_clock import local_date
from app.operations.context import Context
from app.operations.find_times import TimesQuery
from app.texts import plural
from app.web.bookings import choices
from app.web.setup.reading import Typed

DAYS = (1, 3, 7, 14)
USUAL_DAYS = 7
MYSELF = "me"


@dataclass(frozen=True, slots=True)
class Asked:
    """Where, what, who, how long and when. ``date`` is as typed; ``is_search``: something is looked for already."""

    location: Location
    services: tuple[Service, ...]
    service: Service | None
    together: tuple[str, ...]
    minutes: int
    date: str
    days: int
    client: str
    for_self: bool
    is_search: bool

    def query(self) -> TimesQuery:
        """Return what to look for.

        Raises:
            InvalidInput: a date that cannot be read.
        """
        return TimesQuery(
            "" if self.service is None else self.service.public_id,
            self.location.public_id,
            self.together,
            self.first_day(),
            self.days,
            self.minutes or None,
            self.for_self,
        )

    def first_day(self) -> datetime.date:
        """Return the first day, or raise InvalidInput."""
        return Typed(MultiDict({"date": self.date})).day("date")

    @property
    def fields(self) -> list[tuple[str, str]]:
        """The fields by which a form or an address asks for the same again."""
        found = [
            ("location", self.location.public_id),
            ("service", "" if self.service is None else self.service.public_id),
            *(("together", one) for one in self.together),
            ("duration", str(self.minutes)),
            ("date", self.date),
            ("days", str(self.days)),
            ("for", MYSELF if self.for_self else ""),
            ("client", self.client),
        ]
        return [(name, text) for name, text in found if text]

    def form_url(self, start: int) -> str:
        """Return the address of the ordinary booking form, filled in with a time found here."""
        named: Mapping[str, Any] = {name: text for name, text in self.fields if name in ("location", "service")}
        return url_for(
            "bookings.new",
            **named,
            together=self.together,
            duration=self.minutes,
            client=self.client or ("myself" if self.for_self else None),
            start=start,
        )


def read_asked(context: Context, fields: MultiDict[str, str]) -> Asked | None:
    """Return what the fields ask for; None as long as no place is set up. What is left out is what is likely.

    Raises:
        NotFound: no place in use has this id.
    """
    typed = Typed(fields)
    location = choices.find_location(context.catalog, typed.text("location"))
    if location is None:
        return None
    services = tuple(one for one in choices.services_at(context.catalog, location) if one.capacity == 1)
    wanted = typed.text("service")
    service = next((one for one in services if one.public_id == wanted), services[0] if services else None)
    return Asked(
        location,
        services,
        service,
        typed.many("together"),
        _minutes(service, typed.text("duration")),
        typed.text("date") or local_date(context.now, location.tzid).isoformat(),
        _days(typed.text("days")),
        typed.text("client"),
        typed.text("for") == MYSELF and context.may(Permission.BOOK_FOR_SELF),
        typed.flag("find") or typed.flag("together"),
    )


def _minutes(service: Service | None, typed: str) -> int:
    if service is None:
        return 0
    wished = int(typed[:4]) if typed.isascii() and typed.isdigit() else service.durations_minutes[0]
    return choices.nearest_duration(service, wished)


def _days(typed: str) -> int:
    return next((number for number in DAYS if str(number) == typed), USUAL_DAYS)


def days_options() -> choices.Options:
    """Return for how many days one may look, as choices."""
    return [(str(number), plural("{number} day", "{number} days", number)) for number in DAYS]
