"""The set-up of an installation as YAML that people read: places, people, services, hours, roles, rules, doors."""

from __future__ import annotations

import json
from typing import Any

import yaml
from peewee import Model

from app.storage.approval_tables import ApprovalPerson, ApprovalRule, ApprovalStep
from app.storage.door_tables import Door
from app.storage.label_tables import Label
from app.storage.rights_tables import Role, RoleGrant, UserGroup
from app.storage.tables import (
    Closure,
    DateOverride,
    Location,
    Pool,
    PoolMember,
    Resource,
    Service,
    ServiceLocation,
    ServiceRequirement,
    Setting,
    TimeOff,
    WeeklyHours,
)
from app.storage.workflow_tables import WorkflowRule

PARTS: tuple[type[Model], ...] = (
    Setting,
    Location,
    Resource,
    Pool,
    PoolMember,
    Service,
    ServiceLocation,
    ServiceRequirement,
    Door,
    WeeklyHours,
    DateOverride,
    Closure,
    TimeOff,
    Role,
    UserGroup,
    RoleGrant,
    Label,
    WorkflowRule,
    ApprovalRule,
    ApprovalStep,
    ApprovalPerson,
)
_STAMPS = frozenset({"version", "created_at", "changed_at", "release_since", "shown_since", "shown_at", "done_until"})
_JSON = frozenset({"durations_minutes", "questions", "permissions", "conditions", "receivers", "labels", "assigns"})


def settings_text() -> str:
    """Return the set-up, inside a read; each record as in its table, lists and permissions opened."""
    found = {str(model._meta.table_name): [_readable(row) for row in _rows(model)] for model in PARTS}
    return str(yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=120))


def _rows(model: type[Model]) -> list[dict[str, Any]]:
    return list(model.select().order_by(*model._meta.get_primary_keys()).dicts())


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: json.loads(value) if name in _JSON else value for name, value in row.items() if name not in _STAMPS}
