"""The forms of locations, resources, pools and closures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.values import Location, Resource, ResourceKind, Service
from app.booking.wall_clock import local_date
from app.operations.context import Context
from app.operations.saving import known_zones
from app.operations.setup import closures, locations, pools, resources
from app.texts import _, mark
from app.web.context import site
from app.web.setup.check_records import without_check
from app.web.setup.kinds import Kind, Words, say_all
from app.web.setup.reading import Typed

Fields = MultiDict[str, str]
KIND_WORDS = {
    ResourceKind.PERSON: mark("Person"),
    ResourceKind.ROOM: mark("Room"),
    ResourceKind.DEVICE: mark("Device"),
}
KINDS_WORDS = {
    ResourceKind.PERSON: mark("People"),
    ResourceKind.ROOM: mark("Rooms"),
    ResourceKind.DEVICE: mark("Devices"),
}
NEW_WORDS = {
    ResourceKind.PERSON: mark("New person"),
    ResourceKind.ROOM: mark("New room"),
    ResourceKind.DEVICE: mark("New device"),
}


def ticked(fields: Mapping[str, bool]) -> dict[str, str]:
    """Return the boxes that are ticked, as a browser would send them."""
    return {name: "1" for name, is_on in fields.items() if is_on}


def _read_location(context: Context, typed: Typed) -> locations.LocationDraft:
    return locations.LocationDraft(
        name=typed.text("name"),
        tzid=typed.text("tzid"),
        address=typed.text("address"),
        active=typed.flag("active"),
        check_in=typed.flag("check_in"),
    )


def _show_location(context: Context, draft: locations.LocationDraft) -> Fields:
    fields = {"name": draft.name, "tzid": draft.tzid, "address": draft.address}
    return MultiDict(fields | ticked({"active": draft.active, "check_in": draft.check_in}))


LOCATIONS = Kind(
    slug="locations",
    words=Words(
        one=mark("Location"),
        many=mark("Locations"),
        new=mark("New location"),
        saved=mark("Location saved."),
        none=mark("There are no locations yet."),
    ),
    list=locations.list_locations,
    get=locations.get_location,
    save=locations.save_location,
    read=_read_location,
    show=_show_location,
    blank=lambda context: MultiDict({"tzid": first_zone(context), "active": "1"}),
    options=lambda context: {"zones": known_zones()},
    permission=Permission.MANAGE_SETTINGS,
)


def first_zone(context: Context) -> str:
    """Return the zone to offer first: that of the first location, else the site's own."""
    found = without_check(context, context.catalog.locations.values())
    return found[0].tzid if found else site().config.time_zone


def _read_resource(context: Context, typed: Typed) -> resources.ResourceDraft:
    return resources.ResourceDraft(
        name=typed.text("name"),
        kind=typed.text("kind"),
        tzid=typed.text("tzid"),
        location=typed.optional("location"),
        active=typed.flag("active"),
    )


def _show_resource(context: Context, draft: resources.ResourceDraft) -> Fields:
    fields = {"name": draft.name, "kind": draft.kind, "tzid": draft.tzid, "location": draft.location or ""}
    return MultiDict(fields | ticked({"active": draft.active}))


def _resource_options(context: Context) -> dict[str, Any]:
    return {
        "zones": known_zones(),
        "kinds": say_all(KIND_WORDS),
        "filters": say_all(KINDS_WORDS),
        "new_words": say_all(NEW_WORDS),
        "wanted": _wanted_kind(),
        "locations": location_names(context),
    }


def _wanted_kind() -> str:
    """Return the kind of resource that the address narrows the page to; empty: all."""
    wanted = request.args.get("kind", "")
    return wanted if wanted in list(ResourceKind) else ""


def location_names(context: Context) -> dict[str, str]:
    """Return the names of all locations by public id, sorted; those that are switched off say so."""
    found = sorted(without_check(context, context.catalog.locations.values()), key=lambda one: one.name.casefold())
    return {one.public_id: _shown_name(one) for one in found}


def _shown_name(record: Location | Resource | Service) -> str:
    return record.name if record.active else _("{name} (off)", name=record.name)


def resource_names(context: Context) -> dict[str, str]:
    """Return the names of all resources by public id; those that are switched off say so."""
    return {one.public_id: _shown_name(one) for one in without_check(context, context.catalog.resources.values())}


def resource_groups(context: Context) -> dict[str, dict[str, str]]:
    """Return the names of all resources by public id, sorted, under the headings of their kinds."""
    return {_(KINDS_WORDS[kind]): names for kind, names in resources_by_kind(context).items()}


def resources_by_kind(context: Context) -> dict[ResourceKind, dict[str, str]]:
    """Return the names of all resources by public id, sorted, for each kind."""
    groups: dict[ResourceKind, dict[str, str]] = {kind: {} for kind in KINDS_WORDS}
    for one in sorted(without_check(context, context.catalog.resources.values()), key=lambda one: one.name.casefold()):
        groups[one.kind][one.public_id] = _shown_name(one)
    return groups


def service_names(context: Context) -> dict[str, str]:
    """Return the names of all services by public id, sorted."""
    found = sorted(without_check(context, context.catalog.services.values()), key=lambda one: one.name.casefold())
    return {one.public_id: _shown_name(one) for one in found}


RESOURCES = Kind(
    slug="resources",
    words=Words(
        one=mark("Person, room or device"),
        many=mark("People, rooms and devices"),
        new=mark("New person, room or device"),
        saved=mark("Person, room or device saved."),
    ),
    list=lambda context: resources.list_resources(context, _wanted_kind()),
    get=resources.get_resource,
    save=resources.save_resource,
    read=_read_resource,
    show=_show_resource,
    blank=lambda context: MultiDict({"tzid": first_zone(context), "kind": _wanted_kind() or "person", "active": "1"}),
    options=_resource_options,
    permission=Permission.MANAGE_RESOURCES,
)


def _show_pool(context: Context, draft: pools.PoolDraft) -> Fields:
    return MultiDict([("name", draft.name), *(("members", one) for one in draft.members)])


def _pool_options(context: Context) -> dict[str, Any]:
    return {
        "groups": resource_groups(context),
        "names": resource_names(context),
        "uses": pools.pool_uses(context),
    }


POOLS = Kind(
    slug="pools",
    words=Words(
        one=mark("Pool"),
        many=mark("Pools"),
        new=mark("New pool"),
        saved=mark("Pool saved."),
        none=mark("There are no pools yet."),
        remove=mark("Remove this pool"),
        removed=mark("Pool removed."),
    ),
    list=pools.list_pools,
    get=pools.get_pool,
    save=pools.save_pool,
    read=lambda context, typed: pools.PoolDraft(typed.text("name"), typed.many("members")),
    show=_show_pool,
    blank=lambda context: MultiDict(),
    options=_pool_options,
    permission=Permission.MANAGE_RESOURCES,
    remove=pools.remove_pool,
)


def _read_closure(context: Context, typed: Typed) -> closures.ClosureDraft:
    first = typed.day("first")
    last = typed.day("last") if typed.optional("last") else first
    return closures.ClosureDraft(typed.text("name"), first, last, typed.optional("location"))


def _show_closure(context: Context, draft: closures.ClosureDraft) -> Fields:
    days = {"first": draft.first.isoformat(), "last": draft.last.isoformat()}
    return MultiDict({"name": draft.name, "location": draft.location or "", **days})


CLOSURES = Kind(
    slug="closures",
    words=Words(
        one=mark("Closure"),
        many=mark("Closures and holidays"),
        new=mark("New closure"),
        saved=mark("Closure saved."),
        remove=mark("Remove this closure"),
        removed=mark("Closure removed."),
    ),
    list=lambda context: closures.list_closures(context, local_date(context.now, first_zone(context))),
    get=closures.get_closure,
    save=closures.save_closure,
    read=_read_closure,
    show=_show_closure,
    blank=lambda context: MultiDict({"location": request.args.get("location", "")}),
    options=lambda context: {"locations": location_names(context)},
    permission=Permission.MANAGE_HOURS,
    remove=closures.remove_closure,
)
