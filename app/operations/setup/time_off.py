"""Time off: vacation and illness of people, maintenance of rooms and devices."""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.access.grants import Target
from app.access.permissions import Permission
from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput
from app.booking.values import MINUTE, Instant
from app.booking.wall_clock import local_date
from app.operations.audit.words import Kind
from app.operations.context import Context
from app.operations.rights import Placed, target_of_resource
from app.operations.saving import Key, Saved, check_day, edit, find_row, look, put, require_all
from app.operations.telling import Told
from app.storage.tables import Resource, TimeOff
from app.texts import _

MAX_REASON = 200
MAX_SECONDS = 2 * 366 * 86_400


@dataclass(frozen=True, slots=True)
class TimeOffDraft:
    """``resource`` (public id) cannot be had in ``[start, end)``.

    ``reason`` None: withheld from who looks at it; saved, it leaves what is kept.
    """

    resource: str
    start: Instant
    end: Instant
    reason: str | None = ""


def save_time_off(
    context: Context, draft: TimeOffDraft, public_id: str | None = None, version: int | None = None
) -> str:
    """Make or change a time off and return its public id; bookings inside it stay until somebody moves them.

    Raises:
        InvalidInput: an end that is not after the start, longer than two years, or the very same is there already.
        NotAllowed, NotFound, StaleVersion.
    """

    def work() -> str:
        _check_interval(draft)
        resource = find_row(Resource, "resource", draft.resource)
        require_all(context, Permission.MANAGE_HOURS, [*_as_it_was(public_id), target_of_resource(resource)])
        _check_only_one(resource, draft, public_id)
        values = {
            "resource": resource.id,
            "start_at": draft.start,
            "end_at": draft.end,
            "reason": _reason(context, draft, public_id),
        }
        return str(put(context, TimeOff, "time off", Key(public_id, version), values).public_id)

    return edit(context, work, Permission.MANAGE_HOURS, Told(Kind.TIME_OFF, _draft, public_id))


def _reason(context: Context, draft: TimeOffDraft, public_id: str | None) -> str:
    """Return the reason to be kept: the typed one, or the one there is, where who saves cannot have meant to empty it.

    It stays with whose it is: given to somebody else, the time off tells nothing of the first one's reason.
    """
    typed = clean_line(draft.reason or "", "reason", MAX_REASON)
    if typed or public_id is None:
        return typed
    row = find_row(TimeOff, "time off", public_id)
    is_meant = draft.reason is not None and may_read_reason(context, row.resource)
    return "" if is_meant or row.resource.public_id != draft.resource else str(row.reason)


def may_read_reason(context: Context, resource: Placed) -> bool:
    """Whether the actor may read why a resource is away: who edits its hours need not."""
    return context.may(Permission.SEE_DETAILS, target_of_resource(resource))


def block_time(context: Context, draft: TimeOffDraft) -> str:
    """Make a time off and return its public id; that of one which is there already for the very same time.

    Raises:
        InvalidInput, NotAllowed, NotFound: as for ``save_time_off``.
    """
    span = (draft.start, draft.end)
    saved = list_time_off(context, draft.resource)
    same = (one.public_id for one in saved if (one.draft.start, one.draft.end) == span)
    return next(same, None) or save_time_off(context, draft)


def _as_it_was(public_id: str | None) -> list[Target]:
    return [] if public_id is None else [target_of_resource(find_row(TimeOff, "time off", public_id).resource)]


def _check_interval(draft: TimeOffDraft) -> None:
    check_day(local_date(draft.start, "UTC"), "first")
    if draft.end <= draft.start:
        raise InvalidInput("last", _("The end is not after the start; please correct one of them."))
    if draft.end - draft.start > MAX_SECONDS:
        raise InvalidInput("last", _("Time off lasts at most two years; please switch the resource off instead."))
    if draft.start % MINUTE or draft.end % MINUTE:
        raise InvalidInput("first", _("Please give whole minutes."))


def _check_only_one(resource: Resource, draft: TimeOffDraft, public_id: str | None) -> None:
    """Refuse what a form sent twice would make; another reason for the same time is a change of the first one."""
    same = TimeOff.select().where(
        TimeOff.resource == resource, TimeOff.start_at == draft.start, TimeOff.end_at == draft.end
    )
    if public_id is not None:
        same = same.where(TimeOff.public_id != public_id)
    if same.exists():
        raise InvalidInput(
            "first", _("{name} has just this time off already; please change that one.", name=resource.name)
        )


def remove_time_off(context: Context, public_id: str) -> None:
    """Delete a time off; raise NotFound when it is gone already."""

    def work() -> None:
        require_all(context, Permission.MANAGE_HOURS, _as_it_was(public_id))
        find_row(TimeOff, "time off", public_id).delete_instance()

    edit(context, work, Permission.MANAGE_HOURS, Told(Kind.TIME_OFF, _draft, public_id))


def get_time_off(context: Context, public_id: str) -> Saved[TimeOffDraft]:
    """Return one time off, without a reason that the actor may not read, or raise NotFound."""

    def work() -> Saved[TimeOffDraft]:
        require_all(context, Permission.MANAGE_HOURS, _as_it_was(public_id))
        return _as_seen(context, find_row(TimeOff, "time off", public_id))

    return look(context, work, Permission.MANAGE_HOURS)


def list_time_off(context: Context, resource: str = "") -> list[Saved[TimeOffDraft]]:
    """Return the time off that has not ended and that the actor may edit, the next one first.

    ``resource``: of this one alone, by its public id.
    """
    query = TimeOff.select(TimeOff, Resource).join(Resource).where(TimeOff.end_at > context.now)
    if resource:
        query = query.where(Resource.public_id == resource)

    def work() -> list[Saved[TimeOffDraft]]:
        rows = query.order_by(TimeOff.start_at, TimeOff.id)
        may_edit = [row for row in rows if context.may(Permission.MANAGE_HOURS, target_of_resource(row.resource))]
        return [_as_seen(context, row) for row in may_edit]

    return look(context, work, Permission.MANAGE_HOURS)


def _as_seen(context: Context, row: TimeOff) -> Saved[TimeOffDraft]:
    saved = _saved(row)
    return saved if may_read_reason(context, row.resource) else replace(saved, draft=replace(saved.draft, reason=None))


def _saved(row: TimeOff) -> Saved[TimeOffDraft]:
    draft = TimeOffDraft(row.resource.public_id, row.start_at, row.end_at, row.reason)
    return Saved(row.public_id, row.version, draft)


def _draft(public_id: str) -> TimeOffDraft:
    return _saved(find_row(TimeOff, "time off", public_id)).draft
