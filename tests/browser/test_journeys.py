"""Journeys of visitors, clients and staff, in a real browser against the real server."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser


def local_day(page: Page) -> str:
    """The date of the form's chosen time, read from the address of the details page."""
    match = re.search(r"\d{1,2} \w+ \d{4}", steps.time_of(page))
    assert match is not None
    return match.group()


def iso(day: str) -> str:
    """``3 December 2026`` as the calendar's address wants it."""
    return datetime.strptime(day, "%d %B %Y").replace(tzinfo=UTC).date().isoformat()


def test_visitor_books_without_scripts_and_cookies(demo: Demo, windows: Windows) -> None:
    window = windows.open(scripts=False)
    link = steps.book(window.page, demo, steps.Person("Nora Plain", "nora@example.org"))
    assert re.fullmatch(r"/manage/[\w.-]+", link)
    assert window.context.cookies() == []
    assert window.troubles == []


def test_booking_is_seen_and_moved_by_staff_and_cancelled_by_its_link(demo: Demo, windows: Windows) -> None:
    client, desk = windows.open(scripts=False), windows.open()
    person = steps.Person("Mira Journey", "mira@example.org")
    link = steps.book(client.page, demo, person)
    first_time = steps.time_of(client.page)
    steps.sign_in(desk.page, demo)
    steps.find_in_calendar(desk.page, demo, iso(local_day(client.page)), person)
    move_to_another_time(desk.page)
    client.page.goto(demo.url(link))
    assert steps.time_of(client.page) != first_time
    client.page.get_by_role("button", name="Cancel this booking").click()
    expect(client.page.locator(".badge-status")).to_have_text(re.compile("cancelled", re.IGNORECASE))
    desk.page.reload()
    expect(desk.page.locator(".badge-status")).to_have_text(re.compile("cancelled", re.IGNORECASE))
    assert (client.context.cookies(), client.troubles, desk.troubles) == ([], [], [])


def move_to_another_time(page: Page) -> None:
    """Take the first free time that day."""
    page.get_by_role("link", name="Move", exact=True).click()
    page.locator(".slot-radio input").first.check()
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text(re.compile("moved", re.IGNORECASE))


def test_device_in_another_zone_is_offered_its_own_times(demo: Demo, windows: Windows) -> None:
    window = windows.open()
    window.page.goto(demo.url("/"))
    window.page.get_by_role("link", name=re.compile("at Lindenhof Thames")).first.click()
    offer = window.page.get_by_role("link", name="Show times in Europe/Berlin")
    offer.click()
    expect(window.page.get_by_label("Time zone")).to_have_value("Europe/Berlin")
    expect(offer).to_have_count(0)
    assert window.troubles == []


def test_opening_the_manage_link_changes_nothing(demo: Demo, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    link = steps.book(page, demo, steps.Person("Lina Scanner", "lina@example.org"))
    for _ in range(2):
        page.goto(demo.url(link))
    expect(page.locator(".badge-status")).to_have_text(re.compile("confirmed|booked", re.IGNORECASE))


def test_manage_link_with_one_character_changed_says_so(demo: Demo, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    link = steps.book(page, demo, steps.Person("Tom Typo", "tom@example.org"))
    answer = page.goto(demo.url(link[:-1] + ("A" if link[-1] != "A" else "B")))
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("main")).to_contain_text("link")


def test_visitor_books_by_keyboard_alone(demo: Demo, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    steps.choose_service(page, demo)
    page.get_by_role("link", name="Later").press("Enter")
    page.wait_for_url("**day=**")
    press_until(page, "a.slot")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your details")
    for text in ("Kim Keys", "kim@example.org"):
        press_until(page, "input[required]:placeholder-shown, input[required]:invalid")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(re.compile("Booked"))
    assert window.troubles == []


def press_until(page: Page, selector: str) -> None:
    """Press Tab until something like this has the focus."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"nothing like {selector} can be reached by Tab")


def test_request_is_approved_by_a_manager(demo: Demo, windows: Windows) -> None:
    client, manager = windows.open(scripts=False), windows.open()
    link = steps.book(client.page, demo, steps.Person("Rosa Request", "rosa@example.org"), steps.APPROVED_SERVICE)
    steps.sign_in(manager.page, demo, "manager")
    manager.page.goto(demo.url("/requests/"))
    mine = manager.page.locator("li.request", has_text="Rosa Request")
    mine.get_by_role("button", name="Approve").click()
    expect(mine).to_have_count(0)
    client.page.goto(demo.url(link))
    expect(client.page.locator(".badge-status")).to_have_text(re.compile("confirmed|booked", re.IGNORECASE))
    assert manager.troubles == []


def test_comment_of_ten_megabytes_is_stopped_before_it_is_sent(demo: Demo, windows: Windows) -> None:
    window = windows.open()
    page = window.page
    steps.choose_service(page, demo)
    steps.choose_time(page)
    steps.fill_in(page, steps.Person("Max Large", "max@example.org"))
    page.evaluate("document.querySelector('[name=comment]').value = 'x'.repeat(10 * 1024 * 1024)")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_role("button", name="Book").click()
    page.wait_for_timeout(500)
    problem = page.evaluate("document.querySelector('[name=comment]').validationMessage")
    assert (sent, problem) == ([], "Please use at most 2000 characters; this has 10485760.")
    assert page.get_by_label("Name *").input_value() == "Max Large"


def test_refused_form_keeps_what_was_typed_and_leads_to_the_field(demo: Demo, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    steps.choose_service(page, demo)
    steps.choose_time(page)
    page.get_by_label("Name *").fill("Bad\u202eName")
    page.get_by_label("Email address *").fill("bad@example.org")
    page.locator("form[method=post] button.btn-lg").click()
    field = page.get_by_label("Name *")
    assert (field.input_value(), field.get_attribute("aria-invalid")) == ("Bad\u202eName", "true")
    expect(page.locator(f"#{field.get_attribute('id')}-error")).to_be_visible()


def test_time_taken_meanwhile_is_told_and_the_next_is_booked_with_one_press(demo: Demo, windows: Windows) -> None:
    slow, quick = windows.open(scripts=False).page, windows.open(scripts=False).page
    for page, name in ((slow, "Sia Slow"), (quick, "Quinn Quick")):
        steps.choose_service(page, demo)
        steps.choose_time(page, 0)
        steps.fill_in(page, steps.Person(name, "both@example.org"))
    quick.locator("form[method=post] button.btn-lg").click()
    expect(quick.locator("h1")).to_have_text(re.compile("Booked"))
    slow.locator("form[method=post] button.btn-lg").click()
    expect(slow.get_by_role("alert")).to_contain_text("This time has just been taken")
    assert slow.get_by_label("Name *").input_value() == "Sia Slow"
    slow.locator("form[method=post] .alert button").first.click()
    expect(slow.locator("h1")).to_have_text(re.compile("Booked"))
