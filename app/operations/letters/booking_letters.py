"""From an outbox message to the letter that goes out: facts gathered, words chosen, calendar file written.

The letter is a function of the message and of what the tables say; it can be written again at any time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from app.access.permissions import Permission
from app.booking.formats import using_formats
from app.booking.statuses import MOVABLE, Status
from app.booking.values import MINUTE, Interval, ResourceKind
from app.booking.workflow_values import Trigger
from app.integrations.ics.write import BookingEvent, Person, method_of, write_bookings
from app.integrations.mail.values import Attachment
from app.look.features import Feature
from app.look.mail_text import MailText
from app.operations.context import Context
from app.operations.letters.account_letters import KINDS as ACCOUNT_KINDS
from app.operations.letters.account_letters import WITH_LINK, AccountFacts, account_subject, account_text
from app.operations.letters.address_letters import ADDRESS_CHANGED, former_letter
from app.operations.letters.approval_letters import KINDS as APPROVER_KINDS
from app.operations.letters.approval_letters import approver_facts, approver_subject, approver_text
from app.operations.letters.approval_mails import WANTED
from app.operations.letters.letter_facts import LetterFacts
from app.operations.letters.letter_languages import TO_ACCOUNTS, receivers_language
from app.operations.letters.letter_parts import code_in, dates_of, names_of, parts_of
from app.operations.letters.letterhead import HIDDEN, Letterhead
from app.operations.letters.letters_text import (
    KINDS,
    SERIES,
    VISIT,
    WAITING,
    WITH_CODE,
    WITH_CODES,
    say_time,
    subject_of,
    text_of,
)
from app.operations.letters.mail_examples import Reader, write_example
from app.operations.letters.mail_texts import own_text
from app.operations.letters.mail_trials import TRIAL
from app.operations.letters.responsible_letters import ASSIGNED
from app.operations.letters.workflow_letters import told_facts, told_subject, told_text
from app.operations.look import has_feature, look_of, own_formats, own_words
from app.operations.look_up import read_views, view_of
from app.operations.rights import actor_of
from app.operations.views import BookingView
from app.operations.workflow import REMINDER, RULE_ADDRESS, RULE_CLIENT, RULE_STAFF, TO_OTHERS
from app.storage.tables import Booking, ChangeRequest, OutboxMessage, Series, User, WaitingEntry
from app.texts import _, mark, speaking, using_words

FILE_NAME = "booking.ics"
_KNOWN = frozenset({*KINDS, *TO_ACCOUNTS, RULE_CLIENT, RULE_ADDRESS, ADDRESS_CHANGED})
_WITH_CALENDAR = frozenset({"confirmed", "approved", "requested", "declined", "expired", "moved", "cancelled"})
_CONFIRM = "confirm_asked"
_KEPT = [status.value for status in MOVABLE]
_LINK_HOME = frozenset({"declined", "expired", "cancelled", "released"})


class NoLetterError(Exception):
    """There is nothing to send and never will be; the text, said where it is shown, has no client's details."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it goes out. ``links`` are all that are in the text. ``is_secret``: for its receiver alone."""

    to_name: str
    to_email: str
    subject: str
    text: str
    links: tuple[str, ...] = ()
    attachment: Attachment | None = None
    is_secret: bool = False


def write_letter(context: Context, message: OutboxMessage, head: Letterhead) -> Letter:
    """Write the letter of a message in its receiver's language; inside ``store.read``, a fixed number of queries.

    Raises:
        NoLetterError: an unknown kind, or nobody to write to.
    """
    if message.kind not in _KNOWN:
        raise NoLetterError(f"There is no letter for messages of the kind {message.kind}.")
    payload: dict[str, Any] = json.loads(message.payload)
    head = head.called(look_of(context).name)
    with speaking(receivers_language(message.kind, payload) or head.language), _own_ways(context):
        return _write(context.as_system(), message, payload, head)


@contextmanager
def _own_ways(context: Context) -> Iterator[None]:
    """Write with the site's own words, and its dates and times as it writes them."""
    with using_words(own_words(context)), using_formats(own_formats(context)):
        yield


def _write(context: Context, message: OutboxMessage, payload: dict[str, Any], head: Letterhead) -> Letter:
    if message.kind in ACCOUNT_KINDS:
        return _account_letter(message, payload, head)
    if message.kind in APPROVER_KINDS:
        return _approver_letter(context, payload, head)
    if message.kind == ADDRESS_CHANGED:
        return _former_letter(payload, head)
    if message.kind == TRIAL:
        return _trial_letter(context, payload, head)
    if message.kind in TO_OTHERS or message.kind == ASSIGNED:
        return _rule_letter(context, message.kind, payload, head)
    if message.kind == WAITING:
        return _waiting_letter(context, payload, head)
    return _booking_letter(context, message, payload, head)


def _account_letter(message: OutboxMessage, payload: dict[str, Any], head: Letterhead) -> Letter:
    user = _active_user(payload)
    link = head.password_link(payload["link"]) if message.kind in WITH_LINK else ""
    facts = AccountFacts(
        kind=message.kind,
        name=user.name,
        email=user.email,
        site=head.base_url,
        at=message.created_at,
        link=link,
        until=payload.get("until", 0),
        what=payload.get("what", ""),
        own=own_text(message.kind),
    )
    links = (link,) if link else ()
    receiver = payload.get("to", user.email)
    return Letter(
        user.name, receiver, account_subject(facts), account_text(facts), links, is_secret=message.kind in WITH_LINK
    )


def _approver_letter(context: Context, payload: dict[str, Any], head: Letterhead) -> Letter:
    user = _active_user(payload)
    facts = approver_facts(context, user, payload["bookings"], head.base_url)
    if not facts.requests:
        raise NoLetterError(mark("Nothing of this waits for its receiver any more."))
    facts = replace(facts, own=own_text(WANTED))
    return Letter(user.name, user.email, approver_subject(facts), approver_text(facts), (facts.link,))


def _former_letter(payload: dict[str, Any], head: Letterhead) -> Letter:
    if not payload["to"]:
        raise NoLetterError(mark("The client was erased before."))
    words = former_letter(own_text(ADDRESS_CHANGED), head.base_url)
    return Letter("", payload["to"], words.subject, words.text)


def _trial_letter(context: Context, payload: dict[str, Any], head: Letterhead) -> Letter:
    """An example in the language of its words, whatever its receiver reads."""
    user, words = _active_user(payload), MailText(payload["subject"], payload["text"])
    reader = Reader(user.name, user.email, head.base_url)
    with speaking(payload["language"]):
        example = write_example(context, payload["kind"], words, reader)
        return Letter(user.name, user.email, _("Test: {subject}", subject=example.subject), example.text)


def _active_user(payload: dict[str, Any]) -> User:
    user: User | None = User.get_or_none(User.public_id == payload["user"], User.active)
    if user is None:
        raise NoLetterError(mark("The account is gone or switched off."))
    return user


def _waiting_letter(context: Context, payload: dict[str, Any], head: Letterhead) -> Letter:
    entry: WaitingEntry | None = WaitingEntry.get_or_none(WaitingEntry.public_id == payload["waiting"])
    if entry is None:
        raise NoLetterError(mark("The entry is not on the waiting list any more."))
    location, service = context.catalog.locations[entry.location_id], context.catalog.services[entry.service_id]
    people: tuple[str, ...] = ()
    if entry.resource_id is not None:
        people = (context.catalog.resources[entry.resource_id].name,)
    facts = LetterFacts(
        kind=WAITING,
        name=entry.client.name,
        service=service.name,
        location=location.name,
        address=location.address,
        time=(entry.earliest, entry.latest),
        tzid=entry.tzid or entry.client.tzid or location.tzid,
        place_tzid=location.tzid,
        people=people,
        link=head.times_link(service.public_id, location.public_id),
        leave=head.leave_link(entry.public_id, entry.link_number),
        own=own_text(WAITING),
    )
    return _letter(facts, entry.client.email, None)


def _booking_letter(context: Context, message: OutboxMessage, payload: dict[str, Any], head: Letterhead) -> Letter:
    view = view_of(context, payload["booking"])
    if not view.client_email:
        raise NoLetterError(mark("The booking has no client with an email address."))
    view = replace(
        view,
        start=payload.get("start", view.start),
        end=payload.get("end", view.end),
        status=payload.get("status", view.status),
        sequence=payload.get("sequence", view.sequence),
    )
    facts = _facts(context, message, view, payload, head)
    if message.kind in (REMINDER, RULE_CLIENT):
        return _letter(_by_rule(context, facts, payload), view.client_email, None)
    if message.kind in SERIES:
        return _series_letter(context, view, facts, head, message)
    if message.kind == VISIT:
        return _visit_letter(context, view, facts, head, message)
    if message.kind == _CONFIRM and view.visit is not None:
        return _letter(_whole_visit(context, view, facts), view.client_email, None)
    attachment = None
    if message.kind in _WITH_CALENDAR:
        method = method_of(Status(view.status))
        content = write_bookings([_event(facts, view, message, head)], method)
        attachment = Attachment(FILE_NAME, content, method)
    return _letter(facts, view.client_email, attachment)


def _by_rule(context: Context, facts: LetterFacts, payload: dict[str, Any]) -> LetterFacts:
    """Return the facts of a letter that a rule leaves for the client, with the rule's words where it has any."""
    now = view_of(context, payload["booking"])
    if payload["trigger"] == Trigger.BEFORE_START and (now.start, now.status) != (payload["start"], payload["status"]):
        raise NoLetterError(mark("The booking is not as it was when its client was to be reminded."))
    if now.status not in _KEPT:
        facts = replace(facts, changeable_until=None)
    own = MailText(payload["subject"], payload["text"]) if "text" in payload else facts.own
    return replace(facts, kind=REMINDER, own=own)


def _rule_letter(context: Context, kind: str, payload: dict[str, Any], head: Letterhead) -> Letter:
    """A letter to others than the client, with what its receiver may see; for a mere address without who comes."""
    name, email, link = "", payload.get("to", ""), ""
    if kind in (RULE_STAFF, ASSIGNED):
        user = _active_user(payload)
        context = replace(context, actor=actor_of(user))
        name, email, link = user.name, user.email, f"{head.base_url}/bookings/{payload['booking']}"
    view = view_of(context, payload["booking"])
    if not context.may(Permission.SEE_TITLES, view.target):
        raise NoLetterError(mark("Its receiver may not see this booking."))
    if kind == ASSIGNED and (view.responsible is None or view.responsible.public_id != payload["user"]):
        raise NoLetterError(mark("Its receiver is not responsible for this booking any more."))
    if kind == RULE_ADDRESS:
        view = replace(view, client_name="")
    facts = told_facts(view, payload, name, link)
    return Letter(name, email, told_subject(facts), told_text(facts), (link,) if link else ())


def _facts(
    context: Context, message: OutboxMessage, view: BookingView, payload: dict[str, Any], head: Letterhead
) -> LetterFacts:
    location = next(one for one in context.catalog.locations.values() if one.public_id == view.location)
    service = next(one for one in context.catalog.services.values() if one.public_id == view.service)
    changeable_until = view.start - service.change_notice_minutes * MINUTE
    can_check_in = location.check_in and has_feature(context, Feature.CHECK_IN)
    has_code = can_check_in and message.kind in {*WITH_CODE, *WITH_CODES, RULE_CLIENT}
    return LetterFacts(
        kind=message.kind,
        name=view.client_name,
        service=view.service_name,
        location=location.name,
        address=location.address,
        time=(view.start, view.end),
        tzid=view.client_tzid or location.tzid,
        place_tzid=location.tzid,
        people=names_of(view, ResourceKind.PERSON),
        rooms=names_of(view, ResourceKind.ROOM),
        attendees=view.attendees,
        seats=view.seats,
        comment="" if message.booking.created_by_id else view.comment,  # what staff note is not for the client
        reason=payload.get("reason", ""),
        other=_other_time(view, payload),
        until=payload.get("expires"),
        changeable_until=changeable_until if changeable_until > message.created_at else None,
        link=_link(context, message.kind, view, head),
        code=code_in(view, head) if has_code and message.kind not in WITH_CODES else "",
        check_in=head.check_in_link(location.public_id) if has_code else "",
        own=own_text(message.kind),
    )


def _link(context: Context, kind: str, view: BookingView, head: Letterhead) -> str:
    """Return where the letter leads; empty where that is to book again and nobody can by themselves."""
    if kind == _CONFIRM:
        return head.confirm_link(view.public_id, view.link_number)
    if kind not in _LINK_HOME:
        return head.manage_link(view.public_id, view.link_number)
    return head.base_url if has_feature(context, Feature.PUBLIC_BOOKING) else ""


def _other_time(view: BookingView, payload: dict[str, Any]) -> Interval | None:
    """The old time of a moved booking (it lasted as long as now), or the time of the wished change."""
    if "old_start" in payload:
        old_start = payload["old_start"]
        return (old_start, payload.get("old_end", old_start + view.end - view.start))
    change = ChangeRequest.get_or_none(ChangeRequest.public_id == payload.get("change"))
    return None if change is None else (change.start_at, change.end_at)


def _series_letter(
    context: Context, view: BookingView, facts: LetterFacts, head: Letterhead, message: OutboxMessage
) -> Letter:
    """One letter with all dates that are kept, each with a link of its own, for each changes by itself later."""
    rows: Sequence[Booking] = list(
        Booking.select()
        .join(Series)
        .where(Series.public_id == view.series, Booking.status.in_(_KEPT))
        .order_by(Booking.start_at)
    )
    if not rows:
        raise NoLetterError(mark("None of the dates of the series is kept any more."))
    dates = dates_of(rows, head, has_code=bool(facts.check_in))
    events = [
        _event(
            replace(facts, time=date.time, link=date.link),
            replace(view, public_id=row.public_id, start=row.start_at, end=row.end_at, sequence=row.sequence),
            message,
            head,
        )
        for row, date in zip(rows, dates, strict=True)
    ]
    attachment = Attachment(FILE_NAME, write_bookings(events, "PUBLISH"), "PUBLISH")
    return _letter(replace(facts, dates=dates), view.client_email, attachment)


def _visit_letter(
    context: Context, view: BookingView, facts: LetterFacts, head: Letterhead, message: OutboxMessage
) -> Letter:
    """One letter with all parts that are kept, as they are now; each changes by itself later, by a link of its own."""
    of_visit = (Booking.visit == view.visit) & Booking.status.in_(_KEPT)
    views = read_views(context, lambda query: query.where(of_visit).order_by(Booking.start_at, Booking.id))
    if not views:
        raise NoLetterError(mark("None of the parts of the visit is kept any more."))
    parts = parts_of(views, head, has_code=bool(facts.check_in))
    events = [
        _event(replace(facts, service=part.service, time=part.time, link=part.link), one, message, head)
        for part, one in zip(parts, views, strict=True)
    ]
    attachment = Attachment(FILE_NAME, write_bookings(events, "PUBLISH"), "PUBLISH")
    whole = (views[0].start, views[-1].end)
    return _letter(replace(facts, time=whole, people=(), rooms=(), parts=parts), view.client_email, attachment)


def _whole_visit(context: Context, view: BookingView, facts: LetterFacts) -> LetterFacts:
    """Return what is told of a visit as a whole, which is confirmed by one link."""
    of_visit = Booking.visit == view.visit
    views = read_views(context, lambda query: query.where(of_visit).order_by(Booking.start_at, Booking.id))
    services, time = ", ".join(one.service_name for one in views), (views[0].start, views[-1].end)
    return replace(facts, service=services, time=time, people=(), rooms=())


def _event(facts: LetterFacts, view: BookingView, message: OutboxMessage, head: Letterhead) -> BookingEvent:
    where = ", ".join(filter(None, (facts.location, " ".join(facts.address.splitlines()))))
    return BookingEvent(
        uid=head.uid(view.public_id),
        sequence=view.sequence,
        status=Status(view.status),
        start=view.start,
        end=view.end,
        stamped_at=message.created_at,
        summary=facts.service,
        location=where,
        description=f"{facts.service}\n{say_time(facts.time, facts.place_tzid)} ({facts.place_tzid})",
        organizer=head.organizer,
        attendee=Person(view.client_name, view.client_email),
        url="" if facts.kind in _LINK_HOME or head.is_read_by_others else facts.link,
    )


def _letter(facts: LetterFacts, email: str, attachment: Attachment | None) -> Letter:
    ways = [one.link for one in facts.several] or [facts.link, facts.leave]
    links = filter(None, [*ways, facts.check_in if facts.code or facts.has_codes else ""])
    open_links = tuple(link for link in links if HIDDEN not in link)
    return Letter(facts.name, email, subject_of(facts), text_of(facts), open_links, attachment)
