"""Pictures of the main pages at three widths by day and by night, to look through after a change of the look."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.browser import steps
from tests.browser.conftest import Demo, Watched, Windows
from tests.browser.test_every_page import shown_pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FOLDER = "EIGENPLAN_TEST_PICTURES"
"""The variable that names where the pictures go; without it the user's cache."""

VISITORS = ("/", "/book/times", "/book/details", "/book/visit", "/manage/<token>")
STAFF = (
    *("/today/", "/calendar/day", "/calendar/timeline", "/calendar/week", "/calendar/month", "/calendar/list"),
    *("/bookings/", "/bookings/new", "/bookings/<public_id>", "/requests/", "/waiting/", "/outbox/", "/clients/"),
    *("/setup/", "/setup/services", "/audit/", "/account/"),
)


def folder() -> Path:
    """Return where the pictures go."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(FOLDER) or cache / "eigenplan" / "pictures")


def name_of(rule: str) -> str:
    """Return a file's name for a page: its rule without what files do not like."""
    return "-".join(re.findall(r"\w+", rule)) or "first"


def on_a_working_day(rule: str) -> str:
    """Return what makes a calendar show a day on which the demo works: today, or Monday."""
    if not rule.startswith("/calendar/"):
        return ""
    today = datetime.now(UTC).date()
    return f"&date={today + timedelta(days=7 - today.weekday() if today.weekday() > 4 else 0)}"


def take(window: Watched, demo: Demo, rules: Sequence[str], look: str) -> Iterator[Path]:
    """Take a picture of what the window shows of each page; yield the files."""
    paths = {page.rule: page.path for page in shown_pages(demo)}
    for rule in rules:
        window.page.goto(demo.url(paths[rule] + on_a_working_day(rule)), wait_until="networkidle")
        file = folder() / f"{name_of(rule)}-{look}.png"
        window.page.screenshot(path=file, animations="disabled")
        yield file


def width_of(file: Path) -> int:
    """Return how many pixels a picture is wide (PNG, 11.2.1)."""
    return int(struct.unpack(">I", file.read_bytes()[16:20])[0])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 768, 390])
def test_main_pages_have_their_pictures_taken(demo: Demo, windows: Windows, width: int, theme: str) -> None:
    folder().mkdir(parents=True, exist_ok=True)
    window, look = windows.open(width, theme=theme), f"{width}-{theme}"
    files = list(take(window, demo, VISITORS, look))
    steps.sign_in(window.page, demo, "administrator")
    files += take(window, demo, STAFF, look)
    print(f"{len(files)} pictures in {folder()}")
    assert ({width_of(one) for one in files}, window.troubles) == ({width}, [])
    assert len({one.read_bytes() for one in files}) == len(VISITORS) + len(STAFF)
