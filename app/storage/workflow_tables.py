"""The tables of workflow rules, and of what they have done."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField, TextField

from app.storage.base import Record, Table
from app.storage.tables import Booking


class WorkflowRule(Record):
    """One rule; what it asks and does is JSON in several columns, as ``app.booking.workflow_values`` has its parts.

    ``done_until``: up to which moment a timed rule has acted, so that it acts once on each.
    """

    name = CharField()
    trigger_kind = CharField()
    minutes = IntegerField(default=0)
    conditions = TextField(default="{}")
    receivers = TextField(default="{}")
    labels = TextField(default="{}")
    subject = TextField(default="")
    text = TextField(default="")
    done_until = BigIntegerField(default=0)
    active = BooleanField(default=True)
    assigns = TextField(default="{}")


class WorkflowRun(Table):
    """That a rule has acted on a booking; ``occasion`` tells one time from the next, so the key keeps it at once."""

    id = AutoField()
    rule = ForeignKeyField(WorkflowRule)
    booking = ForeignKeyField(Booking)
    occasion = CharField()
    acted_at = BigIntegerField()


WORKFLOW_TABLES: tuple[type[Table], ...] = (WorkflowRule, WorkflowRun)
