"""The form of the waiting list, for a service without a suitable time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from app.booking.refusals import InvalidInput, Refusal, Unavailable
from app.booking.values import Instant
from app.booking.words import sentence
from app.operations.context import Context
from app.operations.requests import ClientDetails, WaitingRequest
from app.operations.waiting import join_waiting_list
from app.texts import _, mark
from app.web.context import site
from app.web.errors import CSRF_SENTENCE, answer_refusal
from app.web.public.selection import NO_DAY, YEARS, Selection, read_selection
from app.web.public.token import TokenError, check_waiting, sign_waiting
from app.web.times import local_day, midnight

USUAL_DAYS = 28
NOT_OURS = mark("This form was not made by this page or was changed on the way. Nothing is lost: please send it again.")
FIELDS = ("name", "email", "phone", "first", "last", "provider")


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it is shown."""

    chosen: Selection
    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def show_waiting(context: Context) -> str:
    """Show the empty form: from the chosen day on, for four weeks."""
    chosen = read_selection(context, request.args)
    today = local_day(context.now, chosen.place.tzid)
    first = max(chosen.day, today)
    values = {"first": first.isoformat(), "last": (first + timedelta(days=USUAL_DAYS)).isoformat()}
    return _page(Filled(chosen, values))


def join_form(context: Context) -> ResponseReturnValue:
    """Put the visitor on the list, or show the form again with what is wrong."""
    chosen = read_selection(context, request.args)
    values = request.form.to_dict()
    try:
        check_waiting(_secret(), values.get("token", ""), *_named(chosen))
    except TokenError as error:
        return _page(Filled(chosen, values, {"form": _(CSRF_SENTENCE if error.is_old else NOT_OURS)})), 400
    try:
        view = join_waiting_list(context, _request(chosen, values))
    except Unavailable:
        raise
    except Refusal as refusal:
        name = {"earliest": "first", "latest": "last"}.get(refusal.field or "", refusal.field)
        errors = {name if name in FIELDS else "name": sentence(refusal, chosen.tzid)}
        page = _page(Filled(chosen, values, {str(name): text for name, text in errors.items()}))
        return answer_refusal(page, refusal)
    return render_template("public/waiting_done.html", chosen=chosen, view=view)


def _request(chosen: Selection, values: Mapping[str, str]) -> WaitingRequest:
    return WaitingRequest(
        service=chosen.service.public_id,
        location=chosen.place.public_id,
        client=ClientDetails(
            name=values.get("name", ""), email=values.get("email", ""), phone=values.get("phone", ""), tzid=chosen.tzid
        ),
        earliest=_midnight(values, "first", chosen, 0),
        latest=_midnight(values, "last", chosen, 1),
        duration_minutes=chosen.duration_minutes,
        provider=chosen.provider,
    )


def _midnight(values: Mapping[str, str], name: str, chosen: Selection, later: int) -> Instant:
    try:
        day = date.fromisoformat(values.get(name, "").strip())
    except ValueError as error:
        raise InvalidInput(name, _(NO_DAY)) from error
    if day.year not in YEARS:
        raise InvalidInput(name, _(NO_DAY))
    return midnight(day + timedelta(days=later), chosen.place.tzid)


def _page(form: Filled) -> str:
    token = sign_waiting(_secret(), *_named(form.chosen))
    return render_template("public/waiting.html", form=form, chosen=form.chosen, token=token)


def _named(chosen: Selection) -> tuple[str, str]:
    return chosen.service.public_id, chosen.place.public_id


def _secret() -> bytes:
    return site().config.secret_key
