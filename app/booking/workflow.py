"""Whether a workflow rule acts on what happens to a booking, and at which moments timed rules do."""

from __future__ import annotations

from collections.abc import Collection

from app.booking.intake import BETWEEN
from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant
from app.booking.workflow_values import TIMED, Assignable, Conditions, Happening, Trigger, WorkflowRule

_SETTLED = {
    Trigger.BEFORE_START: (Status.CONFIRMED.value,),
    Trigger.AFTER_END: (Status.CONFIRMED.value, Status.COMPLETED.value),
}


def settled(trigger: Trigger) -> tuple[str, ...]:
    """Return the statuses in which a timed rule acts where none are named; none for others, which take any."""
    return _SETTLED.get(trigger, ())


def acts_on(rule: WorkflowRule, happening: Happening) -> bool:
    """Say whether a rule is in use and acts on this."""
    return rule.active and rule.trigger in happening.triggers and _holds(rule, happening)


def could_act(rule: WorkflowRule, trigger: Trigger, service: str, location: str = "") -> bool:
    """Say whether a rule in use may act when this happens to a booking, whatever else it asks; "": anywhere."""
    asked = rule.conditions
    is_at = not location or _is_among(location, asked.locations)
    return rule.active and rule.trigger is trigger and _is_among(service, asked.services) and is_at


def asks_no_more(rule: WorkflowRule, location: str = "") -> bool:
    """Say whether a rule that could act is certain to: it asks for nothing besides service and known location."""
    asked = rule.conditions
    return asked == Conditions(services=asked.services, locations=asked.locations if location else ())


def _holds(rule: WorkflowRule, happening: Happening) -> bool:
    asked = rule.conditions
    return (
        _is_among(happening.service, asked.services)
        and _is_among(happening.location, asked.locations)
        and _is_among(happening.status, asked.statuses or settled(rule.trigger))
        and (not asked.resources or not happening.resources.isdisjoint(asked.resources))
        and (not asked.labels or not happening.labels.isdisjoint(asked.labels))
        and happening.labels.isdisjoint(asked.without_labels)
        and _is_answered(asked, happening)
        and _is_in_time(asked, happening.lead_minutes)
    )


def _is_among(one: str, wanted: Collection[str]) -> bool:
    return not wanted or one in wanted


def _is_answered(asked: Conditions, happening: Happening) -> bool:
    if not asked.question:
        return True
    given = happening.answers.get(asked.question, "").split(BETWEEN)
    return not {one.casefold() for one in given}.isdisjoint(one.casefold() for one in asked.answers)


def _is_in_time(asked: Conditions, lead_minutes: int) -> bool:
    if asked.less_than_minutes is not None and lead_minutes >= asked.less_than_minutes:
        return False
    return asked.more_than_minutes is None or lead_minutes > asked.more_than_minutes


def moment_of(rule: WorkflowRule, start: Instant, end: Instant) -> Instant:
    """Return when a timed rule acts on a booking of this time."""
    if rule.trigger is Trigger.BEFORE_START:
        return start - rule.minutes * MINUTE
    return end + rule.minutes * MINUTE


def is_timed(rule: WorkflowRule) -> bool:
    """Whether the clock sets a rule off, and it is in use."""
    return rule.active and rule.trigger in TIMED


def least_busy(found: Collection[Assignable]) -> int | None:
    """Return who looks after the fewest open bookings, of several the oldest account; None: there is nobody."""
    chosen = min(found, key=lambda one: (one.open_bookings, one.user_id), default=None)
    return None if chosen is None else chosen.user_id
