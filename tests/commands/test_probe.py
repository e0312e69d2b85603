"""The command ``probe``: JSON for the programs that check an installation."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from app.commands.cli import cli
from app.storage.store import Store
from tests.operations.setup_cast import add_location, context_of

SITE = "https://bookings.example.org"


def run(url: str, *words: str) -> Result:
    return CliRunner().invoke(cli, ["probe", *words], env={"EIGENPLAN_DATABASE_URL": url, "EIGENPLAN_BASE_URL": SITE})


def said(result: Result) -> dict[str, str]:
    assert (result.exit_code, result.output.count("\n")) == (0, 1)
    found: dict[str, str] = json.loads(result.output)
    return found


def test_probe_opened_says_where_to_book(store: Store, database_url: str) -> None:
    opened = said(run(database_url, "open"))
    path = f"/book/times?service={opened['service']}&location={opened['location']}"
    assert (opened["state"], opened["path"], opened["url"]) == ("open", path, SITE + path)
    assert len(store.catalog().services) == 1


def test_probe_from_opening_to_closing(store: Store, database_url: str) -> None:
    assert said(run(database_url, "status")) == {"state": "none", "booking": None}
    said(run(database_url, "open"))
    assert said(run(database_url, "status")) == {"state": "open", "booking": None}
    assert said(run(database_url, "close")) == {"state": "closed", "cancelled": 0}
    assert said(run(database_url, "status")) == {"state": "closed", "booking": None}


def test_probe_that_cannot_be_opened_says_why(store: Store, database_url: str) -> None:
    add_location(context_of(store), "Installation check")
    result = run(database_url, "open")
    assert (result.exit_code, "called Installation check already" in result.output) == (1, True)


@pytest.mark.parametrize("words", [(), ("sing",), ("open", "--site", "nowhere")])
def test_probe_with_wrong_words_ends_with_2(sqlite_url: str, words: tuple[str, ...]) -> None:
    assert run(sqlite_url, *words).exit_code == 2


def test_probe_about_an_unknown_booking_says_so(store: Store, database_url: str) -> None:
    run(database_url, "open")
    result = run(database_url, "status", "--booking", "nothing")
    assert (result.exit_code, "There is no such booking" in result.output) == (1, True)
