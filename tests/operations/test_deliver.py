"""Delivering outbox messages: retries, giving up, order, several workers, and a worker that dies."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import Connection

import pytest

from app.access.actors import SYSTEM
from app.booking.values import Instant
from app.operations.book import book
from app.operations.change import cancel
from app.operations.context import Context
from app.operations.letters.deliver import (
    LEASE_SECONDS,
    MOST_ATTEMPTS,
    PAUSES,
    WORN_OUT,
    Courier,
    claim_next,
    deliver_next,
)
from app.storage.outbox import add_message
from app.storage.store import Store
from app.storage.tables import Client, OutboxMessage
from tests.cast import HOUR, NOW, Cast, change_row, one_provider
from tests.integrations.mail_server import Postbox
from tests.keys import open_store
from tests.operations.helpers import TEN, system, visitor, wish
from tests.operations.letter_helpers import DEMO, HEAD, messages

pytestmark = pytest.mark.gate


def deliver(cast: Cast, courier: Courier, now: Instant | None = None) -> bool:
    """Deliver the next message at this time."""
    return deliver_next(system(cast, now), courier, lambda: now or cast.now)


def states() -> list[tuple[str, int, str]]:
    """Status, attempts and problem of all messages."""
    return [(row.status, row.attempts, row.last_error) for row in messages()]


def test_due_message_is_sent_once_with_its_delivery_id(store: Store, postbox: Postbox, courier: Courier) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    assert [deliver(cast, courier), deliver(cast, courier)] == [True, False]
    (row,) = messages()
    assert (row.status, row.attempts, row.claimed_until, row.delivered_at) == ("delivered", 1, None, cast.now)
    assert [mail["Message-ID"] for mail in postbox.mails] == [f"<{row.public_id}@example.org>"]


def test_message_in_the_demo_is_delivered_without_a_mail_server(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    assert deliver(cast, DEMO)
    assert states() == [("delivered", 1, "")]


def test_message_for_later_waits(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: add_message("birthday", None, {}, cast.now, cast.now + 60))
    assert [deliver(cast, DEMO), deliver(cast, DEMO, cast.now + 60)] == [False, True]


def test_transient_failure_is_tried_again_with_growing_pauses_until_given_up(
    store: Store, postbox: Postbox, courier: Courier
) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    postbox.recipient = "450 ada@example.org is busy"
    now = cast.now
    for pause in PAUSES:
        assert deliver(cast, courier, now)
        assert not deliver(cast, courier, now + pause - 1)
        now += pause
    assert deliver(cast, courier, now)
    assert states() == [("given_up", MOST_ATTEMPTS, "The mail server refused the recipient: 450 (address) is busy")]


def test_transient_failure_ends_when_the_server_takes_the_mail(
    store: Store, postbox: Postbox, courier: Courier
) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    postbox.data = "452 disk full"
    deliver(cast, courier)
    postbox.data = "250 taken"
    assert deliver(cast, courier, cast.now + PAUSES[0])
    assert states() == [("delivered", 2, "")]


def test_permanent_failure_is_given_up_at_once(store: Store, postbox: Postbox, courier: Courier) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    postbox.recipient = "550 unknown"
    deliver(cast, courier)
    assert states() == [("given_up", 1, "The mail server refused the recipient: 550 unknown")]


def test_message_without_a_letter_is_given_up(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: add_message("birthday", None, {}, cast.now))
    deliver(cast, DEMO)
    assert states() == [("given_up", 1, "There is no letter for messages of the kind birthday.")]


def test_address_that_no_mail_can_have_is_given_up(store: Store, postbox: Postbox, courier: Courier) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    store.write(lambda: change_row(Client.get(), email="ada.example.org"))
    deliver(cast, courier)
    assert (states()[0][0], postbox.mails) == ("given_up", [])


def test_messages_of_one_booking_keep_their_order(store: Store, postbox: Postbox, courier: Courier) -> None:
    cast = one_provider(store)
    first = book(visitor(cast), wish(cast))
    postbox.data = "452 later"
    deliver(cast, courier)
    cancel(system(cast), first.public_id)
    book(visitor(cast), wish(cast, TEN + HOUR))
    postbox.data = "250 taken"
    assert [deliver(cast, courier), deliver(cast, courier)] == [True, False]
    later = cast.now + PAUSES[0]
    assert [deliver(cast, courier, later) for _ in range(3)] == [True, True, False]
    kinds = [str(mail["Subject"]).partition(":")[0] for mail in postbox.mails]
    assert kinds == ["Confirmed", "Confirmed", "Cancelled"]


def test_claimed_message_is_left_alone_until_the_claim_runs_out(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    assert claim_next(system(cast)) is not None
    assert claim_next(system(cast, cast.now + LEASE_SECONDS - 1)) is None
    again = claim_next(system(cast, cast.now + LEASE_SECONDS))
    assert again is not None
    assert again.attempt == 2


def test_message_that_ends_every_worker_is_given_up(store: Store) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    for number in range(MOST_ATTEMPTS):
        claim_next(system(cast, cast.now + number * LEASE_SECONDS))
    assert claim_next(system(cast, cast.now + MOST_ATTEMPTS * LEASE_SECONDS)) is None
    assert states() == [("given_up", MOST_ATTEMPTS + 1, WORN_OUT)]


def test_worker_that_comes_back_too_late_changes_nothing(store: Store, postbox: Postbox, courier: Courier) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    late = cast.now + LEASE_SECONDS

    def somebody_else() -> None:
        deliver_next(Context(store, SYSTEM, late), DEMO, lambda: late)
        store.close()

    def meanwhile() -> None:
        thread = threading.Thread(target=somebody_else)
        thread.start()
        thread.join()

    postbox.on_data, postbox.data = meanwhile, "554 refused"
    deliver(cast, courier)
    assert states() == [("delivered", 2, "")]


def claim_and_wait(url: str, connection: Connection) -> None:
    """A worker that claims a message and is then ended."""
    store = open_store(url)
    claim = claim_next(Context(store, SYSTEM, NOW))
    connection.send(claim.delivery_id if claim else "")
    signal.pause()


def test_killed_worker_loses_nothing_and_the_other_sends_the_same_delivery(
    store: Store, database_url: str, postbox: Postbox, courier: Courier
) -> None:
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=claim_and_wait, args=(database_url, there))
    process.start()
    delivery_id = here.recv()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert not deliver(cast, courier)
    assert deliver(cast, courier, cast.now + LEASE_SECONDS)
    assert [mail["Message-ID"] for mail in postbox.mails] == [f"<{delivery_id}@example.org>"]
    assert states() == [("delivered", 2, "")]


def work_until_empty(url: str, port: int) -> None:
    """A worker in a process of its own."""
    from app.integrations.mail.values import SmtpSettings

    store = open_store(url)
    courier = Courier(HEAD, SmtpSettings("127.0.0.1", port, seconds=5.0))
    while deliver_next(Context(store, SYSTEM, NOW), courier, lambda: NOW):
        pass
    store.close()


def test_several_workers_at_once_send_every_message_once(
    store: Store, database_url: str, postbox: Postbox, courier: Courier
) -> None:
    cast = one_provider(store)
    for number in range(16):
        book(visitor(cast), wish(cast, TEN - 2 * HOUR + number * HOUR // 2))
    assert courier.smtp is not None
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=work_until_empty, args=(database_url, courier.smtp.port)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert {state for state, _, _ in states()} == {"delivered"}
    sent = sorted(str(mail["Message-ID"]) for mail in postbox.mails)
    assert sent == sorted(f"<{row.public_id}@example.org>" for row in OutboxMessage.select())
