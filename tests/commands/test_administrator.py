"""The command ``administrator``: the way into an empty installation."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import cli
from app.operations.sign_in import check_password, get_account
from app.storage.store import Store

PASSWORD = "correct horse battery"


def run(url: str, email: str = "Ada@example.org", typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> Result:
    words = ["administrator", email, "Ada", "--database", url]
    return CliRunner().invoke(cli, words, input=typed, env={"EIGENPLAN_DATABASE_URL": None})


def test_administrator_of_an_empty_database_may_sign_in(store: Store, database_url: str) -> None:
    result = run(database_url)
    public_id = check_password(store, "ada@example.org", PASSWORD)
    assert (result.exit_code, result.output.endswith("Ada may sign in as ada@example.org.\n")) == (0, True)
    account = get_account(store, public_id or "")
    assert account is not None
    assert (account.actor.name, account.actor.role) == ("Ada", "administrator")
    assert PASSWORD not in result.output


@pytest.mark.parametrize(
    ("email", "typed", "said"),
    [
        ("ada", f"{PASSWORD}\n{PASSWORD}\n", "should look like name@example.org"),
        ("ada@example.org", "short\nshort\n", "a password of 10 to 200 characters"),
    ],
)
def test_administrator_with_wrong_input_is_refused(
    store: Store, database_url: str, email: str, typed: str, said: str
) -> None:
    result = run(database_url, email, typed)
    assert (result.exit_code, said in result.output) == (1, True)
    assert store.rows('SELECT COUNT(*) FROM "user"') == [(0,)]


def test_administrator_twice_is_refused(store: Store, database_url: str) -> None:
    run(database_url)
    result = run(database_url)
    assert (result.exit_code, "signs in with this mail address already" in result.output) == (1, True)
    assert store.rows('SELECT COUNT(*) FROM "user"') == [(1,)]


def test_administrator_of_a_database_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    result = run(f"sqlite:///{tmp_path}/new.db")
    assert (result.exit_code, "./eigenplan database migrate" in result.output) == (1, True)
