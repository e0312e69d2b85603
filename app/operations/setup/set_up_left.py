"""What an administrator still has to set up before, or should after, the first booking."""

from __future__ import annotations

from dataclasses import dataclass

from app.access.grants import Target
from app.access.permissions import Permission
from app.operations.context import Context


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to set up: its key, and whether that is done."""

    key: str
    is_done: bool


def look_at_set_up(context: Context) -> tuple[Step, ...]:
    """Return the steps to a place that can be booked, in the order in which they are taken.

    Raises:
        NotAllowed.
    """
    context.require(Permission.MANAGE_SETTINGS, Target())
    catalog = context.catalog
    places = [one for one in catalog.locations.values() if one.active]
    resources = [one for one in catalog.resources.values() if one.active]
    services = [one for one in catalog.services.values() if one.active]
    return (
        Step("place", bool(places)),
        Step("hours", any(one.weekly for one in places)),
        Step("resources", bool(resources)),
        Step("service", bool(services)),
        Step("offered", any(one.location_ids and one.requirements for one in services)),
    )
