"""Resources: people who give services, rooms and devices that are used."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import JOIN

from app.booking.refusals import InvalidInput
from app.booking.values import ResourceKind
from app.operations.context import Context
from app.operations.setup.saving import Key, Saved, check_name, check_zone, edit, find_row, look, put
from app.storage.tables import Location, Resource


@dataclass(frozen=True, slots=True)
class ResourceDraft:
    """What a form says about a resource; ``location`` is a public id, None where it can be used everywhere."""

    name: str
    kind: str
    tzid: str
    location: str | None = None
    active: bool = True


def save_resource(
    context: Context, draft: ResourceDraft, public_id: str | None = None, version: int | None = None
) -> str:
    """Make or change a person, room or device and return its public id.

    Raises:
        NotAllowed, NotFound, StaleVersion, InvalidInput.
    """

    def work() -> str:
        values = {
            "name": check_name(Resource, draft.name, public_id),
            "kind": _check_kind(draft.kind),
            "tzid": check_zone(draft.tzid),
            "location": _location_id(draft),
            "active": draft.active,
        }
        return str(put(context, Resource, "resource", Key(public_id, version), values).public_id)

    return edit(context, work)


def _check_kind(kind: str) -> str:
    if kind not in {one.value for one in ResourceKind}:
        raise InvalidInput("kind", "Please choose whether this is a person, a room or a device.")
    return kind


def _location_id(draft: ResourceDraft) -> int | None:
    if draft.location is not None:
        return int(find_row(Location, "location", draft.location).id)
    if draft.kind == ResourceKind.ROOM:
        raise InvalidInput("location", "A room is at one place; please choose its location.")
    return None


def get_resource(context: Context, public_id: str) -> Saved[ResourceDraft]:
    """Return one resource, or raise NotFound."""
    return look(context, lambda: _saved(find_row(Resource, "resource", public_id)))


def list_resources(context: Context, kind: str = "") -> list[Saved[ResourceDraft]]:
    """Return all resources (of one kind): active ones first, people before rooms before devices, then by name."""
    query = Resource.select(Resource, Location).join(Location, JOIN.LEFT_OUTER)
    if kind:
        query = query.where(Resource.kind == kind)
    rank = {one.value: number for number, one in enumerate(ResourceKind)}
    rows = look(context, lambda: list(query))
    rows.sort(key=lambda row: (not row.active, rank[row.kind], row.name.casefold()))
    return [_saved(row) for row in rows]


def _saved(row: Resource) -> Saved[ResourceDraft]:
    place = None if row.location is None else row.location.public_id
    return Saved(row.public_id, row.version, ResourceDraft(row.name, row.kind, row.tzid, place, row.active))
