"""After all that people do with a booking nothing of its client can be read where it is kept, copied or logged.

Looked through: every row as a dump has it, the files of the database with their free pages and logs, and the log.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import psycopg
import pytest

from app.integrations.ics.values import Busy
from app.operations.book import book
from app.operations.calendars.busy_times import replace_busy_times
from app.operations.change import cancel, move
from app.operations.check_in_codes import check_in_by_code, code_for
from app.operations.clients.client_records import ClientDraft, save_client
from app.operations.doors import check_in_at_door, look_at_door, open_door
from app.operations.find_times import TimesQuery, find_times
from app.operations.letters.deliver import Courier, deliver_next
from app.operations.look_up import find_clients, view_of
from app.operations.moving_in.bring import What, bring_in
from app.operations.requests import ClientDetails, MoveRequest, SeriesRequest, WaitingRequest
from app.operations.series import book_series
from app.operations.setup.doors import DoorDraft, save_door
from app.operations.setup.embedding import save_origins
from app.operations.waiting import join_waiting_list
from app.storage.all_tables import ALL_TABLES
from app.storage.migrate import migrate
from app.storage.store import Store
from app.storage.tables import Client, Location
from tests.cast import HOUR, Cast, change_row, one_provider
from tests.integrations.mail_server import Postbox
from tests.keys import open_store
from tests.operations.helpers import TEN, system, visitor, wish
from tests.operations.test_undo import Desk

WORDS = ("name", "given", "mail", "notes", "comment", "answer", "companion", "reason", "title")
CODES = b"what codes to check in by are made from"
Secrets = dict[str, str]
"""Words that stand nowhere else, not even in another test of the same server; looked for in small letters."""


@pytest.fixture
def secrets() -> Secrets:
    end = uuid.uuid4().hex[:8]
    return {word: f"{word.title()}x{end}" for word in WORDS} | {"phone": str(uuid.uuid4().int)[:12]}


def person(secrets: Secrets) -> ClientDetails:
    name = f"{secrets['given']} {secrets['name']}"
    return ClientDetails(name=name, email=f"{secrets['mail']}@example.org".lower(), phone=secrets["phone"])


QUESTION = {"public_id": "q1", "label": "What is it about?", "kind": "text", "required": False, "choices": []}


def live_through(cast: Cast, courier: Courier, postbox: Postbox, secrets: Secrets) -> None:
    """A client books, waits, is changed, is refused by the mail server, and somebody leaves again."""
    who = person(secrets)
    asked = wish(cast, client=who, key="once", comment=secrets["comment"], answers={"q1": secrets["answer"]})
    first = book(visitor(cast), replace(asked, attendees=(secrets["companion"],)))
    book_series(system(cast), SeriesRequest(wish(cast, TEN + 2 * HOUR, client=who), "FREQ=DAILY;COUNT=2"))
    join_waiting_list(visitor(cast), WaitingRequest(cast.ids["Consultation"], cast.ids["Centre"], who, TEN, TEN + 60))
    use_what_came_later(cast, secrets)
    busy = Busy(TEN + 5 * HOUR, TEN + 6 * HOUR, uid="u", title=secrets["title"])
    replace_busy_times(system(cast), cast.ids["Ada"], "file", [busy])
    cast.store.write(lambda: change_row(who_booked(), notes=secrets["notes"]))
    save_client(system(cast), who_booked().public_id, ClientDraft(who.name, f"new.{who.email}", who.phone))
    postbox.recipient = f"550 no such user {who.email} {secrets['name']}"
    while deliver_next(system(cast), courier, lambda: cast.now):
        pass
    cancel(system(cast), first.public_id, reason=f"{secrets['reason']} for {secrets['name']}")
    cast.store.write(lambda: change_row(who_booked(), notes="", phone=""))
    assert [one.name for one in find_clients(system(cast), "given")] == [who.name]
    assert view_of(system(cast), first.public_id).answers == {"q1": secrets["answer"]}


def who_booked() -> Client:
    """The client who came first; PostgreSQL gives rows in no order of its own."""
    found: Client = Client.select().order_by(Client.id).get()
    return found


def use_what_came_later(cast: Cast, secrets: Secrets) -> None:
    """A client is brought in from lines, comes together with a room, is moved and moved back, and checks in twice."""
    lines = f"{secrets['name']};in.{secrets['mail']}@example.org;{secrets['phone']};{secrets['notes']}"
    broken = f"{secrets['companion']};{secrets['mail']};{secrets['phone']};{secrets['notes']}"
    text = f"Name;Mail;Phone;Notes\n{lines}\n{broken}\n"
    assert bring_in(system(cast), What.CLIENTS, text, "UTC").new == 1
    cast.store.write(lambda: cast.resource("Room", "room", "Centre"))
    cast.store.write(Location.update(check_in=True).execute)
    cast.store.write(cast.store.bump_catalog)
    save_origins(system(cast), "https://site.example.org")
    door = save_door(system(cast), cast.ids["Room"], DoorDraft(with_titles=True)).public_id
    _come_together(cast, secrets, door)


def _come_together(cast: Cast, secrets: Secrets, door: str) -> None:
    room, start = cast.ids["Room"], TEN + HOUR
    query = TimesQuery(cast.ids["Consultation"], cast.ids["Centre"], (room,), date(2030, 1, 7), 1)
    assert find_times(system(cast), query).count
    asked = wish(cast, start, client=person(secrets), comment=secrets["comment"], answers={"q1": secrets["answer"]})
    mine = book(system(cast), replace(asked, together=(room,))).public_id
    desk = Desk(cast)
    move(desk.now, MoveRequest(mine, start + 2 * HOUR))
    assert desk.undo(mine) == "confirmed"
    near = visitor(cast, start - 600)
    assert look_at_door(near, open_door(near, door)).entries
    check_in_at_door(near, open_door(near, door), mine)
    check_in_by_code(near, cast.ids["Centre"], code_for(CODES, mine), CODES)


def seen_in(content: bytes, secrets: Secrets) -> set[str]:
    small = content.lower()
    return {what for what, word in secrets.items() if word.lower().encode() in small}


def dump(store: Store) -> bytes:
    tables = [str(model._meta.table_name) for model in ALL_TABLES]
    rows = [store.rows(f'SELECT * FROM "{table}"') for table in tables]  # noqa: S608  names of our tables
    return repr(rows).encode()


def logged(caplog: pytest.LogCaptureFixture) -> bytes:
    """What was logged on our side; the mail server of the test says all that comes to it."""
    return "\n".join(one.getMessage() for one in caplog.records if one.name != "mail.log").encode()


_WHERE = "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"


def files(store: Store, *, log: bool = True) -> bytes:
    """All that lies on the disk of this database; without ``log`` leaving out PostgreSQL's write-ahead log."""
    if store.kind == "sqlite":
        path = Path(str(store.database.database))
        return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))
    store.run("CHECKPOINT")
    folder, name = store.rows(_WHERE)[0]
    places = [Path(folder) / "base" / str(name), *([Path(folder) / "pg_wal"] if log else [])]
    return b"".join(one.read_bytes() for place in places for one in sorted(place.iterdir()) if one.is_file())


def test_nothing_of_a_client_can_be_read_anywhere(
    store: Store, courier: Courier, postbox: Postbox, secrets: Secrets, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    cast = one_provider(store, questions=json.dumps([QUESTION]))
    live_through(cast, courier, postbox, secrets)
    store.run("ANALYZE")
    assert {
        "dump": seen_in(dump(store), secrets),
        "files": seen_in(files(store), secrets),
        "log": seen_in(logged(caplog), secrets),
    } == {
        "dump": set(),
        "files": set(),
        "log": set(),
    }


def test_what_is_looked_for_would_be_found(store: Store, secrets: Secrets, caplog: pytest.LogCaptureFixture) -> None:
    """The same places, with a word in clear: the test above could fail."""
    store.write(lambda: store.run("INSERT INTO setting (key, value) VALUES ('x', %s)", (secrets["name"],)))
    store.write(lambda: store.run("DELETE FROM setting WHERE key = 'x'"))
    logging.getLogger("app.somewhere").warning("%s", secrets["mail"])
    assert (seen_in(files(store), secrets), seen_in(logged(caplog), secrets)) == ({"name"}, {"mail"})


@pytest.fixture
def old(tmp_path: Path) -> Iterator[Store]:
    """A store on a SQLite database from before anything was encrypted."""
    store = open_store(f"sqlite:///{tmp_path}/old.db")
    migrate(store, upto=11)
    yield store
    store.close()


INTO_CLIENT = (
    "INSERT INTO client (public_id, created_at, changed_at, name, email, phone, notes) "
    "VALUES (%s, 1, 1, %s, %s, %s, %s)"
)


def fill_old(store: Store, secrets: Secrets) -> None:
    who = person(secrets)

    def work() -> None:
        for number in range(200):
            texts = (who.name, who.email, secrets["phone"], secrets["notes"])
            store.run(INTO_CLIENT, (f"c{number}", *texts))
        store.run("DELETE FROM client WHERE id > 150")

    store.write(work)
    store.run("ANALYZE")


def test_migrating_leaves_nothing_in_clear_in_the_file(old: Store, secrets: Secrets) -> None:
    fill_old(old, secrets)
    assert seen_in(files(old), secrets) == {"name", "given", "mail", "phone", "notes"}
    migrate(old)
    assert (seen_in(files(old), secrets), Client.get_by_id(150).name) == (set(), person(secrets).name)


def test_migrating_leaves_nothing_in_clear_in_postgresql(postgres_url: str, secrets: Secrets) -> None:
    name = f"old_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    store = open_store(f"{postgres_url.rsplit('/', 1)[0]}/{name}")
    try:
        migrate(store, upto=11)
        fill_old(store, secrets)
        assert seen_in(files(store, log=False), secrets) == {"name", "given", "mail", "phone", "notes"}
        migrate(store)
        assert (seen_in(files(store, log=False), secrets), Client.get_by_id(150).name) == (set(), person(secrets).name)
    finally:
        store.close()
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
