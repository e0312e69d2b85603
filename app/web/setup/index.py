"""What can be set up, in the order in which a new installation needs it, and what is still missing."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.values import Catalog, Location, Resource, ResourceKind, Service
from app.texts import _, plural


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the index: ``endpoint`` is the list page; ``state`` says what is there, ``missing`` what is not.

    ``permission``: who may edit anything of it; ``everywhere``: only those who have it for everything.
    ``or_everywhere``: who has this one for everything may, too. ``takes_all``: only those who may do everything.
    """

    permission: Permission
    endpoint: str
    title: str
    about: str
    state: str = ""
    missing: str = ""
    everywhere: bool = False
    or_everywhere: Permission | None = None
    takes_all: bool = False


def list_steps(catalog: Catalog) -> list[tuple[str, list[Step]]]:
    """Return the steps under the headings of the index; later ones build on earlier ones."""
    return [
        (_("Basics"), [_example_step(), *_record_steps(catalog), *_hours_steps()]),
        (_("People and rights"), list(_people_steps())),
        (_("Public page and look"), list(_public_steps())),
        (_("Mails and rules"), list(_rule_steps())),
        (_("Data"), list(_data_steps())),
    ]


def _record_steps(catalog: Catalog) -> list[Step]:
    places = [one for one in catalog.locations.values() if one.active]
    resources = [one for one in catalog.resources.values() if one.active]
    services = [one for one in catalog.services.values() if one.active]
    return [
        Step(
            Permission.MANAGE_SETTINGS,
            "setup.list_locations",
            _("Locations"),
            _("Where bookings take place: address, time zone and opening hours."),
            plural("{number} location", "{number} locations", len(places)),
            _missing_at_places(places),
        ),
        Step(
            Permission.MANAGE_RESOURCES,
            "setup.list_resources",
            _("People, rooms and devices"),
            _("Who gives services and what they need, each with hours of their own where these differ."),
            ", ".join(_kinds(resources)),
            "" if resources else _("Add the people who give services first, then rooms and devices."),
        ),
        Step(
            Permission.MANAGE_RESOURCES,
            "setup.list_pools",
            _("Pools"),
            _("Groups of which any one will do, such as all treatment rooms. Needed only where a service may choose."),
        ),
        Step(
            Permission.MANAGE_SERVICES,
            "setup.list_services",
            _("Services"),
            _("What can be booked: how long, how often, by whom, and what it takes."),
            plural("{number} service", "{number} services", len(services)),
            _missing_at_services(catalog, services),
        ),
    ]


def _example_step() -> Step:
    return Step(
        Permission.MANAGE_USERS,
        "setup.presets",
        _("Start from an example"),
        _("A whole site with one click: clinic, technical team, consultancy, public office, or a file of your own."),
        everywhere=True,
    )


def _hours_steps() -> Iterator[Step]:
    permission = Permission.MANAGE_HOURS
    yield Step(
        permission,
        "setup.list_hours",
        _("Hours"),
        _("When locations are open and people, rooms and devices are available."),
    )
    yield Step(
        permission,
        "setup.list_closures",
        _("Closures and holidays"),
        _("Days on which one location or all of them are closed."),
    )
    yield Step(
        permission,
        "setup.list_time_off",
        _("Time off"),
        _("Vacation and illness of people, maintenance of rooms and devices."),
    )


def _people_steps() -> Iterator[Step]:
    permission = Permission.MANAGE_USERS
    yield Step(permission, "setup.list_users", _("Users"), _("Who may sign in, and with which roles."))
    yield Step(permission, "setup.list_groups", _("Groups"), _("Users who are given roles together."))
    yield Step(
        permission, "setup.list_roles", _("Roles"), _("What people may do and see, for everything or for a part.")
    )
    yield Step(
        permission,
        "setup.list_approvals",
        _("Approval rules"),
        _("Who has to say yes before a booking counts: for a whole service, or a person, room or device."),
    )


def _rule_steps() -> Iterator[Step]:
    yield Step(
        Permission.MANAGE_SETTINGS,
        "setup.list_mail_texts",
        _("Mail texts"),
        _("What mails to clients and to those who sign in say, in each language."),
        everywhere=True,
    )
    yield Step(
        Permission.MANAGE_SETTINGS,
        "setup.list_rules",
        _("Rules"),
        _("What happens by itself: reminders, who is written to, labels, and approval where conditions are met."),
        everywhere=True,
    )
    yield Step(
        Permission.MANAGE_SETTINGS,
        "setup.list_labels",
        _("Labels"),
        _("Words that bookings may carry, such as “to call back”."),
        everywhere=True,
    )


def _data_steps() -> Iterator[Step]:
    yield Step(
        Permission.MANAGE_RESOURCES,
        "setup.moving_in",
        _("Import data"),
        _("Clients, people, rooms and devices from the lines of a spreadsheet."),
        everywhere=True,
    )
    yield Step(
        Permission.DATA_REQUESTS,
        "data_register.index",
        _("Data register"),
        _("Which personal data are kept where, what for and how long: for the data protection officer."),
    )
    yield Step(
        Permission.EXPORT,
        "export.index",
        _("Export"),
        _("Everything as one archive, to keep or to move somewhere else."),
        takes_all=True,
    )


def _public_steps() -> Iterator[Step]:
    yield Step(
        Permission.MANAGE_SETTINGS,
        "setup.look",
        _("Look and words"),
        _("Name, logo, colours, typeface, what those who come are called, legal links and the public start page."),
        everywhere=True,
    )
    yield Step(
        Permission.MANAGE_SETTINGS,
        "setup.features",
        _("Features and formats"),
        _("What the site offers at all, how dates and times are written, and which days a week has."),
        everywhere=True,
    )
    yield Step(
        Permission.MANAGE_SERVICES,
        "setup.share",
        _("Share and embed"),
        _("Links, QR codes, and the booking in a page of your own site."),
        or_everywhere=Permission.MANAGE_SETTINGS,
    )


def _kinds(resources: Collection[Resource]) -> Iterator[str]:
    people, rooms, devices = (
        sum(resource.kind is kind for resource in resources)
        for kind in (ResourceKind.PERSON, ResourceKind.ROOM, ResourceKind.DEVICE)
    )
    yield plural("{number} person", "{number} people", people)
    yield plural("{number} room", "{number} rooms", rooms)
    yield plural("{number} device", "{number} devices", devices)


def _missing_at_places(places: Collection[Location]) -> str:
    if not places:
        return _("Add the first location to begin.")
    always = [one.name for one in places if not one.weekly]
    return _("Without weekly hours, so always open: {names}.", names=", ".join(always)) if always else ""


def _missing_at_services(catalog: Catalog, services: Collection[Service]) -> str:
    if not services:
        return _("Nothing can be booked yet: add a service.")
    never = [one.name for one in services if not any(_can_be_given(catalog, one, at) for at in one.location_ids)]
    if not never:
        return ""
    return _("Can be booked nowhere, because what they take is missing or off: {names}.", names=", ".join(never))


def _can_be_given(catalog: Catalog, service: Service, location_id: int) -> bool:
    """Whether a location has enough of everything that a service takes, were nothing booked."""
    if not catalog.locations[location_id].active:
        return False
    here = {one.id for one in catalog.resources.values() if one.active and one.location_id in (None, location_id)}
    return all(len(here.intersection(need.resource_ids)) >= need.count for need in service.requirements)
