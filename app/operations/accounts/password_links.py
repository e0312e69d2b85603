"""Links by which one person chooses a password once, as whoever opens them uses them.

Printed ones are made in ``setup/administrator_link.py``, mailed ones in ``mailed_links.py``; what is stored of either
is in ``link_records.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.access.actors import VISITOR
from app.booking.refusals import LinkSpent
from app.booking.values import Instant
from app.operations.accounts import link_records
from app.operations.accounts.new_passwords import check_new_password
from app.operations.accounts.sessions import end_sessions_of
from app.operations.accounts.sign_in import make_hash
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.letters.account_news import tell_account
from app.storage.store import Store
from app.storage.tables import User


@dataclass(frozen=True, slots=True)
class OpenLink:
    """A link that may be used now, and whose it is."""

    email: str
    name: str


def find_link(store: Store, reference: str, now: Instant) -> OpenLink:
    """Return whose link this is; looking does not use it up.

    Args:
        store: the database.
        reference: the token of a printed link, or what ``link_records.reference_of`` says of any.
        now: the present time.

    Raises:
        LinkSpent: it was used, replaced or has expired. NotFound: there never was such a link, or long ago.
    """

    def look() -> OpenLink:
        user = link_records.find_open(reference, now)[2]
        return OpenLink(user.email, user.name)

    return store.read(look)


def choose_password(store: Store, reference: str, password: str, now: Instant, address: str = "") -> str:
    """Give the link's account this password, use the link up, and return the account's public id.

    All its sessions end, as with every new password, and a mail tells its owner. ``address``: where the request comes
    from.

    Raises:
        InvalidInput: the password cannot be used; the link still can.
        LinkSpent, NotFound: as for ``find_link``.
    """
    whose = find_link(store, reference, now)
    checked = check_new_password(password, whose.name, whose.email)
    values: dict[str, Any] = {"password_hash": make_hash(checked), "changed_at": now}

    def work() -> str:
        value, link, user = link_records.find_open(reference, now)
        if not link_records.change(link_records.key_of(reference), value, replace(link, state=link_records.USED)):
            raise LinkSpent(link_records.USED)
        same = (User.id == user.id) & (User.password_hash == user.password_hash)
        if User.update(version=User.version + 1, **values).where(same).execute() != 1:
            raise LinkSpent(link_records.REPLACED)
        end_sessions_of(user.id)
        who = Context(store, VISITOR, now, address=address)
        record(who, Action.PASSWORD_CHANGED, Subject(Kind.USER, user.public_id), Change(after={"by": "link"}))
        if user.password_hash:
            tell_account(user, "password", now)
        return str(user.public_id)

    return store.write(work)
