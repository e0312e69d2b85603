"""What the site of this request looks like, asked for at most once."""

from __future__ import annotations

from flask import g

from app.look.look import Look
from app.operations.look import latest_look, read_look
from app.web.context import seen_catalog, site


def current_look() -> Look:
    """Return the look of this request; the database is asked only where the request has not read the set-up."""
    if "look" not in g:
        seen = seen_catalog()
        is_away = g.get("database_is_away", False)
        g.look = latest_look(site().store, ask=not is_away) if seen is None else read_look(seen.look)
    found: Look = g.look
    return found
