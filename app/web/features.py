"""Which addresses belong to which feature: where one is switched off they are not there, and nothing leads to them."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, abort, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import Unavailable
from app.look.features import Feature
from app.operations.look import read_look
from app.web.context import read_catalog_first
from app.web.current_look import current_look

START = "public.services"
ROUTES: Mapping[Feature, tuple[str, ...]] = {
    Feature.PUBLIC_BOOKING: (
        *(START, "public.times", "public.details", "public.book", "public.slots"),
        *("public.visit", "public.visit_details", "public.book_visit"),
    ),
    Feature.WAITING: ("public.waiting", "public.join", "public.wish", "public.leave_list", "waiting.*"),
    Feature.EMBEDDING: ("public.embed_script", "setup.save_share"),
    Feature.DOORS: (
        *("door.*", "setup.door_resources", "setup.save_door_resources"),
        *("setup.renew_door_resources", "setup.end_door_resources"),
    ),
    Feature.CHECK_IN: ("check_in.*",),
    Feature.FIND: ("find.*",),
    Feature.SERIES: (),
    Feature.FEEDS: ("feed.*", "account.feed", "account.save_feed", "account.renew_feed", "account.end_feed"),
}
"""``*``: all of a blueprint. What links of mails about bookings open, and lists of what exists, belong to none; series
have no address of their own: the form of bookings has fields for them."""

_OWNERS = {name: feature for feature, names in ROUTES.items() for name in names}


def init_features(app: Flask) -> None:
    """Let what is switched off be answered as what does not exist, and templates know what is there."""
    app.before_request(_refuse_switched_off)
    app.jinja_env.globals.update(has_feature=has_feature, start_url=start_url)


def feature_of(endpoint: str | None) -> Feature | None:
    """Return the feature that an endpoint belongs to."""
    if endpoint is None:
        return None
    return _OWNERS.get(endpoint) or _OWNERS.get(f"{endpoint.partition('.')[0]}.*")


def has_feature(code: str) -> bool:
    """Whether the site has a feature, by its code."""
    return current_look().has(Feature(code))


def is_there(endpoint: str) -> bool:
    """Whether an address is there, as no feature that it belongs to is switched off."""
    feature = feature_of(endpoint)
    return feature is None or current_look().has(feature)


def start_url() -> str:
    """Return where visitors begin: with the services, or by signing in where nobody else can do anything."""
    return url_for(START if is_there(START) else "sign_in.show")


def _refuse_switched_off() -> ResponseReturnValue | None:
    """Answer 404 to what belongs to a feature that is off; the site's own address leads on to signing in.

    The set-up is read once for that and for the view. Where it cannot be read now, the view says so itself.
    """
    feature = feature_of(request.endpoint)
    if feature is None:
        return None
    try:
        g.look = read_look(read_catalog_first().look)
    except Unavailable:
        return None
    if not g.look.has(feature):
        return redirect(url_for("sign_in.show")) if request.endpoint == START else abort(404)
    return None
