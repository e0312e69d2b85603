"""Hours: when a location is open and a resource available, by weekday and for single dates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from peewee import Expression

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES, ResourceKind
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.rights import target_of_resource
from app.operations.saving import Saved, check_day, edit, find_row, look, touch
from app.operations.telling import Told
from app.storage.tables import DateOverride, Location, Resource, WeeklyHours
from app.texts import _, in_context, mark

MAX_RANGES = 100
WEEKDAYS = (
    *(mark("Monday"), mark("Tuesday"), mark("Wednesday"), mark("Thursday"), mark("Friday")),
    *(mark("Saturday"), mark("Sunday")),
)


class OwnerKind(StrEnum):
    """Whose hours they are."""

    LOCATION = "location"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Owner:
    """A location or resource by its public id."""

    kind: OwnerKind
    public_id: str


@dataclass(frozen=True, slots=True)
class WeeklyRange:
    """Minutes from midnight on a weekday (Monday is 0), past 1440 on the next day; ``location``: only there."""

    weekday: int
    start_minute: int
    end_minute: int
    location: str | None = None


@dataclass(frozen=True, slots=True)
class OverrideDraft:
    """The hours of one date instead of the weekly ones; no ranges: closed all day. ``location``: only there."""

    day: date
    ranges: tuple[tuple[int, int], ...] = ()
    location: str | None = None


@dataclass(frozen=True, slots=True)
class HoursDraft:
    """All hours of one owner."""

    weekly: tuple[WeeklyRange, ...] = ()
    overrides: tuple[OverrideDraft, ...] = ()


def save_weekly_hours(
    context: Context, owner: Owner, ranges: Iterable[WeeklyRange], version: int | None = None
) -> None:
    """Replace all weekly hours of a location or resource.

    Raises:
        InvalidInput: an end before the start, longer than 48 hours, overlapping ranges, an unknown weekday.
        NotAllowed, NotFound, StaleVersion.
    """
    wanted = in_order(ranges)

    def work() -> None:
        row = _owner_row(context, owner)
        check_weekly(wanted)
        places = _location_ids(owner, {one.location for one in wanted})
        touch(context, row, version)
        WeeklyHours.delete().where(_belongs(WeeklyHours, owner, row.id)).execute()
        rows = [_weekly_values(owner, row.id, one, places) for one in wanted]
        if rows:
            WeeklyHours.insert_many(rows).execute()

    edit(context, work, Permission.MANAGE_HOURS, _told(owner))


def in_order(ranges: Iterable[WeeklyRange]) -> list[WeeklyRange]:
    """Return weekly hours as they are kept: by day and start."""
    return sorted(ranges, key=lambda one: (one.weekday, one.start_minute, one.location or ""))


def save_override(context: Context, owner: Owner, draft: OverrideDraft, version: int | None = None) -> None:
    """Replace the hours of one date (at one location, if the draft names it).

    Raises:
        InvalidInput: an end before the start, overlapping ranges. NotAllowed, NotFound, StaleVersion.
    """

    def work() -> None:
        row = _owner_row(context, owner)
        check_day(draft.day, "day")
        _check_disjoint(
            [(draft.location, start, end) for start, end in draft.ranges], "special", in_context("weekday", "this date")
        )
        place = _location_ids(owner, {draft.location}).get(draft.location)
        touch(context, row, version)
        _delete_override(owner, row.id, draft.day, place)
        ranges = draft.ranges or ((None, None),)
        values = [_override_values(owner, row.id, draft.day, place, one) for one in ranges]
        DateOverride.insert_many(values).execute()

    edit(context, work, Permission.MANAGE_HOURS, _told(owner))


def remove_override(context: Context, owner: Owner, day: date, location: str | None = None) -> None:
    """Let one date have its weekly hours again; nothing happens when it has them already."""

    def work() -> None:
        row = _owner_row(context, owner)
        touch(context, row, None)
        _delete_override(owner, row.id, day, _location_ids(owner, {location}).get(location))

    edit(context, work, Permission.MANAGE_HOURS, _told(owner))


def get_hours(context: Context, owner: Owner) -> Saved[HoursDraft]:
    """Return all hours of a location or resource, with its version; raise NotFound for an unknown one."""

    def work() -> Saved[HoursDraft]:
        row = _owner_row(context, owner)
        return Saved(owner.public_id, row.version, _draft(owner, row.id))

    return look(context, work, Permission.MANAGE_HOURS)


def _draft(owner: Owner, row_id: int) -> HoursDraft:
    query = Location.select(Location.id, Location.public_id)
    places: dict[int, str] = dict(query.tuples()) if owner.kind is OwnerKind.RESOURCE else {}
    return HoursDraft(_weekly(owner, row_id, places), _overrides(owner, row_id, places))


def _told(owner: Owner) -> Told:
    """Return what the audit log is told of an edit: all hours of the owner, of which it keeps what changed."""
    is_place = owner.kind is OwnerKind.LOCATION
    model: type[Location] | type[Resource] = Location if is_place else Resource
    kind = Kind.LOCATION_HOURS if is_place else Kind.RESOURCE_HOURS
    return Told(kind, lambda one: _draft(owner, find_row(model, owner.kind.value, one).id), owner.public_id)


@dataclass(frozen=True, slots=True)
class NamedOwner:
    """Somebody or something that has hours; ``kind`` is empty for a location, ``has_own``: weekly ones are set."""

    owner: Owner
    name: str
    kind: ResourceKind | None = None
    has_own: bool = False

    @property
    def public_id(self) -> str:
        """The location's or resource's."""
        return self.owner.public_id


def list_owners(context: Context) -> list[NamedOwner]:
    """Return all whose hours the actor may edit and who are in use: locations first, then by kind and name.

    Raises:
        NotAllowed: there can be none.
    """
    context.require_anywhere(Permission.MANAGE_HOURS)
    catalog = context.catalog
    places = [one for one in catalog.locations.values() if one.active]
    things = [one for one in catalog.resources.values() if one.active]
    found = [
        NamedOwner(Owner(OwnerKind.LOCATION, one.public_id), one.name, has_own=bool(one.weekly))
        for one in sorted(places, key=lambda one: one.name.casefold())
        if context.may(Permission.MANAGE_HOURS, Target(location_id=one.id))
    ]
    rank = list(ResourceKind)
    return found + [
        NamedOwner(Owner(OwnerKind.RESOURCE, one.public_id), one.name, one.kind, bool(one.weekly))
        for one in sorted(things, key=lambda one: (rank.index(one.kind), one.name.casefold()))
        if context.may(Permission.MANAGE_HOURS, target_of_resource(one))
    ]


def _weekly(owner: Owner, row_id: int, places: dict[int, str]) -> tuple[WeeklyRange, ...]:
    query = WeeklyHours.select().where(_belongs(WeeklyHours, owner, row_id))
    rows = query.order_by(WeeklyHours.weekday, WeeklyHours.start_minute, WeeklyHours.id)
    return tuple(WeeklyRange(r.weekday, r.start_minute, r.end_minute, places.get(r.location_id)) for r in rows)


def _overrides(owner: Owner, row_id: int, places: dict[int, str]) -> tuple[OverrideDraft, ...]:
    query = DateOverride.select().where(_belongs(DateOverride, owner, row_id))
    found: dict[tuple[str, str | None], list[tuple[int, int]]] = {}
    for row in query.order_by(DateOverride.day, DateOverride.start_minute):
        ranges = found.setdefault((row.day, places.get(row.location_id)), [])
        if row.start_minute is not None:
            ranges.append((row.start_minute, row.end_minute))
    return tuple(OverrideDraft(date.fromisoformat(day), tuple(one), place) for (day, place), one in found.items())


def _owner_row(context: Context, owner: Owner) -> Location | Resource:
    """Return whose hours they are, if the actor may edit them."""
    if owner.kind is OwnerKind.LOCATION:
        place = find_row(Location, "location", owner.public_id)
        context.require(Permission.MANAGE_HOURS, Target(location_id=place.id))
        return place
    row = find_row(Resource, "resource", owner.public_id)
    context.require(Permission.MANAGE_HOURS, target_of_resource(row))
    return row


def _belongs(model: type[WeeklyHours] | type[DateOverride], owner: Owner, row_id: int) -> Expression:
    """A location's own hours have no resource; a resource's hours may name a location."""
    if owner.kind is OwnerKind.RESOURCE:
        return model.resource == row_id
    return (model.location == row_id) & model.resource.is_null()


def _location_ids(owner: Owner, public_ids: set[str | None]) -> dict[str | None, int]:
    named = {one for one in public_ids if one is not None}
    if named and owner.kind is OwnerKind.LOCATION:
        raise InvalidInput("location", _("The hours of a location cannot name another location."))
    return {one: find_row(Location, "location", one).id for one in named}


def _weekly_values(owner: Owner, row_id: int, one: WeeklyRange, places: dict[str | None, int]) -> dict[str, Any]:
    times = {"weekday": one.weekday, "start_minute": one.start_minute, "end_minute": one.end_minute}
    return times | _owner_values(owner, row_id, places.get(one.location))


def _override_values(
    owner: Owner, row_id: int, day: date, place: int | None, minutes: tuple[int | None, int | None]
) -> dict[str, Any]:
    times = {"day": day.isoformat(), "start_minute": minutes[0], "end_minute": minutes[1]}
    return times | _owner_values(owner, row_id, place)


def _owner_values(owner: Owner, row_id: int, place: int | None) -> dict[str, Any]:
    if owner.kind is OwnerKind.LOCATION:
        return {"location": row_id, "resource": None}
    return {"location": place, "resource": row_id}


def _delete_override(owner: Owner, row_id: int, day: date, place: int | None) -> None:
    condition = _belongs(DateOverride, owner, row_id) & (DateOverride.day == day.isoformat())
    if owner.kind is OwnerKind.RESOURCE:
        condition &= DateOverride.location.is_null() if place is None else DateOverride.location == place
    DateOverride.delete().where(condition).execute()


def check_weekly(ranges: Sequence[WeeklyRange]) -> None:
    """Go on only with weekly hours that can be, or raise InvalidInput."""
    if len(ranges) > MAX_RANGES:
        raise InvalidInput("weekly", _("Please give at most {most} ranges.", most=MAX_RANGES))
    for weekday in {one.weekday for one in ranges}:
        if not 0 <= weekday < len(WEEKDAYS):
            raise InvalidInput("weekly", _("Please choose a weekday from Monday to Sunday."))
        same_day = [(one.location, one.start_minute, one.end_minute) for one in ranges if one.weekday == weekday]
        _check_disjoint(same_day, "weekly", _(WEEKDAYS[weekday]))


def _check_disjoint(ranges: Iterable[tuple[str | None, int, int]], field: str, when: str) -> None:
    """Refuse ranges that are no ranges or overlap at the same location (or everywhere)."""
    last: dict[str | None, int] = {}
    for location, start, end in sorted(ranges, key=lambda one: one[1]):
        if not 0 <= start < DAY_MINUTES:
            raise InvalidInput(field, _("A range on {when} has to start between 00:00 and 23:59.", when=when))
        if end <= start:
            problem = _("A range on {when} ends before it starts; past midnight, choose “the next day”.", when=when)
            raise InvalidInput(field, problem)
        if end > 2 * DAY_MINUTES:
            problem = _("A range on {when} goes on past the end of the next day; please shorten it.", when=when)
            raise InvalidInput(field, problem)
        if start < last.get(location, 0):
            problem = _("Two ranges on {when} overlap; please join them or correct their times.", when=when)
            raise InvalidInput(field, problem)
        last[location] = end
