"""Booking a series: every occurrence at one local time, each with its own result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.access.permissions import Permission
from app.booking.recurrence import Occurrence, expand, parse_recurrence
from app.booking.refusals import Refusal
from app.booking.statuses import Status
from app.booking.values import Instant
from app.booking.wall_clock import day_bounds, local
from app.operations import records, repeats
from app.operations.announce import announce
from app.operations.book import Particulars, add_placed, check_particulars
from app.operations.clients.booking_clients import find_or_add_client
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.look_up import views_of
from app.operations.placing import check_override, next_free
from app.operations.requests import OnConflict, SeriesRequest
from app.operations.views import OccurrenceResult, SeriesResult
from app.operations.wanted import Wanted, want
from app.storage.public_ids import new_public_id
from app.storage.tables import Booking, Series

SUGGEST_DAYS = 7
SERIES_MESSAGE: Mapping[Status, str] = {Status.REQUESTED: "series_requested", Status.CONFIRMED: "series_booked"}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of one occurrence; ``row`` None: not booked."""

    occurrence: Occurrence
    row: Booking | None = None
    refusal: Refusal | None = None
    suggestion: Instant | None = None


class _NotWantedError(Exception):
    """Undoes the transaction of a series that has conflicts and was to be booked as a whole or not at all."""

    def __init__(self, outcomes: list[_Outcome]) -> None:
        super().__init__("some occurrences of the series cannot be had")
        self.outcomes = outcomes


def book_series(context: Context, request: SeriesRequest) -> SeriesResult:
    """Book all occurrences of a rule in one transaction; conflicts are reported one by one.

    ``OnConflict.NOTHING`` books nothing as soon as one occurrence cannot be had, ``BOOK_REST`` leaves those out,
    ``MOVE_CONFLICTS`` takes the next free time for them: on the same local day if there is one, else within a week.

    Raises:
        InvalidInput: a rule or text that cannot be used. NotAllowed: only staff book series. NotFound.
    """
    context.require_anywhere(Permission.BOOK_FOR_OTHERS)
    wanted = want(context, request.first, request.first.override)
    if wanted.override:
        check_override(context, wanted)
    particulars = check_particulars(wanted, request.first)
    recurrence = parse_recurrence(request.rule, request.exdates)
    occurrences = expand(recurrence, wanted.start, wanted.location.tzid)
    outcomes: list[_Outcome] = []

    def work() -> str:
        expire(context)
        outcomes[:] = _book_all(context, request, (wanted, particulars), occurrences)
        return json.dumps([None if one.row is None else one.row.public_id for one in outcomes])

    repeat = repeats.Repeat("series", request.first.key, request)
    try:
        answer = repeats.once(context, repeat, work)
    except _NotWantedError as conflicts:
        return SeriesResult(None, tuple(_result(one) for one in conflicts.outcomes))
    return _results(context, outcomes or [_Outcome(one) for one in occurrences], json.loads(answer))


def _book_all(
    context: Context, request: SeriesRequest, first: tuple[Wanted, Particulars], occurrences: list[Occurrence]
) -> list[_Outcome]:
    wanted, particulars = first
    client = find_or_add_client(context, particulars.client)
    series = _add_series(context, request, wanted, client.id)
    outcomes = []
    for occurrence in occurrences:
        origin = records.Origin(series_id=series.id, occurrence_at=occurrence.start)
        outcomes.append(_book_one(context, request.on_conflict, (wanted, particulars, origin), occurrence))
    rows = [one.row for one in outcomes if one.row is not None]
    if not rows or (request.on_conflict is OnConflict.NOTHING and len(rows) < len(outcomes)):
        raise _NotWantedError(outcomes)
    asks = [row for row in rows if row.status == Status.REQUESTED] or rows
    announce(context, rows[0], SERIES_MESSAGE[Status(asks[0].status)], series=series.public_id)
    return outcomes


def _add_series(context: Context, request: SeriesRequest, wanted: Wanted, client_id: int) -> Series:
    row: Series = Series.create(
        public_id=new_public_id(),
        service=wanted.service.id,
        location=wanted.location.id,
        client=client_id,
        rrule=request.rule,
        exdates=json.dumps(list(request.exdates)),
        local_start=local(wanted.start, wanted.location.tzid).strftime("%Y-%m-%dT%H:%M"),
        tzid=wanted.location.tzid,
        duration_minutes=wanted.duration_minutes,
        created_at=context.now,
        changed_at=context.now,
    )
    return row


def _book_one(
    context: Context,
    on_conflict: OnConflict,
    what: tuple[Wanted, Particulars, records.Origin],
    occurrence: Occurrence,
) -> _Outcome:
    """Book one occurrence, or say why not and what would be free instead (and book that, if wanted)."""
    wanted, particulars, origin = what
    refusal: Refusal | None = occurrence.refusal
    if occurrence.start is not None:
        try:
            row = add_placed(context, _at(wanted, occurrence.start), particulars, origin)
        except Refusal as conflict:  # it is reported with the others
            refusal = conflict
        else:
            return _Outcome(occurrence, row)
    suggestion = _suggest(context, wanted, occurrence)
    if suggestion is None or on_conflict is not OnConflict.MOVE_CONFLICTS:
        return _Outcome(occurrence, None, refusal, suggestion)
    try:
        moved = add_placed(context, _at(wanted, suggestion), particulars, origin)
    except Refusal as conflict:  # free, but over a limit; the other occurrences can be had all the same
        return _Outcome(occurrence, None, conflict)
    return _Outcome(occurrence, moved, refusal, suggestion)


def _at(wanted: Wanted, start: Instant) -> Wanted:
    return replace(wanted, wish=replace(wanted.wish, start=start))


def _suggest(context: Context, wanted: Wanted, occurrence: Occurrence) -> Instant | None:
    """Return the free start nearest to the occurrence on its day, else the first in the week after."""
    since, until = day_bounds(occurrence.day, wanted.location.tzid)
    meant = occurrence.start if occurrence.start is not None else until
    free = next_free(context, wanted, since, SUGGEST_DAYS, count=10_000)
    same_day = [start for start in free if start < until]
    if same_day:
        return min(same_day, key=lambda start: (abs(start - meant), start))
    return free[0] if free else None


def _results(context: Context, outcomes: list[_Outcome], ids: list[str | None]) -> SeriesResult:
    views = {view.public_id: view for view in views_of(context, [one for one in ids if one is not None])}
    found = []
    for outcome, public_id in zip(outcomes, ids, strict=True):
        booking = None if public_id is None else views[public_id]
        found.append(replace(_result(outcome), booking=booking))
    return SeriesResult(next(iter(views.values())).series, tuple(found))


def _result(outcome: _Outcome) -> OccurrenceResult:
    occurrence = outcome.occurrence
    return OccurrenceResult(
        occurrence.number,
        occurrence.day.isoformat(),
        occurrence.start,
        refusal=outcome.refusal,
        suggestion=outcome.suggestion,
    )
