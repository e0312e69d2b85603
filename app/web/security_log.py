"""One line in the log for each thing that looks like an attack, in a fixed form that fail2ban on the host reads.

``docs/security-log.md`` promises the form. A line has nothing in it that somebody typed: the address is written anew
from its parsed value, accounts are keyed hashes, the place is the name of a view of ours.
"""

from __future__ import annotations

import logging
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from flask import Flask, Response, g, request

from app.operations.accounts.buckets import same_email
from app.web.context import current_source

MARK = "eigenplan-security"
NOBODY = "-"
HASH_LENGTH = 12
log = logging.getLogger(MARK)


class Event(StrEnum):
    """What has happened; these words are promised."""

    SIGN_IN_FAILED = "sign-in-failed"
    SIGN_IN_REFUSED = "sign-in-refused"
    TOO_OFTEN = "too-often"
    WRONG_LINK = "wrong-link"
    WRONG_CODE = "wrong-code"
    FORBIDDEN = "forbidden"
    CSRF_REFUSED = "csrf-refused"


def note(event: Event, account: str = "") -> None:
    """Write what the present request has shown itself to be, once; ``account``: the email address that was typed."""
    who = _mark("mail", same_email(account)) if account else NOBODY
    _write(event, who)


def init_security_log(app: Flask) -> None:
    """Write down every answer of 403 to somebody signed in and every 429 that no view has written down itself."""
    app.after_request(_note_answer)


def _note_answer(response: Response) -> Response:
    actor = g.get("actor")  # a page that asks for nobody's session is not made to do so here
    if "noted" in g:
        return response
    if response.status_code == 429:
        _write(Event.TOO_OFTEN, NOBODY)
    elif response.status_code == 403 and actor is not None and actor.is_staff:
        _write(Event.FORBIDDEN, _mark("user", str(actor.user_id)))
    return response


def _write(event: Event, who: str) -> None:
    g.noted = True
    log.warning("%s event=%s who=%s at=%s address=%s", MARK, event, who, request.endpoint or NOBODY, _address())


def _mark(*words: str) -> str:
    return current_source().digest("log", *words)[:HASH_LENGTH]


def _address() -> str:
    """Return the address as fail2ban is to ban it; IPv4 that came in an IPv6 socket is IPv4."""
    try:
        found = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return NOBODY
    return str((found.ipv4_mapped if isinstance(found, IPv6Address) else None) or found)
