"""What may be said of whom where a time is not free: whoever asks may not look at every calendar."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.booking.refusals import JustTaken, NotAvailable, OutsideHours, Refusal, ResourceAway
from app.booking.slots import members_of
from app.booking.values import Catalog, Service


@dataclass(frozen=True, slots=True)
class Told:
    """Of which resources (row ids) the asker may know what takes them, and of which why they are away."""

    busy: Collection[int]
    reasons: Collection[int] = ()


def reduced(catalog: Catalog, service: Service, found: Sequence[Refusal], told: Told) -> list[Refusal]:
    """Leave out what is said of resources that the asker may not look at; that something is in the way stays said.

    Args:
        catalog: the set-up.
        service: what is asked for, as it needs it.
        found: why it cannot be had.
        told: what may be said of whom.
    """
    members = members_of(service.requirements)
    hidden = {catalog.resources[one].name for one in members if one not in told.busy}
    silent = {catalog.resources[one].name for one in members if one not in told.reasons}
    seen = [_seen_of(refusal, hidden, silent) for refusal in found]
    kept = [one for one in seen if one is not None]
    is_less = any(one is None for one in seen) or _count_conflicts(kept) < _count_conflicts(found)
    return [*kept, NotAvailable()] if is_less else kept


def _seen_of(refusal: Refusal, hidden: Collection[str], silent: Collection[str]) -> Refusal | None:
    """Return what is left of a refusal without these names, and without why some are away; None: nothing."""
    if isinstance(refusal, JustTaken):
        conflicts = tuple(one for one in refusal.conflicts if one.resource not in hidden)
        return JustTaken(conflicts) if conflicts or not refusal.conflicts else None
    if isinstance(refusal, ResourceAway):
        if refusal.resource in hidden:
            return None
        return replace(refusal, reason="") if refusal.resource in silent else refusal
    return None if isinstance(refusal, OutsideHours) and refusal.who in hidden else refusal


def _count_conflicts(found: Sequence[Refusal]) -> int:
    return sum(len(one.conflicts) for one in found if isinstance(one, JustTaken))
