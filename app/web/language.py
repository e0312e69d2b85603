"""In which language a page speaks: what its address asks for, what the account has chosen, what the browser prefers.

A request of the public way reads no cookie, so a visitor's choice stays in the address (``lang``) from page to page.
"""

from __future__ import annotations

from flask import Flask, Response, current_app, request

from app.texts import known, language, languages, speak
from app.web.access import is_public
from app.web.context import current_account, site

FIELD = "lang"


def init_language(app: Flask) -> None:
    """Let every request of this application be answered in its reader's language."""
    app.before_request(choose_language)
    app.after_request(_tell_language)


def choose_language() -> None:
    """Speak the language of whoever asks."""
    speak(visitors_language())
    endpoint = request.endpoint
    if endpoint is None or is_public(current_app, endpoint):
        return
    account = current_account()
    if account is not None and account.language:
        speak(account.language)


def visitors_language() -> str:
    """Return what the address asks for, else what the browser likes best of what there is, else the site's language."""
    asked = known(request.args.get(FIELD, ""), "")
    return asked or request.accept_languages.best_match(languages()) or site().config.language


def _tell_language(response: Response) -> Response:
    """Say in which language the page is (RFC 9110, 8.5), and that others get it in another one (12.5.5)."""
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language()
        response.vary.add("Accept-Language")
    return response
