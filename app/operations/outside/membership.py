"""Groups that have names elsewhere: at each sign-in from there somebody is in those that they are in there."""

from __future__ import annotations

import logging
from collections.abc import Collection

from app.booking.refusals import InvalidInput
from app.operations.context import Context
from app.operations.grants import active_administrators, check_administrator_left
from app.operations.outside.values import Claim, Source
from app.storage.rights_tables import OutsideGroup, UserGroupMember

_log = logging.getLogger(__name__)


def groups_of(claim: Claim) -> set[int]:
    """Return the row ids of the groups here that somebody is in by what a source says, within a transaction."""
    said = {_same(claim.source, one) for one in claim.groups}
    return {group for group, name in _named(claim.source) if _same(claim.source, name) in said}


def is_member_as_said(user_id: int, claim: Claim) -> bool:
    """Whether nothing is to be changed."""
    return _present(user_id, claim.source) == groups_of(claim)


def make_equal(context: Context, user_id: int, claim: Claim) -> None:
    """Let somebody be in the groups that a source says and, of those with names there, in no others.

    The last administrator stays one, whatever is said elsewhere; somebody has to be able to mend that.
    """
    in_charge = active_administrators()
    present, wanted = _present(user_id, claim.source), groups_of(claim)
    gone = sorted(present - wanted)
    UserGroupMember.delete().where(UserGroupMember.user == user_id, UserGroupMember.group.in_(gone)).execute()
    _join(user_id, wanted - present)
    if gone and not _is_administrator_left(context, in_charge):
        _log.warning("the last administrator is in none of the administrators' groups any more where they signed in")
        _join(user_id, gone)


def _join(user_id: int, groups: Collection[int]) -> None:
    if groups:
        UserGroupMember.insert_many([{"group": one, "user": user_id} for one in sorted(groups)]).execute()


def _present(user_id: int, source: Source) -> set[int]:
    named = [group for group, _ in _named(source)]
    query = UserGroupMember.select(UserGroupMember.group).where(UserGroupMember.user == user_id)
    return {group for (group,) in query.where(UserGroupMember.group.in_(named)).tuples()}


def _named(source: Source) -> list[tuple[int, str]]:
    query = OutsideGroup.select(OutsideGroup.group, OutsideGroup.name).where(OutsideGroup.source == source.value)
    return list(query.tuples())


def _same(source: Source, name: str) -> str:
    if source is not Source.LDAP:
        return name
    from app.integrations.ldap.directory import same_dn

    return same_dn(name)


def _is_administrator_left(context: Context, before: frozenset[int]) -> bool:
    try:
        check_administrator_left(context, before)
    except InvalidInput:
        return False
    return True
