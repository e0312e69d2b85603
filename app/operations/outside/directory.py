"""Signing in with the password of a directory."""

from __future__ import annotations

import logging

from app.booking.refusals import InvalidInput, SourceAway
from app.booking.values import Instant
from app.integrations.ldap.values import DirectoryError, PermanentDirectoryError
from app.operations.accounts.own_account import own_id
from app.operations.context import Context
from app.operations.outside.accounts import SWITCHED_OFF, admit
from app.operations.outside.values import DIRECTORY, Claim, Source, Sources
from app.storage.account_tables import ExternalIdentity
from app.storage.store import Store
from app.texts import _

MAX_LOGIN = 254

_log = logging.getLogger(__name__)


def check_directory(store: Store, sources: Sources, login: str, password: str, now: Instant) -> str | None:
    """Return the public id of the account of whoever has this name and password in the directory, or None.

    An account that is switched off is as good as none, as it is with a password of this site.

    Raises:
        InvalidInput: they get no account here. SourceAway: the directory gives no answer. Unavailable.
    """
    settings = sources.directory
    if settings is None:
        return None
    from app.integrations.ldap.directory import check_login

    try:
        person = check_login(settings, login[:MAX_LOGIN], password)
    except DirectoryError as error:
        raise _away(error) from error
    if person is None:
        return None
    said = (person.subject, person.email, person.name, person.groups)
    try:
        return admit(store, sources, Claim(Source.LDAP, DIRECTORY, *said, is_verified=True), now)
    except InvalidInput as refusal:
        if refusal.problem == _(SWITCHED_OFF):
            return None
        raise


def check_own_directory(context: Context, sources: Sources, password: str) -> bool:
    """Whether this is the password that whoever acts has in the directory.

    Raises:
        SourceAway: the directory gives no answer.
    """
    user_id, settings = own_id(context), sources.directory
    mine = (ExternalIdentity.user == user_id) & (ExternalIdentity.source == Source.LDAP.value)
    row = context.store.read(lambda: ExternalIdentity.get_or_none(mine, ExternalIdentity.subject.is_null(False)))
    if row is None or settings is None:
        return False
    from app.integrations.ldap.directory import check_again

    try:
        return check_again(settings, row.subject, password)
    except DirectoryError as error:
        raise _away(error) from error


def _away(error: DirectoryError) -> SourceAway:
    level = logging.ERROR if isinstance(error, PermanentDirectoryError) else logging.WARNING
    _log.log(level, "%s", error)
    return SourceAway(Source.LDAP.value)
