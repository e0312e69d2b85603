"""What a client may ask for: an archive of all that is kept about them, and to be erased."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from io import BytesIO

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.statuses import ACTIVE, Status
from app.booking.values import Instant
from app.booking.words import STATE_WORDS, sentence
from app.operations.audit.words import ACTION_WORDS, ACTOR_WORDS
from app.operations.clients.client_archive import Archive, collect_client
from app.operations.clients.client_records import get_client
from app.operations.clients.erasure import erase_client
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.operations.views import BookingView
from app.texts import _, mark, plural
from app.web.bookings.detail import rows_of
from app.web.context import current_context, site
from app.web.errors import status_of

FILE_NAME = "client-data.zip"
_WORDS: Mapping[str, str] = {
    **STATE_WORDS,
    "waiting": mark("waiting"),
    "offered": mark("offered"),
    "booked": mark("booked"),
    "left": mark("left"),
    "change_requested": mark("change requested"),
    "change_declined": mark("change declined"),
    "change_expired": mark("change expired"),
    "waiting_joined": mark("waiting joined"),
    "address_changed": mark("email address changed"),
    "slot_offered": mark("slot offered"),
    "confirm_asked": mark("asked to confirm"),
    "series_booked": mark("series booked"),
    "series_requested": mark("series requested"),
    "visit_booked": mark("visit booked"),
    "later": mark("not begun"),
    "accepted": mark("accepted, as nobody decided in time"),
    "ended": mark("ended without a decision"),
}
"""What the archive's page calls statuses, and the kinds of messages: in English, as the codes are in its data."""

_ACTIONS = {one.value: words for one, words in ACTION_WORDS.items()}


def archive(public_id: str) -> Response:
    """Give all that is kept about a client as one archive: for people, for calendars, for programs."""
    config = site().config
    head = Letterhead(config.base_url, config.mail_from, config.secret_key)
    answer = Response(_zipped(collect_client(current_context(), public_id, head)), content_type="application/zip")
    answer.headers.set("Content-Disposition", "attachment", filename=FILE_NAME)
    return answer


def _zipped(found: Archive) -> bytes:
    facts = json.dumps(found.facts, ensure_ascii=False, indent=2)
    page = render_template("clients/archive.html", facts=found.facts, word_of=_word, action_of=_action, actor_of=_actor)
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("data.json", facts)
        packed.writestr("bookings.ics", found.calendar)
        packed.writestr("read-me.html", page)
    return buffer.getvalue()


def _word(code: str) -> str:
    return _(_WORDS.get(code, code))


def _action(code: str) -> str:
    return _(_ACTIONS.get(code, code))


def _actor(code: str) -> str:
    return _(ACTOR_WORDS.get(code, code))


def confirm_erasure(public_id: str) -> str:
    """Ask before a client is erased, and say what goes and what stays."""
    context = current_context()
    context.require(Permission.DATA_REQUESTS, Target())
    return _erasure_page(context, public_id, "")


def _erasure_page(context: Context, public_id: str, problem: str) -> str:
    client = get_client(context, public_id)
    hindering = [one for one in client.bookings if _hinders(one, context.now)]
    return render_template("clients/erase.html", client=client, problem=problem, hindering=rows_of(hindering))


def _hinders(booking: BookingView, now: Instant) -> bool:
    """Whether a client cannot be erased before this booking is over, cancelled or decided."""
    return booking.change is not None or (Status(booking.status) in ACTIVE and booking.end > now)


def erase(public_id: str) -> ResponseReturnValue:
    """Erase a client."""
    context = current_context()
    try:
        count = erase_client(context, public_id)
    except InvalidInput as refusal:
        return _erasure_page(context, public_id, sentence(refusal, "UTC")), status_of(refusal)
    flash(
        plural(
            "The client is erased. {number} booking stays without a name, and still count.",
            "The client is erased. {number} bookings stay without a name, and still count.",
            count,
        )
    )
    return redirect(url_for("clients.index"), 303)
