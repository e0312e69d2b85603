"""What a role may do, as data: every permission with its sentence of help, every ready-made role with its set."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Permission(StrEnum):
    """One thing that somebody may be allowed to do."""

    BOOK = "book"
    BOOK_FOR_OTHERS = "book_for_others"
    MOVE = "move"
    CANCEL = "cancel"
    APPROVE = "approve"
    OVERRIDE_RULES = "override_rules"
    SEE_FREEBUSY = "see_freebusy"
    SEE_DETAILS = "see_details"
    SEE_CLIENTS = "see_clients"
    EDIT_SETUP = "edit_setup"
    EDIT_USERS = "edit_users"
    SEE_OUTBOX = "see_outbox"


class Role(StrEnum):
    """The ready-made roles."""

    ADMINISTRATOR = "administrator"
    MANAGER = "manager"
    PROVIDER = "provider"
    FRONT_DESK = "front_desk"
    VIEWER = "viewer"
    AUDITOR = "auditor"


HELP: Mapping[Permission, str] = {
    Permission.BOOK: "Book services that the public page offers.",
    Permission.BOOK_FOR_OTHERS: "Book for any client, without minimum notice and booking window.",
    Permission.MOVE: "Move a booking to another time, provider or room.",
    Permission.CANCEL: "Cancel a booking, or mark it completed or as a no-show.",
    Permission.APPROVE: "Approve or decline requests.",
    Permission.OVERRIDE_RULES: "Book outside hours, grid and limits; never two bookings at once.",
    Permission.SEE_FREEBUSY: "See calendars as free or busy.",
    Permission.SEE_DETAILS: "See service, status and comment of bookings.",
    Permission.SEE_CLIENTS: "See names and contacts of clients.",
    Permission.EDIT_SETUP: "Edit locations, people, rooms, devices, pools, services, hours and closures.",
    Permission.EDIT_USERS: "Invite people and change their roles.",
    Permission.SEE_OUTBOX: "See messages that wait, were delivered, or were given up.",
}

_DESK = frozenset(
    {
        Permission.BOOK,
        Permission.BOOK_FOR_OTHERS,
        Permission.MOVE,
        Permission.CANCEL,
        Permission.SEE_FREEBUSY,
        Permission.SEE_DETAILS,
        Permission.SEE_CLIENTS,
    }
)

ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {Permission.EDIT_USERS},
    Role.PROVIDER: _DESK,
    Role.FRONT_DESK: _DESK,
    Role.VIEWER: frozenset({Permission.BOOK, Permission.SEE_FREEBUSY}),
    Role.AUDITOR: frozenset({Permission.SEE_FREEBUSY, Permission.SEE_DETAILS, Permission.SEE_OUTBOX}),
}
"""Providers have the front desk's permissions, but only for bookings that take themselves (see ``decision``)."""
