"""Passkeys (WebAuthn, W3C level 3): registering, signing in with one, showing one as a second factor or again.

What a passkey signs, the challenge, is made of a random number and the time it ends, with an HMAC that binds it to its
purpose and account: nothing is stored for those who only look at a page. One that was signed is written down, so that
it counts once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from peewee import IntegrityError

from app.booking.answers import clean_line
from app.booking.refusals import InvalidInput, NotFound
from app.booking.values import Instant
from app.integrations.passkeys.values import Answer, Key, Owner, RelyingParty, WrongPasskeyError, from_text
from app.operations.accounts.own_account import own_id, own_subject
from app.operations.accounts.second_factor import after_removal, first_recovery_codes, note_second_factor
from app.operations.audit.recording import Change, difference, record
from app.operations.audit.words import Action
from app.operations.context import Context
from app.operations.grants import check_way_in_left
from app.operations.letters.account_news import tell_account
from app.operations.look import look_of
from app.storage.account_tables import Passkey, SpentChallenge
from app.storage.public_ids import new_public_id
from app.storage.store import Store
from app.storage.tables import User
from app.texts import _, mark

__all__ = ["RelyingParty"]
CHALLENGE_SECONDS = 3600
MAX_NAME = 60
MAX_ANSWER = 20_000
REFUSED = mark("This passkey could not be used here; please try again, or choose another way.")
KNOWN = mark("This passkey is known already.")
_NONCE_BYTES, _TIME_BYTES, _MAC_BYTES = 16, 8, 32


class Purpose(StrEnum):
    """What a passkey is asked for; a signature for one counts for no other."""

    REGISTER = "register"
    SIGN_IN = "sign_in"
    SECOND_FACTOR = "second_factor"
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class PasskeyView:
    """One of somebody's passkeys."""

    public_id: str
    name: str
    created_at: Instant
    used_at: Instant | None


def list_passkeys(context: Context) -> Sequence[PasskeyView]:
    """Return the passkeys of whoever acts, the oldest first."""
    query = Passkey.select().where(Passkey.user == own_id(context)).order_by(Passkey.id)
    rows = context.store.read(lambda: list(query))
    return [PasskeyView(row.public_id, row.name, row.created_at, row.used_at) for row in rows]


def offer_registration(context: Context, party: RelyingParty) -> str:
    """Return what the browser needs to make a passkey, as JSON (PublicKeyCredentialCreationOptionsJSON)."""
    from app.integrations.passkeys.ceremonies import ask_to_make

    user_id = own_id(context)
    user, known = context.store.read(lambda: (User.get_by_id(user_id), _credentials_of(user_id)))
    owner = Owner(look_of(context).site_name, user.public_id, user.email, user.name, known)
    return ask_to_make(party, owner, _challenge(party, Purpose.REGISTER, user_id, context.now))


def _credentials_of(user_id: int) -> list[str]:
    return [row.credential for row in Passkey.select().where(Passkey.user == user_id)]


def register(context: Context, party: RelyingParty, session: int, name: str, answer: str) -> Sequence[str]:
    """Keep a passkey that the browser made; return recovery codes if there were none before.

    Raises:
        InvalidInput: the name cannot be used, or the answer is not one to what was asked.
    """
    user_id = own_id(context)
    cleaned = clean_line(name, "name", MAX_NAME, required=True)
    read = _read_answer(answer)

    def work() -> Sequence[str]:
        _spend_challenge(party, Purpose.REGISTER, user_id, read.challenge, context.now)
        credential, key = _check_made(party, read)
        _insert(user_id, cleaned, credential, key, context.now)
        note_second_factor(session, context.now)
        record(context, Action.FACTOR_ADDED, own_subject(context), _told(cleaned))
        tell_account(User.get_by_id(user_id), "passkey", context.now)
        return first_recovery_codes(context)

    try:
        return context.store.write(work)
    except IntegrityError as error:
        raise InvalidInput("passkey", _(KNOWN)) from error


def _told(name: str) -> Change:
    return Change(after={"factor": "passkey", "name": name})


def _check_made(party: RelyingParty, answer: Answer) -> tuple[str, Key]:
    from app.integrations.passkeys.ceremonies import check_made

    try:
        return check_made(party, answer)
    except WrongPasskeyError as error:
        raise InvalidInput("passkey", _(REFUSED)) from error


def _insert(user_id: int, name: str, credential: str, key: Key, now: Instant) -> None:
    Passkey.create(
        public_id=new_public_id(),
        user=user_id,
        name=name,
        created_at=now,
        credential=credential,
        public_key=key.public_key,
        sign_count=key.sign_count,
    )


def offer(store: Store, party: RelyingParty, purpose: Purpose, now: Instant, user_id: int = 0) -> str:
    """Return what the browser needs to ask for a passkey, as JSON (PublicKeyCredentialRequestOptionsJSON).

    Args:
        store: the database.
        party: this site.
        purpose: what for.
        now: the present time.
        user_id: whose passkeys will do; 0: those of anybody who has an account, as for signing in.
    """
    from app.integrations.passkeys.ceremonies import ask_to_show

    known = store.read(lambda: _credentials_of(user_id)) if user_id else []
    return ask_to_show(party, _challenge(party, purpose, user_id, now), known, is_alone=purpose is Purpose.SIGN_IN)


def check(store: Store, party: RelyingParty, purpose: Purpose, answer: str, now: Instant, user_id: int = 0) -> str:
    """Return the public id of the account whose passkey has answered; arguments as for ``offer``.

    Raises:
        InvalidInput: it is no passkey of ours, nothing that was asked for, was shown before, was made for another site,
            or its counter says that there is a copy of it.
    """
    read = _read_answer(answer)

    def work() -> str:
        _spend_challenge(party, purpose, user_id, read.challenge, now)
        is_shown = Passkey.credential == read.credential["id"]
        row = Passkey.select(Passkey, User).join(User).where(is_shown, User.active).first()
        if row is None or (user_id and row.user_id != user_id):
            raise InvalidInput("passkey", _(REFUSED))
        count = _check_shown(party, row, read, is_alone=purpose is Purpose.SIGN_IN)
        same = (Passkey.id == row.id) & (Passkey.sign_count == row.sign_count)
        if Passkey.update(sign_count=count, used_at=now).where(same).execute() != 1:
            raise InvalidInput("passkey", _(REFUSED))
        return str(row.user.public_id)

    return store.write(work)


def _check_shown(party: RelyingParty, row: Passkey, answer: Answer, *, is_alone: bool) -> int:
    from app.integrations.passkeys.ceremonies import check_shown

    try:
        return check_shown(party, answer, Key(row.public_key, row.sign_count), is_alone=is_alone)
    except WrongPasskeyError as error:
        raise InvalidInput("passkey", _(REFUSED)) from error


def _read_answer(answer: str) -> Answer:
    """Return what the browser answered, and the challenge that it says it was asked; nothing of it is believed yet."""
    try:
        if len(answer) > MAX_ANSWER:
            raise ValueError("too long")
        credential = json.loads(answer)
        client_data = json.loads(from_text(credential["response"]["clientDataJSON"]))
        if not isinstance(credential["id"], str) or "\0" in credential["id"]:
            raise ValueError("no text")
        return Answer(credential, from_text(client_data["challenge"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise InvalidInput("passkey", _(REFUSED)) from error


def _challenge(party: RelyingParty, purpose: Purpose, user_id: int, now: Instant) -> bytes:
    body = secrets.token_bytes(_NONCE_BYTES) + (now + CHALLENGE_SECONDS).to_bytes(_TIME_BYTES, "big")
    return body + _mac(party, purpose, user_id, body)


def _mac(party: RelyingParty, purpose: Purpose, user_id: int, body: bytes) -> bytes:
    bound = f"eigenplan passkey\0{purpose}\0{user_id}\0".encode()
    return hmac.new(party.secret, bound + body, hashlib.sha256).digest()


def _spend_challenge(party: RelyingParty, purpose: Purpose, user_id: int, challenge: bytes, now: Instant) -> None:
    """Use a challenge up, within the running transaction, or raise InvalidInput when it is not ours, over or used."""
    body, mac = challenge[:-_MAC_BYTES], challenge[-_MAC_BYTES:]
    expires_at = int.from_bytes(body[_NONCE_BYTES:], "big")
    if not hmac.compare_digest(mac, _mac(party, purpose, user_id, body)) or expires_at <= now:
        raise InvalidInput("passkey", _(REFUSED))
    SpentChallenge.delete().where(SpentChallenge.expires_at <= now).execute()
    fresh = SpentChallenge.insert(challenge_hash=hashlib.sha256(challenge).hexdigest(), expires_at=expires_at)
    if fresh.on_conflict_ignore().as_rowcount().execute() != 1:
        raise InvalidInput("passkey", _(REFUSED))


def remove_passkey(context: Context, public_id: str) -> str:
    """Forget one of one's own passkeys and return its name.

    Raises:
        NotFound: there is none such. InvalidInput: the role needs a second factor and this is the only one, or it is
            how the last administrator who can sign in does.
    """
    user_id = own_id(context)

    def work() -> str:
        context.store.bump_catalog()  # as every edit of rights: they follow one another, and an administrator remains
        row = Passkey.get_or_none(Passkey.public_id == public_id, Passkey.user == user_id)
        if row is None:
            raise NotFound(kind="passkey", reference=public_id)
        row.delete_instance()
        after_removal(context, user_id)
        check_way_in_left(context, user_id)
        record(context, Action.FACTOR_REMOVED, own_subject(context), _told(row.name))
        tell_account(User.get_by_id(user_id), "passkey_removed", context.now)
        return str(row.name)

    return context.store.write(work)


def rename_passkey(context: Context, public_id: str, name: str) -> None:
    """Give one of one's own passkeys another name.

    Raises:
        NotFound: there is none such. InvalidInput: the name cannot be used.
    """
    cleaned = clean_line(name, "name", MAX_NAME, required=True)
    user_id = own_id(context)

    def work() -> None:
        row = Passkey.get_or_none(Passkey.public_id == public_id, Passkey.user == user_id)
        if row is None:
            raise NotFound(kind="passkey", reference=public_id)
        Passkey.update(name=cleaned).where(Passkey.id == row.id).execute()
        change = difference({"passkey": row.name}, {"passkey": cleaned})
        record(context, Action.CHANGED, own_subject(context), change)

    context.store.write(work)
