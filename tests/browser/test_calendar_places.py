"""Bookings stand at their time: to the pixel in the day and in the timeline, also where several share a cell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.booking.statuses import Status
from app.storage.tables import Booking, GroupSession
from tests.browser import steps
from tests.browser.calendar_steps import next_working_day
from tests.browser.conftest import Demo, Windows
from tests.keys import open_store

pytestmark = pytest.mark.browser

MISPLACED = """isDown => {
  const side = isDown ? ["top", "bottom"] : ["left", "right"];
  const edges = new Map();
  for (const head of document.querySelectorAll("[data-times]")) {
    const box = head.getBoundingClientRect(), times = head.dataset.times.split(";");
    const step = (box[side[1]] - box[side[0]]) / times.length;
    times.forEach((one, number) => edges.set(Number(one.split(" ")[0]), [box[side[0]] + number * step, step]));
    edges.set(Number(times.at(-1).split(" ")[0]) + 900, [box[side[1]], step]);
  }
  const place = at => {
    const [edge, step] = edges.get(Math.floor(at / 900) * 900) || [NaN, NaN];
    return edge + step * (at % 900) / 900;
  };
  return Array.from(document.querySelectorAll("a[data-start]"), one => {
    const start = Number(one.dataset.start), box = one.getBoundingClientRect();
    const found = [box[side[0]], box[side[1]]], meant = [place(start), place(start + one.dataset.minutes * 60)];
    const isThere = found.every((at, number) => Math.abs(at - meant[number]) < 4);
    return isThere ? "" : `${one.textContent}: ${found}, not ${meant}`;
  });
}"""


@pytest.mark.parametrize("view", ["day", "timeline"])
def test_every_booking_stands_at_its_time(demo: Demo, windows: Windows, view: str) -> None:
    window = windows.open()
    steps.sign_in(window.page, demo, "administrator")
    place = demo.location_named(steps.PLACE)
    window.page.goto(demo.url(f"/calendar/{view}?location={place}&date={next_working_day()}"))
    found = window.page.evaluate(MISPLACED, view == "day")
    assert (len(found) > 20, [one for one in found if one], window.troubles) == (True, [], [])


def fullest_session(demo: Demo) -> tuple[str, str]:
    """Return the date and the place of a group session that several have booked."""
    store = open_store(demo.site.url)
    booked = Booking.select().where(Booking.session.is_null(False), Booking.status == Status.CONFIRMED.value)
    sessions = [one.session_id for one in booked]
    session = GroupSession.get_by_id(max(sorted(set(sessions)), key=sessions.count))
    place = str(session.location.public_id)
    store.close()
    return datetime.fromtimestamp(session.start_at, UTC).date().isoformat(), place


def test_names_of_a_group_session_come_out_of_the_timeline(demo: Demo, windows: Windows) -> None:
    date, place = fullest_session(demo)
    window = windows.open()
    steps.sign_in(window.page, demo, "administrator")
    window.page.goto(demo.url(f"/calendar/timeline?location={place}&date={date}&kind=person"))
    group = window.page.locator(".calendar-timeline .group").first
    names = group.locator("li a")
    assert names.count() > 1
    group.evaluate("one => one.scrollIntoView({block: 'center', behavior: 'instant'})")
    group.hover()
    box = names.nth(1).bounding_box()  # Playwright's own click would scroll what a mouse cannot
    assert box
    window.page.mouse.move(box["x"] + 20, box["y"] + 10, steps=5)
    window.page.mouse.click(box["x"] + 20, box["y"] + 10)
    expect(window.page.locator("h1")).to_contain_text(" for ")
    assert window.troubles == []
