"""Reading foreign files within bounds of time, memory and size, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.integrations.ics.bounded import BoundedReader, Limits
from app.integrations.ics.busy import read_busy
from app.integrations.ics.times import usual_window
from app.integrations.ics.values import Problem, Reading, Window
from tests.integrations.ics_samples import YEAR, at, calendar, event

pytestmark = pytest.mark.gate

SHARED = Path(__file__).parents[3] / "shared" / "data" / "ics"
GOOD = ("BEGIN:VEVENT", "UID:good", "DTSTART:20260105T100000Z", "DURATION:PT1H", "END:VEVENT")
ENDLESS = event("DTSTART:20200101T100000Z", "DURATION:PT1H", "RRULE:FREQ=HOURLY;BYMONTH=2;BYMONTHDAY=30")
EVER = Window(0, at("2040-01-01 00:00"), "Europe/Berlin")


@pytest.fixture(scope="module")
def reader() -> Iterator[BoundedReader]:
    """One process for the tests that do it no harm."""
    with BoundedReader() as made:
        yield made


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """The collection of calendar files beside the project where there is one, else some of our own."""
    found = sorted(SHARED.glob("*.ics"))
    if found:
        return found
    samples = {"good": calendar(*GOOD), "bad": calendar(*event("DTSTART:never")), "none": b"", "open": b"BEGIN:VEVENT"}
    for name, data in samples.items():
        (tmp_path / f"{name}.ics").write_bytes(data)
    return sorted(tmp_path.glob("*.ics"))


def test_every_event_of_a_collection_is_read_ignored_or_named(reader: BoundedReader, files: list[Path]) -> None:
    for path in files:
        reading = reader.read_file(path, EVER)
        lines = path.read_bytes().count(b"\n") + 1
        told = reading.events + reading.ignored + len(reading.problems)
        assert told >= path.read_bytes().count(b"BEGIN:VEVENT"), path.name
        assert all(1 <= problem.line <= lines for problem in reading.problems), path.name
        assert not any("took too long" in one.reason or "broke off" in one.reason for one in reading.problems)


def test_reading_in_a_process_is_the_same_as_without(reader: BoundedReader) -> None:
    data = calendar(*GOOD, *event("DTSTART:never"))
    assert reader.read(data, YEAR) == read_busy(data, YEAR)


def test_event_that_takes_too_long_is_named_and_others_are_read() -> None:
    with BoundedReader(Limits(event_seconds=1.0)) as reader:
        reading = reader.read(calendar(*ENDLESS, *GOOD), YEAR)
        assert reading.problems == (Problem(2, "Following the event's rule took too long."),)
        assert [busy.uid for busy in reading.busy] == ["good"]


def test_file_with_many_slow_events_is_given_up() -> None:
    slow = [line.replace("UID:one", f"UID:{number}") for number in range(3) for line in ENDLESS]
    with BoundedReader(Limits(event_seconds=0.5, skipped=2)) as reader:
        reading = reader.read(calendar(*slow), YEAR)
        assert reading == Reading(problems=(Problem(8, "Reading took too long from here on."),))
        assert reader.read(calendar(*GOOD), YEAR).events == 1


def test_file_that_needs_too_much_memory_is_named_and_the_next_is_read() -> None:
    many = b"".join(b"BEGIN:VEVENT\nX-LONG:%d\nEND:VEVENT\n" % number for number in range(200_000))
    with BoundedReader(Limits(memory=128 * 1024 * 1024, event_seconds=60.0)) as reader:
        problem = reader.read(b"BEGIN:VCALENDAR\n" + many + b"END:VCALENDAR\n", YEAR).problems[0]
        assert problem.reason in ("Reading this file needs too much memory.", "Reading broke off here.")
        assert reader.read(calendar(*GOOD), YEAR).events == 1


def test_file_that_is_too_large_is_named(tmp_path: Path) -> None:
    path = tmp_path / "large.ics"
    path.write_bytes(b"x" * (1024 * 1024 + 1))
    reader = BoundedReader(Limits(size=1024 * 1024))
    assert reader.read_file(path, YEAR).problems == (Problem(1, "The file is larger than 1 MB."),)


def test_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    reading = BoundedReader().read_file(tmp_path / "none.ics", YEAR)
    assert reading.problems == (Problem(1, "The file cannot be opened: No such file or directory."),)


def test_usual_window_is_one_year_back_and_two_ahead() -> None:
    window = usual_window(at("2026-01-05 10:00"), "UTC")
    assert (window.start, window.end) == (at("2025-01-05 00:00"), at("2028-01-06 00:00"))
