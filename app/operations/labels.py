"""Labels on bookings: staff give them and take them away, as workflow rules do."""

from __future__ import annotations

from collections.abc import Collection

from app.access.permissions import Permission
from app.booking.refusals import NotFound
from app.booking.values import Catalog
from app.operations import records
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.look_up import view_of
from app.operations.rights import target_of
from app.operations.views import BookingView
from app.storage.label_tables import BookingLabel
from app.storage.labels import labels_of
from app.storage.tables import Booking


def label_booking(
    context: Context, booking: str, add: Collection[str] = (), remove: Collection[str] = ()
) -> BookingView:
    """Give a booking labels and take others away, by their public ids; staff who may move it may do this.

    Only what is to change is named, so that two who label at once undo nothing of each other.

    Raises:
        NotFound: no such booking or label. NotAllowed.
    """

    def work() -> None:
        row = records.get_locked(booking)
        require_marking(context, row)
        catalog = context.catalog
        change_labels(context, row, [_id(catalog, one) for one in add], [_id(catalog, one) for one in remove])

    context.store.write(work)
    return view_of(context, booking)


def require_marking(context: Context, row: Booking) -> None:
    """Go on only for staff who may move a booking and see its details.

    Raises:
        NotAllowed.
    """
    target = target_of(row)
    context.require(Permission.MOVE, target)
    context.require(Permission.SEE_DETAILS, target)
    if not context.actor.is_staff:  # clients may move their own, but labels and who is responsible are words of staff
        context.require(Permission.BOOK_FOR_OTHERS, target)


def _id(catalog: Catalog, public_id: str) -> int:
    for one in catalog.labels.values():
        if one.public_id == public_id:
            return one.id
    raise NotFound(kind="label", reference=public_id)


def change_labels(context: Context, row: Booking, add: Collection[int], remove: Collection[int]) -> None:
    """Change the labels of a booking by row ids, inside a write transaction; what changes nothing is not told."""
    before = labels_of([row.id]).get(row.id, [])
    new, gone = set(add) - set(before), set(before) & set(remove) - set(add)
    if not new and not gone:
        return
    for one in sorted(new):
        BookingLabel.insert(booking=row.id, label=one).on_conflict_ignore().execute()
    BookingLabel.delete().where(BookingLabel.booking == row.id, BookingLabel.label.in_(sorted(gone))).execute()
    told = [_public_ids(context.catalog, ids) for ids in (set(before), set(before) - gone | new)]
    subject = Subject(Kind.BOOKING, row.public_id)
    record(context, Action.LABELLED, subject, Change({"labels": told[0]}, {"labels": told[1]}))


def _public_ids(catalog: Catalog, ids: Collection[int]) -> list[str]:
    return [one.public_id for one in catalog.labels.values() if one.id in ids]
