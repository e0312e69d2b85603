"""Bookings stand at their time: to the pixel in the day and in the timeline, also where several share a cell."""

from __future__ import annotations

import pytest

from tests.browser import steps
from tests.browser.calendar_steps import next_working_day
from tests.browser.conftest import Demo, Windows

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
