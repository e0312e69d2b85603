"""Confidential columns: encrypted in the rows, in clear everywhere else, bound to where they belong."""

from __future__ import annotations

import pytest

from app.crypto.master import MasterKey
from app.crypto.sealing import BrokenSealError
from app.storage import store as storage
from app.storage.check import check_database
from app.storage.confidential import SEALED, NotSealedError, seal_row
from app.storage.keys import KeysError
from app.storage.migrate import check_schema
from app.storage.statements import insert_row
from app.storage.store import Store
from app.storage.tables import Attendee, BusyTime, Client, OutboxMessage
from tests.cast import NOW, one_provider
from tests.keys import MASTER
from tests.storage.helpers import booked, stamped

WORDS = {"name": "Nora Client", "email": "nora@example.org", "phone": "030 1234", "notes": "likes tea"}


def add(store: Store, **values: str) -> Client:
    row: Client = store.write(lambda: Client.create(**stamped(**WORDS | values)))
    return row


def raw(store: Store, columns: str, table: str) -> list[tuple[object, ...]]:
    return store.rows(f"SELECT {columns} FROM {table} ORDER BY id")  # noqa: S608  our own words


def test_confidential_columns_are_these() -> None:
    assert {table: (one.columns, one.sealed_to) for table, one in SEALED.items()} == {
        "client": (["name", "email", "phone", "notes"], ("public_id",)),
        "booking": (["comment", "answers"], ("public_id",)),
        "attendee": (["name"], ("booking_id", "position")),
        "busy_time": (["title"], ("resource_id", "source", "uid", "start_at", "end_at")),
        "authenticator": (["secret"], ("user_id",)),
        "outbox_message": (["payload", "last_error"], ("public_id",)),
    }


def test_record_is_encrypted_in_its_row_and_read_in_clear(store: Store) -> None:
    row = add(store)
    stored = raw(store, "name, email, phone, notes", "client")[0]
    assert ({str(one)[:4] for one in stored}, len(set(stored))) == ({"AQAB"}, 4)
    found = Client.get_by_id(row.id)
    assert {name: getattr(found, name) for name in WORDS} == WORDS
    assert {name: getattr(row, name) for name in WORDS} == WORDS


def test_record_that_is_saved_again_keeps_what_it_says(store: Store) -> None:
    row = Client.get_by_id(add(store).id)
    row.tzid, row.notes = "Europe/Vienna", "likes coffee"
    store.write(row.save)
    again = Client.get_by_id(row.id)
    assert (again.name, again.notes, again.tzid) == ("Nora Client", "likes coffee", "Europe/Vienna")


def test_nothing_stays_nothing(store: Store) -> None:
    add(store, phone="", notes="")
    assert raw(store, "phone, notes", "client") == [("", "")]


def test_statement_of_our_own_encrypts_too(store: Store) -> None:
    row_id = store.write(lambda: insert_row("client", stamped(**WORDS)))
    assert (raw(store, "name", "client") != [("Nora Client",)], Client.get_by_id(row_id).name) == (True, "Nora Client")
    assert seal_row("seat", {"number": 1}) == {"number": 1}


def test_busy_time_and_attendee_are_bound_to_what_names_them(store: Store) -> None:
    cast = one_provider(store)
    booking = booked(cast)
    busy = {"resource": cast.rows["Ada"], "source": "file", "uid": "u1", "start_at": 60, "end_at": 120}
    store.write(lambda: BusyTime.create(**busy, title="Dentist"))
    store.write(lambda: Attendee.create(booking=booking, position=0, name="Ann"))
    assert (BusyTime.get().title, Attendee.get().name) == ("Dentist", "Ann")
    store.write(lambda: (store.run("UPDATE busy_time SET uid = 'u2'"), store.run("UPDATE attendee SET position = 1")))
    with pytest.raises(BrokenSealError, match="belongs to another row"):
        _ = BusyTime.get().title
    with pytest.raises(BrokenSealError, match="belongs to another row"):
        _ = Attendee.get().name


def test_text_moved_to_another_row_or_column_is_refused_and_found_by_check(store: Store) -> None:
    one_provider(store)
    add(store), add(store, name="Olaf Client")
    store.write(lambda: store.run("UPDATE client SET name = (SELECT name FROM client WHERE id = 1) WHERE id = 2"))
    store.write(lambda: store.run("UPDATE client SET notes = phone WHERE id = 1"))
    with pytest.raises(BrokenSealError):
        _ = Client.get_by_id(2).name
    assert check_database(store) == [
        "What is encrypted in client notes of row 1 cannot be opened.",
        "What is encrypted in client name of row 2 cannot be opened.",
    ]


def test_check_opens_the_rows_of_a_later_batch_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        add(store, name=f"N{number}")
    store.write(lambda: store.run("UPDATE client SET name = 'clear' WHERE id = 3"))
    monkeypatch.setattr("app.storage.check.BATCH", 2)
    assert check_database(store) == ["What is encrypted in client name of row 3 cannot be opened."]


def test_clear_text_is_never_written_nor_looked_for(store: Store) -> None:
    add(store)
    message = stamped(kind="x", payload='{"a": 1}', not_before=NOW)
    del message["changed_at"]
    for wrong in (
        lambda: Client.update(name="Nora").execute(),
        lambda: list(Client.select().where(Client.email == "nora@example.org")),
        lambda: OutboxMessage.insert_many([message]).execute(),
    ):
        with pytest.raises(NotSealedError, match="is confidential: it is written row by row"):
            store.write(wrong)


def test_text_is_not_opened_without_what_names_its_row(store: Store) -> None:
    add(store)
    row = Client.select(Client.name).get()
    with pytest.raises(NotSealedError, match=r"Client\.name cannot be opened without \('public_id',\)"):
        _ = row.name


def reopened(store: Store, master: MasterKey | None) -> Store:
    url = str(store.database.database)
    return storage.open_store(url if store.kind == "postgresql" else f"sqlite:///{url}", master)


@pytest.mark.parametrize(
    ("master", "words"),
    [
        (None, "Clients' details are encrypted, and no master key is given"),
        (MasterKey(b"o" * 32), "The database's keys belong to master key 96588698, but the file of EIGENPLAN_MASTER"),
    ],
)
def test_wrong_key_opens_nothing_and_writes_nothing(store: Store, master: MasterKey | None, words: str) -> None:
    add(store)
    other = reopened(store, master)
    for work in (lambda: check_schema(other), lambda: other.write(lambda: Client.create(**stamped(**WORDS)))):
        with pytest.raises(KeysError, match=words):
            work()
    assert other.rows("SELECT COUNT(*) FROM client") == [(1,)]
    other.close()


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE encryption_key SET wrapped = 'AQAB' WHERE id = 1", "Key 1 of the database was damaged"),
        ("DELETE FROM encryption_key WHERE id = 2", "no complete set of keys"),
        ("UPDATE encryption_key SET state = 'reading' WHERE id = 1", "no complete set of keys"),
        ("UPDATE encryption_key SET master = '00000000' WHERE id = 2", "belong to master key 00000000"),
    ],
)
def test_damaged_or_half_changed_keys_are_told(store: Store, statement: str, words: str) -> None:
    add(store)
    store.write(lambda: store.run(statement))
    store.keys.forget()
    assert Client.get().name == "Nora Client"
    other = reopened(store, MASTER)
    with pytest.raises(KeysError, match=words):
        check_schema(other)
    other.close()
