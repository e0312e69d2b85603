"""The steps of an approval as pages tell them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.booking.approval_words import STEP_WORDS
from app.booking.approvals import OPEN, StepStatus
from app.operations.approvals.approval_views import ApprovalView, StepView
from app.texts import _, in_context, mark
from app.web.times import moment_text

_OF_SERVICE: Mapping[tuple[bool, bool], str] = {
    (True, False): mark("First step of this service"),
    (False, False): mark("Second step of this service"),
    (True, True): mark("First step of this service, of a wished change"),
    (False, True): mark("Second step of this service, of a wished change"),
}
_FOR_THING: Mapping[tuple[bool, bool], str] = {
    (True, False): mark("First step for {thing}"),
    (False, False): mark("Second step for {thing}"),
    (True, True): mark("First step for {thing}, of a wished change"),
    (False, True): mark("Second step for {thing}, of a wished change"),
}
"""The names of steps, by whether it is the first one and whether it is of a wished change."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words: which one it is, how it stands, and who decided it or has to."""

    name: str
    state: str
    detail: str
    is_open: bool


def step_lines(approval: ApprovalView, tzid: str, *, waiting_only: bool = False) -> tuple[StepLine, ...]:
    """Return the steps of a booking; ``waiting_only``: those of what waits now, not of earlier requests.

    Where anybody who may approve decides and no rule says more, a request that waits has nothing to tell of its step.
    """
    shown = [step for step in approval.steps if step.is_current or not waiting_only]
    if waiting_only and not any(step.about for step in shown):
        return ()
    return tuple(_line(step, tzid) for step in shown)


def _line(step: StepView, tzid: str) -> StepLine:
    which = step.number == 1, step.is_change
    name = _(_FOR_THING[which], thing=step.about) if step.about else _(_OF_SERVICE[which])
    return StepLine(name, _(STEP_WORDS[step.status]), _detail(step, tzid), step.status in OPEN)


def _detail(step: StepView, tzid: str) -> str:
    if step.status in OPEN:
        return _whose(step, tzid)
    when = "" if step.decided_at is None else moment_text(step.decided_at, tzid)
    if step.decided_by and step.decided_for:
        return _(
            "by {person}, in the place of {other}, {when}", person=step.decided_by, other=step.decided_for, when=when
        )
    return _("by {person}, {when}", person=step.decided_by, when=when) if step.decided_by else when


def _whose(step: StepView, tzid: str) -> str:
    """Return who has to decide and until when; it follows the word that says how the step stands."""
    who = step.who
    until = "" if step.due is None else moment_text(step.due, tzid)
    if step.status is StepStatus.WAITING:
        if not until:
            return in_context("a step that waits", "for {who}", who=who)
        return in_context("a step that waits", "for {who}, until {when}", who=who, when=until)
    if not until:
        return in_context("a step that comes next", "for {who}", who=who)
    return in_context("a step that comes next", "for {who}, until {when}", who=who, when=until)
