"""The outbox page: messages that wait, were delivered or were given up, and the letters themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.operations.letters.booking_letters import FILE_NAME
from app.operations.letters.letterhead import Letterhead
from app.operations.letters.outbox import get_letter, list_outbox, try_again
from app.texts import _, mark
from app.web.context import current_context, site

blueprint = Blueprint("outbox", __name__, url_prefix="/outbox")

KIND_WORDS = {
    "confirmed": mark("Booking confirmed"),
    "requested": mark("Request received"),
    "approved": mark("Request approved"),
    "declined": mark("Request declined"),
    "expired": mark("Request ran out"),
    "released": mark("Released without check-in"),
    "moved": mark("Booking moved"),
    "cancelled": mark("Booking cancelled"),
    "change_requested": mark("Change requested"),
    "change_declined": mark("Change declined"),
    "change_expired": mark("Change ran out"),
    "reminder": mark("Reminder"),
    "rule_client": mark("By a rule, to the client"),
    "rule_staff": mark("By a rule, to staff"),
    "rule_address": mark("By a rule, to an address"),
    "waiting_joined": mark("On the waiting list"),
    "address_changed": mark("To a former email address"),
    "slot_offered": mark("Free time offered"),
    "confirm_asked": mark("Asked to confirm"),
    "series_booked": mark("Series confirmed"),
    "series_requested": mark("Series requested"),
    "visit_booked": mark("Visit booked"),
    "invitation": mark("Invitation to sign in"),
    "password_reset": mark("Link for a new password"),
    "password_elsewhere": mark("Password kept elsewhere"),
    "account_changed": mark("Account changed"),
    "mail_test": mark("Test mail"),
    "approval_wanted": mark("Approver asked"),
    "assigned": mark("Made responsible"),
    "mail_text_tried": mark("Test of a mail text"),
}
_LONGEST_NUMBER = 15


@blueprint.get("/")
def index() -> str:
    """List messages, the newest first."""
    status = request.args.get("status") or None
    context = current_context()
    return render_template(
        "outbox/list.html",
        page=list_outbox(context, status=status, before=_before(request.args.get("before", ""))),
        status=status,
        tzid=site().config.time_zone,
        status_words=_status_words(),
        kinds={kind: _(words) for kind, words in KIND_WORDS.items()},
        see_clients=context.may(Permission.SEE_CONTACTS, Target()),
        see_titles=context.may(Permission.SEE_TITLES, Target()),
        demo=site().config.demo,
    )


def _status_words() -> dict[str, str]:
    """In the demo letters do not leave: they are delivered to this page."""
    delivered = _("shown here") if site().config.demo else _("delivered")
    return {"waiting": _("waiting"), "delivered": delivered, "given_up": _("given up")}


def _before(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_NUMBER:
        raise InvalidInput("before", _("This address is incomplete; please start from the first page of messages."))
    return int(text)


@blueprint.get("/<delivery_id>")
def show(delivery_id: str) -> str:
    """Show one letter as it was or will be sent."""
    context = current_context()
    letter = get_letter(context, delivery_id, _head(), is_demo=site().config.demo)
    return render_template(
        "outbox/letter.html",
        letter=letter,
        message=letter.message,
        tzid=site().config.time_zone,
        lines=in_lines(split_links(letter.text, letter.links)),
        status_words=_status_words(),
        kinds={kind: _(words) for kind, words in KIND_WORDS.items()},
        may_try=letter.message.status == "given_up" and context.may(Permission.BOOK_FOR_OTHERS),
        demo=site().config.demo,
    )


def _head() -> Letterhead:
    config = site().config
    return Letterhead(config.base_url, config.mail_from, config.secret_key, config.language)


def split_links(text: str, links: Sequence[str]) -> Iterator[tuple[str, bool]]:
    """Yield the text in parts, those that are one of our links marked; addresses that clients typed stay text."""
    if not links:
        yield text, False
        return
    known = set(links)
    pattern = "|".join(re.escape(link) for link in sorted(known, key=len, reverse=True))
    for part in re.split(f"({pattern})", text):
        if part:
            yield part, part in known


def in_lines(parts: Iterable[tuple[str, bool]]) -> list[list[tuple[str, bool]]]:
    """Return the parts of a text line by line; each line has at least one."""
    lines: list[list[tuple[str, bool]]] = [[]]
    for text, is_link in parts:
        first, *others = text.split("\n")
        lines[-1].append((first, is_link))
        lines += [[(one, is_link)] for one in others]
    return lines


@blueprint.get("/<delivery_id>/booking.ics")
def calendar(delivery_id: str) -> ResponseReturnValue:
    """Give the calendar file that is attached to a letter."""
    content = get_letter(current_context(), delivery_id, _head()).calendar
    if content is None:
        raise NotFound(kind="calendar file", reference=delivery_id)
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"'}
    return Response(content, content_type="text/calendar; charset=utf-8", headers=headers)


@blueprint.post("/<delivery_id>/retry")
def retry(delivery_id: str) -> ResponseReturnValue:
    """Let a message that was given up be delivered after all."""
    try_again(current_context(), delivery_id)
    flash(_("The message waits for delivery again."), "success")
    return redirect(url_for("outbox.show", delivery_id=delivery_id))
