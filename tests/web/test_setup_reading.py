"""Reading what people type into the set-up forms."""

from __future__ import annotations

from datetime import date

import pytest
from werkzeug.datastructures import MultiDict

from app.booking.refusals import InvalidInput
from app.operations.setup.services import span_words
from app.web.setup.hours import show_range
from app.web.setup.reading import Typed, read_day, read_minute, show_minute, whole_number


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("08:30", 510),
        ("8:30", 510),
        ("8.30", 510),
        ("830", 510),
        ("0830", 510),
        ("8", 480),
        (" 24:00 ", 1440),
        ("0", 0),
    ],
)
def test_wall_time_is_read_as_people_type_it(text: str, minute: int) -> None:
    assert (read_minute(text, "from"), read_minute(text, "from", next_day=True)) == (minute, minute + 1440)


@pytest.mark.parametrize("text", ["", "noon", "8:3", "8:60", "24:01", "25", "-1", "08:30:00", "٨:٣٠", "1e3", "08 30"])
def test_wall_time_that_is_none_names_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_minute(text, "from")
    assert caught.value.field == "from"


@pytest.mark.parametrize("minute", range(0, 2881, 15))
def test_wall_time_shown_is_read_back(minute: int) -> None:
    assert read_minute(show_minute(minute), "to", next_day=minute > 1440) == minute


@pytest.mark.parametrize(("text", "number"), [("30", 30), (" 7 ", 7), ("-5", -5), ("0", 0)])
def test_whole_number_is_read(text: str, number: int) -> None:
    assert whole_number(text, "capacity") == number


@pytest.mark.parametrize("text", ["", "1.5", "ten", "--1", "1234567890", "٣", "0x10"])
def test_whole_number_that_is_none_names_its_field(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        whole_number(text, "capacity")
    assert caught.value.field == "capacity"


def test_day_is_read() -> None:
    assert read_day(" 2030-05-01 ", "first") == date(2030, 5, 1)


@pytest.mark.parametrize("text", ["", "1.5.2030", "2030-02-30", "tomorrow", "1999-12-31", "2200-01-01", "9999-12-31"])
def test_day_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_day(text, "first")


def test_rows_end_with_the_shortest_field() -> None:
    fields = MultiDict([("from", " 8 "), ("from", "9"), ("to", "10")])
    assert list(Typed(fields).rows("from", "to")) == [{"from": "8", "to": "10"}]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 minutes"), (1, "1 minute"), (60, "1 hour"), (90, "90 minutes"), (1440, "1 day"), (4320, "3 days")],
)
def test_length_of_time_is_told_in_its_largest_unit(minutes: int, words: str) -> None:
    assert span_words(minutes) == words


@pytest.mark.parametrize(
    ("minutes", "words"),
    [((480, 720), "08:00 to 12:00"), ((0, 1440), "00:00 to 24:00"), ((1320, 1560), "22:00 to 02:00 (next day)")],
)
def test_range_is_told_in_words(minutes: tuple[int, int], words: str) -> None:
    assert show_range(*minutes) == words
