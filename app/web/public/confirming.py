"""Until a visitor has confirmed a booking by the link of a mail: how long it is held, and the button to press."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.booking.refusals import NotConfirmed
from app.booking.values import Instant
from app.operations.confirm import confirm, get_parts, is_waiting
from app.operations.context import Context
from app.operations.links import held_token, manage_token, read_confirm_token, read_held_token
from app.operations.names import get_service
from app.operations.views import BookingView
from app.web.context import client_context, site
from app.web.errors import status_of
from app.web.guessing import read_link
from app.web.times import clock_text, local_day, moment_text


def asks_to_confirm(context: Context, service: str) -> bool:
    """Whether visitors have to confirm bookings of a service (its public id) by mail."""
    return get_service(context, context.catalog, service).confirm_minutes is not None


def held_address(booking: str) -> str:
    """Return where the page is that says how long a booking is held."""
    return url_for("public.held", token=held_token(site().config.secret_key, booking))


def show_held(token: str) -> str:
    """Show how long it is held, or what has become of it; whoever has this page alone confirms nothing."""
    booking = read_link(read_held_token, token)
    context = client_context(booking)
    return _page(context, get_parts(context, booking), "")


def show_confirm(token: str) -> str:
    """Show what is to be confirmed; looking changes nothing, however often mail scanners look."""
    context, _booking, parts = _open(token)
    return _page(context, parts, token)


def confirm_form(token: str) -> ResponseReturnValue:
    """Confirm, and lead to the page with the links by which to change it; who comes second is told how it stands."""
    context, booking, _parts = _open(token)
    try:
        is_new = confirm(context, booking)
    except NotConfirmed as refusal:
        return _page(context, get_parts(context, booking), token), status_of(refusal)
    if not is_new:
        return redirect(url_for("public.confirm_page", token=token), 303)
    tokens = [
        manage_token(site().config.secret_key, one.public_id, one.link_number) for one in get_parts(context, booking)
    ]
    if len(tokens) == 1:
        return redirect(url_for("public.done", token=tokens[0]), 303)
    return redirect(url_for("public.visit_done", token=tokens), 303)


def _open(token: str) -> tuple[Context, str, list[BookingView]]:
    """Return the surroundings of the token's holder, the booking that it names, and all parts of its visit.

    Raises:
        werkzeug.exceptions.NotFound: not one of our links.
        TooOften: too many from this address were not.
        NotFound: the booking is gone.
        LinkSpent: the link went to a former email address.
    """
    link = read_link(read_confirm_token, token)
    context = client_context(link.public_id)
    parts = get_parts(context, link.public_id)
    for one in parts:
        if one.public_id == link.public_id:
            link.require_present(one.link_number)
    return context, link.public_id, parts


def _page(context: Context, parts: list[BookingView], token: str) -> str:
    """``token``: of the link that confirms; empty on the page that only tells."""
    held, tzid = [one for one in parts if is_waiting(one, context.now)], parts[0].client_tzid or parts[0].tzid
    return render_template(
        "public/confirm.html",
        parts=held or parts,
        held=held,
        is_gone=not held and all(one.unconfirmed for one in parts),
        until=_until(held, context.now, tzid),
        tzid=tzid,
        token=token,
    )


def _until(held: list[BookingView], now: Instant, tzid: str) -> str:
    """Return until when all of it is held: a time of today, or day and time."""
    ends = [one.expires_at for one in held if one.expires_at is not None]
    if not ends:
        return ""
    is_today = local_day(min(ends), tzid) == local_day(now, tzid)
    return (clock_text if is_today else moment_text)(min(ends), tzid)
