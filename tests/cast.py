"""The cast of the tests: small installations, written straight into the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.access.actors import Actor, ActorKind
from app.access.grants import EVERYTHING, Grant, Scope
from app.access.permissions import READY_MADE, Permission, ReadyMade, all_of, own_of
from app.booking.values import Instant
from app.operations.rights import dump_extents
from app.storage.public_ids import new_public_id
from app.storage.rights_tables import Role, RoleGrant
from app.storage.store import Store
from app.storage.tables import (
    Client,
    Location,
    OutboxMessage,
    Pool,
    PoolMember,
    Resource,
    Service,
    ServiceLocation,
    ServiceRequirement,
    User,
    WeeklyHours,
)

MONDAY = 1_893_456_000 + 6 * 86_400
"""Monday 2030-01-07, 00:00 UTC."""

NOW = MONDAY - 3 * 86_400
HOUR = 3600


def granted(role: ReadyMade, scope: Scope = EVERYTHING) -> Grant:
    """Return a ready-made role as somebody has it."""
    return Grant(READY_MADE[role].name, READY_MADE[role].extents, scope)


def user(
    role: ReadyMade | None, resource_id: int | None = None, name: str = "Somebody", user_id: int | None = None
) -> Actor:
    """Return somebody who is signed in and has a ready-made role for everything, or none."""
    grants = () if role is None else (granted(role),)
    return Actor(ActorKind.USER, name, user_id, grants=grants, resource_id=resource_id)


@dataclass(frozen=True, slots=True)
class Need:
    """What a service takes: ``count`` of these resources."""

    resource_ids: Sequence[int]
    count: int = 1


@dataclass
class Cast:
    """An installation in the making; names map to public ids and row ids."""

    store: Store
    now: Instant = NOW
    rows: dict[str, int] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    def _keep(self, name: str, row: Location | Resource | Service | User) -> int:
        self.rows[name], self.ids[name] = row.id, row.public_id
        return int(row.id)

    def _stamps(self) -> dict[str, int | str]:
        return {"public_id": new_public_id(), "created_at": self.now, "changed_at": self.now}

    def location(self, name: str, tzid: str = "UTC", hours: tuple[int, int] | None = (8 * 60, 18 * 60)) -> int:
        """Add a location, open every day between these minutes (None: always)."""
        row = Location.create(name=name, tzid=tzid, **self._stamps())
        opens, closes = hours or (0, 0)
        for weekday in range(7) if hours else ():
            WeeklyHours.create(location=row.id, weekday=weekday, start_minute=opens, end_minute=closes)
        return self._keep(name, row)

    def resource(self, name: str, kind: str = "person", location: str | None = None, tzid: str = "UTC") -> int:
        """Add a person, room or device."""
        place = self.rows[location] if location else None
        row = Resource.create(name=name, kind=kind, tzid=tzid, location=place, **self._stamps())
        return self._keep(name, row)

    def resources(self, names: Iterable[str], kind: str = "person") -> list[int]:
        """Add several resources of one kind."""
        return [self.resource(name, kind) for name in names]

    def service(self, name: str, needs: Sequence[Need], locations: Sequence[str], **values: object) -> int:
        """Add a service of 30 minutes that takes these needs; a need of one resource is no pool."""
        durations = json.dumps(values.pop("durations", [30]))
        row = Service.create(name=name, durations_minutes=durations, **{**self._stamps(), **values})
        for location in locations:
            ServiceLocation.create(service=row.id, location=self.rows[location])
        for position, need in enumerate(needs):
            self._require(row.id, position, need)
        return self._keep(name, row)

    def _require(self, service_id: int, position: int, need: Need) -> None:
        if len(need.resource_ids) == 1:
            ServiceRequirement.create(service=service_id, position=position, resource=need.resource_ids[0])
            return
        pool = Pool.create(name=f"pool {service_id}.{position}", **self._stamps())
        for resource_id in need.resource_ids:
            PoolMember.create(pool=pool.id, resource=resource_id)
        ServiceRequirement.create(service=service_id, position=position, pool=pool.id, count=need.count)

    def user(self, name: str, role: str, resource: str | None = None, password_hash: str | None = None) -> int:
        """Add somebody who signs in and has a role (its public id) for everything; administrators have a password."""
        if password_hash is None:
            password_hash = "set" if role == ReadyMade.ADMINISTRATOR else ""
        email = f"{name.lower().replace(' ', '.')}@example.org"
        person = self.rows[resource] if resource else None
        row = User.create(name=name, email=email, resource=person, password_hash=password_hash, **self._stamps())
        RoleGrant.create(role=Role.get(Role.public_id == role).id, user=row.id)
        return self._keep(name, row)

    def role(self, name: str, *permissions: Permission, own: Iterable[Permission] = ()) -> str:
        """Add a role that holds these permissions for all, and others for one's own; returns its public id."""
        extents = all_of(*permissions) | own_of(*own)
        row = Role.create(name=name, permissions=dump_extents(extents), **self._stamps())
        return str(row.public_id)


def change_row(row: Client | OutboxMessage, **values: object) -> None:
    """Write these values, confidential ones too, into a row; for ``Store.write``."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(only=list(values))


def one_provider(store: Store, **values: object) -> Cast:
    """Make one location, one provider and one service of 30 minutes that takes them."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        provider = cast.resource("Ada")
        cast.service("Consultation", [Need([provider])], ["Centre"], **values)
        store.bump_catalog()

    store.write(fill)
    return cast


def pool_of(store: Store, count: int, **values: object) -> Cast:
    """Make one location and one service that takes any one of ``count`` providers."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        providers = cast.resources(f"Provider {number}" for number in range(count))
        cast.service("Consultation", [Need(providers)], ["Centre"], **values)
        store.bump_catalog()

    store.write(fill)
    return cast


def treatment(store: Store, size: int = 10, **values: object) -> Cast:
    """Make one service that takes a provider, a room and a device, each out of a pool."""
    cast = Cast(store)

    def fill() -> None:
        cast.location("Centre")
        needs = [
            Need(cast.resources((f"{kind} {number}" for number in range(size)), kind))
            for kind in ("person", "room", "device")
        ]
        cast.service("Treatment", needs, ["Centre"], **values)
        store.bump_catalog()

    store.write(fill)
    return cast
