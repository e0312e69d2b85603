"""A short memory of failed sign-ins, so that passwords cannot be guessed at speed, however many processes there are.

A try is written down before its password is checked: of many at once, no more than the limit are checked at all.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
from dataclasses import dataclass

from app.booking.refusals import Unavailable
from app.booking.values import Instant
from app.storage import sign_in_tries
from app.storage.store import Store

TRIES = 8
"""Failures for one account from one address."""

ADDRESS_TRIES = 40
"""Failures from one address, behind which a whole office may sit."""

SECONDS = 300
MAX_EMAIL = 254
ONLY_READ = ("read_only", "full")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who wants to sign in, as keyed hashes (HMAC-SHA256): this account from this address, and the address alone."""

    account: str
    address: str

    @property
    def limits(self) -> tuple[tuple[str, int], ...]:
        """What is counted, each with its limit."""
        return (self.account, TRIES), (self.address, ADDRESS_TRIES)


@dataclass(frozen=True, slots=True)
class Try:
    """A try that may go on; ``row_ids`` are how it is remembered should it fail."""

    guest: Guest
    row_ids: tuple[int, ...] = ()


def guest_of(secret: bytes, address: str, email: str) -> Guest:
    """Return who tries; letters' case and spaces around make no other account."""
    return Guest(_hash(secret, f"{address} {email.strip().lower()[:MAX_EMAIL]}"), _hash(secret, address))


def _hash(secret: bytes, who: str) -> str:
    return hmac.new(secret, b"eigenplan sign-in\0" + who.encode(errors="replace"), hashlib.sha256).hexdigest()


def begin_try(store: Store, guest: Guest, now: Instant) -> Try | None:
    """Remember a try as failed for now, or return None when there were too many within five minutes.

    What was refused is not counted, so nobody is shut out for longer by trying on. A database that can only be read
    does not keep people out.

    Raises:
        Unavailable: the database cannot be used now. Nobody is let through uncounted because it is busy.
    """
    if _most_used(store, guest, now) >= 0:
        return None
    try:
        row_ids = store.write(lambda: _remember(guest, now))
    except Unavailable as error:
        if error.problem not in ONLY_READ:
            raise
        _log.warning("failed sign-ins cannot be counted now: database %s", error.problem)
        return Try(guest)
    return Try(guest, row_ids) if _most_used(store, guest, now) <= 0 else None


def _most_used(store: Store, guest: Guest, now: Instant) -> int:
    """Return by how much the count that is nearest to its limit is over it; below zero while another try may begin."""
    return store.read(lambda: max(sign_in_tries.count(who, now - SECONDS) - most for who, most in guest.limits))


def _remember(guest: Guest, now: Instant) -> tuple[int, ...]:
    sign_in_tries.purge(now - SECONDS)
    return tuple(sign_in_tries.add(who, now) for who, _ in guest.limits)


def forgive(store: Store, tried: Try) -> None:
    """Forget this try and the account's others, after somebody has shown who they are."""
    try:
        store.write(lambda: sign_in_tries.forget(tried.guest.account, tried.row_ids))
    except Unavailable:
        _log.warning("failed sign-ins cannot be forgotten now; they run out by themselves")
