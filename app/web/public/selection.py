"""What a visitor has chosen so far, as the address of the page says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from app.booking.approvals import Foreseen, foresee
from app.booking.refusals import InvalidInput, NotFound, NotOfferedHere, Refusal, UnknownZone, WrongDuration
from app.booking.values import Catalog, Instant, Location, Service
from app.booking.wall_clock import zone
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.names import get_location, get_service, provider_id
from app.operations.wanted import MAX_SEATS
from app.texts import _, mark
from app.web.embedded import carried_embedding
from app.web.language import carried_language
from app.web.public.offer import places_of
from app.web.public.token import Choice
from app.web.times import local_day

YEARS = range(1990, 2200)
NO_DAY = mark("Please give a date as year-month-day, such as 2027-03-28.")
NO_START = mark("Please choose one of the times below.")


@dataclass(frozen=True, slots=True)
class Selection:
    """Service and place as records, the rest as chosen; ``tzid`` is the zone in which times are shown.

    ``is_day_fixed``: whoever reads has chosen ``day``, else it is today. ``typed_zone`` is what stands in the field,
    ``errors`` the sentences by field; what is wrong counts as not chosen.
    """

    service: Service
    place: Location
    tzid: str
    day: date
    duration_minutes: int | None = None
    provider: str | None = None
    seats: int = 1
    start: Instant | None = None
    typed_zone: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    is_day_fixed: bool = False

    @property
    def minutes(self) -> int:
        """The chosen duration, or the service's first."""
        return self.duration_minutes or self.service.durations_minutes[0]

    @property
    def choice(self) -> Choice:
        """The selection without its reader; only for one with a start."""
        return Choice(
            self.service.public_id,
            self.place.public_id,
            self.start or 0,
            self.duration_minutes,
            self.provider,
            self.seats,
        )

    def query(self, **changes: str | None) -> str:
        """Return the selection as the query part of an address, without a start unless given."""
        values: dict[str, str | None] = {
            "service": self.service.public_id,
            "location": self.place.public_id,
            "duration": str(self.duration_minutes) if self.duration_minutes else None,
            "provider": self.provider,
            "seats": str(self.seats) if self.seats > 1 else None,
            "zone": self.tzid if self.tzid != self.place.tzid else None,
            **carried_language(),
            **carried_embedding(),
            **changes,
        }
        return urlencode({name: value for name, value in values.items() if value})


def foreseen(catalog: Catalog, chosen: Selection) -> Foreseen:
    """Say whether a booking of what is chosen will have to be approved."""
    wished = next((one.id for one in catalog.resources.values() if one.public_id == chosen.provider), None)
    return foresee(catalog, chosen.service, wished, chosen.place.public_id)


class Reader:
    """Reads fields one by one and collects what is wrong with them."""

    def __init__(self, args: Mapping[str, str], tzid: str) -> None:
        self.args = args
        self.tzid = tzid
        self.errors: dict[str, str] = {}
        self.is_day_fixed = False

    def text(self, name: str) -> str:
        """Return a field, trimmed."""
        return self.args.get(name, "").strip()

    def refuse(self, name: str, refusal: Refusal) -> None:
        """Note a refusal beside a field."""
        self.errors[name] = sentence(refusal, self.tzid)

    def zone(self) -> str:
        """Return the reader's zone, the place's if there is none that exists."""
        wanted = self.text("zone") or self.tzid
        try:
            zone(wanted)
        except UnknownZone as refusal:
            self.refuse("zone", refusal)
            return self.tzid
        return wanted

    def number(self, name: str, low: int, high: int) -> int | None:
        """Return a whole number, None for none."""
        text = self.text(name)
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 12 and low <= int(text) <= high:
            return int(text)
        self.errors[name] = _("Please choose a number from {low} to {high}.", low=low, high=high)
        return None

    def duration(self, service: Service) -> int | None:
        """Return one of the service's durations, None for none."""
        minutes = self.number("duration", 1, 7 * 1440)
        if minutes is not None and minutes not in service.durations_minutes:
            self.refuse("duration", WrongDuration(service.durations_minutes))
            return None
        return minutes

    def provider(self, catalog: Catalog, service: Service) -> str | None:
        """Return the public id of somebody who gives the service, None for anybody."""
        wanted = self.text("provider") or None
        try:
            provider_id(catalog, service, wanted)
        except (NotFound, InvalidInput) as refusal:
            self.refuse("provider", refusal)
            return None
        return wanted

    def day(self, today: date) -> date:
        """Return the first day to show, today at the earliest."""
        text = self.text("day")
        if not text:
            return today
        try:
            wanted = date.fromisoformat(text)
        except ValueError:
            self.errors["day"] = _(NO_DAY)
            return today
        self.is_day_fixed = wanted >= today and wanted.year in YEARS
        return wanted if self.is_day_fixed else today

    def start(self) -> Instant | None:
        """Return the chosen instant, None for none."""
        text = self.text("start")
        if text.isascii() and text.isdigit() and len(text) < 12:
            return int(text)
        if text:
            self.errors["start"] = _(NO_START)
        return None


def read_selection(context: Context, args: Mapping[str, str]) -> Selection:
    """Return what an address (or a form) says; fields that cannot be used are told in ``errors``.

    Raises:
        NotFound: no such service or place. NotOfferedHere: the place does not offer the service.
    """
    catalog = context.catalog
    service = get_service(context, catalog, args.get("service", ""))
    place = find_place(catalog, service, args.get("location", ""))
    reader = Reader(args, place.tzid)
    tzid = reader.zone()
    return Selection(
        service=service,
        place=place,
        tzid=tzid,
        day=reader.day(local_day(context.now, tzid)),
        duration_minutes=reader.duration(service),
        provider=reader.provider(catalog, service),
        seats=reader.number("seats", 1, min(service.capacity, MAX_SEATS)) or 1,
        start=reader.start(),
        typed_zone=args.get("zone", ""),
        errors=reader.errors,
        is_day_fixed=reader.is_day_fixed,
    )


def find_place(catalog: Catalog, service: Service, public_id: str) -> Location:
    """Return the place of an id, the service's first for none.

    Raises:
        NotFound: no such place. NotOfferedHere: it does not offer the service.
    """
    if not public_id:
        places = places_of(catalog, service)
        if not places:
            raise NotFound(kind="location", reference="")
        return places[0]
    place = get_location(catalog, public_id)
    if place.id not in service.location_ids:
        raise NotOfferedHere(service.name, place.name)
    return place
