"""Which days of which locations show a booking: at its location, and wherever what it takes is seen."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.booking.values import MINUTE, Catalog, Interval
from app.booking.wall_clock import local_date
from app.storage.tables import Allocation, Booking, ChangeRequest

EVERYWHERE = ""
"""Stands for all locations."""
MOST_DAYS = 31

Days = Mapping[str, frozenset[date] | None]
"""Local dates by public id of the location; None: any."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an entry of the audit log says of a booking before and after, as JSON."""

    before: str
    after: str


def merge(found: Iterable[Days]) -> dict[str, frozenset[date] | None]:
    """Return all of these together; what concerns every location needs no other one."""
    merged: dict[str, frozenset[date] | None] = {}
    for days in found:
        for location, dates in days.items():
            known = merged.get(location, frozenset())
            merged[location] = None if known is None or dates is None else known | dates
    if EVERYWHERE in merged and merged[EVERYWHERE] is None:
        return {EVERYWHERE: None}
    return {location: _few(dates) for location, dates in merged.items()}


def _few(dates: frozenset[date] | None) -> frozenset[date] | None:
    return None if dates is None or len(dates) > MOST_DAYS else dates


def days_of(catalog: Catalog, rows: Sequence[Booking], told: Mapping[str, Sequence[Told]]) -> dict[int, Days]:
    """Return where each of these bookings is seen, by row id; two queries.

    ``told``: what the audit log says of them by public id, such as the time that they had before.
    """
    if not rows:
        return {}
    resources = _resources_of(rows)
    wishes: dict[int, list[ChangeRequest]] = defaultdict(list)
    for wish in ChangeRequest.select().where(ChangeRequest.booking.in_([row.id for row in rows])):
        wishes[wish.booking_id].append(wish)
    by_public_id = {one.public_id: one.id for one in catalog.resources.values()}
    found: dict[int, Days] = {}
    for row in rows:
        facts = [json.loads(side) for one in told.get(row.public_id, ()) for side in (one.before, one.after)]
        wished = wishes[row.id]
        spans = [(row.start_at, row.end_at), *((one.start_at, one.end_at) for one in wished), *_spans(row, facts)]
        taken = {*resources[row.id], *(one for wish in wished for one in json.loads(wish.resource_ids))}
        taken |= {by_public_id[one] for fact in facts for one in fact.get("resources", ()) if one in by_public_id}
        found[row.id] = _seen(catalog, row, taken, spans)
    return found


def _resources_of(rows: Iterable[Booking]) -> dict[int, set[int]]:
    """Return what bookings take or have taken, by row id; those of a group session what the session takes."""
    sessions = {row.session_id for row in rows if row.session_id is not None}
    ids = [row.id for row in rows]
    query = Allocation.select(Allocation.booking, Allocation.session, Allocation.resource)
    query = query.where(Allocation.booking.in_(ids) | Allocation.session.in_(list(sessions)))
    by_booking: dict[int | None, set[int]] = defaultdict(set)
    by_session: dict[int | None, set[int]] = defaultdict(set)
    for booking_id, session_id, resource_id in query.tuples():
        (by_session[session_id] if booking_id is None else by_booking[booking_id]).add(resource_id)
    return {row.id: by_booking[row.id] | (by_session[row.session_id] if row.session_id else set()) for row in rows}


def _spans(row: Booking, facts: Iterable[Mapping[str, object]]) -> Iterator[Interval]:
    """Yield the times that entries name; what has not changed is not in them."""
    for fact in facts:
        start, end = fact.get("start", row.start_at), fact.get("end", row.end_at)
        if isinstance(start, int) and isinstance(end, int) and start < end:
            yield start, end


def _seen(
    catalog: Catalog, row: Booking, taken: Iterable[int], spans: Iterable[Interval]
) -> dict[str, frozenset[date] | None]:
    places = {catalog.resources[one].location_id for one in taken if one in catalog.resources}
    shown = catalog.locations.keys() if None in places else {row.location_id, *places}
    service = catalog.services[row.service_id]
    before, after = service.buffer_before_minutes * MINUTE, service.buffer_after_minutes * MINUTE
    wide = [(start - before, end + after) for start, end in spans]
    locations = [catalog.locations[one] for one in shown if one is not None]
    return {one.public_id: frozenset(day for span in wide for day in _dates(span, one.tzid)) for one in locations}


def _dates(span: Interval, tzid: str) -> Iterator[date]:
    first, last = local_date(span[0], tzid), local_date(span[1] - 1, tzid)
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)
