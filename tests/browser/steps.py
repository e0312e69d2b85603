"""What people do in the journeys, one step a function."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from playwright.sync_api import Frame, Locator, Page, expect

from tests.bench.demo_site import PASSWORD, email_of
from tests.browser.conftest import Demo

SERVICE, PLACE = "Nutrition advice", "Lindenhof Centre"
APPROVED_SERVICE = "Specialist assessment"


@dataclass(frozen=True, slots=True)
class Person:
    """Who books."""

    name: str
    email: str


def choose_service(page: Page, demo: Demo, service: str = SERVICE, place: str = PLACE) -> None:
    """From the first page to the free times."""
    page.goto(demo.url("/"))
    page.get_by_role("link", name=f"Choose a time for {service} at {place}").click()


def see_next_week(page: Page | Frame) -> None:
    """Go on to the free times of the next week, and wait until they are there: times of this one could be taken."""
    later = page.get_by_role("link", name="Later")
    later.wait_for()
    before = page.url
    later.click()
    page.wait_for_url(lambda url: url != before)


def choose_time(page: Page | Frame, number: int = -1) -> None:
    """Go to the next week, where times are free, and take one."""
    see_next_week(page)
    page.locator("a.slot").nth(number).click()


def choose_time_on_emptiest_day(page: Page) -> None:
    """Go to the next week, and take a time amid the day that has most: there is room to move, also on other days."""
    see_next_week(page)
    days = page.locator("ul.slot-list").all()
    free = max(days, key=lambda day: day.locator("a.slot").count()).locator("a.slot")
    free.nth(free.count() // 2).click()


def fill_in(page: Page | Frame, person: Person) -> None:
    """Type name and email address, and something wherever something is required."""
    page.get_by_label("Name *").fill(person.name)
    page.get_by_label("Email address *").fill(person.email)
    for required in page.locator("[name^=answer-][required]").all():
        _answer(required)


def _answer(required: Locator) -> None:
    if required.evaluate("one => one.tagName") == "SELECT":
        required.select_option(index=1)
    else:
        required.fill("Something to tell")


def book(page: Page, demo: Demo, person: Person, service: str = SERVICE, place: str = PLACE) -> str:
    """Book as a visitor; return the path of the link to change it."""
    choose_service(page, demo, service, place)
    choose_time(page)
    fill_in(page, person)
    page.locator("form[method=post] button.btn-lg").click()
    expect(page.locator("h1")).to_have_text(re.compile("Booked|Your request has arrived"))
    return page.get_by_role("link", name="Move or cancel").get_attribute("href") or ""


def sign_in(page: Page, demo: Demo, role: str = "front_desk") -> None:
    """Sign in as the demo's person of this role."""
    page.goto(demo.url("/sign-in"))
    page.get_by_label("Email address *").fill(email_of(role))
    page.get_by_label("Password *").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def sign_in_quietly(page: Page, demo: Demo, role: str) -> None:
    """Sign in as the demo's person of this role, whatever the page's language is."""
    page.goto(demo.url("/sign-in"))
    page.locator("input[name=email]").first.fill(email_of(role))
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def find_in_calendar(page: Page, demo: Demo, date: str, person: Person) -> None:
    """Look for the booking in the day view of its place, and open it."""
    page.goto(demo.url(f"/calendar/day?date={date}&location={demo.location_named(PLACE)}"))
    page.locator("a.booking", has_text=person.name).first.click()
    expect(page.locator("h1")).to_contain_text(f"{SERVICE} for {person.name}")


def chosen_day(page: Page) -> str:
    """Return the date of the chosen time, as the calendar's address wants it."""
    match = re.search(r"\d{1,2} \w+ \d{4}", time_of(page))
    assert match is not None
    return datetime.strptime(match.group(), "%d %B %Y").replace(tzinfo=UTC).date().isoformat()


def time_of(page: Page) -> str:
    """Return the time that the summary of a booking tells."""
    return page.locator(".summary dt:has-text('Time') + dd, .summary dt:has-text('When') + dd").first.inner_text()
