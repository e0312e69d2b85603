"""What may be allowed at all, as data: every permission with its words, and the roles that there are to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.texts import _, mark


class Permission(StrEnum):
    """One thing that somebody may be allowed to do. The value is what the database keeps."""

    BOOK_FOR_SELF = "book_for_self"
    BOOK_FOR_OTHERS = "book_for_others"
    MOVE = "move"
    CANCEL = "cancel"
    APPROVE = "approve"
    DECLINE = "decline"
    OVERRIDE_RULES = "override_rules"
    SEE_BUSY = "see_busy"
    SEE_TITLES = "see_titles"
    SEE_DETAILS = "see_details"
    SEE_CONTACTS = "see_contacts"
    SEE_CONFIDENTIAL = "see_confidential"
    EDIT_CLIENTS = "edit_clients"
    DATA_REQUESTS = "data_requests"
    EXPORT = "export"
    MANAGE_HOURS = "manage_hours"
    MANAGE_RESOURCES = "manage_resources"
    MANAGE_SERVICES = "manage_services"
    MANAGE_SETTINGS = "manage_settings"
    MANAGE_USERS = "manage_users"
    SEE_MESSAGES = "see_messages"
    READ_AUDIT = "read_audit"


class Extent(StrEnum):
    """How far a role's permission goes within what its grant covers."""

    OWN = "own"
    ALL = "all"


Extents = Mapping[Permission, Extent]


@dataclass(frozen=True, slots=True)
class Words:
    """A permission's name on pages and its sentence of help, to be said by ``_`` where they are shown."""

    name: str
    help: str


WORDS: Mapping[Permission, Words] = {
    Permission.BOOK_FOR_SELF: Words(
        mark("Book for oneself"), mark("Book services for yourself, by the rules that clients have.")
    ),
    Permission.BOOK_FOR_OTHERS: Words(
        mark("Book for others"), mark("Book for any client, without minimum notice and booking window.")
    ),
    Permission.MOVE: Words(mark("Move"), mark("Move a booking to another time, provider or room.")),
    Permission.CANCEL: Words(mark("Cancel"), mark("Cancel a booking, or mark it completed or as a no-show.")),
    Permission.APPROVE: Words(
        mark("Approve"),
        mark("Approve requests and wished changes; where rules name people for it, only their own steps."),
    ),
    Permission.DECLINE: Words(
        mark("Decline"),
        mark("Decline requests and wished changes; where rules name people for it, only their own steps."),
    ),
    Permission.OVERRIDE_RULES: Words(
        mark("Override rules"), mark("Book outside hours, grid and limits; never two bookings at once.")
    ),
    Permission.SEE_BUSY: Words(mark("See busy times"), mark("See calendars as free or busy.")),
    Permission.SEE_TITLES: Words(mark("See titles"), mark("See which service a booking is for.")),
    Permission.SEE_DETAILS: Words(mark("See details"), mark("See comments, wished changes and reasons for time off.")),
    Permission.SEE_CONTACTS: Words(mark("See contacts"), mark("See names and contacts of clients.")),
    Permission.SEE_CONFIDENTIAL: Words(
        mark("See confidential details"), mark("See answers to intake questions, and notes.")
    ),
    Permission.EDIT_CLIENTS: Words(mark("Edit clients"), mark("Correct names and contacts of clients.")),
    Permission.DATA_REQUESTS: Words(
        mark("Answer data requests"), mark("Hand a client all that is kept about them, and erase it for good.")
    ),
    Permission.EXPORT: Words(
        mark("Export"), mark("Download lists of bookings; the archive takes all other rights, too.")
    ),
    Permission.MANAGE_HOURS: Words(
        mark("Manage hours"), mark("Edit weekly hours, special days, time off and closures.")
    ),
    Permission.MANAGE_RESOURCES: Words(mark("Manage resources"), mark("Edit people, rooms, devices and pools.")),
    Permission.MANAGE_SERVICES: Words(mark("Manage services"), mark("Edit services with their rules and questions.")),
    Permission.MANAGE_SETTINGS: Words(
        mark("Manage settings"), mark("Edit locations and the settings of the whole installation.")
    ),
    Permission.MANAGE_USERS: Words(mark("Manage users"), mark("Invite people, shape roles and say who has them.")),
    Permission.SEE_MESSAGES: Words(
        mark("See messages"), mark("See messages that wait, were delivered, or could not be delivered.")
    ),
    Permission.READ_AUDIT: Words(mark("Read the audit log"), mark("Read who did and saw what.")),
}

GLOBAL = frozenset(
    {
        Permission.DATA_REQUESTS,
        Permission.EXPORT,
        Permission.MANAGE_SETTINGS,
        Permission.MANAGE_USERS,
        Permission.SEE_MESSAGES,
        Permission.READ_AUDIT,
    }
)
"""About the installation as a whole: they count only in a grant for everything, and have no own part."""

WITHOUT_OWN = GLOBAL | {Permission.BOOK_FOR_SELF, Permission.MANAGE_RESOURCES, Permission.MANAGE_SERVICES}
"""Permissions for which "only own" would mean nothing."""

NEEDS: Mapping[Permission, frozenset[Permission]] = {
    Permission.SEE_TITLES: frozenset({Permission.SEE_BUSY}),
    Permission.SEE_DETAILS: frozenset({Permission.SEE_TITLES}),
    Permission.SEE_CONTACTS: frozenset({Permission.SEE_TITLES}),
    Permission.SEE_CONFIDENTIAL: frozenset({Permission.SEE_CONTACTS}),
    Permission.BOOK_FOR_OTHERS: frozenset({Permission.SEE_BUSY}),
    Permission.MOVE: frozenset({Permission.SEE_TITLES}),
    Permission.CANCEL: frozenset({Permission.SEE_TITLES}),
    Permission.APPROVE: frozenset({Permission.SEE_TITLES}),
    Permission.DECLINE: frozenset({Permission.SEE_TITLES}),
    Permission.EDIT_CLIENTS: frozenset({Permission.SEE_CONTACTS}),
    Permission.DATA_REQUESTS: frozenset({Permission.SEE_CONFIDENTIAL}),
}
"""What a permission is of no use without; a role that lacks it is completed when it is saved."""


class ReadyMade(StrEnum):
    """The roles that an installation begins with; their keys, so that programs can name them after a renaming."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    PROVIDER = "provider"
    FRONT_DESK = "front_desk"
    VIEWER = "viewer"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class RoleText:
    """A ready-made role: its name, what it is for, and what it may."""

    name: str
    about: str
    extents: Extents


def all_of(*permissions: Permission) -> dict[Permission, Extent]:
    """Return these permissions without a limit to one's own."""
    return dict.fromkeys(permissions, Extent.ALL)


def own_of(*permissions: Permission) -> dict[Permission, Extent]:
    """Return these permissions for one's own bookings and times."""
    return dict.fromkeys(permissions, Extent.OWN)


_DESK = (
    Permission.BOOK_FOR_OTHERS,
    Permission.MOVE,
    Permission.CANCEL,
    Permission.SEE_TITLES,
    Permission.SEE_DETAILS,
    Permission.SEE_CONTACTS,
    Permission.EDIT_CLIENTS,
)

READY_MADE: Mapping[ReadyMade, RoleText] = {
    ReadyMade.ADMINISTRATOR: RoleText(
        mark("Administrator"), mark("May do everything; cannot be changed."), all_of(*Permission)
    ),
    ReadyMade.MANAGER: RoleText(
        mark("Manager"),
        mark("Runs the daily work of a place: set-up, requests, every booking, but no confidential answers."),
        all_of(
            Permission.BOOK_FOR_SELF,
            Permission.APPROVE,
            Permission.DECLINE,
            Permission.OVERRIDE_RULES,
            Permission.SEE_BUSY,
            Permission.EXPORT,
            Permission.MANAGE_HOURS,
            Permission.MANAGE_RESOURCES,
            Permission.MANAGE_SERVICES,
            Permission.MANAGE_SETTINGS,
            Permission.SEE_MESSAGES,
            *_DESK,
        ),
    ),
    ReadyMade.PROVIDER: RoleText(
        mark("Provider"),
        mark("Gives services: everything of their own bookings, of others only when they are busy."),
        all_of(Permission.BOOK_FOR_SELF, Permission.SEE_BUSY) | own_of(Permission.SEE_CONFIDENTIAL, *_DESK),
    ),
    ReadyMade.FRONT_DESK: RoleText(
        mark("Front desk"),
        mark("Books for everybody and sees contacts, but no confidential answers."),
        all_of(Permission.BOOK_FOR_SELF, Permission.SEE_BUSY, *_DESK),
    ),
    ReadyMade.VIEWER: RoleText(
        mark("Viewer"), mark("Sees when people, rooms and devices are busy."), all_of(Permission.SEE_BUSY)
    ),
    ReadyMade.AUDITOR: RoleText(
        mark("Auditor"), mark("Reads the audit log and nothing else."), all_of(Permission.READ_AUDIT)
    ),
}

_OURS = frozenset(text for one in READY_MADE.values() for text in (one.name, one.about))


def say_role(text: str) -> str:
    """Return a role's stored name, or what it is for, to be read: what an installation begins with is translated."""
    return _(text) if text in _OURS else text


def keep_role(typed: str) -> str:
    """Return what is stored of a role's typed name or purpose: the other way round, so that it stays translated."""
    return next((text for text in sorted(_OURS) if _(text) == typed.strip()), typed)


def completed(extents: Extents) -> dict[Permission, Extent]:
    """Return what a role holds, with all that its permissions are of no use without, as far as they reach."""
    found = dict(extents)
    pending = list(found)
    while pending:
        permission = pending.pop()
        for needed in NEEDS.get(permission, ()):
            if found.get(needed) in (Extent.ALL, found[permission]):
                continue
            found[needed] = found[permission]
            pending.append(needed)
    return {one: found[one] for one in Permission if one in found}
