"""The forms of users and groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import flash
from werkzeug.datastructures import MultiDict

from app.access.permissions import Permission
from app.booking.values import ResourceKind
from app.operations.accounts.account_clients import keeps_former_address
from app.operations.context import Context
from app.operations.outside.links import list_ended, list_links
from app.operations.outside.values import Source
from app.operations.setup import groups, users
from app.operations.setup.groups import GroupDraft, OutsideName
from app.operations.setup.users import UserDraft
from app.texts import _, mark
from app.web.context import site
from app.web.setup.grant_lines import GRANTS, grant_fields, grant_options, read_grants
from app.web.setup.kinds import Kind, Words
from app.web.setup.places import resource_names, resources_by_kind, ticked
from app.web.setup.reading import Typed


@dataclass(frozen=True, slots=True)
class OutsideWords:
    """What a user's page says about an account elsewhere."""

    waits: str
    linked: str
    offer: str
    link: str


OUTSIDE_WORDS: Mapping[Source, OutsideWords] = {
    Source.LDAP: OutsideWords(
        mark("Whoever signs in by the directory next with this email address becomes this account."),
        mark("{name} signs in by the directory; name, email address and groups come from there."),
        mark(
            "Let whoever signs in by the directory next with this email address be {name}. "
            "Be sure that it is their address there, too."
        ),
        mark("Link with the directory"),
    ),
    Source.OIDC: OutsideWords(
        mark("Whoever signs in by the OpenID provider next with this email address becomes this account."),
        mark("{name} signs in by the OpenID provider; name, email address and groups come from there."),
        mark(
            "Let whoever signs in by the OpenID provider next with this email address be {name}. "
            "Be sure that it is their address there, too."
        ),
        mark("Link with the OpenID provider"),
    ),
}


def _read(context: Context, typed: Typed) -> UserDraft:
    return UserDraft(
        email=typed.text("email"),
        name=typed.text("name"),
        grants=read_grants(typed),
        resource=typed.optional("resource"),
        active=typed.flag("active"),
        password=typed.text("password") or None,
    )


def _save(context: Context, draft: UserDraft, public_id: str | None, version: int | None) -> str:
    saved = users.save_user(context, draft, public_id, version)
    if keeps_former_address(context, saved):
        flash(
            _("What this user books for themselves keeps the former email address: a client has the new one already.")
        )
    return saved


def _show(context: Context, draft: UserDraft) -> MultiDict[str, str]:
    fields = {"email": draft.email, "name": draft.name, "resource": draft.resource or ""}
    return MultiDict([*(fields | ticked({"active": draft.active})).items(), *grant_fields(draft.grants)])


def _options(context: Context) -> dict[str, Any]:
    people = {"resources": resources_by_kind(context)[ResourceKind.PERSON], "names": resource_names(context)}
    outside = {
        "sources": {one.value for one in site().sources.present},
        "outside_words": OUTSIDE_WORDS,
        "links_of": lambda one: list_links(context, one),
        "ended_of": lambda one: {source.value for source in list_ended(context, one)},
    }
    return people | grant_options(context) | {"groups_of": _groups_of(context)} | outside


def _groups_of(context: Context) -> dict[str, list[str]]:
    """Return the names of the groups that each user is in, by public id."""
    found: dict[str, list[str]] = {}
    for group in groups.list_groups(context):
        for member in group.draft.members:
            found.setdefault(member, []).append(group.draft.name)
    return found


USERS = Kind(
    slug="users",
    words=Words(
        one=mark("User"),
        many=mark("Users"),
        new=mark("New user"),
        saved=mark("User saved."),
        none=mark("There are no users yet."),
    ),
    list=users.list_users,
    get=users.get_user,
    save=_save,
    read=_read,
    show=_show,
    blank=lambda context: MultiDict({"active": "1", **GRANTS}),
    options=_options,
    tables={"grants": GRANTS},
    permission=Permission.MANAGE_USERS,
)


def _show_group(context: Context, draft: GroupDraft) -> MultiDict[str, str]:
    members = (("members", one) for one in draft.members)
    outside = [(one.value, "\n".join(name.name for name in draft.outside if name.source is one)) for one in Source]
    return MultiDict([("name", draft.name), *members, *grant_fields(draft.grants), *outside])


def _read_group(context: Context, typed: Typed) -> GroupDraft:
    outside = tuple(
        OutsideName(one, line) for one in Source for line in typed.text(one.value).splitlines() if line.strip()
    )
    return GroupDraft(typed.text("name"), typed.many("members"), read_grants(typed), outside)


def _group_options(context: Context) -> dict[str, Any]:
    people = {one.public_id: one.draft.name for one in users.list_users(context)}
    return {"people": people, "sources": {one.value for one in site().sources.present}} | grant_options(context)


GROUPS = Kind(
    slug="groups",
    words=Words(
        one=mark("Group"),
        many=mark("Groups"),
        new=mark("New group"),
        saved=mark("Group saved."),
        none=mark("There are no groups yet."),
        remove=mark("Remove this group"),
        removed=mark("Group removed."),
    ),
    list=groups.list_groups,
    get=groups.get_group,
    save=groups.save_group,
    read=_read_group,
    show=_show_group,
    blank=lambda context: MultiDict(GRANTS),
    options=_group_options,
    remove=groups.remove_group,
    tables={"grants": GRANTS},
    permission=Permission.MANAGE_USERS,
)
