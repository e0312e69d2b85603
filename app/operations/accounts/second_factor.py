"""The second factor: codes of an app (TOTP, RFC 6238) and recovery codes; passkeys are in ``passkeys.py``.

A code counts once: its time step is written down by a conditional update, and only steps after it count. Recovery codes
are random enough (80 bits) to be stored as plain hashes; using one deletes it.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

import pyotp

from app.access.permissions import Permission
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import Instant
from app.operations.accounts.own_account import own_id, own_subject
from app.operations.accounts.sealed import BrokenSealError, is_sealed, unseal
from app.operations.accounts.session_limits import needs_second_factor
from app.operations.accounts.sessions import end_sessions_of, has_second_factor, hash_token
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.grants import check_may_change, check_way_in_left
from app.operations.letters.account_news import tell_account
from app.operations.look import look_of
from app.operations.saving import edit, find_row
from app.storage.account_tables import Authenticator, Passkey, RecoveryCode, UserSession
from app.storage.tables import User
from app.texts import _, mark

STEP_SECONDS = 30
DRIFT_STEPS = 1
"""Clocks of telephones may be half a minute off, and typing takes its time (RFC 6238 section 5.2)."""

RECOVERY_CODES = 10
PURPOSE = "authenticator.secret"
WRONG_CODE = mark("This code is wrong, was used already, or its time is over; please type the one that is shown now.")
NEEDED = mark("Your role needs a second factor, and this is your only one; please set up another one first.")
APP = Change(after={"factor": "app"})
_CODE_BYTES, _GROUP = 10, 4


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an app is told: ``uri`` as a picture to scan (otpauth), or the secret to type."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Factors:
    """What somebody has; ``authenticator_since`` None: no app. ``passkeys`` and ``recovery_codes`` are numbers."""

    authenticator_since: Instant | None
    passkeys: int
    recovery_codes: int


def own_factors(context: Context) -> Factors:
    """Return what whoever acts has set up."""
    user_id = own_id(context)

    def look() -> Factors:
        row = Authenticator.get_or_none(Authenticator.user == user_id)
        return Factors(
            None if row is None else row.confirmed_at,
            Passkey.select().where(Passkey.user == user_id).count(),
            RecoveryCode.select().where(RecoveryCode.user == user_id).count(),
        )

    return context.store.read(look)


def begin_authenticator(context: Context, secret_key: bytes) -> Enrolment:
    """Return what to tell an app; the same again until a code of it was shown.

    Raises:
        InvalidInput: there is an app already.
    """
    user_id = own_id(context)

    def work() -> Enrolment:
        user, row = User.get_by_id(user_id), Authenticator.get_or_none(Authenticator.user == user_id)
        if row is not None and row.confirmed_at is not None:
            raise InvalidInput("code", _("You have an app already; please remove it before you set up another one."))
        secret = _read_secret(secret_key, row)
        if secret is None:
            secret = pyotp.random_base32()
            Authenticator.delete().where(Authenticator.user == user_id).execute()
            Authenticator.create(user=user_id, secret=secret, created_at=context.now)
        uri = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=look_of(context).site_name)
        return Enrolment(secret, uri)

    return context.store.write(work)


def _read_secret(secret_key: bytes, row: Authenticator | None) -> str | None:
    """Return an app's secret, within a write transaction.

    What an older version has sealed by the site's secret key is written anew; after a change of that key it is lost.
    """
    if row is None:
        return None
    if not is_sealed(row.secret):
        return str(row.secret)
    try:
        row.secret = unseal(secret_key, PURPOSE, row.user_id, row.secret)
    except BrokenSealError:
        return None
    row.save(only=["secret"])
    return str(row.secret)


def confirm_authenticator(context: Context, secret_key: bytes, session: int, code: str) -> Sequence[str]:
    """Let the app count from now on, once it has shown a code; return recovery codes if there were none before.

    Raises:
        InvalidInput: the code is wrong, or nothing waits to be confirmed.
    """
    user_id = own_id(context)

    def work() -> Sequence[str]:
        row = Authenticator.get_or_none(Authenticator.user == user_id, Authenticator.confirmed_at.is_null())
        if not _spend(row, secret_key, code, context.now):
            raise InvalidInput("code", _(WRONG_CODE))
        Authenticator.update(confirmed_at=context.now).where(Authenticator.user == user_id).execute()
        note_second_factor(session, context.now)
        record(context, Action.FACTOR_ADDED, own_subject(context), APP)
        tell_account(User.get_by_id(user_id), "authenticator", context.now)
        return first_recovery_codes(context)

    return context.store.write(work)


def note_second_factor(session: int, now: Instant) -> None:
    """Write down, within the running transaction, that a session has shown two factors."""
    UserSession.update(factors=2, proved_at=now).where(UserSession.id == session).execute()


def check_code(context: Context, secret_key: bytes, code: str) -> bool:
    """Whether this is a code of the app, or a recovery code, of whoever acts; it is used up.

    Raises:
        Unavailable: that it was used cannot be written down now.
    """
    user_id = own_id(context)

    def work() -> bool:
        row = Authenticator.get_or_none(Authenticator.user == user_id, Authenticator.confirmed_at.is_null(False))
        return _spend(row, secret_key, code, context.now) or _spend_recovery_code(context, code)

    return context.store.write(work)


def _spend(row: Authenticator | None, secret_key: bytes, code: str, now: Instant) -> bool:
    """Whether a code is one of those around now, after the last one that was used; of two at once one is."""
    secret = _read_secret(secret_key, row)
    step = None if row is None or secret is None else _step_of(secret, "".join(code.split()), now)
    if row is None or step is None:
        return False
    later = Authenticator.update(last_step=step).where(
        Authenticator.user == row.user_id, Authenticator.last_step < step
    )
    return bool(later.execute() == 1)


def _step_of(secret: str, code: str, now: Instant) -> int | None:
    totp, present = pyotp.TOTP(secret, interval=STEP_SECONDS), now // STEP_SECONDS
    steps = range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1)
    found = [step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode())]
    return found[-1] if found else None


def _spend_recovery_code(context: Context, code: str) -> bool:
    """Use a recovery code up, and tell its owner by mail."""
    user_id, stored = own_id(context), _hash_code(code)
    used = RecoveryCode.delete().where(RecoveryCode.user == user_id, RecoveryCode.code_hash == stored).execute()
    if used != 1:
        return False
    record(context, Action.RECOVERY_CODE_USED, own_subject(context))
    tell_account(User.get_by_id(user_id), "recovery_code_used", context.now)
    return True


def _hash_code(code: str) -> str:
    return hash_token("".join(code.lower().replace("-", "").split()))


def first_recovery_codes(context: Context) -> Sequence[str]:
    """Make recovery codes if there are none, within the running transaction; return those that were made."""
    user_id = own_id(context)
    if RecoveryCode.select().where(RecoveryCode.user == user_id).exists():
        return ()
    codes = [_new_code() for __ in range(RECOVERY_CODES)]
    RecoveryCode.insert_many([{"user": user_id, "code_hash": _hash_code(code)} for code in codes]).execute()
    record(context, Action.RECOVERY_CODES_MADE, own_subject(context))
    return codes


def _new_code() -> str:
    text = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode().lower()
    return "-".join(text[first : first + _GROUP] for first in range(0, len(text), _GROUP))


def make_recovery_codes(context: Context) -> Sequence[str]:
    """Return new recovery codes, which are told this once; the earlier ones count no more.

    Raises:
        InvalidInput: there is no second factor that they could stand in for.
    """
    user_id = own_id(context)

    def work() -> Sequence[str]:
        if not has_second_factor(user_id):
            raise InvalidInput(None, _("Please set up a second factor first; recovery codes come with it."))
        RecoveryCode.delete().where(RecoveryCode.user == user_id).execute()
        tell_account(User.get_by_id(user_id), "recovery_codes", context.now)
        return first_recovery_codes(context)

    return context.store.write(work)


def remove_authenticator(context: Context) -> None:
    """Let the app count no more.

    Raises:
        NotFound: there is none. InvalidInput: the role needs a second factor and this is the only one.
    """
    user_id = own_id(context)

    def work() -> None:
        if not Authenticator.delete().where(Authenticator.user == user_id).execute():
            raise NotFound(kind="app", reference="")
        after_removal(context, user_id)
        record(context, Action.FACTOR_REMOVED, own_subject(context), APP)
        tell_account(User.get_by_id(user_id), "authenticator_removed", context.now)

    context.store.write(work)


def after_removal(context: Context, user_id: int) -> None:
    """See within the running transaction that who needs a second factor keeps one; without any, no code is left.

    Raises:
        InvalidInput: the last one of somebody who needs one would go.
    """
    if has_second_factor(user_id):
        return
    if needs_second_factor(context.actor):
        raise InvalidInput(None, _(NEEDED))
    RecoveryCode.delete().where(RecoveryCode.user == user_id).execute()


def forget_factors_of(context: Context, email: str) -> str:
    """Do as ``forget_factors`` for the account with this email address, also where nobody else could sign in.

    For whoever looks after the host: the command that does this prints a link by which a password is chosen.
    """
    return edit(context, lambda: _forget(context, User.get(User.email == email)), Permission.MANAGE_USERS)


def forget_factors(context: Context, public_id: str) -> str:
    """Take all second factors from somebody who has lost them, end their sessions, and return their name.

    Raises:
        InvalidInput: passkeys are their only way in, and no administrator who can sign in would remain.
        NotFound, NotAllowed.
    """

    def work() -> str:
        user = find_row(User, "user", public_id)
        name = _forget(context, user)
        check_way_in_left(context, user.id)
        return name

    return edit(context, work, Permission.MANAGE_USERS)


def _forget(context: Context, user: User) -> str:
    check_may_change(context, user)
    for model in (Authenticator, Passkey, RecoveryCode):
        model.delete().where(model.user == user.id).execute()
    end_sessions_of(user.id)
    record(context, Action.FACTORS_FORGOTTEN, Subject(Kind.USER, user.public_id))
    tell_account(user, "factors_forgotten", context.now)
    return str(user.name)
