"""What a rule of approvals would wait for in vain: steps that nobody can decide, or not everybody who is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from app.access.decision import allows
from app.access.permissions import Permission
from app.booking.values import OnTimeout
from app.operations.context import Context
from app.operations.rights import actor_of
from app.operations.saving import Saved, look
from app.operations.setup.approvals import PERMISSION, USER, RuleDraft
from app.storage.rights_tables import UserGroup, UserGroupMember
from app.storage.tables import User
from app.texts import _

LISTED = 5


def find_warnings(context: Context, rules: Iterable[Saved[RuleDraft]]) -> dict[str, list[str]]:
    """Return sentences about steps that nobody, or not everybody who is named, can decide; by the rule's public id."""

    def work() -> dict[str, list[str]]:
        able = _Able()
        return {one.public_id: list(_of_rule(one.draft, able)) for one in rules}

    return look(context, work, PERMISSION)


class _Able:
    """Who could approve anything at all; looks at those alone whom a rule names."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._members: Mapping[str, list[str]] = _members()

    def problem(self, reference: str) -> str:
        """Return what is wrong with somebody who is named, in a sentence; empty when they can approve something."""
        kind, __, public_id = reference.partition(":")
        if kind == USER:
            return self._of_user(public_id)
        members = self._members.get(public_id, [])
        if any(not self._of_user(one) for one in members):
            return ""
        name = UserGroup.get(UserGroup.public_id == public_id).name
        if members:
            return _("The group {name} has no member who may approve.", name=name)
        return _("The group {name} has no members.", name=name)

    def _of_user(self, public_id: str) -> str:
        if public_id not in self._known:
            self._known[public_id] = _problem_of(User.get(User.public_id == public_id))
        return self._known[public_id]


def _problem_of(row: User) -> str:
    if not row.active:
        return _("{name} is switched off.", name=row.name)
    able = allows(actor_of(row), Permission.APPROVE)
    return "" if able else _("{name} lacks the right Approve.", name=row.name)


def _members() -> Mapping[str, list[str]]:
    query = UserGroupMember.select(UserGroup.public_id, User.public_id).join(UserGroup).switch(UserGroupMember)
    found: dict[str, list[str]] = defaultdict(list)
    for group, user in query.join(User).order_by(User.name).tuples():
        found[group].append(user)
    return found


def _of_rule(draft: RuleDraft, able: _Able) -> Iterator[str]:
    for number, step in enumerate(draft.steps, 1):
        yield from _of_people(_("Step {number}", number=number), step.approvers, able)
        if step.on_timeout == OnTimeout.ESCALATE:
            yield from _of_people(_("Step {number}, the next ones", number=number), step.next_ones, able)


def _of_people(where: str, references: Iterable[str] | None, able: _Able) -> Iterator[str]:
    named = list(references or ())
    problems = [found for one in named if (found := able.problem(one))]
    if named and len(problems) == len(named):
        told = " ".join(problems[:LISTED])
        yield _("{where}: nobody can decide it. {problems}", where=where, problems=told)
    elif problems:
        yield f"{where}: {' '.join(problems[:LISTED])}"
