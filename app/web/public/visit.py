"""Several services in one visit, one directly after the other: which, when, details, booked all or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.booking.refusals import InPast, InvalidInput, NotFound, Refusal, Unavailable
from app.booking.values import MINUTE, Instant, Location, Question, Service
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.links import manage_token
from app.operations.names import get_location, get_service
from app.operations.requests import VisitPart, VisitRequest
from app.operations.visits import book_visit, find_visit_slots
from app.texts import _, mark
from app.web.context import site
from app.web.embedded import carried_embedding
from app.web.errors import answer_refusal
from app.web.intake import as_typed, asked, read_answers
from app.web.language import carried_language
from app.web.public.confirming import held_address
from app.web.public.offer import offered_by_place, public_services
from app.web.public.person import CHANGED, TOO_OLD, Filled, read_client, refused
from app.web.public.selection import Reader
from app.web.public.token import TokenError, VisitChoice, read_visit, sign_visit
from app.web.public.week import Week, Wish, find_week
from app.web.times import local_day

ROWS = 4
CHOOSE = mark("Please choose at least two services, in the order in which you want them.")
GONE = mark("This time is not free any more; please choose one of these.")


@dataclass(frozen=True, slots=True)
class VisitSelection:
    """The services of a visit in their order, as records, and the rest as chosen."""

    services: tuple[Service, ...]
    place: Location
    tzid: str
    day: date
    start: Instant | None = None
    typed_zone: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    is_day_fixed: bool = False

    @property
    def parts(self) -> tuple[VisitPart, ...]:
        """The services as operations want them: first duration, anybody."""
        return tuple(VisitPart(service.public_id) for service in self.services)

    @property
    def minutes(self) -> int:
        """How long the whole visit takes."""
        return sum(service.durations_minutes[0] for service in self.services)

    @property
    def questions(self) -> tuple[Question, ...]:
        """The intake questions of all services."""
        return tuple(question for service in dict.fromkeys(self.services) for question in service.questions)

    def query(self, **changes: str) -> str:
        """Return the selection as the query part of an address."""
        values = [("location", self.place.public_id), *(("service", one.public_id) for one in self.services)]
        if self.tzid != self.place.tzid:
            values.append(("zone", self.tzid))
        carried = {**carried_language(), **carried_embedding()}
        return urlencode([*values, *carried.items(), *changes.items()])


def read_visit_selection(context: Context, args: MultiDict[str, str]) -> VisitSelection:
    """Return what an address says.

    Raises:
        NotFound: a service or place that does not exist.
    """
    catalog = context.catalog
    services = tuple(get_service(context, catalog, one) for one in args.getlist("service")[:ROWS] if one)
    place = _place(context, args.get("location", ""))
    reader = Reader(args, place.tzid)
    for service in services:
        if service.capacity > 1 or place.id not in service.location_ids:
            text = _(
                "{service} cannot be a part of a visit at {place}; please choose another service.",
                service=service.name,
                place=place.name,
            )
            reader.errors.setdefault("service", text)
    tzid = reader.zone()
    day, start = reader.day(local_day(context.now, tzid)), reader.start()
    typed_zone = args.get("zone", "")
    return VisitSelection(services, place, tzid, day, start, typed_zone, reader.errors, reader.is_day_fixed)


def _place(context: Context, public_id: str) -> Location:
    if public_id:
        return get_location(context.catalog, public_id)
    offered = offered_by_place(context.catalog)
    if not offered:
        raise NotFound(kind="location", reference="")
    return offered[0][0]


def show_visit(context: Context) -> ResponseReturnValue:
    """Show the choice of services and, once there are two, the times at which all fit one after the other."""
    chosen = read_visit_selection(context, request.args)
    errors = dict(chosen.errors)
    if len(chosen.services) == 1:
        errors.setdefault("service", _(CHOOSE))
    return _times_page(context, chosen, errors)


def _times_page(context: Context, chosen: VisitSelection, errors: dict[str, str]) -> ResponseReturnValue:
    week = None
    if len(chosen.services) > 1 and "service" not in errors:
        week = _week(context, chosen)
    page = render_template(
        "public/visit.html",
        chosen=chosen,
        errors=errors,
        week=week,
        places=[place for place, _services in offered_by_place(context.catalog)],
        services=_choices(context, chosen),
        rows=ROWS,
    )
    return page, 422 if errors else 200


def _choices(context: Context, chosen: VisitSelection) -> list[Service]:
    found = public_services(context.catalog, chosen.place, chosen.services)
    return [one for one in found if one.capacity == 1]


def _week(context: Context, chosen: VisitSelection) -> Week:
    window = min(service.booking_window_days for service in chosen.services)
    wish = Wish(chosen.tzid, chosen.place.tzid, chosen.day, window, chosen.is_day_fixed)
    return find_week(context.now, wish, lambda start, end: _search(context, chosen, start, end))


def _search(context: Context, chosen: VisitSelection, start: Instant, end: Instant) -> list[Instant]:
    return find_visit_slots(context, chosen.parts, chosen.place.public_id, start, end)


def show_visit_details(context: Context) -> ResponseReturnValue:
    """Show the form for a chosen time; one that cannot be had leads back to those that can."""
    chosen = read_visit_selection(context, request.args)
    if chosen.errors or len(chosen.services) < 2:
        return _times_page(context, chosen, {"service": _(CHOOSE), **chosen.errors})
    start = chosen.start or 0
    if start not in _search(context, chosen, start, start + MINUTE):
        text = sentence(InPast(), chosen.tzid) if 0 < start <= context.now else _(GONE)
        return _times_page(context, chosen, {"start": text})
    return _page(Filled(chosen, sign_visit(_secret(), _choice(chosen)), {"zone": chosen.tzid}))


def book_visit_form(context: Context) -> ResponseReturnValue:
    """Book all parts of the visit or none; a refusal shows the form again with everything that was typed."""
    fields = request.form
    token = (fields.getlist("token") or [""])[-1]
    chosen = read_visit_selection(context, request.args)
    try:
        choice, key = read_visit(_secret(), token)
    except TokenError as error:
        return _renewed(chosen, _(TOO_OLD if error.is_old else CHANGED))
    chosen = replace(chosen, start=choice.start)
    try:
        bookings = book_visit(context, _request(choice, key, fields))
    except Unavailable:
        raise
    except Refusal as refusal:
        return answer_refusal(_refused(chosen, choice, token, refusal), refusal)
    if bookings[0].unconfirmed:
        return redirect(held_address(bookings[0].public_id), 303)
    tokens = [manage_token(_secret(), booking.public_id) for booking in bookings]
    return redirect(url_for("public.visit_done", token=tokens), 303)


def _request(choice: VisitChoice, key: str, fields: MultiDict[str, str]) -> VisitRequest:
    answers = read_answers(fields)
    return VisitRequest(
        parts=tuple(VisitPart(service, answers=answers) for service in choice.services),
        location=choice.location,
        start=choice.start,
        client=read_client(fields),
        comment=fields.get("comment", ""),
        key=key,
    )


def _choice(chosen: VisitSelection) -> VisitChoice:
    services = tuple(service.public_id for service in chosen.services)
    return VisitChoice(services, chosen.place.public_id, chosen.start or 0)


def _renewed(chosen: VisitSelection, problem: str) -> ResponseReturnValue:
    """Show the form again with a new token for what the address says.

    Raises:
        InvalidInput: the address does not say what to book either.
    """
    if len(chosen.services) < 2 or chosen.start is None:
        raise InvalidInput("service", _(CHOOSE))
    form = Filled(chosen, sign_visit(_secret(), _choice(chosen)), as_typed(request.form), {"start": problem})
    return _page(form), 400


def _refused(chosen: VisitSelection, choice: VisitChoice, token: str, refusal: Refusal) -> str:
    form = Filled(chosen, token, as_typed(request.form))
    return _page(refused(form, refusal, chosen.questions, chosen.tzid, lambda start: _sign_at(choice, start)))


def _sign_at(choice: VisitChoice, start: Instant) -> str:
    return sign_visit(_secret(), replace(choice, start=start))


def _page(form: Filled[VisitSelection]) -> str:
    chosen = form.chosen
    return render_template(
        "public/visit_details.html",
        form=form,
        chosen=chosen,
        times=_times(chosen),
        start=chosen.start or 0,
        questions=asked(chosen.questions),
    )


def _times(chosen: VisitSelection) -> list[tuple[Service, Instant, Instant]]:
    """Return the services with their starts and ends."""
    start, found = chosen.start or 0, []
    for service in chosen.services:
        end = start + service.durations_minutes[0] * MINUTE
        found.append((service, start, end))
        start = end
    return found


def _secret() -> bytes:
    return site().config.secret_key
