"""The page that sets up the page beside a room or device."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from app.booking.doors import RELEASE_MINUTES
from app.booking.refusals import InvalidInput
from app.operations.links import door_token
from app.operations.setup.doors import DoorDraft, DoorSetup, end_door, get_door, renew_door, save_door
from app.texts import _, mark
from app.web.context import current_context, site
from app.web.setup.kinds import explain_refusal
from app.web.setup.reading import Typed

NOTHING: Mapping[str, str] = {}
SAVED = mark("Saved.")
RENEWED = mark("There is a new address; the one before opens nothing any more.")
ENDED = mark("The page beside the door is switched off; its address opens nothing any more.")


def show(public_id: str) -> str:
    """Show the address and the settings, or offer to make a page."""
    found = get_door(current_context(), public_id)
    draft = found.draft
    fields = {"service": draft.service or "", "release_after_minutes": str(draft.release_after_minutes or "")}
    return _page(found, MultiDict(fields | ({"with_titles": "1"} if draft.with_titles else {})))


def save(public_id: str) -> ResponseReturnValue:
    """Make the page, or change it."""
    context, typed = current_context(), Typed(request.form)
    try:
        minutes = typed.optional_number("release_after_minutes")
        save_door(context, public_id, DoorDraft(typed.optional("service"), typed.flag("with_titles"), minutes))
    except InvalidInput as refusal:
        errors, status = explain_refusal(refusal, public_id)
        return _page(get_door(context, public_id), request.form, errors), status
    return _back(public_id, SAVED)


def renew(public_id: str) -> ResponseReturnValue:
    """Give the page another address."""
    renew_door(current_context(), public_id)
    return _back(public_id, RENEWED)


def end(public_id: str) -> ResponseReturnValue:
    """Switch the page off."""
    end_door(current_context(), public_id)
    return _back(public_id, ENDED)


def _back(public_id: str, said: str) -> ResponseReturnValue:
    flash(_(said))
    return redirect(url_for("setup.door_resources", public_id=public_id), 303)


def _page(found: DoorSetup, values: MultiDict[str, str], errors: Mapping[str, str] = NOTHING) -> str:
    config, address = site().config, ""
    if found.shows_address:
        token = door_token(config.secret_key, found.public_id)
        address = f"{config.base_url}{url_for('door.show', token=token)}"
    return render_template(
        "setup/door.html",
        found=found,
        values=values,
        errors=errors,
        address=address,
        bounds=RELEASE_MINUTES,
        tzid=config.time_zone,
    )


def add_doors(blueprint: Blueprint) -> None:
    """Give rooms and devices the page that sets up the page beside them."""
    path = "/resources/<public_id>/door"
    blueprint.add_url_rule(path, "door_resources", show)
    blueprint.add_url_rule(path, "save_door_resources", save, methods=["POST"])
    blueprint.add_url_rule(f"{path}/renew", "renew_door_resources", renew, methods=["POST"])
    blueprint.add_url_rule(f"{path}/end", "end_door_resources", end, methods=["POST"])
