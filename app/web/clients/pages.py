"""Finding a client, the page of one, and correcting it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, StaleVersion
from app.booking.words import sentence
from app.operations.clients.client_records import (
    MOST_BOOKINGS,
    SHARED,
    ClientDraft,
    gives_new_address,
    look_at_client,
    save_client,
)
from app.operations.look_up import find_clients
from app.texts import _
from app.web.bookings.detail import rows_of
from app.web.clients import requests
from app.web.context import current_context
from app.web.errors import status_of
from app.web.setup.reading import Typed
from app.web.step_up import ask_again

MAX_TEXT = 100
MOST = 50
FIELDS = ("name", "email", "phone", "notes")

blueprint = Blueprint("clients", __name__, url_prefix="/clients")
blueprint.add_url_rule("/<public_id>/archive", "archive", requests.archive, methods=["POST"])
blueprint.add_url_rule("/<public_id>/erase", "confirm_erasure", requests.confirm_erasure)
blueprint.add_url_rule("/<public_id>/erase", "erase", requests.erase, methods=["POST"])


@blueprint.get("/")
def index() -> str:
    """Search clients by name or email address."""
    context = current_context()
    context.require_anywhere(Permission.SEE_CONTACTS)
    text = request.args.get("text", "")[:MAX_TEXT]
    found = find_clients(context, text, MOST + 1)
    return render_template("clients/list.html", text=text, clients=found[:MOST], more=len(found) > MOST, most=MOST)


@blueprint.get("/<public_id>")
def show(public_id: str) -> str:
    """Show a client's record and bookings."""
    return _page(public_id, {}, {})


@blueprint.post("/<public_id>")
def save(public_id: str) -> ResponseReturnValue:
    """Correct a client's record; a refusal shows the form again as it was typed.

    Another email address asks who one is: whoever reads mails there can move and cancel the client's bookings.
    """
    typed = Typed(request.form)
    notes = typed.text("notes") if "notes" in request.form else None
    draft = ClientDraft(typed.text("name"), typed.text("email"), typed.text("phone"), notes)
    version = typed.text("version")
    known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    context = current_context()
    if gives_new_address(context, public_id, draft.email) and (asked := ask_again()) is not None:
        return asked
    try:
        save_client(context, public_id, draft, known)
    except (InvalidInput, StaleVersion) as refusal:
        errors = {refusal.field or "": sentence(refusal, "UTC")}
        return _page(public_id, errors, request.form), status_of(refusal)
    flash(_("The client's record is saved."))
    return redirect(url_for("clients.show", public_id=public_id), 303)


def _page(public_id: str, errors: Mapping[str, str], typed: Mapping[str, str]) -> str:
    client = look_at_client(current_context(), public_id)
    values = {name: typed.get(name, getattr(client, name) or "") for name in FIELDS}
    return render_template(
        "clients/show.html",
        client=client,
        values=values,
        version=typed.get("version", client.version),
        errors=errors,
        rows=rows_of(client.bookings),
        most=MOST_BOOKINGS,
        shared_words=_(SHARED),
    )
