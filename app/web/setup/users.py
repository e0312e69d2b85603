"""The form of users."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from app.access.permissions import HELP, ROLE_PERMISSIONS, Permission, Role
from app.operations.context import Context
from app.operations.setup import users
from app.operations.setup.users import UserDraft
from app.web.setup.kinds import Kind
from app.web.setup.places import resource_groups, resource_names, ticked
from app.web.setup.reading import Typed

ROLE_WORDS = {role: role.value.replace("_", " ").capitalize() for role in Role}


def _read(context: Context, typed: Typed) -> UserDraft:
    return UserDraft(
        email=typed.text("email"),
        name=typed.text("name"),
        role=typed.text("role"),
        resource=typed.optional("resource"),
        active=typed.flag("active"),
        password=typed.text("password") or None,
    )


def _show(context: Context, draft: UserDraft) -> MultiDict[str, str]:
    fields = {"email": draft.email, "name": draft.name, "role": draft.role, "resource": draft.resource or ""}
    return MultiDict(fields | ticked({"active": draft.active}))


def _options(context: Context) -> dict[str, Any]:
    rights = {role: [HELP[one] for one in HELP if one in ROLE_PERMISSIONS[role]] for role in Role}
    return {
        "roles": ROLE_WORDS,
        "rights": rights,
        "resources": resource_groups(context)["People"],
        "names": resource_names(context),
    }


USERS = Kind(
    slug="users",
    one="user",
    many="Users",
    list=users.list_users,
    get=users.get_user,
    save=users.save_user,
    read=_read,
    show=_show,
    blank=lambda context: MultiDict({"role": Role.FRONT_DESK.value, "active": "1"}),
    options=_options,
    permission=Permission.EDIT_USERS,
)
