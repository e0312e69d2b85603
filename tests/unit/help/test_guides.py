"""The guides as they are written: in every language the same ones, in our own words, leading to what there is."""

from __future__ import annotations

import re
from functools import cache

import pytest

from app.commands.texts import collect
from app.help.guides import FOLDER, Guide, find_slugs, load_guides, parse_guide
from app.look.words import WORDS, Word, exchange
from app.translations import FOLDER as TEXTS
from app.translations import load_languages, read_catalog
from app.web.help.fitting import TOPICS

LANGUAGES = ("en", "de")
FREELY = ("keyboard", "quick-line")
"""In these guides what is bold are keys and parts of a line."""

SLUGS = [one.slug for one in TOPICS]


def guides(code: str) -> list[Guide]:
    return load_guides(code, SLUGS, str)


def shape(guide: Guide) -> tuple[str, list[str], int, list[str]]:
    """What a guide has in every language: its sections, the lists in them, and where it leads."""
    html = "".join(one.html for one in guide.sections)
    return guide.slug, [one.anchor for one in guide.sections], html.count("<li>"), re.findall(r'href="([^"]*)"', html)


def test_guides_of_every_language_are_those_of_the_topics() -> None:
    assert {code: find_slugs(code) for code in load_languages()} == dict.fromkeys(LANGUAGES, sorted(SLUGS))


def test_guides_say_the_same_in_both_languages() -> None:
    assert [shape(one) for one in guides("de")] == [shape(one) for one in guides("en")]


def test_guides_have_a_title_and_say_what_they_are_about() -> None:
    assert [one.slug for code in LANGUAGES for one in guides(code) if one.title == one.slug or not one.about] == []


def test_links_lead_to_guides() -> None:
    known = {f"/help/{slug}" for slug in (*SLUGS, "settings")}
    assert {link for one in guides("en") for link in shape(one)[3]} - known == set()


@pytest.mark.parametrize("word", [WORDS["patient"], WORDS["guest"], WORDS["participant"]])
@pytest.mark.parametrize(("code", "left"), [("en", "lient"), ("de", "Kund")])
def test_no_guide_keeps_the_old_word(word: Word, code: str, left: str) -> None:
    said = load_guides(code, SLUGS, lambda text: exchange(text, code, word))
    assert [
        part.text for one in said for part in one.sections if left in f"{one.title} {part.heading} {part.text}"
    ] == []


@cache
def said(code: str) -> frozenset[str]:
    """Everything that pages say in a language, in a template or from code."""
    if code == "en":
        return frozenset(text for one in collect() for text in _forms(one.id))
    return frozenset(text for one in read_catalog(TEXTS / f"{code}.po") if one.id for text in _forms(one.string))


def _forms(text: object) -> list[str]:
    return [text] if isinstance(text, str) else [str(one) for one in text] if isinstance(text, (list, tuple)) else []


@pytest.mark.parametrize("code", LANGUAGES)
def test_names_in_guides_are_those_of_the_pages(code: str) -> None:
    bold = {
        (guide, name)
        for guide in SLUGS
        for name in re.findall(r"\*\*([^*]+)\*\*", (FOLDER / code / f"{guide}.md").read_text("utf-8"))
    }
    assert sorted(one for one in bold if one[1] not in said(code) and one[0] not in FREELY) == []


def test_markup_in_a_guide_is_shown_and_not_carried_out() -> None:
    made = parse_guide("x", '# T\n\nA <b onclick="x()">b</b> ![p](/p.png) [l](javascript:x)\n', str)
    assert made.sections[0].html == (
        '<p>A &lt;b onclick=&quot;x()&quot;&gt;b&lt;/b&gt; !<a href="/p.png">p</a> [l](javascript:x)</p>\n'
    )


def test_text_of_a_section_has_no_markup() -> None:
    made = parse_guide("x", "# T\n\nAbout *it*.\n\n## `H`\n\n1. one\n2. **two**,\nthree\n", str)
    assert [(one.heading, one.text) for one in made.sections] == [("", "About it."), ("H", "one two, three")]


def test_language_without_guides_gets_the_english_ones() -> None:
    assert load_guides("fr", SLUGS[:1], str) == load_guides("en", SLUGS[:1], str)
    assert FOLDER.is_dir()
