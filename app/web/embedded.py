"""The public way in a frame of the organisation's own site: which pages may be framed, by whom, and how they stay so.

A request of the public way reads no cookie, so that a page is framed stays in its address (``embed``).
"""

from __future__ import annotations

from typing import Any

from flask import Flask, g, has_request_context, request
from markupsafe import Markup

from app.booking.refusals import Unavailable
from app.look.features import Feature
from app.operations.setup.embedding import allowed_origins
from app.web.context import site
from app.web.current_look import current_look

FIELD, YES = "embed", "1"
ENDPOINTS = frozenset(
    f"public.{name}"
    for name in (
        *("services", "times", "details", "book", "done", "held", "waiting", "join"),
        *("visit", "visit_details", "book_visit", "visit_done"),
    )
)
"""What may be framed: the way from a service to a booking. What a link of a mail opens is none of it, so that nobody is
led to press there what they do not see."""


def init_embedded(app: Flask) -> None:
    """Let addresses of framed pages lead to framed pages, and templates know that they are framed."""
    app.url_default_functions.setdefault(None, []).append(_carry)
    app.jinja_env.globals.update(
        allowed_parents=allowed_parents, embed_field=embed_field, is_embedded=is_embedded, new_page=new_page
    )


def is_embedded() -> bool:
    """Whether this request is for a page in a frame, by its address."""
    is_asked = has_request_context() and request.endpoint in ENDPOINTS and request.args.get(FIELD) == YES
    return is_asked and current_look().has(Feature.EMBEDDING)


def allowed_parents() -> tuple[str, ...]:
    """Return the origins that may frame this very answer, as the setting has them; none where it cannot be read."""
    if not is_embedded():
        return ()
    if "parents" not in g:
        try:
            g.parents = allowed_origins(site().store)
        except Unavailable:  # the answer says so itself, and nobody frames it
            g.parents = ()
    found: tuple[str, ...] = g.parents
    return found


def carried_embedding() -> dict[str, str]:
    """Return what the addresses of the next pages have to say, so that they are framed as well."""
    return {FIELD: YES} if is_embedded() else {}


def embed_field() -> Markup:
    """Return a hidden field that says so, for forms that make their own address."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, YES) if is_embedded() else Markup("")


def new_page() -> Markup:
    """Return the attributes of a link from a framed page to one that may not be framed."""
    return Markup(' target="_blank" rel="noopener"') if is_embedded() else Markup("")


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint in ENDPOINTS:
        for name, text in carried_embedding().items():
            values.setdefault(name, text)
