"""The page of public holidays."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.storage.store import Store
from app.storage.tables import Closure
from tests.web.conftest import Browser, SignIn
from tests.web.reading import Page
from tests.web.staff_cast import practice

PAGE = "/setup/public-holidays"


@pytest.fixture
def manager(store: Store, sign_in: SignIn) -> Browser:
    """The browser of a manager of a practice."""
    practice(store)
    return sign_in(ReadyMade.MANAGER)


def test_holidays_are_shown_chosen_and_closed(manager: Browser) -> None:
    assert PAGE in manager.get("/setup/closures").text
    assert "Germany" in manager.get(PAGE).text
    shown = Page(manager.get(f"{PAGE}?country=DE&part=BY&year=2030&language=de").text).text
    assert ("Heilige Drei Könige" in shown, "Sunday 6 January 2030" in shown) == (True, True)
    fields = {"country": "DE", "part": "BY", "year": "2030", "language": "de", "location": ""}
    answer = manager.submit(PAGE, {**fields, "day": ["2030-01-06", "2030-04-22"]})
    assert (answer.status_code, answer.location) == (303, "/setup/closures")
    assert "2 closures added." in manager.get("/setup/closures").text
    assert [(row.name, row.first_day) for row in Closure.select().order_by(Closure.first_day)] == [
        ("Heilige Drei Könige", "2030-01-06"),
        ("Ostermontag", "2030-04-22"),
    ]
    assert "closed already" in manager.get(f"{PAGE}?country=DE&part=BY&year=2030&language=de").text


def test_year_is_the_present_one_and_a_part_of_another_country_is_forgotten(manager: Browser) -> None:
    shown = manager.get(f"{PAGE}?country=AT&part=BY")
    assert (shown.status_code, 'value="2030"' in shown.text, "New Year" in shown.text) == (200, True, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("country=XX&year=2030", "choose a country from the list"),
        ("country=DE&year=soon", "whole number"),
        ("country=DE&year=1066", "year from 2000"),
    ],
)
def test_wrong_choice_is_told(manager: Browser, query: str, words: str) -> None:
    answer = manager.get(f"{PAGE}?{query}")
    assert (answer.status_code, words in answer.text) == (422, True)


def test_no_day_ticked_is_told(manager: Browser) -> None:
    answer = manager.submit(PAGE, {"country": "DE", "year": "2030"})
    assert (answer.status_code, "tick at least one day" in answer.text) == (422, True)
