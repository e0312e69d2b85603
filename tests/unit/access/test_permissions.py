"""Permissions and ready-made roles as data."""

from __future__ import annotations

from gettext import NullTranslations

import pytest

from app import texts
from app.access.permissions import (
    NEEDS,
    READY_MADE,
    WORDS,
    Permission,
    ReadyMade,
    all_of,
    completed,
    keep_role,
    own_of,
    say_role,
)


def test_every_permission_has_words_and_every_ready_made_role_a_set() -> None:
    assert set(WORDS) == set(Permission)
    assert set(READY_MADE) == set(ReadyMade)
    assert READY_MADE[ReadyMade.ADMINISTRATOR].extents == all_of(*Permission)


@pytest.mark.parametrize("role", ReadyMade)
def test_ready_made_role_lacks_nothing_that_it_needs(role: ReadyMade) -> None:
    assert completed(READY_MADE[role].extents) == READY_MADE[role].extents


def test_role_is_completed_by_all_that_its_permissions_need() -> None:
    assert completed(all_of(Permission.SEE_CONFIDENTIAL)) == all_of(
        Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.SEE_CONTACTS, Permission.SEE_CONFIDENTIAL
    )


def test_what_is_completed_reaches_as_far_as_what_needs_it() -> None:
    found = completed(own_of(Permission.MOVE, Permission.SEE_TITLES) | all_of(Permission.CANCEL))

    assert found == all_of(Permission.SEE_BUSY, Permission.SEE_TITLES, Permission.CANCEL) | own_of(Permission.MOVE)


def test_nothing_is_taken_away_by_completing() -> None:
    given = all_of(Permission.SEE_TITLES, Permission.SEE_BUSY) | own_of(Permission.MOVE)

    assert completed(given) == given


def test_needs_name_no_permission_that_needs_itself() -> None:
    assert not [one for one, needed in NEEDS.items() if one in needed]


def test_ready_made_role_is_said_in_the_language_spoken_and_ones_own_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Upper(NullTranslations):
        def gettext(self, message: str) -> str:
            return message.upper()

    monkeypatch.setitem(texts._catalogs, "xx", Upper())
    with texts.speaking("xx"):
        kept = keep_role(" FRONT DESK"), keep_role("Front desk"), keep_role("Night porter")
        said = say_role("Front desk"), say_role("Reads the audit log and nothing else."), say_role("Night porter")
    assert said == ("FRONT DESK", "READS THE AUDIT LOG AND NOTHING ELSE.", "Night porter")
    assert say_role("Front desk") == "Front desk"
    assert kept == ("Front desk", "Front desk", "Night porter")
