"""A short memory of failed sign-ins, so that passwords cannot be guessed at speed.

Kept per process: with a few workers a guesser has a few times the tries, which argon2id makes slow enough.
"""

from __future__ import annotations

from collections import deque

from app.booking.values import Instant

TRIES = 8
"""Failures for one account from one address."""

ADDRESS_TRIES = 40
"""Failures from one address, behind which a whole office may sit."""

SECONDS = 300
MOST_ADDRESSES = 10_000


class Throttle:
    """Counts failures by who tries."""

    def __init__(self, tries: int = TRIES) -> None:
        self.tries = tries
        self._failures: dict[str, deque[Instant]] = {}

    def is_closed(self, who: str, now: Instant) -> bool:
        """Whether somebody has failed too often to try again now."""
        failures = self._failures.get(who)
        while failures and failures[0] <= now - SECONDS:
            failures.popleft()
        return failures is not None and len(failures) >= self.tries

    def count(self, who: str, now: Instant) -> None:
        """Remember a failure; the oldest address is forgotten when there are too many."""
        if who not in self._failures and len(self._failures) >= MOST_ADDRESSES:
            del self._failures[next(iter(self._failures))]
        self._failures.setdefault(who, deque(maxlen=self.tries)).append(now)

    def forget(self, who: str) -> None:
        """Begin anew after somebody has shown who they are."""
        self._failures.pop(who, None)
