"""The command ``administrator``: the way into an empty installation."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from app import clock
from app.commands.cli import cli
from app.operations.accounts.password_links import choose_password, find_link
from app.operations.accounts.sign_in import check_password
from app.operations.rights import grants_of
from app.operations.setup.administrator_link import HOURS
from app.storage.account_tables import RecoveryCode
from app.storage.store import Store
from app.storage.tables import User

PASSWORD = "correct horse battery"


SITE = "https://bookings.example.org"


def run(url: str, email: str = "Ada@example.org", typed: str = f"{PASSWORD}\n{PASSWORD}\n", *more: str) -> Result:
    words = ["administrator", email, "Ada", "--database", url, *more]
    return CliRunner().invoke(cli, words, input=typed, env={"EIGENPLAN_DATABASE_URL": None, "EIGENPLAN_BASE_URL": None})


def link(url: str, *more: str, email: str = "ada@example.org") -> Result:
    return run(url, email, "", "--link", "--site", f"{SITE}/", *more)


def token_of(result: Result) -> str:
    """The token of the link, which is the last line and nowhere else."""
    line = result.output.splitlines()[-1]
    assert (line.startswith(f"{SITE}/password/"), result.output.count("/password/")) == (True, 1)
    return line.rpartition("/")[2]


def test_administrator_of_an_empty_database_may_sign_in(store: Store, database_url: str) -> None:
    result = run(database_url)
    public_id = check_password(store, "ada@example.org", PASSWORD)
    assert (result.exit_code, result.output.endswith("Ada may sign in as ada@example.org.\n")) == (0, True)
    row = User.get(User.public_id == public_id)
    assert (row.name, [one.role for one in grants_of(row.id)]) == ("Ada", ["Administrator"])
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
    assert (result.exit_code, "signs in with this email address already" in result.output) == (1, True)
    assert store.rows('SELECT COUNT(*) FROM "user"') == [(1,)]


def test_administrator_of_a_database_without_tables_says_how_to_make_them(tmp_path: Path) -> None:
    result = run(f"sqlite:///{tmp_path}/new.db")
    assert (result.exit_code, "./eigenplan database migrate" in result.output) == (1, True)


def test_link_for_the_first_administrator_says_once_and_until_when(store: Store, database_url: str) -> None:
    result = link(database_url)
    assert (result.exit_code, "once, within 48 hours, that is until" in result.output) == (0, True)
    assert "has a password already" not in result.output
    public_id = choose_password(store, token_of(result), PASSWORD, clock.now() + HOURS * 3600 - 60)
    assert check_password(store, "ada@example.org", PASSWORD) == public_id


def test_link_again_is_a_new_one_and_says_when_it_resets_a_password(store: Store, database_url: str) -> None:
    first = link(database_url)
    second = link(database_url)
    assert (token_of(first) != token_of(second), "has a password already" in second.output) == (True, False)
    choose_password(store, token_of(second), PASSWORD, clock.now())
    third = link(database_url)
    assert (third.exit_code, "ada@example.org has a password already" in third.output) == (0, True)
    assert find_link(store, token_of(third), clock.now()).email == "ada@example.org"


def test_link_with_forget_factors_takes_second_factors_away(store: Store, database_url: str) -> None:
    link(database_url)
    store.write(lambda: RecoveryCode.create(user=User.get().id, code_hash="x"))
    result = link(database_url, "--forget-factors")
    assert (result.exit_code, "has no second factor any more" in result.output) == (0, True)
    left = store.read(lambda: RecoveryCode.select().count())
    assert (left, find_link(store, token_of(result), clock.now()).name) == (0, "Ada")


@pytest.mark.parametrize("more", [("--link", "--site", SITE), ()])
def test_if_none_does_nothing_where_there_is_an_administrator(
    store: Store, database_url: str, more: tuple[str, ...]
) -> None:
    token = token_of(link(database_url, "--if-none"))
    result = run(database_url, "ben@example.org", "", "--if-none", *more)
    said = "There is an administrator already (ada@example.org), so nothing was done.\n"
    assert (result.exit_code, result.output) == (0, said)
    assert find_link(store, token, clock.now()).email == "ada@example.org"
    assert store.rows('SELECT COUNT(*) FROM "user"') == [(1,)]


def test_link_without_or_with_a_wrong_address_of_the_site_is_refused(store: Store, database_url: str) -> None:
    without, wrong = run(database_url, "a@example.org", "", "--link"), link(database_url, "--site", "bookings")
    assert [result.exit_code for result in (without, wrong)] == [2, 2]
    assert "EIGENPLAN_BASE_URL" in without.output
    assert "must be an address such as https://bookings.example.org" in wrong.output
    assert store.rows('SELECT COUNT(*) FROM "user"') == [(0,)]


def test_link_takes_the_address_of_the_site_from_the_environment(store: Store, database_url: str) -> None:
    words = ["administrator", "ada@example.org", "Ada", "--link"]
    result = CliRunner().invoke(cli, words, env={"EIGENPLAN_DATABASE_URL": database_url, "EIGENPLAN_BASE_URL": SITE})
    assert len(token_of(result)) == 48
