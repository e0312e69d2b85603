"""Intake questions that depend on others: shown and required where they are asked, gone where they are not."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Demo, Windows

pytestmark = pytest.mark.browser

SERVICE, DEPENDING = "Medical consultation", "When were you last here?"


def test_depending_question_comes_and_goes_with_the_answer_before_it(demo: Demo, windows: Windows) -> None:
    visitor = windows.open()
    page = visitor.page
    steps.choose_service(page, demo, SERVICE)
    steps.choose_time(page)
    page.get_by_label("Name *").fill("Ina Intake")
    page.get_by_label("Email address *").fill("ina.intake@example.org")
    page.get_by_label("What brings you to us? *").fill("A cough")
    first, last = page.get_by_label("Is this your first visit? *"), page.get_by_label(DEPENDING)
    expect(last).to_be_hidden()
    first.select_option("no")
    last.fill("2026-03-09")
    first.select_option("yes")
    expect(last).to_be_hidden()
    first.select_option("no")
    expect(last).to_have_value("2026-03-09")
    page.locator("form[method=post] button.btn-lg").click()
    expect(page.locator("h1")).to_have_text(re.compile("Booked|Your request has arrived"))
    assert visitor.troubles == []


def test_without_a_script_the_question_says_when_it_is_asked(demo: Demo, windows: Windows) -> None:
    page = windows.open(scripts=False).page
    steps.choose_service(page, demo, SERVICE)
    steps.choose_time(page, 0)
    expect(page.get_by_label(DEPENDING)).to_be_visible()
    expect(page.get_by_text("Only if “Is this your first visit?” is answered by: No.")).to_be_visible()
