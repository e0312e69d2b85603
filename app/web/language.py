"""In which language a page speaks: what its address asks for, what the account has chosen, what the browser prefers.

A request of the public way reads no cookie, so a visitor's choice stays in the address (``lang``) from page to page.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, current_app, has_request_context, request
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from app.texts import ENGLISH, _, known, language, languages, mark, speak
from app.translations import load_languages
from app.web.access import is_public
from app.web.context import current_account, site
from app.web.navigation import shown_actor

FIELD = "lang"
WAY = ("public", "manage", "sign_in", "forgotten", "password", "door", "check_in")
"""What people walk through who are not signed in."""

_NAMES = {"en": mark("English"), "de": mark("German")}


def init_language(app: Flask) -> None:
    """Let every request of this application be answered in its reader's language."""
    app.before_request(choose_language)
    app.after_request(_tell_language)
    app.teardown_request(_speak_english)
    app.url_default_functions.setdefault(None, []).append(_carry)
    app.jinja_env.globals.update(
        asked_language=asked_language, language_field=language_field, language_links=language_links
    )


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
    return asked_language() or request.accept_languages.best_match(languages()) or site().config.language


def _speak_english(_error: BaseException | None) -> None:
    """Leave nothing of a request's language to whatever its thread does next."""
    speak(ENGLISH)


def _tell_language(response: Response) -> Response:
    """Say in which language the page is (RFC 9110, 8.5), and that others get it in another one (12.5.5)."""
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language()
        response.vary.add("Accept-Language")
    return response


def asked_language() -> str:
    """Return the code that the address of this page asks for, empty for none that there is."""
    return known(request.args.get(FIELD, ""), "") if has_request_context() else ""


def carried_language() -> dict[str, str]:
    """Return what the addresses of the next pages have to say, so that a visitor's choice stays."""
    code = asked_language()
    return {FIELD: code} if code else {}


def language_field() -> Markup:
    """Return a hidden field with the choice, for forms that make their own address."""
    code = asked_language()
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, code) if code else Markup("")


def language_names() -> dict[str, str]:
    """Return what the language spoken calls each language, by code; its own name where there is no word for it."""
    return {code: _(_NAMES[code]) if code in _NAMES else own for code, own in load_languages().items()}


def language_links() -> list[tuple[str, str, str]]:
    """Return code, own name and address of this page in the other languages; none where a form was sent.

    Whoever is signed in has chosen in their account.
    """
    if request.method != "GET" or shown_actor().is_staff or request.endpoint is None:
        return []
    args = MultiDict(request.args)
    return [(code, name, _address(args, code)) for code, name in load_languages().items() if code != language()]


def _address(args: MultiDict[str, str], code: str) -> str:
    args[FIELD] = code
    return f"{request.path}?{urlencode(list(args.items(multi=True)))}"


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Let addresses of the public way keep the visitor's choice."""
    if endpoint.partition(".")[0] in WAY and has_request_context():
        for name, code in carried_language().items():
            values.setdefault(name, code)
