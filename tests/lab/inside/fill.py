"""Run in the site's container, read from standard input: makes a service to book and prints its ids (JSON)."""

from __future__ import annotations

import json
import os

from app import clock
from app.access.actors import SYSTEM
from app.config import load_config
from app.operations.context import Context
from app.operations.setup.locations import LocationDraft, list_locations, save_location
from app.operations.setup.pools import PoolDraft, save_pool
from app.operations.setup.resources import ResourceDraft, save_resource
from app.operations.setup.services import RequirementDraft, ServiceDraft, list_services, save_service
from app.storage.store import open_store

PLACE, SERVICE = "Load Centre", "Load Consultation"
PROVIDERS = 4


def fill(context: Context) -> dict[str, str]:
    """Make one place that is always open, and a service that any of four people gives."""
    place = save_location(context, LocationDraft(PLACE, "UTC"))
    people = [
        save_resource(context, ResourceDraft(f"Load Person {number}", "person", "UTC")) for number in range(PROVIDERS)
    ]
    pool = save_pool(context, PoolDraft("Load People", tuple(people)))
    draft = ServiceDraft(SERVICE, (30,), (RequirementDraft(pool),), (place,), slot_interval_minutes=30)
    return {"service": save_service(context, draft), "location": place}


def find(context: Context) -> dict[str, str] | None:
    """Return the ids when it was made before."""
    places = [one.public_id for one in list_locations(context) if one.draft.name == PLACE]
    services = [one.public_id for one in list_services(context) if one.draft.name == SERVICE]
    return {"service": services[0], "location": places[0]} if services and places else None


def main() -> None:
    """Make it once and print it."""
    config = load_config(os.environ)
    store = open_store(config.database_url, config.master_key)
    context = Context(store, SYSTEM, clock.now())
    ids = find(context) or fill(context)
    store.close()
    print(json.dumps({**ids, "capacity": PROVIDERS}))


main()
