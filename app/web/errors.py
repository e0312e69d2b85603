"""From refusals and HTTP errors to pages in plain words; the only place that knows the HTTP status of a refusal."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.booking.refusals import (
    AlreadyWaiting,
    CannotUndo,
    InvalidTransition,
    JustTaken,
    KeyReused,
    LimitReached,
    LinkSpent,
    NoAssignment,
    NotAllowed,
    NotAvailable,
    NotConfirmed,
    NotFound,
    Refusal,
    SessionFull,
    SourceAway,
    StaleVersion,
    StepDecided,
    TooLateToChange,
    TooManyUnconfirmed,
    TooOften,
    Unavailable,
)
from app.booking.words import sentence
from app.texts import _, mark
from app.web.security import FOREIGN, LOOKING, is_shown_to_be_ours
from app.web.security_log import Event, note

log = logging.getLogger(__name__)

UNPROCESSABLE = 422
STATUSES: Mapping[type[Refusal], int] = {
    NotFound: 404,
    NotAllowed: 403,
    JustTaken: 409,
    SessionFull: 409,
    NoAssignment: 409,
    NotAvailable: 409,
    LimitReached: 409,
    TooManyUnconfirmed: 409,
    NotConfirmed: 410,
    TooLateToChange: 409,
    InvalidTransition: 409,
    StaleVersion: 409,
    StepDecided: 409,
    CannotUndo: 409,
    KeyReused: 409,
    AlreadyWaiting: 409,
    LinkSpent: 410,
    SourceAway: 503,
    TooOften: 429,
    Unavailable: 503,
}
"""All other refusals are about what was typed: 422."""

MOST_DRAINED = 64 * 1024 * 1024
SECRETS = (
    *("csrf_token", "password", "password_again", "old", "code", "proof_password", "passkey"),
    *("passphrase", "passphrase_again"),
)
TITLES = {
    400: mark("This request cannot be read"),
    401: mark("Please sign in"),
    403: mark("Not allowed"),
    404: mark("Not found"),
    405: mark("Not possible this way"),
    409: mark("Not possible any more"),
    410: mark("This link counts no more"),
    413: mark("Too large"),
    422: mark("Please check what you typed"),
    429: mark("Too many tries"),
    500: mark("Something went wrong here"),
    503: mark("Not available right now"),
}
SENTENCES = {
    400: mark("The address or form is incomplete; please go back and try again."),
    401: mark("You are signed out. Sign in on a new page, then come back here and send the form again."),
    404: mark("There is no such page; the address may be incomplete or out of date."),
    405: mark("This address cannot be used this way; please start from the first page."),
    413: mark(
        "What you sent is too large; please shorten your texts to at most 2000 characters and send the form again."
    ),
    500: mark("This is our mistake and has been noted. Nothing was changed; please try again, or come back later."),
}
CSRF_SENTENCE = mark("This form has been open for too long. Nothing is lost: please send it again.")
UNKNOWN = mark("This cannot be answered; please go back and try again.")


class SignedOut(HTTPException):
    """Somebody posts a form of staff without being signed in (any more)."""

    code = 401
    description = SENTENCES[401]


@dataclass(frozen=True, slots=True)
class Problem:
    """What an error page says. ``can_resend``: sending the same form again may help."""

    status: int
    text: str
    code: str = ""
    can_resend: bool = False

    @property
    def title(self) -> str:
        """Heading of the page."""
        return _(TITLES.get(self.status, TITLES[400]))


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal."""
    return STATUSES.get(type(refusal), UNPROCESSABLE)


def headers_of(refusal: Refusal) -> dict[str, str]:
    """Return the headers that go with a refusal: how long to wait (RFC 9110, 10.2.3) where it is about that."""
    return {"Retry-After": str(refusal.seconds)} if isinstance(refusal, TooOften) else {}


def answer_refusal(page: str, refusal: Refusal) -> ResponseReturnValue:
    """Answer with a page that shows a refusal, a form with all that was typed as a rule."""
    return page, status_of(refusal), headers_of(refusal)


def init_errors(app: Flask) -> None:
    """Answer every refusal and error of this application with a page, or JSON where JSON was asked for."""
    app.register_error_handler(Refusal, _on_refusal)
    app.register_error_handler(CSRFError, _on_csrf)
    app.register_error_handler(RequestEntityTooLarge, _on_too_large)
    app.register_error_handler(HTTPException, _on_http)


def show_problem(problem: Problem, headers: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Answer with a page that says what is wrong, or JSON for addresses that end so.

    What was typed waits there only if a page of ours has sent it: a button on our page makes what it sends our own.
    """
    if request.path.endswith(".json"):
        return jsonify(error=problem.code or problem.status, message=problem.text), problem.status, headers or {}
    keeps = problem.can_resend and request.method == "POST" and is_shown_to_be_ours()
    fields = list(typed_fields()) if keeps else None
    return render_template("error.html", problem=problem, fields=fields), problem.status, headers or {}


def typed_fields() -> Iterator[tuple[str, str]]:
    """Yield what was posted, to be offered for sending again: everything but tokens of the session and passwords."""
    for name, texts in request.form.lists():
        if name not in SECRETS:
            yield from ((name, text) for text in texts)


def _on_refusal(refusal: Refusal) -> ResponseReturnValue:
    status = status_of(refusal)
    if isinstance(refusal, Unavailable):
        g.database_is_away = True
        log.error("%s: database %s", request.endpoint, refusal.problem)
    can_resend = isinstance(refusal, (Unavailable, TooOften))
    problem = Problem(status, sentence(refusal, g.get("tzid", "UTC")), refusal.code, can_resend)
    return show_problem(problem, headers_of(refusal))


def _on_csrf(_error: CSRFError) -> ResponseReturnValue:
    note(Event.CSRF_REFUSED)
    text = CSRF_SENTENCE if is_shown_to_be_ours() else FOREIGN
    return show_problem(Problem(400, _(text), can_resend=True))


def _on_too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """Read what still comes, up to a bound: a browser shows our answer only if its own sending was not cut off."""
    left = MOST_DRAINED
    stream = request.environ["wsgi.input"]
    while left > 0:
        chunk = stream.read(min(left, 65536))
        if not chunk:
            break
        left -= len(chunk)
    return show_problem(Problem(413, _(SENTENCES[413])))


def _on_http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:  # a redirect by the routing
        return error
    if isinstance(error, SignedOut) and request.method not in LOOKING and not is_shown_to_be_ours():
        note(Event.CSRF_REFUSED)
        return show_problem(Problem(401, _(FOREIGN)))
    own = error.description if type(error).description != error.description else None
    text = own or _(SENTENCES.get(error.code, UNKNOWN))
    problem = Problem(error.code, text, can_resend=error.code in (401, 500))
    sent = error.get_response().headers
    return show_problem(problem, {name: sent[name] for name in ("Allow", "Retry-After") if name in sent})


class QuietFlask(Flask):
    """Logs unexpected errors without what was typed: no address, no form, no text of database errors.

    An address may hold a manage link, and a database's message may quote the row it is about.
    """

    def log_exception(self, exc_info: object) -> None:
        """Log where it happened and the kind of every error in the chain."""
        error = exc_info[1] if isinstance(exc_info, tuple) else None
        while isinstance(error, BaseException):
            frames = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s in %s %s\n%s", type(error).__name__, request.method, request.endpoint, frames)
            error = error.__cause__
