"""The client record of an account that books for itself: its email address is the account's, whoever changes that."""

from __future__ import annotations

from app.access.grants import Target
from app.access.permissions import Permission
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import MASKED, Action, Kind
from app.operations.clients.client_records import follow_address
from app.operations.context import Context
from app.operations.saving import touch
from app.storage.clients import is_mail_of_another
from app.storage.tables import Client, User


def carry_address(context: Context, user: User) -> None:
    """Give an account's client record the account's email address, within the transaction that changes that.

    Letters and links go as with every other address of a client. Where the record of somebody else has the address
    already, this one keeps its own: who is who people have to say.
    """
    row: Client | None = Client.get_or_none(Client.user == user.id)
    if row is None or row.email == user.email or is_mail_of_another(user.email, row.id):
        return
    touch(context, row, None)
    follow_address(context, row)
    row.email = user.email
    row.save(only=["email"])
    changed = {"email": MASKED}
    record(context, Action.CHANGED, Subject(Kind.CLIENT, row.public_id), Change(changed, changed))


def keeps_former_address(context: Context, public_id: str) -> bool:
    """Whether the client record of an account (its public id) has another email address than the account.

    Raises:
        NotAllowed.
    """
    context.require(Permission.MANAGE_USERS, Target())

    def look() -> bool:
        row: Client | None = Client.select(Client, User).join(User).where(User.public_id == public_id).first()
        return row is not None and row.email != row.user.email

    return context.store.read(look)
