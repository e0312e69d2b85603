from __future__ import annotations

from pathlib import Path

import pytest

from app.booking.refusals import InvalidInput
from app.look.look import Look, check_address, check_look, check_placeholders, flat, unflat
from app.look.style import DELIVERED, style_text

ROOT = Path(__file__).parents[3]
CODES = ("en", "de")
FULL = {
    "name": "Practice at the Park",
    "colour": "#1f6f5c",
    "dark_colour": "#4db39a",
    "typeface": "serif",
    "word": "patient",
    "english_one": "member",
    "english_many": "members",
    "title_en": "Welcome to {name}",
    "introduction_de": "Erste Zeile\nZweite",
    "footer": "{name}, Main Street 1",
    "imprint": "https://example.org/imprint",
    "privacy": "/static/privacy",
    "link": "mailto:desk@example.org",
    "link_label": "Write to us",
}


def test_fields_make_a_look_and_a_look_its_fields() -> None:
    look, problems = check_look(FULL, CODES)
    assert (problems, flat(look), unflat(flat(look))) == ({}, FULL, look)
    assert (look.site_name, look.footer_text) == ("Practice at the Park", "Practice at the Park, Main Street 1")
    assert (look.said(look.title, "en"), look.said(look.title, "de")) == ("Welcome to Practice at the Park", "")


def test_nothing_given_is_how_it_was_delivered() -> None:
    look, problems = check_look({}, CODES)
    assert (look, problems, flat(look)) == (Look(), {}, {"word": "client"})
    assert (look.site_name, look.footer_text, style_text(look)) == ("Eigenplan", "Eigenplan", "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("name", "x" * 61),
        ("name", 'Us" <a@example.org>'),
        ("name", "{name}"),
        ("name", "Us\x00"),
        ("colour", "yellow"),
        ("typeface", "comic"),
        ("word", "pupil"),
        ("title_en", "Welcome to {place}"),
        ("title_de", "Hallo {"),
        ("introduction_en", "{name.__class__}"),
        ("footer", "{}"),
        ("imprint", "http://example.org"),
        ("imprint", "javascript:alert(1)"),
        ("privacy", "//example.org"),
        ("privacy", "/\\example.org"),
        ("privacy", "https://"),
        ("privacy", "https://[::1"),
        ("privacy", "https://example.org@evil.example"),
        ("imprint", "mailto:nobody"),
        ("imprint", 'https://example.org/"onclick'),
    ],
)
def test_field_that_cannot_be_used_is_told_by_its_name(name: str, text: str) -> None:
    _look, problems = check_look({name: text}, CODES)
    assert (list(problems), problems[name] != "") == ([name], True)


@pytest.mark.parametrize(("given", "missing"), [("link", "link_label"), ("link_label", "link")])
def test_own_link_needs_words_and_address(given: str, missing: str) -> None:
    _look, problems = check_look({given: "/us"}, CODES)
    assert list(problems) == [missing]


@pytest.mark.parametrize("text", ["{0}", "{name!r}", "{name:>9}", "{name", "}", "{na{me}}"])
def test_broken_placeholder_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_placeholders(text, "footer")
    assert refused.value.problem == "Only {name} may stand in braces, in place of the site's name; please check them."


def test_doubled_brace_and_known_addresses_are_fine() -> None:
    assert check_placeholders("{{ {name} }}", "footer") == "{{ {name} }}"
    assert [check_address(one, "link") for one in ("", "/", "https://example.org:8443/a?b=c#d")] == [
        "",
        "/",
        "https://example.org:8443/a?b=c#d",
    ]


def test_style_sheet_has_both_themes_or_what_was_given() -> None:
    both = style_text(Look(colour="#1f6f5c"))
    dark = style_text(Look(dark_colour="#4db39a", typeface="serif"))
    assert (both.count("--accent:"), ':root, [data-bs-theme="light"] {' in both) == (2, True)
    assert (dark.count("--accent:"), dark.startswith('[data-bs-theme="dark"] {')) == (1, True)
    assert (":root {" in dark, "Georgia" in dark) == (True, True)


def test_panel_looks_as_it_says_whatever_its_page_looks_like() -> None:
    delivered, site = style_text(Look(), ".panel"), (ROOT / "app/web/static/app.css").read_text("utf-8")
    assert delivered.count(".panel") == 3
    for colour in DELIVERED:
        assert (f"--accent: {colour};" in delivered, f"--accent: {colour};" in site) == (True, True)
    assert ":root" not in style_text(Look(colour="#123456", typeface="open"), ".panel")
