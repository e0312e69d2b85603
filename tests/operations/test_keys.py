"""Encrypting anew after a rotation: in batches, while others write, until the older key is retired."""

from __future__ import annotations

import pytest

from app.access.actors import SYSTEM
from app.access.permissions import ReadyMade
from app.booking.refusals import NotAllowed
from app.crypto.master import MasterKey
from app.operations.book import book
from app.operations.context import Context
from app.operations.installation.keys import SETTLE_SECONDS, change_master, encrypt_anew, list_keys, rotate
from app.storage import reencrypt
from app.storage.audit_tables import AuditEntry
from app.storage.check import check_database
from app.storage.confidential import SEALED
from app.storage.keys import KeysError
from app.storage.reencrypt import Progress
from app.storage.store import Store
from app.storage.tables import Booking, Client, OutboxMessage
from tests.cast import Cast, change_row, one_provider
from tests.keys import MASTER, open_store
from tests.operations.helpers import staff, system, visitor, wish
from tests.storage.helpers import stamped

LATER = 10**11
"""Long after any key was made, by the real clock."""


def filled(store: Store) -> Cast:
    cast = one_provider(store)
    book(visitor(cast), wish(cast, comment="Hurry"))
    return cast


def later(cast: Cast) -> Cast:
    cast.now = LATER
    return cast


def turn_until_over(cast: Cast) -> None:
    progress = Progress()
    for _ in range(20):
        progress = encrypt_anew(system(cast), progress)
        if progress == Progress():
            return
    raise AssertionError("it never ends")


def states(cast: Cast) -> list[tuple[int, str, str]]:
    return [(one.number, one.purpose, one.state) for one in list_keys(system(cast))]


def test_all_is_encrypted_anew_and_the_older_key_retired(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reencrypt, "BATCH", 1)
    cast = filled(store)
    before = [one.texts for one in list_keys(system(cast))]
    assert rotate(system(cast)) == 3
    assert [one.texts for one in list_keys(system(cast))] == [*before, 0]
    turn_until_over(later(cast))
    assert [one.texts for one in list_keys(system(cast))] == [0, 0, before[0]]
    assert states(cast) == [(1, "data", "retired"), (2, "index", "current"), (3, "data", "current")]
    assert (Booking.get().comment, Client.get().name, check_database(store)) == ("Hurry", "Ada Client", [])


def test_nothing_is_done_without_an_older_key(store: Store) -> None:
    cast = filled(store)
    stored = store.rows("SELECT comment FROM booking")
    assert encrypt_anew(system(cast), Progress(1, 5)) == Progress()
    assert store.rows("SELECT comment FROM booking") == stored


def test_older_key_stays_until_all_processes_have_heard_of_the_new_one(store: Store) -> None:
    cast = filled(store)
    rotate(system(cast))
    made = max(one.created_at for one in list_keys(system(cast)))
    cast.now = made + SETTLE_SECONDS - 1
    turn_until_over(cast)
    assert states(cast)[0] == (1, "data", "reading")
    cast.now += 1
    turn_until_over(cast)
    assert states(cast)[0] == (1, "data", "retired")


def test_text_that_somebody_wrote_meanwhile_is_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    cast = filled(store)
    rotate(system(cast))
    read = reencrypt._rows

    def raced(table: str, after: int) -> list[tuple[object, ...]]:
        rows = read(table, after)
        if table == "booking" and rows:
            row = Booking.get()
            row.comment = "No hurry"
            row.save()
        return rows

    monkeypatch.setattr(reencrypt, "_rows", raced)
    turn_until_over(later(cast))
    assert (Booking.get().comment, check_database(store)) == ("No hurry", [])


def test_older_texts_written_late_keep_their_key_in_use(store: Store) -> None:
    cast = filled(store)
    old = store.rows("SELECT payload FROM outbox_message")[0][0]
    rotate(system(cast))
    progress = Progress(len(SEALED), 0)
    encrypt_anew(system(later(cast)), progress)
    assert states(cast)[0] == (1, "data", "reading")
    assert (OutboxMessage.get().payload != old, store.rows("SELECT payload FROM outbox_message")[0][0]) == (True, old)


def test_client_can_be_found_and_changed_between_two_keys(store: Store) -> None:
    cast = filled(store)
    rotate(system(cast))
    store.write(lambda: change_row(Client.get(), phone="030 1"))
    store.write(lambda: Client.create(**stamped(name="Ben Client", email="ben@example.org")))
    assert [(row.name, row.phone) for row in Client.select().order_by(Client.id)] == [
        ("Ada Client", "030 1"),
        ("Ben Client", ""),
    ]


def test_new_keys_are_told_to_the_audit_log(store: Store) -> None:
    cast = one_provider(store)
    rotate(system(cast))
    change_master(system(cast), MASTER)
    told = [(row.action, row.kind, row.after) for row in AuditEntry.select().order_by(AuditEntry.id)]
    assert told == [
        ("key_added", "installation", '{"key":3}'),
        ("master_changed", "installation", f'{{"master_key":"{MASTER.name}"}}'),
    ]


def test_only_who_may_change_settings_rotates(store: Store) -> None:
    cast = one_provider(store)
    for work in (rotate, list_keys):
        with pytest.raises(NotAllowed):
            work(staff(cast, ReadyMade.FRONT_DESK))


def test_there_is_a_last_key(store: Store) -> None:
    cast = one_provider(store)
    store.write(lambda: store.run("UPDATE encryption_key SET id = 65535 WHERE id = 2"))
    with pytest.raises(KeysError, match="there can be no more"):
        rotate(system(cast))


def test_process_that_another_master_key_has_passed_by_goes_on_and_says_so_once(
    store: Store, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    cast = filled(store)
    other = open_store(database_url)
    change_master(Context(other, SYSTEM, cast.now), MasterKey(b"n" * 32))
    other.close()
    for _ in range(2):
        store.keys.forget()
        assert store.read(lambda: Client.get().name) == "Ada Client"
    assert [one for one in caplog.messages if "please start this process anew" in one] == [
        "going on with the keys that were read before, please start this process anew: The database's keys belong to "
        f"master key {MasterKey(b'n' * 32).name}, but the file of EIGENPLAN_MASTER_KEY_FILE holds {MASTER.name}; "
        "please put the right file there."
    ]
