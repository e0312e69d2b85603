"""Looking for free slots, and saying why a time is not free."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.explain import Explanation, explain
from app.booking.extras import exchanged
from app.booking.limits import has_limits
from app.booking.refusals import InvalidInput
from app.booking.rules import Wish
from app.booking.slots import OpenSession, SlotQuery, concerned_resources
from app.booking.slots import find_slots as search
from app.booking.values import MINUTE, Instant, Interval, Location, Service
from app.operations.approvals.asking import may_ask
from app.operations.context import Context
from app.operations.extras import with_chosen, with_own_extras
from app.operations.limits import Limited, count_bookings, within_limits
from app.operations.look_up import row_of
from app.operations.looking import require_look_for, target_at, told_about
from app.operations.names import candidate_ids, get_location, get_service, provider_id, wished_provider
from app.operations.rights import target_of
from app.operations.wanted import Wanted
from app.storage import taken
from app.storage.tables import Booking
from app.texts import _

MAX_DAYS = 62


def find_slots(
    context: Context,
    service: str,
    location: str,
    start: Instant,
    end: Instant,
    *,
    duration_minutes: int | None = None,
    provider: str | None = None,
    seats: int = 1,
    ignore_booking: str | None = None,
    together: Collection[str] = (),
) -> list[Instant]:
    """Return the free starts in ``[start, end)``, sorted; two queries, whatever the number of providers.

    Days and weeks whose limit is reached are left out, at the cost of a query each where there is such a limit. The
    booking ``ignore_booking`` (its public id; else the one whose link the actor holds) is in no way of its own and
    counts for no limit: this is where it may move to, with the extras that it has. ``together``: the extras that a new
    booking is to have.

    Raises:
        NotFound, InvalidInput, WrongDuration: names or numbers that cannot be used. NotAllowed: to somebody signed in
            who may not book this there, where the public page does not show it either, or not move that booking.
    """
    check_days(start, end)
    catalog = context.catalog
    wanted = get_service(context, catalog, service)
    place = get_location(catalog, location)
    wished = wished_provider(context, wanted, provider)
    query = SlotQuery(wanted.id, place.id, start, end, duration_minutes, wished, seats)
    for_others = context.may(Permission.BOOK_FOR_OTHERS, target_at(wanted, place))
    asked = exchanged(catalog, with_chosen(context, wanted, place, together, by_staff=for_others))

    def look() -> list[Instant]:
        row = row_of(ignore_booking or context.actor.booking)
        _check_looks(context, row, wanted, place)
        own = None if row is None else row.id
        seats_of = None if row is None or may_ask(context, row, wanted, wished) else own
        known = asked if row is None or row.service_id != wanted.id else with_own_extras(asked, row)
        needed = known.services[wanted.id]
        around = Around(needed, place, sorted(concerned_resources(needed, wished)), max(wanted.durations_minutes))
        busy, sessions = around.read(start, end, context.now, own, seats_of)
        found = search(known, query, busy, context.now, sessions=sessions)
        if not has_limits(wanted):
            return found
        return within_limits(Limited(wanted, place, context.now, own), found)

    return context.store.read(look)


def _check_looks(context: Context, moved: Booking | None, service: Service, place: Location) -> None:
    """Go on only where the actor may book here, or move the booking that another time is looked for."""
    if moved is None:
        require_look_for(context, service, place)
    else:
        context.require(Permission.MOVE, target_of(moved))


@dataclass(frozen=True, slots=True)
class Around:
    """Whose taken times a search for a service has to know: of these resources, as far as the longest booking goes."""

    service: Service
    place: Location
    resource_ids: Sequence[int]
    longest_minutes: int

    def read(
        self, start: Instant, end: Instant, now: Instant, own: int | None, seats_of: int | None
    ) -> tuple[dict[int, list[Interval]], Sequence[OpenSession]]:
        """Return what is taken around ``[start, end)``, and the open group sessions in it; at most three queries.

        ``own``: row id of a booking that is in no way of its own; ``seats_of``: the one whose seats count as free.
        """
        buffers = self.service.buffer_before_minutes + self.service.buffer_after_minutes
        margin = (self.longest_minutes + buffers) * MINUTE
        busy = taken.find_taken(self.resource_ids, start - margin, end + margin, now, own)
        _take_out(busy, () if seats_of is None else taken.find_own_sessions(seats_of))
        if self.service.capacity == 1:
            return busy, ()
        return busy, taken.find_sessions(self.service.id, self.place.id, start, end, now, seats_of)


def _take_out(busy: dict[int, list[Interval]], own: Iterable[tuple[int, Instant, Instant]]) -> None:
    """Leave out the times of sessions that end when the moved booking leaves them."""
    for resource_id, since, until in own:
        if (since, until) in busy.get(resource_id, ()):
            busy[resource_id].remove((since, until))


def check_days(start: Instant, end: Instant) -> None:
    """Go on only with a stretch of time that is not empty and not too long, or raise InvalidInput."""
    if not 0 < end - start <= MAX_DAYS * 86_400:
        raise InvalidInput("end", _("Please ask for at most {most} days, the end after the start.", most=MAX_DAYS))


def explain_time(
    context: Context,
    service: str,
    location: str,
    start: Instant,
    *,
    duration_minutes: int | None = None,
    provider: str | None = None,
) -> Explanation:
    """Say in words why a time is not free: every rule and every conflicting thing (staff).

    Of whose calendars the actor may not see there, only that the time is not available.

    Raises:
        NotAllowed, NotFound.
    """
    context.require_anywhere(Permission.SEE_BUSY)
    catalog = context.catalog
    wanted = get_service(context, catalog, service)
    place = get_location(catalog, location)
    wish = Wish(wanted.id, place.id, start, duration_minutes, provider_id(catalog, wanted, provider))
    longest = max(duration_minutes or 0, *wanted.durations_minutes)
    before, after = wanted.buffer_before_minutes * MINUTE, (longest + wanted.buffer_after_minutes) * MINUTE

    def look() -> Explanation:
        conflicts = taken.find_conflicts(candidate_ids(wanted), start - before, start + after, context.now)
        counts = count_bookings(Wanted(catalog, wanted, place, wish), context.now, client_email="")
        sessions = taken.find_sessions(wanted.id, place.id, start, start + 1, context.now)
        told = told_about(context, candidate_ids(wanted), place)
        return explain(catalog, wish, conflicts, context.now, counts=counts, sessions=sessions, told=told)

    return context.store.read(look)
