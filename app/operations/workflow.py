"""Workflow rules at work: they write, give labels and make somebody responsible, in the transaction of the cause.

So a change that is taken back, or comes to nothing, takes its messages with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from app.access.decision import decide
from app.access.permissions import Permission
from app.booking.statuses import Status
from app.booking.values import MINUTE, Instant
from app.booking.workflow import acts_on
from app.booking.workflow_values import Assigning, Happening, Labelling, Trigger, WorkflowRule
from app.operations import records
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.labels import change_labels
from app.operations.responsible import assign_by_rule
from app.operations.rights import actor_of, target_of
from app.storage import outbox
from app.storage.labels import labels_of
from app.storage.rights_tables import UserGroup, UserGroupMember
from app.storage.tables import Booking, User
from app.storage.workflow_runs import note_run

REMINDER, RULE_CLIENT, RULE_STAFF, RULE_ADDRESS = "reminder", "rule_client", "rule_staff", "rule_address"
TO_OTHERS = frozenset({RULE_STAFF, RULE_ADDRESS})
"""Messages of rules to others than the client: they are about a booking, but no message of its own waits for them."""

_TRIGGERS: Mapping[Action, Trigger] = {
    Action.BOOKED: Trigger.BOOKED,
    Action.OFFER_ACCEPTED: Trigger.BOOKED,
    Action.APPROVED: Trigger.CONFIRMED,
    Action.DECLINED: Trigger.DECLINED,
    Action.REQUEST_EXPIRED: Trigger.DECLINED,
    Action.MOVED: Trigger.MOVED,
    Action.CHANGE_APPROVED: Trigger.MOVED,
    Action.CANCELLED: Trigger.CANCELLED,
    Action.CHECKED_IN: Trigger.CHECKED_IN,
    Action.COMPLETED: Trigger.COMPLETED,
    Action.NO_SHOW: Trigger.NO_SHOW,
    Action.RELEASED: Trigger.NO_SHOW,
}
_FIRST = {Status.REQUESTED.value: Trigger.REQUESTED, Status.CONFIRMED.value: Trigger.CONFIRMED}


def happened(context: Context, action: Action, row: Booking, status_before: str = "") -> None:
    """Let rules act on what was just done to a booking, within its transaction; no query where no rule waits for it.

    That a mere hold was given up is nobody's booking, and sets nothing off.
    """
    triggers = _triggers_of(action, row)
    if not triggers or (action is Action.CANCELLED and status_before == Status.HELD):
        return
    rules = [one for one in context.catalog.workflow if one.active and one.trigger in triggers]
    if not rules:
        return
    happening = happening_of(context, row, triggers, rules, context.now)
    for rule in rules:
        if acts_on(rule, happening):
            act(context, rule, row, f"{rule.trigger}.{row.version}")


def _triggers_of(action: Action, row: Booking) -> frozenset[Trigger]:
    main = _TRIGGERS.get(action)
    if main is None:
        return frozenset()
    first = _FIRST.get(row.status) if main is Trigger.BOOKED else None
    return frozenset({main} if first is None else {main, first})


def happening_of(
    context: Context, row: Booking, triggers: frozenset[Trigger], rules: Sequence[WorkflowRule], since: Instant
) -> Happening:
    """Return what rules are held against; ``since``: from when on the time until the start is counted.

    What a booking takes, which labels it has and what its client answered is read only where a rule asks for it.
    """
    catalog = context.catalog
    resources: frozenset[str] = frozenset()
    answers: Mapping[str, str] = {}
    labels: frozenset[str] = frozenset()
    if any(one.conditions.resources for one in rules):
        resources = frozenset(catalog.resources[one].public_id for one in records.resource_ids(row))
    if any(one.conditions.question for one in rules):
        answers = json.loads(Booking.get_by_id(row.id).answers)
    if any(one.conditions.asks_labels for one in rules):
        own = labels_of([row.id]).get(row.id, ())
        labels = frozenset(one.public_id for one in catalog.labels.values() if one.id in own)
    return Happening(
        triggers,
        catalog.services[row.service_id].public_id,
        catalog.locations[row.location_id].public_id,
        row.status,
        (row.start_at - since) // MINUTE,
        resources,
        answers,
        labels,
    )


def act(context: Context, rule: WorkflowRule, row: Booking, occasion: str) -> bool:
    """Do what a rule says about a booking, once for each occasion; say whether it has acted now."""
    if not note_run(rule.id, row.id, occasion, context.now):
        return False
    decided = {"status": row.status, "start": row.start_at, "end": row.end_at, "expires": row.expires_at}
    payload = {"booking": row.public_id, "sequence": row.sequence, **decided, "trigger": rule.trigger.value}
    if rule.text:
        payload |= {"subject": rule.subject, "text": rule.text}
    if rule.receivers.client and row.client_id is not None and row.client.email:
        outbox.add_message(RULE_CLIENT if rule.text else REMINDER, row.id, payload, context.now)
    for user in _staff(rule, row):
        outbox.add_message(RULE_STAFF, row.id, {**payload, "user": user}, context.now)
    for address in rule.receivers.addresses:
        outbox.add_message(RULE_ADDRESS, row.id, {**payload, "to": address}, context.now)
    if rule.labels != Labelling():
        given, taken = (_label_ids(context, one) for one in (rule.labels.add, rule.labels.remove))
        change_labels(context.as_system(), row, given, taken)
    if rule.assigns != Assigning():
        assign_by_rule(context.as_system(), rule, row)
    return True


def _label_ids(context: Context, public_ids: Sequence[str]) -> list[int]:
    return [one.id for one in context.catalog.labels.values() if one.public_id in public_ids]


def _staff(rule: WorkflowRule, row: Booking) -> Iterator[str]:
    """Yield the public ids of the accounts that a rule names and that may see the booking, each once.

    Where an answer set it off, only those who may see answers: the letter would tell others what it was.
    """
    if not rule.receivers.providers and not rule.receivers.groups:
        return
    needed = Permission.SEE_CONFIDENTIAL if rule.conditions.question else Permission.SEE_TITLES
    taken = records.resource_ids(row)
    named = User.id.in_(_members(rule.receivers.groups))
    if rule.receivers.providers:
        named |= User.resource.in_(list(taken))
    target = target_of(row, taken)
    for user in User.select().where(User.active, named).order_by(User.id):
        if decide(actor_of(user), needed, target).allowed:
            yield user.public_id


def _members(groups: Sequence[str]) -> list[int]:
    if not groups:
        return []
    query = UserGroupMember.select(UserGroupMember.user).join(UserGroup).where(UserGroup.public_id.in_(groups))
    return [one for (one,) in query.tuples()]
