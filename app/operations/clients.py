"""Clients: found again by mail and name, or added."""

from __future__ import annotations

from app.access.permissions import Permission
from app.booking.answers import check_email, check_phone, clean_line
from app.booking.refusals import NotFound
from app.booking.wall_clock import zone
from app.operations.context import Context
from app.operations.requests import ClientDetails
from app.storage.public_ids import new_public_id
from app.storage.statements import fetch, insert_row
from app.storage.tables import Client

MAX_NAME = 200
_FIND = "SELECT id FROM client WHERE email = %s AND name = %s ORDER BY id LIMIT 1"


def find_or_add_client(context: Context, details: ClientDetails) -> Client:
    """Return the client these details name, inside a running transaction.

    A visitor who types a known mail address and name gets the same record again; nothing in that record is changed,
    because whoever types it has not shown to be that person.

    Raises:
        NotFound: an unknown client id. InvalidInput: an empty or impossible name, mail address or phone number.
        UnknownZone: letters could not say the time in it.
    """
    if details.tzid:
        zone(details.tzid)
    if details.public_id:
        return _get(context, details.public_id)
    name = clean_line(details.name, "name", MAX_NAME, required=True)
    email = check_email(details.email, "email")
    phone = check_phone(details.phone, "phone")
    known = fetch(_FIND, (email, name))
    if known:
        return Client(id=known[0][0], name=name, email=email)
    values = {
        "public_id": new_public_id(),
        "version": 1,
        "name": name,
        "email": email,
        "phone": phone,
        "notes": "",
        "tzid": details.tzid,
        "created_at": context.now,
        "changed_at": context.now,
    }
    return Client(id=insert_row("client", values), **values)


def _get(context: Context, public_id: str) -> Client:
    context.require(Permission.SEE_CLIENTS)
    row: Client | None = Client.get_or_none(Client.public_id == public_id)
    if row is None:
        raise NotFound(kind="client", reference=public_id)
    return row
