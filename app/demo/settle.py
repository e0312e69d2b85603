"""Writes the group's set-up through the same operations as the pages do, so that it obeys the same checks."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.access.grants import ScopeKind
from app.access.permissions import Permission, all_of
from app.booking.wall_clock import day_bounds, local_date
from app.demo import group
from app.demo.days_off import DaysOff, absences, first_weekday, holidays, known_by
from app.demo.offers import OFFERS, Offer
from app.operations.context import Context
from app.operations.grants import GrantDraft
from app.operations.look import check_draft, get_look, save_look
from app.operations.setup.closures import ClosureDraft, save_closure
from app.operations.setup.groups import GroupDraft, save_group
from app.operations.setup.hours import OverrideDraft, Owner, OwnerKind, WeeklyRange, save_override, save_weekly_hours
from app.operations.setup.locations import LocationDraft, save_location
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.roles import RoleDraft, save_role
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.operations.setup.users import UserDraft, save_user


@dataclass
class Names:
    """From the names in ``group`` to public ids; of users from their role."""

    locations: dict[str, str] = field(default_factory=dict)
    resources: dict[str, str] = field(default_factory=dict)
    pools: dict[str, str] = field(default_factory=dict)
    users: dict[str, str] = field(default_factory=dict)


def settle(context: Context, password: str) -> None:
    """Write locations, resources, pools, services and accounts; each account gets ``password``."""
    names = Names()
    save_look(context, check_draft({"name": group.NAME}, b""), get_look(context).version)
    for place in group.PLACES:
        names.locations[place.name] = save_location(context, LocationDraft(place.name, place.tzid, place.address))
        owner = Owner(OwnerKind.LOCATION, names.locations[place.name])
        save_weekly_hours(context, owner, _ranges(place.hours))
    _save_resources(context, names)
    for name, members in group.POOLS.items():
        names.pools[name] = save_pool(context, PoolDraft(name, tuple(names.resources[one] for one in members)))
    for offer in OFFERS:
        save_service(context, _service(offer, names))
    for account in group.ACCOUNTS:
        person = names.resources[account.person] if account.person else None
        grants = (GrantDraft(account.role),)
        names.users[account.role] = save_user(
            context, UserDraft(account.email, account.name, grants, person, password=password)
        )
    _save_reception(context, names)


def _save_reception(context: Context, names: Names) -> None:
    """A group, and a role of one's own that it has for one place: whoever joins reception approves there."""
    extents = all_of(Permission.APPROVE, Permission.DECLINE)
    role = save_role(context, RoleDraft("Approver", "Approves and declines requests where it is given.", extents))
    grant = GrantDraft(role, ScopeKind.LOCATION, names.locations[group.CENTRE])
    save_group(context, GroupDraft("Reception", (names.users["front_desk"],), (grant,)))


def _ranges(hours: Iterable[group.Hours], location: str | None = None) -> list[WeeklyRange]:
    return [
        WeeklyRange(int(weekday), opens * 60, closes * 60, location)
        for weekdays, opens, closes in hours
        for weekday in weekdays
    ]


def _save_resources(context: Context, names: Names) -> None:
    zones = {place.name: place.tzid for place in group.PLACES}
    for person in group.PEOPLE:
        public_id = save_resource(context, ResourceDraft(person.name, "person", person.tzid))
        names.resources[person.name] = public_id
        ranges = [one for place, hours in person.hours.items() for one in _ranges(hours, names.locations[place])]
        save_weekly_hours(context, Owner(OwnerKind.RESOURCE, public_id), ranges)
    for thing in group.THINGS:
        tzid = zones[thing.place or group.CENTRE]
        place = names.locations[thing.place] if thing.place else None
        names.resources[thing.name] = save_resource(context, ResourceDraft(thing.name, thing.kind, tzid, place))


def _service(offer: Offer, names: Names) -> ServiceDraft:
    needs = tuple(
        RequirementDraft(names.pools.get(name), None if name in names.pools else names.resources[name], count)
        for name, count in offer.needs
    )
    return ServiceDraft(
        offer.name,
        offer.durations,
        needs,
        tuple(names.locations[place] for place in offer.per_day),
        description=offer.description,
        **offer.rules,
    )


def add_year(context: Context, year: int, seed: int) -> None:
    """Write one year's holidays, vacations and extra days; the same for the same year and seed."""
    locations = {one.name: one.public_id for one in context.catalog.locations.values()}
    resources = {one.name: one.public_id for one in context.catalog.resources.values()}
    today = local_date(context.now, group.BERLIN)
    for place in group.PLACES:
        _add_closures(context, locations[place.name], holidays(year, british=place.tzid == group.LONDON))
    for number, person in enumerate(group.PEOPLE):
        dice = random.Random(f"{seed}-{year}-{number}")
        _add_absences(context, resources[person.name], person.tzid, known_by(today, absences(year, dice)))
    _add_maintenance(context, resources, year)
    _add_overrides(context, locations, year)


def _add_closures(context: Context, location: str, days: Iterable[DaysOff]) -> None:
    for one in days:
        save_closure(context, ClosureDraft(one.reason, one.first, one.last, location))


def _add_absences(context: Context, resource: str, tzid: str, days: Iterable[DaysOff]) -> None:
    for one in days:
        start, end = day_bounds(one.first, tzid)[0], day_bounds(one.last, tzid)[1]
        save_time_off(context, TimeOffDraft(resource, start, end, one.reason))


def _add_maintenance(context: Context, resources: Mapping[str, str], year: int) -> None:
    """The ultrasound devices are looked after in spring and autumn."""
    for name in group.POOLS[group.ULTRASOUND]:
        for month in (3, 9):
            start = day_bounds(first_weekday(year, month, 2), group.BERLIN)[0] + 9 * 3600
            draft = TimeOffDraft(resources[name], start, start + 4 * 3600, "Maintenance")
            save_time_off(context, draft)


def _add_overrides(context: Context, locations: Mapping[str, str], year: int) -> None:
    """The centre is open late on the first Thursday of June, and closes early for the party in December."""
    owner = Owner(OwnerKind.LOCATION, locations[group.CENTRE])
    late = OverrideDraft(first_weekday(year, 6, 3), ((7 * 60, 22 * 60),))
    short = OverrideDraft(first_weekday(year, 12, 4), ((7 * 60, 14 * 60),))
    save_override(context, owner, late)
    save_override(context, owner, short)
