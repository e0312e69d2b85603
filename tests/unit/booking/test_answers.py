"""Texts that people type, and what they must not do."""

from __future__ import annotations

import pytest

from app.booking.answers import MAX_LINE, check_email, check_phone, clean_line, clean_text
from app.booking.refusals import InvalidInput

CONTROL = "Please remove the control characters; plain text is fine."
DIRECTION = "Please remove the invisible marks that change the direction of writing."


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [("  Ada  ", "Ada"), ("Zoe\u0308", "Zo\u00eb"), ("", ""), ("岡田 ☂", "岡田 ☂"), ("x" * MAX_LINE, "x" * MAX_LINE)],
)
def test_clean_line_cases(typed: str, cleaned: str) -> None:
    assert clean_line(typed, "name") == cleaned


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("x" * 201, "Please use at most 200 characters; this has 201."),
        ("A\u202eb", DIRECTION),
        ("A\u200fb", DIRECTION),
        ("A\nb", CONTROL),
        ("A\0b", CONTROL),
        ("A\u2028b", CONTROL),
        ("A\ud800b", CONTROL),
    ],
)
def test_clean_line_refuses(typed: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_line(typed, "name")
    assert caught.value == InvalidInput("name", problem)


def test_clean_line_that_is_required() -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_line("  ", "name", required=True)
    assert caught.value == InvalidInput("name", "Please fill in this field.")


def test_clean_text_keeps_lines_only() -> None:
    assert clean_text("one\r\ntwo\rthree\tfour", "comment") == "one\ntwo\nthree\tfour"
    with pytest.raises(InvalidInput):
        clean_text("bell\a", "comment")


@pytest.mark.parametrize("typed", ["ada@example.org", " Ada.B+c@Sub.Example.ORG ", "a@b.co"])
def test_email_accepted(typed: str) -> None:
    assert check_email(typed) == typed.strip().lower()


@pytest.mark.parametrize(
    "typed",
    ["", "ada", "ada@", "@example.org", "a b@example.org", "a@example", "a@-x.org", "a,b@example.org", "a@b@c.de"],
)
def test_email_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_email(typed)
    assert caught.value.field == "email"


@pytest.mark.parametrize("typed", ["müller@example.org", "аda@example.org", "ada@bücher.example"])
def test_email_that_no_mail_could_reach_is_refused_with_its_reason(typed: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_email(typed)
    assert "without accents" in caught.value.problem


@pytest.mark.parametrize("typed", ["", "+49 30 123456", "(030) 123-456"])
def test_phone_accepted(typed: str) -> None:
    assert check_phone(typed) == typed


@pytest.mark.parametrize("typed", ["abc", "12", "+", "030 1234 ext 5"])
def test_phone_refused(typed: str) -> None:
    with pytest.raises(InvalidInput):
        check_phone(typed)
