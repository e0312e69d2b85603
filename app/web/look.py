"""What every page wears: the site's name, its logo, its colours and its words; and the two files that go with them."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Flask, Response, g, has_request_context, request, url_for

from app.booking.formats import Formats, use_formats
from app.look.logo import TYPES
from app.look.look import LINKS, Look
from app.look.style import style_text
from app.look.words import CLIENT, WORDS, Word, exchange
from app.operations.look import get_logo, word_for
from app.texts import _, language, mark, use_words
from app.web.access import public
from app.web.context import site
from app.web.current_look import current_look
from app.web.security import POLICY

LOGO_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""What is in a logo may do nothing, also where somebody opens it by itself; an SVG may have styles of its own."""

A_YEAR = "public, max-age=31536000, immutable"
_LINK_LABELS = {"imprint": mark("Imprint"), "privacy": mark("Privacy")}

blueprint = Blueprint("look", __name__)


def init_look(app: Flask) -> None:
    """Let pages look and speak as the site does; call it before whatever says a text in a request."""
    app.before_request(_speak_as_the_site)
    app.teardown_request(_speak_as_written)
    app.jinja_env.globals.update(
        current_look=current_look, look_url=look_url, logo_url=logo_url, footer_links=footer_links
    )


def current_word() -> Word:
    """Return the word that stands for clients in this request; the usual one outside of any."""
    return word_for(current_look()) if has_request_context() else WORDS[CLIENT]


def _speak_as_the_site() -> None:
    use_words(lambda told, code: exchange(told, code, current_word()))
    use_formats(lambda: _formats_of(current_look()))


def _speak_as_written(_error: BaseException | None) -> None:
    """Leave nothing of a request's words and formats to whatever its thread does next."""
    use_words(None)
    use_formats(None)


def _formats_of(look: Look) -> Formats:
    """Return a look's formats, made once a request: a page writes hundreds of times."""
    if "formats" not in g:
        g.formats = look.formats
    found: Formats = g.formats
    return found


def look_url() -> str:
    """Return the address of the style sheet, by its content, so that browsers may keep it; empty: there is none."""
    text = style_text(current_look())
    return url_for("look.style", v=_mark(text)) if text else ""


def logo_url() -> str:
    """Return the address of the logo, by its content; empty: there is none."""
    name = current_look().logo
    return url_for("look.logo", filename=name) if name else ""


def footer_links(look: Look) -> list[tuple[str, str]]:
    """Return words and address of the links below every page."""
    found = [(name, getattr(look, name)) for name in LINKS]
    return [(_(_LINK_LABELS[name]) if name in _LINK_LABELS else look.link_label, url) for name, url in found if url]


def start_texts(look: Look) -> tuple[str, str]:
    """Return title and introduction of the public start page in the language spoken; empty ones were not given."""
    return look.said(look.title, language()), look.said(look.introduction, language())


@blueprint.get("/look.css")
@public
def style() -> Response:
    """Give the style sheet; by the address of another look than today's it is not kept."""
    text = style_text(current_look())
    answer = Response(text, mimetype="text/css")
    answer.set_etag(_mark(text))
    if request.args.get("v") == _mark(text):
        answer.headers["Cache-Control"] = A_YEAR
    answer.make_conditional(request)
    return answer


@blueprint.get("/look/logo-<filename>")
@public
def logo(filename: str) -> Response:
    """Give the logo of this name (a hash and its kind), as a picture and nothing else."""
    content = get_logo(site().store, filename)
    answer = Response(content, mimetype=TYPES[filename.rpartition(".")[2]])
    answer.headers["Cache-Control"] = A_YEAR
    answer.headers[POLICY] = LOGO_POLICY
    return answer


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
