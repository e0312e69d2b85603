"""Everything out by the browser."""

from __future__ import annotations

import io

import pytest

from app.access.permissions import Permission, ReadyMade
from app.operations.archive.import_archive import opened_archive
from app.storage.store import Store
from tests.cast import Cast
from tests.web.conftest import Browser, SignIn
from tests.web.staff_cast import booked, practice

PASSPHRASE = "a long way round the lake"
TWICE = {"passphrase": PASSPHRASE, "passphrase_again": PASSPHRASE}


@pytest.fixture
def admin(sign_in: SignIn, store: Store) -> Browser:
    booked(practice(store))
    return sign_in(ReadyMade.ADMINISTRATOR)


def test_archive_is_what_the_passphrase_opens(admin: Browser) -> None:
    answer = admin.submit("/export/", TWICE)
    assert answer.headers["Content-Disposition"] == "attachment; filename=eigenplan-2030-01-04.archive"
    assert b"Nora" not in answer.data
    with opened_archive(io.BytesIO(answer.data), lambda: PASSPHRASE) as packed:
        assert b"Nora Client" in packed.read("tables/client.jsonl")


def test_archive_is_for_those_who_may_everything_and_only_they_see_the_link(
    admin: Browser, sign_in: SignIn, store: Store
) -> None:
    rest = [one for one in Permission if one is not Permission.SEE_CONFIDENTIAL]
    role = store.write(lambda: Cast(store).role("IT", *rest, own=[Permission.SEE_CONFIDENTIAL]))
    browser = sign_in(role)
    links = ['href="/export/"' in one.get("/setup/").text for one in (admin, browser)]
    assert (links, browser.get("/export/").status_code) == ([True, False], 403)
    assert browser.submit("/export/", TWICE).status_code == 403


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({**TWICE, "passphrase_again": "other"}, "The two passphrases differ"),
        ({"passphrase": "short", "passphrase_again": "short"}, "at least 12 characters"),
        ({}, "at least 12 characters"),
    ],
)
def test_passphrase_that_will_not_do_is_told_beside_it(admin: Browser, fields: dict[str, str], said: str) -> None:
    answer = admin.submit("/export/", fields)
    assert (answer.status_code, said in answer.text, PASSPHRASE in answer.text) == (422, True, False)


def test_installation_too_large_for_a_browser_is_sent_to_the_command(
    admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.web.export.MOST_IN_BROWSER", 0)
    assert "./eigenplan export FILE" in admin.get("/export/").text
    assert admin.submit("/export/", TWICE).status_code == 422


def test_passphrase_is_never_kept_in_a_form_to_be_sent_again(admin: Browser, store: Store) -> None:
    admin.submit("/account/sessions/end")
    answer = admin.submit("/export/", TWICE)
    assert (answer.status_code, PASSPHRASE in answer.text) == (401, False)
