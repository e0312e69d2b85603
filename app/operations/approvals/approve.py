"""Deciding about requests: approve or decline a requested booking, or a wished change of a confirmed one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.access.actors import ActorKind
from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import clean_text
from app.booking.approval_words import HINDRANCE_WORDS
from app.booking.approvals import Hindrance, StepStatus
from app.booking.refusals import InvalidTransition, NotAllowed, StaleVersion, StepDecided
from app.booking.statuses import Status, check_transition
from app.operations import records
from app.operations.announce import announce
from app.operations.approvals.approvers import Voice, choose_voice, voices_of
from app.operations.approvals.settle import carry_out, go_on
from app.operations.approvals.steps import Step, asked_by, open_change, steps_of
from app.operations.audit.bookings import tell, tell_status
from app.operations.audit.recording import Change
from app.operations.audit.words import MASKED, Action
from app.operations.changes import close_change
from app.operations.context import Context
from app.operations.expiry import expire
from app.operations.look_up import view_of
from app.operations.rights import approving_target, deciding_target
from app.operations.views import BookingView
from app.operations.waiting import Freed, freed_by, offer_freed, wished_by
from app.storage.approval_tables import Approval
from app.storage.tables import Booking, ChangeRequest
from app.texts import _

MAX_REASON = 500
Mine = list[tuple[Step, Voice | None]]
"""Steps that the actor decides, and in whose name; None: the system."""


def approve(context: Context, booking: str, version: int | None = None) -> BookingView:
    """Approve a request, or the wished change of a confirmed booking; ``version``: what was looked at, if known.

    Where it has steps, those that wait for the actor now are approved together, and no later one. The last one carries
    out what was asked for.

    Raises:
        InvalidTransition: nothing waits for approval, or it ran out. StaleVersion: the client moved it meanwhile.
        StepDecided: somebody else was faster. NotAllowed: also when no step is the actor's. NotFound.
    """

    def work(row: Booking, change: ChangeRequest | None, mine: Mine) -> list[Freed]:
        if not mine:
            return carry_out(context, row, change)
        _mark(context, mine, StepStatus.APPROVED)
        if _has_rules(context, row, change):  # else this decides all of it, which is told by itself
            tell(context, Action.STEP_APPROVED, row, Change(after={"steps": len(mine)}))
        return go_on(context, row, change)

    return _decide(context, booking, (Permission.APPROVE, version), work)


def decline(context: Context, booking: str, reason: str = "", version: int | None = None) -> BookingView:
    """Decline a request, or the wished change of a confirmed booking, which then keeps its old time.

    Where it has steps, one who declines is enough; the others end with it.

    Raises:
        InvalidTransition: nothing waits for approval. StaleVersion: the client moved it meanwhile.
        StepDecided, NotAllowed, NotFound: as for ``approve``.
    """
    reason = clean_text(reason, "reason", MAX_REASON)

    def work(row: Booking, change: ChangeRequest | None, mine: Mine) -> list[Freed]:
        _mark(context, mine, StepStatus.DECLINED)
        freed = freed_by(row) if change is None else wished_by(row, change)
        if change is not None:
            close_change(context, change, "declined")
            row.version, row.changed_at = row.version + 1, context.now
            row.save()
            tell(context, Action.CHANGE_DECLINED, row, Change(after={"reason": MASKED} if reason else {}))
            announce(context, row, "change_declined", change=change.public_id, reason=reason)
        else:
            check_transition(Status(row.status), Status.DECLINED)
            records.release(context, row, Status.DECLINED)
            tell_status(context, Action.DECLINED, row, Status.REQUESTED, typed=reason)
            announce(context, row, "declined", reason=reason)
        return [freed]

    return _decide(context, booking, (Permission.DECLINE, version), work)


def _decide(
    context: Context,
    booking: str,
    asked: tuple[Permission, int | None],
    work: Callable[[Booking, ChangeRequest | None, Mine], list[Freed]],
) -> BookingView:
    permission, version = asked

    def decide_locked() -> None:
        expire(context)
        row = records.get_locked(booking)
        change = open_change(row)
        context.require(permission, _target(row, change, permission))
        if change is None and row.status != Status.REQUESTED:
            raise InvalidTransition(row.status, "approved")
        if version is not None and version != row.version:
            raise StaleVersion()
        mine = _own_steps(context, row, change, permission)
        for freed in work(row, change, mine):
            offer_freed(context, freed)

    context.store.write(decide_locked)
    return view_of(context, booking)


def _target(row: Booking, change: ChangeRequest | None, permission: Permission) -> Target:
    return (approving_target if permission is Permission.APPROVE else deciding_target)(row, change)


def _own_steps(context: Context, row: Booking, change: ChangeRequest | None, permission: Permission) -> Mine:
    """Return the waiting steps that the actor decides, each with in whose name; nothing where there are no steps.

    Raises:
        NotAllowed: none of them is the actor's, or it has no steps and is the actor's own request. StepDecided: one
            was, and is decided already.
    """
    steps = steps_of(context, row, change)
    if context.actor.kind is ActorKind.SYSTEM:
        return [(step, None) for step in steps if step.waits]
    if not steps and context.actor.user_id in asked_by(row, change):
        raise NotAllowed(permission=permission.value, reason=_(HINDRANCE_WORDS[Hindrance.OWN_REQUEST]))
    voices = voices_of(context) if steps else ()
    target = _target(row, change, permission)
    found = [(step, *choose_voice(voices, step.asked, permission, target)) for step in steps]
    mine: Mine = [(step, voice) for step, voice, _ in found if voice is not None and step.waits]
    if steps and not mine:
        _refuse(context, permission, [(step, problem) for step, _, problem in found])
    return mine


def _has_rules(context: Context, row: Booking, change: ChangeRequest | None) -> bool:
    return any(step.asked.rule is not None for step in steps_of(context, row, change))


def _refuse(context: Context, permission: Permission, found: Sequence[tuple[Step, Hindrance | None]]) -> None:
    missed = [step for step, problem in found if problem is None and step.status is not StepStatus.LATER]
    if any(step.row.decided_by_id != context.actor.user_id for step in missed):
        raise StepDecided()
    problems = {problem for step, problem in found if step.waits}
    reason = next(_(words) for problem, words in HINDRANCE_WORDS.items() if problem in problems)
    raise NotAllowed(permission=permission.value, reason=reason)


def _mark(context: Context, mine: Mine, status: StepStatus) -> None:
    """Write a decision about steps; the condition in the update itself decides who was first.

    Raises:
        StepDecided: somebody else was.
    """
    for step, voice in mine:
        instead = voice.member.user_id if voice is not None and voice.is_deputy else None
        changes = {"decided_at": context.now, "decided_by": context.actor.user_id, "decided_for": instead}
        waits = (Approval.id == step.row.id) & (Approval.status == StepStatus.WAITING)
        if Approval.update(status=status, due_at=None, **changes).where(waits).execute() != 1:
            raise StepDecided()
