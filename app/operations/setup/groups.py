"""Groups: users who are given roles together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.grants import (
    GrantDraft,
    Holder,
    active_administrators,
    check_administrator_left,
    check_may_change,
    check_may_join,
    replace_grants,
    stored_group_grants,
)
from app.operations.outside.values import Source
from app.operations.saving import Key, Saved, check_name, edit, find_row, look, put
from app.operations.setup.workflow_asking import names_group
from app.operations.setup.workflow_assigning import uses_group
from app.operations.telling import Told
from app.storage.approval_tables import ApprovalPerson
from app.storage.rights_tables import OutsideGroup, RoleGrant, UserGroup, UserGroupMember
from app.storage.tables import User
from app.texts import _

MAX_OUTSIDE, MAX_OUTSIDE_NAME = 100, 500


@dataclass(frozen=True, slots=True)
class OutsideName:
    """What a group is called at a provider, or its whole name (DN) in the directory."""

    source: Source
    name: str


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """What a form says about a group; ``members`` are public ids of users.

    ``outside``: what it is called elsewhere, with the place; who signs in from there is in it as they are there.
    """

    name: str
    members: tuple[str, ...] = ()
    grants: tuple[GrantDraft, ...] = ()
    outside: tuple[OutsideName, ...] = ()


def save_group(context: Context, draft: GroupDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a group and return its public id.

    Raises:
        InvalidInput: also when no administrator would remain.
        NotAllowed: a role that changes hands, or somebody who is given or loses one, may do more than the actor.
        NotFound, StaleVersion.
    """

    def work() -> str:
        in_charge = active_administrators()
        name, members = check_name(UserGroup, draft.name, public_id), _user_ids(draft.members)
        outside = _checked(draft.outside)
        row = put(context, UserGroup, "group", Key(public_id, version), {"name": name})
        _exchange_members(context, row, members, are_roles_changed=_are_changed(row, draft.grants))
        replace_grants(context, Holder(group_id=row.id), draft.grants)
        _exchange_outside(context, row, outside)
        check_administrator_left(context, in_charge)
        return str(row.public_id)

    return edit(context, work, Permission.MANAGE_USERS, Told(Kind.GROUP, _draft, public_id))


def _user_ids(public_ids: Collection[str]) -> set[int]:
    wanted = set(public_ids)
    known = dict(User.select(User.public_id, User.id).where(User.public_id.in_(wanted)).tuples()) if wanted else {}
    return {known[one] if one in known else int(find_row(User, "user", one).id) for one in wanted}


def _are_changed(row: UserGroup, grants: Collection[GrantDraft]) -> bool:
    return set(stored_group_grants()[row.id]) != set(grants)


def _exchange_members(context: Context, row: UserGroup, members: set[int], *, are_roles_changed: bool) -> None:
    """Who comes or goes is given, or loses, all roles that the group has; who stays, those that change.

    That changes their accounts, also where a role may do nothing: it can ask for a second factor.
    """
    before = _member_ids(row)
    if before != members:
        check_may_join(context, row.id)
    _check_may_change_all(context, before | members if are_roles_changed else before ^ members)
    UserGroupMember.delete().where(UserGroupMember.group == row.id).execute()
    if members:
        UserGroupMember.insert_many([{"group": row.id, "user": one} for one in sorted(members)]).execute()


def _member_ids(row: UserGroup) -> set[int]:
    query = UserGroupMember.select(UserGroupMember.user).where(UserGroupMember.group == row.id)
    return {one for (one,) in query.tuples()}


def _check_may_change_all(context: Context, user_ids: Collection[int]) -> None:
    for user in User.select().where(User.id.in_(sorted(user_ids))).order_by(User.name):
        check_may_change(context, user)


def _checked(names: Collection[OutsideName]) -> list[OutsideName]:
    if len(names) > MAX_OUTSIDE:
        raise InvalidInput(
            "outside", _("Please give at most {most} names; a group of groups there may do instead.", most=MAX_OUTSIDE)
        )
    cleaned = [OutsideName(one.source, clean_line(one.name, one.source.value, MAX_OUTSIDE_NAME)) for one in names]
    for one in cleaned:
        if one.source is Source.LDAP and "=" not in one.name:
            raise InvalidInput(
                one.source.value, _("Please give whole names (DN), such as cn=desk,ou=groups,dc=example,dc=org.")
            )
    return list(dict.fromkeys(cleaned))


def _exchange_outside(context: Context, row: UserGroup, names: Collection[OutsideName]) -> None:
    """Whoever is in the group elsewhere gets all its roles, so giving it a name there is giving these away."""
    if set(names) != set(_outside(row.id)[row.id]):
        check_may_join(context, row.id)
    OutsideGroup.delete().where(OutsideGroup.group == row.id).execute()
    if names:
        values = [{"group": row.id, "source": one.source.value, "name": one.name} for one in names]
        OutsideGroup.insert_many(values).execute()


def _outside(group_id: int | None = None) -> dict[int, list[OutsideName]]:
    """Return what groups (all of them: None) are called elsewhere, by row id."""
    query = OutsideGroup.select(OutsideGroup.group, OutsideGroup.source, OutsideGroup.name)
    if group_id is not None:
        query = query.where(OutsideGroup.group == group_id)
    found: dict[int, list[OutsideName]] = defaultdict(list)
    for group, source, name in query.order_by(OutsideGroup.name).tuples():
        found[group].append(OutsideName(Source(source), name))
    return found


def remove_group(context: Context, public_id: str) -> None:
    """Delete a group; its members lose the roles that they had through it.

    Raises:
        InvalidInput: no administrator would remain, or a rule names it.
        NotAllowed: one of its roles or members may do more than the actor. NotFound.
    """

    def work() -> None:
        in_charge = active_administrators()
        row = find_row(UserGroup, "group", public_id)
        check_may_join(context, row.id)
        _check_may_change_all(context, _member_ids(row))
        if names_group(row.id):
            raise InvalidInput("group", _("A rule of approvals names this group; please change that rule first."))
        if uses_group(public_id):
            raise InvalidInput("group", _("A rule names this group; please change that rule first."))
        ApprovalPerson.delete().where(ApprovalPerson.group == row.id).execute()  # of what is over and decided
        RoleGrant.delete().where(RoleGrant.group == row.id).execute()
        UserGroupMember.delete().where(UserGroupMember.group == row.id).execute()
        OutsideGroup.delete().where(OutsideGroup.group == row.id).execute()
        row.delete_instance()
        _check_somebody_left(context, in_charge)

    edit(context, work, Permission.MANAGE_USERS, Told(Kind.GROUP, _draft, public_id))


def _check_somebody_left(context: Context, before: frozenset[int]) -> None:
    try:
        check_administrator_left(context, before)
    except InvalidInput as refusal:
        raise InvalidInput("group", refusal.problem) from refusal


def get_group(context: Context, public_id: str) -> Saved[GroupDraft]:
    """Return one group, or raise NotFound."""

    def work() -> Saved[GroupDraft]:
        row = find_row(UserGroup, "group", public_id)
        return _saved(row, _members()[row.id], stored_group_grants()[row.id], _outside(row.id)[row.id])

    return look(context, work, Permission.MANAGE_USERS)


def list_groups(context: Context) -> list[Saved[GroupDraft]]:
    """Return all groups by name, with a fixed number of queries."""

    def work() -> list[Saved[GroupDraft]]:
        members, grants, outside = _members(), stored_group_grants(), _outside()
        rows = UserGroup.select().order_by(UserGroup.name)
        return [_saved(row, members[row.id], grants[row.id], outside[row.id]) for row in rows]

    return look(context, work, Permission.MANAGE_USERS)


def _members() -> dict[int, list[str]]:
    query = UserGroupMember.select(UserGroupMember.group, User.public_id).join(User).order_by(User.name)
    found: dict[int, list[str]] = defaultdict(list)
    for group, user in query.tuples():
        found[group].append(user)
    return found


def _saved(
    row: UserGroup, members: list[str], grants: list[GrantDraft], outside: list[OutsideName]
) -> Saved[GroupDraft]:
    return Saved(row.public_id, row.version, GroupDraft(row.name, tuple(members), tuple(grants), tuple(outside)))


def _draft(public_id: str) -> GroupDraft:
    row = find_row(UserGroup, "group", public_id)
    return _saved(row, _members()[row.id], stored_group_grants()[row.id], _outside(row.id)[row.id]).draft
