"""The page that answers "Why is a time not free?" for any time, service and person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import g, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.refusals import NotAllowed, Refusal
from app.booking.values import Instant, Location, Service
from app.booking.wall_clock import local_date
from app.operations.context import Context
from app.operations.slots import explain_time
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.form import Fields, Filled, may_book, refused
from app.web.bookings.when import put_start, read_instant, read_start
from app.web.context import current_context
from app.web.setup.reading import Typed
from app.web.times import moment_text


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says about one time; ``book_url`` is empty for those who may not book."""

    question: str
    free: bool
    reasons: tuple[str, ...] = ()
    book_url: str = ""


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked about; whatever the address does not say is filled in with what is likely."""

    location: Location
    service: Service | None
    resource: str
    fields: Fields = field(default_factory=MultiDict)


def show() -> str:
    """Explain the time that the address names; as long as it names none, only ask."""
    context = current_context()
    context.require_anywhere(Permission.SEE_BUSY)
    asked = _read(context)
    if asked is None:
        return render_template("calendar/empty.html")
    filled, answer = Filled(asked.fields), None
    g.tzid = asked.location.tzid
    if asked.service is not None and asked.fields.get("time"):
        try:
            answer = _answer(context, asked, asked.service)
        except NotAllowed:
            raise
        except Refusal as refusal:
            filled = refused(filled, refusal, asked.location.tzid)
    return _page(context, asked, filled, answer)


def _read(context: Context) -> _Asked | None:
    args = request.args
    location = choices.find_location(context.catalog, args.get("location", ""))
    if location is None:
        return None
    resource = args.get("resource") or args.get("provider") or ""
    likely = choices.services_at(context.catalog, location, resource)
    service = choices.find_service(context.catalog, location, args.get("service", "")) or next(iter(likely), None)
    fields: Fields = MultiDict({name: args.get(name, "") for name in ("duration", "date", "time", "offer")})
    start = read_instant(args.get("start", ""))
    if start is not None:
        put_start(fields, start, location.tzid)
        fields["offer"] = str(start)
    fields["date"] = fields["date"] or local_date(context.now, location.tzid).isoformat()
    return _Asked(location, service, resource, fields)


def _answer(context: Context, asked: _Asked, service: Service) -> Answer:
    typed = Typed(asked.fields)
    start = read_start(typed, asked.location.tzid)
    resource = choices.by_public_id(context.catalog, asked.resource)
    who = resource if resource is not None and choices.gives(service, resource) else None
    found = explain_time(
        context,
        service.public_id,
        asked.location.public_id,
        start,
        duration_minutes=typed.optional_number("duration"),
        provider=who.public_id if who is not None else None,
    )
    when = moment_text(start, asked.location.tzid)
    question = f"{service.name}, {when}"
    if who is not None:
        question = _("{service} with {person}, {when}", service=service.name, person=who.name, when=when)
    return Answer(question, found.free, found.reasons, _book_url(context, asked, service, start))


def _book_url(context: Context, asked: _Asked, service: Service, start: Instant) -> str:
    if not may_book(context):
        return ""
    wanted = {"location": asked.location.public_id, "service": service.public_id, "resource": asked.resource}
    return url_for("bookings.new") + "?" + urlencode({**wanted, "start": start})


def _page(context: Context, asked: _Asked, filled: Filled, answer: Answer | None) -> str:
    catalog, service = context.catalog, asked.service
    people = choices.provider_options(catalog, service, asked.location) if service else [("", _(choices.ANYONE))]
    shown: dict[str, Any] = {
        **dict(asked.fields),
        "location": asked.location.public_id,
        "service": service.public_id if service else "",
        "resource": asked.resource,
    }
    return render_template(
        "calendar/why.html",
        fields=shown,
        errors=filled.errors,
        offers=filled.offers,
        answer=answer,
        locations=choices.location_options(catalog),
        services=choices.service_options(catalog, asked.location, asked.resource),
        providers=people,
    )
