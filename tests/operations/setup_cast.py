"""What the set-up tests share: contexts of an administrator, a manager and a viewer."""

from __future__ import annotations

from app.access.actors import Actor, ActorKind
from app.access.permissions import Role
from app.operations.context import Context
from app.operations.setup.locations import LocationDraft, save_location
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.resources import ResourceDraft, save_resource
from app.storage.store import Store
from tests.cast import NOW


def context_of(store: Store, role: Role = Role.ADMINISTRATOR, now: int = NOW) -> Context:
    """Somebody with this role, at this time."""
    return Context(store, Actor(ActorKind.USER, "Somebody", None, role), now)


def add_location(context: Context, name: str = "Centre") -> str:
    """A location in Berlin."""
    return save_location(context, LocationDraft(name, "Europe/Berlin"))


def add_person(context: Context, name: str = "Ada") -> str:
    """A person who works everywhere."""
    return save_resource(context, ResourceDraft(name, "person", "Europe/Berlin"))


def add_pool(context: Context, *names: str) -> str:
    """A pool of new people with these names."""
    members = tuple(add_person(context, name) for name in names)
    return save_pool(context, PoolDraft("Pool of " + names[0], members))
