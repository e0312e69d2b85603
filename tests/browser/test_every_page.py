"""Every page of the demo at three widths: no complaint of the browser, nothing wider than the window, one heading."""

from __future__ import annotations

import pytest

from tests.bench.demo_site import Page, all_pages
from tests.browser import steps
from tests.browser.conftest import Demo, Watched, Windows

pytestmark = pytest.mark.browser

PUBLIC = ("/book/", "/manage/")
PARTS = ("/bookings/times",)
_WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
_HEADINGS = "document.querySelectorAll('h1').length"
_UNNAMED = """[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]
    .filter(one => !one.labels.length && !one.getAttribute('aria-label')).map(one => one.name)"""


def shown_pages(demo: Demo) -> list[Page]:
    """All pages but files to download and parts of pages."""
    return [
        page
        for page in all_pages(demo.site)
        if not page.rule.endswith((".ics", ".json", ".css", ".yaml")) and page.rule not in PARTS
    ]


def look_at(window: Watched, demo: Demo, shown: Page) -> list[str]:
    """Return what is wrong with one page."""
    del window.troubles[:]
    window.page.goto(demo.url(shown.path))
    wider, headings, unnamed = (window.page.evaluate(words) for words in (_WIDER, _HEADINGS, _UNNAMED))
    found = list(window.troubles)
    if wider > 0:
        found.append(f"{wider} pixels wider than the window")
    if headings != 1:
        found.append(f"{headings} main headings")
    if unnamed:
        found.append(f"fields without a label: {unnamed}")
    return [f"{shown.rule}: {one}" for one in found]


@pytest.mark.parametrize("width", [1280, 768, 390])
def test_no_page_complains_or_overflows(demo: Demo, windows: Windows, width: int) -> None:
    window = windows.open(width)
    steps.sign_in(window.page, demo, "administrator")
    assert [trouble for page in shown_pages(demo) for trouble in look_at(window, demo, page)] == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_visitor_page_complains_or_overflows(demo: Demo, windows: Windows, width: int) -> None:
    window = windows.open(width)
    pages = [page for page in shown_pages(demo) if page.path == "/" or page.path.startswith(PUBLIC)]
    assert [trouble for page in pages for trouble in look_at(window, demo, page)] == []
