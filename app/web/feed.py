"""The address that somebody's calendar fetches: no session, no cookie, nothing but the calendar."""

from __future__ import annotations

from flask import Blueprint, Response

from app.operations.calendars.feeds import open_feed, write_calendar
from app.operations.letters.letterhead import Letterhead
from app.operations.links import read_feed_token
from app.web.access import public
from app.web.context import context_for, now, site
from app.web.guessing import link_guard, read_link

blueprint = Blueprint("feed", __name__)


@blueprint.get("/feed/<token>.ics")
@public
def show(token: str) -> Response:
    """Give the calendar of whoever the address belongs to."""
    public_id, config = read_link(read_feed_token, token), site().config
    with link_guard():
        actor, feed = open_feed(site().store, public_id, now())
    head = Letterhead(config.base_url, config.mail_from, config.secret_key, config.language)
    content = write_calendar(context_for(actor), feed, head)
    return Response(content, content_type="text/calendar; charset=utf-8; method=PUBLISH")
