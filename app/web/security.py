"""What protects every answer and form: headers, CSRF tokens, and the origin check of the cookie-less public way."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from werkzeug.exceptions import Forbidden

from app.texts import _, mark
from app.web.context import site
from app.web.embedded import allowed_parents
from app.web.security_log import Event, note

P = ParamSpec("P")
R = TypeVar("R")

NOBODY_FRAMES = "frame-ancestors 'none'"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        NOBODY_FRAMES,
    )
)
POLICY = "Content-Security-Policy"
OLD_FRAMES = "X-Frame-Options"
HEADERS = {
    POLICY: CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    OLD_FRAMES: "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
"""``same-origin`` keeps manage links from other sites, yet lets browsers name the origin of our own forms."""

OWN = frozenset({POLICY, "Cross-Origin-Resource-Policy"})
"""What an answer may have decided itself: a logo allows nothing at all, one script of ours is loaded by other sites."""

FOREIGN = mark("This form was sent from another site. Please open the page here and send it again.")
CSRF_MARK = "eigenplan_visitor_form"
LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})

csrf = CSRFProtect()


def init_security(app: Flask) -> None:
    """Add the headers to every answer and CSRF tokens to every form of people who sign in."""
    csrf.init_app(app)
    app.after_request(_add_headers)


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in HEADERS.items():
        if name not in OWN or name not in headers:
            headers[name] = value
    if headers[POLICY] == CONTENT_SECURITY_POLICY and (live := _origin_of_live()):
        headers[POLICY] = CONTENT_SECURITY_POLICY.replace("connect-src 'self'", f"connect-src 'self' {live}")
    if parents := allowed_parents():  # X-Frame-Options can name no sites: where it stood as well, it would forbid them
        headers[POLICY] = headers[POLICY].replace(NOBODY_FRAMES, f"frame-ancestors {' '.join(parents)}")
        del headers[OLD_FRAMES]
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    if site().config.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    return response


def visitor_form(view: Callable[P, R]) -> Callable[P, R]:
    """Guard a POST of the public way: no cookie, so no CSRF token, but other sites' forms are refused.

    Browsers tell where a form came from by Sec-Fetch-Site (Fetch Metadata) or Origin (RFC 6454); a program that sends
    neither cannot have been tricked into sending the form.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_same_origin():
            note(Event.CSRF_REFUSED)
            raise Forbidden(_(FOREIGN))
        return view(*args, **kwargs)

    setattr(guarded, CSRF_MARK, True)
    csrf.exempt(guarded)
    return guarded


def is_same_origin() -> bool:
    """Whether the request comes from one of our own pages, as far as the browser tells."""
    fetch_site = request.headers.get("Sec-Fetch-Site")
    if fetch_site is not None:
        return fetch_site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    return origin is None or _is_ours(origin)


def is_shown_to_be_ours() -> bool:
    """Whether the request shows that one of our own pages has sent it, by its token or by what its browser says.

    Stricter than ``is_same_origin``: where nothing is said, another site may have sent it.
    """
    if g.get("csrf_valid", False):
        return True
    fetch_site = request.headers.get("Sec-Fetch-Site", "none")
    if fetch_site != "none":
        return fetch_site == "same-origin"
    sender = request.headers.get("Origin") or request.headers.get("Referer")
    return sender is not None and _is_ours(sender)


def may_keep_session() -> bool:
    """Whether the answer may change the browser's session; not where another site may have sent the request.

    A browser keeps our cookie back from such a request (SameSite), so the session of its answer is a new one, and would
    take the place of whoever is signed in. It does send it when a link of another site opens a page of ours.
    """
    if request.method not in LOOKING:
        return is_shown_to_be_ours()
    is_within_another = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return not is_within_another or request.headers.get("Sec-Fetch-Dest") == "document"


def _is_ours(url: str) -> bool:
    return _origin(url) in (_origin(request.host_url), _origin(site().config.base_url))


def _origin_of_live() -> str:
    """Return the origin of the live process where it is another one than that of the pages, as in the demo."""
    url = site().config.live_url
    return "" if not url or url.startswith("/") else _origin(url)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
