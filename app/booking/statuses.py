"""The statuses of a booking and which may follow which, as data.

Nothing expires into a status of its own: a hold that runs out is cancelled, a request that nobody answers is declined.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from app.booking.refusals import InvalidTransition


class Status(StrEnum):
    """Where a booking is in its life."""

    HELD = "held"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    NO_SHOW = "no_show"


ACTIVE = frozenset({Status.HELD, Status.REQUESTED, Status.CONFIRMED, Status.COMPLETED, Status.NO_SHOW})
"""Statuses that keep their time; what is over keeps it too, so that the past stays free of overlaps."""

MOVABLE = frozenset({Status.REQUESTED, Status.CONFIRMED})
"""Statuses in which a booking may get another time."""

TRANSITIONS: Mapping[Status, frozenset[Status]] = {
    Status.HELD: frozenset({Status.REQUESTED, Status.CONFIRMED, Status.CANCELLED}),
    Status.REQUESTED: frozenset({Status.CONFIRMED, Status.DECLINED, Status.CANCELLED}),
    Status.CONFIRMED: frozenset({Status.CANCELLED, Status.COMPLETED, Status.NO_SHOW}),
    Status.DECLINED: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.COMPLETED: frozenset({Status.NO_SHOW, Status.CONFIRMED}),
    Status.NO_SHOW: frozenset({Status.COMPLETED, Status.CONFIRMED}),
}
"""Completed and no-show can be exchanged and taken back, because people press the wrong button."""


def check_transition(old: Status, new: Status) -> None:
    """Go on only if a booking may change from ``old`` to ``new``.

    Raises:
        InvalidTransition: it may not.
    """
    if new not in TRANSITIONS[old]:
        raise InvalidTransition(old=old.value, new=new.value)


def check_movable(status: Status) -> None:
    """Go on only if a booking of this status may get another time.

    Raises:
        InvalidTransition: it may not.
    """
    if status not in MOVABLE:
        raise InvalidTransition(old=status.value, new="moved")
