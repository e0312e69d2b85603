"""Moving an installation between the databases, and noticing when something did not arrive."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.booking.refusals import JustTaken
from app.storage.account_tables import ExternalIdentity
from app.storage.all_tables import ALL_TABLES
from app.storage.base import Table
from app.storage.check import check_database
from app.storage.copy import CopyError, columns_of, copy_database, digest_of
from app.storage.migrate import SchemaError
from app.storage.rights_tables import OutsideGroup, UserGroup
from app.storage.store import Store
from app.storage.tables import BusyTime, Client, Setting
from tests.cast import NOW, Cast
from tests.keys import open_store
from tests.storage.helpers import HALF, TEN, at_once, closing, stamped
from tests.storage.test_check import change, group, held_beside, installation, plain, series, waiting

pytestmark = pytest.mark.gate

WAYS = [("sqlite", "postgresql"), ("postgresql", "sqlite"), ("sqlite", "sqlite")]


@pytest.fixture(params=WAYS, ids="-".join)
def both(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[tuple[Store, Store]]:
    """A source and an empty target."""
    kinds: tuple[str, str] = request.param
    urls = [str(request.getfixturevalue(f"{kind}_url")) for kind in kinds]
    if kinds[0] == kinds[1]:
        other = tmp_path / "other.db"
        other.write_bytes(sqlite_template.read_bytes())
        urls[1] = f"sqlite:///{other}"
    stores = open_store(urls[0]), open_store(urls[1])
    yield stores
    for one in stores:
        one.close()


def filled(store: Store) -> Cast:
    """An installation with something in nearly every table, and texts that are hard to carry."""
    cast = installation(store)

    def fill() -> None:
        user_id = cast.user("Ada Admin", "administrator")
        ExternalIdentity.create(user=user_id, source="ldap", issuer="", subject="ünï", created_at=NOW)
        ExternalIdentity.create(user=user_id, source="oidc", issuer="https://login.example.org", created_at=NOW)
        group_id = UserGroup.create(**stamped(name="Desk")).id
        OutsideGroup.create(group=group_id, source="ldap", name="cn=desk,dc=example,dc=org")
        group(cast, "b4", TEN + 4 * HALF)
        series(cast, 1)
        held_beside(cast, change(cast, "c1"), NOW + 60)
        plain(cast, "b5", TEN + 30 * HALF, "held", told=False, expires_at=NOW)
        waiting(cast, "waiting")
        Setting.create(key="odd", value='tab\t, line\n, "quote" \\, ünï, 日本, 😀, \\N')
        BusyTime.create(resource=cast.rows["Ada"], start_at=-5, end_at=2**40, source="x")
        Client.create(**stamped(name="\\N", email="", phone="0" * 5000))

    store.write(fill)
    return cast


def digests(store: Store) -> list[tuple[int, int]]:
    found = store.snapshot(lambda: [digest_of(store, model) for model in ALL_TABLES])
    return [(one.count, one.total) for one in found]


def test_copy_carries_every_row(both: tuple[Store, Store]) -> None:
    source, target = both
    filled(source)
    counts = copy_database(source, target)
    assert (counts["booking"], counts["user"], digests(target)) == (5, 1, digests(source))
    assert (check_database(source), check_database(target)) == ([], [])


def test_copy_tells_each_table(both: tuple[Store, Store]) -> None:
    lines: list[str] = []
    copy_database(*both, lines.append)
    assert len(lines) == len(ALL_TABLES)
    assert lines[1] == f"setting: 0 rows, checksum {0:032x}"


def test_copy_can_be_booked_on_and_still_refuses_overlaps(both: tuple[Store, Store]) -> None:
    source, target = both
    cast = filled(source)
    copy_database(source, target)
    moved = Cast(target, rows=cast.rows)
    target.write(lambda: plain(moved, "b9", TEN + 40 * HALF))
    with pytest.raises(JustTaken):
        target.write(lambda: plain(moved, "b10", TEN))
    assert check_database(target) == []


def test_copy_into_a_used_database_is_refused(both: tuple[Store, Store]) -> None:
    source, target = both
    filled(source)
    installation(target)
    before = digests(target)
    with pytest.raises(CopyError, match="not empty: it has a location"):
        copy_database(source, target)
    assert digests(target) == before


def test_copy_between_schemas_is_refused(both: tuple[Store, Store]) -> None:
    source, target = both
    target.write(lambda: target.run("DELETE FROM schema_migration WHERE number > 1"))
    with pytest.raises(SchemaError, match="database migrate"):
        copy_database(source, target)


def test_copy_that_arrives_differently_is_an_error_and_keeps_nothing(both: tuple[Store, Store]) -> None:
    source, target = both
    filled(source)
    spoil(target)
    with pytest.raises(CopyError, match="Table location differs after copying"):
        copy_database(source, target)
    assert target.rows("SELECT COUNT(*) FROM location") == [(0,)]
    assert target.rows("SELECT name, value FROM revision") == [("catalog", 1)]


def spoil(store: Store) -> None:
    """Let the database change what it is given."""
    if store.kind == "sqlite":
        store.run("CREATE TRIGGER spoil AFTER INSERT ON location BEGIN UPDATE location SET name = 'x'; END")
        return
    body = "BEGIN NEW.name := 'x'; RETURN NEW; END"
    store.run(f"CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    store.run("CREATE TRIGGER spoil BEFORE INSERT ON location FOR EACH ROW EXECUTE FUNCTION spoil()")


def test_copy_is_of_one_moment(both: tuple[Store, Store]) -> None:
    source, target = both
    cast = filled(source)

    def book_meanwhile(line: str) -> None:
        if line.startswith("location"):
            at_once(closing(source, lambda: source.write(lambda: plain(cast, "b9", TEN + 40 * HALF))))

    before = digests(source)
    copy_database(source, target, book_meanwhile)
    assert (digests(target), source.rows("SELECT COUNT(*) FROM booking")) == (before, [(6,)])


def test_tables_are_all_there_and_in_order_of_reference(store: Store) -> None:
    names = [str(model._meta.table_name) for model in ALL_TABLES]
    queries = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
        "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
    }
    assert sorted([*names, "schema_migration"]) == sorted(name for (name,) in store.rows(queries[store.kind]))
    for place, model in enumerate(ALL_TABLES):
        assert [str(one._meta.table_name) for one in model._meta.refs.values() if one not in ALL_TABLES[:place]] == []


def test_models_have_the_columns_of_the_tables(store: Store) -> None:
    def columns(model: type[Table]) -> list[str]:
        cursor = store.run('SELECT * FROM "table" LIMIT 0'.replace("table", str(model._meta.table_name)))
        return sorted(one[0] for one in cursor.description)

    assert [columns(model) for model in ALL_TABLES] == [sorted(columns_of(model)) for model in ALL_TABLES]


def eigenplan(*words: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "app.commands", "database", *words]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60)


def test_command_check_tells_what_is_wrong_and_fails(database_url: str) -> None:
    assert eigenplan("check", "--database", database_url).stdout == "Nothing is wrong.\n"
    store = open_store(database_url)
    store.write(lambda: store.run("DELETE FROM revision"))
    store.close()
    result = eigenplan("check", "--database", database_url)
    said = "The counter of changes to the set-up is missing.\n1 things are wrong.\n"
    assert (result.stdout, result.returncode) == (said, 1)


def test_command_copy_migrates_the_target_and_tells_the_sum(database_url: str, tmp_path: Path) -> None:
    store = open_store(database_url)
    installation(store)
    store.close()
    result = eigenplan("copy", database_url, f"sqlite:///{tmp_path}/new.db")
    assert result.stdout.splitlines()[-1] == f"35 rows in {len(ALL_TABLES)} tables are the same in both databases."
    again = eigenplan("copy", database_url, f"sqlite:///{tmp_path}/new.db")
    assert (again.returncode, "not empty" in again.stderr) == (1, True)


def test_command_migrate_tells_each_step(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    first, again = (eigenplan("migrate", "--database", url).stdout.splitlines() for _ in range(2))
    assert (first[0], first[-1]) == ("Migration 1 is applied.", again[0])


@pytest.mark.parametrize("url", ["mysql://x", "postgresql://eigenplan@127.0.0.1:9/x", "sqlite:////nowhere/x.db"])
def test_command_with_a_database_that_cannot_be_used_ends_in_one_sentence(url: str) -> None:
    result = eigenplan("check", "--database", url)
    assert (result.returncode, result.stderr.count("\n"), result.stderr[:7]) == (1, 1, "Error: ")
