"""What people do for the first time, by what is visible alone; their counts are those of docs/first-time-tasks.md."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import steps
from tests.browser.calendar_steps import center, free_place, show_day
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser

LINE = "Quick booking: who, what and when, in one line"
TABLE = Path(__file__).parents[2] / "docs" / "first-time-tasks.md"


@dataclass
class Hand:
    """Somebody at a page; counts each click, drag, key pressed on its own and field typed into."""

    page: Page
    actions: int = 0
    letters: int = 0

    def click(self, what: Locator) -> None:
        """Click once."""
        what.click()
        self.actions += 1

    def type(self, what: Locator, text: str, *, enter: bool = False) -> None:
        """Type into a field; Enter at the end belongs to it."""
        what.fill(text)
        if enter:
            what.press("Enter")
        self.actions += 1
        self.letters += len(text) + enter

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one place, let go at another."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=8)
        self.page.mouse.up()
        self.actions += 1


def promised(task: str) -> tuple[int, int]:
    """Return what the table says of a task: actions and letters."""
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == task:
            return int(cells[1]), int(cells[2])
    raise AssertionError(f"{TABLE.name} has no line for {task}")


def counted(hand: Hand) -> tuple[int, int]:
    return hand.actions, hand.letters


def test_visitor_books(demo: Demo, windows: Windows) -> None:
    hand = Hand(windows.open(390).page)
    hand.page.goto(demo.url("/"))
    hand.click(hand.page.get_by_role("link", name=f"Choose a time for {steps.SERVICE} at {steps.PLACE}"))
    hand.click(hand.page.get_by_role("link", name="Later"))
    hand.page.wait_for_url("**day=**")
    hand.click(hand.page.locator("a.slot").last)
    hand.type(hand.page.get_by_label("Name *"), "Tara First")
    hand.type(hand.page.get_by_label("Email address *"), "tara@example.org")
    hand.click(hand.page.get_by_role("button", name=re.compile("^Book")))
    expect(hand.page.locator("h1")).to_have_text(re.compile("Booked"))
    assert counted(hand) == promised("Book as a visitor")


def test_desk_books_moves_and_cancels(demo: Demo, windows: Windows) -> None:
    page = windows.open().page
    steps.sign_in(page, demo)
    when = free_time(windows.open(scripts=False).page, demo)
    open_calendar(page, demo)
    hand = Hand(page)
    hand.type(page.get_by_label(LINE), f"Tom Task, nutrition, {when}", enter=True)
    hand.type(page.get_by_label("Email address"), "tom@example.org")
    hand.click(page.get_by_role("button", name="Book", exact=True))
    expect(page.get_by_role("status")).to_have_text("Booked.")
    assert counted(hand) == promised("Book for a client")
    day = steps.chosen_day(page)

    link = show_day(page, demo, day, "Tom Task")
    at = center(page, *free_place(link, demo, day))
    box = link.bounding_box()
    assert box
    hand = Hand(page)
    hand.drag((box["x"] + box["width"] / 2, box["y"] + 6), at)
    expect(page.locator("#drag-said")).to_have_text(re.compile("^Moved to"))
    assert counted(hand) == promised("Move a booking")

    show_day(page, demo, day, "Tom Task").click()
    hand = Hand(page)
    hand.click(page.get_by_text("Cancel this booking"))
    hand.click(page.get_by_role("button", name="Cancel the booking"))
    expect(page.get_by_role("status").first).to_have_text("Cancelled.")
    assert counted(hand) == promised("Cancel a booking")


def open_calendar(page: Page, demo: Demo) -> None:
    page.goto(demo.url(f"/calendar/day?location={demo.location_named(steps.PLACE)}"))


def free_time(page: Page, demo: Demo) -> str:
    """Return day and time of a start that is free, as a visitor would find it."""
    steps.choose_service(page, demo)
    steps.choose_time_on_emptiest_day(page)
    clock = re.search(r"\d\d:\d\d", steps.time_of(page))
    assert clock
    return f"{steps.chosen_day(page)} {clock.group()}"


def test_administrator_sets_weekly_hours(demo: Demo, windows: Windows) -> None:
    page = windows.open().page
    steps.sign_in(page, demo, "administrator")
    page.goto(demo.url("/setup/hours"))
    page.get_by_role("link", name=re.compile(steps.PLACE)).first.click()
    hand = Hand(page)
    bar = page.get_by_role("slider", name="Monday", exact=True)
    box = bar.bounding_box()
    assert box

    def at(hour: float) -> tuple[float, float]:
        return box["x"] + box["width"] * hour / 24, box["y"] + box["height"] / 2

    while first := next(iter(bar.locator(".paint-block").all()), None):  # a stroke over open hours closes them
        block = first.bounding_box()
        assert block
        hand.drag((block["x"] + 4, at(0)[1]), at(23.9))
    hand.actions = 0
    hand.drag(at(8.1), at(11.9))
    hand.drag(at(13.1), at(17.4))
    hand.click(page.get_by_role("button", name="Copy to Mon–Fri (Monday)"))
    hand.click(page.get_by_role("button", name="Save weekly hours"))
    expect(page.get_by_role("status").filter(has_text="Hours saved.")).to_be_visible()
    expect(page.get_by_role("slider", name="Friday", exact=True).locator(".paint-block")).to_have_text(
        ["08:00–12:00", "13:00–17:30"]
    )
    assert counted(hand) == promised("Set weekly hours")


LONG = 8
"""Quarters of an hour that somebody has free in the afternoon that is blocked."""
FREE_RUN = """long => {
  const table = document.querySelector("table.calendar-day");
  const heads = Array.from(table.tHead.rows[0].cells);
  for (let column = 1; column < heads.length; column += 1) {
    let run = [];
    for (const row of table.tBodies[0].rows) {
      const free = row.dataset.times.split(" ")[1] >= "12:00" && row.querySelector(`td.free[data-column="${column}"]`);
      run = free ? run.concat(Number(row.dataset.start)) : [];
      if (run.length === long) return [heads[column].dataset.resource, ...run];
    }
  }
  return null;
}"""


def test_manager_blocks_tomorrow_afternoon(demo: Demo, windows: Windows) -> None:
    page = windows.open().page
    steps.sign_in(page, demo, "manager")
    day, resource, starts = free_afternoon(page, demo)
    open_people(page, demo, day - timedelta(days=1))
    hand = Hand(page)
    hand.click(page.get_by_role("link", name="Day after"))
    expect(page.locator("#drag")).to_have_attribute("data-first", day.isoformat())
    page.wait_for_load_state()
    center(page, resource, starts[LONG // 2])  # brings the whole stretch into view
    hand.drag(spot(page, resource, starts[0]), spot(page, resource, starts[-1]))
    hand.click(page.get_by_role("button", name="Block this time instead"))
    expect(page.get_by_role("status").first).to_have_text(re.compile("is blocked"))
    expect(page.locator("#drag")).to_have_attribute("data-first", day.isoformat())
    assert counted(hand) == promised("Block tomorrow afternoon")


def open_people(page: Page, demo: Demo, day: date) -> None:
    page.goto(demo.url(f"/calendar/day?location={demo.location_named(steps.PLACE)}&date={day.isoformat()}&kind=person"))


def free_afternoon(page: Page, demo: Demo) -> tuple[date, str, list[int]]:
    """Return the next day on which somebody has a long stretch free after noon, who, and its quarters of an hour."""
    today = datetime.now(UTC).date()
    for number in range(2, 60):
        day = today + timedelta(days=number)
        open_people(page, demo, day)
        found = page.evaluate(FREE_RUN, LONG) if page.locator("table.calendar-day").count() else None
        if found:
            return day, str(found[0]), [int(one) for one in found[1:]]
    raise AssertionError("nobody of the demo has a free afternoon")


def spot(page: Page, resource: str, start: int) -> tuple[float, float]:
    """Return where a quarter hour of a resource is on the screen as it is."""
    row, head = (
        page.locator(f"tr[data-start='{start}']").bounding_box(),
        page.locator(f"th[data-resource='{resource}']"),
    )
    box = head.bounding_box()
    assert row
    assert box
    return box["x"] + box["width"] / 2, row["y"] + row["height"] / 2
