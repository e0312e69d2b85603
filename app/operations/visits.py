"""Several services in one visit, one directly after the other: looking for starts, and booking all parts or none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from app.booking.limits import has_limits
from app.booking.refusals import InvalidInput, JustTaken, NoAssignment, NotAvailable, Refusal
from app.booking.rules import find_refusals, without_reason
from app.booking.slots import Holes, duration_of
from app.booking.values import DAY_MINUTES, MINUTE, Catalog, Instant, Interval, Location
from app.booking.visits import Part, VisitQuery, assign_visit, find_visit_starts
from app.operations import records, repeats
from app.operations.accounts.throttle import count_booking
from app.operations.announce import announce
from app.operations.book import Arrival, Particulars, add_at, check_particulars
from app.operations.clients.booking_clients import find_or_add_client
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.limits import Limited, check_client_limits, check_within_limits, within_limits
from app.operations.look_up import views_of
from app.operations.looking import as_told
from app.operations.names import candidate_ids, get_location, get_service, wished_provider
from app.operations.placing import LOAD_SECONDS, NEXT_FREE_COUNT, NEXT_FREE_DAYS, Place, with_times
from app.operations.requests import BookingRequest, VisitPart, VisitRequest
from app.operations.slots import check_days
from app.operations.unconfirmed import asked_until, check_few_unconfirmed, limited_email
from app.operations.views import BookingView
from app.operations.wanted import Wanted, want
from app.storage import allocations, taken
from app.storage.public_ids import new_public_id
from app.storage.tables import Booking
from app.texts import _

MAX_PARTS = 8


@dataclass(frozen=True, slots=True)
class _Visit:
    """The parts of a visit with the records they name; ``ids``: all resources that any part could take."""

    catalog: Catalog
    location: Location
    parts: tuple[Part, ...]
    ids: tuple[int, ...]
    margin: int

    def query(self, start: Instant, end: Instant, *, staff: bool = False) -> VisitQuery:
        """Return the question for starts of the whole visit."""
        return VisitQuery(self.location.id, self.parts, start, end, any_minute=staff)

    def around(self, start: Instant, end: Instant) -> Interval:
        """Return the stretch in which something taken could be in the way of starts in ``[start, end)``."""
        return start - self.margin, end + self.margin


def find_visit_slots(
    context: Context, parts: Sequence[VisitPart], location: str, start: Instant, end: Instant
) -> list[Instant]:
    """Return the starts in ``[start, end)`` at which all parts can be had one after the other, sorted.

    Starts at which a part would be on a day or in a week whose limit is reached are left out.

    Raises:
        NotFound, InvalidInput, WrongDuration: names or numbers that cannot be used.
    """
    check_days(start, end)
    visit = _visit(context, parts, location)
    return context.store.read(lambda: _find_starts(context, visit, start, end))


def _find_starts(context: Context, visit: _Visit, start: Instant, end: Instant) -> list[Instant]:
    holes = taken.find_taken(visit.ids, *visit.around(start, end), context.now)
    found = find_visit_starts(visit.catalog, visit.query(start, end), holes, context.now)
    return _within_limits(context, visit, found)


def _within_limits(context: Context, visit: _Visit, starts: list[Instant]) -> list[Instant]:
    """Leave out starts at which a part would pass a limit; parts of the same service count for each other."""
    after = 0
    before: dict[int, list[int]] = defaultdict(list)
    for part in visit.parts:
        service = visit.catalog.services[part.service_id]
        if has_limits(service):
            earlier = tuple(after - one for one in before[service.id])
            limited = Limited(service, visit.location, context.now, earlier=earlier)
            starts = [one - after for one in within_limits(limited, [one + after for one in starts])]
        before[service.id].append(after)
        after += duration_of(service, part.duration_minutes) * MINUTE
    return starts


def book_visit(context: Context, request: VisitRequest) -> list[BookingView]:
    """Book all parts of a visit or none; the resources of all parts are chosen together.

    Raises:
        JustTaken: with the next starts at which the whole visit is free.
        Refusal: of the first part that cannot be had.
    """
    visit = _visit(context, request.parts, request.location)
    parts = _wanted_parts(context, request)
    until = asked_until(context, [wanted.service for wanted, _particulars in parts], request.start)

    def work() -> str:
        expire(context)
        rows = _place_parts(context, visit, parts, until)
        check_client_limits([wanted.service for wanted, _particulars in parts] if until else [], context.now, "")
        kind = "visit_booked" if until is None else "confirm_asked"
        announce(context, rows[0], kind, visit=str(rows[0].visit))
        count_booking(context.source, request.client.email, context.now)
        check_few_unconfirmed(context, until, request.client.email)
        return ",".join(row.public_id for row in rows)

    try:
        joined = repeats.once(context, repeats.Repeat("visit", request.key, request), work)
    except (JustTaken, NoAssignment, NotAvailable) as refusal:
        raise _with_next_free(context, visit, request.start, refusal) from refusal
    return views_of(context, joined.split(","))


def _visit(context: Context, parts: Sequence[VisitPart], location: str) -> _Visit:
    if not 1 <= len(parts) <= MAX_PARTS:
        raise InvalidInput("service", _("Please choose 1 to {most} services for a visit.", most=MAX_PARTS))
    catalog = context.catalog
    services = [get_service(context, catalog, part.service) for part in parts]
    for service in services:
        if service.capacity > 1:
            problem = _("{service} is a group session; please book it on its own.", service=service.name)
            raise InvalidInput("service", problem)
    named = tuple(
        Part(service.id, part.duration_minutes, wished_provider(context, service, part.provider))
        for service, part in zip(services, parts, strict=True)
    )
    ids = tuple(sorted({one for service in services for one in candidate_ids(service)}))
    longest = sum(max(one.durations_minutes) + one.buffer_before_minutes + one.buffer_after_minutes for one in services)
    return _Visit(catalog, get_location(catalog, location), named, ids, longest * MINUTE)


def _wanted_parts(context: Context, request: VisitRequest) -> list[tuple[Wanted, Particulars]]:
    start, parts = request.start, []
    for part in request.parts:
        single = _part_request(request, part, start)
        wanted = want(context, single)
        parts.append((wanted, check_particulars(wanted, single)))
        start = wanted.end
    if start - request.start > DAY_MINUTES * MINUTE:
        raise InvalidInput("service", _("A visit lasts at most one day; please choose fewer services."))
    return parts


def _part_request(request: VisitRequest, part: VisitPart, start: Instant) -> BookingRequest:
    return BookingRequest(
        service=part.service,
        location=request.location,
        start=start,
        client=request.client,
        duration_minutes=part.duration_minutes,
        provider=part.provider,
        comment=request.comment,
        answers=part.answers,
    )


def _place_parts(
    context: Context, visit: _Visit, parts: list[tuple[Wanted, Particulars]], until: Instant | None
) -> list[Booking]:
    """Book all parts together; ``until``: they are held so long, for the visitor to confirm the whole visit."""
    wishes = [wanted.wish for wanted, _ in parts]
    _lock(context, visit, parts)
    start, end = parts[0][0].start, parts[-1][0].end
    holes = taken.find_taken(visit.ids, *visit.around(start, end), context.now)
    staff = parts[0][0].by_staff
    is_free = find_visit_starts(visit.catalog, visit.query(start, start + 1, staff=staff), holes, context.now)
    load = allocations.load(visit.ids, start - LOAD_SECONDS, end + LOAD_SECONDS)
    assigned = assign_visit(visit.catalog, wishes, holes, load) if is_free else None
    if assigned is None:
        raise _reason(context, parts, holes, staff=staff)
    origin = records.Origin(visit=new_public_id())
    return [
        _add_part(context, part, Place(resource_ids=members), origin, until)
        for part, members in zip(parts, assigned, strict=True)
    ]


def _lock(context: Context, visit: _Visit, parts: list[tuple[Wanted, Particulars]]) -> None:
    for service_id in sorted({wanted.service.id for wanted, _particulars in parts if has_limits(wanted.service)}):
        context.store.lock_rows(service_id, ())
    context.store.lock_rows(None, visit.ids)


def _add_part(
    context: Context, part: tuple[Wanted, Particulars], place: Place, origin: records.Origin, until: Instant | None
) -> Booking:
    wanted, particulars = part
    client = find_or_add_client(context, particulars.client)
    check_within_limits(wanted, context.now, limited_email(client.email, until))
    return add_at(context, wanted, place, Arrival(particulars, client, origin, until))


def _reason(context: Context, parts: list[tuple[Wanted, Particulars]], holes: Holes, *, staff: bool) -> Refusal:
    """Return why the visit cannot be had: the first part's reason, or that all can be had but not together."""
    for number, (wanted, _particulars) in enumerate(parts):
        found = find_refusals(wanted.catalog, wanted.wish, holes, context.now, staff=staff, any_grid=number > 0)
        if found:
            return as_told(context, wanted.catalog, wanted.service, wanted.location, without_reason(found[0]))
    return NoAssignment(tuple(wanted.service.name for wanted, _ in parts))


def _with_next_free(context: Context, visit: _Visit, start: Instant, refusal: Refusal) -> Refusal:
    since = max(start, context.now)
    free = context.store.read(lambda: _find_starts(context, visit, since, since + NEXT_FREE_DAYS * 86_400))
    return with_times(refusal, tuple(free[:NEXT_FREE_COUNT]))
