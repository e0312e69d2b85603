"""Booking by one typed line: the form for a new booking, filled in with what the line says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flask import g, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.quick import Heard, Named, hear
from app.booking.refusals import InvalidInput
from app.booking.values import Location, Resource, Service
from app.booking.wall_clock import local_date, to_instants
from app.operations.context import Context
from app.operations.look_up import find_clients
from app.texts import _
from app.web.bookings import choices
from app.web.bookings.form import Fields, Filled, free_times, render_form
from app.web.context import current_context
from app.web.setup.reading import Typed

MOST_LETTERS = 300


def show() -> ResponseReturnValue:
    """Show the filled-in form; a line that says no service, or several, is shown again with a sentence beside it.

    The line comes by POST and is never in an address, as it names a client.
    """
    context = current_context()
    context.require_anywhere(Permission.BOOK_FOR_OTHERS)
    typed = Typed(request.form)
    location = choices.find_location(context.catalog, typed.text("location"))
    if location is None:
        return render_template("calendar/empty.html")
    g.tzid = location.tzid
    try:
        return render_form(context, _understand(context, location, typed.text("line")))
    except InvalidInput as refusal:
        names = [one.name for one in choices.services_at(context.catalog, location)]
        shown = render_template(
            "bookings/quick.html", line=typed.text("line"), problem=refusal.problem, location=location, services=names
        )
        return shown, 422


def _understand(context: Context, location: Location, line: str) -> Filled:
    """Return the form that a line fills in, with what could not be had of it beside its fields.

    Raises:
        InvalidInput: the line is too long, names no service, or fits several services or people.
    """
    if len(line) > MOST_LETTERS:
        raise InvalidInput("line", _("Please type at most {most} characters.", most=MOST_LETTERS))
    services = choices.services_at(context.catalog, location)
    today = local_date(context.now, location.tzid)
    heard = hear(line, _names(services), _names(_people(context, services)), today)
    service = _service(heard, services)
    fields: Fields = MultiDict({"location": location.public_id, "service": service.public_id})
    fields["date"] = (heard.day or today).isoformat()
    errors = _put_duration(fields, service, heard) | _put_provider(context, fields, location, service, heard)
    _put_client(context, fields, heard.client)
    return _with_time(context, location, Filled(fields, errors), heard)


def _names(found: Sequence[Service] | Sequence[Resource]) -> list[Named]:
    return [Named(one.public_id, one.name) for one in found]


def _people(context: Context, services: Sequence[Service]) -> list[Resource]:
    """Return whoever gives, and whatever is used for, one of the services."""
    ids = {one for service in services for requirement in service.requirements for one in requirement.resource_ids}
    return [one for one in context.catalog.resources.values() if one.active and one.id in ids]


def _service(heard: Heard, offered: Sequence[Service]) -> Service:
    """Return the service that is named, or the only one that there is."""
    if len(heard.services) > 1:
        names = ", ".join(one.name for one in heard.services)
        raise InvalidInput("line", _("This fits several services, please type more of the name: {names}.", names=names))
    if not heard.services and len(offered) != 1:
        raise InvalidInput(
            "line", _("No service of this location is named in it; please add the beginning of its name.")
        )
    wanted = heard.services[0].public_id if heard.services else offered[0].public_id
    return next(one for one in offered if one.public_id == wanted)


def _put_duration(fields: Fields, service: Service, heard: Heard) -> dict[str, str]:
    """Choose the duration; of one that the service does not have say so, and choose the nearest."""
    if heard.duration is None:
        return {}
    nearest = choices.nearest_duration(service, heard.duration)
    fields["duration"] = str(nearest)
    if nearest == heard.duration:
        return {}
    words = _("It cannot last {wished} minutes; {minutes} are chosen instead.", wished=heard.duration, minutes=nearest)
    return {"duration": words}


def _put_provider(
    context: Context, fields: Fields, location: Location, service: Service, heard: Heard
) -> dict[str, str]:
    """Choose who is named; say where they do not give this service here."""
    if len(heard.people) > 1:
        names = ", ".join(one.name for one in heard.people)
        raise InvalidInput("line", _("This fits several people or things, please type more: {names}.", names=names))
    if not heard.people:
        return {}
    wanted = heard.people[0]
    if wanted.public_id in dict(choices.provider_options(context.catalog, service, location)):
        fields["provider"] = wanted.public_id
        return {}
    words = _(
        "{service} cannot be had with {name} here; please choose somebody else.", service=service.name, name=wanted.name
    )
    return {"provider": words}


def _put_client(context: Context, fields: Fields, name: str) -> None:
    """Choose the client of this name; of several let the form offer them, of none let it be a new one."""
    fields["name"] = name
    if not name or not context.may(Permission.SEE_CONTACTS):
        return
    found = find_clients(context, name)
    same = [one for one in found if one.name.casefold() == name.casefold()]
    if found:
        fields["client_search"] = name
    if len(same) == 1:
        fields["client"] = same[0].public_id


def _with_time(context: Context, location: Location, filled: Filled, heard: Heard) -> Filled:
    """Choose the time if it is free; else say that it is not, and leave it to the free times beside it."""
    if heard.minute is None:
        return filled
    fields = filled.fields
    hour, minute = divmod(heard.minute, 60)
    fields["time"] = f"{hour:02d}:{minute:02d}"
    typed = Typed(fields)
    service = choices.find_service(context.catalog, location, typed.text("service"))
    starts = to_instants(typed.day("date"), heard.minute, location.tzid)
    free = {one.start for one in free_times(context, service, location, typed)} if service else set()
    wanted = [one for one in starts if one in free]
    if len(wanted) == 1:
        fields["slot"] = str(wanted[0])
        return filled
    said = _("This time is not free with this choice; please choose another one.")
    return replace(filled, errors={**filled.errors, "start": said})
