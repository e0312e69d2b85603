"""The page where lines of a spreadsheet come in."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission, ReadyMade
from app.operations.moving_in.bring import COLUMNS, KINDS, NEEDED, What
from app.operations.moving_in.sheet import read_sheet
from app.storage.store import Store
from app.storage.tables import Client
from app.texts import _, speaking
from app.translations import load_languages
from app.web.setup.moving_in import EXAMPLES
from tests.web.conftest import SignIn, SignInWith
from tests.web.reading import Page
from tests.web.staff_cast import practice

PAGE = "/setup/moving-in"
LINES = "Name;Mail\nNora;nora@example.org\nBen;ben\n"


def test_lines_are_looked_through_brought_in_and_the_rest_mended(store: Store, sign_in: SignIn) -> None:
    practice(store)
    manager = sign_in(ReadyMade.MANAGER)
    assert "Import data" in manager.get("/setup/").text
    looked = manager.submit(PAGE, {"what": "clients", "text": LINES, "action": "check"})
    words = Page(looked.text).text
    assert ("1 new, 0 there already, 1 to be mended" in words, "Bring in 1 line" in words) == (True, True)
    assert "should look like name@example.org" in words
    assert Client.select().count() == 0
    brought = manager.submit(PAGE, {"what": "clients", "text": LINES, "action": "bring"})
    assert "Brought in: 1 client." in brought.text
    assert ("Ben;ben" in brought.text, "nora@example.org" in brought.text) == (True, False)
    assert [row.name for row in Client.select()] == ["Nora"]


def test_preview_names_the_place_and_takes_its_zone(store: Store, sign_in: SignIn) -> None:
    practice(store, "Europe/Vienna")
    lines = "Name;Kind;Location\nRoom 9;room;centre\nCleo;person;\n"
    shown = sign_in(ReadyMade.MANAGER).submit(PAGE, {"what": "resources", "text": lines})
    assert "Room 9 room Centre Europe/Vienna" in Page(shown.text).text
    assert "Cleo person Europe/Vienna" in Page(shown.text).text


def test_lines_that_are_there_already_are_told_so(store: Store, sign_in: SignIn) -> None:
    practice(store)
    manager = sign_in(ReadyMade.MANAGER)
    said = [
        manager.submit(PAGE, {"what": "clients", "text": "Name;Mail\nNora;nora@example.org", "action": "bring"}).text
        for _ in range(2)
    ]
    assert ("Brought in: 1 client." in said[0], "Nothing new came in. 1 was there already." in said[1]) == (True, True)


@pytest.mark.parametrize("action", ["check", "bring", ""])
def test_text_that_cannot_be_read_is_told_beside_it_and_kept(store: Store, sign_in: SignIn, action: str) -> None:
    answer = sign_in(ReadyMade.MANAGER).submit(PAGE, {"what": "clients", "text": "<b>;x\ny;z", "action": action})
    assert (answer.status_code, "must be among them" in answer.text) == (422, True)
    assert ("&lt;b&gt;;x" in answer.text, "<b>;x" in answer.text) == (True, False)


def test_choice_has_what_one_may_bring_in(sign_in_with: SignInWith, sign_in: SignIn) -> None:
    helper = sign_in_with(Permission.EDIT_CLIENTS, Permission.SEE_CONTACTS)
    shown = helper.get(PAGE).text
    assert ('value="clients"' in shown, 'value="resources"' in shown) == (True, False)
    assert helper.submit(PAGE, {"what": "resources", "text": "Name;Kind\nCleo;person"}).status_code == 403
    assert sign_in(ReadyMade.VIEWER).get(PAGE).status_code == 403


def test_what_nobody_knows_is_taken_for_the_first_choice(sign_in: SignIn) -> None:
    assert sign_in(ReadyMade.MANAGER).get(f"{PAGE}?what=shoes").status_code == 200


@pytest.mark.parametrize("what", What)
def test_examples_are_read_as_they_are_said_in_every_language(what: What) -> None:
    for code in load_languages():
        with speaking(code):
            sheet = read_sheet(_(EXAMPLES[what]), COLUMNS[what], NEEDED[what])
        assert (sheet.problem, list(sheet.unknown)) == ("", []), code
        assert all(row.fields["kind"].lower() in KINDS for row in sheet.rows if "kind" in row.fields), code
