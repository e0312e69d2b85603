"""What can be abused is limited: guessing passwords and links, asking for mails, filling calendars.

Each limit is a row of the table below, with its reason; ``buckets.py`` says how it is counted. Sign-ins are counted
three ways, so that an attacker shuts out nobody but the neighbours at their own address: one account from one address;
one address; one account from all addresses from which it was not signed in lately.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from app.booking.refusals import Unavailable
from app.booking.values import Instant
from app.operations.accounts.buckets import Bucket, Limit, Source, check, count, same_email
from app.storage import throttle as kept
from app.storage.store import Store

KNOWN_SECONDS = 30 * 86_400
"""For so long an address from which somebody has signed in is not shut out by what others try at that account."""

DESK_SECONDS = 86_400
"""For so long an address from which somebody has checked in by a code is not shut out by what others guess."""

ONLY_READ = ("read_only", "full")
_log = logging.getLogger(__name__)


SIGN_IN_HERE = Limit(
    *("sign-in to one account from one address", 5, 300, 5, 300),
    "Who mistypes notices within a few tries; after that twelve an hour suffice a person and help no guesser.",
)
SIGN_IN_ADDRESS = Limit(
    *("sign-in from one address", 40, 30, 5, 600),
    "A whole office may sit behind one address and come to work at the same minute.",
)
SIGN_IN_ACCOUNT = Limit(
    *("sign-in to one account from addresses new to it", 50, 120, 5, 120),
    "Guessers with many addresses. The waits are short, as they also meet the owner on a new line.",
)
RESET_ACCOUNT = Limit(
    *("asking for a new password of one account", 3, 1200, 60, 900),
    "Each is a mail to somebody who may not have asked for it; its owner has a link already.",
)
RESET_ADDRESS = Limit(
    *("asking for a new password from one address", 10, 300, 30, 900),
    "A few people of one office may have forgotten theirs on the same morning.",
)
BOOK_ADDRESS = Limit(
    *("public booking from one address", 60, 30, 10, 600),
    "A company whose people book from one line at the same hour passes; a script that fills the calendar does not.",
)
BOOK_CLIENT = Limit(
    *("public booking for one email address", 12, 900, 60, 900),
    "Parents book for a family, assistants for a team; beyond that it floods a mailbox or blocks a calendar.",
)
CHANGE_ADDRESS = Limit(
    *("moving a booking by its link from one address", 60, 30, 10, 600),
    "As for booking: many clients may be behind one address, and a script is stopped.",
)
CHANGE_BOOKING = Limit(
    *("moving one booking by its link", 12, 900, 60, 900),
    "Each move is a mail to its client, and perhaps one to each of its approvers; nobody needs a dozen to find a time.",
)
CHANGE_CLIENT = Limit(
    *("moving bookings of one email address by their links", 24, 450, 60, 900),
    "Who looks after a family moves some of its bookings on one day; many bookings flood a mailbox no more than one.",
)
WAIT_ADDRESS = Limit(
    *("joining the waiting list from one address", 30, 60, 10, 600),
    "Waiting takes nobody's time, but each entry is a mail.",
)
WAIT_CLIENT = Limit(
    *("joining the waiting list with one email address", 10, 900, 60, 900),
    "Nobody waits for more than a few services at once.",
)
DOOR_ADDRESS = Limit(
    *("use of the pages beside rooms from one address", 60, 30, 10, 600),
    "All tablets of a house may be behind one address.",
)
DOOR = Limit(
    *("use of the page beside one room", 12, 120, 30, 900),
    "Nobody books, checks in and ends more often; a passer-by who fills the day is stopped.",
)
CODE_ADDRESS = Limit(
    *("wrong codes to check in from one address", 20, 60, 10, 600),
    "All clients of a place may type at one tablet, and some mistype.",
)
CODE_PLACE = Limit(
    *("wrong codes to check in at one location", 60, 30, 10, 300),
    "Guessers with many addresses; where somebody has checked in that day is known and counted by itself.",
)
WRONG_LINK = Limit(
    *("wrong links from one address", 10, 60, 5, 600),
    "Links that a mail program has cut come a few times; tokens that are guessed come by the thousand.",
)

LIMITS = (
    SIGN_IN_HERE,
    SIGN_IN_ADDRESS,
    SIGN_IN_ACCOUNT,
    RESET_ACCOUNT,
    RESET_ADDRESS,
    BOOK_ADDRESS,
    BOOK_CLIENT,
    CHANGE_ADDRESS,
    CHANGE_BOOKING,
    CHANGE_CLIENT,
    WAIT_ADDRESS,
    WAIT_CLIENT,
    DOOR_ADDRESS,
    DOOR,
    CODE_ADDRESS,
    CODE_PLACE,
    WRONG_LINK,
)


def count_booking(source: Source | None, email: str, now: Instant) -> None:
    """Count a booking of the public way, inside its transaction and last; staff (no source) is not limited.

    Raises:
        TooOften: there were too many from this address, or for this client.
    """
    _count_for(source, email, now, (BOOK_ADDRESS, BOOK_CLIENT))


def count_change(source: Source | None, booking: str, email: str, now: Instant) -> None:
    """Count that a client moves a booking (its public id) by its link, inside the transaction and last; not staff.

    Cancelling and accepting are not counted: each happens to a booking once, and a flood must keep nobody from it.

    Raises:
        TooOften: there were too many from this address, of this booking, or for this client.
    """
    if source is None:
        return
    buckets = [source.bucket(CHANGE_ADDRESS, source.network), source.bucket(CHANGE_BOOKING, booking)]
    if same_email(email):
        buckets.append(source.bucket(CHANGE_CLIENT, same_email(email)))
    count(buckets, now)


def count_waiting(source: Source | None, email: str, now: Instant) -> None:
    """Count somebody who joins a waiting list, inside the transaction and last.

    Raises:
        TooOften: there were too many from this address, or for this client.
    """
    _count_for(source, email, now, (WAIT_ADDRESS, WAIT_CLIENT))


def _count_for(source: Source | None, email: str, now: Instant, limits: tuple[Limit, Limit]) -> None:
    if source is None:
        return
    by_address, by_client = limits
    buckets = [source.bucket(by_address, source.network)]  # always first: two at once lock in one order
    if same_email(email):
        buckets.append(source.bucket(by_client, same_email(email)))
    count(buckets, now)


def count_at_door(source: Source | None, door: str, now: Instant) -> None:
    """Count what somebody does at the page beside a room (its public id), inside the transaction and last.

    Raises:
        TooOften: there was too much from this address, or at this door.
    """
    if source is not None:
        count([source.bucket(DOOR_ADDRESS, source.network), source.bucket(DOOR, door)], now)


def check_codes(store: Store, source: Source, location: str, now: Instant) -> None:
    """Let whoever has guessed codes at a location (its public id) wait before another one is even looked at.

    Raises:
        TooOften: it is too early, for this address or at this location.
    """
    for bucket in store.read(lambda: _code_buckets(source, location, now)):
        check(store, bucket, now)


def count_wrong_code(store: Store, source: Source, location: str, now: Instant) -> None:
    """Count a code that is no booking's.

    Raises:
        TooOften: others have guessed too many at the same moment. Unavailable.
    """
    store.write(lambda: count(_code_buckets(source, location, now), now))


def know_desk(source: Source, location: str, now: Instant) -> None:
    """Know an address from which somebody has checked in at a location, inside the transaction."""
    kept.remember(_desk(source, location), now + DESK_SECONDS)


def _code_buckets(source: Source, location: str, now: Instant) -> list[Bucket]:
    """Return where wrong codes are counted: at the desk, which is known, not with those of the whole location."""
    here = source.bucket(CODE_ADDRESS, source.network)
    is_known = any(level.empty_at > now for level in kept.find((_desk(source, location),)))
    return [here] if is_known else [here, source.bucket(CODE_PLACE, location)]


def _desk(source: Source, location: str) -> str:
    return source.digest("desk", source.network, location)


def count_reset(store: Store, source: Source, email: str, now: Instant) -> None:
    """Count that somebody asks for a link to choose a new password, whether there is such an account or not.

    Raises:
        TooOften: there were too many from this address, or for this account. Unavailable.
    """
    store.write(lambda: _count_for(source, email, now, (RESET_ADDRESS, RESET_ACCOUNT)))


def check_links(store: Store, source: Source, now: Instant) -> None:
    """Let an address that has guessed links wait before another one is even looked at.

    Raises:
        TooOften: it is too early.
    """
    check(store, source.bucket(WRONG_LINK, source.network), now)


def count_wrong_link(store: Store, source: Source, now: Instant) -> None:
    """Count a link that is none of ours; where the database cannot be written it stays uncounted.

    Raises:
        TooOften: others of this address have guessed too many at the same moment.
    """
    try:
        store.write(lambda: count([source.bucket(WRONG_LINK, source.network)], now))
    except Unavailable as error:
        _log.warning("a wrong link cannot be counted now: database %s", error.problem)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who wants to sign in: this account from this address, the address, the account; ``known``: the address is."""

    here: Bucket
    address: Bucket
    account: Bucket
    known: str


@dataclass(frozen=True, slots=True)
class Try:
    """A try that may go on; ``buckets`` are where it is counted as failed for now. ``guest``: None names nobody."""

    guest: Guest | None
    buckets: tuple[Bucket, ...] = ()


def guest_of(source: Source, email: str) -> Guest:
    """Return who tries to sign in."""
    account = same_email(email)
    return Guest(
        here=source.bucket(SIGN_IN_HERE, source.network, account),
        address=source.bucket(SIGN_IN_ADDRESS, source.network),
        account=source.bucket(SIGN_IN_ACCOUNT, account),
        known=source.digest("known", source.network, account),
    )


def begin_try(store: Store, guest: Guest, now: Instant) -> Try:
    """Count a try as failed before its password is checked: of many at once no more than the limit are checked at all.

    A database that can only be read does not keep people out.

    Raises:
        TooOften: it is too early for another one.
        Unavailable: the database cannot be used now. Nobody is let through uncounted because it is busy.
    """

    def choose() -> tuple[Bucket, ...]:
        is_known = any(level.empty_at > now for level in kept.find((guest.known,)))
        return (guest.address, guest.here) if is_known else (guest.address, guest.account, guest.here)

    return _begin(store, guest, choose, now)


def begin_unnamed_try(store: Store, source: Source, now: Instant) -> Try:
    """Count a try that names no account before it is checked, as by a passkey: by its address alone.

    Raises:
        TooOften, Unavailable: as for ``begin_try``.
    """
    return _begin(store, None, lambda: (source.bucket(SIGN_IN_ADDRESS, source.network),), now)


def _begin(store: Store, guest: Guest | None, choose: Callable[[], tuple[Bucket, ...]], now: Instant) -> Try:
    def work() -> Try:
        buckets = choose()
        count(buckets, now)
        return Try(guest, buckets)

    try:
        return store.write(work)
    except Unavailable as error:
        if error.problem not in ONLY_READ:
            raise
        _log.warning("failed sign-ins cannot be counted now: database %s", error.problem)
        return Try(guest)


def forgive(store: Store, tried: Try, now: Instant) -> None:
    """Forget this try and the account's others from here, after somebody has shown who they are; know the address."""
    guest = tried.guest
    others = [one for one in tried.buckets if guest is None or one != guest.here]

    def work() -> None:
        kept.take_back({one.who: one.limit.every for one in others})
        if guest is not None:
            kept.forget(guest.here.who)
            kept.remember(guest.known, now + KNOWN_SECONDS)

    try:
        store.write(work)
    except Unavailable:
        _log.warning("failed sign-ins cannot be forgotten now; they run out by themselves")


def forget_drained(store: Store, now: Instant) -> int:
    """Forget everybody whose tries have run out; return how many."""
    return store.write(lambda: kept.purge(now))
