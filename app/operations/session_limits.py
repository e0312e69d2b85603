"""How long a session lasts, and who needs two factors. Roles will say both; everybody asks here."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.actors import Actor

IDLE_SECONDS = 2 * 3600
ABSOLUTE_SECONDS = 12 * 3600
RECENT_SECONDS = 600
"""For so long after showing a password or passkey nobody is asked for it again, not even before dangerous actions."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """After how many seconds without a request, and after how many at all, somebody has to sign in again."""

    idle_seconds: int = IDLE_SECONDS
    absolute_seconds: int = ABSOLUTE_SECONDS


STANDARD = SessionLimits()


def limits_for(actor: Actor) -> SessionLimits:
    """Return how long this user's sessions last."""
    return STANDARD


def needs_second_factor(actor: Actor) -> bool:
    """Whether this user may do nothing before two factors were shown."""
    return False
