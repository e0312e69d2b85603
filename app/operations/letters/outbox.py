"""Looking at outbox messages: what waits, what was delivered, what was given up; and trying again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from peewee import JOIN, fn

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import Instant
from app.operations.audit.recording import Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.letters.booking_letters import Letter, NoLetterError, write_letter
from app.operations.letters.deliver import MessageStatus
from app.operations.letters.letterhead import Letterhead
from app.operations.workflow import TO_OTHERS
from app.storage.tables import Booking, Client, OutboxMessage, WaitingEntry
from app.texts import _, mark

PAGE = 50
HIDDEN = mark("This letter has a link that lets its reader sign in, so only its receiver sees it.")
MOST = 200
_OPEN = (MessageStatus.WAITING.value, MessageStatus.GIVEN_UP.value)


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message.

    ``to_name`` and ``to_email`` are empty where the actor may not see clients, or nobody is known. ``last_error`` then
    says only that there is one: servers quote addresses. ``booking`` and ``service_name`` are None and empty where the
    actor may not see titles, or it is about no booking.
    """

    delivery_id: str
    number: int
    kind: str
    status: str
    attempts: int
    last_error: str
    created_at: Instant
    not_before: Instant
    delivered_at: Instant | None
    booking: str | None
    service_name: str
    to_name: str = ""
    to_email: str = ""


@dataclass(frozen=True, slots=True)
class OutboxPage:
    """Some messages, the newest first. ``older``: the number to ask for what comes after them, None at the end.

    ``counts`` has how many wait and how many were given up; the delivered ones are too many to be counted.
    """

    messages: tuple[MessageView, ...]
    counts: dict[str, int]
    older: int | None


@dataclass(frozen=True, slots=True)
class LetterView:
    """A message with its letter; without one, ``problem`` says why. ``calendar`` is the calendar file's text."""

    message: MessageView
    subject: str = ""
    text: str = ""
    links: tuple[str, ...] = ()
    calendar: bytes | None = None
    problem: str = ""


def list_outbox(
    context: Context, *, status: str | None = None, before: int | None = None, limit: int = PAGE
) -> OutboxPage:
    """Return the newest messages, of one status if given, with how many need attention; three queries at most.

    Raises:
        NotAllowed. InvalidInput: no such status.
    """
    context.require_anywhere(Permission.SEE_MESSAGES)
    if status is not None and status not in set(MessageStatus):
        raise InvalidInput("status", _("Please choose waiting, delivered or given up."))
    return context.store.read(lambda: _page(context, status, before, min(limit, MOST)))


def _page(context: Context, status: str | None, before: int | None, limit: int) -> OutboxPage:
    query = (
        OutboxMessage.select(OutboxMessage, Booking, Client)
        .join(Booking, JOIN.LEFT_OUTER)
        .join(Client, JOIN.LEFT_OUTER)
        .order_by(OutboxMessage.id.desc())
        .limit(limit + 1)
    )
    if status == MessageStatus.DELIVERED.value:
        query = query.where(OutboxMessage.status.not_in(_OPEN))  # nearly all: by their numbers, not by their status
    elif status is not None:
        query = query.where(OutboxMessage.status == status)
    if before is not None:
        query = query.where(OutboxMessage.id < before)
    rows = list(query)
    shown = rows[:limit]
    count = OutboxMessage.select(OutboxMessage.status, fn.COUNT(OutboxMessage.id)).where(
        OutboxMessage.status.in_(_OPEN)
    )
    counts = dict.fromkeys(_OPEN, 0) | dict(count.group_by(OutboxMessage.status).tuples())
    return OutboxPage(tuple(_views(context, shown)), counts, shown[-1].id if len(rows) > limit else None)


def _views(context: Context, rows: Sequence[OutboxMessage]) -> list[MessageView]:
    waiting = _waiting_entries(rows)
    see_clients = context.may(Permission.SEE_CONTACTS, Target())
    views = [_view(context, row, waiting.get(row.id), see_clients) for row in rows]
    if context.may(Permission.SEE_TITLES, Target()):
        return views
    return [replace(view, booking=None, service_name="") for view in views]


def _waiting_entries(rows: Sequence[OutboxMessage]) -> dict[int, WaitingEntry]:
    """The entries of messages about the waiting list, which no booking leads to."""
    wanted = {row.id: json.loads(row.payload).get("waiting") for row in rows if row.booking_id is None}
    query = WaitingEntry.select(WaitingEntry, Client).join(Client)
    ids = [public_id for public_id in wanted.values() if public_id]
    found = {entry.public_id: entry for entry in query.where(WaitingEntry.public_id.in_(ids))} if ids else {}
    return {row_id: found[public_id] for row_id, public_id in wanted.items() if public_id in found}


def _view(context: Context, row: OutboxMessage, entry: WaitingEntry | None, see_clients: bool) -> MessageView:
    about = row.booking if row.booking_id is not None else entry
    service = context.catalog.services.get(about.service_id) if about is not None else None
    view = MessageView(
        delivery_id=row.public_id,
        number=row.id,
        kind=row.kind,
        status=row.status,
        attempts=row.attempts,
        last_error=_(row.last_error) if see_clients or not row.last_error else _("hidden"),
        created_at=row.created_at,
        not_before=row.not_before,
        delivered_at=row.delivered_at,
        booking=row.booking.public_id if row.booking_id is not None else None,
        service_name=service.name if service is not None else "",
    )
    if not see_clients or about is None or about.client_id is None or row.kind in TO_OTHERS:
        return view
    return replace(view, to_name=about.client.name, to_email=about.client.email)


def get_letter(context: Context, delivery_id: str, head: Letterhead, *, is_demo: bool = False) -> LetterView:
    """Return the letter of a message as it was or will be sent.

    The client's links and code are left out, as their reader could do as the client what they may not themselves. A
    letter with a link that lets its holder sign in is hidden. Administrators of a demo, which sends no mails, see all.
    Whoever may not see clients, or comments and reasons, gets neither letter nor subject.

    Raises:
        NotFound, NotAllowed.
    """
    context.require_anywhere(Permission.SEE_MESSAGES)
    sees_all = is_demo and context.may(Permission.MANAGE_USERS)

    def look() -> LetterView:
        row: OutboxMessage | None = OutboxMessage.get_or_none(OutboxMessage.public_id == delivery_id)
        if row is None:
            raise NotFound(kind="message", reference=delivery_id)
        view = _views(context, [row])[0]
        try:
            letter = write_letter(context, row, replace(head, is_read_by_others=not sees_all))
        except NoLetterError as error:
            return LetterView(view, problem=_(str(error)))
        if letter.is_secret and not sees_all:
            return LetterView(view, "" if _hidden_from(context) else letter.subject, problem=_(HIDDEN))
        return _letter_view(view, letter, _hidden_from(context))

    return context.store.read(look)


def _hidden_from(context: Context) -> str:
    """Say why the actor reads no letters; nothing where they do. Sites write what they like into each, subjects too."""
    if not context.may(Permission.SEE_CONTACTS, Target()):
        return _("You may not see clients, so the letter itself is hidden.")
    if not context.may(Permission.SEE_DETAILS, Target()):
        return _("You may not see details such as comments, so the letter itself is hidden.")
    return ""


def _letter_view(view: MessageView, letter: Letter, hidden: str) -> LetterView:
    if hidden:
        return LetterView(view, problem=hidden)
    calendar = letter.attachment.content if letter.attachment is not None else None
    return LetterView(view, letter.subject, letter.text, letter.links, calendar)


def try_again(context: Context, delivery_id: str) -> None:
    """Let a message that was given up be delivered after all, beginning to count its attempts anew.

    Raises:
        NotFound: no such message, or it was not given up. NotAllowed.
    """
    context.require_anywhere(Permission.SEE_MESSAGES)
    context.require_anywhere(Permission.BOOK_FOR_OTHERS)

    def work() -> None:
        given_up = OutboxMessage.public_id == delivery_id, OutboxMessage.status == MessageStatus.GIVEN_UP.value
        anew = {"status": MessageStatus.WAITING.value, "attempts": 0, "not_before": context.now}
        if not OutboxMessage.update(anew).where(*given_up).execute():
            raise NotFound(kind=mark("message that was given up"), reference=delivery_id)
        record(context, Action.MESSAGE_RETRIED, Subject(Kind.MESSAGE, delivery_id))

    context.store.write(work)
