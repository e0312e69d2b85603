"""How long a session lasts, and who needs two factors: what the roles of its user say."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.actors import Actor
from app.booking.values import MINUTE

IDLE_MINUTES, MOST_IDLE_MINUTES, LEAST_IDLE_MINUTES = 120, 720, 5
"""After so long without a request somebody has to sign in again, unless a role says otherwise; what it may say.

The cookie itself lasts for the longest (``SESSION_HOURS`` in ``factory.py``), and is renewed by each request.
"""

SESSION_HOURS, MOST_SESSION_HOURS, LEAST_SESSION_HOURS = 12, 168, 1
"""After so long at all, and what a role may say."""

IDLE_SECONDS, ABSOLUTE_SECONDS = IDLE_MINUTES * MINUTE, SESSION_HOURS * 60 * MINUTE

RECENT_SECONDS = 600
"""For so long after showing a password or passkey nobody is asked for it again, not even before dangerous actions."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lasts without a request, and at all."""

    idle_seconds: int = IDLE_SECONDS
    absolute_seconds: int = ABSOLUTE_SECONDS


def limits_of(actor: Actor) -> Limits:
    """Return the limits of this user's sessions: the strictest of all their roles, of which each has some."""
    idle = [grant.idle_minutes or IDLE_MINUTES for grant in actor.grants]
    hours = [grant.session_hours or SESSION_HOURS for grant in actor.grants]
    return Limits(min(idle, default=IDLE_MINUTES) * MINUTE, min(hours, default=SESSION_HOURS) * 60 * MINUTE)


def needs_second_factor(actor: Actor) -> bool:
    """Whether a role of this user asks for two factors, so that they may do nothing before both were shown."""
    return any(grant.needs_second_factor for grant in actor.grants)
