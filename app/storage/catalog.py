"""Reading the whole set-up into one immutable catalog, by a fixed number of queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from app.booking.values import (
    Catalog,
    Closure,
    Condition,
    DateOverride,
    Label,
    Location,
    Pool,
    Question,
    QuestionKind,
    Requirement,
    Resource,
    ResourceKind,
    Service,
    TimeOff,
    Visibility,
    WallInterval,
    WeeklyHours,
)
from app.storage.catalog_approvals import load_approvals
from app.storage.catalog_workflow import load_workflow

LOOK = "look"
"""The setting that holds what pages and letters look like."""

Row = tuple[Any, ...]
Fetch = Callable[[str], list[Row]]
T = TypeVar("T")
Owned = Mapping[int, tuple[T, ...]]

_SERVICE_COLUMNS = (
    "id",
    "public_id",
    "name",
    "slot_interval_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_minutes",
    "booking_window_days",
    "change_notice_minutes",
    "limit_per_day",
    "limit_per_week",
    "limit_per_client",
    "capacity",
    "hold_minutes",
    "request_expiry_minutes",
    "offer_minutes",
    "confirm_minutes",
    "description",
)
"""Columns whose values are taken as they are; their names are those of ``Service``."""


def load_catalog(fetch: Fetch, revision: int) -> Catalog:
    """Return the set-up; ``fetch`` runs a query, ``revision`` is what the counter said before."""
    weekly, overrides, approvals = _weekly(fetch), _overrides(fetch), load_approvals(fetch)
    members = _members(fetch)
    return Catalog(
        revision=revision,
        locations=_locations(fetch, weekly, overrides),
        resources=_resources(fetch, weekly, overrides),
        services=_services(fetch, members, {one.service_id for one in approvals.values() if one.active}),
        pools=_pools(fetch, members),
        approvals=approvals,
        workflow=load_workflow(fetch),
        labels={row[0]: Label(*row) for row in fetch("SELECT id, public_id, name, hue FROM label ORDER BY name, id")},
        look=_look(fetch),
    )


def _look(fetch: Fetch) -> str:
    rows = fetch(f"SELECT value FROM setting WHERE key = '{LOOK}'")
    return str(rows[0][0]) if rows else ""


def _grouped(pairs: Iterable[tuple[Any, T]]) -> dict[Any, tuple[T, ...]]:
    found: dict[Any, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}


def _owner(location_id: int | None, resource_id: int | None) -> tuple[tuple[str, int | None], int | None]:
    """Return whose hours they are, and the location that a resource's hours are meant for."""
    if resource_id is None:
        return ("location", location_id), None
    return ("resource", resource_id), location_id


def _weekly(fetch: Fetch) -> dict[Any, tuple[WeeklyHours, ...]]:
    rows = fetch(
        "SELECT location_id, resource_id, weekday, start_minute, end_minute FROM weekly_hours "
        "ORDER BY weekday, start_minute, id"
    )
    pairs = []
    for location_id, resource_id, weekday, start, end in rows:
        owner, place = _owner(location_id, resource_id)
        pairs.append((owner, WeeklyHours(weekday, WallInterval(start, end), place)))
    return _grouped(pairs)


def _overrides(fetch: Fetch) -> dict[Any, tuple[DateOverride, ...]]:
    """Several rows of one owner, date and place are one override with several ranges."""
    rows = fetch(
        "SELECT location_id, resource_id, day, start_minute, end_minute FROM date_override "
        "ORDER BY day, start_minute, id"
    )
    ranges: dict[tuple[Any, str, int | None], list[WallInterval]] = {}
    for location_id, resource_id, day, start, end in rows:
        owner, place = _owner(location_id, resource_id)
        hours = ranges.setdefault((owner, day, place), [])
        if start is not None:
            hours.append(WallInterval(start, end))
    return _grouped(
        (owner, DateOverride(date.fromisoformat(day), tuple(hours), place))
        for (owner, day, place), hours in ranges.items()
    )


def _locations(
    fetch: Fetch, weekly: Mapping[Any, tuple[WeeklyHours, ...]], overrides: Mapping[Any, tuple[DateOverride, ...]]
) -> dict[int, Location]:
    closures = _closures(fetch)
    everywhere = closures.get(None, ())
    rows = fetch("SELECT id, public_id, name, tzid, address, active, check_in FROM location ORDER BY id")
    return {
        row_id: Location(
            id=row_id,
            public_id=public_id,
            name=name,
            tzid=tzid,
            weekly=weekly.get(("location", row_id), ()),
            overrides=overrides.get(("location", row_id), ()),
            closures=tuple(sorted((*closures.get(row_id, ()), *everywhere), key=lambda one: (one.first, one.last))),
            address=address,
            active=bool(active),
            check_in=bool(check_in),
        )
        for row_id, public_id, name, tzid, address, active, check_in in rows
    }


def _closures(fetch: Fetch) -> dict[int | None, tuple[Closure, ...]]:
    rows = fetch("SELECT location_id, first_day, last_day, name FROM closure ORDER BY first_day, id")
    return _grouped(
        (place, Closure(date.fromisoformat(first), date.fromisoformat(last), name)) for place, first, last, name in rows
    )


def _resources(
    fetch: Fetch, weekly: Mapping[Any, tuple[WeeklyHours, ...]], overrides: Mapping[Any, tuple[DateOverride, ...]]
) -> dict[int, Resource]:
    away = _grouped(
        (resource_id, TimeOff(start, end, reason))
        for resource_id, start, end, reason in fetch(
            "SELECT resource_id, start_at, end_at, reason FROM time_off ORDER BY start_at, id"
        )
    )
    rows = fetch("SELECT id, public_id, name, kind, tzid, location_id, active FROM resource ORDER BY id")
    return {
        row_id: Resource(
            id=row_id,
            public_id=public_id,
            name=name,
            kind=ResourceKind(kind),
            tzid=tzid,
            location_id=location_id,
            weekly=weekly.get(("resource", row_id), ()),
            overrides=overrides.get(("resource", row_id), ()),
            time_off=away.get(row_id, ()),
            active=bool(active),
        )
        for row_id, public_id, name, kind, tzid, location_id, active in rows
    }


def _services(fetch: Fetch, members: Owned[int], ruled: Collection[int | None]) -> dict[int, Service]:
    """Return the services; those of ``ruled`` have a rule of their own, so they need approval in any case."""
    requirements = _requirements(fetch, members)
    rows = fetch("SELECT service_id, location_id FROM service_location ORDER BY location_id")
    places: dict[int, tuple[int, ...]] = _grouped((service_id, place) for service_id, place in rows)
    names = ", ".join(_SERVICE_COLUMNS)
    rows = fetch(
        f"SELECT {names}, needs_approval, visibility, active, durations_minutes, questions FROM service ORDER BY id"
    )
    found = {row[0]: _service(row, requirements.get(row[0], ()), places.get(row[0], ())) for row in rows}
    return {key: replace(one, needs_approval=True) if key in ruled else one for key, one in found.items()}


def _service(row: Row, requirements: tuple[Requirement, ...], location_ids: tuple[int, ...]) -> Service:
    plain = dict(zip(_SERVICE_COLUMNS, row, strict=False))
    needs_approval, visibility, active, durations, questions = row[len(_SERVICE_COLUMNS) :]
    return Service(
        **plain,
        durations_minutes=tuple(json.loads(durations)),
        requirements=requirements,
        location_ids=location_ids,
        needs_approval=bool(needs_approval),
        visibility=Visibility(visibility),
        questions=tuple(_question(one) for one in json.loads(questions)),
        active=bool(active),
    )


def _question(stored: Mapping[str, Any]) -> Question:
    return Question(
        public_id=stored["public_id"],
        label=stored["label"],
        kind=QuestionKind(stored["kind"]),
        required=stored["required"],
        choices=tuple(stored["choices"]),
        help=stored.get("help", ""),
        only_if=Condition(stored["only_if"], tuple(stored["only_if_answers"])) if stored.get("only_if") else None,
    )


def _members(fetch: Fetch) -> Owned[int]:
    """Return the members of each pool."""
    rows = fetch("SELECT pool_id, resource_id FROM pool_member ORDER BY resource_id")
    return _grouped((pool_id, member) for pool_id, member in rows)


def _pools(fetch: Fetch, members: Owned[int]) -> dict[int, Pool]:
    rows = fetch("SELECT id, public_id, name FROM pool")
    return {row_id: Pool(row_id, public_id, name, members.get(row_id, ())) for row_id, public_id, name in rows}


def _requirements(fetch: Fetch, members: Owned[int]) -> dict[int, tuple[Requirement, ...]]:
    rows = fetch(
        "SELECT q.service_id, q.id, q.count, q.pool_id, p.name, q.resource_id, r.name FROM service_requirement q "
        "LEFT JOIN pool p ON p.id = q.pool_id LEFT JOIN resource r ON r.id = q.resource_id "
        "ORDER BY q.service_id, q.position, q.id"
    )
    pairs = []
    for service_id, row_id, count, pool_id, pool_name, resource_id, resource_name in rows:
        ids = members.get(pool_id, ()) if resource_id is None else (resource_id,)
        name = pool_name if resource_id is None else resource_name
        pairs.append((service_id, Requirement(row_id, name, ids, count)))
    return _grouped(pairs)
