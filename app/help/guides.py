"""Guides as they lie in ``app/help/<language>/<guide>.md``, made into titles, sections, safe HTML and plain words.

A guide has one heading of the first level, its title; a paragraph that says what it is about; and sections under
headings of the second level. Markup of HTML in it is shown as it is typed, and pictures are not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from app.texts import ENGLISH

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

FOLDER = Path(__file__).parent

Say = Callable[[str], str]
"""Gives a stretch of a guide with the site's own words in it."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a guide. ``heading`` is empty before the first one; ``html`` is safe; ``text`` has no markup."""

    anchor: str
    heading: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide; its first section says what it is about."""

    slug: str
    title: str
    sections: tuple[Section, ...]

    @property
    def about(self) -> str:
        """What it is about, in a sentence or two."""
        return self.sections[0].text


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).disable("image")


def find_slugs(code: str) -> list[str]:
    """Return the names of all guides of a language, sorted; none where nobody has written any."""
    return sorted(path.stem for path in (FOLDER / code).glob("*.md"))


def load_guides(code: str, slugs: Sequence[str], say: Say) -> list[Guide]:
    """Return these guides in a language, in this order; in English where the language has no guides.

    Raises:
        FileNotFoundError: there is no such guide.
    """
    folder = FOLDER / (code if find_slugs(code) else ENGLISH)
    return [parse_guide(slug, (folder / f"{slug}.md").read_text("utf-8"), say) for slug in slugs]


def parse_guide(slug: str, source: str, say: Say) -> Guide:
    """Return a guide from its Markdown (CommonMark)."""
    tokens = _markdown().parse(source)
    for child in _inline(tokens):
        child.content = say(child.content) if child.type == "text" else child.content
    blocks = list(_blocks(tokens))
    title = next((heading for level, heading, _body in blocks if level == "h1"), slug)
    sections = [
        _section(number, heading if level == "h2" else "", body) for number, (level, heading, body) in enumerate(blocks)
    ]
    return Guide(slug, title, tuple(sections))


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    for token in tokens:
        yield from token.children or ()


def _blocks(tokens: Sequence[Token]) -> Iterator[tuple[str, str, list[Token]]]:
    """Yield level, heading and what follows, for every heading."""
    level, heading = "", ""
    body: list[Token] = []
    rest = iter(tokens)
    for token in rest:
        if token.type != "heading_open":
            body.append(token)
            continue
        if level:
            yield level, heading, body
        level, heading, body = token.tag, _words([next(rest)]), []
        next(rest)  # its end
    yield level, heading, body


def _section(number: int, heading: str, body: list[Token]) -> Section:
    html = _markdown().renderer.render(body, _markdown().options, {})
    return Section(f"part-{number}", heading, html, _words(body))


def _words(tokens: Sequence[Token]) -> str:
    """Return what is said, without its markup."""
    blocks = ("".join(_said(child) for child in token.children) for token in tokens if token.children)
    return " ".join(" ".join(blocks).split())


def _said(token: Token) -> str:
    return " " if token.type in ("softbreak", "hardbreak") else token.content
