"""Every page of the demo as axe-core sees it: WCAG 2.2 AA and good practice, in both themes and both languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page as Window

from app.access.permissions import ReadyMade
from tests.bench.demo_site import Page
from tests.browser import steps
from tests.browser.conftest import Demo, Windows
from tests.browser.test_every_page import PUBLIC, shown_pages

pytestmark = pytest.mark.browser

Look = tuple[str, str]
THEMES = ("light", "dark")
LANGUAGES = ("en-GB", "de-DE")
LOOKS: Sequence[Look] = tuple(product(THEMES, LANGUAGES))
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RULES = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
MOST_SHOWN = 3
"""How many elements of a page are told of each rule that they break."""


def problems(windows: Windows, demo: Demo, look: Look, role: str, pages: Sequence[Page]) -> Iterator[str]:
    """Look at pages as a role (none: as a visitor), those that it may open; yield what axe says of each."""
    theme, locale = look
    window = windows.open(theme=theme, locale=locale).page
    if role:
        steps.sign_in_quietly(window, demo, role)
    for page in pages:
        answer = window.goto(demo.url(page.path))
        if answer is not None and answer.ok:
            yield from (f"{page.rule}, {theme}, {locale}: {one}" for one in _found(window))


def _found(window: Window) -> Iterator[str]:
    for broken in Axe().run(window, options=RULES).response["violations"]:
        for node in broken["nodes"][:MOST_SHOWN]:
            yield f"{broken['id']}: {node['html'][:150]} {node['failureSummary']}"


def public_pages(demo: Demo) -> list[Page]:
    return [page for page in shown_pages(demo) if page.path == "/" or page.path.startswith(PUBLIC)]


def test_axe_finds_nothing_on_any_page_of_an_administrator(demo: Demo, windows: Windows) -> None:
    pages, number = shown_pages(demo), len(LOOKS)  # each page in one of the looks; the full tier has all
    found = [
        problem
        for place, look in enumerate(LOOKS)
        for problem in problems(windows, demo, look, ReadyMade.ADMINISTRATOR, pages[place::number])
    ]
    assert found == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page_of_a_visitor(demo: Demo, windows: Windows, look: Look) -> None:
    assert list(problems(windows, demo, look, "", public_pages(demo))) == []


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("role", ReadyMade)
def test_axe_finds_nothing_on_any_page_of_a_role(demo: Demo, windows: Windows, role: ReadyMade, theme: str) -> None:
    """Each page in both themes: in one of them English, in the other German, as a colour knows no language."""
    pages, number = shown_pages(demo), len(LANGUAGES)
    found = [
        problem
        for place, language in enumerate(LANGUAGES, THEMES.index(theme))
        for problem in problems(windows, demo, (theme, language), role, pages[place % number :: number])
    ]
    assert found == []
