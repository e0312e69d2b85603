"""What an open page asks for by itself: it shows no sign of a person, so it keeps no session alive."""

from __future__ import annotations

from flask import request

PART_HEADER = "X-Eigenplan-Part"


def is_by_itself() -> bool:
    """Whether a script of an open page asks, with nobody at the keyboard."""
    return PART_HEADER in request.headers
