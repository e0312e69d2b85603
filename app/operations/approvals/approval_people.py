"""Whom a waiting step is given to, all of them: for telling them, not for deciding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

from app.access.decision import allows
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.approvals import Asked, hindrance, is_given
from app.booking.values import Instant, Named
from app.operations.approvals.approvers import Voice, member_of
from app.operations.grants import has_come
from app.operations.rights import actor_of, actors_of, extents_of
from app.storage.approval_tables import Deputy
from app.storage.rights_tables import Role, RoleGrant, UserGroupMember
from app.storage.tables import User


class People:
    """Looks up everybody once who may be asked at ``now``; for one round of the worker, inside its transaction."""

    def __init__(self, now: Instant) -> None:
        self._now = now
        self._voices: dict[int, Voice | None] = {}
        self._able: frozenset[int] | None = None
        self._instead: dict[int, list[int]] | None = None

    def asked(self, asked: Asked, target: Target) -> Iterator[int]:
        """Yield the row ids of all who can decide a step now, deputies included; of one that went on the new ones."""
        for user_id in sorted(self._candidates(asked)):
            voice = self._voice(user_id)
            if voice is None or not self._is_new(asked, voice) or not _may(voice, target):
                continue
            if hindrance(asked, voice.member) is None:
                yield user_id
            yield from (one for one in self._deputies(user_id) if self._stands_in(asked, voice, one, target))

    def _stands_in(self, asked: Asked, voice: Voice, deputy_id: int, target: Target) -> bool:
        deputy = self._voice(deputy_id)
        return deputy is not None and _may(deputy, target) and hindrance(asked, voice.member, deputy_id) is None

    def _is_new(self, asked: Asked, voice: Voice) -> bool:
        before = Asked(asked.rule, asked.step)
        return is_given(asked, voice.member) and not (asked.is_escalated and is_given(before, voice.member))

    def _candidates(self, asked: Asked) -> frozenset[int]:
        step = asked.step
        if step.approvers is None or (asked.is_escalated and step.next_ones is None):
            return self._all_able()
        if asked.is_escalated and step.next_ones is not None:
            return _members(step.next_ones)
        return _members(step.approvers)

    def _all_able(self) -> frozenset[int]:
        """Return all who may approve anything; whoever was invited and never came is nobody to ask."""
        if self._able is None:
            rows = list(User.select().where(User.id.in_(list(able_users())), User.active, has_come()))
            for actor in actors_of(rows):
                self._voices.setdefault(actor.user_id or 0, Voice(actor, member_of(actor)))
            self._able = frozenset(row.id for row in rows)
        return self._able

    def _voice(self, user_id: int) -> Voice | None:
        if user_id not in self._voices:
            row = User.get_or_none(User.id == user_id, User.active)
            actor = None if row is None else actor_of(row)
            self._voices[user_id] = None if actor is None else Voice(actor, member_of(actor))
        return self._voices[user_id]

    def _deputies(self, user_id: int) -> list[int]:
        if self._instead is None:
            found: dict[int, set[int]] = defaultdict(set)
            now = (Deputy.start_at <= self._now) & (Deputy.end_at > self._now)
            for user, deputy in Deputy.select(Deputy.user, Deputy.deputy).where(now).tuples():
                found[user].add(deputy)
            self._instead = {user: sorted(deputies) for user, deputies in found.items()}
        return self._instead.get(user_id, [])


def _may(voice: Voice, target: Target) -> bool:
    return allows(voice.actor, Permission.APPROVE, target)


def _members(named: Named) -> frozenset[int]:
    query = UserGroupMember.select(UserGroupMember.user).where(UserGroupMember.group.in_(sorted(named.groups)))
    return named.users | ({one for (one,) in query.tuples()} if named.groups else set())


def able_users() -> frozenset[int]:
    """Return the row ids of all who have a role with the permission, for whatever part; three queries."""
    roles = [row.id for row in Role.select() if Permission.APPROVE in extents_of(row.public_id, row.permissions)]
    direct, groups = _holders(roles)
    return direct | _members(Named(groups=groups))


def _holders(role_ids: Collection[int]) -> tuple[frozenset[int], frozenset[int]]:
    rows = list(RoleGrant.select(RoleGrant.user, RoleGrant.group).where(RoleGrant.role.in_(list(role_ids))).tuples())
    users = frozenset(user for user, _ in rows if user is not None)
    return users, frozenset(group for _, group in rows if group is not None)
