"""Why a time is not free: every rule and every conflicting thing, for people at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.booking.limits import Counts, find_reached
from app.booking.refusals import Refusal
from app.booking.rules import Wish, find_refusals
from app.booking.slots import OpenSession
from app.booking.values import Catalog, Instant, Interval, Taken
from app.booking.words import sentence


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the time is free; if not, every reason in words, and the refusals behind them."""

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
) -> Explanation:
    """Say whether the wished time is free, and if not, everything that is in the way."""
    holes: dict[int, list[Interval]] = {}
    for one in sorted(conflicts, key=lambda each: each.start):
        holes.setdefault(one.resource_id, []).append((one.start, one.end))
    found = find_refusals(catalog, wish, holes, now, staff=staff)
    found += find_reached(catalog.services[wish.service_id], counts or Counts())
    tzid = catalog.locations[wish.location_id].tzid
    return Explanation(not found, tuple(sentence(refusal, tzid) for refusal in found), tuple(found))
