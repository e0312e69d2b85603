"""Beside a room: is it free and until when, who may check in, what may be booked there.

And the code by which clients check in: six characters that nobody mistakes for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.booking.approvals import Foreseen, foresee_rules, rules_for
from app.booking.intervals import normalise
from app.booking.values import MINUTE, Catalog, Instant, Interval, Resource, Service

EARLY_AT_DOOR = 15 * MINUTE
EARLY_BY_CODE = 60 * MINUTE
"""How long before its start somebody may check in to a booking."""

RELEASE_MINUTES = (5, 60)
"""The least and the most that a booking may wait for somebody who has to check in."""

GAP_SECONDS = 3 * MINUTE
"""A page that was not fetched for longer was not shown; it fetches itself every half minute, at times a little late."""

MOST_DURATIONS = 4
CODE_LENGTH = 6
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters without 0 and O, 1, I and L."""


class DoorState(StrEnum):
    """What a page beside a room says in large letters."""

    FREE = "free"
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a room stands: ``until`` when that stays so, None for as long as was looked."""

    state: DoorState
    until: Instant | None = None


def standing(taken: Sequence[Interval], opened: Sequence[Interval], now: Instant, horizon: Instant) -> Standing:
    """Return how a room stands at this moment, by what takes it and when it can be had, looked at up to ``horizon``."""
    for start, end in normalise(taken):
        if start <= now < end:
            return Standing(DoorState.TAKEN, end if end < horizon else None)
    for start, end in normalise(opened):
        if start <= now < end:
            until = min([end, *(one for one, _ in taken if one > now)])
            return Standing(DoorState.FREE, until if until < horizon else None)
    later = [start for start, _ in opened if start > now]
    return Standing(DoorState.CLOSED, min(later, default=None))


def is_shown_still(shown_at: Instant, now: Instant) -> bool:
    """Say whether a page that was last fetched at that moment counts as shown all the time from then on."""
    return now <= shown_at + GAP_SECONDS


def releasable(shown: Interval, minutes: int, now: Instant) -> Interval:
    """Return the earliest and the latest start, both included, of bookings that are due for release.

    For the whole time that they are waited for, ``minutes``, the page has to be shown: ``shown`` is when it first and
    last was fetched. Who could not check in did not stay away. The latest may lie before the earliest: then nothing is.
    """
    return shown[0], min(now, shown[1] + GAP_SECONDS) - minutes * MINUTE


def may_check_in(booked: Interval, now: Instant, early: int) -> bool:
    """Say whether somebody may check in to a booking of this time: from ``early`` seconds before it until its end."""
    return booked[0] - early <= now < booked[1]


def whole_minute(now: Instant) -> Instant:
    """Return the minute that runs at this moment."""
    return now - now % MINUTE


def place_at(resource: Resource, service: Service) -> int | None:
    """Return the row id of the location where a service is given with this resource; None: nowhere, or not certain."""
    if resource.location_id is not None:
        return resource.location_id if resource.location_id in service.location_ids else None
    return service.location_ids[0] if len(service.location_ids) == 1 else None


def can_be_booked_at(catalog: Catalog, resource: Resource, service: Service) -> bool:
    """Say whether whoever stands at a door may book a service there.

    It takes this resource and nothing else, is for one at a time, and asks nothing of anybody: no client, no answers,
    no approval.
    """
    takes_it_alone = [one.resource_ids for one in service.requirements] == [(resource.id,)]
    asks = service.needs_approval or any(one.required and one.only_if is None for one in service.questions)
    is_plain = service.active and service.capacity == 1 and service.limit_per_client is None
    if not (takes_it_alone and is_plain and resource.active) or asks or place_at(resource, service) is None:
        return False
    return not rules_for(catalog, service.id, (resource.id,)) and foresee_rules(catalog, service) is Foreseen.NEVER


def code_of(digest: bytes) -> str:
    """Return the code that these bytes, which only we can make, stand for."""
    number = int.from_bytes(digest)
    found = ""
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(CODE_ALPHABET))
        found += CODE_ALPHABET[place]
    return found


def shown_code(code: str) -> str:
    """Return a code as people read it: ``ABC-DEF``."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


def typed_code(text: str) -> str:
    """Return what somebody typed as a code is written: large letters, without spaces and dashes."""
    return "".join(one for one in text.upper() if one.isalnum())
