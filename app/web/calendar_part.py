"""The part of a calendar's page that is fetched anew when something has changed, by ``static/live.js``.

Two hundred pages that show the same ask at the same moment: who sees the same gets what was just made for another one.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, make_response, request

from app.access.actors import Actor
from app.access.permissions import Extent
from app.operations.calendars.live_pass import sign_pass
from app.operations.context import Context
from app.texts import language
from app.web.background import PART_HEADER
from app.web.context import site

NEXT_HEADER = "X-Eigenplan-Pass"
KEEP_SECONDS = 5.0
MOST_KEPT = 32
MOST_MARK = 40
_UNMARKED = "new"

_kept: OrderedDict[tuple[object, ...], tuple[float, str]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Live:
    """What a page needs to listen: where, with which pass, and the days that it shows, as ISO texts."""

    url: str
    token: str
    days: tuple[str, ...]


def is_part() -> bool:
    """Whether the part alone is asked for."""
    return PART_HEADER in request.headers


def layout() -> str:
    """Return the template around the part: the whole page, or nothing."""
    return "calendar/_part.html" if is_part() else "calendar/_page.html"


def live_of(context: Context, location: str, days: Sequence[date]) -> Live:
    """Return what the page of a location needs to listen for changes."""
    config = site().config
    token = sign_pass(config.secret_key, location, context.actor.user_id or 0)
    return Live(config.live_url, token, tuple(day.isoformat() for day in days))


def answer(context: Context, location: str, make: Callable[[], str]) -> Response:
    """Return the page, or its part with a new pass beside it."""
    if not is_part():
        return make_response(make())
    response = make_response(_made(context, make))
    response.headers[NEXT_HEADER] = sign_pass(site().config.secret_key, location, context.actor.user_id or 0)
    return response


def _made(context: Context, make: Callable[[], str]) -> str:
    """Return the part; one that was made for the same change, address, language and rights is taken again.

    A change is known by a mark that nobody can know before it has happened, so nothing older is under it.
    """
    mark = request.headers[PART_HEADER]
    if mark == _UNMARKED or len(mark) > MOST_MARK:
        return make()
    key = (site().store, mark, request.full_path, language(), *_sight(context.actor))
    now = time.monotonic()
    made_at, text = _kept.get(key, (0.0, ""))
    if not text or now > made_at + KEEP_SECONDS:
        text = make()
        _kept[key] = (now, text)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return text


def _sight(actor: Actor) -> tuple[object, ...]:
    """Return what decides what somebody sees: their rights, and who they are where a right is for their own alone."""
    grants = tuple((frozenset(one.extents.items()), one.scope) for one in actor.grants)
    is_own = any(extent is Extent.OWN for one in actor.grants for extent in one.extents.values())
    return (actor.kind, grants, (actor.user_id, actor.resource_id) if is_own else None)
