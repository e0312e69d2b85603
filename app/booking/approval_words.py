"""Sentences about approvals: why somebody cannot decide a step, and how a step stands; said where they are shown."""

from __future__ import annotations

from collections.abc import Mapping

from app.booking.approvals import Hindrance, StepStatus
from app.texts import mark

HINDRANCE_WORDS: Mapping[Hindrance, str] = {
    Hindrance.OWN_REQUEST: mark("You asked for this yourself, so somebody else has to decide it."),
    Hindrance.OTHER_STEP: mark("You decided the other step of this, so somebody else has to decide this one."),
    Hindrance.NOT_GIVEN: mark("This is not for you to decide: it waits for those who are named for it."),
}
"""The one that tells most comes first."""

STEP_WORDS: Mapping[StepStatus, str] = {
    StepStatus.LATER: mark("Comes next,"),
    StepStatus.WAITING: mark("Waits"),
    StepStatus.APPROVED: mark("Approved"),
    StepStatus.DECLINED: mark("Declined"),
    StepStatus.ACCEPTED: mark("Accepted, as nobody decided in time"),
    StepStatus.EXPIRED: mark("Declined, as nobody decided in time"),
    StepStatus.ENDED: mark("Not needed any more"),
}
