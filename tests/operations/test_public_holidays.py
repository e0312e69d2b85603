"""Public holidays as closures."""

from __future__ import annotations

from datetime import date

import pytest

from app.access.permissions import ReadyMade
from app.booking.refusals import InvalidInput, NotAllowed, NotFound
from app.operations.setup.closures import ClosureDraft, list_closures, save_closure
from app.operations.setup.public_holidays import (
    HolidaySearch,
    add_holidays,
    find_holidays,
    list_countries,
    list_languages,
    list_parts,
)
from app.storage.store import Store
from tests.cast import Cast, one_provider
from tests.operations.helpers import staff, system
from tests.operations.test_twice_at_once import twice

BAVARIA = HolidaySearch("DE", 2030, "BY", "de")
EASTER_MONDAY, EPIPHANY = date(2030, 4, 22), date(2030, 1, 6)


@pytest.fixture
def cast(store: Store) -> Cast:
    return one_provider(store)


def test_holidays_are_those_of_the_part_in_the_language(cast: Cast) -> None:
    found = {one.day: one.name for one in find_holidays(system(cast), BAVARIA, None)}
    assert (found[EASTER_MONDAY], found[EPIPHANY]) == ("Ostermontag", "Heilige Drei Könige")
    whole = {one.day: one.name for one in find_holidays(system(cast), HolidaySearch("DE", 2030), None)}
    assert (whole[EASTER_MONDAY], EPIPHANY in whole) == ("Easter Monday", False)
    assert list(whole) == sorted(whole)


def test_what_can_be_chosen_has_names() -> None:
    assert (list_countries()["DE"], list_countries()["GB"], len(list_countries()) > 200) == (
        "Germany", "United Kingdom", True,
    )  # fmt: skip
    assert (list_parts("DE")["BY"], list_parts("XX")) == ("Bayern", {})
    languages = {country: list_languages(country) for country in ("DE", "GB", "XX")}
    assert languages == {"DE": ("en_US", "de"), "GB": ("en_GB",), "XX": ()}


@pytest.mark.parametrize("country", ["DE", "GB", "US", "CH", "AT", "FR", "IN", "SA", "JP", "BR"])
def test_every_kind_of_country_has_holidays(cast: Cast, country: str) -> None:
    found = find_holidays(system(cast), HolidaySearch(country, 2030), None)
    assert {one.day.year for one in found} == {2030}
    assert all(one.name for one in found)


def test_chosen_days_become_closures_once(cast: Cast) -> None:
    chosen = {EASTER_MONDAY, EPIPHANY, date(2030, 2, 3)}
    assert add_holidays(system(cast), BAVARIA, None, chosen) == 2
    kept = [one.draft for one in list_closures(system(cast), date(2030, 1, 1))]
    assert kept == [
        ClosureDraft("Heilige Drei Könige", EPIPHANY, EPIPHANY),
        ClosureDraft("Ostermontag", EASTER_MONDAY, EASTER_MONDAY),
    ]
    assert [one.is_there for one in find_holidays(system(cast), BAVARIA, None) if one.day in chosen] == [True, True]
    assert add_holidays(system(cast), BAVARIA, None, chosen) == 0


def test_closure_of_one_place_is_none_of_all(cast: Cast) -> None:
    save_closure(system(cast), ClosureDraft("Closed", EASTER_MONDAY, EASTER_MONDAY, cast.ids["Centre"]))
    there = {
        place: [one.is_there for one in find_holidays(system(cast), BAVARIA, place) if one.day == EASTER_MONDAY]
        for place in (None, cast.ids["Centre"])
    }
    assert there == {None: [False], cast.ids["Centre"]: [True]}


@pytest.mark.parametrize(
    ("search", "field"),
    [
        (HolidaySearch("XX", 2030), "country"),
        (HolidaySearch("", 2030), "country"),
        (HolidaySearch("DE", 2030, "TX"), "part"),
        (HolidaySearch("DE", 1850), "year"),
        (HolidaySearch("DE", 9999), "year"),
    ],
)
def test_what_is_not_there_is_refused_beside_its_field(cast: Cast, search: HolidaySearch, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        find_holidays(system(cast), search, None)
    assert refused.value.field == field


def test_nothing_chosen_and_an_unknown_place_are_refused(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="at least one day"):
        add_holidays(system(cast), BAVARIA, None, set())
    with pytest.raises(NotFound):
        add_holidays(system(cast), BAVARIA, "nowhere", {EASTER_MONDAY})


def test_rights_are_asked(cast: Cast) -> None:
    desk = staff(cast, ReadyMade.FRONT_DESK)
    for work in (lambda: find_holidays(desk, BAVARIA, None), lambda: add_holidays(desk, BAVARIA, None, {EPIPHANY})):
        with pytest.raises(NotAllowed):
            work()


def test_same_holidays_twice_at_once_close_every_day(store: Store, cast: Cast) -> None:
    found = twice(store, *[lambda: add_holidays(system(cast), BAVARIA, None, {EASTER_MONDAY})] * 2)
    assert sorted(found, key=str) == [0, 1]
    assert [one.draft.first for one in list_closures(system(cast), date(2030, 1, 1))] == [EASTER_MONDAY]
