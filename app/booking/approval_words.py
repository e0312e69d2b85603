"""Sentences about approvals: why somebody cannot decide a step, and how a step stands."""

from __future__ import annotations

from collections.abc import Mapping

from app.booking.approvals import Hindrance, StepStatus

HINDRANCE_WORDS: Mapping[Hindrance, str] = {
    Hindrance.OWN_REQUEST: "You asked for this yourself, so somebody else has to decide it.",
    Hindrance.OTHER_STEP: "You decided the other step of this, so somebody else has to decide this one.",
    Hindrance.NOT_GIVEN: "No step of this that waits now is given to you, so those who are named have to decide it.",
}
"""The one that tells most comes first."""

STEP_WORDS: Mapping[StepStatus, str] = {
    StepStatus.LATER: "Comes next,",
    StepStatus.WAITING: "Waits",
    StepStatus.APPROVED: "Approved",
    StepStatus.DECLINED: "Declined",
    StepStatus.ACCEPTED: "Accepted, as nobody decided in time",
    StepStatus.EXPIRED: "Declined, as nobody decided in time",
    StepStatus.ENDED: "Not needed any more",
}
