"""Who is told what: pages of a location, since what they show, never more than a slow reader may leave waiting."""

from __future__ import annotations

import asyncio
import re
from datetime import date

import pytest

from app.live.hub import HEARTBEAT, MOST_OF_ONE, MOST_WAITING, FullError, Hub, Stream
from app.operations.calendars.live_bookings import EVERYWHERE, Days
from app.operations.calendars.live_pass import Pass

NOW = 1_900_000_000
MONDAY: Days = {"centre": frozenset({date(2030, 1, 7)})}
TOLD = 'event: change\ndata: {"location": "centre", "days": ["2030-01-07"]}'


def taken(stream: Stream) -> list[str]:
    """All that waits in a stream, without the line of its number and without when to come back."""
    found = re.sub(r', "mark": "[0-9a-f]{16}"', "", asyncio.run(stream.take(0.01)).decode()).split("\n\n")
    lines = ["\n".join(line for line in one.split("\n") if not line.startswith(("id:", "retry:"))) for one in found]
    return [one for one in lines if one]


def number_of(stream: Stream) -> str:
    """The last number that waits in a stream."""
    lines = asyncio.run(stream.take(0.01)).decode().split("\n")
    return [line.removeprefix("id: ") for line in lines if line.startswith("id:")][-1]


def page(location: str = "centre", made_at: int = NOW + 60, person: int = 1) -> Pass:
    return Pass(location, person, made_at)


def test_page_is_told_what_concerns_its_location() -> None:
    hub = Hub(10, NOW)
    here, there = hub.open(page(), ""), hub.open(page("harbour"), "")
    hub.publish(MONDAY, NOW + 61)
    assert (taken(here), taken(there)) == ([TOLD], [])


def test_change_of_everything_is_told_to_all() -> None:
    hub = Hub(10, NOW)
    streams = [hub.open(page(), ""), hub.open(page("harbour"), "")]
    hub.publish({EVERYWHERE: None}, NOW + 61)
    expected = [[f'event: change\ndata: {{"location": "{place}"}}'] for place in ("centre", "harbour")]
    assert [taken(one) for one in streams] == expected


def test_page_is_told_what_came_between_its_making_and_its_stream() -> None:
    hub = Hub(10, NOW)
    hub.publish(MONDAY, NOW + 30)
    before = hub.open(page(made_at=NOW + 29), "")
    after = hub.open(page(made_at=NOW + 45), "")
    assert (taken(before), taken(after)) == ([TOLD], [])


def test_page_that_is_older_than_the_process_is_told_to_look_again() -> None:
    hub = Hub(10, NOW)
    assert taken(hub.open(page(made_at=NOW), "")) == ["event: refresh\ndata: {}"]


def test_browser_that_comes_back_misses_nothing_and_gets_nothing_twice() -> None:
    hub = Hub(10, NOW)
    first = hub.open(page(), "")
    hub.publish(MONDAY, NOW + 61)
    seen = number_of(first)
    hub.publish({"centre": None}, NOW + 62)
    hub.publish({"harbour": None}, NOW + 63)
    assert taken(hub.open(page(), seen)) == ['event: change\ndata: {"location": "centre"}']


@pytest.mark.parametrize("last_id", ["another-1", "nonsense", "-"])
def test_browser_of_another_process_is_told_to_look_again(last_id: str) -> None:
    assert taken(Hub(10, NOW).open(page(), last_id)) == ["event: refresh\ndata: {}"]


def test_browser_that_was_away_for_too_long_is_told_to_look_again() -> None:
    hub = Hub(10, NOW)
    seen = number_of(hub.open(page(), ""))
    hub.publish(MONDAY, NOW + 61)
    hub.publish({"harbour": None}, NOW + 7200)
    assert taken(hub.open(page(made_at=NOW + 7200), seen)) == ["event: refresh\ndata: {}"]


def test_process_that_begins_anew_lets_all_look_again() -> None:
    hub = Hub(10, NOW)
    stream = hub.open(page(), "")
    seen = number_of(stream)
    hub.begin(NOW + 61)
    again = [hub.open(page(made_at=NOW + 65), ""), hub.open(page(), seen), hub.open(page(made_at=NOW + 90), "")]
    refresh = ["event: refresh\ndata: {}"]
    assert [taken(one) for one in (stream, *again)] == [refresh, refresh, refresh, []]


def test_quiet_stream_shows_that_it_lives() -> None:
    stream = Hub(10, NOW).open(page(), "")
    taken(stream)
    assert asyncio.run(stream.take(0.01)) == HEARTBEAT


def test_slow_reader_is_left() -> None:
    hub = Hub(10, NOW)
    slow = hub.open(page(), "")
    for number in range(MOST_WAITING):
        hub.publish(MONDAY, NOW + 61 + number)
    assert (slow.is_ended, asyncio.run(slow.take(0.01))) == (True, b"")


def test_streams_are_bounded_and_make_room_when_they_end() -> None:
    hub = Hub(2, NOW)
    first = hub.open(page(person=1), "")
    hub.open(page(person=2), "")
    with pytest.raises(FullError) as full:
        hub.open(page(person=3), "")
    hub.leave(first)
    hub.leave(first)
    hub.open(page(person=3), "")
    assert (full.value.of_one, hub.count) == (False, 2)


def test_one_person_does_not_take_all_streams() -> None:
    hub = Hub(1000, NOW)
    for _ in range(MOST_OF_ONE):
        hub.open(page(), "")
    with pytest.raises(FullError) as full:
        hub.open(page(), "")
    assert (full.value.of_one, hub.open(page(person=2), "").is_ended) == (True, False)


def test_stream_whose_time_is_over_lets_its_browser_come_back_at_once() -> None:
    stream = Hub(10, NOW).open(page(), "")
    taken(stream)
    stream.renew()
    last = asyncio.run(stream.take()).decode()
    assert (int(last.removeprefix("retry: ")) < 1000, stream.is_ended) == (True, True)


def test_mark_of_a_change_is_the_same_for_all_and_another_one_each_time() -> None:
    hub = Hub(10, NOW)
    streams = [hub.open(page(), "") for _ in range(2)]
    hub.publish(MONDAY, NOW + 61)
    hub.publish(MONDAY, NOW + 62)
    found = [re.findall('"mark": "(.+?)"', asyncio.run(one.take(0.01)).decode()) for one in streams]
    assert (found[0] == found[1], len(set(found[0]))) == (True, 2)


def test_end_of_the_process_lets_browsers_come_back_by_themselves() -> None:
    hub = Hub(10, NOW)
    stream = hub.open(page(), "")
    taken(stream)
    hub.close()
    last = asyncio.run(stream.take()).decode()
    assert (last.partition(" ")[0], last[-2:], stream.is_ended) == ("retry:", "\n\n", True)
