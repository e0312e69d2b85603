"""What is somebody's own: booked for their account, or for a client who has their email address.

Else who approves a service could book it for themselves at once, by choosing their own record or typing their name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from app.crypto.blind import normal_mail
from app.operations.context import Context
from app.storage.tables import Booking, Client, User


def client_of(row: Booking) -> Client | None:
    """Return whom a booking is for, None for nobody yet; no query where the client was read with it."""
    if row.client_id is None:
        return None
    client: Client = row.client
    return client


def is_own(context: Context, client: Client | None) -> bool:
    """Whether what is booked for a client is the actor's own."""
    actor = context.actor
    if client is None or actor.user_id is None:
        return False
    return client.user_id == actor.user_id or normal_mail(client.email) == normal_mail(actor.email)


def accounts_of(clients: Collection[Client]) -> dict[int, frozenset[int]]:
    """Return the accounts (row ids) whose own the bookings of each client are, by the client's row id; one query."""
    mails = {one.id: normal_mail(one.email) for one in clients}
    found: dict[str, set[int]] = defaultdict(set)
    query = User.select(User.id, User.email).where(User.email.in_(sorted({*mails.values()})))
    for user_id, email in query.tuples() if mails else ():
        found[normal_mail(email)].add(user_id)
    own = {one.id: set() if one.user_id is None else {int(one.user_id)} for one in clients}
    return {one: frozenset(accounts | found[mails[one]]) for one, accounts in own.items()}
