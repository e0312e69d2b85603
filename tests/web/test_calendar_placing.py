"""Placing bookings in a cell: plain values in, lines and tracks out."""

from __future__ import annotations

import pytest

from app.operations.views import BookingView
from app.web.calendar_placing import MOST_UNITS, UNIT, in_sessions, place
from tests.cast import HOUR, MONDAY

NINE = MONDAY + 9 * HOUR


def booking(minute: int, minutes: int, name: str = "Nora", service: str = "s") -> BookingView:
    start = NINE + minute * 60
    return BookingView(
        name, "confirmed", start, start + minutes * 60, service, service, "l", "Centre", "UTC", client_name=name
    )


def placed(*bookings: BookingView, seconds: int = HOUR) -> list[tuple[str, int, int, int, int]]:
    """Name, first and last line, track and tracks of each session."""
    places = place(bookings, NINE, seconds).places
    return [(one.session[0].client_name, one.first, one.last, one.track, one.tracks) for one in places]


def test_bookings_after_one_another_stand_where_they_are() -> None:
    found = placed(booking(0, 20, "Ada"), booking(20, 25, "Olaf"), booking(50, 10, "Nora"))
    assert found == [("Ada", 1, 5, 1, 1), ("Olaf", 5, 10, 1, 1), ("Nora", 11, 13, 1, 1)]


def test_bookings_at_the_same_time_stand_side_by_side() -> None:
    found = placed(booking(0, 30, "Ada"), booking(15, 30, "Olaf", "t"), booking(30, 15, "Nora"), booking(45, 15, "Ute"))
    assert found == [("Ada", 1, 7, 1, 2), ("Olaf", 4, 10, 2, 2), ("Nora", 7, 10, 1, 2), ("Ute", 10, 13, 1, 1)]


def test_group_session_is_one_thing_and_another_service_another() -> None:
    found = in_sessions([booking(0, 30, "Olaf"), booking(0, 30, "Ada"), booking(0, 30, "Nora", "t")])
    assert [[one.client_name for one in session] for session in found] == [["Ada", "Olaf"], ["Nora"]]


def test_shortest_booking_gets_enough_to_be_read() -> None:
    assert placed(booking(55, 5, "Ada"), booking(3, 4, "Olaf")) == [("Olaf", 1, 3, 1, 1), ("Ada", 11, 13, 1, 1)]


def test_booking_beyond_the_cell_ends_with_it() -> None:
    assert placed(booking(-30, 45, "Ada"), booking(30, 90, "Olaf")) == [("Ada", 1, 4, 1, 1), ("Olaf", 7, 13, 1, 1)]


@pytest.mark.parametrize(("number", "tracks"), [(1, 1), (2, 2), (4, 4), (5, 6), (7, 12), (12, 12), (13, 12)])
def test_tracks_divide_twelve(number: int, tracks: int) -> None:
    found = placed(*(booking(0, 60, f"{one:02}", f"s{one}") for one in range(number)))
    assert {one[4] for one in found} == {tracks}
    assert [one[3] for one in found] == [min(one, 12) for one in range(1, number + 1)]


def test_long_cell_lists_its_bookings() -> None:
    cell = place([booking(0, 600), booking(540, 60, "Olaf")], NINE, (MOST_UNITS + 24) * UNIT)
    assert (cell.steps, [one.session[0].client_name for one in cell.places]) == (0, ["Nora", "Olaf"])
    assert place([booking(0, 480)], NINE, MOST_UNITS * UNIT).steps == MOST_UNITS


def test_class_names_say_the_place() -> None:
    (only,) = place([booking(15, 30)], NINE, HOUR).places
    assert only.classes == "from-4 till-10 track-1 tracks-1"
