"""What somebody was given, read from the database, and what a booking is to the decision about it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, Protocol

from app.access.actors import Actor, ActorKind
from app.access.grants import Grant, Scope, ScopeKind, Target
from app.access.permissions import READY_MADE, Extent, Extents, Permission, ReadyMade
from app.operations.records import resource_ids
from app.storage.rights_tables import UserGroupMember
from app.storage.statements import among, fetch
from app.storage.tables import Booking, ChangeRequest, Client, User

_EVERY_GRANT = """SELECT r.public_id, r.name, r.permissions, g.scope, g.location_id, g.service_id, g.pool_id,
g.resource_id, COALESCE(l.name, s.name, p.name, e.name), r.needs_second_factor, r.idle_minutes, r.session_hours,
g.user_id, g.group_id FROM role_grant g JOIN role r ON r.id = g.role_id
LEFT JOIN location l ON l.id = g.location_id LEFT JOIN service s ON s.id = g.service_id
LEFT JOIN pool p ON p.id = g.pool_id LEFT JOIN resource e ON e.id = g.resource_id """
_OF_ONE = "WHERE g.user_id = %s OR g.group_id IN (SELECT group_id FROM user_group_member WHERE user_id = %s) "
_IN_ORDER = "ORDER BY g.id"
_MEMBERS = "SELECT pool_id, resource_id FROM pool_member WHERE pool_id "


def actor_of(row: User) -> Actor:
    """Return somebody who signed in, with all that they were given; two queries at most, inside a read."""
    return Actor(
        ActorKind.USER, row.name, row.id, email=row.email, grants=grants_of(row.id), resource_id=row.resource_id
    )


def grants_of(user_id: int) -> tuple[Grant, ...]:
    """Return what a user was given, directly or through a group; a pool is its members as they are now."""
    return tuple(
        grant for grant, _user, _group in _grants(fetch(_EVERY_GRANT + _OF_ONE + _IN_ORDER, (user_id, user_id)))
    )


def actors_of(rows: Sequence[User]) -> list[Actor]:
    """Return several who sign in, in their order, as ``actor_of`` does each; three queries at most, inside a read."""
    groups: dict[int, set[int]] = defaultdict(set)
    for member in UserGroupMember.select().where(UserGroupMember.user.in_([row.id for row in rows])):
        groups[member.user_id].add(member.group_id)
    given = _grants(fetch(_EVERY_GRANT + _IN_ORDER, ())) if rows else []
    return [
        Actor(
            ActorKind.USER,
            row.name,
            row.id,
            email=row.email,
            grants=tuple(grant for grant, user, group in given if user == row.id or group in groups[row.id]),
            resource_id=row.resource_id,
        )
        for row in rows
    ]


def _grants(rows: Sequence[tuple[Any, ...]]) -> list[tuple[Grant, int | None, int | None]]:
    """Return grants with the row ids of the user or of the group that was given each."""
    pools = _members({row[6] for row in rows if row[6] is not None})
    return [(_grant(row[:-2], pools), row[-2], row[-1]) for row in rows]


def _grant(row: tuple[Any, ...], pools: dict[int, set[int]]) -> Grant:
    key, role, permissions, kind, location_id, service_id, pool_id, resource_id, name, needs_two, *limits = row
    resources = pools[pool_id] if pool_id is not None else {resource_id} - {None}
    scope = Scope(ScopeKind(kind), location_id or service_id, frozenset(resources), name or "")
    return Grant(role, extents_of(key, permissions), scope, bool(needs_two), *limits)


def extents_of(key: str, permissions: str) -> Extents:
    """Return what a role holds; the administrator's holds everything, whatever is added to the program later."""
    return READY_MADE[ReadyMade.ADMINISTRATOR].extents if key == ReadyMade.ADMINISTRATOR else read_extents(permissions)


@lru_cache(maxsize=256)
def read_extents(permissions: str) -> Extents:
    """Return a role's stored permissions; those that this program no longer knows are left out."""
    known = {one.value for one in Permission}
    stored = json.loads(permissions)
    return {Permission(name): Extent(extent) for name, extent in stored.items() if name in known}


def dump_extents(extents: Extents) -> str:
    """Return a role's permissions as they are stored."""
    return json.dumps({permission.value: extent.value for permission, extent in extents.items()})


def _members(pool_ids: Collection[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    if pool_ids:
        words, values = among(sorted(pool_ids))
        for pool_id, resource_id in fetch(_MEMBERS + words, values):
            found[pool_id].add(resource_id)
    return found


class Placed(Protocol):
    """A person, room or device, of the catalog or as a row."""

    @property
    def id(self) -> int:
        """Its row id."""

    @property
    def location_id(self) -> int | None:
        """Where it is; None: usable everywhere."""


def target_of_resource(resource: Placed) -> Target:
    """Return what the decision is asked about for a resource, its hours and its own times."""
    return Target(resource_ids=(resource.id,), location_id=resource.location_id)


def target_of(row: Booking, resources: Collection[int] | None = None) -> Target:
    """Return what the decision is asked about for a booking: with what it takes now, or with ``resources``."""
    taken = resource_ids(row) if resources is None else resources
    return Target(row.public_id, taken, row.location_id, row.service_id, user_of(row))


def deciding_target(row: Booking, change: ChangeRequest | None) -> Target:
    """Return what is asked about who declines a request: what a wished change would take counts, too."""
    if change is None:
        return target_of(row)
    return target_of(row, {*resource_ids(row), *json.loads(change.resource_ids)})


def approving_target(row: Booking, change: ChangeRequest | None) -> Target:
    """Return what is asked about who approves a request: of a wished change only what it would take.

    So the approver of one room decides about what wants to move into it, and not about what wants to leave it.
    """
    return target_of(row, None if change is None else json.loads(change.resource_ids))


def user_of(row: Booking) -> int | None:
    """Return the account that a booking was made for; no query where the client was read with it."""
    if row.client_id is None:
        return None
    client: Client = row.client
    user_id: int | None = client.user_id
    return user_id
