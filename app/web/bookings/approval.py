"""The steps of an approval as pages tell them."""

from __future__ import annotations

from dataclasses import dataclass

from app.booking.approval_words import STEP_WORDS
from app.booking.approvals import OPEN
from app.operations.approval_views import ApprovalView, StepView
from app.web.times import moment_text


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words: which one it is, how it stands, and who decided it or has to."""

    name: str
    state: str
    detail: str
    is_open: bool


def step_lines(approval: ApprovalView, tzid: str, *, waiting_only: bool = False) -> tuple[StepLine, ...]:
    """Return the steps of a booking; ``waiting_only``: those of what waits now, not of earlier requests."""
    return tuple(_line(step, tzid) for step in approval.steps if step.is_current or not waiting_only)


def _line(step: StepView, tzid: str) -> StepLine:
    about = f"for {step.about}" if step.about else "of this service"
    name = f"{'First' if step.number == 1 else 'Second'} step {about}{', of a wished change' if step.is_change else ''}"
    return StepLine(name, STEP_WORDS[step.status], _detail(step, tzid), step.status in OPEN)


def _detail(step: StepView, tzid: str) -> str:
    if step.status in OPEN:
        until = "" if step.due is None else f", until {moment_text(step.due, tzid)}"
        return f"for {step.who}{until}"
    when = "" if step.decided_at is None else moment_text(step.decided_at, tzid)
    instead = f", in the place of {step.decided_for}" if step.decided_for else ""
    return f"by {step.decided_by}{instead}, {when}" if step.decided_by else when
