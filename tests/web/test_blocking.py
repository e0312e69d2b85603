"""Blocking a free time from the form for a new booking."""

from __future__ import annotations

import pytest

from app.access.permissions import ReadyMade
from app.storage.tables import TimeOff
from tests.cast import HOUR, Cast
from tests.web.conftest import Browser, SignIn
from tests.web.setup_pages import error_beside, value_of
from tests.web.staff_cast import DAY, TEN, booked, words

BUTTON = "Block this time instead"


@pytest.fixture
def manager(sign_in: SignIn, cast: Cast) -> Browser:
    """The browser of a manager of the cast's practice."""
    return sign_in(ReadyMade.MANAGER)


def drawn(cast: Cast, **more: str) -> dict[str, str]:
    """The address to which drawing three hours in Ada's column leads."""
    address = {"location": cast.ids["Centre"], "resource": cast.ids["Ada"], "start": str(TEN), "duration": "180"}
    return {**address, **more}


def form(cast: Cast, **changes: str) -> dict[str, str]:
    """The fields of the form that blocks it."""
    fields = {
        "location": cast.ids["Centre"],
        "resource": cast.ids["Ada"],
        "start": str(TEN),
        "end": str(TEN + 3 * HOUR),
    }
    return {**fields, "block_until": "13:00", "back": f"/calendar/day?location={cast.ids['Centre']}", **changes}


def made() -> list[tuple[int, int]]:
    """Starts and ends of all time off."""
    return [(row.start_at, row.end_at) for row in TimeOff.select().order_by(TimeOff.id)]


@pytest.mark.parametrize("service", ["", "Consultation"])
def test_form_offers_to_block_what_was_drawn(manager: Browser, cast: Cast, service: str) -> None:
    page = manager.get("/bookings/new", query_string=drawn(cast, service=cast.ids.get(service, ""))).text
    assert "Ada from Monday 7 January 2030, 10:00 on" in words(page)
    assert (value_of(page, "block_until"), value_of(page, "end")) == (["13:00"], [str(TEN + 3 * HOUR)])
    assert value_of(page, "back") == [f"/calendar/day?location={cast.ids['Centre']}&date={DAY}"]


def test_form_keeps_what_was_drawn_while_it_looks_for_times(manager: Browser, cast: Cast) -> None:
    fields = {"location": cast.ids["Centre"], "service": cast.ids["Consultation"], "provider": cast.ids["Ada"]}
    page = manager.submit(
        "/bookings/new", {**fields, "date": DAY, "slot": str(TEN), "drawn": "180", "do": "times"}
    ).text
    assert (value_of(page, "block_until"), value_of(page, "drawn")) == (["13:00"], ["180"])


@pytest.mark.parametrize("change", [{"start": ""}, {"resource": ""}, {"resource": "nobody"}])
def test_form_that_names_no_time_or_nobody_offers_no_block(
    manager: Browser, cast: Cast, change: dict[str, str]
) -> None:
    assert BUTTON not in manager.get("/bookings/new", query_string=drawn(cast, **change)).text


def test_form_offers_no_block_to_who_may_not_manage_hours(desk: Browser, cast: Cast) -> None:
    assert BUTTON not in desk.get("/bookings/new", query_string=drawn(cast)).text
    assert (desk.submit("/bookings/block", form(cast)).status_code, made()) == (403, [])


def test_stretch_is_blocked_by_one_press_and_the_calendar_shown(manager: Browser, cast: Cast) -> None:
    answer = manager.submit("/bookings/block", form(cast))
    assert (answer.status_code, answer.location) == (302, form(cast)["back"])
    assert made() == [(TEN, TEN + 3 * HOUR)]
    assert "Ada is blocked: Monday 7 January 2030, 10:00–13:00." in words(manager.get(answer.location).text)


def test_form_sent_twice_blocks_once(manager: Browser, cast: Cast) -> None:
    for _ in range(2):
        assert manager.submit("/bookings/block", form(cast)).status_code == 302
    assert made() == [(TEN, TEN + 3 * HOUR)]


def test_single_free_time_is_blocked_until_a_typed_hour(manager: Browser, cast: Cast) -> None:
    page = manager.get("/bookings/new", query_string=drawn(cast, duration="")).text
    assert value_of(page, "block_until") == ["10:15"]
    manager.submit("/bookings/block", form(cast, end=str(TEN + HOUR // 4), block_until="24:00"))
    assert made() == [(TEN, TEN + 14 * HOUR)]


@pytest.mark.parametrize("until", ["", "noon", "25:00", "09:00", "10:00"])
def test_end_that_cannot_be_is_said_beside_it_and_stays(manager: Browser, cast: Cast, until: str) -> None:
    answer = manager.submit("/bookings/block", form(cast, block_until=until))
    assert (answer.status_code, bool(error_beside(answer.text, "block_until")), made()) == (422, True, [])
    assert (value_of(answer.text, "block_until"), value_of(answer.text, "start")) == ([until], [str(TEN)])


@pytest.mark.parametrize("change", [{"start": "soon"}, {"resource": "nobody"}, {"start": str(TEN + 1)}, {"end": "x"}])
def test_form_with_hidden_fields_that_cannot_be_makes_nothing_wrong(
    manager: Browser, cast: Cast, change: dict[str, str]
) -> None:
    answer = manager.submit("/bookings/block", form(cast, **change))
    right = [(TEN, TEN + 3 * HOUR)]  # the end as typed counts where the drawn one cannot be read
    assert (answer.status_code, made()) == ((302, right) if "end" in change else (422, []))


@pytest.mark.parametrize("back", ["", "https://example.org/", "//example.org", "/\\example.org", "/a\nb"])
def test_block_never_leads_to_another_site(manager: Browser, cast: Cast, back: str) -> None:
    answer = manager.submit("/bookings/block", form(cast, back=back))
    assert answer.location == f"/calendar/day?location={cast.ids['Centre']}&date={DAY}"


def test_block_over_a_booking_made_meanwhile_leads_to_it(manager: Browser, cast: Cast) -> None:
    booked(cast, TEN + HOUR, provider=cast.ids["Ada"])
    answer = manager.submit("/bookings/block", form(cast))
    assert answer.location == f"/setup/time-off/{TimeOff.get().public_id}/bookings"
    assert "1 booking falls into it." in words(manager.get(answer.location).text)
