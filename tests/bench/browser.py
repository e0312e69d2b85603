"""What a browser makes of our pages: when they can be used, what they weigh, whether they move, how smoothly one drags.

The visitor has a slow phone: Chromium's own throttling makes its processor four times slower and its line 1.6 Mbit/s
with 150 ms for each answer; nothing is in its cache. Staff have the machine as it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from app.commands.test import CHROMIUM
from app.storage.public_ids import new_public_id
from app.storage.tables import Allocation, Booking, Resource
from tests.bench.databases import Databases
from tests.bench.demo_site import all_pages, fill_demo, sign_in
from tests.bench.figures import Figure, at_least, at_most
from tests.bench.ours import serve_ours
from tests.bench.rig import Effort
from tests.bench.servers import Server
from tests.bench.sites import DAY, Site
from tests.keys import open_store

USABLE, WEIGHT, PAINTED, FRAMES, SHIFT = 2.0, 150.0, 1.0, 60.0, 0.02
BOOKINGS = 400
SLOWER = 4
LINE = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
PHONE, DESK = (390, 844), (1280, 900)
ELSEWHERE = "America/New_York"
"""Where the visitor's device is: the page offers him the times of that place as well."""

VISITORS = {"/": ".service-card a.btn", "/book/times": "a.slot"}
"""What a visitor wants to press on each page."""

SHOWN = ("confirmed", "completed", "no_show", "requested", "held")
VIEWS = {"day": (31, 29), "week": (157, 53), "timeline": (37, 29)}
"""Pixels right and down of each move of a drag: always to another place, so that there is something to draw."""

MOVES, RIM = 200, 60
"""Moves of a drag, enough for 120 frames, and pixels to the rim, near which the calendar would scroll."""

NIGHT = (1, 2, 3, 4)
"""Hours (UTC) in which the demo books nobody, so that more bookings fit into any of its weeks."""

WATCH = """
const drawn = (target, kind) => new Promise(done => target.addEventListener(kind, () =>
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())))));
window.seen = { shift: 0, ready: drawn(document, "DOMContentLoaded"), loaded: drawn(window, "load") };
new PerformanceObserver(list => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) seen.shift += one.value;
}).observe({ type: "layout-shift", buffered: true });
"""
"""Two frames after its scripts have run a page has been drawn with all that they do (HTML, 8.1.7.3)."""

FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
SEEN = """one => (box => [box.left + one.querySelector("th").offsetWidth, box.top, box.right,
  Math.min(box.bottom, innerHeight)])(one.getBoundingClientRect())"""
COUNTED = "new Set([...document.querySelectorAll('a[class*=status-]')].map(one => one.href)).size"
TRACED = "disabled-by-default-devtools.timeline.frame"
SHOWN_WHOLE, NOTHING_NEW = "STATE_PRESENTED_ALL", "STATE_NO_UPDATE_DESIRED"
"""Chromium's word for a frame that had all that it should have had, and for one in which nothing was to be drawn."""


@dataclass(frozen=True, slots=True)
class Look:
    """One load of a page: seconds until it could be used and until all was painted, bytes, how much moved."""

    usable: float
    painted: float
    weight: int
    shift: float


def measure_browser(databases: Databases, effort: Effort) -> list[Figure]:
    """Measure the public way and the calendar in Chromium, on the demo with a full week."""
    site = fill_demo(databases.new("sqlite", "browser"), 1)
    _fill_week(site)
    with serve_ours(site, databases.folder) as server, open_browser() as browser:
        bench = Bench(site, server, browser)
        return [*_public(bench, effort), *_week(bench, effort), *(_drag(bench, effort, view) for view in VIEWS)]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium, and end it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass(frozen=True, slots=True)
class Bench:
    """The running demo and the browser."""

    site: Site
    server: Server
    browser: Browser

    @contextmanager
    def window(self, size: tuple[int, int], zone: str = "Europe/Berlin", role: str = "") -> Iterator[Page]:
        """Open a window with an empty cache, signed in where a role is given."""
        width, height = size
        context = self.browser.new_context(viewport={"width": width, "height": height}, timezone_id=zone)
        context.add_init_script(WATCH)
        if role:
            self._sign_in(context, role)
        yield context.new_page()
        context.close()

    def _sign_in(self, context: BrowserContext, role: str) -> None:
        name, _, value = sign_in(self.server, role)["Cookie"].partition("=")
        context.add_cookies([{"name": name, "value": value, "url": self.server.origin}])


def _fill_week(site: Site) -> None:
    """Add to this week of the demo what it lacks to four hundred bookings."""
    store = open_store(site.url)
    monday = site.base // DAY * DAY - (site.base // DAY + 3) % 7 * DAY
    of_week = (Booking.start_at >= monday) & (Booking.start_at < monday + 7 * DAY) & Booking.status.in_(SHOWN)
    store.write(lambda: _book_nights(monday, BOOKINGS - Booking.select().where(of_week).count()))
    store.close()


def _book_nights(monday: int, count: int) -> None:
    pattern = Booking.get(Booking.status == "confirmed")
    resources = list(Resource.select().order_by(Resource.id))
    places = ((one, monday + day * DAY + hour * 3600) for one in resources for day in range(7) for hour in NIGHT)
    for _, (resource, start) in zip(range(count), places, strict=False):
        copied = {"service": pattern.service, "location": pattern.location, "client": pattern.client}
        stamps = {"public_id": new_public_id(), "created_at": start, "changed_at": start}
        times = {"start_at": start, "end_at": start + 3600}
        booking = Booking.create(**copied, **stamps, **times, status="confirmed")
        Allocation.create(resource=resource, booking=booking, **times)


def _public(bench: Bench, effort: Effort) -> Iterator[Figure]:
    paths = {page.rule: page.path for page in all_pages(bench.site)}
    for rule, wanted in VISITORS.items():
        looks = [_visit(bench, paths[rule], wanted) for _ in range(effort.rounds)]
        best, weight = min(one.usable for one in looks), max(one.weight for one in looks) / 1000
        yield at_most(f"`{rule}` on a slow phone: can be used", best, USABLE, "s", "4 × slower, 1.6 Mbit/s, 150 ms")
        yield at_most(f"`{rule}`: bytes transferred", weight, WEIGHT, "kB", "nothing in the cache, no proxy")
        yield at_most(f"`{rule}`: layout shift", max(one.shift for one in looks), SHIFT, "", f"{PHONE[0]} px wide")


def _visit(bench: Bench, path: str, wanted: str) -> Look:
    with bench.window(PHONE, ELSEWHERE) as page:
        remote = page.context.new_cdp_session(page)
        remote.send("Network.enable")
        remote.send("Network.emulateNetworkConditions", LINE)
        remote.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        sizes: list[int] = []
        remote.on("Network.loadingFinished", lambda told: sizes.append(told["encodedDataLength"]))
        look = _load(page, bench.server.origin + path, lambda: sum(sizes))
        page.locator(wanted).first.click(trial=True)
        return look


def _load(page: Page, url: str, weight: Callable[[], int]) -> Look:
    """Load a page and wait until nothing comes any more.

    Raises:
        RuntimeError: it was not shown.
    """
    answer = page.goto(url, wait_until="load")
    if answer is None or not answer.ok:
        raise RuntimeError(f"{url} was not shown")
    ready, loaded = page.evaluate("Promise.all([seen.ready, seen.loaded])")
    page.wait_for_timeout(500)  # for what moves late, and for the last icons
    first, shift = page.evaluate(FIRST_PAINT), page.evaluate("seen.shift")
    return Look(max(first, ready) / 1000, max(first, loaded) / 1000, weight(), shift)


def _week(bench: Bench, effort: Effort) -> Iterator[Figure]:
    looks, shown = [], 0
    filled = datetime.fromtimestamp(bench.site.base, UTC).date()  # at the place it may be the next one meanwhile
    week = f"location={bench.site.location}&date={filled.isoformat()}"
    for _ in range(effort.rounds):
        with bench.window(DESK, role="administrator") as page:
            looks.append(_load(page, f"{bench.server.origin}/calendar/week?{week}", lambda: 0))
            shown = int(page.evaluate(COUNTED))
    if shown < BOOKINGS:
        raise RuntimeError(f"the week shows {shown} bookings, not {BOOKINGS}")
    best = min(one.painted for one in looks)
    yield at_most("staff's week, all painted", best, PAINTED, "s", f"{shown} bookings, nothing in the cache")
    yield at_most("staff's week: layout shift", max(one.shift for one in looks), SHIFT, "", f"{DESK[0]} px wide")


def _drag(bench: Bench, effort: Effort, view: str) -> Figure:
    """Drag a booking; Chromium begins sixty frames a second, and each must show what has changed since the last."""
    rounds = [_trace_drag(bench, view) for _ in range(effort.rounds)]
    best = max(rounds, key=lambda states: states.count(SHOWN_WHOLE) / len(states))
    whole = best.count(SHOWN_WHOLE)
    note = f"{len(best)} frames, {len(best) - whole} of them late or lost"
    return at_least(f"dragging a booking in the {view}, by the trace", FRAMES * whole / len(best), FRAMES, "/s", note)


def _trace_drag(bench: Bench, view: str) -> list[str]:
    """Drag a booking about in a view of the calendar; return what became of each frame that had to be drawn."""
    with bench.window(DESK, role="administrator") as page:
        page.goto(f"{bench.server.origin}/calendar/{view}?location={bench.site.location}&date={_busy_day(bench.site)}")
        places = list(_places(page, *_take_hold(page), VIEWS[view]))
        bench.browser.start_tracing(page=page, categories=[TRACED])
        for x, y in places:
            page.mouse.move(x, y)
        recorded = json.loads(bench.browser.stop_tracing())["traceEvents"]
        page.keyboard.press("Escape")
        page.mouse.up()
    told = (one.get("args", {}).get("frame_reporter", {}).get("state") for one in recorded)
    return [state for state in told if state and state != NOTHING_NEW]


def _places(page: Page, x: float, y: float, step: tuple[int, int]) -> Iterator[tuple[float, float]]:
    """Yield where the pointer goes: from a place through the calendar, and back from its rims."""
    across, down = step
    left, top, right, bottom = page.locator(".calendar-scroll").evaluate(SEEN)
    for _ in range(MOVES):
        across, down = _inwards(x, across, left, right), _inwards(y, down, top, bottom)
        x, y = x + across, y + down
        yield x, y


def _inwards(at: float, step: int, least: float, most: float) -> int:
    """Return a step as it is, or turned to where there is more room if it would lead to a rim."""
    if least + RIM < at + step < most - RIM:
        return step
    return abs(step) if at < (least + most) / 2 else -abs(step)


def _take_hold(page: Page) -> tuple[float, float]:
    """Begin to drag the first booking that may be moved, and wait until it is known where to; return the place.

    Raises:
        RuntimeError: none may be moved.
    """
    link = page.locator("a[data-move]").first
    link.scroll_into_view_if_needed()
    box = link.bounding_box()
    if box is None:
        raise RuntimeError("no booking of that day may be moved")
    x, y = box["x"] + 6, box["y"] + 5
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 10, steps=3)
    page.locator(".drag-ghost:not(.waits)").wait_for()
    return x, y


def _busy_day(site: Site) -> str:
    """Return a day on which bookings may be moved, as the calendar's address wants it."""
    store = open_store(site.url)
    ahead = (Booking.start_at > site.base + DAY) & (Booking.status == "confirmed")
    first = Booking.select().where(ahead).order_by(Booking.start_at).first()
    store.close()
    return datetime.fromtimestamp(first.start_at, UTC).date().isoformat()
