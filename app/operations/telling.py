"""Telling the audit log of set-up edits: the stored form before and after, so that whatever a form can say is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING

from app.booking.refusals import NotFound
from app.operations.audit.recording import Facts, Subject, difference, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.context import Context

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

NEVER = frozenset({"password"})
"""Fields of forms that are not told at all: that a password is another one has an entry of its own."""

CONFIDENTIAL = frozenset({(Kind.TIME_OFF, "reason")})


@dataclass(frozen=True, slots=True)
class Told:
    """What an edit is told of: ``read`` gives the stored form of a record by its public id.

    ``public_id`` None: a record that the edit makes, and whose public id it returns.
    """

    kind: Kind
    read: Callable[[str], DataclassInstance]
    public_id: str | None = None

    def state(self, public_id: str | None) -> Facts | None:
        """Return what is stored now; None where there is nothing."""
        try:
            return None if public_id is None else facts_of(self.kind, self.read(public_id))
        except NotFound:
            return None


def tell_edit(context: Context, told: Told, before: Facts | None, result: object) -> None:
    """Record what an edit has done, within its transaction; an edit that changed nothing is none."""
    public_id = told.public_id if told.public_id is not None else str(result)
    after = told.state(public_id)
    change = difference(before or {}, after or {})
    if change.before or change.after:
        record(context, _action(before, after), Subject(told.kind, public_id), change)


def _action(before: Facts | None, after: Facts | None) -> Action:
    if before is None:
        return Action.MADE
    return Action.REMOVED if after is None else Action.CHANGED


def facts_of(kind: Kind, draft: DataclassInstance) -> Facts:
    """Return a form's fields as plain values; empty ones are left out."""
    return {
        name: MASKED if (kind, name) in CONFIDENTIAL else _plain(value)
        for name, value in _filled(draft).items()
        if name not in NEVER
    }


def _filled(record: DataclassInstance) -> dict[str, object]:
    """Return the fields of a record that are not empty."""
    held = {one.name: getattr(record, one.name) for one in fields(record)}
    return {name: value for name, value in held.items() if value not in (None, "", (), {})}


def _plain(value: object) -> object:
    """Return what JSON can hold of a field's value."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(one) for name, one in _filled(value).items()}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
