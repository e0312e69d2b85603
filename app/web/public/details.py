"""The form with the visitor's details: filled in, refused beside the field, or booked."""

from __future__ import annotations

from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.booking.refusals import Refusal, Unavailable
from app.booking.values import Instant
from app.operations.book import book_id
from app.operations.context import Context
from app.operations.links import manage_token
from app.operations.requests import BookingRequest
from app.texts import _
from app.web.context import site
from app.web.errors import answer_refusal
from app.web.intake import as_typed, asked, read_answers
from app.web.public.confirming import asks_to_confirm, held_address
from app.web.public.person import CHANGED, TOO_OLD, Filled, read_client, refused
from app.web.public.selection import Selection, foreseen, read_selection
from app.web.public.token import Choice, TokenError, read_choice, sign_choice


def show_details(context: Context, chosen: Selection) -> str:
    """Show the empty form for a chosen time."""
    return _page(context, Filled(chosen, sign_choice(_secret(), chosen.choice), {"zone": chosen.tzid}))


def book_form(context: Context) -> ResponseReturnValue:
    """Book what the posted form says; a refusal shows it again with everything that was typed."""
    fields = request.form
    token = (fields.getlist("token") or [""])[-1]  # buttons with other times stand after the form's own token
    try:
        choice, key = read_choice(_secret(), token)
    except TokenError as error:
        return _renewed(context, _(TOO_OLD if error.is_old else CHANGED)), 400
    try:
        booking = book_id(context, _request(choice, key, fields))
    except Unavailable:
        raise
    except Refusal as refusal:
        return answer_refusal(_refused(context, choice, token, refusal), refusal)
    return redirect(_next_page(context, choice.service, booking), 303)


def _next_page(context: Context, service: str, booking: str) -> str:
    """Return where to go on; the link that changes a booking is only for those whose email address is confirmed."""
    if asks_to_confirm(context, service):
        return held_address(booking)
    return url_for("public.done", token=manage_token(_secret(), booking))


def _request(choice: Choice, key: str, fields: MultiDict[str, str]) -> BookingRequest:
    return BookingRequest(
        service=choice.service,
        location=choice.location,
        start=choice.start,
        client=read_client(fields),
        duration_minutes=choice.duration_minutes,
        provider=choice.provider,
        seats=choice.seats,
        comment=fields.get("comment", ""),
        answers=read_answers(fields),
        attendees=tuple(line for line in fields.get("attendees", "").splitlines() if line.strip()),
        key=key,
    )


def _renewed(context: Context, problem: str) -> str:
    """Show the form again with a new token for what the address says, which every form of ours carries too.

    Raises:
        NotFound: the address does not say what to book either.
    """
    chosen = read_selection(context, request.args)
    token = sign_choice(_secret(), chosen.choice)
    return _page(context, Filled(chosen, token, as_typed(request.form), {"start": problem}))


def _refused(context: Context, choice: Choice, token: str, refusal: Refusal) -> str:
    """Show the form again with its token: a refused form's key is unused, and one that was used must not change."""
    chosen = _selection(context, choice, request.form.get("zone", ""))
    form = Filled(chosen, token, as_typed(request.form))
    questions = chosen.service.questions
    return _page(context, refused(form, refusal, questions, chosen.tzid, lambda start: _sign_at(choice, start)))


def _sign_at(choice: Choice, start: Instant) -> str:
    return sign_choice(_secret(), replace(choice, start=start))


def _selection(context: Context, choice: Choice, tzid: str) -> Selection:
    """Return what a token's choice names.

    Raises:
        NotFound: the service or place is gone since the form was opened.
    """
    fields = {
        "service": choice.service,
        "location": choice.location,
        "start": str(choice.start),
        "duration": str(choice.duration_minutes or ""),
        "provider": choice.provider or "",
        "seats": str(choice.seats),
        "zone": tzid,
    }
    return read_selection(context, fields)


def _page(context: Context, form: Filled[Selection]) -> str:
    chosen = form.chosen
    start = chosen.start or 0
    return render_template(
        "public/details.html",
        form=form,
        chosen=chosen,
        start=start,
        end=start + chosen.minutes * 60,
        provider=next((one.name for one in context.catalog.resources.values() if one.public_id == chosen.provider), ""),
        questions=asked(chosen.service.questions),
        approval=foreseen(context.catalog, chosen),
    )


def _secret() -> bytes:
    return site().config.secret_key
