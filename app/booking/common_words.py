"""What speaks for a common time or against it, and who cannot come, in words."""

from __future__ import annotations

from collections.abc import Mapping

from app.booking.common_times import For, Hindrance, Missing, Reason
from app.booking.words import say_list
from app.texts import _, mark, plural

_FOR: Mapping[For, str] = {
    For.SOONEST: mark("the earliest time that suits everyone"),
    For.SAME_DAY: mark("on the first day that suits everyone"),
    For.JOINED: mark("right before or after another appointment of {names}"),
    For.WITHIN: mark("an hour or more from the beginning and end of everybody's hours"),
    For.SHORT_GAP: mark("leaves a gap of less than half an hour for {names}"),
    For.EDGE: mark("at the beginning or end of the hours of {names}"),
}
_HINDRANCES: Mapping[Hindrance, str] = {
    Hindrance.TAKEN: mark("{name} is taken"),
    Hindrance.AWAY: mark("{name} is away"),
    Hindrance.OFF: mark("{name} has no hours then"),
    Hindrance.NONE_FREE: mark("of {name} nothing is free"),
}


def say_reason(reason: Reason) -> str:
    """Return what speaks for a time or against it, as a part of a sentence."""
    if reason.kind is For.LATER:
        return plural("{number} day after the earliest time", "{number} days after the earliest time", reason.days)
    return _(_FOR[reason.kind], names=say_list(reason.names))


def say_missing(missing: Missing) -> str:
    """Return who cannot come and why, as a part of a sentence."""
    return _(_HINDRANCES[missing.hindrance], name=missing.name)
