"""Workflow rules that the clock sets off: so long before the start of bookings, or after their end.

Each rule remembers up to which moment it has acted, on its own locked row, so two workers never act on the same moment,
and one that was away goes on where it was. Bookings are found by their start, a few moments' worth at a time.
"""

from __future__ import annotations

from peewee import ModelSelect

from app.booking.values import MINUTE, Instant
from app.booking.workflow import acts_on, is_timed, moment_of
from app.booking.workflow_values import Trigger, WorkflowRule
from app.operations import records
from app.operations.context import Context
from app.operations.workflow import act, happening_of
from app.storage import tables, workflow_runs, workflow_tables

LONGEST_SECONDS = 3 * 86_400
"""No booking is longer, so that those which began earlier need not be read."""

KEEP_SECONDS = 90 * 86_400


def remind(context: Context) -> int:
    """Let all timed rules act whose moment has come; return on how many bookings they did. No query without any."""
    rules = [one for one in context.catalog.workflow if is_timed(one)]
    return sum(_run_rule(context, rule) for rule in rules)


def _run_rule(context: Context, rule: WorkflowRule) -> int:
    def work() -> int:
        query = workflow_tables.WorkflowRule.select().where(
            workflow_tables.WorkflowRule.id == rule.id, workflow_tables.WorkflowRule.done_until < context.now
        )
        row = records.locked(query, skip=True).first()
        if row is None:
            return 0
        acted = sum(_try(context, rule, one) for one in _due(rule, row.done_until, context.now))
        row.done_until = context.now
        row.save(only=("done_until",))
        return acted

    return context.store.write(work)


def _due(rule: WorkflowRule, after: Instant, until: Instant) -> ModelSelect:
    """Return the bookings whose moment lies after ``after`` and not after ``until``."""
    booking, shift = tables.Booking, rule.minutes * MINUTE
    if rule.trigger is Trigger.BEFORE_START:
        within = (booking.start_at > after + shift) & (booking.start_at <= until + shift)
    else:
        ended = (booking.end_at > after - shift) & (booking.end_at <= until - shift)
        within = ended & (booking.start_at > after - shift - LONGEST_SECONDS) & (booking.start_at < until - shift)
    return booking.select().where(within).order_by(booking.start_at, booking.id)


def _try(context: Context, rule: WorkflowRule, row: tables.Booking) -> bool:
    """Act on a booking unless it was made after the moment, or begins before a reminder could be of use."""
    if row.created_at > moment_of(rule, row.start_at, row.end_at):
        return False
    if rule.trigger is Trigger.BEFORE_START and row.start_at <= context.now:
        return False
    happening = happening_of(context, row, frozenset({rule.trigger}), [rule], row.created_at)
    return acts_on(rule, happening) and act(context, rule, row, f"{rule.trigger}.at{row.start_at}")


def forget_runs(context: Context) -> int:
    """Forget what rules did long ago; return how much."""
    return context.store.write(lambda: workflow_runs.purge(context.now - KEEP_SECONDS))
