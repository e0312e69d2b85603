"""The form of roles: every permission with its help, and how far it goes."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from app.access.permissions import GLOBAL, WITHOUT_OWN, WORDS, Extent, Permission, ReadyMade, keep_role, say_role
from app.booking.refusals import InvalidInput
from app.operations.accounts import session_limits
from app.operations.context import Context
from app.operations.setup import roles
from app.operations.setup.roles import RoleDraft
from app.texts import _, mark
from app.web.setup.kinds import Kind, Words, say_all
from app.web.setup.places import ticked
from app.web.setup.reading import Typed

AREAS = {
    mark("Booking"): (
        Permission.BOOK_FOR_SELF,
        Permission.BOOK_FOR_OTHERS,
        Permission.MOVE,
        Permission.CANCEL,
        Permission.APPROVE,
        Permission.DECLINE,
        Permission.OVERRIDE_RULES,
    ),
    mark("Seeing calendars and bookings"): (
        Permission.SEE_BUSY,
        Permission.SEE_TITLES,
        Permission.SEE_DETAILS,
        Permission.SEE_CONTACTS,
        Permission.SEE_CONFIDENTIAL,
    ),
    mark("Clients and lists"): (Permission.EDIT_CLIENTS, Permission.DATA_REQUESTS, Permission.EXPORT),
    mark("Set-up"): (
        Permission.MANAGE_HOURS,
        Permission.MANAGE_RESOURCES,
        Permission.MANAGE_SERVICES,
        Permission.MANAGE_SETTINGS,
    ),
    mark("The installation"): (Permission.MANAGE_USERS, Permission.SEE_MESSAGES, Permission.READ_AUDIT),
}
"""Permissions in the order of the form."""

_ANSWERS = {"": mark("No"), Extent.OWN.value: mark("Own only"), Extent.ALL.value: mark("Yes")}


def _read(context: Context, typed: Typed) -> RoleDraft:
    extents = {
        one: _extent(typed.text(f"may-{one.value}"), one) for one in Permission if typed.text(f"may-{one.value}")
    }
    name, about = keep_role(typed.text("name")), keep_role(typed.text("about"))
    limits = typed.optional_number("idle_minutes"), typed.optional_number("session_hours")
    return RoleDraft(name, about, extents, typed.flag("needs_second_factor"), *limits)


def _extent(text: str, permission: Permission) -> Extent:
    try:
        return Extent(text)
    except ValueError as error:
        raise InvalidInput(f"may-{permission.value}", _("Please choose one of the answers of the list.")) from error


def _show(context: Context, draft: RoleDraft) -> MultiDict[str, str]:
    chosen = {f"may-{permission.value}": extent.value for permission, extent in draft.extents.items()}
    needs_two = ticked({"needs_second_factor": draft.needs_second_factor})
    limits = {"idle_minutes": draft.idle_minutes, "session_hours": draft.session_hours}
    typed = {name: str(number or "") for name, number in limits.items()}
    return MultiDict({"name": say_role(draft.name), "about": say_role(draft.about), **typed, **chosen, **needs_two})


def _choices(permission: Permission) -> list[tuple[str, str]]:
    answers = say_all(_ANSWERS)
    return [one for one in answers.items() if one[0] != Extent.OWN.value or permission not in WITHOUT_OWN]


def _options(context: Context) -> dict[str, Any]:
    return {
        "areas": AREAS,
        "words": WORDS,
        "whole": GLOBAL,
        "choices": {one: _choices(one) for one in Permission},
        "counts": roles.count_grants(context),
        "fixed": ReadyMade.ADMINISTRATOR.value,
        "limits": session_limits,
    }


ROLES = Kind(
    slug="roles",
    words=Words(
        one=mark("Role"),
        many=mark("Roles"),
        new=mark("New role"),
        saved=mark("Role saved."),
        none=mark("There are no roles yet."),
        remove=mark("Remove this role"),
        removed=mark("Role removed."),
    ),
    list=roles.list_roles,
    get=roles.get_role,
    save=roles.save_role,
    read=_read,
    show=_show,
    blank=lambda context: MultiDict(),
    options=_options,
    remove=roles.remove_role,
    permission=Permission.MANAGE_USERS,
)
