"""Why a time is not free: every rule and every conflicting thing, for people at the desk.

The answer says nothing about clients: who booked is no business of whoever asks for a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.booking.intervals import overlaps
from app.booking.limits import Counts, find_reached
from app.booking.refusals import Conflict, JustTaken, Refusal
from app.booking.rules import Wish, find_refusals, interval_of
from app.booking.slots import OpenSession
from app.booking.told import Told, reduced
from app.booking.values import Catalog, Instant, Interval, Service, Taken
from app.booking.words import say_conflict, say_minutes, say_span, sentence
from app.texts import _

_NOTHING_COUNTED = Counts()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the time is free; if not, every reason in words, and the refusals behind them.

    What is taken is one refusal with several conflicts, but one reason for each conflict.
    """

    free: bool
    reasons: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()


def explain(
    catalog: Catalog,
    wish: Wish,
    conflicts: Sequence[Taken],
    now: Instant,
    *,
    staff: bool = False,
    counts: Counts | None = None,
    sessions: Sequence[OpenSession] = (),
    told: Told | None = None,
) -> Explanation:
    """Say whether the wished time is free, and if not, everything that is in the way.

    Args:
        catalog: the set-up.
        wish: the time, service and perhaps person.
        conflicts: everything that takes the service's resources around the wished time, in any order.
        now: the present time.
        staff: whether somebody at the desk asks, who needs no notice, window and grid.
        counts: what counts against the limits; without it nothing does.
        sessions: open group sessions of the service at the wished time.
        told: what may be said of whom; without it everything. What may not is one reason without a cause.
    """
    service = catalog.services[wish.service_id]
    found = find_refusals(catalog, wish, _holes(conflicts), now, sessions, staff=staff)
    found += find_reached(service, counts or _NOTHING_COUNTED)
    if told is not None:
        found = reduced(catalog, service, found, told)
    by_conflict = {(catalog.resources[one.resource_id].name, one.start, one.end): one for one in conflicts}
    known = [_with_causes(refusal, by_conflict) for refusal in found]
    tzid = catalog.locations[wish.location_id].tzid
    reasons: list[str] = []
    for refusal in known:
        if isinstance(refusal, JustTaken):
            reasons += [
                _say_taken(service, wish, by_conflict[one.resource, one.start, one.end], one, tzid)
                for one in refusal.conflicts
            ]
        else:
            reasons.append(sentence(refusal, tzid))
    return Explanation(not known, tuple(reasons), tuple(known))


def _holes(conflicts: Sequence[Taken]) -> dict[int, list[Interval]]:
    holes: dict[int, list[Interval]] = {}
    for one in sorted(conflicts, key=lambda each: (each.start, each.end)):
        holes.setdefault(one.resource_id, []).append((one.start, one.end))
    return holes


def _with_causes(refusal: Refusal, taken: Mapping[tuple[str, Instant, Instant], Taken]) -> Refusal:
    """Add to what is taken by what; the rules themselves know times only."""
    if not isinstance(refusal, JustTaken):
        return refusal
    known = [(one, taken[one.resource, one.start, one.end]) for one in refusal.conflicts]
    return JustTaken(tuple(replace(one, cause=cause.cause.value, status=cause.status) for one, cause in known))


def _say_taken(service: Service, wish: Wish, taken: Taken, conflict: Conflict, tzid: str) -> str:
    """Say what is in the way, and whether it is the time itself or only the time kept free around it."""
    wanted = interval_of(service, wish)
    booked = taken.booked or (taken.start, taken.end)
    what = say_conflict(replace(conflict, start=booked[0], end=booked[1]), tzid)
    if overlaps(wanted, booked):
        return _("{what}; please choose another time.", what=what)
    if overlaps(wanted, (taken.start, taken.end)):
        return _(
            "{what}, and with its buffers {resource} is kept free {span}; please choose a time outside.",
            what=what,
            resource=conflict.resource,
            span=say_span(taken.start, taken.end, tzid),
        )
    if booked[0] >= wanted[1]:
        return _(
            "{what}, which this service's buffer of {length} after it would run into, "
            "as the buffers of neighbouring bookings add up; please leave more time between.",
            what=what,
            length=say_minutes(service.buffer_after_minutes),
        )
    return _(
        "{what}, which this service's buffer of {length} before it would run into, "
        "as the buffers of neighbouring bookings add up; please leave more time between.",
        what=what,
        length=say_minutes(service.buffer_before_minutes),
    )
