"""Rules of approvals: who has to approve bookings of a service, or whatever takes a resource.

Whoever manages users edits them, as they say who decides; nobody else can take a step out of the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import DAY_MINUTES, OnTimeout
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.saving import Key, Saved, check_number, edit, find_row, look, put
from app.operations.setup.services import YEAR_MINUTES, span_words
from app.operations.telling import Told
from app.storage.approval_tables import Approval, ApprovalPerson, ApprovalRule, ApprovalStep
from app.storage.base import Record
from app.storage.rights_tables import UserGroup
from app.storage.tables import Resource, Service, User
from app.texts import _

PERMISSION = Permission.MANAGE_USERS
SERVICE, RESOURCE, USER, GROUP = "service", "resource", "user", "group"
_THINGS: Mapping[str, type[Record]] = {SERVICE: Service, RESOURCE: Resource}
_PEOPLE: Mapping[str, type[Record]] = {USER: User, GROUP: UserGroup}
MOST_STEPS = 2
MOST_PEOPLE = 100


@dataclass(frozen=True, slots=True)
class StepDraft:
    """A step of a rule: ``approvers`` and ``next_ones`` are ``user:ID`` and ``group:ID``, by public ids.

    ``approvers`` None: anybody with the permission. ``next_ones`` None: the administrators, where it goes on to others.
    """

    approvers: tuple[str, ...] | None = None
    minutes: int = 2 * DAY_MINUTES
    on_timeout: str = OnTimeout.DECLINE.value
    next_ones: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """What a form says about a rule; ``about``: ``service:ID`` or ``resource:ID``."""

    about: str
    steps: tuple[StepDraft, ...] = (StepDraft(),)
    allows_own: bool = False
    active: bool = True


def save_rule(context: Context, draft: RuleDraft, public_id: str | None = None, version: int | None = None) -> str:
    """Make or change a rule and return its public id.

    What waits goes on by the steps as they are now; a step that was taken out decides about what waited for it already.

    Raises:
        InvalidInput: with the field that has to be mended. NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        values = {**_thing(draft.about, public_id), "allows_own": draft.allows_own, "active": draft.active}
        if not 1 <= len(draft.steps) <= MOST_STEPS:
            raise InvalidInput("step1_who", _("A rule has one step or two."))
        for number, one in enumerate(draft.steps, 1):
            check_step(number, one)
        row = put(context, ApprovalRule, "approval rule", Key(public_id, version), values)
        write_steps(row.id, draft.steps)
        return str(row.public_id)

    return edit(context, work, PERMISSION, _told(context, public_id))


def _thing(about: str, public_id: str | None) -> dict[str, int | None]:
    """Return what a rule is about, which stays so; each has one rule at most."""
    kind, __, reference = about.partition(":")
    if kind not in _THINGS:
        raise InvalidInput("about", _("Please choose the service, person, room or device that this is about."))
    row = find_row(_THINGS[kind], kind, reference)
    other = ApprovalRule.get_or_none(getattr(ApprovalRule, kind) == row.id)
    if other is not None and other.public_id != public_id:
        raise InvalidInput("about", _("{name} has a rule already; please change that one.", name=row.name))
    if public_id is not None and other is None:
        find_row(ApprovalRule, "approval rule", public_id)
        raise InvalidInput("about", _("A rule stays with what it was made for; please make another one instead."))
    return {SERVICE: None, RESOURCE: None, kind: row.id}


People = list[tuple[str, dict[str, int]]]


def check_step(number: int, step: StepDraft) -> People:
    """Check a step and return whom it names, by row ids; inside a read.

    Raises:
        InvalidInput: with the field that has to be mended. NotFound: whom it names is gone.
    """
    if step.on_timeout not in set(OnTimeout):
        raise InvalidInput(f"step{number}_on_timeout", _("Please choose what happens when nobody decides in time."))
    check_number(step.minutes, f"step{number}_minutes", 1, YEAR_MINUTES, span_words)
    named: People = []
    if step.approvers is not None:
        named += _named("approver", step.approvers, f"step{number}_approvers")
    if step.on_timeout == OnTimeout.ESCALATE and step.next_ones is not None:
        named += _named("next", step.next_ones, f"step{number}_next")
    return named


def _named(purpose: str, references: Collection[str], field: str) -> People:
    if not references:
        raise InvalidInput(field, _("Please choose at least one user or group."))
    if len(references) > MOST_PEOPLE:
        raise InvalidInput(field, _("Please choose at most {most}; a group may do instead.", most=MOST_PEOPLE))
    return [(purpose, _person(one, field)) for one in dict.fromkeys(references)]


def _person(reference: str, field: str) -> dict[str, int]:
    kind, __, public_id = reference.partition(":")
    if kind not in _PEOPLE:
        raise InvalidInput(field, _("Please choose users and groups from the list."))
    return {kind: int(find_row(_PEOPLE[kind], kind, public_id).id)}


def write_steps(rule_id: int, steps: Sequence[StepDraft]) -> None:
    """Write the steps of a rule, in place of those that it has; a step that is taken out stays for what it was asked.

    Raises:
        InvalidInput, NotFound: as for ``check_step``.
    """
    ApprovalStep.update(active=False).where(ApprovalStep.rule == rule_id).execute()
    for number, step in enumerate(steps, 1):
        _write_step(rule_id, number, step, check_step(number, step))


def _write_step(rule_id: int, number: int, step: StepDraft, people: People) -> None:
    values = {
        "minutes": step.minutes,
        "on_timeout": step.on_timeout,
        "by_anybody": step.approvers is None,
        "active": True,
    }
    row, is_new = ApprovalStep.get_or_create(rule=rule_id, number=number, defaults=values)
    if not is_new:
        ApprovalStep.update(**values).where(ApprovalStep.id == row.id).execute()
        ApprovalPerson.delete().where(ApprovalPerson.step == row.id).execute()
    for purpose, person in people:
        ApprovalPerson.create(step=row.id, purpose=purpose, **person)


def remove_rule(context: Context, public_id: str) -> None:
    """Delete a rule by which nothing was ever decided.

    Raises:
        InvalidInput: something was, or waits. NotAllowed, NotFound.
    """

    def work() -> None:
        row = _find(public_id)
        if Approval.select().where(Approval.rule == row.id).exists():
            raise InvalidInput("rule", _("Requests were made under this rule, so it stays; untick “In use” instead."))
        steps = ApprovalStep.select(ApprovalStep.id).where(ApprovalStep.rule == row.id)
        ApprovalPerson.delete().where(ApprovalPerson.step.in_(steps)).execute()
        ApprovalStep.delete().where(ApprovalStep.rule == row.id).execute()
        row.delete_instance()

    edit(context, work, PERMISSION, _told(context, public_id))


def _find(public_id: str) -> ApprovalRule:
    """Return a rule about a service or a resource; what a workflow rule asks for is changed with that."""
    row = find_row(ApprovalRule, "approval rule", public_id)
    if row.service_id is None and row.resource_id is None:
        raise NotFound(kind="approval rule", reference=public_id)
    return row


def get_rule(context: Context, public_id: str) -> Saved[RuleDraft]:
    """Return one rule, or raise NotFound."""

    def work() -> Saved[RuleDraft]:
        row = _find(public_id)
        return _saved_all(context, [row])[0]

    return look(context, work, PERMISSION)


def list_rules(context: Context) -> list[Saved[RuleDraft]]:
    """Return all rules, those of services first, with a fixed number of queries; not what workflow rules ask for."""
    is_own = ApprovalRule.service.is_null(False) | ApprovalRule.resource.is_null(False)
    query = ApprovalRule.select().where(is_own).order_by(ApprovalRule.service.is_null(), ApprovalRule.id)
    return look(context, lambda: _saved_all(context, list(query)), PERMISSION)


def list_people(context: Context) -> dict[str, str]:
    """Return the names of all whom a step can name, by reference: groups first, then users; two queries."""

    def work() -> dict[str, str]:
        groups = UserGroup.select(UserGroup.public_id, UserGroup.name).order_by(UserGroup.name).tuples()
        users = User.select(User.public_id, User.name, User.active).order_by(User.active.desc(), User.name).tuples()
        found = {f"{GROUP}:{public_id}": _("{name} (group)", name=name) for public_id, name in groups}
        return found | {
            f"{USER}:{public_id}": name if on else _("{name} (off)", name=name) for public_id, name, on in users
        }

    return look(context, work, PERMISSION)


def _saved_all(context: Context, rows: Sequence[ApprovalRule]) -> list[Saved[RuleDraft]]:
    steps = stored_steps([row.id for row in rows])
    return [
        Saved(row.public_id, row.version, RuleDraft(_about(context, row), steps[row.id], row.allows_own, row.active))
        for row in rows
    ]


def _about(context: Context, row: ApprovalRule) -> str:
    catalog = context.catalog
    if row.service_id is None:
        return f"{RESOURCE}:{catalog.resources[row.resource_id].public_id}"
    return f"{SERVICE}:{catalog.services[row.service_id].public_id}"


def stored_steps(rule_ids: Sequence[int]) -> dict[int, tuple[StepDraft, ...]]:
    """Return the steps of rules by the row ids of these; two queries."""
    rows = list(
        ApprovalStep.select()
        .where(ApprovalStep.rule.in_(list(rule_ids)), ApprovalStep.active)
        .order_by(ApprovalStep.rule, ApprovalStep.number)
    )
    people = _stored_people([row.id for row in rows])
    found: dict[int, tuple[StepDraft, ...]] = defaultdict(tuple)
    for row in rows:
        approvers = None if row.by_anybody else people.get((row.id, "approver"), ())
        draft = StepDraft(approvers, row.minutes, row.on_timeout, people.get((row.id, "next")))
        found[row.rule_id] = (*found[row.rule_id], draft)
    return found


def _stored_people(step_ids: Sequence[int]) -> dict[tuple[int, str], tuple[str, ...]]:
    query = (
        ApprovalPerson.select(ApprovalPerson.step, ApprovalPerson.purpose, User.public_id, UserGroup.public_id)
        .left_outer_join(User, on=ApprovalPerson.user == User.id)
        .left_outer_join(UserGroup, on=ApprovalPerson.group == UserGroup.id)
        .where(ApprovalPerson.step.in_(list(step_ids)))
        .order_by(ApprovalPerson.id)
    )
    found: dict[tuple[int, str], tuple[str, ...]] = {}
    for step, purpose, user, group in query.tuples():
        reference = f"{GROUP}:{group}" if user is None else f"{USER}:{user}"
        found[step, purpose] = (*found.get((step, purpose), ()), reference)
    return found


def _told(context: Context, public_id: str | None) -> Told:
    def read(one: str) -> RuleDraft:
        return _saved_all(context, [_find(one)])[0].draft

    return Told(Kind.APPROVAL_RULE, read, public_id)
