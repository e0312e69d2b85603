"""Sessions: who is signed in where. The cookie holds a random token, the database only its SHA-256.

A session is one row, read together with its account by one query per request. It ends by sign-out, by its time limits,
by a new password, and when its account is switched off; a copy of its cookie ends with it.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.access.actors import Actor, ActorKind
from app.booking.refusals import NotFound, Unavailable
from app.booking.values import MINUTE, Instant
from app.operations.accounts.own_account import own_id, own_subject
from app.operations.accounts.session_limits import RECENT_SECONDS, limits_of, needs_second_factor
from app.operations.audit.recording import Change, Subject, record
from app.operations.audit.words import Action, Kind
from app.operations.context import Context
from app.operations.rights import actor_of
from app.storage.account_tables import Authenticator, Passkey, UserSession
from app.storage.public_ids import new_public_id
from app.storage.statements import fetch
from app.storage.store import Store
from app.storage.tables import User

KEEP_SECONDS = 30 * 86_400
"""For so long after its last request the row of a session that ran out is kept; the page shows it no more."""

MAX_DEVICE, MAX_ADDRESS = 80, 45
_TOKEN_BYTES = 32
_FIND = """SELECT s.id, s.created_at, s.seen_at, s.proved_at, s.method, s.factors, s.needed,
u.id, u.public_id, u.name, u.email, u.resource_id, u.language
FROM user_session s JOIN "user" u ON u.id = s.user_id WHERE s.token_hash = %s AND u.active"""
_log = logging.getLogger(__name__)


class Method(StrEnum):
    """How somebody has shown who they are."""

    PASSWORD = "password"  # noqa: S105 a word, no password
    PASSKEY = "passkey"
    OIDC = "oidc"
    LDAP = "ldap"


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody signs in: the device in a few words, and the address it comes from."""

    device: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a session. ``public_id`` and ``email`` are the account's, ``session`` is the session's row id.

    ``proved_at``: when they last showed a password or passkey. ``factors``: how many they have shown of the ``needed``.
    ``language``: the one that they have chosen, empty for none.
    """

    actor: Actor
    public_id: str
    email: str
    session: int
    method: Method
    proved_at: Instant
    factors: int
    needed: int
    language: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether everything was shown that has to be; until then nothing but that may be done."""
        return self.factors >= max(self.needed, 1 + needs_second_factor(self.actor))

    def is_recent(self, now: Instant) -> bool:
        """Whether password or passkey were shown within the last minutes."""
        return now - self.proved_at < RECENT_SECONDS


@dataclass(frozen=True, slots=True)
class SessionView:
    """One of somebody's sessions; ``is_this``: the one that asks."""

    public_id: str
    device: str
    address: str
    created_at: Instant
    seen_at: Instant
    is_this: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """How many factors somebody has shown, and when: a provider may have been shown them long ago."""

    factors: int
    at: Instant


def begin_session(
    store: Store, public_id: str, method: Method, place: Place, now: Instant, proof: Proof | None = None
) -> str:
    """Begin a session of an active account and return its token, which is told this once.

    ``proof``: what was shown; None: one factor, just now.
    Whoever has a second factor needs it from now on.

    Raises:
        NotFound: the account is gone or was switched off. Unavailable: nothing can be written now.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    shown = proof or Proof(1, now)

    def work() -> None:
        user = User.get_or_none(User.public_id == public_id, User.active)
        if user is None:
            raise NotFound(kind="account", reference=public_id)
        UserSession.create(
            public_id=new_public_id(),
            token_hash=hash_token(token),
            user=user.id,
            created_at=now,
            seen_at=now,
            proved_at=shown.at,
            method=method.value,
            factors=shown.factors,
            needed=1 + has_second_factor(user.id),
            device=place.device[:MAX_DEVICE],
            address=place.address[:MAX_ADDRESS],
        )
        who = Context(store, Actor(ActorKind.USER, user_id=user.id), now, address=place.address)
        how = Change(after={"method": method.value, "device": place.device[:MAX_DEVICE]})
        record(who, Action.SIGNED_IN, Subject(Kind.USER, user.public_id), how)

    store.write(work)
    return token


def has_second_factor(user_id: int) -> bool:
    """Whether somebody has set up a second factor."""
    confirmed = Authenticator.select().where(Authenticator.user == user_id, Authenticator.confirmed_at.is_null(False))
    return bool(confirmed.exists() or Passkey.select().where(Passkey.user == user_id).exists())


def can_show_second(store: Store, account: Account) -> bool:
    """Whether somebody has a second factor that they could show."""
    return store.read(lambda: has_second_factor(account.actor.user_id or 0))


def hash_token(token: str) -> str:
    """Return what is stored of a random token: it has too many values to be guessed from its hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def resume(store: Store, token: str, now: Instant, *, is_use: bool = True) -> Account | None:
    """Return whose session this is, or None when there is no such session (any more): one query, besides their rights.

    That it was seen is written down at most once a minute, and not at all while the database cannot be written.

    ``is_use``: somebody uses it; what open pages ask for by themselves must not keep it from ending.
    """
    found = store.read(lambda: _find(hash_token(token)))
    if found is None:
        return None
    account, created_at, seen_at = found
    limits = limits_of(account.actor)
    if now >= min(seen_at + limits.idle_seconds, created_at + limits.absolute_seconds):
        return None
    if is_use and now - seen_at >= MINUTE:
        _note_seen(store, account.session, seen_at, now)
    return account


def _find(token_hash: str) -> tuple[Account, Instant, Instant] | None:
    """Return the account of a session, when the session began and when it was last seen."""
    for session, created_at, seen_at, proved_at, method, factors, needed, *of_user in fetch(_FIND, (token_hash,)):
        user_id, public_id, name, email, resource_id, language = of_user
        actor = actor_of(User(id=user_id, name=name, email=email, resource=resource_id))
        account = Account(actor, public_id, email, session, Method(method), proved_at, factors, needed, language)
        return account, created_at, seen_at
    return None


def _note_seen(store: Store, session: int, before: Instant, now: Instant) -> None:
    change = UserSession.update(seen_at=now).where(UserSession.id == session, UserSession.seen_at == before)
    try:
        store.write(change.execute)
    except Unavailable:
        _log.warning("that a session was used could not be written down; the next request tries again")


def list_sessions(context: Context, session: int) -> Sequence[SessionView]:
    """Return somebody's own sessions that still count, this one first, then the one used last."""
    limits = limits_of(context.actor)
    query = UserSession.select().where(
        UserSession.user == own_id(context),
        UserSession.seen_at > context.now - limits.idle_seconds,
        UserSession.created_at > context.now - limits.absolute_seconds,
    )
    rows = context.store.read(lambda: list(query.order_by(UserSession.seen_at.desc(), UserSession.id.desc())))
    views = [
        SessionView(row.public_id, row.device, row.address, row.created_at, row.seen_at, row.id == session)
        for row in rows
    ]
    return sorted(views, key=lambda view: not view.is_this)


def complete(context: Context, session: int) -> str:
    """Write down that a session has shown its second factor, and return its new token; the one before ends.

    Raises:
        NotFound: the session has ended meanwhile.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    now = context.now
    values = {"token_hash": hash_token(token), "factors": 2, "proved_at": now, "seen_at": now}

    def work() -> None:
        if UserSession.update(values).where(UserSession.id == session).execute() != 1:
            raise NotFound(kind="session", reference="")
        record(context, Action.SECOND_SHOWN, own_subject(context))

    context.store.write(work)
    return token


def prove_again(store: Store, session: int, now: Instant) -> None:
    """Write down that somebody has just shown who they are again."""
    store.write(lambda: note_proof(session, now))


def end_one(context: Context, public_id: str) -> None:
    """End one of somebody's own sessions.

    Raises:
        NotFound: there is none (any more), or it is somebody else's.
    """
    ended = UserSession.delete().where(UserSession.public_id == public_id, UserSession.user == own_id(context))

    def work() -> None:
        if not ended.execute():
            raise NotFound(kind="session", reference=public_id)
        _tell_ended(context, 1)

    context.store.write(work)


def _tell_ended(context: Context, count: int) -> None:
    record(context, Action.SESSIONS_ENDED, own_subject(context), Change(after={"sessions": count}))


def end_this(store: Store, session: int) -> bool:
    """End a session, copies of its cookie included; False when the database cannot be written now."""
    try:
        store.write(UserSession.delete().where(UserSession.id == session).execute)
    except Unavailable:
        _log.warning("a session could not be ended")
        return False
    return True


def sign_out(context: Context, session: int) -> bool:
    """End the session of whoever signs out; False when the database cannot be written now."""

    def work() -> None:
        UserSession.delete().where(UserSession.id == session).execute()
        record(context, Action.SIGNED_OUT, own_subject(context))

    try:
        context.store.write(work)
    except Unavailable:
        _log.warning("a session could not be ended")
        return False
    return True


def end_all(context: Context, besides: int | None = None) -> int:
    """End all of somebody's own sessions, or all but one; return how many."""
    user_id = own_id(context)

    def work() -> int:
        count = end_sessions_of(user_id, besides)
        _tell_ended(context, count)
        return count

    return context.store.write(work)


def end_sessions_of(user_id: int, besides: int | None = None) -> int:
    """End an account's sessions, within the running transaction: for a new password, or an account switched off."""
    ended = UserSession.delete().where(UserSession.user == user_id)
    if besides is not None:
        ended = ended.where(UserSession.id != besides)
    return int(ended.execute())


def note_proof(session: int, now: Instant) -> None:
    """Write down, within the running transaction, that somebody has just shown who they are again."""
    UserSession.update(proved_at=now).where(UserSession.id == session).execute()


def forget_ended(context: Context) -> int:
    """Forget sessions that nobody has used for a month; return how many."""
    old = UserSession.delete().where(UserSession.seen_at < context.now - KEEP_SECONDS)
    return int(context.store.write(old.execute))
