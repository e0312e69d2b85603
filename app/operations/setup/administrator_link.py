"""The link that an operator has printed: the first administrator's way in, and every administrator's way back in.

Whoever opens it chooses a password (``accounts/password_links.py``).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput
from app.booking.values import Instant
from app.operations.accounts import link_records
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.grants import administrators
from app.operations.saving import edit
from app.operations.setup.users import invite_administrator
from app.storage.tables import User
from app.texts import _

HOURS = 48
_TOKEN_BYTES = 24


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A new link. ``token`` is told this once; ``resets``: the account has a password, good until the new one."""

    token: str
    email: str
    name: str
    expires_at: Instant
    resets: bool


def make_link(context: Context, email: str, name: str) -> MadeLink:
    """Return a link for an administrator, whose account is made where there is none; earlier links become worthless.

    Raises:
        InvalidInput: the email address or name cannot be used, or is not that of an active administrator.
        NotAllowed.
    """
    token = secrets.token_hex(_TOKEN_BYTES)
    expires_at = context.now + HOURS * 3600

    def work() -> MadeLink:
        row = User.get_or_none(User.email == email.strip().lower()) or invite_administrator(context, email, name)
        _check_administrator(row)
        link_records.add(token, row, "printed", expires_at, context.now)
        how = Change(after={"purpose": "printed"})
        record(context, Action.LINK_MADE, Subject(Kind.USER, row.public_id), how)
        return MadeLink(token, row.email, row.name, expires_at, bool(User.get_by_id(row.id).password_hash))

    return edit(context, work, Permission.MANAGE_USERS)


def _check_administrator(row: User) -> None:
    if not row.active or not User.select().where(User.id == row.id, User.id.in_(administrators())).exists():
        raise InvalidInput(
            "email",
            _(
                "Somebody signs in with this email address who is no administrator or is switched off; "
                "please use another one, or change that account on the page of users."
            ),
        )
