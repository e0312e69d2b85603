"""Until a visitor has confirmed a booking by the link of a mail: how long it is held, and the button to press."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import LimitReached, NotConfirmed
from app.booking.values import Instant
from app.booking.words import sentence
from app.operations.confirm import confirm, get_parts, is_waiting
from app.operations.context import Context
from app.operations.links import Link, held_token, manage_token, read_confirm_token, read_held_token
from app.operations.names import get_service
from app.operations.views import BookingView
from app.web.context import client_context, site
from app.web.errors import status_of
from app.web.guessing import read_link
from app.web.opened import is_long_over, require_open
from app.web.times import clock_text, local_day, moment_text


def asks_to_confirm(context: Context, service: str) -> bool:
    """Whether visitors have to confirm bookings of a service (its public id) by mail."""
    return get_service(context, context.catalog, service).confirm_minutes is not None


def held_address(booking: str, number: int = 0) -> str:
    """Return where the page is that says how long a booking is held; ``number``: its ``link_number``, 0 if new."""
    return url_for("public.held", token=held_token(site().config.secret_key, booking, number))


def show_held(token: str) -> str:
    """Show how long it is held, or that it was confirmed; whoever has this page alone confirms nothing.

    They may have typed somebody else's address, so what becomes of the booking then is not shown to them.
    """
    context, _booking, parts = _open(read_held_token, token)
    return _page(context, parts, "")


def show_confirm(token: str) -> str:
    """Show what is to be confirmed; looking changes nothing, however often mail scanners look."""
    context, _booking, parts = _open(read_confirm_token, token)
    return _page(context, parts, token)


def confirm_form(token: str) -> ResponseReturnValue:
    """Confirm, and lead to the page with the links by which to change it; who comes second is told how it stands."""
    context, booking, _parts = _open(read_confirm_token, token)
    try:
        is_new = confirm(context, booking)
    except (NotConfirmed, LimitReached) as refusal:
        error = sentence(refusal, "UTC") if isinstance(refusal, LimitReached) else ""
        return _page(context, get_parts(context, booking), token, error), status_of(refusal)
    if not is_new:
        return redirect(url_for("public.confirm_page", token=token), 303)
    tokens = [
        manage_token(site().config.secret_key, one.public_id, one.link_number) for one in get_parts(context, booking)
    ]
    if len(tokens) == 1:
        return redirect(url_for("public.done", token=tokens[0]), 303)
    return redirect(url_for("public.visit_done", token=tokens), 303)


def _open(read: Callable[[bytes, str], Link | None], token: str) -> tuple[Context, str, list[BookingView]]:
    """Return the surroundings of the token's holder, the booking that it names, and all parts of its visit.

    Raises:
        werkzeug.exceptions.NotFound: not one of our links.
        TooOften: too many from this address were not.
        NotFound: the booking is gone.
        LinkSpent: it has been over for long, or the link went to a former email address.
    """
    link = read_link(read, token)
    context = client_context(link.public_id)
    parts = get_parts(context, link.public_id)
    for one in parts:
        if one.public_id == link.public_id:
            require_open(link, one, context.now)
    return context, link.public_id, [one for one in parts if not is_long_over(one, context.now)]


def _page(context: Context, parts: list[BookingView], token: str, error: str = "") -> str:
    """``token``: of the link that confirms; empty on the page that only tells. ``error``: why it cannot be now."""
    held, tzid = [one for one in parts if is_waiting(one, context.now)], parts[0].client_tzid or parts[0].tzid
    is_gone = not held and all(one.unconfirmed for one in parts)
    shown = held or parts
    return render_template(
        "public/confirm.html",
        parts=shown if token else [_without_client(one) for one in shown if held or is_gone],
        email=shown[0].client_email,
        held=held,
        is_gone=is_gone,
        until=_until(held, context.now, tzid),
        tzid=tzid,
        token=token,
        error=error,
    )


def _without_client(part: BookingView) -> BookingView:
    """Return a part without names, which staff may have corrected since they were typed."""
    return replace(part, client_name="", client_email="", attendees=())


def _until(held: list[BookingView], now: Instant, tzid: str) -> str:
    """Return until when all of it is held: a time of today, or day and time."""
    ends = [one.expires_at for one in held if one.expires_at is not None]
    if not ends:
        return ""
    is_today = local_day(min(ends), tzid) == local_day(now, tzid)
    return (clock_text if is_today else moment_text)(min(ends), tzid)
