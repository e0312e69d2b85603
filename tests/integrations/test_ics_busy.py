"""Calendar files as busy time: recurrences, zones, what takes no time."""

from __future__ import annotations

import pytest

from app.integrations.ics.busy import read_busy
from app.integrations.ics.values import Busy, Window
from tests.integrations.ics_samples import YEAR, at, calendar, event, read, times

TEN = "DTSTART:20260105T100000Z"
HOUR = 3600
BERLIN_ZONE = (
    "BEGIN:VTIMEZONE",
    "TZID:Our office",
    "BEGIN:STANDARD",
    "DTSTART:20251026T030000",
    "TZOFFSETFROM:+0200",
    "TZOFFSETTO:+0100",
    "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
    "END:STANDARD",
    "BEGIN:DAYLIGHT",
    "DTSTART:20250330T020000",
    "TZOFFSETFROM:+0100",
    "TZOFFSETTO:+0200",
    "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
    "END:DAYLIGHT",
    "END:VTIMEZONE",
)


def test_event_becomes_busy_with_uid_and_title() -> None:
    reading = read(*event(TEN, "DURATION:PT30M", "SUMMARY:Team\\, weekly"))
    assert reading.busy == (Busy(at("2026-01-05 10:00"), at("2026-01-05 10:30"), "one", "Team, weekly"),)
    assert (reading.events, reading.ignored, reading.problems) == (1, 0, ())


def test_recurrence_is_expanded_with_extra_and_excepted_dates() -> None:
    found = times(
        *event(
            TEN,
            "DURATION:PT1H",
            "RRULE:FREQ=DAILY;COUNT=3",
            "EXDATE:20260106T100000Z",
            "RDATE:20260110T080000Z",
        )
    )
    starts = [at("2026-01-05 10:00"), at("2026-01-07 10:00"), at("2026-01-10 08:00")]
    assert found == [(start, start + HOUR) for start in starts]


def test_recurrence_in_a_zone_keeps_its_local_time_across_the_clock_change() -> None:
    found = times(*event("DTSTART;TZID=Europe/Berlin:20260328T100000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"))
    assert [start for start, _ in found] == [at("2026-03-28 09:00"), at("2026-03-29 08:00")]


def test_moved_occurrence_replaces_the_original_one() -> None:
    moved = event("RECURRENCE-ID:20260106T100000Z", "DTSTART:20260106T150000Z", "DURATION:PT1H")
    found = times(*event(TEN, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"), *moved)
    assert [start for start, _ in found] == [at("2026-01-05 10:00"), at("2026-01-06 15:00")]


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT", "STATUS:cancelled"])
def test_occurrence_overridden_as_cancelled_or_transparent_takes_no_time(line: str) -> None:
    override = event("RECURRENCE-ID:20260106T100000Z", "DTSTART:20260106T100000Z", "DURATION:PT1H", line)
    reading = read(*event(TEN, "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2"), *override)
    assert [busy.start for busy in reading.busy] == [at("2026-01-05 10:00")]
    assert (reading.events, reading.ignored) == (1, 1)


@pytest.mark.parametrize("line", ["STATUS:CANCELLED", "TRANSP:TRANSPARENT"])
def test_cancelled_or_transparent_event_is_ignored(line: str) -> None:
    reading = read(*event(TEN, "DURATION:PT1H", line))
    assert (reading.busy, reading.events, reading.ignored) == ((), 0, 1)


def test_calendar_that_cancels_takes_no_time() -> None:
    reading = read("METHOD:CANCEL", *event(TEN, "DURATION:PT1H"))
    assert (reading.busy, reading.ignored) == ((), 1)


def test_whole_day_is_a_day_of_the_resource() -> None:
    assert times(*event("DTSTART;VALUE=DATE:20260329")) == [(at("2026-03-28 23:00"), at("2026-03-29 22:00"))]


def test_whole_days_end_before_their_last_date() -> None:
    found = times(*event("DTSTART;VALUE=DATE:20260105", "DTEND;VALUE=DATE:20260107"))
    assert found == [(at("2026-01-04 23:00"), at("2026-01-06 23:00"))]


@pytest.mark.parametrize(
    ("start", "duration", "end"),
    [
        ("DTSTART;VALUE=DATE:20260105", "P2D", "2026-01-06 23:00"),
        ("DTSTART;TZID=Europe/Berlin:20260328T100000", "P1D", "2026-03-29 08:00"),
        ("DTSTART;TZID=Europe/Berlin:20260329T013000", "PT1H", "2026-03-29 01:30"),
    ],
)
def test_length_in_days_is_of_the_wall_clock_and_shorter_ones_are_real_time(
    start: str, duration: str, end: str
) -> None:
    assert [last for _, last in times(*event(start, f"DURATION:{duration}"))] == [at(end)]


def test_floating_time_is_of_the_resources_zone() -> None:
    lines = event("DTSTART:20260105T100000", "DURATION:PT1H")
    assert times(*lines) == [(at("2026-01-05 09:00"), at("2026-01-05 10:00"))]
    tokyo = read_busy(calendar(*lines), Window(YEAR.start, YEAR.end, "Asia/Tokyo"))
    assert [busy.start for busy in tokyo.busy] == [at("2026-01-05 01:00")]


def test_zone_of_the_file_itself_is_used() -> None:
    lines = event("DTSTART;TZID=Our office:20260705T100000", "DURATION:PT1H")
    assert times(*BERLIN_ZONE, *lines) == [(at("2026-07-05 08:00"), at("2026-07-05 09:00"))]


def test_zone_may_be_defined_after_its_use() -> None:
    lines = event("DTSTART;TZID=Our office:20260105T100000", "DURATION:PT1H")
    assert times(*lines, *BERLIN_ZONE) == [(at("2026-01-05 09:00"), at("2026-01-05 10:00"))]


def test_zone_of_one_file_is_not_known_to_the_next() -> None:
    lines = event("DTSTART;TZID=Our office:20260105T100000", "DURATION:PT1H")
    read(*BERLIN_ZONE, *lines)
    problem = read(*lines).problems[0]
    assert (problem.line, problem.reason) == (4, "The time zone Our office is not known.")


@pytest.mark.parametrize("tzid", ["W. Europe Standard Time", "/vendor.example/Europe/Berlin"])
def test_zone_by_other_names_is_resolved(tzid: str) -> None:
    lines = event(f"DTSTART;TZID={tzid}:20260105T100000", "DURATION:PT1H")
    assert times(*lines) == [(at("2026-01-05 09:00"), at("2026-01-05 10:00"))]


def test_calendar_zone_of_google_holds_for_its_recurrences() -> None:
    lines = (
        "X-WR-TIMEZONE:Europe/Berlin",
        *event("DTSTART:20260328T090000Z", "RRULE:FREQ=DAILY;COUNT=2", "DURATION:PT1H"),
    )
    assert [start for start, _ in times(*lines)] == [at("2026-03-28 09:00"), at("2026-03-29 08:00")]


def test_event_outside_the_window_counts_as_read() -> None:
    reading = read(*event("DTSTART:20200105T100000Z", "DURATION:PT1H"))
    assert (reading.busy, reading.events) == ((), 1)


def test_event_over_the_windows_edge_is_cut_to_it() -> None:
    found = times(*event("DTSTART:20251231T220000Z", "DTEND:20260101T030000Z"))
    assert found == [(YEAR.start, at("2026-01-01 03:00"))]


def test_seconds_are_rounded_to_whole_minutes_outwards() -> None:
    found = times(*event("DTSTART:20260105T100030Z", "DTEND:20260105T101001Z"))
    assert found == [(at("2026-01-05 10:00"), at("2026-01-05 10:11"))]


def test_event_without_length_takes_no_time() -> None:
    assert times(*event(TEN)) == []


def test_events_without_uid_are_events_of_their_own() -> None:
    one = ("BEGIN:VEVENT", TEN, "DURATION:PT1H", "END:VEVENT")
    two = ("BEGIN:VEVENT", "DTSTART:20260106T100000Z", "DURATION:PT1H", "END:VEVENT")
    assert len(times(*one, *two)) == 2


def test_bare_event_without_calendar_is_read() -> None:
    lines = "\n".join(event(TEN, "DURATION:PT1H"))
    assert [busy.start for busy in read_busy(lines.encode(), YEAR).busy] == [at("2026-01-05 10:00")]


def test_two_calendars_in_one_file_are_both_read() -> None:
    both = calendar(*event(TEN, "DURATION:PT1H")) + calendar(*event("DTSTART:20260106T100000Z", "DURATION:PT1H"))
    assert read_busy(both, YEAR).events == 2


def test_published_busy_time_is_read() -> None:
    reading = read(
        "BEGIN:VFREEBUSY",
        "FREEBUSY:20260105T100000Z/20260105T110000Z,20260105T140000Z/PT30M",
        "FREEBUSY;FBTYPE=FREE:20260106T100000Z/20260106T110000Z",
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20260107T100000Z/PT1H",
        "FREEBUSY:20200107T100000Z/PT1H",
        "END:VFREEBUSY",
    )
    starts = ["2026-01-05 10:00", "2026-01-05 14:00", "2026-01-07 10:00"]
    assert [busy.start for busy in reading.busy] == [at(text) for text in starts]
    assert (reading.events, reading.problems) == (1, ())


def test_folded_lines_and_byte_order_mark_are_read() -> None:
    data = b"\xef\xbb\xbf" + calendar(*event("DTSTART:20260105T1", " 00000Z", "DURATION:PT1H"))
    assert [busy.start for busy in read_busy(data, YEAR).busy] == [at("2026-01-05 10:00")]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_all_line_ends_are_read(end: str) -> None:
    assert read_busy(calendar(*event(TEN, "DURATION:PT1H"), end=end), YEAR).events == 1


def test_blanks_in_a_rule_are_forgiven() -> None:
    lines = event(TEN, "DURATION:PT1H", "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=MO, TU")
    assert [start for start, _ in times(*lines)] == [at("2026-01-05 10:00"), at("2026-01-06 10:00")]


def test_mistake_in_what_does_not_matter_is_harmless() -> None:
    lines = event(TEN, "DURATION:PT1H", "SEQUENCE:many", "X-APPLE-RADIUS=49", "PRIORITY:high", "EXDATE;VALUE=DATE:")
    assert len(times(*lines)) == 1


def test_marks_of_writing_direction_in_titles_are_made_harmless() -> None:
    reading = read(*event(TEN, "DURATION:PT1H", "SUMMARY:a\u202eb"))
    assert reading.busy[0].title == "a?b"


def test_empty_calendar_says_that_nothing_is_busy() -> None:
    reading = read()
    assert (reading.busy, reading.events, reading.problems) == ((), 0, ())
