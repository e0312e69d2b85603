"""What has to be approved, by whom, and until when: rules on plain values.

Steps are numbered 1 and 2. The first steps of all rules that a booking falls under wait together; the second ones
begin when all first ones are approved. All have to agree, one who declines is enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from app.booking.values import (
    MINUTE,
    ApprovalRule,
    ApprovalStep,
    Catalog,
    Instant,
    Named,
    OnTimeout,
    Requirement,
    Service,
)
from app.booking.workflow import acts_on, asks_no_more, could_act
from app.booking.workflow_values import Happening, Trigger, WorkflowRule


class StepStatus(StrEnum):
    """Where a step of one request is. ``later``: an earlier one has to be approved first."""

    LATER = "later"
    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    ENDED = "ended"


OPEN = (StepStatus.LATER, StepStatus.WAITING)


class Hindrance(StrEnum):
    """Why somebody cannot decide a step."""

    NOT_GIVEN = "not_given"
    OWN_REQUEST = "own_request"
    OTHER_STEP = "other_step"


class Foreseen(StrEnum):
    """Whether a client's booking will have to be approved, before it is known what it takes."""

    NEVER = "never"
    PERHAPS = "perhaps"
    ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody as a step knows them: by row id, by their groups, or as an administrator."""

    user_id: int
    groups: frozenset[int] = frozenset()
    is_administrator: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """How a step of one request stands. ``asked_by``: who asked; ``others``: who decided the rule's other step.

    Both count a deputy and whom they stood in for.
    """

    rule: ApprovalRule | None
    step: ApprovalStep
    is_escalated: bool = False
    asked_by: frozenset[int] = frozenset()
    others: frozenset[int] = frozenset()


def rules_for(catalog: Catalog, service_id: int, resource_ids: Collection[int]) -> tuple[ApprovalRule, ...]:
    """Return the rules that a booking falls under: that of its service, and those of what it takes."""
    return tuple(
        rule
        for rule in catalog.approvals.values()
        if rule.active and (rule.service_id == service_id or rule.resource_id in resource_ids)
    )


def rules_set_off(catalog: Catalog, happening: Happening) -> tuple[ApprovalRule, ...]:
    """Return what has to be approved besides, because workflow rules that act on this ask for it."""
    acting = {one.id for one in asking_rules(catalog) if acts_on(one, happening)}
    return tuple(rule for rule in catalog.approvals.values() if rule.active and rule.workflow_id in acting)


def asking_rules(catalog: Catalog) -> tuple[WorkflowRule, ...]:
    """Return the workflow rules that ask for approval."""
    asking = {rule.workflow_id for rule in catalog.approvals.values() if rule.active}
    return tuple(one for one in catalog.workflow if one.id in asking)


def foresee(catalog: Catalog, service: Service, provider_id: int | None = None, location: str = "") -> Foreseen:
    """Say whether a client's booking of a service will have to be approved.

    Args:
        catalog: the set-up.
        service: what is booked.
        provider_id: the provider, if one is wished.
        location: public id of the place, if it is known.
    """
    found = {_foresee_taken(catalog, service, provider_id), foresee_rules(catalog, service, location)}
    return max(found, key=list(Foreseen).index)


def foresee_rules(catalog: Catalog, service: Service, location: str = "") -> Foreseen:
    """Say whether workflow rules will ask for approval of a booking; what they ask besides is not known yet."""
    found = [one for one in asking_rules(catalog) if could_act(one, Trigger.BOOKED, service.public_id, location)]
    if any(asks_no_more(one, location) for one in found):
        return Foreseen.ALWAYS
    return Foreseen.PERHAPS if found else Foreseen.NEVER


def _foresee_taken(catalog: Catalog, service: Service, provider_id: int | None) -> Foreseen:
    ruled = {rule.resource_id for rule in catalog.approvals.values() if rule.active}
    if service.needs_approval or rules_for(catalog, service.id, () if provider_id is None else (provider_id,)):
        return Foreseen.ALWAYS
    if any(_cannot_avoid(one, ruled) for one in service.requirements):
        return Foreseen.ALWAYS
    return (
        Foreseen.PERHAPS
        if any(ruled.intersection(one.resource_ids) for one in service.requirements)
        else Foreseen.NEVER
    )


def _cannot_avoid(requirement: Requirement, ruled: Collection[int | None]) -> bool:
    return sum(one not in ruled for one in requirement.resource_ids) < requirement.count


def active_steps(rule: ApprovalRule) -> tuple[ApprovalStep, ...]:
    """Return the steps that a new request has to go through."""
    return tuple(step for step in rule.steps if step.active)


def is_given(asked: Asked, member: Member) -> bool:
    """Whether a step is somebody's to decide; an escalated one is also that of those whom it went on to."""
    step = asked.step
    if step.approvers is None or _names(step.approvers, member):
        return True
    if not asked.is_escalated:
        return False
    return member.is_administrator if step.next_ones is None else _names(step.next_ones, member)


def _names(named: Named, member: Member) -> bool:
    return member.user_id in named.users or not named.groups.isdisjoint(member.groups)


def hindrance(asked: Asked, member: Member, deputy_id: int | None = None) -> Hindrance | None:
    """Return why somebody cannot decide a step, None where they can.

    Args:
        asked: the step.
        member: whose step it would be.
        deputy_id: who acts in the place of ``member``, if not they themselves.
    """
    if not is_given(asked, member):
        return Hindrance.NOT_GIVEN
    acting = {member.user_id} | ({deputy_id} - {None})
    allows_own = asked.rule is not None and asked.rule.allows_own
    if not allows_own and not acting.isdisjoint(asked.asked_by):
        return Hindrance.OWN_REQUEST
    return None if acting.isdisjoint(asked.others) else Hindrance.OTHER_STEP


def decided_before(asked_at: Instant, wished: Instant, present: Instant) -> Instant:
    """Return when a wish for another time has to be decided: before that begins, or before what it would replace does.

    Args:
        asked_at: when the wish came up; what had begun by then sets no limit.
        wished: when the wished time begins.
        present: when the booking begins as it is.
    """
    return min((one for one in (wished, present) if one > asked_at), default=wished)


def due_at(step: ApprovalStep, now: Instant, start: Instant) -> Instant:
    """Return until when a step waits that begins now: not longer than until the time that is asked for begins."""
    due = now + step.minutes * MINUTE
    return min(due, start) if start > now else due


def last_moment(steps: Iterable[ApprovalStep], now: Instant, start: Instant) -> Instant:
    """Return when a request with these steps to come ends in any case, as long as its time is kept.

    What may be accepted without anybody is kept until it would begin, so that it is never offered to others before.
    """
    longest: dict[int, int] = {}
    for step in steps:
        minutes = step.minutes * (2 if step.on_timeout is OnTimeout.ESCALATE else 1)
        longest[step.number] = max(minutes, longest.get(step.number, 0))
    latest = now + sum(longest.values()) * MINUTE
    if start <= now:
        return latest
    return start if any(step.on_timeout is OnTimeout.ACCEPT for step in steps) else min(latest, start)


def timed_out(asked: Asked, now: Instant, start: Instant) -> OnTimeout:
    """Return what happens to a step whose time is over; once the booked time has begun nothing but declining.

    A step goes on to others once; when they do not decide in the same time either, it is declined.
    """
    action = asked.step.on_timeout
    if now >= start or (action is OnTimeout.ESCALATE and asked.is_escalated):
        return OnTimeout.DECLINE
    return action
