"""``eigenplan keys``: what somebody at the command line does with keys, and what is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import cli
from app.crypto.master import make_master_key, read_master_key
from app.storage.store import Store
from app.storage.tables import Client
from tests.cast import NOW
from tests.keys import FILE, MASTER, VARIABLE, open_store
from tests.storage.helpers import stamped

pytestmark = pytest.mark.gate


def run(url: str, *words: str, key: Path = FILE) -> Result:
    return CliRunner().invoke(cli, ["keys", *words], env={"EIGENPLAN_DATABASE_URL": url, VARIABLE: str(key)})


def add_client(store: Store) -> None:
    store.write(lambda: Client.create(**stamped(name="Nora Client", email="nora@example.org")))


def test_new_writes_a_key_once_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "master"
    first, second = run("", "new", str(path)), run("", "new", str(path))
    key = read_master_key(path.read_text())
    assert (first.exit_code, stat.S_IMODE(path.stat().st_mode), key.name in first.output) == (0, 0o400, True)
    assert (second.exit_code, second.output) == (1, f"Error: Cannot make {path}: File exists.\n")
    assert key.text not in first.output


def test_status_lists_keys_and_what_they_have_encrypted(store: Store, database_url: str) -> None:
    add_client(store)
    lines = run(database_url, "status").output.splitlines()
    assert [(line.split()[:3], line.split("master ")[1]) for line in lines] == [
        (["1", "data", "current"], f"{MASTER.name}  2 texts"),
        (["2", "index", "current"], f"{MASTER.name}  for finding clients"),
    ]


def test_rotate_adds_a_key_that_a_running_process_takes_up(store: Store, database_url: str) -> None:
    add_client(store)
    store.catalog()
    assert run(database_url, "rotate").output.startswith("Key 3 encrypts from now on.")
    store.catalog()
    store.write(lambda: Client.create(**stamped(name="Olaf Client", email="", created_at=NOW)))
    stored = [name[:4] for (name,) in store.rows("SELECT name FROM client ORDER BY id")]
    assert (stored, store.read(lambda: [row.name for row in Client.select().order_by(Client.id)])) == (
        ["AQAB", "AQAD"],
        ["Nora Client", "Olaf Client"],
    )


def test_another_master_key_opens_everything_after_it_was_exchanged(
    store: Store, database_url: str, tmp_path: Path
) -> None:
    add_client(store)
    path, key = tmp_path / "new", make_master_key()
    path.write_text(key.text)
    done = run(database_url, "rotate", "--master", str(path))
    assert (done.exit_code, f"Master key {key.name} opens all 2 keys" in done.output) == (0, True)
    store.keys.forget()
    assert store.read(lambda: Client.get().name) == "Nora Client", "a process that runs goes on"
    refused, there = run(database_url, "status"), run(database_url, "status", key=path)
    assert (refused.exit_code, there.exit_code) == (1, 0)
    assert refused.output == (
        f"Error: The database's keys belong to master key {key.name}, but the file of {VARIABLE} holds "
        f"{MASTER.name}; please put the right file there.\n"
    )


@pytest.mark.parametrize(
    ("text", "words"), [(None, "Cannot read"), ("nothing", "holds no master key"), ("ü", "holds no master key")]
)
def test_master_key_that_cannot_be_used_changes_nothing(
    store: Store, database_url: str, tmp_path: Path, text: str | None, words: str
) -> None:
    path = tmp_path / "new"
    if text is not None:
        path.write_text(text, "utf-8")
    refused = run(database_url, "rotate", "--master", str(path))
    assert (refused.exit_code, words in refused.output) == (1, True)
    assert {one.master for one in store.read(store.keys.stored)} == {MASTER.name}


def test_command_without_a_master_key_says_which_option_names_it(database_url: str) -> None:
    result = CliRunner().invoke(cli, ["keys", "status", "--database", database_url], env={VARIABLE: ""})
    assert (result.exit_code, result.output.startswith(f"Error: {VARIABLE}: is missing.")) == (1, True)


def test_open_store_of_the_tests_uses_their_key(database_url: str) -> None:
    store = open_store(database_url)
    store.read(store.keys.check)
    store.close()
