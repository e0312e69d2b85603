"""How requests stand: which steps they have, who decided them, and which ones the actor can decide, or why not."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from peewee import JOIN

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.approval_words import HINDRANCE_WORDS
from app.booking.approvals import Hindrance, StepStatus
from app.booking.statuses import Status
from app.booking.values import ApprovalRule, Catalog, Instant, Named
from app.operations.approvals.approvers import Voice, choose_voice, voices_of
from app.operations.approvals.steps import Step, all_steps_of, askers
from app.operations.context import Context
from app.operations.views import BookingView
from app.storage.rights_tables import UserGroup
from app.storage.tables import Booking, ChangeRequest, Client, User
from app.texts import _, mark

ANYBODY = mark("anybody who may approve it")
ADMINISTRATORS = mark("the administrators")
ELSEWHERE = mark("Whoever may approve where the booking is to go has to decide this.")


@dataclass(frozen=True, slots=True)
class StepView:
    """A step: what its rule is about, who decides it, and who did.

    ``is_change``: of a wished change. ``is_current``: of what waits now.
    """

    about: str
    number: int
    who: str
    status: StepStatus
    is_change: bool
    is_current: bool
    due: Instant | None
    decided_at: Instant | None
    decided_by: str
    decided_for: str


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """All steps of a booking, also of earlier wishes. ``why_not``: why the actor decides none that waits now.

    ``due``: when the next one of these runs out, None where no step waits.
    """

    steps: tuple[StepView, ...] = ()
    may_approve: bool = False
    may_decline: bool = False
    why_not: str = ""
    due: Instant | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """In whose names the actor decides; names by row id."""

    voices: Sequence[Voice]
    users: Mapping[int, str]
    groups: Mapping[int, str]


def approvals_of(context: Context, views: Sequence[BookingView]) -> dict[str, ApprovalView]:
    """Return how the approvals of bookings stand, by public id; a fixed number of queries.

    A booking without steps is anybody's who has the permission and did not ask for it themselves.
    """
    return context.store.read(lambda: _read(context, views))


def _read(context: Context, views: Sequence[BookingView]) -> dict[str, ApprovalView]:
    rows, changes = _rows([view.public_id for view in views])
    asking = {row.public_id: who for row, who in rows}
    targets = {one.public_id: _targets(one, changes.get(one.public_id)) for one in views}
    plain = {
        key: _plain(context, view, asking.get(key, frozenset()), targets[key])
        for key, view in ((one.public_id, one) for one in views)
    }
    steps = all_steps_of(context, rows)
    if not steps:
        return plain
    known = _known(context, steps.values())
    found = {row.public_id: steps[row.id] for row, _ in rows if row.id in steps}
    return plain | {key: _view(context, one, targets[key], plain[key], known) for key, one in found.items()}


def _targets(view: BookingView, change: ChangeRequest | None) -> tuple[Target, Target]:
    """Return what is asked about who approves and who declines: who approves a change does so for its new place."""
    if change is None:
        return view.target, view.target
    return replace(view.target, resource_ids=json.loads(change.resource_ids)), view.target


def _plain(
    context: Context, view: BookingView, asking: Collection[int], targets: tuple[Target, Target]
) -> ApprovalView:
    """Return how a booking stands as far as it has no steps that wait; ``asking``: the accounts that asked for it."""
    may_approve, may_decline = context.may(Permission.APPROVE, targets[0]), context.may(Permission.DECLINE, targets[1])
    if context.actor.user_id not in asking:
        is_elsewhere = not may_approve and context.may(Permission.APPROVE, targets[1])
        return ApprovalView((), may_approve, may_decline, _(ELSEWHERE) if is_elsewhere else "")
    waits = view.status == Status.REQUESTED or view.change is not None
    is_told = waits and (may_approve or may_decline)
    return ApprovalView(why_not=_(HINDRANCE_WORDS[Hindrance.OWN_REQUEST]) if is_told else "")


def _rows(
    public_ids: Collection[str],
) -> tuple[list[tuple[Booking, frozenset[int]]], dict[str, ChangeRequest]]:
    """Return the bookings, each with who asked for what waits of it, and the wished changes by public id."""
    query = Booking.select(Booking, Client).join(Client, JOIN.LEFT_OUTER).where(Booking.public_id.in_(public_ids))
    rows = list(query) if public_ids else []
    ids = [row.id for row in rows]
    open_ones = ChangeRequest.select().where(ChangeRequest.booking.in_(ids), ChangeRequest.status == "requested")
    changes = {one.booking_id: one for one in open_ones} if ids else {}
    who = askers([(row, changes.get(row.id)) for row in rows])
    wished = {row.public_id: changes[row.id] for row in rows if row.id in changes}
    return list(zip(rows, who, strict=True)), wished


def _known(context: Context, steps: Iterable[Sequence[Step]]) -> _Known:
    users: set[int | None] = set()
    groups: set[int] = set()
    for step in (step for some in steps for step in some):
        users |= {step.row.decided_by_id, step.row.decided_for_id}
        for named in (step.asked.step.approvers, step.asked.step.next_ones):
            users |= named.users if named is not None else set()
            groups |= named.groups if named is not None else set()
    wanted = [one for one in users if one is not None]
    return _Known(
        voices_of(context),
        dict(User.select(User.id, User.name).where(User.id.in_(wanted)).tuples()),
        dict(UserGroup.select(UserGroup.id, UserGroup.name).where(UserGroup.id.in_(list(groups))).tuples()),
    )


def _view(
    context: Context, steps: Sequence[Step], targets: tuple[Target, Target], plain: ApprovalView, known: _Known
) -> ApprovalView:
    waiting = [step for step in steps if step.waits]
    current = {step.row.change_id for step in waiting}
    shown = tuple(_step(context, step, known, is_current=step.row.change_id in current) for step in steps)
    if not waiting:
        return replace(plain, steps=shown)
    approve, problems = _mine(context, waiting, targets[0], known.voices, Permission.APPROVE)
    decline, _problems = _mine(context, waiting, targets[1], known.voices, Permission.DECLINE)
    hindered = next((_(words) for one, words in HINDRANCE_WORDS.items() if one in problems), "")
    if plain.why_not and not context.may(Permission.APPROVE, targets[0]):
        hindered = plain.why_not
    due = min(int(step.row.due_at) for step in waiting)
    return ApprovalView(shown, approve, decline, "" if approve else hindered, due)


def _mine(
    context: Context, waiting: Sequence[Step], target: Target, voices: Sequence[Voice], permission: Permission
) -> tuple[bool, set[Hindrance]]:
    """Whether the actor can decide any of these steps, and what hinders them in the others."""
    if not context.may(permission, target):
        return False, {Hindrance.NOT_GIVEN}
    found = [choose_voice(voices, step.asked, permission, target) for step in waiting]
    return any(voice is not None for voice, _ in found), {problem for _, problem in found if problem is not None}


def _step(context: Context, step: Step, known: _Known, *, is_current: bool) -> StepView:
    row, rule, catalog = step.row, step.asked.rule, context.catalog
    return StepView(
        about="" if rule is None else _about(catalog, rule),
        number=row.number,
        who=_who(step, known),
        status=step.status,
        is_change=row.change_id is not None,
        is_current=is_current and step.status is not StepStatus.ENDED,
        due=row.due_at,
        decided_at=row.decided_at,
        decided_by=known.users.get(row.decided_by_id, ""),
        decided_for=known.users.get(row.decided_for_id, ""),
    )


def _about(catalog: Catalog, rule: ApprovalRule) -> str:
    """Return the name of what a rule is about: a service, what is taken, or the workflow rule that asks."""
    if rule.service_id is not None:
        return catalog.services[rule.service_id].name
    if rule.resource_id is not None:
        return catalog.resources[rule.resource_id].name
    return next((one.name for one in catalog.workflow if one.id == rule.workflow_id), _("a rule that was removed"))


def _who(step: Step, known: _Known) -> str:
    found = _say(step.asked.step.approvers, known, ANYBODY)
    if not step.asked.is_escalated:
        return found
    others = _say(step.asked.step.next_ones, known, ADMINISTRATORS)
    return _("{who}, by now also {others}", who=found, others=others)


def _say(named: Named | None, known: _Known, otherwise: str) -> str:
    if named is None:
        return _(otherwise)
    people = sorted(known.users.get(one, "") for one in named.users)
    names = [*sorted(known.groups.get(one, "") for one in named.groups), *people]
    if len(names) < 2:
        return names[0] if names else _("nobody")
    return _("{some} or {last}", some=", ".join(names[:-1]), last=names[-1])  # one of them is enough
