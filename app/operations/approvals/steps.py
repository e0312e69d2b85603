"""The steps of requests as they stand: read for one request that is decided, or for a whole list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from app.booking.approvals import Asked, StepStatus
from app.booking.values import ApprovalRule, ApprovalStep, Service
from app.operations.approvals.asking import plain_step
from app.operations.approvals.own import accounts_of, client_of
from app.operations.context import Context
from app.storage.approval_tables import Approval
from app.storage.tables import Booking, ChangeRequest

_AGREED = (StepStatus.APPROVED, StepStatus.ACCEPTED)
_NEITHER = frozenset({None})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a request: its row, and what the rules know of it."""

    row: Approval
    asked: Asked

    @property
    def status(self) -> StepStatus:
        """Where it is."""
        return StepStatus(self.row.status)

    @property
    def waits(self) -> bool:
        """Whether somebody has to decide it now."""
        return self.status is StepStatus.WAITING


def open_change(row: Booking) -> ChangeRequest | None:
    """Return the wished change of a booking that waits, if there is one."""
    found: ChangeRequest | None = ChangeRequest.get_or_none(
        ChangeRequest.booking == row.id, ChangeRequest.status == "requested"
    )
    return found


def asked_by(row: Booking, change: ChangeRequest | None = None) -> frozenset[int]:
    """Return the accounts that asked: who booked or wished the change, and for whom; none for outside clients."""
    return askers([(row, change)])[0]


def askers(requests: Sequence[tuple[Booking, ChangeRequest | None]]) -> list[frozenset[int]]:
    """Return the accounts that asked for each of these, in their order; one query where the clients were read."""
    clients = [client_of(row) for row, _ in requests]
    own = accounts_of([one for one in clients if one is not None])
    whose = [frozenset[int]() if one is None else own[one.id] for one in clients]
    made = [row.created_by_id if change is None else change.created_by_id for row, change in requests]
    return [for_whom | ({by} - _NEITHER) for for_whom, by in zip(whose, made, strict=True)]


def steps_of(context: Context, row: Booking, change: ChangeRequest | None) -> list[Step]:
    """Return the steps of a request or of a wished change, in their order; one query. None: it has no rules."""
    of_request = Approval.change.is_null() if change is None else Approval.change == change.id
    rows = list(Approval.select().where(Approval.booking == row.id, of_request, Approval.status != StepStatus.ENDED))
    return _steps(context, context.catalog.services[row.service_id], rows, asked_by(row, change))


def all_steps_of(context: Context, bookings: Collection[tuple[Booking, frozenset[int]]]) -> dict[int, list[Step]]:
    """Return all steps of bookings, also ended ones, by the booking's row id; one query.

    ``bookings``: each with who asked for what waits.
    """
    ids = [row.id for row, _ in bookings]
    rows: dict[int, list[Approval]] = defaultdict(list)
    for one in Approval.select().where(Approval.booking.in_(ids)) if ids else ():
        rows[one.booking_id].append(one)
    services = context.catalog.services
    return {
        row.id: _steps(context, services[row.service_id], rows[row.id], who) for row, who in bookings if rows[row.id]
    }


def _steps(context: Context, service: Service, rows: Iterable[Approval], who: frozenset[int]) -> list[Step]:
    ordered = sorted(rows, key=lambda one: (one.change_id or 0, one.number, one.id))
    return [Step(one, _asked(context, service, one, ordered, who)) for one in ordered]


def _asked(context: Context, service: Service, row: Approval, rows: Sequence[Approval], who: frozenset[int]) -> Asked:
    others = {
        person
        for other in rows
        if other.id != row.id and (other.rule_id, other.change_id) == (row.rule_id, row.change_id)
        if other.status in _AGREED
        for person in (other.decided_by_id, other.decided_for_id)
    }
    rule = None if row.rule_id is None else context.catalog.approvals[row.rule_id]
    step = plain_step(service) if rule is None else _step_of(rule, row.number)
    asked = who | ({row.asked_by_id} - _NEITHER)
    return Asked(rule, step, bool(row.escalated), asked, frozenset(others - _NEITHER))


def _step_of(rule: ApprovalRule, number: int) -> ApprovalStep:
    return next(step for step in rule.steps if step.number == number)
