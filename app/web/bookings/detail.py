"""One booking as a page shows it: facts in words, and what the acting user may do to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import render_template, request, url_for

from app.access.permissions import Permission
from app.booking.doors import EARLY_BY_CODE, may_check_in
from app.booking.statuses import MOVABLE, TRANSITIONS, Status
from app.booking.values import MINUTE, Catalog, Label
from app.operations.approvals.approval_views import ApprovalView, approvals_of
from app.operations.audit.log import account_names, booking_history
from app.operations.context import Context
from app.operations.look_up import BUSY
from app.operations.responsible import list_assignable
from app.operations.views import BookingView
from app.texts import _, in_context
from app.web.audit.lines import Line, line_of
from app.web.bookings.approval import step_lines
from app.web.bookings.searching import STATUS_WORDS, account_word
from app.web.intake import shown_answer
from app.web.times import duration_text, local_day, moment_text, span_text, zone_word

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A line of a list. ``url`` is empty where the actor may see no more than that the time is taken.

    ``zone``: on whose clock ``when`` is, where that is another one than most of the list's.
    """

    when: str
    service: str
    client: str
    resources: str
    location: str
    status: str
    status_word: str
    seats: int
    url: str
    zone: str = ""
    labels: Sequence[Label] = ()
    responsible: str = ""


@dataclass(frozen=True, slots=True)
class Doable:
    """What the acting user may do to a booking as it stands now."""

    move: bool
    cancel: bool
    check_in: bool
    complete: bool
    no_show: bool
    approve: bool
    decline: bool
    link: bool
    label: bool


def is_hidden(booking: BookingView) -> bool:
    """Whether the actor sees no more than that the time is taken."""
    return booking.service_name == BUSY


def rows_of(bookings: Iterable[BookingView]) -> list[BookingRow]:
    """Return bookings as lines of a list."""
    found = list(bookings)
    zones = Counter(one.tzid for one in found).most_common(1)
    return [_row(one, "" if one.tzid == zones[0][0] else zone_word(one.tzid)) for one in found]


def _row(booking: BookingView, zone: str) -> BookingRow:
    return BookingRow(
        when=span_text(booking.start, booking.end, booking.tzid),
        service=_("Busy") if is_hidden(booking) else booking.service_name,
        client=booking.client_name,
        resources=", ".join(one.name for one in booking.resources),
        location=booking.location_name,
        status=booking.status,
        status_word=_(STATUS_WORDS[booking.status]),
        seats=booking.seats,
        url="" if is_hidden(booking) else url_for("bookings.show", public_id=booking.public_id),
        zone=zone,
        labels=booking.labels,
        responsible="" if booking.responsible is None else account_word(booking.responsible),
    )


def doable(context: Context, booking: BookingView, approval: ApprovalView) -> Doable:
    """Return what the acting user may do, by right, status, time and steps."""
    target, status = booking.target, Status(booking.status)
    may_cancel = context.may(Permission.CANCEL, target)
    has_begun = booking.start <= context.now
    may_mark = may_cancel and has_begun
    waits = status is Status.REQUESTED or booking.change is not None
    return Doable(
        move=status in MOVABLE and not booking.is_nobodys and context.may(Permission.MOVE, target),
        cancel=may_cancel and Status.CANCELLED in TRANSITIONS[status],
        check_in=may_cancel and _is_awaited(context, booking),
        complete=may_mark and Status.COMPLETED in TRANSITIONS[status],
        no_show=may_mark and Status.NO_SHOW in TRANSITIONS[status],
        approve=waits and approval.may_approve,
        decline=waits and approval.may_decline,
        link=bool(booking.client_email) and context.may(Permission.MOVE, target) and status in MOVABLE,
        label=context.may(Permission.MOVE, target) and context.may(Permission.SEE_DETAILS, target),
    )


def _is_awaited(context: Context, booking: BookingView) -> bool:
    """Whether the client may check in now and has not."""
    is_near = may_check_in((booking.start, booking.end), context.now, EARLY_BY_CODE)
    return is_near and booking.status == Status.CONFIRMED and booking.checked_in_at is None


def render_booking(
    context: Context, booking: BookingView, errors: Mapping[str, str] = NOTHING, reason: str = ""
) -> str:
    """Return the page of one booking; ``errors`` by field of its forms, ``reason`` as typed."""
    approval = approvals_of(context, [booking])[booking.public_id]
    may = doable(context, booking, approval)
    return render_template(
        "bookings/show.html",
        booking=booking,
        hidden=is_hidden(booking),
        when=span_text(booking.start, booking.end, booking.tzid),
        local_day=local_day(booking.start, booking.tzid).isoformat(),
        duration=duration_text((booking.end - booking.start) // MINUTE),
        client_when=_client_time(booking),
        change=_change_text(booking),
        expires=_expiry_text(booking),
        arrived="" if booking.checked_in_at is None else moment_text(booking.checked_in_at, booking.tzid),
        status_word=_(STATUS_WORDS[booking.status]),
        resources=[(_kind_word(one.kind), one.name) for one in booking.resources],
        answers=_answers(context.catalog, booking),
        history=_history(context, booking),
        may=may,
        all_labels=list(context.catalog.labels.values()),
        responsible="" if booking.responsible is None else account_word(booking.responsible),
        assignable=_assignable(context, booking) if may.label else (),
        chosen=request.form.get("responsible"),
        steps=step_lines(approval, booking.tzid),
        why_not=approval.why_not if context.may(Permission.APPROVE, booking.target) else "",
        errors=errors,
        reason=reason,
    )


def _kind_word(kind: str) -> str:
    if kind == "person":
        return in_context("label", "With")
    return _("Room") if kind == "room" else _("Device")


def _client_time(booking: BookingView) -> str:
    """Return the time on the client's clock where that is another one."""
    if not booking.client_tzid or booking.client_tzid == booking.tzid:
        return ""
    there = span_text(booking.start, booking.end, booking.client_tzid)
    return "" if there == span_text(booking.start, booking.end, booking.tzid) else f"{there} ({booking.client_tzid})"


def _change_text(booking: BookingView) -> str:
    change = booking.change
    return "" if change is None else span_text(change.start, change.end, booking.tzid)


def _expiry_text(booking: BookingView) -> str:
    until = booking.expires_at or (booking.change.expires_at if booking.change else None)
    return "" if until is None else moment_text(until, booking.tzid)


def _answers(catalog: Catalog, booking: BookingView) -> list[tuple[str, str]]:
    """Return the intake answers with their questions; a question that was removed since is called so."""
    questions = {
        question.public_id: question
        for service in catalog.services.values()
        if service.public_id == booking.service
        for question in service.questions
    }
    found = ((questions.get(key), text) for key, text in booking.answers.items())
    return [(_("A question asked then") if one is None else one.label, shown_answer(one, text)) for one, text in found]


def _assignable(context: Context, booking: BookingView) -> list[tuple[str, str]]:
    """Return who can be made responsible, for a choice; whoever is it now among them."""
    found = {one.public_id: account_word(one) for one in list_assignable(context, booking)}
    if booking.responsible is not None:
        found.setdefault(booking.responsible.public_id, account_word(booking.responsible))
    return [("", in_context("responsible", "Nobody")), *found.items()]


def _history(context: Context, booking: BookingView) -> list[Line]:
    entries = booking_history(context, booking)
    names = _names(context.catalog) | account_names(context, entries)
    return [line_of(one, booking.tzid, names) for one in entries]


def _names(catalog: Catalog) -> dict[str, str]:
    """Return the names of all that the history of a booking may refer to."""
    groups = (catalog.locations, catalog.services, catalog.resources, catalog.labels)
    return {one.public_id: one.name for group in groups for one in group.values()}
