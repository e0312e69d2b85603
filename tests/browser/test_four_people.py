"""People of a practice, set up in the browser alone: each sees exactly what they were given, and can do no more."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser

PASSWORD = "umbrella kettle marble forty"
TREATMENT, OTHER_PLACE = "Medical consultation", "Lindenhof Thames"
ANSWER = "Something to tell"


@dataclass(frozen=True, slots=True)
class Given:
    """A new account: its roles, each for everything or for a part by its label; and as whom they give services."""

    name: str
    roles: tuple[tuple[str, str], ...]
    gives_as: str = "Gives no services"

    @property
    def email(self) -> str:
        """What they sign in with."""
        return f"{self.name.lower().replace(' ', '.')}@example.org"


def add_user(page: Page, demo: Demo, given: Given) -> None:
    """Make an account on the page of users."""
    page.goto(demo.url("/setup/users/new"))
    page.get_by_label("Name *").fill(given.name)
    page.get_by_label("Email address *").fill(given.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Gives services as").select_option(label=given.gives_as)
    for number, (role, part) in enumerate(given.roles, 1):
        if number > 1:
            page.get_by_role("button", name="Add a role").click()
            page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_label(f"Role, line {number}").select_option(label=role)
        page.get_by_label(f"For what, line {number}").select_option(label=part)
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(page.get_by_role("link", name=given.name)).to_be_visible()


def come_in(page: Page, demo: Demo, given: Given) -> list[str]:
    """Sign in with that account; returns what the navigation offers."""
    page.goto(demo.url("/sign-in"))
    page.get_by_label("Email address *").fill(given.email)
    page.get_by_label("Password *").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    return [link.inner_text().strip() for link in page.locator("header nav a").all()]


def status_of(page: Page, demo: Demo, path: str) -> int:
    """Open an address; returns the status of the answer."""
    answer = page.goto(demo.url(path))
    assert answer is not None
    return answer.status


def booked(windows: Windows, demo: Demo, name: str, service: str, place: str = steps.PLACE) -> steps.Person:
    """Let a client book."""
    person = steps.Person(name, f"{name.lower().replace(' ', '.')}@example.org")
    steps.book(windows.open(scripts=False).page, demo, person, service, place)
    return person


def find(page: Page, demo: Demo, person: steps.Person) -> str:
    """Return the path of the booking of a client, found by the search."""
    page.goto(demo.url(f"/bookings/?text={person.name}"))
    href = page.locator("table a").first.get_attribute("href")
    assert href is not None
    return href


def test_desk_books_and_sees_contacts_but_no_answers(demo: Demo, windows: Windows) -> None:
    root, desk = windows.open().page, windows.open()
    client = booked(windows, demo, "Nele Desk", TREATMENT)
    steps.sign_in(root, demo, "administrator")
    path = find(root, demo, client)
    root.goto(demo.url(path))
    expect(root.locator(".summary")).to_contain_text(ANSWER)
    given = Given("Rita Reception", (("Front desk", "for everything"),))
    add_user(root, demo, given)
    assert come_in(desk.page, demo, given) == [
        "Today",
        "Calendar",
        "Bookings",
        "Find a time",
        "Clients",
        "Waiting list",
    ]
    desk.page.goto(demo.url(path))
    expect(desk.page.locator(".summary")).to_contain_text(client.email)
    assert ANSWER not in desk.page.content()
    desk.page.goto(demo.url("/bookings/new"))
    desk.page.get_by_label("Service").select_option(label=steps.SERVICE)
    desk.page.get_by_role("button", name="Go on").click()
    desk.page.get_by_label("Name", exact=True).fill("Paul Phone")
    desk.page.get_by_label("Email address", exact=True).fill("paul.phone@example.org")
    choose_free_time(desk.page)
    desk.page.get_by_role("button", name="Book", exact=True).click()
    expect(desk.page.locator("h1")).to_contain_text(f"{steps.SERVICE} for Paul Phone")
    assert [status_of(desk.page, demo, one) for one in ("/setup/", "/requests/", "/outbox/")] == [403, 403, 403]


def choose_free_time(page: Page) -> None:
    """Look at days until one has a free time, and take it."""
    for _ in range(14):
        if page.locator(".slot-radio input").count():
            page.locator(".slot-radio input").first.check()
            return
        date = page.get_by_label("Date *")
        date.evaluate("one => { one.stepUp(1) }")
        page.get_by_role("button", name="Show free times").click()
    raise AssertionError("no free time in two weeks")


def test_provider_sees_only_their_own_calendar_in_detail(demo: Demo, windows: Windows) -> None:
    root, provider = windows.open().page, windows.open().page
    client, other = booked(windows, demo, "Olga Own", TREATMENT), booked(windows, demo, "Otto Other", steps.SERVICE)
    steps.sign_in(root, demo, "administrator")
    own, others = find(root, demo, client), find(root, demo, other)
    root.goto(demo.url(own))
    physician = root.locator(".summary dt:has-text('With') + dd").inner_text()
    given = Given("Thea Therapist", (("Provider", "for everything"),), physician)
    add_user(root, demo, given)
    assert come_in(provider, demo, given) == ["Today", "Calendar", "Bookings", "Find a time", "Clients", "Waiting list"]
    assert status_of(provider, demo, own) == 200
    expect(provider.locator(".summary")).to_contain_text(ANSWER)
    assert status_of(provider, demo, others) == 403
    provider.goto(demo.url("/bookings/?text=Otto Other"))
    expect(provider.locator("main")).to_contain_text("No bookings match this search.")
    root.goto(demo.url(others))
    day = root.locator("p.above a").get_attribute("href") or ""
    provider.goto(demo.url(day))
    expect(provider.locator("main")).to_contain_text("Busy")
    assert other.name not in provider.content()


def test_manager_approves_for_one_location(demo: Demo, windows: Windows) -> None:
    root, manager = windows.open().page, windows.open().page
    service = steps.APPROVED_SERVICE
    here, there = booked(windows, demo, "Hera Here", service), booked(windows, demo, "Thor There", service, OTHER_PLACE)
    steps.sign_in(root, demo, "administrator")
    given = Given("Bea Branch", (("Manager", f"{OTHER_PLACE}"), ("Viewer", "for everything")))
    add_user(root, demo, given)
    assert "Requests" in come_in(manager, demo, given)
    manager.goto(demo.url("/requests/"))
    expect(manager.locator("li.request", has_text=there.name)).to_have_count(1)
    assert here.name not in manager.content()
    assert status_of(manager, demo, find(root, demo, here)) == 403
    manager.goto(demo.url("/requests/"))
    manager.locator("li.request", has_text=there.name).get_by_role("button", name="Approve").click()
    expect(manager.locator("li.request", has_text=there.name)).to_have_count(0)
    root.goto(demo.url(find(root, demo, there)))
    expect(root.locator(".badge-status")).to_have_text("Confirmed")


def test_auditor_sees_the_log_and_nothing_else(demo: Demo, windows: Windows) -> None:
    root, auditor = windows.open().page, windows.open().page
    steps.sign_in(root, demo, "administrator")
    given = Given("Alma Auditor", (("Auditor", "for everything"),))
    add_user(root, demo, given)
    assert come_in(auditor, demo, given) == ["Audit log"]
    auditor.get_by_role("link", name="Audit log").click()
    expect(auditor.locator("main")).to_contain_text("Alma Auditor")
    closed = ("/calendar/day", "/bookings/", "/clients/", "/requests/", "/waiting/", "/outbox/", "/setup/", "/export/")
    assert [status_of(auditor, demo, one) for one in closed] == [403] * len(closed)
