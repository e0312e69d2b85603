"""Blind indexes: what counts as the same, and that a tag tells nothing else."""

from __future__ import annotations

import pytest

from app.crypto.blind import beginnings_of, normal_mail, normal_phone, tag, words_of

KEY = b"k" * 32


def test_tag_depends_on_key_purpose_and_text() -> None:
    found = {tag(KEY, "mail", "a"), tag(b"K" * 32, "mail", "a"), tag(KEY, "word", "a"), tag(KEY, "mail", "b")}
    assert (len(found), tag(KEY, "mail", "a") == tag(KEY, "mail", "a")) == (4, True)
    assert {len(one) for one in found} == {12}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Ada Lovelace", ["ada", "lovelace"]),
        ("ÉLODIE  Müller-Straße", ["elodie", "muller", "strasse"]),
        ("Łukasz Ørsted", ["lukasz", "orsted"]),
        ("O'Neil, Ann Ann", ["o", "neil", "ann"]),
        ("王小明", ["王小明"]),
        ("İpek Çağlar", ["ipek", "caglar"]),
        ("_-. 7", ["7"]),
        ("", []),
    ],
)
def test_words_of_a_name(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_beginnings_are_three_letters_of_words_that_have_them() -> None:
    assert beginnings_of(["ada", "li", "lovelace", "adam"]) == {"ada", "lov"}


def test_mail_counts_without_capitals() -> None:
    assert normal_mail(" Ada@Example.org ") == "ada@example.org"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+49 (0) 30 / 123-45", "+493012345"),
        ("0049 30 12345", "+493012345"),
        ("030 12345", "03012345"),
        ("(030) 12345", "03012345"),
        ("call me", ""),
        ("", ""),
    ],
)
def test_phone_counts_without_its_separators(typed: str, number: str) -> None:
    assert normal_phone(typed) == number
