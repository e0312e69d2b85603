"""What the set-up tests share: contexts of an administrator, a manager and a viewer."""

from __future__ import annotations

from datetime import date

from app.access.permissions import ReadyMade
from app.operations.context import Context
from app.operations.setup.closures import ClosureDraft, save_closure
from app.operations.setup.locations import LocationDraft, save_location
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.services import RequirementDraft, ServiceDraft, save_service
from app.operations.setup.time_off import TimeOffDraft, save_time_off
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import Resource, User
from tests.cast import NOW, user


def context_of(store: Store, role: ReadyMade = ReadyMade.ADMINISTRATOR, now: int = NOW) -> Context:
    """Somebody with this role, at this time."""
    return Context(store, user(role), now)


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


def add_many(context: Context, count: int, first: int = 0) -> None:
    """``count`` records of every kind, numbered from ``first`` on."""
    for number in range(first, first + count):
        place, person = add_location(context, f"Centre {number}"), add_person(context, f"Person {number}")
        pool = save_pool(context, PoolDraft(f"Pool {number}", (person,)))
        needs = (RequirementDraft(pool=pool), RequirementDraft(resource=person))
        save_service(context, ServiceDraft(f"Service {number}", (30,), needs, (place,)))
        save_closure(context, ClosureDraft(f"Feast {number}", date(2031, 1, 1), date(2031, 1, 2), place))
        save_time_off(context, TimeOffDraft(person, context.now, context.now + 86_400, "Vacation"))
        add_user(context, f"user{number}@example.org", person)


def add_user(context: Context, email: str, person: str) -> None:
    """A provider's account without a password that fits: making a real one is slow on purpose."""
    resource = Resource.get(Resource.public_id == person).id
    stamps = {"public_id": new_public_id(), "created_at": context.now, "changed_at": context.now}
    context.store.write(
        lambda: User.create(name=email, email=email, role="provider", resource=resource, password_hash="", **stamps)
    )
