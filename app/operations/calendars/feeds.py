"""The private calendar feed of an account: what somebody gives, what was made for them, and when they are away.

Whoever has its address reads it without signing in, so it tells no more than it must: without its owner's word not the
clients' names, and never contacts, answers or why somebody is away. Each time the rights of its owner decide anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from peewee import ModelSelect

from app.access.actors import Actor
from app.access.decision import is_own
from app.access.permissions import Permission
from app.booking.refusals import NotFound, Unavailable
from app.booking.statuses import ACTIVE, Status
from app.booking.values import Instant
from app.integrations.ics.write import FeedEvent, write_feed
from app.look.look import OUR_NAME
from app.operations.accounts.own_account import own_id
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.letters.letterhead import Letterhead
from app.operations.look import look_of
from app.operations.look_up import read_views
from app.operations.names import place_of
from app.operations.records import locked
from app.operations.rights import actor_of
from app.operations.views import BookingView
from app.storage.account_tables import CalendarFeed
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Allocation, Booking, Client, TimeOff, User
from app.texts import in_context, speaking

DAY = 86_400
PAST_SECONDS, AHEAD_SECONDS = 30 * DAY, 366 * DAY
LONGEST_SECONDS = 3 * DAY
"""No booking is longer, so that those which began earlier need not be read."""
MOST = 5000
NOTE_EVERY_SECONDS = 3600
"""Calendars fetch every few minutes; that they did is written down this often."""


@dataclass(frozen=True, slots=True)
class FeedView:
    """An account's feed. ``fetched_at``: when a calendar last did, to within an hour; None: none has yet."""

    public_id: str
    with_clients: bool
    created_at: Instant
    fetched_at: Instant | None = None


def get_feed(context: Context) -> FeedView | None:
    """Return the feed of whoever acts, None where they have none."""
    row = context.store.read(lambda: _row_of(own_id(context)))
    return None if row is None else _view(row)


def save_feed(context: Context, *, with_clients: bool) -> FeedView:
    """Give whoever acts a feed, or change what is in the one that they have."""

    def work() -> FeedView:
        row = _locked_row(context)
        before = {} if row is None else {"with_clients": row.with_clients}
        row = row or CalendarFeed(user=own_id(context), public_id=new_public_id(), created_at=context.now)
        row.with_clients = with_clients
        row.save()
        change = Change(before, {"with_clients": with_clients})
        record(context, Action.CHANGED if before else Action.MADE, _subject(context), change)
        return _view(row)

    return context.store.write(work)


def renew_feed(context: Context) -> FeedView | None:
    """Give the feed of whoever acts another address, and return it; the one before opens nothing any more."""

    def work() -> FeedView | None:
        row = _locked_row(context)
        if row is None:
            return None
        row.public_id, row.created_at, row.fetched_at = new_public_id(), context.now, None
        row.save()
        record(context, Action.CHANGED, _subject(context), Change(after={"address": "renewed"}))
        return _view(row)

    return context.store.write(work)


def end_feed(context: Context) -> None:
    """Take the feed of whoever acts away; without one nothing happens."""

    def work() -> None:
        row = _row_of(own_id(context))
        if row is not None:
            row.delete_instance()
            record(context, Action.REMOVED, _subject(context), Change({"with_clients": row.with_clients}))

    context.store.write(work)


def open_feed(store: Store, public_id: str, now: Instant) -> tuple[Actor, FeedView]:
    """Return whose feed this is, with all that they may do, and note that it is fetched.

    Raises:
        NotFound: there is no such feed (any more), or its account is switched off.
    """

    def look() -> tuple[Actor, CalendarFeed]:
        row = CalendarFeed.get_or_none(CalendarFeed.public_id == public_id)
        if row is None or not row.user.active:
            raise NotFound(kind="link", reference="")
        return actor_of(row.user), row

    actor, row = store.read(look)
    if row.fetched_at is None or row.fetched_at + NOTE_EVERY_SECONDS <= now:
        same = CalendarFeed.public_id == public_id
        with suppress(Unavailable):  # what can be read is given, also by a database that nothing can be written to now
            store.write(CalendarFeed.update(fetched_at=now).where(same).execute)
    return actor, _view(row)


def write_calendar(context: Context, feed: FeedView, head: Letterhead) -> bytes:
    """Return the calendar (RFC 5545) of whoever acts, from 30 days ago to a year ahead; a fixed number of queries."""
    events: list[FeedEvent] = []
    if context.may(Permission.SEE_BUSY):
        events = [_event(context, view, feed, head) for view in _own_bookings(context)]
        events += _own_time_off(context, head)
    name = look_of(context).name or head.organizer.name or OUR_NAME
    return write_feed(f"{context.actor.name}, {name}", events)


def _own_bookings(context: Context) -> list[BookingView]:
    actor, start, end = context.actor, context.now - PAST_SECONDS, context.now + AHEAD_SECONDS

    def narrow(query: ModelSelect) -> ModelSelect:
        taken = Allocation.select().where(Allocation.resource == actor.resource_id, Allocation.active)
        by_booking = taken.select(Allocation.booking).where(Allocation.booking.is_null(False))
        by_session = taken.select(Allocation.session).where(Allocation.session.is_null(False))
        own = Booking.id.in_(by_booking) | Booking.session.in_(by_session) | (Client.user == actor.user_id)
        query = query.where(own, Booking.start_at > start - LONGEST_SECONDS, Booking.start_at < end)
        query = query.where(Booking.end_at > start, Booking.status.in_([status.value for status in ACTIVE]))
        query = query.where(Booking.expires_at.is_null() | (Booking.expires_at > context.now))
        return query.order_by(Booking.start_at, Booking.id).limit(MOST)

    views = context.store.read(lambda: read_views(context, narrow))
    return [view for view in views if is_own(actor, view.target) and context.may(Permission.SEE_BUSY, view.target)]


def _event(context: Context, view: BookingView, feed: FeedView, head: Letterhead) -> FeedEvent:
    catalog = context.catalog
    own = catalog.resources.get(context.actor.resource_id or 0)
    others = [one.name for one in view.resources if own is None or one.public_id != own.public_id]
    name = view.client_name if feed.with_clients else ""
    return FeedEvent(
        uid=head.uid(view.public_id),
        sequence=view.sequence,
        status=Status(view.status),
        start=view.start,
        end=view.end,
        stamped_at=context.now,
        summary=f"{view.service_name}: {name}" if name else view.service_name,
        location=place_of(catalog, view),
        description=", ".join(others),
        url=f"{head.base_url}/bookings/{view.public_id}",
    )


def _own_time_off(context: Context, head: Letterhead) -> list[FeedEvent]:
    """Return when whoever acts is away, in the language of their account."""
    actor, start, end = context.actor, context.now - PAST_SECONDS, context.now + AHEAD_SECONDS
    mine = TimeOff.select().where(TimeOff.resource == actor.resource_id, TimeOff.end_at > start, TimeOff.start_at < end)

    def look() -> tuple[list[TimeOff], str]:
        return list(mine.order_by(TimeOff.start_at, TimeOff.id).limit(MOST)), User.get_by_id(own_id(context)).language

    rows, spoken = context.store.read(look)
    with speaking(spoken or head.language):
        summary = in_context("calendar", "Time off")
    return [
        FeedEvent(
            uid=head.uid(row.public_id),
            sequence=row.version,
            status=Status.CONFIRMED,
            start=row.start_at,
            end=row.end_at,
            stamped_at=context.now,
            summary=summary,
            location="",
        )
        for row in rows
    ]


def _locked_row(context: Context) -> CalendarFeed | None:
    """Return the feed of whoever acts, within a transaction; of two at once the second sees what the first has done."""
    list(locked(User.select().where(User.id == own_id(context))))
    return _row_of(own_id(context))


def _row_of(user_id: int) -> CalendarFeed | None:
    row: CalendarFeed | None = CalendarFeed.get_or_none(CalendarFeed.user == user_id)
    return row


def _view(row: CalendarFeed) -> FeedView:
    return FeedView(row.public_id, bool(row.with_clients), row.created_at, row.fetched_at)


def _subject(context: Context) -> Subject:
    return Subject(Kind.FEED, User.get_by_id(own_id(context)).public_id)
