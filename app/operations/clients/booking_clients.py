"""Clients: found again by mail and name, or added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access.actors import ActorKind
from app.access.permissions import Permission
from app.booking.answers import check_email, check_phone, clean_line
from app.booking.refusals import NotAllowed, NotFound
from app.booking.wall_clock import zone
from app.operations.context import Context
from app.operations.requests import ClientDetails
from app.operations.within import bookings_within
from app.storage import clients
from app.storage.public_ids import new_public_id
from app.storage.tables import Booking, Client
from app.texts import _, language

MAX_NAME = 200


def find_or_add_client(context: Context, details: ClientDetails) -> Client:
    """Return the client these details name, inside a running transaction.

    A visitor who types a known email address and name gets the same record again; nothing in that record is changed,
    because whoever types it has not shown to be that person.

    Raises:
        NotFound: an unknown client id. InvalidInput: an empty or impossible name, email address or phone number.
        UnknownZone: letters could not say the time in it.
    """
    if details.tzid:
        zone(details.tzid)
    if details.is_actor:
        return _actor_as_client(context, details.tzid)
    if details.public_id:
        return _get(context, details.public_id)
    name = clean_line(details.name, "name", MAX_NAME, required=True)
    email = check_email(details.email, "email")
    phone = check_phone(details.phone, "phone")
    known = clients.find_by_mail_and_name(email, name)
    if known is not None:
        return Client(id=known[0], public_id=known[1], name=name, email=email)
    spoken = language() if context.actor.kind is ActorKind.VISITOR else ""
    return _add(context, {"name": name, "email": email, "phone": phone, "tzid": details.tzid, "language": spoken})


def _get(context: Context, public_id: str) -> Client:
    """Return a client of one of the bookings whose contacts the actor may see."""
    context.require_anywhere(Permission.SEE_CONTACTS)
    query = Client.select().where(Client.public_id == public_id)
    within = bookings_within(context, Permission.SEE_CONTACTS)
    if within is not None:
        query = query.where(Client.id.in_(Booking.select(Booking.client).where(within)))
    row: Client | None = query.first()
    if row is None:
        raise NotFound(kind="client", reference=public_id)
    return row


def _actor_as_client(context: Context, tzid: str) -> Client:
    """Return the record of somebody signed in who books for themselves, made when they first do."""
    actor = context.actor
    if actor.user_id is None:
        raise NotAllowed(permission=Permission.BOOK_FOR_SELF.value, reason=_("Please sign in to book for yourself."))
    row: Client | None = Client.get_or_none(Client.user == actor.user_id)
    if row is not None:
        return row
    return _add(context, {"name": actor.name, "email": actor.email, "tzid": tzid, "user_id": actor.user_id})


def _add(context: Context, given: Mapping[str, Any]) -> Client:
    values = {
        "public_id": new_public_id(),
        "version": 1,
        "phone": "",
        "notes": "",
        "created_at": context.now,
        "changed_at": context.now,
        **given,
    }
    return Client(id=clients.add_client(values), **values)
