"""An administrator writes the words of a mail and sees beside them what they become."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser


def test_example_follows_what_is_typed_and_the_built_in_words_come_back(demo: Demo, windows: Windows) -> None:
    office = windows.open()
    page = office.page
    steps.sign_in(page, demo, "administrator")
    page.goto(demo.url("/setup/mail-texts"))
    page.get_by_role("link", name="Booking moved, English").click()
    example, text = page.locator("#example"), page.locator("#field-text")
    expect(example).to_contain_text("Your booking has a new time.")
    text.fill("Dear {clint}")
    expect(example).to_have_text("There is no {clint}; did you mean {client}?")
    text.fill("Dear {client}, look: {link}")
    expect(example).to_contain_text("look: http")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. The next mails say so.")).to_be_visible()
    page.get_by_text("Back to the built-in text").click()
    page.get_by_role("button", name="Take the built-in text").click()
    expect(example).to_contain_text("Your booking has a new time.")
    assert office.troubles == []
