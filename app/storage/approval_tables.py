"""The tables of approvals: the rules, who is named by them, the steps of each request, and deputies."""

from __future__ import annotations

from peewee import AutoField, BigIntegerField, BooleanField, CharField, ForeignKeyField, IntegerField

from app.storage.base import Record, Table
from app.storage.rights_tables import UserGroup
from app.storage.tables import Booking, ChangeRequest, Resource, Service, User
from app.storage.workflow_tables import WorkflowRule


class ApprovalRule(Record):
    """Who approves bookings of a service, what takes a resource, or what a workflow rule acts on; each has one at most.

    About none of them: what a workflow rule asked for that was removed since, kept for the record.
    """

    service = ForeignKeyField(Service, null=True)
    resource = ForeignKeyField(Resource, null=True)
    workflow = ForeignKeyField(WorkflowRule, null=True)
    allows_own = BooleanField(default=False)
    active = BooleanField(default=True)


class ApprovalStep(Table):
    """A step of a rule. ``by_anybody``: no approvers are named; one that was taken out again is not active."""

    id = AutoField()
    rule = ForeignKeyField(ApprovalRule)
    number = IntegerField()
    minutes = IntegerField()
    on_timeout = CharField()
    by_anybody = BooleanField(default=True)
    active = BooleanField(default=True)


class ApprovalPerson(Table):
    """Somebody whom a step names: a user or a group, as ``approver`` or as the ``next`` one when nobody decides."""

    id = AutoField()
    step = ForeignKeyField(ApprovalStep)
    purpose = CharField()
    user = ForeignKeyField(User, null=True)
    group = ForeignKeyField(UserGroup, null=True)


class Approval(Table):
    """A step of one request; ``change``: of a wished change. ``rule`` None: the service's own approval by anybody.

    ``asked_by``: who asked for this time, which is another one than who booked where somebody else has moved the
    request. ``due_at`` is set while it waits. ``told``: its approvers were written to. ``decided_for``: by a deputy, in
    whose place.
    """

    id = AutoField()
    booking = ForeignKeyField(Booking)
    change = ForeignKeyField(ChangeRequest, null=True)
    rule = ForeignKeyField(ApprovalRule, null=True)
    number = IntegerField()
    status = CharField()
    asked_by = ForeignKeyField(User, null=True)
    due_at = BigIntegerField(null=True)
    escalated = BooleanField(default=False)
    told = BooleanField(default=False)
    decided_at = BigIntegerField(null=True)
    decided_by = ForeignKeyField(User, null=True)
    decided_for = ForeignKeyField(User, null=True)


class Deputy(Record):
    """``deputy`` decides in the place of ``user`` in ``[start_at, end_at)``."""

    user = ForeignKeyField(User)
    deputy = ForeignKeyField(User)
    start_at = BigIntegerField()
    end_at = BigIntegerField()


APPROVAL_TABLES: tuple[type[Table], ...] = (ApprovalRule, ApprovalStep, ApprovalPerson, Approval, Deputy)
"""Each after those that it refers to."""
