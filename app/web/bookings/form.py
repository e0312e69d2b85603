"""The form for a new booking: what it starts with, what it shows, what was typed into it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import render_template
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.approvals import foresee_rules
from app.booking.refusals import InvalidInput, JustTaken, MissingHour, NotAvailable, NotFound, Refusal, WrongDuration
from app.booking.values import Instant, Location, Service
from app.booking.wall_clock import day_bounds, local_date
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.look_up import find_clients
from app.operations.looking import target_at
from app.operations.requests import BookingRequest, ClientDetails
from app.operations.slots import find_slots
from app.operations.views import BookingView
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.blocking import offer
from app.web.bookings.rule import REPEATS, WEEKDAYS
from app.web.bookings.when import Offer, ShownTwice, day_words, offers, put_start, read_instant, read_start
from app.web.intake import ANSWER, asked, read_answers, typed_answers
from app.web.setup.reading import Typed

Fields = MultiDict[str, str]
MYSELF = "myself"
"""Chosen as the client by those who book for themselves."""
_FIELDS = frozenset(
    {"location", "service", "provider", "duration", "date", "start", "seats", "client", "name", "email", "phone"}
    | {"comment", "rule", "exdates", "count", "until", "interval", "reason", "override_reason", "together"}
    | {"responsible"}
)


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it is shown: fields as typed, what is wrong by field, and times that can be had instead."""

    fields: Fields
    errors: Mapping[str, str] = field(default_factory=dict)
    offers: tuple[Offer, ...] = ()


def may_book(context: Context) -> bool:
    """Whether the acting user may book anything: for others, or for themselves."""
    return any(context.may(one) for one in (Permission.BOOK_FOR_OTHERS, Permission.BOOK_FOR_SELF))


def from_address(context: Context, args: Fields) -> Fields:
    """Return the fields that a link to the form fills in: place, service, resource, what is together, start, client."""
    location = choices.find_location(context.catalog, args.get("location", ""))
    fields: Fields = MultiDict(
        {name: args[name] for name in ("service", "resource", "provider", "client", "duration", "date") if name in args}
    )
    fields.setlist("together", args.getlist("together"))
    if location is None:
        return fields
    fields["location"] = location.public_id
    fields.setdefault("provider", args.get("resource", ""))
    start = read_instant(args.get("start", ""))
    if start is not None:
        put_start(fields, start, location.tzid)
        fields["slot"] = str(start)
    fields.setdefault("date", local_date(context.now, location.tzid).isoformat())
    service = choices.find_service(context.catalog, location, fields.get("service", ""))
    fields["drawn"] = drawn = fields.get("duration", "")
    if service is not None and drawn.isdecimal():
        fields["duration"] = str(choices.nearest_duration(service, int(drawn[:4])))
    return fields


def render_form(context: Context, filled: Filled) -> str:
    """Return the page; while no service is chosen, only the choice of place and service."""
    catalog, typed = context.catalog, Typed(filled.fields)
    location = choices.find_location(catalog, typed.text("location"))
    if location is None:
        return render_template("calendar/empty.html")
    service = choices.find_service(catalog, location, typed.text("service"))
    shown: dict[str, Any] = {
        "filled": filled,
        "fields": filled.fields,
        "errors": filled.errors,
        "location": location,
        "service": service,
        "locations": choices.location_options(catalog),
        "block": offer(context, location, typed),
        "services": [("", _("Please choose")), *choices.service_options(catalog, location, typed.text("resource"))],
    }
    if service is None:
        return render_template("bookings/choose.html", **shown)
    return render_template("bookings/new.html", **shown, **_details(context, service, location, typed))


def _details(context: Context, service: Service, location: Location, typed: Typed) -> dict[str, Any]:
    catalog = context.catalog
    providers = choices.provider_options(catalog, service, location)
    return {
        "durations": choices.duration_options(service),
        "asks_by_rule": foresee_rules(catalog, service, location.public_id),
        "providers": providers,
        "provider": typed.text("provider") if typed.text("provider") in dict(providers) else "",
        "free": free_times(context, service, location, typed),
        "shown_day": day_words(typed),
        "together": choices.names_of(catalog, typed.many("together")),
        "clients": found_clients(context, typed),
        "questions": asked(service.questions),
        "answers": typed_answers(typed.fields),
        "repeats": [(value, _(word)) for value, word in REPEATS],
        "weekdays": [(value, _(word)) for value, word in WEEKDAYS],
        "may_override": _may_override(context, service, location),
        "may_others": context.may(Permission.BOOK_FOR_OTHERS),
        "may_self": context.may(Permission.BOOK_FOR_SELF),
        "myself": MYSELF,
        "me": context.actor,
        "key": new_key(),
    }


def _may_override(context: Context, service: Service, location: Location) -> bool:
    """Whether the actor may set the rules aside there, also where they may only for what is their own."""
    target = target_at(service, location)
    for_self = context.actor.user_id if context.may(Permission.BOOK_FOR_SELF, target) else None
    return context.may(Permission.OVERRIDE_RULES, replace(target, user_id=for_self))


def new_key() -> str:
    """Return an idempotency key: however often this form is sent, it books once."""
    return secrets.token_urlsafe(16)


def free_times(
    context: Context, service: Service, location: Location, typed: Typed, moved: BookingView | None = None
) -> tuple[Offer, ...]:
    """Return the free times of the form's date; none when its fields cannot be read or its service is not offered now.

    ``moved``: the booking that looks for another time, for as many people as it is; it is not in its own way.
    """
    try:
        start, end = day_bounds(typed.day("date"), location.tzid)
        provider = choices.by_public_id(context.catalog, typed.text("provider"))
        found = find_slots(
            context,
            service.public_id,
            location.public_id,
            start,
            end,
            duration_minutes=typed.optional_number("duration"),
            provider=provider.public_id if provider is not None and choices.gives(service, provider) else None,
            seats=_seats(typed) if moved is None else moved.seats,
            ignore_booking=None if moved is None else moved.public_id,
            together=typed.many("together"),
        )
    except (InvalidInput, NotFound, WrongDuration, OverflowError):  # also a service that was switched off
        return ()
    return offers(found, location.tzid)


def found_clients(context: Context, typed: Typed) -> choices.Options:
    """Return the clients that a search found, with the one that is chosen already, as choices."""
    if not context.may(Permission.SEE_CONTACTS):
        return []
    chosen = typed.text("client")
    found = [(one.public_id, f"{one.name}, {one.email}") for one in find_clients(context, typed.text("client_search"))]
    if chosen and chosen != MYSELF and chosen not in dict(found):
        found.insert(0, (chosen, _("The client chosen before")))
    return found


def read_booking(context: Context, typed: Typed) -> BookingRequest:
    """Return the booking that the form asks for.

    Raises:
        InvalidInput: a field that cannot be read. NotFound: a place that is gone.
    """
    location = choices.find_location(context.catalog, typed.text("location"))
    if location is None:
        raise InvalidInput("location", _("Please choose a location."))
    service = choices.find_service(context.catalog, location, typed.text("service"))
    if service is None:
        raise InvalidInput("service", _("Please choose a service that this location offers."))
    return BookingRequest(
        service=service.public_id,
        location=location.public_id,
        start=read_start(typed, location.tzid),
        client=_client(typed, location),
        duration_minutes=typed.optional_number("duration"),
        provider=typed.optional("provider"),
        seats=_seats(typed),
        comment=typed.text("comment"),
        answers=read_answers(typed.fields),
        key=typed.optional("key"),
        override=typed.flag("override"),
        override_reason=typed.text("override_reason"),
        together=typed.many("together"),
    )


def _seats(typed: Typed) -> int:
    wished = typed.optional_number("seats")
    return 1 if wished is None else wished


def _client(typed: Typed, location: Location) -> ClientDetails:
    known = typed.optional("client")
    if known == MYSELF:
        return ClientDetails(is_actor=True, tzid=location.tzid)
    if known:
        return ClientDetails(public_id=known, tzid=location.tzid)
    return ClientDetails(typed.text("name"), typed.text("email"), typed.text("phone"), location.tzid)


def refused(filled: Filled, refusal: Refusal, tzid: str) -> Filled:
    """Return the same form with the refusal's sentence beside its field, and the times that can be had instead."""
    return replace(
        filled,
        errors={field_of(refusal): sentence(refusal, tzid)},
        offers=offers(_instead(refusal), tzid, with_day=True),
    )


def field_of(refusal: Refusal) -> str:
    """Return the form field beside which a refusal is shown; empty: above the form."""
    name = refusal.field or ""
    return name if name in _FIELDS or name.startswith(ANSWER) else ""


def _instead(refusal: Refusal) -> tuple[Instant, ...]:
    if isinstance(refusal, (JustTaken, NotAvailable)):
        return refusal.next_free
    if isinstance(refusal, ShownTwice):
        return refusal.choices
    return (refusal.next_possible,) if isinstance(refusal, MissingHour) else ()
