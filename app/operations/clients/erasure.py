"""Taking clients' details out for good: when a service has kept them long enough, or when a client asks for it.

A booking stays, with its time, service and what it took, so that counts remain true; whose it was is gone. Staff who
booked for themselves are clients too: then who made the booking, or is responsible for it, goes as well where it is the
same person.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence

from peewee import ModelSelect, fn

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.statuses import ACTIVE
from app.booking.values import Instant
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.clients.client_records import find_client
from app.operations.context import Context
from app.operations.letters.address_letters import ADDRESS_CHANGED
from app.operations.letters.deliver import MessageStatus
from app.operations.records import locked
from app.storage.approval_tables import Approval
from app.storage.label_tables import BookingLabel
from app.storage.tables import Attendee, Booking, ChangeRequest, Client, OutboxMessage, Series, Service, WaitingEntry
from app.texts import _, mark, plural

DAY = 86_400
AT_ONCE = 200
"""Bookings in one transaction: a visitor who books meanwhile waits for no longer than that takes."""

JOINED = "waiting_joined"
_TYPED = ("reason", "to")
"""Facts of a message that somebody typed: a reason of staff, or a client's former email address."""


def anonymise_old(context: Context) -> int:
    """Take the client out of all bookings that ended longer ago than their service keeps them; return how many.

    A series counts as one, by its last date. Entries of the waiting list go with the day that they waited for.
    """
    kept = Service.select().where(Service.anonymise_after_days.is_null(False))
    return sum(_anonymise_old_of(context, service) for service in context.store.read(lambda: list(kept)))


def _anonymise_old_of(context: Context, service: Service) -> int:
    before = context.now - service.anonymise_after_days * DAY
    ids = context.store.read(lambda: _ended_before(service.id, before))
    count = sum(_anonymise(context, service, some) for some in _batches(ids))
    context.store.write(lambda: _forget_waiting(service.id, before))
    return count


def _anonymise(context: Context, service: Service, booking_ids: Sequence[int]) -> int:
    """Take the clients out of some bookings, in a transaction of their own; return of how many."""

    def work() -> int:
        count = _forget(context, booking_ids)
        if count:
            told = Change(after={"bookings": count})
            record(context, Action.ANONYMISED, Subject(Kind.SERVICE, service.public_id), told)
        return count

    return context.store.write(work)


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def _ended_before(service_id: int, before: Instant) -> list[int]:
    last_ends = (
        Booking.select(Booking.series, fn.MAX(Booking.end_at))
        .where(Booking.series.is_null(False), Booking.service == service_id)
        .group_by(Booking.series)
    )
    goes_on = {series_id for series_id, end in last_ends.tuples() if end >= before}
    ended = Booking.select(Booking.id, Booking.series).where(
        Booking.service == service_id,
        Booking.end_at < before,
        Booking.client.is_null(False),
        Booking.id.not_in(_with_a_wish()),
    )
    return [row_id for row_id, series_id in ended.order_by(Booking.id).tuples() if series_id not in goes_on]


def _with_a_wish() -> ModelSelect:
    """Bookings whose client still waits for another time: they may come back with it."""
    return ChangeRequest.select(ChangeRequest.booking).where(ChangeRequest.status == "requested")


def _forget_waiting(service_id: int, before: Instant) -> None:
    entries = WaitingEntry.select().where(WaitingEntry.service == service_id, WaitingEntry.latest < before)
    found = list(entries)
    _remove_waiting(found)
    _remove_unused({one.client_id for one in found})


def erase_client(context: Context, public_id: str) -> int:
    """Take a client and all their details out for good, on their request; return how many bookings stay without them.

    Raises:
        InvalidInput: the client still has bookings to come. NotAllowed, NotFound.
    """
    context.require(Permission.DATA_REQUESTS, Target())

    def work() -> int:
        client = find_client(context, public_id, Permission.DATA_REQUESTS)
        if locked(Client.select().where(Client.id == client.id)).first() is None:  # of two who erase, the second
            raise NotFound(kind="client", reference=public_id)
        own = Booking.select().where(Booking.client == client.id)
        if own.where(Booking.id.in_(_with_a_wish())).exists():
            raise InvalidInput(
                "client", _("This client still waits for another time; please decide about that wish first.")
            )
        to_come = own.where(Booking.status.in_([one.value for one in ACTIVE]), Booking.end_at > context.now).count()
        if to_come:
            problem = plural(
                "This client has {number} booking that is not over yet; please cancel first what is not to take place.",
                "This client has {number} bookings that are not over yet; "
                "please cancel first what is not to take place.",
                to_come,
            )
            raise InvalidInput("client", problem)
        ids = [row.id for row in own.order_by(Booking.id)]
        _remove_waiting(list(WaitingEntry.select().where(WaitingEntry.client == client.id)))
        _forget(context, ids)
        _remove_unused({client.id})
        record(context, Action.ERASED, Subject(Kind.CLIENT, public_id), Change(after={"bookings": len(ids)}))
        return len(ids)

    return context.store.write(work)


def _forget(context: Context, booking_ids: Sequence[int]) -> int:
    """Take the clients out of these bookings, inside a transaction; return of how many."""
    rows = list(Booking.select().where(Booking.id.in_(booking_ids), Booking.client.is_null(False)))
    if not rows:
        return 0
    ids, clients = [row.id for row in rows], {row.client_id for row in rows}
    users = [one.user_id for one in Client.select().where(Client.id.in_(clients), Client.user.is_null(False))]
    by_themselves = Booking.update(created_by=None).where(Booking.id.in_(ids), Booking.created_by.in_(users or [0]))
    by_themselves.execute()
    of_themselves = Booking.update(responsible=None).where(Booking.id.in_(ids), Booking.responsible.in_(users or [0]))
    of_themselves.execute()
    wishes = ChangeRequest.update(created_by=None).where(ChangeRequest.booking.in_(ids))
    wishes.where(ChangeRequest.created_by.in_(users or [0])).execute()
    steps = Approval.update(asked_by=None).where(Approval.booking.in_(ids))
    steps.where(Approval.asked_by.in_(users or [0])).execute()
    nothing = {"client": None, "comment": "", "answers": "{}", "tzid": "", "series": None}
    touched = {"version": Booking.version + 1, "changed_at": context.now}
    Booking.update(**nothing, **touched).where(Booking.id.in_(ids)).execute()
    BookingLabel.delete().where(BookingLabel.booking.in_(ids)).execute()
    Attendee.update(client=None, name="").where(Attendee.booking.in_(ids)).execute()
    _clear_messages(OutboxMessage.select().where(OutboxMessage.booking.in_(ids)))
    _remove_empty_series({row.series_id for row in rows if row.series_id is not None})
    _remove_unused(clients)
    return len(ids)


def _clear_messages(messages: Iterable[OutboxMessage]) -> None:
    """Take out what staff wrote to the client, and all of the address; what waits is not sent."""
    for message in messages:
        facts = json.loads(message.payload)
        facts |= {name: "" for name in _TYPED if name in facts}
        message.payload, message.last_error = json.dumps(facts, ensure_ascii=False), ""
        if message.status == MessageStatus.WAITING:
            message.status, message.last_error = MessageStatus.GIVEN_UP.value, mark("The client was erased before.")
        message.save()


def _remove_empty_series(series_ids: Collection[int]) -> None:
    used = {one for (one,) in Booking.select(Booking.series).where(Booking.series.in_(series_ids or [0])).tuples()}
    Series.delete().where(Series.id.in_(set(series_ids) - used or [0])).execute()


def _remove_waiting(entries: Sequence[WaitingEntry]) -> None:
    """Remove entries of the waiting list; their letters are of no booking, and name them in what is encrypted."""
    if not entries:
        return
    gone = {one.public_id for one in entries}
    letters = OutboxMessage.select().where(OutboxMessage.kind == JOINED)
    _clear_messages([one for one in letters if json.loads(one.payload).get("waiting") in gone])
    WaitingEntry.delete().where(WaitingEntry.id.in_([one.id for one in entries])).execute()


def _remove_unused(client_ids: Collection[int]) -> None:
    """Remove those of these clients to whom nothing belongs any more."""
    unused = set(client_ids)
    for model in (Booking, Series, WaitingEntry, Attendee):
        named = model.select(model.client).where(model.client.in_(unused or [0])).distinct()
        unused -= {one for (one,) in named.tuples()}
    gone = {row.public_id for row in Client.select(Client.public_id).where(Client.id.in_(unused or [0]))}
    letters = OutboxMessage.select().where(OutboxMessage.kind == ADDRESS_CHANGED) if gone else ()
    _clear_messages([one for one in letters if json.loads(one.payload).get("client") in gone])
    Client.delete().where(Client.id.in_(unused or [0])).execute()
