"""Searching the bookings: by time, status, place, client, and words in the service's name; page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from peewee import Expression, ModelSelect

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.statuses import Status
from app.booking.values import Instant
from app.operations.context import Context
from app.operations.look_up import read_views
from app.operations.views import BookingView
from app.operations.within import bookings_within
from app.storage.clients import find_client_ids
from app.storage.label_tables import BookingLabel
from app.storage.tables import Booking, Series, User
from app.texts import _

PAGE = 50
MAX_PAGE = 2000
MINE, NOBODYS = "mine", "nobody"
_DAY = 86_400
_LONGEST = 3 * _DAY
"""No booking lasts longer, so one that reaches into a time begins at most so long before it."""


@dataclass(frozen=True, slots=True)
class BookingSearch:
    """What is looked for, in ``[start, end)``; empty means any. ``page`` counts from 1.

    ``responsible``: an account's public id, ``MINE`` for the actor's own, ``NOBODYS`` for bookings that nobody has.
    """

    start: Instant
    end: Instant
    statuses: Collection[Status] = ()
    location: str = ""
    text: str = ""
    label: str = ""
    responsible: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class BookingPage:
    """One page of a search, by start; ``more``: a next page exists."""

    bookings: tuple[BookingView, ...]
    number: int
    more: bool


def search_bookings(context: Context, search: BookingSearch) -> BookingPage:
    """Return one page of the bookings that match, with a fixed number of queries.

    Only bookings whose titles the actor may see; clients' names are searched only where they may see contacts, so that
    a search tells nobody who else has bookings.

    Raises:
        InvalidInput: a page that does not exist. NotAllowed.
    """
    context.require_anywhere(Permission.SEE_TITLES)
    if not 1 <= search.page <= MAX_PAGE:
        raise InvalidInput("page", _("Please choose a page from 1 to {most}.", most=MAX_PAGE))

    def narrow(query: ModelSelect) -> ModelSelect:
        found = query.where(*_conditions(context, search)).order_by(Booking.start_at, Booking.id)
        return found.limit(PAGE + 1).offset((search.page - 1) * PAGE)

    views = context.store.read(lambda: read_views(context, narrow))
    return BookingPage(tuple(views[:PAGE]), search.page, len(views) > PAGE)


def find_bookings(context: Context, search: BookingSearch, most: int) -> list[BookingView]:
    """Return the first ``most`` bookings that match, of all pages; otherwise as ``search_bookings``.

    Raises:
        NotAllowed.
    """
    context.require_anywhere(Permission.SEE_TITLES)

    def narrow(query: ModelSelect) -> ModelSelect:
        return query.where(*_conditions(context, search)).order_by(Booking.start_at, Booking.id).limit(most)

    return context.store.read(lambda: read_views(context, narrow))


def list_together(context: Context, *, series: str = "", visit: str = "") -> list[BookingView]:
    """Return all bookings of a series (public id) or of a visit, by start, cancelled ones too."""
    context.require_anywhere(Permission.SEE_TITLES)

    def narrow(query: ModelSelect) -> ModelSelect:
        same = Series.public_id == series if series else Booking.visit == visit
        return query.where(same, *_seen(context, Permission.SEE_TITLES)).order_by(Booking.start_at).limit(MAX_PAGE)

    return context.store.read(lambda: read_views(context, narrow))


def _conditions(context: Context, search: BookingSearch) -> list[Expression]:
    earliest = search.start - _LONGEST
    found = [Booking.start_at < search.end, Booking.end_at > search.start, Booking.start_at > earliest]
    found += _seen(context, Permission.SEE_TITLES)
    if search.statuses:
        found.append(Booking.status.in_([status.value for status in search.statuses]))
    if search.location:
        ids = [one.id for one in context.catalog.locations.values() if one.public_id == search.location]
        found.append(Booking.location.in_(ids))
    if search.label:
        ids = [one.id for one in context.catalog.labels.values() if one.public_id == search.label]
        found.append(Booking.id.in_(BookingLabel.select(BookingLabel.booking).where(BookingLabel.label.in_(ids))))
        found += _seen(context, Permission.SEE_DETAILS)
    if search.responsible:
        found.append(_responsible_condition(context, search.responsible))
    if search.text.strip():
        found.append(_text_condition(context, search.text.strip()))
    return found


def _responsible_condition(context: Context, wanted: str) -> Expression:
    if wanted == NOBODYS:
        return Booking.responsible.is_null()
    if wanted == MINE:
        return Booking.responsible == (context.actor.user_id or 0)  # for who has no account that is nobody's
    return Booking.responsible.in_(User.select(User.id).where(User.public_id == wanted))


def _seen(context: Context, permission: Permission) -> list[Expression]:
    within = bookings_within(context, permission)
    return [] if within is None else [within]


def _text_condition(context: Context, text: str) -> Expression:
    wanted = text.casefold()
    services = [one.id for one in context.catalog.services.values() if wanted in one.name.casefold()]
    of_service = Booking.service.in_(services)
    if not context.may(Permission.SEE_CONTACTS):
        return of_service
    of_client = Booking.client.in_(find_client_ids(text))
    for within in _seen(context, Permission.SEE_CONTACTS):
        of_client &= within
    return of_service | of_client if services else of_client
