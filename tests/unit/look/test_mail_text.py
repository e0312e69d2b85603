"""Words with placeholders: filled in whatever the values hold, refused with one sentence where they cannot be used."""

from __future__ import annotations

import pytest

from app.look.mail_text import (
    MOST_SUBJECT,
    MOST_TEXT,
    MailText,
    Placeholder,
    check_mail_text,
    fill_subject,
    fill_text,
    warnings_of,
)

CLIENT = Placeholder("client", "Who", is_short=True)
LINK = Placeholder("link", "Where", missed="nobody can go there.")
KNOWN = (CLIENT, Placeholder("check_in", "How"), LINK)
APART = "Please write a space or begin a new line before {link}, so that it leads where it should."
NEEDED = (CLIENT, Placeholder("link", "Where", is_needed=True))


def problems(subject: str, text: str) -> dict[str, str]:
    return check_mail_text(subject, text, KNOWN)[1]


@pytest.mark.parametrize(
    ("text", "values", "filled"),
    [
        ("Dear {client},\n\nhere: {link}", {"client": "Ada", "link": "x"}, "Dear Ada,\n\nhere: x\n"),
        ("{client}", {"client": "{link} {0.__class__}", "link": "x"}, "{link} {0.__class__}\n"),
        ("a\n\n{check_in}\n\nb", {"check_in": ""}, "a\n\nb\n"),
        ("a\n{check_in}\nb\n \n\n\nc", {"check_in": ""}, "a\nb\n\nc\n"),
        ("a\n\n{check_in}\n\nb", {"check_in": "1\n\n2"}, "a\n\n1\n\n2\n\nb\n"),
        ("{gone} { } {Client} {{client}}", {"client": "Ada"}, "{gone} { } {Client} {Ada}\n"),
        ("{check_in}", {"check_in": ""}, "\n"),
        ("https://example.net/?t={link}", {"link": "x"}, "https://example.net/?t= x\n"),
        ("{client}{link}\n{link}", {"client": "//", "link": "x"}, "// x\nx\n"),
    ],
)
def test_text_is_filled_in_once_and_what_is_empty_left_out(text: str, values: dict[str, str], filled: str) -> None:
    assert fill_text(text, values) == filled


def test_subject_stays_one_line_whatever_its_values_hold() -> None:
    values = {"client": "Ada\r\nBcc: all@example.org\u2028x"}
    assert fill_subject("For {client}", values) == "For Ada Bcc: all@example.org x"


def test_good_text_is_trimmed_and_keeps_its_lines() -> None:
    found = check_mail_text(" For {client} ", "\r\nDear {client},\r\n\r\n{link}\r\n", KNOWN)
    assert found == (MailText("For {client}", "Dear {client},\n\n{link}"), {})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Please fill in this field."),
        (" \n ", "Please fill in this field."),
        ("x" * (MOST_TEXT + 1), f"Please use at most {MOST_TEXT} characters; this has {MOST_TEXT + 1}."),
        ("a\x00b", "Please remove the control characters; plain text is fine."),
        ("{clint}", "There is no {clint}; did you mean {client}?"),
        ("{Check In}", "There is no {Check In}; did you mean {check_in}?"),
        ("{client:>9999999}", "There is no {client:>9999999}; did you mean {client}?"),
        ("{client.__class__}", "There is no {client.__class__}; did you mean {client}?"),
        ("{}", "There is no {}; these may stand here: {client}, {check_in}, {link}"),
        ("https://example.net/?t={link}", APART),
        ("a\u00a0{link}", APART),
        ("a\u200b{link}", APART),
        ("{client}{link}", APART),
        ("Dear {lin,\nsee", "A brace is missing at “{lin,”; did you mean {link}?"),
    ],
)
def test_text_that_cannot_be_used_is_told_with_what_was_meant(text: str, problem: str) -> None:
    assert problems("Hello", text) == {"text": problem}


@pytest.mark.parametrize(("text", "shown"), [("Dear\n{", "{"), ("Hello }\nx", "Hello }"), ("{{client}}", "{{client}}")])
def test_brace_that_is_alone_is_shown(text: str, shown: str) -> None:
    said = f"A brace stands alone at “{shown}”; please write placeholders whole, such as {{client}}, or leave it out."
    assert problems("Hello", text) == {"text": said}


@pytest.mark.parametrize(
    ("subject", "problem"),
    [
        ("", "Please fill in this field."),
        ("Hello\r\nBcc: all@example.org", "Please write the subject in one line."),
        ("a\u2028b", "Please write the subject in one line."),
        ("x" * (MOST_SUBJECT + 1), f"Please use at most {MOST_SUBJECT} characters; this has {MOST_SUBJECT + 1}."),
        ("See {link}", "{link} is longer than a line, so it cannot stand in the subject."),
        ("{lnk}", "There is no {lnk}; these may stand here: {client}"),
    ],
)
def test_subject_that_cannot_be_used_is_told(subject: str, problem: str) -> None:
    assert problems(subject, "Hello") == {"subject": problem}


def test_both_fields_are_told_at_once_and_kept_as_typed() -> None:
    found, told = check_mail_text("{", "{clint}", KNOWN)
    assert (found, sorted(told)) == (MailText("{", "{clint}"), ["subject", "text"])


def test_what_is_missed_is_a_warning_and_what_is_needed_a_problem() -> None:
    assert list(warnings_of("Hello", KNOWN)) == ["{link} is not in the text: nobody can go there."]
    assert list(warnings_of("Hello {link}", KNOWN)) == []
    said = {"text": "This mail would be of no use without {link}; please put it in."}
    assert check_mail_text("Hello", "Hello", NEEDED)[1] == said
