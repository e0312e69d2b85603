"""Which sites may show the booking pages in a frame, as typed: one origin a line, each checked by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from app.booking.refusals import InvalidInput
from app.texts import _, mark

FIELD = "origins"
MOST_ORIGINS = 50
ANY = "*."
"""Before a name: whatever lies below it, at any depth, but not the name itself (Content Security Policy 3, 6.7.2.8)."""
LOOPBACK = ("localhost", "127.0.0.1")
USUAL_PORTS = {"https": 443, "http": 80}
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?:{_LABEL}\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?")

NOT_READ = mark("please give an address such as https://www.example.org.")
NOT_HTTPS = mark("only addresses that begin with https:// can be allowed.")
NO_PATH = mark("please leave out what follows the name; whole sites are allowed, not single pages.")
NO_USER = mark("please leave out the name of a user.")
NO_PORT = mark("the port is not a number from 1 to 65535.")
NO_NAME = mark("this is not the name of a site; numbers instead of a name cannot be allowed.")
WILDCARD = mark("a star may only stand for the first part of a name, as in https://*.example.org.")
TOO_MANY = mark("Please name at most {most} sites.")


class _WrongOriginError(Exception):
    """One line cannot be allowed; its text is what is wrong, in the language of the source."""


def read_origins(text: str) -> tuple[str, ...]:
    """Return the origins of all lines as browsers write them, each once, in their order; empty lines are left out.

    Raises:
        InvalidInput: with one sentence for each line that is no origin which may be allowed.
    """
    found: dict[str, None] = {}
    problems = []
    for number, line in _lines(text):
        try:
            found[_read(line)] = None
        except _WrongOriginError as error:
            problems.append(_("Line {number}: {problem}", number=number, problem=_(str(error))))
    if problems:
        raise InvalidInput(FIELD, " ".join(problems))
    if len(found) > MOST_ORIGINS:
        raise InvalidInput(FIELD, _(TOO_MANY, most=MOST_ORIGINS))
    return tuple(found)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, line.strip()


def _read(line: str) -> str:
    """Return one origin: scheme, name, and the port where it is not the usual one."""
    try:
        parts = urlsplit(line.lower())
    except ValueError as error:  # a bracket that is not closed
        raise _WrongOriginError(NOT_READ) from error
    if not parts.scheme or not parts.hostname:
        raise _WrongOriginError(NOT_READ)
    if parts.path not in ("", "/") or parts.query or parts.fragment or line.endswith(("?", "#")):
        raise _WrongOriginError(NO_PATH)
    if "@" in parts.netloc:
        raise _WrongOriginError(NO_USER)
    _check_scheme(parts)
    return f"{parts.scheme}://{_name(parts.hostname)}{_port(parts)}"


def _check_scheme(parts: SplitResult) -> None:
    """Let nothing pass that somebody on the way could put pages of their own into."""
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme != "https" and not is_here:
        raise _WrongOriginError(NOT_HTTPS)


def _port(parts: SplitResult) -> str:
    """Return the port with its colon, empty for the usual one."""
    try:
        port = parts.port
    except ValueError as error:
        raise _WrongOriginError(NO_PORT) from error
    if port == 0:
        raise _WrongOriginError(NO_PORT)
    return "" if port in (None, USUAL_PORTS[parts.scheme]) else f":{port}"


def _name(host: str) -> str:
    """Return the name of a site as it stands in headers: letters outside of ASCII as RFC 3490 encodes them."""
    if host in LOOPBACK:
        return host
    star, name = (ANY, host.removeprefix(ANY)) if host.startswith(ANY) else ("", host)
    if "*" in name:
        raise _WrongOriginError(WILDCARD)
    try:
        plain = name.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise _WrongOriginError(NO_NAME) from error
    if _NAME.fullmatch(plain) is None:
        raise _WrongOriginError(NO_NAME)
    if star and "." not in plain:  # all of .org
        raise _WrongOriginError(WILDCARD)
    return star + plain
