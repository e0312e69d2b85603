"""Who decides in somebody's place while they are away: named by themselves, or by whoever manages users."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.wall_clock import earliest, end_of, local_date
from app.booking.words import sentence
from app.operations.approvals.deputies import (
    DeputyDraft,
    DeputyView,
    end_deputy,
    list_deputies,
    list_places,
    name_deputy,
    possible_deputies,
)
from app.operations.context import Context
from app.texts import _, mark
from app.web.account.own import own_account
from app.web.context import current_context, site
from app.web.errors import UNPROCESSABLE
from app.web.setup.reading import Typed
from app.web.times import day_text

NAMED = mark("The deputy is named.")
ENDED = mark("The deputy is removed.")
WHOLE_DAY = 24 * 60


def show() -> str:
    """List one's deputies, in whose place one decides, and the form for a new one."""
    return _page(current_context(), {})


def name() -> ResponseReturnValue:
    """Name a deputy for some days."""
    context = current_context()
    possible_deputies(context)
    try:
        name_deputy(context, _read(Typed(request.form)))
    except InvalidInput as refusal:
        return _page(context, {refusal.field or "": sentence(refusal, "UTC")}), UNPROCESSABLE
    flash(_(NAMED))
    return redirect(url_for("account.deputies"), 303)


def end(public_id: str) -> ResponseReturnValue:
    """Take a deputy away again."""
    end_deputy(current_context(), public_id)
    flash(_(ENDED))
    return redirect(url_for("account.deputies"), 303)


def _read(typed: Typed) -> DeputyDraft:
    tzid = site().config.time_zone
    first = typed.day("first")
    last = typed.day("last") if typed.optional("last") else first
    return DeputyDraft(
        user=typed.optional("user") or own_account().public_id,
        deputy=typed.text("deputy"),
        start=earliest(first, 0, tzid),
        end=end_of(last, WHOLE_DAY, tzid),
    )


def _page(context: Context, errors: dict[str, str]) -> str:
    may_name = context.may(Permission.APPROVE) or context.may(Permission.MANAGE_USERS)
    return render_template(
        "account/deputies.html",
        account=own_account(),
        deputies=list_deputies(context),
        places=list_places(context),
        people=possible_deputies(context) if may_name else {},
        for_others=context.may(Permission.MANAGE_USERS),
        days=_days,
        values=request.form,
        errors=errors,
    )


def _days(one: DeputyView) -> str:
    """Return the days of a time in words; its end is the midnight after the last one."""
    tzid = site().config.time_zone
    first, last = local_date(one.start, tzid), local_date(one.end - 1, tzid)
    if first == last:
        return day_text(first)
    return _("{first} to {last}", first=day_text(first), last=day_text(last))


def add_deputy_pages(blueprint: Blueprint) -> None:
    """Give the account its page about deputies."""
    blueprint.add_url_rule("/deputies", "deputies", show)
    blueprint.add_url_rule("/deputies", "name_deputy", name, methods=["POST"])
    blueprint.add_url_rule("/deputies/<public_id>/end", "end_deputy", end, methods=["POST"])
