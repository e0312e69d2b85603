"""What somebody was given: roles, each for everything or for a part of the installation."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from app.access.permissions import Extents


class ScopeKind(StrEnum):
    """What part of the installation a grant covers."""

    EVERYTHING = "everything"
    LOCATION = "location"
    SERVICE = "service"
    POOL = "pool"
    RESOURCE = "resource"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked about, by row ids: a booking, a person's calendar, a location's hours.

    ``booking`` is a public id, ``user_id`` the account that a booking was made for. What does not apply stays empty;
    an empty target lies within nothing less than everything.
    """

    booking: str | None = None
    resource_ids: Collection[int] = ()
    location_id: int | None = None
    service_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """The part that a grant covers. ``row_id``: location or service; ``resource_ids``: the resource, or the pool's."""

    kind: ScopeKind = ScopeKind.EVERYTHING
    row_id: int | None = None
    resource_ids: frozenset[int] = frozenset()
    name: str = ""

    def covers(self, target: Target) -> bool:
        """Say whether what is asked about lies in this part; of several resources one is enough."""
        if self.kind is ScopeKind.EVERYTHING:
            return True
        if self.kind is ScopeKind.LOCATION:
            return target.location_id == self.row_id
        if self.kind is ScopeKind.SERVICE:
            return target.service_id == self.row_id
        return not self.resource_ids.isdisjoint(target.resource_ids)


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class Grant:
    """A role as somebody has it: its name, what it may, where, and whether it asks for two factors.

    ``idle_minutes``, ``session_hours``: how long it lets a session last; None: as long as everybody's.
    """

    role: str
    extents: Extents
    scope: Scope = EVERYTHING
    needs_second_factor: bool = False
    idle_minutes: int | None = None
    session_hours: int | None = None
