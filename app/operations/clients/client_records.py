"""The record of a client as staff see and correct it: contact, notes, and the bookings that they may know of."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from peewee import Expression

from app.access.permissions import Permission
from app.booking.answers import check_email, check_phone, clean_line, clean_text
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.booking.statuses import Status
from app.booking.values import Instant
from app.operations.audit.looks import tell_look
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.clients.booking_clients import MAX_NAME
from app.operations.context import Context
from app.operations.letters.address_letters import tell_former_address
from app.operations.look_up import read_views
from app.operations.saving import touch
from app.operations.views import BookingView
from app.operations.within import bookings_within
from app.storage import outbox
from app.storage.audit_tables import AuditEntry
from app.storage.tables import Attendee, Booking, Client, WaitingEntry
from app.texts import _, mark

MAX_NOTES = 10_000
MOST_BOOKINGS = 200
SHARED = mark(
    "This client has bookings with others, too; email address and phone are changed by who may edit all of them."
)
_READ = (Booking.public_id, Booking.created_by, Booking.created_at, Booking.start_at, Booking.status)
_CAME = (Status.CONFIRMED, Status.COMPLETED)


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """One client, reduced to what the actor may see; ``notes`` None: not to be seen.

    ``withheld``: they are not, as it could not be written down that somebody looks.

    ``has_account``: somebody of staff who books for themselves, whose name and email address are those of the account.
    ``bookings``: the latest first, at most ``MOST_BOOKINGS``.
    ``is_shared``: the actor may edit, but neither email address nor phone, as others have bookings of this client.
    """

    public_id: str
    version: int
    name: str
    email: str
    phone: str
    notes: str | None
    has_account: bool
    may_edit: bool
    may_answer: bool
    since: Instant
    bookings: tuple[BookingView, ...]
    withheld: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ClientDraft:
    """What the form of a client says; ``notes`` None leaves them as they are."""

    name: str
    email: str
    phone: str = ""
    notes: str | None = None


def get_client(context: Context, public_id: str) -> ClientRecord:
    """Return a client's record.

    Raises:
        NotFound: no such client, or none of theirs whose contact the actor may see. NotAllowed: there can be none.
    """
    context.require_anywhere(Permission.SEE_CONTACTS)

    def look() -> ClientRecord:
        row = find_client(context, public_id, Permission.SEE_CONTACTS)
        return ClientRecord(
            public_id=row.public_id,
            version=row.version,
            name=row.name,
            email=row.email,
            phone=row.phone,
            notes=row.notes if _may(context, row, Permission.SEE_CONFIDENTIAL) else None,
            has_account=row.user_id is not None,
            may_edit=_may(context, row, Permission.EDIT_CLIENTS),
            may_answer=context.may(Permission.DATA_REQUESTS),
            since=row.created_at,
            bookings=tuple(_bookings(context, row)),
            is_shared=_is_shared(context, row),
        )

    return context.store.read(look)


def look_at_client(context: Context, public_id: str) -> ClientRecord:
    """Return a client's record to be shown with its notes, and write down that somebody signed in looks at them.

    Raises:
        NotFound, NotAllowed: as for ``get_client``.
    """
    found = get_client(context, public_id)
    if not found.notes or context.actor.user_id is None or tell_look(context, Subject(Kind.CLIENT, public_id)):
        return found
    return replace(found, notes=None, withheld=True)


def save_client(context: Context, public_id: str, draft: ClientDraft, version: int | None = None) -> None:
    """Correct a client's name and contact, and the notes where the actor may see them.

    Raises:
        InvalidInput: with the field that has to be mended. NotAllowed, NotFound, StaleVersion.
    """
    context.require_anywhere(Permission.EDIT_CLIENTS)
    values = {
        "name": clean_line(draft.name, "name", MAX_NAME, required=True),
        "email": check_email(draft.email, "email"),
        "phone": check_phone(draft.phone, "phone"),
    }

    def work() -> None:
        row = find_client(context, public_id, Permission.SEE_CONTACTS)
        _require(context, row, Permission.EDIT_CLIENTS)
        if row.user_id is not None and (row.name, row.email) != (values["name"], values["email"]):
            problem = _("This client is an account of staff: name and email address are changed there, under Users.")
            raise InvalidInput("name" if row.name != values["name"] else "email", problem)
        _check_contact(context, row, values)
        if draft.notes is not None:
            _require(context, row, Permission.SEE_CONFIDENTIAL)
            values["notes"] = clean_text(draft.notes, "notes", MAX_NOTES)
        changed = {name: MASKED for name, value in values.items() if getattr(row, name) != value}
        touch(context, row, version)
        if row.email != values["email"]:
            follow_address(context, row)
        for name, value in values.items():
            setattr(row, name, value)
        row.save(only=list(values))
        if changed:
            record(context, Action.CHANGED, Subject(Kind.CLIENT, public_id), Change(changed, changed))
        for attendee in Attendee.select().where(Attendee.client == row.id):
            attendee.name = values["name"]
            attendee.save()

    context.store.write(work)


def gives_new_address(context: Context, public_id: str, email: str) -> bool:
    """Whether a form with this email address would change where a client's letters go.

    Raises:
        NotFound, NotAllowed: as for ``get_client``.
    """
    record_now = get_client(context, public_id)
    if not record_now.may_edit or record_now.has_account or record_now.is_shared:
        return False
    try:
        return check_email(email) != record_now.email
    except InvalidInput:
        return False


def find_client(context: Context, public_id: str, permission: Permission) -> Client:
    """Return the row of a client with whom the actor has to do by this permission, inside a transaction.

    Raises:
        NotFound: no such client, or only of bookings on which the actor lacks the permission.
    """
    row: Client | None = Client.get_or_none(Client.public_id == public_id)
    if row is None or not _may(context, row, permission):
        raise NotFound(kind="client", reference=public_id)
    return row


def follow_address(context: Context, row: Client) -> None:
    """Tell a client's address of now that mails go elsewhere, and let links that went there open nothing.

    Within the transaction that then gives another one. Whoever waits gets the way out anew: they have no other letter
    that could bring it.
    """
    tell_former_address(row, context.now)
    for table in (Booking, WaitingEntry):
        table.update(link_number=table.link_number + 1).where(table.client == row.id).execute()
    waits = (WaitingEntry.client == row.id) & (WaitingEntry.status == "waiting") & (WaitingEntry.latest > context.now)
    for entry in WaitingEntry.select().where(waits).order_by(WaitingEntry.id):
        outbox.add_message("waiting_joined", None, {"waiting": entry.public_id}, context.now)


def _may(context: Context, row: Client, permission: Permission) -> bool:
    """Whether the actor has the permission on all bookings, or on one of this client's.

    For more than the contact that booking has to show that the client is theirs: who knows a name and an email address
    can book for that client, signed in or on the public pages, and would see what colleagues have noted.
    """
    if not context.may(permission):
        return False
    within = bookings_within(context, permission)
    if within is None:
        return True
    of_client = Booking.client == row.id
    if permission is Permission.SEE_CONTACTS:
        return bool(Booking.select(Booking.id).where(of_client, within).exists())
    mine = list(Booking.select(*_READ).where(of_client, within))
    if any(one.created_by_id not in (None, context.actor.user_id) for one in mine):
        return True
    if mine and not _has_others(row, within):
        # Known since one of these was made, so nobody else can have noted anything before.
        return bool(min(one.created_at for one in mine) <= row.created_at)
    return _has_come(context, [one for one in mine if one.created_by_id is None])


def _has_others(row: Client, within: Expression) -> bool:
    of_client = Booking.select(Booking.id).where(Booking.client == row.id)
    return bool(of_client.where(Booking.id.not_in(Booking.select(Booking.id).where(within))).exists())


def _has_come(context: Context, booked_by_visitors: Sequence[Booking]) -> bool:
    """Whether the time of one of these has begun, by itself: not because somebody moved it to a time that had."""
    begun = [one for one in booked_by_visitors if one.start_at <= context.now and one.status in _CAME]
    if not begun:
        return False
    ids = [one.public_id for one in begun]
    told = AuditEntry.select().where(AuditEntry.kind == Kind.BOOKING, AuditEntry.object.in_(ids))
    moved_back = {one.object for one in told if json.loads(one.after).get("start", one.at + 1) <= one.at}
    return not moved_back.issuperset(ids)


def _is_shared(context: Context, row: Client) -> bool:
    """Whether this client has bookings, too, that the actor may not edit: where letters go is not theirs to say."""
    within = bookings_within(context, Permission.EDIT_CLIENTS)
    return within is not None and _has_others(row, within)


def _check_contact(context: Context, row: Client, values: Mapping[str, str]) -> None:
    changed = next((one for one in ("email", "phone") if getattr(row, one) != values[one]), None)
    if changed is not None and _is_shared(context, row):
        raise InvalidInput(changed, _(SHARED))


def _require(context: Context, row: Client, permission: Permission) -> None:
    if not _may(context, row, permission):
        reason = _("Your role does not include this for any booking of this client.")
        raise NotAllowed(permission=permission.value, reason=reason)


def _bookings(context: Context, row: Client) -> list[BookingView]:
    conditions = [Booking.client == row.id]
    within = bookings_within(context, Permission.SEE_TITLES)
    if within is not None:
        conditions.append(within)
    latest_first = (Booking.start_at.desc(), Booking.id.desc())
    return read_views(context, lambda query: query.where(*conditions).order_by(*latest_first).limit(MOST_BOOKINGS))
