"""Leaky buckets: how often somebody may do something, counted by all processes together.

Each who is counted has a bucket (the meter of ITU-T I.371, appendix I): every try pours one measure in, one measure
drains every so many seconds. It is one row with one instant, so a try costs one statement, however long the memory is;
a log of tries would cost a row each. Once a bucket is full the next try has to wait, twice as long after each (NIST SP
800-63B, 5.2.2, recommends growing waits), up to a lock of some minutes. Nobody's worker waits: who comes too early is
told when to come again and is not counted, so nobody is shut out for longer by trying on.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from app.booking.refusals import TooOften
from app.booking.values import Instant
from app.storage import throttle
from app.storage.store import Store

MAX_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Limit:
    """``free`` tries at once, one every ``every`` seconds in the long run; waits of ``step`` to ``lock`` seconds."""

    name: str
    free: int
    every: int
    step: int
    lock: int
    reason: str

    def loosened(self, times: int) -> Limit:
        """Return the limit that allows so many times as much."""
        return replace(self, free=self.free * times, every=max(1, self.every // times))

    def wait(self, level: int) -> int:
        """Return how many seconds have to pass before the next try, at this level of the bucket."""
        over = level - self.free
        return 0 if over < 0 else min(self.step << min(over, 20), self.lock)

    def kept(self, pause: int) -> int:
        """Return how much longer the bucket takes to drain because of a wait.

        Nothing drains meanwhile, else waits would not grow; nor does the level grow any more once they are longest.
        """
        return pause if pause < self.lock else pause - self.every


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is counted for one who is counted; ``who`` is a keyed hash (HMAC-SHA256) of limit and person or address."""

    limit: Limit
    who: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request comes from: the network of its address. ``times``: how much looser all limits are."""

    secret: bytes
    network: str
    times: int = 1

    def bucket(self, limit: Limit, *whom: str) -> Bucket:
        """Return the bucket of a limit for somebody or something."""
        return Bucket(limit.loosened(self.times), self.digest(limit.name, *whom))

    def digest(self, *words: str) -> str:
        """Return the keyed hash of some words, which can be found again but not read."""
        text = "\0".join(("eigenplan throttle", *words)).encode(errors="replace")
        return hmac.new(self.secret, text, hashlib.sha256).hexdigest()[:32]


def network_of(address: str) -> str:
    """Return what of an address is counted: all of IPv4, the first 64 bits of IPv6, which is one line's or device's.

    An IPv4 address inside IPv6 is the same as outside; what is no address (a socket's peer) counts as one.
    """
    try:
        return str(IPv4Address(address))
    except AddressValueError:
        pass
    try:
        found = IPv6Address(address.partition("%")[0])
    except AddressValueError:
        return "unknown"
    return str(found.ipv4_mapped or f"{IPv6Address(int(found) >> 64 << 64)}/64")


def source_of(secret: bytes, address: str, times: int = 1) -> Source:
    """Return where a request comes from, by the address of whoever sent it."""
    return Source(secret, network_of(address), times)


def same_email(email: str) -> str:
    """Return an email address as it is counted; letters' case and spaces around make no other one."""
    return email.strip().lower()[:MAX_EMAIL]


def count(buckets: Sequence[Bucket], now: Instant) -> None:
    """Count one try in each bucket, inside a running transaction; one statement as long as all is well.

    Called last in a transaction, it keeps others of the same address from going on for a moment only.

    Raises:
        TooOften: it is too early for one of them; the transaction must not be kept, so that nothing is counted.
    """
    levels = throttle.pour({one.who: one.limit.every for one in buckets}, now)
    wait = max(levels[one.who].next_at - now for one in buckets)
    if wait > 0:
        raise TooOften(wait)
    for one in buckets:
        pause = one.limit.wait(-((now - levels[one.who].empty_at) // one.limit.every))
        if pause:
            throttle.close(one.who, now + pause, one.limit.kept(pause))


def check(store: Store, bucket: Bucket, now: Instant) -> None:
    """Go on only if one more try may come now; counts nothing.

    Raises:
        TooOften: it is too early.
    """
    for level in store.read(lambda: throttle.find((bucket.who,))):
        if level.next_at > now:
            raise TooOften(level.next_at - now)
