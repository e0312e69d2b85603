"""Groups: users who are given roles together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.setup.grants import (
    GrantDraft,
    Holder,
    check_administrator_left,
    check_may_join,
    replace_grants,
    stored_group_grants,
)
from app.operations.setup.saving import Key, Saved, check_name, edit, find_row, look, put
from app.storage.approval_tables import ApprovalPerson
from app.storage.rights_tables import RoleGrant, UserGroup, UserGroupMember
from app.storage.tables import User


@dataclass(frozen=True, slots=True)
class GroupDraft:
    """What a form says about a group; ``members`` are public ids of users."""

    name: str
    members: tuple[str, ...] = ()
    grants: tuple[GrantDraft, ...] = ()


def save_group(context: Context, draft: GroupDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a group and return its public id.

    Raises:
        InvalidInput: also when no administrator would remain.
        NotAllowed: a role that changes hands may do more than the actor. NotFound, StaleVersion.
    """

    def work() -> str:
        name, members = check_name(UserGroup, draft.name, public_id), _user_ids(draft.members)
        row = put(context, UserGroup, "group", Key(public_id, version), {"name": name})
        _exchange_members(context, row, members)
        replace_grants(context, Holder(group_id=row.id), draft.grants)
        check_administrator_left()
        return str(row.public_id)

    return edit(context, work, Permission.MANAGE_USERS)


def _user_ids(public_ids: Collection[str]) -> set[int]:
    wanted = set(public_ids)
    known = dict(User.select(User.public_id, User.id).where(User.public_id.in_(wanted)).tuples()) if wanted else {}
    return {known[one] if one in known else int(find_row(User, "user", one).id) for one in wanted}


def _exchange_members(context: Context, row: UserGroup, members: set[int]) -> None:
    """Who comes or goes is given, or loses, all roles that the group has."""
    before = UserGroupMember.select(UserGroupMember.user).where(UserGroupMember.group == row.id)
    if {one for (one,) in before.tuples()} != members:
        check_may_join(context, row.id)
    UserGroupMember.delete().where(UserGroupMember.group == row.id).execute()
    if members:
        UserGroupMember.insert_many([{"group": row.id, "user": one} for one in sorted(members)]).execute()


def remove_group(context: Context, public_id: str) -> None:
    """Delete a group; its members lose the roles that they had through it.

    Raises:
        InvalidInput: no administrator would remain, or a rule of approvals names it. NotAllowed, NotFound.
    """

    def work() -> None:
        row = find_row(UserGroup, "group", public_id)
        check_may_join(context, row.id)
        if ApprovalPerson.select().where(ApprovalPerson.group == row.id).exists():
            raise InvalidInput("group", "A rule of approvals names this group; please change that rule first.")
        RoleGrant.delete().where(RoleGrant.group == row.id).execute()
        UserGroupMember.delete().where(UserGroupMember.group == row.id).execute()
        row.delete_instance()
        _check_somebody_left()

    edit(context, work, Permission.MANAGE_USERS)


def _check_somebody_left() -> None:
    try:
        check_administrator_left()
    except InvalidInput as refusal:
        raise InvalidInput("group", refusal.problem) from refusal


def get_group(context: Context, public_id: str) -> Saved[GroupDraft]:
    """Return one group, or raise NotFound."""

    def work() -> Saved[GroupDraft]:
        row = find_row(UserGroup, "group", public_id)
        return _saved(row, _members()[row.id], stored_group_grants()[row.id])

    return look(context, work, Permission.MANAGE_USERS)


def list_groups(context: Context) -> list[Saved[GroupDraft]]:
    """Return all groups by name, with a fixed number of queries."""

    def work() -> list[Saved[GroupDraft]]:
        members, grants = _members(), stored_group_grants()
        return [_saved(row, members[row.id], grants[row.id]) for row in UserGroup.select().order_by(UserGroup.name)]

    return look(context, work, Permission.MANAGE_USERS)


def _members() -> dict[int, list[str]]:
    query = UserGroupMember.select(UserGroupMember.group, User.public_id).join(User).order_by(User.name)
    found: dict[int, list[str]] = defaultdict(list)
    for group, user in query.tuples():
        found[group].append(user)
    return found


def _saved(row: UserGroup, members: list[str], grants: list[GrantDraft]) -> Saved[GroupDraft]:
    return Saved(row.public_id, row.version, GroupDraft(row.name, tuple(members), tuple(grants)))
