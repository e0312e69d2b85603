"""The pages of the guides and of the search over them; also without the page around, for the panel of ``help.js``."""

from __future__ import annotations

from functools import lru_cache

from flask import Blueprint, abort, render_template, request

from app.access.decision import decide
from app.access.permissions import WORDS, Permission
from app.help.guides import Guide, load_guides
from app.help.search import search
from app.look.words import Word, exchange
from app.texts import _, language
from app.web.context import current_actor
from app.web.help.fitting import TOPICS, sort_guides
from app.web.help.settings import list_settings
from app.web.help.tours import tour_url
from app.web.look import current_word

MOST_LETTERS = 100

blueprint = Blueprint("help", __name__, url_prefix="/help")


@blueprint.get("/")
def index() -> str:
    """List the guides, those about the page first that the reader comes from; or what a search finds."""
    query = request.args.get("q", "").strip()[:MOST_LETTERS]
    actor = current_actor()
    found = sort_guides(_guides(), actor, request.args.get("page", ""))
    return render_template(
        "help/index.html",
        layout=_layout(),
        query=query,
        hits=search(found.all, query),
        found=found,
        page=_page(),
        tour=tour_url(actor),
    )


@blueprint.get("/settings")
def settings() -> str:
    """Show what every setting and every right is for; links into the set-up are for those who may open it."""
    rights = [(_(one.name), _(one.help)) for one in WORDS.values()]
    return render_template(
        "help/settings.html",
        layout=_layout(),
        groups=list_settings(),
        rights=rights,
        may_open=decide(current_actor(), Permission.MANAGE_SETTINGS).allowed,
        page=_page(),
    )


@blueprint.get("/<guide>")
def show(guide: str) -> str:
    """Show one guide."""
    shown = next((one for one in _guides() if one.slug == guide), None)
    if shown is None:
        abort(404)
    return render_template("help/guide.html", layout=_layout(), guide=shown, page=_page())


def _guides() -> list[Guide]:
    """Return all guides in the language spoken, in the site's own words."""
    return _read_guides(language(), current_word())


@lru_cache(maxsize=8)
def _read_guides(code: str, word: Word) -> list[Guide]:
    """Read the files of a language once for each word that stands for clients."""
    return load_guides(code, [one.slug for one in TOPICS], lambda text: exchange(text, code, word))


def _layout() -> str:
    return "help/_part.html" if request.args.get("part") else "help/_page.html"


def _page() -> str | None:
    """Return the endpoint of the page that the reader comes from; it stays in the addresses of the panel."""
    return request.args.get("page") or None
