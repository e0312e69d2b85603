"""Resources: people who give services, rooms and devices that are used."""

from __future__ import annotations

from dataclasses import dataclass

from peewee import JOIN

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import ResourceKind
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.grants import check_gains_nothing
from app.operations.rights import target_of_resource
from app.operations.saving import Key, Saved, check_name, check_zone, edit, find_row, look, put, require_all
from app.operations.telling import Told
from app.storage.tables import Location, Resource
from app.texts import _


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
        InvalidInput: also at another location where the actor may do more with it. NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        values = {
            "name": check_name(Resource, draft.name, public_id),
            "kind": _check_kind(draft.kind),
            "tzid": check_zone(draft.tzid),
            "location": _location_id(draft),
            "active": draft.active,
        }
        was, becomes = _targets(public_id, values["location"])
        require_all(context, Permission.MANAGE_RESOURCES, (was, becomes))
        check_gains_nothing(context, was, becomes)
        return str(put(context, Resource, "resource", Key(public_id, version), values).public_id)

    return edit(context, work, Permission.MANAGE_RESOURCES, Told(Kind.RESOURCE, _draft, public_id))


def _targets(public_id: str | None, location_id: object) -> tuple[Target, Target]:
    """Return what is asked about: the resource as it was and as it is to become; twice the same of a new one."""
    wished = location_id if isinstance(location_id, int) else None
    if public_id is None:
        return Target(location_id=wished), Target(location_id=wished)
    row = find_row(Resource, "resource", public_id)
    return target_of_resource(row), Target(resource_ids=(row.id,), location_id=wished)


def _check_kind(kind: str) -> str:
    if kind not in {one.value for one in ResourceKind}:
        raise InvalidInput("kind", _("Please choose whether this is a person, a room or a device."))
    return kind


def _location_id(draft: ResourceDraft) -> int | None:
    if draft.location is not None:
        return int(find_row(Location, "location", draft.location).id)
    if draft.kind == ResourceKind.ROOM:
        raise InvalidInput("location", _("A room is at one location; please choose which."))
    return None


def get_resource(context: Context, public_id: str) -> Saved[ResourceDraft]:
    """Return one resource, or raise NotFound or NotAllowed."""

    def work() -> Saved[ResourceDraft]:
        row = find_row(Resource, "resource", public_id)
        context.require(Permission.MANAGE_RESOURCES, target_of_resource(row))
        return _saved(row)

    return look(context, work, Permission.MANAGE_RESOURCES)


def list_resources(context: Context, kind: str = "") -> list[Saved[ResourceDraft]]:
    """Return the resources (of one kind) that the actor may edit.

    Active ones first, people before rooms before devices, then by name.
    """
    query = Resource.select(Resource, Location).join(Location, JOIN.LEFT_OUTER)
    if kind:
        query = query.where(Resource.kind == kind)
    rank = {one.value: number for number, one in enumerate(ResourceKind)}
    rows = look(context, lambda: list(query), Permission.MANAGE_RESOURCES)
    rows.sort(key=lambda row: (not row.active, rank[row.kind], row.name.casefold()))
    return [_saved(row) for row in rows if context.may(Permission.MANAGE_RESOURCES, target_of_resource(row))]


def _saved(row: Resource) -> Saved[ResourceDraft]:
    place = None if row.location is None else row.location.public_id
    return Saved(row.public_id, row.version, ResourceDraft(row.name, row.kind, row.tzid, place, row.active))


def _draft(public_id: str) -> ResourceDraft:
    return _saved(find_row(Resource, "resource", public_id)).draft
