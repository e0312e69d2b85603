"""Reading which sites may embed: what is taken, and the sentence for each line that is not."""

from __future__ import annotations

import pytest

from app.booking.refusals import InvalidInput
from app.operations.setup.origins import (
    MOST_ORIGINS,
    NO_NAME,
    NO_PATH,
    NO_PORT,
    NO_USER,
    NOT_HTTPS,
    NOT_READ,
    WILDCARD,
    read_origins,
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("", ()),
        (" \n\n", ()),
        ("https://www.example.org", ("https://www.example.org",)),
        ("  HTTPS://WWW.Example.ORG/  ", ("https://www.example.org",)),
        ("https://b.example:443\nhttps://b.example:8443", ("https://b.example", "https://b.example:8443")),
        ("https://a.example\n\nhttps://b.example\nhttps://a.example", ("https://a.example", "https://b.example")),
        ("https://*.example.org", ("https://*.example.org",)),
        ("https://intranet", ("https://intranet",)),
        ("https://bücher.example", ("https://xn--bcher-kva.example",)),
        ("http://localhost:8000", ("http://localhost:8000",)),
        ("http://127.0.0.1:80", ("http://127.0.0.1",)),
        ("https://localhost", ("https://localhost",)),
    ],
)
def test_origins_are_read_as_browsers_write_them(typed: str, read: tuple[str, ...]) -> None:
    assert read_origins(typed) == read


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("www.example.org", NOT_READ),
        ("https://", NOT_READ),
        ("https://[::1", NOT_READ),
        ("javascript:alert(1)", NOT_READ),
        ("*", NOT_READ),
        ("http://www.example.org", NOT_HTTPS),
        ("ftp://www.example.org", NOT_HTTPS),
        ("http://localhost.example.org", NOT_HTTPS),
        ("https://www.example.org/page", NO_PATH),
        ("https://www.example.org?", NO_PATH),
        ("https://www.example.org#top", NO_PATH),
        ("https://ada@www.example.org", NO_USER),
        ("https://www.example.org:0", NO_PORT),
        ("https://www.example.org:70000", NO_PORT),
        ("https://www.example.org:*", NO_PORT),
        ("https://192.0.2.7", NO_NAME),
        ("https://[2001:db8::1]", NO_NAME),
        ("https://www..example.org", NO_NAME),
        ("https://-a.example.org", NO_NAME),
        ("https://a.example; script-src x", NO_NAME),
        ("https://a.example 'self'", NO_NAME),
        ("https://*", WILDCARD),
        ("https://*.org", WILDCARD),
        ("https://www.*.org", WILDCARD),
        ("https://*.*.example.org", WILDCARD),
        ("https://*.127.0.0.1", NO_NAME),
    ],
)
def test_origins_that_may_not_be_are_told(typed: str, problem: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_origins(typed)
    assert (refused.value.field, refused.value.problem) == ("origins", f"Line 1: {problem}")


def test_origins_every_wrong_line_has_its_sentence() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_origins("http://a.example\nhttps://b.example\n\nhttps://c.example/x")
    assert refused.value.problem == f"Line 1: {NOT_HTTPS} Line 4: {NO_PATH}"


def test_origins_are_no_more_than_a_header_holds() -> None:
    lines = [f"https://s{number}.example" for number in range(MOST_ORIGINS + 1)]
    assert len(read_origins("\n".join(lines[1:]))) == MOST_ORIGINS
    with pytest.raises(InvalidInput, match="at most 50 sites"):
        read_origins("\n".join(lines))
