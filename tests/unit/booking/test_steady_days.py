"""The short cut over steady days gives what the long way gives."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.booking.wall_clock import earliest, end_of, steady_midnight
from tests.unit.booking.calendars import CHANGES


@given(st.sampled_from(CHANGES), st.integers(-4, 4), st.integers(0, 192).map(lambda number: number * 15))
def test_steady_days_agree_with_the_wall_clock(change: tuple[str, date], days: int, minute: int) -> None:
    tzid, around = change
    day = around + timedelta(days=days)
    midnight = steady_midnight(day, tzid)

    if midnight is not None:
        assert {earliest(day, minute, tzid), end_of(day, minute, tzid)} == {midnight + minute * 60}
