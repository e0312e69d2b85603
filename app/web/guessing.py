"""Links that are a right are counted where they are wrong: whoever guesses has to wait, longer and longer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

from flask import abort, g

from app.booking.refusals import NotFound, Unavailable
from app.operations.accounts.throttle import check_links, count_wrong_link
from app.texts import _, mark
from app.web.context import current_source, now, site
from app.web.security_log import Event, note

Named = TypeVar("Named")
NO_SUCH_LINK = mark("This link is not complete; please use it exactly as it was given to you.")


def read_link(read: Callable[[bytes, str], Named | None], token: str) -> Named:
    """Return what a token of a link names, by the function that reads its kind.

    Raises:
        werkzeug.exceptions.NotFound: not one of our links.
        TooOften: too many from this address were not.
    """
    _check_once()
    found = read(site().config.secret_key, token)
    if found is None:
        _count_wrong()
        abort(404, _(NO_SUCH_LINK))
    return found


@contextmanager
def link_guard() -> Iterator[None]:
    """Guard the look-up of a link that is kept in the database: a ``NotFound`` of it is counted as a guess.

    Raises:
        TooOften: too many from this address were none of ours.
    """
    _check_once()
    try:
        yield
    except NotFound:
        _count_wrong()
        raise


def _check_once() -> None:
    """Ask once a request; where the database cannot be asked the page behind the link cannot be shown anyway."""
    if not g.get("links_checked"):
        with suppress(Unavailable):
            check_links(site().store, current_source(), now())
        g.links_checked = True


def _count_wrong() -> None:
    note(Event.WRONG_LINK)
    count_wrong_link(site().store, current_source(), now())
