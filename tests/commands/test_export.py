"""The commands ``export`` and ``import`` as somebody types them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import cli
from app.operations.book import book
from app.storage.store import Store
from app.storage.tables import Client
from tests.cast import one_provider
from tests.keys import open_store
from tests.operations.helpers import visitor, wish

PASSPHRASE = "a long way round the lake"
SITE = ("--site", "https://booking.example.org")


def run(*words: str | Path, typed: str = "") -> Result:
    """Type a command, and then what it asks for."""
    return CliRunner().invoke(cli, [str(word) for word in words], input=typed)


@pytest.fixture
def filled(store: Store, database_url: str) -> str:
    """The database of an installation with one booking."""
    cast = one_provider(store)
    book(visitor(cast), wish(cast))
    return database_url


def test_export_and_import_give_the_same_clients(filled: str, tmp_path: Path) -> None:
    archive, new = tmp_path / "all.archive", f"sqlite:///{tmp_path / 'new.db'}"
    out = run("export", archive, "--database", filled, *SITE, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    assert (out.exit_code, out.output.splitlines()[-1][: len(str(archive))]) == (0, str(archive))
    back = run("import", archive, "--database", new, typed=f"{PASSPHRASE}\n")
    assert back.exit_code == 0
    assert back.output.splitlines()[-1].endswith("are the same as in the archive.")
    store = open_store(new)
    assert store.read(lambda: [row.email for row in Client.select()]) == ["ada@example.org"]
    store.close()


def test_passphrase_of_a_file_and_a_plain_archive(filled: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSPHRASE}\n")
    sealed, plain = tmp_path / "sealed", tmp_path / "plain"
    words = ("--database", filled, *SITE)
    assert run("export", sealed, "--passphrase-file", secret, *words).exit_code == 0
    said = run("export", plain, "--plain", *words)
    assert "It is not encrypted: keep it like the database itself." in said.output
    assert (zipfile.is_zipfile(plain), zipfile.is_zipfile(sealed)) == (True, False)
    assert [oct(one.stat().st_mode & 0o777) for one in (sealed, plain)] == ["0o600", "0o600"]


def test_file_that_is_there_is_not_overwritten(filled: str, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    said = run("export", there, "--plain", "--database", filled, *SITE)
    assert (said.exit_code, there.read_text()) == (1, "mine")
    assert said.output == f"Error: {there} is there already; please choose another name.\n"


def test_short_passphrase_leaves_no_file(filled: str, tmp_path: Path) -> None:
    archive = tmp_path / "all"
    said = run("export", archive, "--database", filled, *SITE, typed="short\nshort\n")
    assert (said.exit_code, archive.exists()) == (1, False)
    assert "Please choose a passphrase of at least 12 characters." in said.output


def test_wrong_passphrase_imports_nothing(filled: str, tmp_path: Path) -> None:
    archive, new = tmp_path / "all", f"sqlite:///{tmp_path / 'new.db'}"
    run("export", archive, "--database", filled, *SITE, typed=f"{PASSPHRASE}\n{PASSPHRASE}\n")
    said = run("import", archive, "--database", new, typed="another long passphrase\n")
    assert said.exit_code == 1
    assert said.output.endswith("Error: The passphrase is wrong, or the beginning of the file was changed.\n")
    store = open_store(new)
    assert store.read(lambda: Client.select().count()) == 0
    store.close()


def test_import_into_an_installation_in_use_is_refused(filled: str, tmp_path: Path) -> None:
    archive = tmp_path / "plain"
    run("export", archive, "--plain", "--database", filled, *SITE)
    said = run("import", archive, "--database", filled)
    assert said.exit_code == 1
    assert "The target database is not empty" in said.output


@pytest.mark.parametrize("words", [("import", "/nowhere"), ("export", "/nowhere/at/all", "--plain", *SITE)])
def test_file_that_cannot_be_had_is_named(filled: str, words: tuple[str, ...]) -> None:
    said = run(*words, "--database", filled)
    assert (said.exit_code, said.output.count("\n")) == (1, 1)
    assert "/nowhere" in said.output
