"""Services: what can be booked, with their rules, requirements, intake questions and locations."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import clean_text
from app.booking.refusals import InvalidInput
from app.booking.values import DAY_MINUTES, Visibility
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import Key, Saved, check_name, check_number, edit, find_row, look, put, require_all
from app.operations.setup.questions import QuestionDraft, check_questions, dump_questions, load_questions
from app.operations.telling import Told
from app.storage.tables import Location, Pool, PoolMember, Resource, Service, ServiceLocation, ServiceRequirement
from app.texts import _, plural

MAX_DESCRIPTION = 2000
MAX_DURATIONS = 10
MAX_REQUIREMENTS = 20
YEAR_MINUTES = 366 * DAY_MINUTES
NUMBERS: Mapping[str, tuple[int, int]] = {
    "slot_interval_minutes": (1, DAY_MINUTES),
    "buffer_before_minutes": (0, DAY_MINUTES),
    "buffer_after_minutes": (0, DAY_MINUTES),
    "minimum_notice_minutes": (0, YEAR_MINUTES),
    "booking_window_days": (1, 730),
    "change_notice_minutes": (0, YEAR_MINUTES),
    "capacity": (1, 100),
    "request_expiry_minutes": (10, YEAR_MINUTES),
    "offer_minutes": (5, 7 * DAY_MINUTES),
}
"""Least and most of each number of a service, both included."""
LIMITS = ("limit_per_day", "limit_per_week", "limit_per_client")
OPTIONAL: Mapping[str, tuple[int, int]] = {
    **dict.fromkeys(LIMITS, (1, 10_000)),
    "anonymise_after_days": (1, 50 * 366),
    "confirm_minutes": (5, DAY_MINUTES),
}
"""Least and most of each number that may be left out."""


@dataclass(frozen=True, slots=True)
class RequirementDraft:
    """``count`` members of a pool, or one single resource; exactly one of both is named, by public id."""

    pool: str | None = None
    resource: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """What a form says about a service; ``locations`` are public ids.

    A limit of None means no limit, ``anonymise_after_days`` of None that clients' details are kept without an end,
    ``confirm_minutes`` of None that visitors are not asked to confirm by mail.
    """

    name: str
    durations_minutes: tuple[int, ...]
    requirements: tuple[RequirementDraft, ...] = ()
    locations: tuple[str, ...] = ()
    slot_interval_minutes: int = 15
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    minimum_notice_minutes: int = 0
    booking_window_days: int = 90
    change_notice_minutes: int = 0
    limit_per_day: int | None = None
    limit_per_week: int | None = None
    limit_per_client: int | None = None
    capacity: int = 1
    needs_approval: bool = False
    request_expiry_minutes: int = 2 * DAY_MINUTES
    offer_minutes: int = 120
    visibility: str = Visibility.PUBLIC.value
    questions: tuple[QuestionDraft, ...] = ()
    description: str = ""
    anonymise_after_days: int | None = None
    confirm_minutes: int | None = None
    active: bool = True


def save_service(
    context: Context, draft: ServiceDraft, public_id: str | None = None, version: int | None = None
) -> str:
    """Make or change a service and return its public id; bookings made before keep their length and resources.

    Raises:
        InvalidInput: with the field that has to be mended; also where it newly takes what the actor manages only by
            roles for this service.
        NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        values = _values(draft, public_id)
        locations = [find_row(Location, "location", one).id for one in dict.fromkeys(draft.locations)]
        if not locations:
            raise InvalidInput("locations", _("Please choose at least one location where this service is given."))
        require_all(context, Permission.MANAGE_SERVICES, [*_as_it_was(public_id), *_targets(public_id, locations)])
        requirements = _requirement_rows(draft.requirements)
        _check_may_take(context, values["name"], _taken_at(locations, requirements) - _taken_before(public_id))
        row = put(context, Service, "service", Key(public_id, version), values)
        _replace_parts(row.id, locations, requirements)
        return str(row.public_id)

    return edit(context, work, Permission.MANAGE_SERVICES, Told(Kind.SERVICE, _draft, public_id))


def _as_it_was(public_id: str | None) -> list[Target]:
    places = ServiceLocation.select(ServiceLocation.location).join(Service).where(Service.public_id == public_id)
    return [] if public_id is None else _targets(public_id, [one for (one,) in places.tuples()])


def _targets(public_id: str | None, location_ids: Iterable[int]) -> list[Target]:
    """Return what is asked about: who edits a service has to have the right wherever it is given."""
    service_id = None if public_id is None else find_row(Service, "service", public_id).id
    return [Target(location_id=one, service_id=service_id) for one in location_ids]


def _taken_before(public_id: str | None) -> set[tuple[int, int]]:
    row = None if public_id is None else find_row(Service, "service", public_id)
    if row is None:
        return set()
    places = ServiceLocation.select(ServiceLocation.location).where(ServiceLocation.service == row.id).tuples()
    needs = ServiceRequirement.select(ServiceRequirement.pool, ServiceRequirement.resource)
    stored = needs.where(ServiceRequirement.service == row.id).tuples()
    return _taken_at([one for (one,) in places], [{"pool": pool, "resource": single} for pool, single in stored])


def _taken_at(location_ids: Iterable[int], requirements: Sequence[Mapping[str, Any]]) -> set[tuple[int, int]]:
    """Return the resources that a service may take, each with a location where it may take them, by row ids."""
    pools, singles = ({one[kind] for one in requirements} - {None} for kind in ("pool", "resource"))
    members = PoolMember.select(PoolMember.resource).where(PoolMember.pool.in_(sorted(pools)))
    rows = Resource.select().where(Resource.id.in_(members) | Resource.id.in_(sorted(singles)))
    return {(row.id, place) for row in rows for place in location_ids if row.location_id in (None, place)}


def _check_may_take(context: Context, service: str, added: Collection[tuple[int, int]]) -> None:
    """Who has roles for one service alone cannot widen them to people, rooms and devices that it did not take.

    They have to be in the actor's charge there by another role: for the location, for a pool, for themselves.
    """
    in_charge = Permission.MANAGE_SERVICES, Permission.MANAGE_RESOURCES
    for resource_id, location_id in sorted(added):
        there = Target(resource_ids=(resource_id,), location_id=location_id)
        if not any(context.may(one, there) for one in in_charge):
            problem = _(
                "Only somebody who manages services or resources there, not this service alone, "
                "can let {service} take {name} at {location}.",
                service=service,
                name=Resource.get_by_id(resource_id).name,
                location=Location.get_by_id(location_id).name,
            )
            raise InvalidInput("requirements", problem)


def _values(draft: ServiceDraft, public_id: str | None) -> dict[str, Any]:
    numbers = {name: _number(name, getattr(draft, name)) for name in NUMBERS}
    questions = check_questions(draft.questions, _known_questions(public_id))
    return numbers | {
        "name": check_name(Service, draft.name, public_id),
        "description": clean_text(draft.description, "description", MAX_DESCRIPTION),
        "durations_minutes": json.dumps(_durations(draft.durations_minutes)),
        **{name: _optional(getattr(draft, name), name) for name in OPTIONAL},
        "needs_approval": draft.needs_approval,
        "visibility": _visibility(draft.visibility),
        "questions": dump_questions(questions),
        "active": draft.active,
    }


def _known_questions(public_id: str | None) -> set[str]:
    row = None if public_id is None else Service.get_or_none(Service.public_id == public_id)
    stored = () if row is None else load_questions(row.questions)
    return {one.public_id for one in stored if one.public_id is not None}


def _number(name: str, value: int) -> int:
    least, most = NUMBERS[name]
    return check_number(value, name, least, most, span_words if name.endswith("_minutes") else str)


def span_words(minutes: int) -> str:
    """Return a length of time in its largest whole unit, such as "1 hour", "90 minutes" or "2 days"."""
    if minutes and minutes % DAY_MINUTES == 0:
        return plural("{number} day", "{number} days", minutes // DAY_MINUTES)
    if minutes and minutes % 60 == 0:
        return plural("{number} hour", "{number} hours", minutes // 60)
    return plural("{number} minute", "{number} minutes", minutes)


def _durations(durations: Iterable[int]) -> list[int]:
    wanted = list(dict.fromkeys(durations))
    if not wanted:
        raise InvalidInput("durations_minutes", _("Please give at least one duration in minutes, such as 30."))
    if len(wanted) > MAX_DURATIONS:
        raise InvalidInput("durations_minutes", _("Please give at most {most} durations.", most=MAX_DURATIONS))
    return [check_number(one, "durations_minutes", 1, DAY_MINUTES, span_words) for one in wanted]


def _optional(value: int | None, field: str) -> int | None:
    return None if value is None else check_number(value, field, *OPTIONAL[field])


def _visibility(value: str) -> str:
    if value not in {one.value for one in Visibility}:
        raise InvalidInput("visibility", _("Please choose who may see and book this service."))
    return value


def _requirement_rows(requirements: Sequence[RequirementDraft]) -> list[dict[str, Any]]:
    """Return rows without their service; checks that each count can be had, and no resource is asked for twice."""
    if len(requirements) > MAX_REQUIREMENTS:
        problem = _("Please give at most {most} lines of what it takes.", most=MAX_REQUIREMENTS)
        raise InvalidInput("requirements", problem)
    rows, singles = [], set()
    for position, one in enumerate(requirements):
        if (one.pool is None) == (one.resource is None):
            raise InvalidInput("requirements", _("Please choose a pool or a single resource in every line."))
        if one.resource is not None:
            if one.resource in singles or one.count != 1:
                raise InvalidInput("requirements", _("A single resource can be taken only once; please use a pool."))
            singles.add(one.resource)
        pool_id = None if one.pool is None else _large_pool_id(one.pool, one.count)
        resource_id = None if one.resource is None else find_row(Resource, "resource", one.resource).id
        rows.append({"position": position, "pool": pool_id, "resource": resource_id, "count": one.count})
    if not rows:
        raise InvalidInput("requirements", _("Please choose at least one person, room, device or pool that it takes."))
    return rows


def _large_pool_id(public_id: str, count: int) -> int:
    row = find_row(Pool, "pool", public_id)
    size = PoolMember.select().where(PoolMember.pool == row.id).count()
    if not 1 <= count <= size:
        problem = _("The pool {pool} has {size} members; please take from 1 to {size} of it.", pool=row.name, size=size)
        raise InvalidInput("requirements", problem)
    return int(row.id)


def _replace_parts(service_id: int, locations: list[int], requirements: list[dict[str, Any]]) -> None:
    ServiceLocation.delete().where(ServiceLocation.service == service_id).execute()
    ServiceLocation.insert_many([{"service": service_id, "location": one} for one in locations]).execute()
    ServiceRequirement.delete().where(ServiceRequirement.service == service_id).execute()
    ServiceRequirement.insert_many([{"service": service_id, **one} for one in requirements]).execute()


def get_service(context: Context, public_id: str) -> Saved[ServiceDraft]:
    """Return one service, or raise NotFound."""

    def work() -> Saved[ServiceDraft]:
        row = find_row(Service, "service", public_id)
        require_all(context, Permission.MANAGE_SERVICES, _as_it_was(public_id))
        return _saved(row, _locations(row.id)[row.id], _requirements(row.id)[row.id])

    return look(context, work, Permission.MANAGE_SERVICES)


def list_services(context: Context) -> list[Saved[ServiceDraft]]:
    """Return the services that the actor may edit, active ones first, then by name, in three queries."""

    def work() -> list[Saved[ServiceDraft]]:
        locations, requirements = _locations(), _requirements()
        rows = Service.select().order_by(Service.active.desc(), Service.name)
        mine = [row for row in rows if _may_edit(context, row.id)]
        return [_saved(row, locations[row.id], requirements[row.id]) for row in mine]

    return look(context, work, Permission.MANAGE_SERVICES)


def _may_edit(context: Context, service_id: int) -> bool:
    places = context.catalog.services[service_id].location_ids
    return all(
        context.may(Permission.MANAGE_SERVICES, Target(location_id=one, service_id=service_id)) for one in places
    )


def _locations(service_id: int | None = None) -> dict[int, list[str]]:
    query = ServiceLocation.select(ServiceLocation.service, Location.public_id).join(Location).order_by(Location.name)
    if service_id is not None:
        query = query.where(ServiceLocation.service == service_id)
    found: dict[int, list[str]] = defaultdict(list)
    for service, location in query.tuples():
        found[service].append(location)
    return found


def _requirements(service_id: int | None = None) -> dict[int, list[RequirementDraft]]:
    query = (
        ServiceRequirement.select(
            ServiceRequirement.service, Pool.public_id, Resource.public_id, ServiceRequirement.count
        )
        .left_outer_join(Pool, on=ServiceRequirement.pool == Pool.id)
        .left_outer_join(Resource, on=ServiceRequirement.resource == Resource.id)
        .order_by(ServiceRequirement.position)
    )
    if service_id is not None:
        query = query.where(ServiceRequirement.service == service_id)
    found: dict[int, list[RequirementDraft]] = defaultdict(list)
    for service, pool, resource, count in query.tuples():
        found[service].append(RequirementDraft(pool, resource, count))
    return found


def _saved(row: Service, locations: list[str], requirements: list[RequirementDraft]) -> Saved[ServiceDraft]:
    plain = (*NUMBERS, *OPTIONAL, "name", "description", "needs_approval", "visibility", "active")
    draft = ServiceDraft(
        **{name: getattr(row, name) for name in plain},
        durations_minutes=tuple(json.loads(row.durations_minutes)),
        requirements=tuple(requirements),
        locations=tuple(locations),
        questions=load_questions(row.questions),
    )
    return Saved(row.public_id, row.version, draft)


def _draft(public_id: str) -> ServiceDraft:
    row = find_row(Service, "service", public_id)
    return _saved(row, _locations(row.id)[row.id], _requirements(row.id)[row.id]).draft
