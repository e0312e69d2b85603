"""Giving roles: to users and groups, for everything or for a part; nobody gives away more than they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import Expression, ModelSelect

from app.access.grants import ScopeKind, Target
from app.access.permissions import GLOBAL, WORDS, Permission, ReadyMade, say_role
from app.booking.refusals import InvalidInput, NotAllowed
from app.operations.context import Context
from app.operations.rights import extents_of, grants_of
from app.storage.account_tables import ExternalIdentity, Passkey
from app.storage.base import Record
from app.storage.rights_tables import Role, RoleGrant, UserGroupMember
from app.storage.tables import Location, Pool, Resource, Service, User
from app.texts import ENGLISH, _, language, mark

MAX_GRANTS = 100
SCOPES: Mapping[ScopeKind, type[Record]] = {
    ScopeKind.LOCATION: Location,
    ScopeKind.SERVICE: Service,
    ScopeKind.POOL: Pool,
    ScopeKind.RESOURCE: Resource,
}
"""What a grant may be for, besides everything."""

_NOBODY_LEFT = mark(
    "No administrator who can sign in would be left; please make somebody else one first who has signed in before."
)
_WHICH: Mapping[ScopeKind, str] = {
    ScopeKind.LOCATION: mark("Please choose which location the role is for."),
    ScopeKind.SERVICE: mark("Please choose which service the role is for."),
    ScopeKind.POOL: mark("Please choose which pool the role is for."),
    ScopeKind.RESOURCE: mark("Please choose which resource the role is for."),
}


@dataclass(frozen=True, slots=True)
class GrantDraft:
    """What a form says about one grant: a role's public id, and what it is for; ``reference``: which one of these."""

    role: str
    scope: str = ScopeKind.EVERYTHING.value
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is given something, by row id: a user or a group."""

    user_id: int | None = None
    group_id: int | None = None


def replace_grants(context: Context, holder: Holder, drafts: Collection[GrantDraft]) -> None:
    """Let a user or group have these grants and no others, inside a running transaction.

    Raises:
        InvalidInput: no such role or part, or too many.
        NotAllowed: a role that changes hands may do more than the actor.
    """
    if len(drafts) > MAX_GRANTS:
        raise InvalidInput(
            "grants", _("Please give at most {most} roles; a group or a wider part may do instead.", most=MAX_GRANTS)
        )
    before = set(_stored(holder))
    wanted = dict.fromkeys(drafts)
    for draft in before.symmetric_difference(wanted):
        _check_may_give(context, draft)
    rows = [_values(holder, number, draft) for number, draft in enumerate(wanted)]
    RoleGrant.delete().where(_of(holder)).execute()
    if rows:
        RoleGrant.insert_many(rows).execute()


def _of(holder: Holder) -> Expression:
    return RoleGrant.user == holder.user_id if holder.group_id is None else RoleGrant.group == holder.group_id


def _check_may_give(context: Context, draft: GrantDraft) -> None:
    """Nobody raises themselves or others above what they have: who gives or takes a role holds all that it holds."""
    row = Role.get_or_none(Role.public_id == draft.role)
    missing = [] if row is None else lacking(context, extents_of(row.public_id, row.permissions))
    if missing:
        raise NotAllowed(
            permission=Permission.MANAGE_USERS.value,
            reason=_(
                "The role {role} may do more than you ({right}), "
                "so only somebody who has that right everywhere can give or take it.",
                role=say_role(row.name),
                right=_within_a_sentence(WORDS[missing[0]].name),
            ),
        )


def _within_a_sentence(name: str) -> str:
    """Return the name of a right as it stands within a sentence; small letters are for English alone."""
    return name.lower() if language() == ENGLISH else _(name)


def check_may_change(context: Context, row: User) -> None:
    """Go on only if the actor may do all that a user may: whoever sets a password could come in as that user.

    Raises:
        NotAllowed: the user may do more than the actor.
    """
    held = {permission for grant in grants_of(row.id) for permission in grant.extents}
    if lacking(context, held):
        raise NotAllowed(
            permission=Permission.MANAGE_USERS.value,
            reason=_(
                "{name} may do more than you, so only somebody who may do as much can change this account.",
                name=row.name,
            ),
        )


def check_may_join(context: Context, group_id: int) -> None:
    """Go on only if the actor may give all roles that a group has: its members get them.

    Raises:
        NotAllowed: one of them may do more than the actor.
    """
    for draft in _stored(Holder(group_id=group_id)):
        _check_may_give(context, draft)


def check_may_add(context: Context, pool_id: int, added: Collection[Target]) -> None:
    """Go on only if the actor may do with what joins a pool all that roles given for the pool let their holders do.

    Whoever edits a pool could otherwise give themselves rights: a role for a pool is for its members as they are now.

    Raises:
        InvalidInput: one of these roles may do more with it.
    """
    given = RoleGrant.select(RoleGrant.role).where(RoleGrant.pool == pool_id)
    for row in Role.select().where(Role.id.in_(given)):
        counting = [one for one in extents_of(row.public_id, row.permissions) if one not in GLOBAL]
        missing = [right for right in counting if not all(context.may(right, one) for one in added)]
        if missing:
            problem = _(
                "The role {role} is given for this pool and may do more than you with what you add ({right}), "
                "so only somebody who has that right there can add it.",
                role=say_role(row.name),
                right=_within_a_sentence(WORDS[missing[0]].name),
            )
            raise InvalidInput("members", problem)


def check_gains_nothing(context: Context, before: Target, after: Target) -> None:
    """Go on only if the actor may do no more with a resource where it is to be than where it was.

    Roles for a location are for what is there now: whoever moved a room there could read why it is away, for example.
    What others may do with it there is what moving it is for.

    Raises:
        InvalidInput: the actor would gain a right.
    """
    there = [one for one in Permission if one not in GLOBAL and context.may(one, after)]
    gained = [one for one in there if not context.may(one, before)]
    if gained:
        problem = _(
            "At that location you may do more with it than now ({right}), "
            "so only somebody who has that right at both locations can move it there.",
            right=_within_a_sentence(WORDS[gained[0]].name),
        )
        raise InvalidInput("location", problem)


def lacking(context: Context, permissions: Iterable[Permission]) -> list[Permission]:
    """Return the permissions that the actor does not have everywhere."""
    return [one for one in permissions if not context.may(one, Target())]


def _values(holder: Holder, number: int, draft: GrantDraft) -> dict[str, Any]:
    field = f"grants-{number}"
    role = Role.get_or_none(Role.public_id == draft.role)
    if role is None:
        raise InvalidInput(field, _("Please choose a role from the list."))
    parts: dict[str, int | None] = {kind.value: None for kind in SCOPES}
    if draft.scope in parts:
        parts[draft.scope] = _part_id(ScopeKind(draft.scope), draft.reference, field)
    elif draft.scope != ScopeKind.EVERYTHING:
        raise InvalidInput(field, _("Please choose what the role is for from the list."))
    return {"role": role.id, "user": holder.user_id, "group": holder.group_id, "scope": draft.scope, **parts}


def _part_id(kind: ScopeKind, reference: str, field: str) -> int:
    model = SCOPES[kind]
    row = model.get_or_none(model.public_id == reference)
    if row is None:
        raise InvalidInput(field, _(_WHICH[kind]))
    return int(row.id)


def _stored(holder: Holder) -> list[GrantDraft]:
    return [draft for __, draft in _drafts(RoleGrant.select().where(_of(holder)))]


def stored_grants(user_ids: Collection[int] | None = None) -> dict[int, list[GrantDraft]]:
    """Return what users (all of them: None) were given directly, by row id, in the order in which it was typed."""
    query = RoleGrant.select().where(RoleGrant.user.is_null(False))
    return _by_holder(query if user_ids is None else query.where(RoleGrant.user.in_(list(user_ids))), "user_id")


def stored_group_grants() -> dict[int, list[GrantDraft]]:
    """Return what groups were given, by row id."""
    return _by_holder(RoleGrant.select().where(RoleGrant.group.is_null(False)), "group_id")


def _by_holder(query: ModelSelect, name: str) -> dict[int, list[GrantDraft]]:
    found: dict[int, list[GrantDraft]] = defaultdict(list)
    for row, draft in _drafts(query):
        found[getattr(row, name)].append(draft)
    return found


def _drafts(query: ModelSelect) -> list[tuple[RoleGrant, GrantDraft]]:
    """Return grants as forms have them, with a fixed number of queries."""
    rows = list(query.order_by(RoleGrant.id))
    roles = dict(Role.select(Role.id, Role.public_id).tuples())
    parts = {kind: _public_ids(kind, rows) for kind in SCOPES}
    return [(row, _draft(row, roles, parts)) for row in rows]


def _public_ids(kind: ScopeKind, rows: Iterable[RoleGrant]) -> dict[int, str]:
    model, ids = SCOPES[kind], {getattr(row, f"{kind.value}_id") for row in rows} - {None}
    return dict(model.select(model.id, model.public_id).where(model.id.in_(list(ids))).tuples()) if ids else {}


def _draft(row: RoleGrant, roles: Mapping[int, str], parts: Mapping[ScopeKind, Mapping[int, str]]) -> GrantDraft:
    kind = ScopeKind(row.scope)
    reference = "" if kind is ScopeKind.EVERYTHING else parts[kind][getattr(row, f"{kind.value}_id")]
    return GrantDraft(roles[row.role_id], row.scope, reference)


def administrators() -> ModelSelect:
    """Return the row ids of users who are administrators for everything, directly or through a group, as a query."""
    role = Role.select(Role.id).where(Role.public_id == ReadyMade.ADMINISTRATOR.value)
    return _given(RoleGrant.role.in_(role) & (RoleGrant.scope == ScopeKind.EVERYTHING.value))


def holders_of(role_id: int) -> ModelSelect:
    """Return the row ids of users who have a role for anything, directly or through a group, as a query."""
    return _given(RoleGrant.role == role_id)


def _given(which: Expression) -> ModelSelect:
    direct = RoleGrant.select(RoleGrant.user).where(which, RoleGrant.user.is_null(False))
    groups = RoleGrant.select(RoleGrant.group).where(which, RoleGrant.group.is_null(False))
    members = UserGroupMember.select(UserGroupMember.user).where(UserGroupMember.group.in_(groups))
    return direct | members


def active_administrators() -> frozenset[int]:
    """Return the row ids of those whose accounts are not switched off."""
    rows = User.select(User.id).where(User.id.in_(administrators()), User.active)
    return frozenset(number for (number,) in rows.tuples())


def check_administrator_left(context: Context, before: frozenset[int]) -> None:
    """Go on, where one of ``before`` (``active_administrators``) is none any more, only if another one can sign in.

    Whoever was invited and has not chosen a password yet cannot: the mail may have gone to a mistyped address.

    Raises:
        InvalidInput: nobody who may do everything could sign in any more.
    """
    present = active_administrators()
    if before - present:
        _check_one_can_sign_in(context, present)


def check_way_in_left(context: Context, user_id: int) -> None:
    """Do so where an administrator has lost a way to sign in; what others lose locks nobody else out.

    Raises:
        InvalidInput: nobody who may do everything could sign in any more.
    """
    present = active_administrators()
    if user_id in present:
        _check_one_can_sign_in(context, present)


def _check_one_can_sign_in(context: Context, user_ids: Collection[int]) -> None:
    if not User.select().where(User.id.in_(list(user_ids)), _can_sign_in(context)).exists():
        raise InvalidInput("grants", _(_NOBODY_LEFT))


def _can_sign_in(context: Context) -> Expression:
    """Whether there is a password, a passkey, or an account elsewhere that was used here and can be used now."""
    found = _has_own_way_in()
    for source, issuer in context.elsewhere:
        there = _used_elsewhere().where(ExternalIdentity.source == source, ExternalIdentity.issuer == issuer)
        found |= User.id.in_(there)
    return found


def has_come() -> Expression:
    """Whether somebody ever got in, or chose by what they will, whatever the options name now."""
    return _has_own_way_in() | User.id.in_(_used_elsewhere())


def _has_own_way_in() -> Expression:
    return (User.password_hash != "") | User.id.in_(Passkey.select(Passkey.user))


def _used_elsewhere() -> ModelSelect:
    return ExternalIdentity.select(ExternalIdentity.user).where(ExternalIdentity.subject.is_null(False))
