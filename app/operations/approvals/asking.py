"""What has to be approved before a booking or a move counts, and writing down the steps of that."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from app.access.actors import ActorKind
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.approvals import (
    Asked,
    Foreseen,
    active_steps,
    asking_rules,
    decided_before,
    due_at,
    foresee_rules,
    hindrance,
    last_moment,
    rules_for,
    rules_set_off,
)
from app.booking.statuses import Status
from app.booking.values import MINUTE, ApprovalRule, ApprovalStep, Instant, Service
from app.booking.workflow_values import Happening, Trigger
from app.operations.approvals.approvers import member_of
from app.operations.approvals.own import client_of, is_own
from app.operations.context import Context
from app.operations.names import candidate_ids
from app.operations.rights import target_of
from app.storage import approvals
from app.storage.tables import Booking, ChangeRequest, Client


@dataclass(frozen=True, slots=True)
class Asking:
    """What has to be approved: all steps of ``rules``; ``is_plain``: also by anybody with the permission.

    Falsy when nothing has to be.
    """

    rules: tuple[ApprovalRule, ...] = ()
    is_plain: bool = False

    def __bool__(self) -> bool:
        """Whether anything has to be approved."""
        return bool(self.rules) or self.is_plain


PLAINLY = Asking(is_plain=True)
"""By anybody with the permission, and by no rule."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody books, or moves a booking to. ``target``: with all that it takes, for rules and rights alike.

    ``client``: whom it is for, None as long as nobody knows.
    """

    service: Service
    start: Instant
    target: Target
    answers: Mapping[str, str]
    client: Client | None


def wish_of(context: Context, row: Booking, start: Instant, target: Target) -> Wish:
    """Return what a booking wishes that is written already; its answers are read only where a rule asks for one."""
    asks = any(one.conditions.question for one in asking_rules(context.catalog))
    answers = json.loads(Booking.get_by_id(row.id).answers) if asks else {}
    return Wish(context.catalog.services[row.service_id], start, target, answers, client_of(row))


def asking_for(context: Context, wish: Wish, *, by_staff: bool) -> Asking:
    """Return what has to be approved when the actor books or moves: by the rules of approvals, and by workflow rules.

    Who may decide everything at once asks for nothing. ``by_staff``: nobody approves by booking for themselves.
    """
    service, target = wish.service, wish.target
    rules = rules_for(context.catalog, service.id, target.resource_ids) + _set_off(context, wish)
    is_plain = service.needs_approval and not any(rule.service_id for rule in rules)
    may_approve = by_staff and context.may(Permission.APPROVE, target)
    has_to_ask = is_plain and not (by_staff and _may_approve_plainly(context, target, wish.client))
    if may_approve and not has_to_ask and _settles_all(context, rules):
        return Asking()
    return Asking(rules, has_to_ask)


def _may_approve_plainly(context: Context, target: Target, client: Client | None) -> bool:
    """Whether the actor decides what no rule is about: by their right alone, but nothing that is for themselves."""
    return context.may(Permission.APPROVE, target) and not is_own(context, client)


def _set_off(context: Context, wish: Wish) -> tuple[ApprovalRule, ...]:
    catalog, target = context.catalog, wish.target
    happening = Happening(
        frozenset({Trigger.BOOKED}),
        wish.service.public_id,
        "" if target.location_id is None else catalog.locations[target.location_id].public_id,
        "",
        (wish.start - context.now) // MINUTE,
        frozenset(catalog.resources[one].public_id for one in target.resource_ids),
        wish.answers,
    )
    return rules_set_off(catalog, happening)


def may_ask(context: Context, row: Booking, service: Service, provider_id: int | None = None) -> bool:
    """Whether a move by the actor may turn out to be only a change request: the booking keeps what it has meanwhile.

    What has rules says so only when it is known what the new time takes, so that their bookings are held on to first.
    ``provider_id``: the provider that is wished, if one is.
    """
    if row.status != Status.CONFIRMED:
        return False
    location = context.catalog.locations[row.location_id].public_id
    rules = rules_for(context.catalog, service.id, candidate_ids(service))
    is_ruled = bool(rules) or foresee_rules(context.catalog, service, location) is not Foreseen.NEVER
    if is_ruled and context.actor.kind is not ActorKind.SYSTEM:
        return True
    return service.needs_approval and not _may_approve_wherever(context, row, service, provider_id)


def _may_approve_wherever(context: Context, row: Booking, service: Service, provider_id: int | None) -> bool:
    """Whether the actor decides about a booking whatever it takes in the end; what it has now counts for nothing.

    Of its resources one is enough: the wished provider, or one of what it needs, whichever that will be.
    """
    here, client = target_of(row, ()), client_of(row)

    def may(one: int) -> bool:
        return _may_approve_plainly(context, replace(here, resource_ids=(one,)), client)

    needs = [need.resource_ids for need in service.requirements] + ([] if provider_id is None else [(provider_id,)])
    return _may_approve_plainly(context, here, client) or any(need and all(map(may, need)) for need in needs)


def _settles_all(context: Context, rules: Collection[ApprovalRule]) -> bool:
    """Whether the actor could decide all steps of these rules together, although they ask for it themselves."""
    if not rules or context.actor.kind is ActorKind.SYSTEM:
        return True
    member = member_of(context.actor)
    return all(
        rule.allows_own and len(steps := active_steps(rule)) == 1 and hindrance(Asked(rule, steps[0]), member) is None
        for rule in rules
    )


def expiry_of_request(context: Context, service: Service, start: Instant, asking: Asking) -> Instant:
    """Return when a request or change request runs out: no later than ``start``, if that is to come."""
    return last_moment((step for _, step in _all_steps(service, asking)), context.now, start)


def limit_of(row: Booking, change: ChangeRequest | None) -> Instant:
    """Return the start that a request or a wished change has to be decided before."""
    return row.start_at if change is None else decided_before(change.created_at, change.start_at, row.start_at)


def ask(context: Context, row: Booking, asking: Asking, change: ChangeRequest | None = None) -> None:
    """Write the steps of a request, or of a wished change; whoever has them is told by that, so none goes without.

    Who asks for this time counts where there are rules: without one, who may approve could have booked it at once.
    """
    start = limit_of(row, change)
    steps = [
        (None if rule is None else rule.id, step.number, due_at(step, context.now, start) if step.number == 1 else None)
        for rule, step in _all_steps(context.catalog.services[row.service_id], asking)
    ]
    asked_by = context.actor.user_id if asking.rules else None
    approvals.add_steps(row.id, None if change is None else change.id, steps, asked_by)


def _all_steps(service: Service, asking: Asking) -> Iterator[tuple[ApprovalRule | None, ApprovalStep]]:
    if asking.is_plain:
        yield None, plain_step(service)
    for rule in asking.rules:
        yield from ((rule, step) for step in active_steps(rule))


def plain_step(service: Service) -> ApprovalStep:
    """Return the one step of a service that needs approval and has no rule of its own."""
    return ApprovalStep(1, service.request_expiry_minutes)
