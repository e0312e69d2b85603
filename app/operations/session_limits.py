"""How long a session lasts, and who needs two factors."""

from __future__ import annotations

from app.access.actors import Actor

IDLE_SECONDS = 2 * 3600
"""After so long without a request somebody has to sign in again."""

ABSOLUTE_SECONDS = 12 * 3600
"""After so long at all."""

RECENT_SECONDS = 600
"""For so long after showing a password or passkey nobody is asked for it again, not even before dangerous actions."""


def needs_second_factor(actor: Actor) -> bool:
    """Whether a role of this user asks for two factors, so that they may do nothing before both were shown."""
    return any(grant.needs_second_factor for grant in actor.grants)
